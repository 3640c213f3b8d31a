"""Audit: the list of runs, the verdict on one that holds and one that was altered, and what can be taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from support import pages
from support.address import address


@pytest.fixture(name="runs")
def _runs(runs: Path, copy_in_use: Callable[[Path], Path]) -> Path:
    """A copy of them, to be altered; the manifests remember the pack of the originals."""
    return copy_in_use(runs)


def verified(at: AppTest) -> AppTest:
    next(each for each in at.button if each.label == "Verify now").click()
    return pages.checked(at.run(timeout=120))


def downloads(at: AppTest) -> list[str]:
    return [each.label for each in at.download_button]


def test_every_run_is_listed_with_who_when_and_how_good_it_is(runs: Path) -> None:
    listed = pages.table(pages.open_page("audit"), "Status").set_index("Run")
    assert set(listed.index) == {pages.RUN, pages.BEFORE}
    for run in (pages.RUN, pages.BEFORE):
        manifest = json.loads((runs / run / "manifest.json").read_bytes())
        figures = pages.metrics(runs, run)
        row = listed.loc[run]
        assert row["Who"] == manifest["who"] != ""
        assert row["Status"] == figures["status"]
        assert row["Placed"] == figures["placed"]
        assert row["Without a place"] == figures["unplaced"]


def test_a_run_that_holds_is_proven_and_refuted_once_it_is_altered(runs: Path) -> None:
    at = verified(pages.open_page("audit", record=pages.BEFORE))
    assert at.success[0].value.startswith("PROVEN: no allocation of these children under this policy can")
    allocations = runs / pages.BEFORE / "allocations.csv"
    text = allocations.read_text(encoding="utf-8")
    allocations.write_text(text.replace("placed", "unplaced", 1), encoding="utf-8")
    pages.checked(at.run())
    assert not at.success
    assert at.warning[0].value.startswith("The files have changed")
    verified(at)
    assert at.error[0].value.startswith("Refuted at")
    lines = pages.table(at, "What does not hold")["What does not hold"]
    assert "allocations.csv: is not the file whose hash the manifest gives" in list(lines)


def test_a_broken_run_is_listed_and_told_broken(runs: Path) -> None:
    (runs / pages.RUN / "metrics.json").write_text("{", encoding="utf-8")
    at = pages.open_page("audit", record=pages.RUN)
    assert pages.table(at, "Status").set_index("Run").loc[pages.RUN, "Status"] == "broken"
    assert "No workbook and no page can be made of this run" in at.warning[0].value
    assert "The whole run (zip)" in downloads(at)


def test_the_record_says_how_it_was_made(runs: Path) -> None:
    at = pages.open_page("audit", record=pages.RUN)
    policy = pages.table(at, "Default").set_index("Key")
    assert policy.loc["limits.max_miles", "Value"] == "10"
    assert policy.loc["limits.max_miles", "Default"] == "60"
    manifest = json.loads((runs / pages.RUN / "manifest.json").read_bytes())
    assert set(pages.table(at, "SHA-256")["SHA-256"]) == {
        *manifest["inputs"].values(),
        *manifest["outputs"].values(),
    }


def test_the_publication_view_offers_nothing_that_tells_of_one_child(runs: Path) -> None:
    assert runs.is_dir()
    at = pages.open_page("audit", publication="yes")
    assert {"Excel workbook", "Page to print (HTML)"} <= set(downloads(at))
    assert "The whole run (zip)" not in downloads(at)
    assert not any("Without a place" in each.value.columns for each in at.dataframe)


def test_without_a_run_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTIMISER_RUNS", str(tmp_path / "none"))
    at = pages.open_page("audit", pack="gateshead-ten", run="")
    assert at.info[0].value == "There is no run yet."
    assert "record" not in address(at)
