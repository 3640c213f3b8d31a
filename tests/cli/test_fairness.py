"""`fairness` and `transparency`: of a run that verify accepts, and of no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import json_of, run_command
from support.forged import forge

from optimiser.audit.run import run_from_pack, write_run
from optimiser.pack.samples import sample_packs


@pytest.fixture
def run(tmp_path: Path) -> Path:
    write_run(tmp_path / "run", run_from_pack(sample_packs()["gateshead-ten"]))
    return tmp_path / "run"


def test_fairness_prints_tables(run: Path) -> None:
    result = run_command("fairness", run)
    assert result.exit_code == 0
    assert "Outcomes by sex" in result.stdout
    assert "Adjusted for nothing" in result.stdout


@pytest.mark.parametrize("suffix", ["csv", "html", "xlsx"])
def test_fairness_writes_files(run: Path, suffix: str, tmp_path: Path) -> None:
    out = tmp_path / f"fairness.{suffix}"
    assert run_command("fairness", run, "--out", out).stdout == f"written to {out}\n"
    assert out.stat().st_size > 1000
    again = run_command("fairness", run, "--out", out)
    assert again.exit_code == 2
    assert "exists already" in again.stderr


def test_fairness_as_json_and_published(run: Path) -> None:
    exact = json_of(run_command("fairness", run, "--json"))
    assert exact["verified"] is True
    (placed,) = [
        each for each in exact["figures"] if (each["dimension"], each["outcome"]) == ("region", "placed")
    ]
    assert (placed["base"], placed["count"], placed["estimate"]) == (10, 9, 0.9)
    hidden = json_of(run_command("fairness", run, "--json", "--publication"))["figures"]
    assert not [each for each in hidden if each["base"] in range(1, 6) or each["count"] in range(1, 6)]


def test_a_run_that_does_not_hold_is_not_compared(run: Path, tmp_path: Path) -> None:
    forge(run)
    for words in (("fairness", run), ("transparency", run, "--out", tmp_path / "record.md")):
        result = run_command(*words)
        assert result.exit_code == 2
        assert "a run that optimiser verify accepts" in result.stderr
        assert "allocations.csv" in result.stderr
    assert not (tmp_path / "record.md").exists()


def test_another_suffix_is_refused(run: Path, tmp_path: Path) -> None:
    for verb, accepted in (("fairness", ".csv, .html, .xlsx"), ("transparency", ".md, .html, .json")):
        result = run_command(verb, run, "--out", tmp_path / "out.pdf")
        assert result.exit_code == 2
        assert f"ends in .pdf; accepted: {accepted}" in result.stderr


def test_transparency_with_and_without_an_owner(run: Path, tmp_path: Path) -> None:
    owner, out = tmp_path / "owner.toml", tmp_path / "record.md"
    owner.write_text('organisation_or_department = "Gateshead Council"\n', encoding="utf-8")
    document = json_of(run_command("transparency", run, "--owner", owner, "--out", out, "--json"))
    assert "organisation_or_department" not in document["to_be_filled"]
    assert "senior_responsible_owner" in document["to_be_filled"]
    text = out.read_text(encoding="utf-8")
    assert "Gateshead Council" in text
    assert "To be filled by the organisation: the role title" in text
    plain = run_command("transparency", run, "--out", tmp_path / "plain.json")
    assert "to be filled by the organisation: organisation_or_department" in plain.stdout
