"""The examples of the pages of commands run as they stand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from support.commands import json_of, names_in, run_command
from support.cs_sample import sample_zip
from support.runs import assert_finished

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [(DOCS / name).read_text(encoding="utf-8") for name in ("commands.md", "commands-data.md")]
EXAMPLES = {
    " ".join(words[1:3]): words
    for example in re.findall(r"^    (optimiser [^\\\n]*(?:\\\n[^\\\n]*)*)", "\n".join(PAGES), re.MULTILINE)
    if (words := example.replace("\\", "").split())
}

REGION = """name = "Sample"
as_at = 2021-03-31

[[authority]]
code = "E06000005"
name = "Darlington"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the example runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_is_one_for_every_command() -> None:
    assert {words[1] for words in EXAMPLES.values()} == {
        "validate",
        "allocate",
        "explain",
        "verify",
        "import",
        "synthesise",
        "packs",
        "report",
        "app",
        "forecast",
        "backtest",
        "options",
        "futures",
        "cooperate",
        "fairness",
        "transparency",
        "sufficiency",
        "commission",
        "robustness",
        "frontier",
        "stress",
    }


def test_validate_and_packs(folder: Path) -> None:
    assert run_command(*EXAMPLES["validate gateshead-ten"][1:]).exit_code == 0
    assert run_command(*EXAMPLES["packs"][1:]).exit_code == 0
    assert names_in(folder) == []


def test_allocate(folder: Path) -> None:
    assert run_command(*EXAMPLES["allocate gateshead-ten"][1:]).exit_code == 0
    assert_finished(folder / "runs" / "gateshead-ten")
    verified = run_command(*EXAMPLES["verify runs/gateshead-ten"][1:])
    assert (verified.exit_code, verified.stdout[:7]) == (0, "PROVEN:")
    explained = run_command(*EXAMPLES["explain runs/gateshead-ten"][1:])
    assert explained.exit_code == 0
    assert explained.stdout.startswith("ash-1 ")
    assert run_command(*EXAMPLES["report runs/gateshead-ten"][1:]).exit_code == 0
    assert {"report.xlsx", "report.html"} < set(names_in(folder))


def test_cooperate(folder: Path) -> None:
    """On the sample region: proven for all 16,383 sets of its 14 authorities."""
    assert run_command(*EXAMPLES["cooperate north-east-and-cumbria"][1:]).exit_code == 0
    verified = run_command("verify", folder / "runs" / "cooperation", "--json")
    assert json_of(verified)["proven"]
    assert json_of(verified)["figures"]["sets"] == 16_383
    assert json_of(verified)["figures"]["shortfall"] <= 1e-6


def test_commission_and_robustness(folder: Path) -> None:
    assert run_command(*EXAMPLES["commission gateshead-ten"][1:]).exit_code == 0
    assert run_command("verify", "runs/plan").stdout[:7] == "PROVEN:"
    run_command("futures", "gateshead-ten", "--n", "2", "--seed", "1", "--out", "futures")
    assert run_command(*EXAMPLES["robustness runs/plan"][1:]).exit_code == 0
    assert set(names_in(folder / "runs")) == {"plan", "robustness"}
    alone = ("--futures", "futures", "--workers", "1", "--out", "runs/alone")
    assert run_command("robustness", "runs/plan", *alone).exit_code == 0
    for name in ("robustness.csv", "against.csv", "by_future.csv", "units.csv"):
        one, many = (folder / "runs" / run / name for run in ("alone", "robustness"))
        assert one.read_bytes() == many.read_bytes()


def test_frontier_and_stress(folder: Path) -> None:
    assert run_command(*EXAMPLES["frontier gateshead-ten"][1:]).exit_code == 0
    assert run_command(*EXAMPLES["stress gateshead-ten"][1:]).exit_code == 0
    assert set(names_in(folder / "runs")) == {"frontier", "stress"}


def test_options_and_futures(folder: Path) -> None:
    assert run_command(*EXAMPLES["options gateshead-ten"][1:]).exit_code == 0
    assert run_command(*EXAMPLES["futures gateshead-ten"][1:]).exit_code == 0
    assert names_in(folder) == ["futures", "options.csv"]


def test_import_ofsted(folder: Path, reference: Path) -> None:
    name = "providers_and_places_at_31_march_2025.csv"
    shutil.copyfile(reference / "ofsted" / name, folder / name)
    document = json_of(run_command(*EXAMPLES["import ofsted"][1:], "--json"))
    (count,) = document["files"]
    assert count["rows_read"] == count["rows_used"] + count["rows_set_aside"]
    assert count["rows_set_aside"] == sum(document["set_aside"].values())
    assert json_of(run_command("validate", "packs/homes", "--json"))["provisions"] == count["rows_used"]


def test_synthesise(folder: Path, reference: Path) -> None:
    shutil.copyfile(reference / "authorities_2025.csv", folder / "authorities_2025.csv")
    document = json_of(run_command(*EXAMPLES["synthesise --facts"][1:], "--json"))
    assert document["rows"]["children"] == 100
    validated = json_of(run_command("validate", "packs/synthetic", "--json"))
    assert (validated["children"], validated["provisions"]) == (100, document["rows"]["provision"])


@pytest.fixture
def returns(folder: Path) -> Path:
    """The registry's sample returns in `returns`, and their region in region.toml."""
    with ZipFile(sample_zip()) as file:
        file.extractall(folder / "returns")
    (folder / "region.toml").write_text(REGION, encoding="utf-8")
    return folder


def test_import_ssda903(returns: Path) -> None:
    document = json_of(run_command(*EXAMPLES["import ssda903"][1:], "--json"))
    assert document["rows_read"] == sum(
        document[each] for each in ("rows_used", "rows_repaired", "rows_set_aside")
    )
    validated = json_of(run_command("validate", returns / "packs" / "children", "--json"))
    assert validated["children"] == document["children"]
