"""What a line of the table says, and what becomes of a peer that fails."""

from __future__ import annotations

from benchmarks.measure import Measurement, Task, measure
from benchmarks.table import line_of, ratio_of

TASK = Task("ours", "plenty", 600, 420, gap=1e-4, limit=600.0, gib=4.0)


def _measured(seconds: float | None, remark: str = "") -> Measurement:
    if seconds is None:
        return Measurement(TASK, None, 598.0, 512.0, None, None, None, None, remark)
    return Measurement(TASK, seconds, 28.0, 512.0, 3, 0, 1234.5, 5e-5, "")


def test_a_ratio_is_time_over_time() -> None:
    assert ratio_of(_measured(30.0), _measured(2.0)) == "15.00"


def test_a_peer_out_of_time_took_at_least_its_limit() -> None:
    assert ratio_of(_measured(None, "over 600 s (in tier 3)"), _measured(2.0)) == "> 300.0"


def test_there_is_no_ratio_without_two_times() -> None:
    assert ratio_of(_measured(None, "ended with status -6: "), _measured(2.0)) == "–"
    assert ratio_of(_measured(30.0), _measured(None, "over 600 s (allocating)")) == "–"
    assert ratio_of(_measured(30.0), None) == "–"


def test_a_line_has_time_memory_tiers_gap_and_ratio() -> None:
    assert line_of(_measured(30.0), _measured(2.0)) == (
        "| plenty | 600 × 420 | optimiser | 30.00 | 28.00 | 512 | 3 / 0 / 1,234.50 | 5.0e-05 | 15.00 |"
    )
    over = line_of(_measured(None, "over 600 s (in tier 3)"), _measured(2.0))
    assert (
        over == "| plenty | 600 × 420 | optimiser | over 600 s (in tier 3) | 598.00 | 512 | – | – | > 300.0 |"
    )


def test_a_peer_that_fails_is_told_by_its_last_words() -> None:
    failed = measure(Task("nobody", "plenty", 600, 420, gap=1e-4, limit=60.0, gib=4.0))
    assert failed.seconds is None
    assert failed.peak_mib > 0
    assert "ended with status 1: ModuleNotFoundError" in failed.remark
