"""`optimiser commission` as it is called: a folder whole or none, one document, exit statuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.commands import json_of, names_in, run_command
from support.random_plans import PlanTables, small_plan

CASE = replace(small_plan(9), futures=[], commission={})


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return CASE.write(tmp_path_factory.mktemp("case"))[0]


def test_the_plan_is_one_document_and_a_folder(pack: Path, tmp_path: Path) -> None:
    result = run_command("commission", pack, "--out", tmp_path / "plan", "--json")
    assert result.exit_code == 0
    document = json_of(result)
    assert document["metrics"] == json.loads((tmp_path / "plan" / "metrics.json").read_bytes())
    assert sum(document["units"].values()) == document["metrics"]["units"] > 0
    assert names_in(tmp_path / "plan") == [
        "certificate.json",
        "children",
        "manifest.json",
        "metrics.json",
        "plan.csv",
    ]
    header = (tmp_path / "plan" / "plan.csv").read_text(encoding="utf-8").split("\n")[0]
    assert header == (
        "option_id,units,kind,authority,places,capital_cost,standing_cost,children_placed,marginal_value"
    )
    assert run_command("verify", tmp_path / "plan" / "children").stdout.startswith("PROVEN: no allocation")
    assert run_command("verify", tmp_path / "plan").stdout.startswith(
        "PROVEN: every future's allocation holds"
    )


def test_no_capital_opens_nothing_that_costs_any(pack: Path, tmp_path: Path) -> None:
    document = json_of(
        run_command("commission", pack, "--capital", "0", "--out", tmp_path / "plan", "--json")
    )
    assert document["metrics"]["capital_total"] == 0
    assert run_command("verify", tmp_path / "plan").stdout.startswith("PROVEN")


def test_a_pack_without_options_is_its_allocation(tmp_path: Path) -> None:
    tables: PlanTables = replace(CASE, options=[])
    folder, _ = tables.write(tmp_path / "case")
    (folder / "options.csv").unlink()
    document = json_of(run_command("commission", folder, "--out", tmp_path / "plan", "--json"))
    metrics = document["metrics"]
    assert document["units"] == {}
    assert metrics["plan_score_total"] == metrics["score_total"] == metrics["before"]["score_total"]
    assert run_command("verify", tmp_path / "plan").stdout.startswith("PROVEN")


def test_what_is_wrong_is_said_and_nothing_is_written(pack: Path, tmp_path: Path) -> None:
    for words in (
        ["--futures", tmp_path / "nowhere"],
        ["--capital", "nan"],
        ["--capital", "-1"],
        ["--gap", "inf"],
    ):
        result = run_command("commission", pack, "--out", tmp_path / "plan", *words)
        assert result.exit_code == 2
    stopped = run_command("commission", pack, "--out", tmp_path / "plan", "--time-limit", "0")
    assert stopped.exit_code == 4
    assert names_in(tmp_path) == []
    (tmp_path / "plan").mkdir()
    assert run_command("commission", pack, "--out", tmp_path / "plan").exit_code == 2
