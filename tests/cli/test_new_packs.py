"""The verbs that make packs: what they print, and what the new folder holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import json_of, names_in, run_command
from support.figures import CODES, write_figures
from support.ofsted_sheets import home, write_sheet

from optimiser.pack.policy import Policy
from optimiser.pack.read import read_pack


@pytest.fixture
def register(tmp_path: Path) -> Path:
    rows = [home(), home(URN="2700002", Places=""), home(URN="2700003", Local_authority="Darlington")]
    return write_sheet(tmp_path / "register.csv", rows)


def test_an_import_says_what_became_of_every_row_and_what_it_assumes(register: Path, tmp_path: Path) -> None:
    words = ("import", "ofsted", register, "--authorities", "E06000001", "--out", tmp_path / "homes")
    lines = [" ".join(line.split()) for line in run_command(*words).stdout.splitlines()]
    assert lines[0] == "register.csv: 3 rows read = 1 used + 2 set aside"
    assert "no number of places, or none 1" in lines
    assert "outside the chosen authorities 1" in lines
    assert "all reasons 2" in lines
    assumed = lines[lines.index("Assumed:") + 1 : -1]
    assert len(assumed) == 3
    assert all(line.startswith("- ") for line in assumed)
    readme = (tmp_path / "homes" / "README.md").read_text(encoding="utf-8")
    assert "**not synthetic**" in readme
    assert "Open Government Licence" in readme


def synthesising(facts: Path, *, boundaries: Path) -> tuple[str | Path, ...]:
    """The words of the command for thirty children, but for the new folder."""
    figures = ("--facts", facts, "--authorities", ",".join(CODES), "--boundaries", boundaries)
    return ("synthesise", *figures, "--seed", "1", "--children", "30")


def test_a_synthetic_pack_says_so_everywhere(tmp_path: Path) -> None:
    drawn = tmp_path / "drawn.geojson"
    drawn.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    words = synthesising(write_figures(tmp_path), boundaries=drawn)
    document = json_of(run_command(*words, "--name", "Three", "--out", tmp_path / "named", "--json"))
    assert document["rows"]["children"] == 30
    pack = read_pack(tmp_path / "named")
    assert (pack.region.name, pack.policy, pack.warnings) == ("Three", Policy(), ())
    assert pack.region.boundaries == tmp_path / "named" / "drawn.geojson"
    readme = (tmp_path / "named" / "README.md").read_text(encoding="utf-8")
    assert "**Synthetic: every child, household, price and vacancy is invented.**" in readme
    assert "Open Government Licence" in readme

    assert run_command(*words, "--out", tmp_path / "unnamed").exit_code == 0
    assert read_pack(tmp_path / "unnamed").region.name == "unnamed (synthetic)"


def test_boundaries_that_are_not_there_are_bad_input(tmp_path: Path) -> None:
    words = synthesising(write_figures(tmp_path), boundaries=tmp_path / "gone.geojson")
    result = run_command(*words, "--out", tmp_path / "pack")
    assert result.exit_code == 2
    assert result.stderr.startswith("gone.geojson:0:: there is no such file; accepted: ")
    assert names_in(tmp_path) == ["figures.csv"]
