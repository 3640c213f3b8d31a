"""The benchmark of ensembles on ten children: commands carried out whole, and a few closures from nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.ensembles import main, timed, worst_gap
from optimiser.pack.samples import sample_packs


def test_every_command_has_its_line_and_a_closure_its_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--pack", str(sample_packs()["gateshead-ten"]), "--top", "2", "--points", "2", "--few", "1"]
    assert main(asked) == 0
    lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    said = {line[0].removeprefix("| "): line[1:] for line in lines}
    assert said["stress, 2 closures"][0] == "2"
    assert float(said["stress, 2 closures"][2]) > 0.5
    assert said["frontier, 2 points"][0] == "2"
    assert float(said["all of these"][2].removesuffix(" |")) > 0


def test_a_command_that_fails_is_told_by_its_status(tmp_path: Path) -> None:
    assert timed(["stress", str(tmp_path / "nothing"), "--out", str(tmp_path / "out")]).status == 2


def test_the_worst_gap_is_a_share_of_the_score(tmp_path: Path) -> None:
    (tmp_path / "stress.csv").write_text("score_within,score_total\n1.00,1000.00\n30.00,10000.00\n")
    (tmp_path / "frontier.csv").write_text("gap\n0.00100000\n0.00400000\n")
    assert worst_gap(tmp_path / "stress.csv") == pytest.approx(0.003)
    assert worst_gap(tmp_path / "frontier.csv") == pytest.approx(0.004)
