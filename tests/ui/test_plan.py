"""Plan a run: every key of the policy has its control; a scenario is solved, kept in the address, and gives
the same bytes without the app; a broken upload says what is broken."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from support import pages
from support.address import address
from support.commands import run_command
from support.packs import CHILDREN, altered, csv_text, little_pack

from optimiser.pack.policy_file import policy_from_toml
from optimiser.pack.policy_words import AUTHORITY_BUDGETS, SETTINGS
from optimiser.ui.solve_progress import solver
from optimiser.ui.solving import State

pytestmark = pytest.mark.usefixtures("runs_in_use")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of ten children, to which these tests add others."""
    return pages.make_runs(tmp_path_factory.mktemp("plan"))


def number(at: AppTest, label: str, value: float | None) -> None:
    next(each for each in at.number_input if each.label.startswith(label)).set_value(value)


def named(at: AppTest, name: str) -> None:
    next(each for each in at.text_input if each.label.startswith("Name for the run")).set_value(name)


def test_every_key_of_the_policy_has_a_control_with_its_unit_and_meaning() -> None:
    at = pages.open_page("plan")
    labels = [each.label for each in (*at.number_input, *at.multiselect, *at.radio)]
    said = pages.words(at)
    for setting in SETTINGS:
        if setting.group == AUTHORITY_BUDGETS:
            assert {f"Gateshead ({setting.unit})", f"Northumberland ({setting.unit})"} <= set(labels)
        else:
            assert f"{setting.label} ({setting.unit})" in labels
            assert setting.meaning in said


def test_the_controls_begin_with_the_policy_of_the_run_or_of_the_pack() -> None:
    at = pages.open_page("plan")
    miles = [each.value for each in at.number_input if each.label == "Greatest distance (miles)"]
    assert miles == [10.0]
    at = pages.open_page("plan", start="pack")
    miles = [each.value for each in at.number_input if each.label == "Greatest distance (miles)"]
    assert miles == [60.0]


def test_a_scenario_is_solved_shown_and_rerun_to_the_same_bytes(runs: Path, tmp_path: Path) -> None:
    at = pages.open_page("plan", run=pages.BEFORE)
    named(at, "Dearer miles!")
    number(at, "Each mile from home", 40.0)
    number(at, "Gateshead", 9_999.0)
    pages.button(at, "Find the best places")
    assert address(at)["prices.mile"] == "40.0"
    assert address(at)["limits.authority_weekly_budget"] == "E08000037:9999.0"
    solve = solver().find(str(address(at)["solve"]))
    assert solve is not None
    pages.wait_until(at, lambda: solve.state is State.DONE and bool(at.success))

    assert address(at)["run"] == "dearer-miles"
    assert address(at)["compare"] == pages.BEFORE
    assert "prices.mile" not in address(at)
    assert at.success[0].value.startswith("Run dearer-miles is finished")
    figures = pages.metrics(runs, "dearer-miles")
    assert pages.tiles(at)["Children placed"] == f"{figures['placed']:,}"
    manifest = json.loads((runs / "dearer-miles" / "manifest.json").read_bytes())
    assert manifest["policy"]["prices"]["mile"] == 40.0
    assert manifest["policy"]["limits"]["authority_weekly_budget"] == {"E08000037": 9_999.0}

    command, policy = (each.value for each in at.code)
    (tmp_path / "policy.toml").write_text(policy, encoding="utf-8")
    program, *words = shlex.split(command)
    assert program == "optimiser"
    moved = {"policy.toml": str(tmp_path / "policy.toml"), "my-run": str(tmp_path / "again")}
    assert run_command(*(moved.get(word, word) for word in words)).exit_code == 0
    again = (tmp_path / "again" / "allocations.csv").read_bytes()
    assert again == (runs / "dearer-miles" / "allocations.csv").read_bytes()
    assert again != (runs / pages.BEFORE / "allocations.csv").read_bytes()


def test_the_recorded_command_names_a_policy_that_stays(runs: Path) -> None:
    command = json.loads((runs / "dearer-miles" / "manifest.json").read_bytes())["command"]
    policy, faults = policy_from_toml(Path(command[command.index("--policy") + 1]))
    assert (policy.prices.mile, faults) == (40.0, [])


def test_a_scenario_comes_back_from_its_address() -> None:
    said: dict[str, str | list[str]] = {"prices.mile": "33.0", "limits.ofsted": ["good"], "gap": "0.001"}
    at = pages.open_page("plan", **said)
    assert (
        next(each.value for each in at.number_input if each.label.startswith("Each mile from home")) == 33.0
    )
    assert at.multiselect[0].value == ["good"]
    command, policy = (each.value for each in at.code)
    assert "mile = 33.0\n" in policy
    assert 'ofsted = ["good"]\n' in policy
    assert "--gap 0.001" in command


def test_what_the_address_cannot_mean_is_as_it_was() -> None:
    odd: dict[str, str | list[str]] = {
        "prices.mile": "cheap",
        "limits.max_miles": "-1",
        "siblings.split": "often",
        "limits.ofsted": ["x"],
    }
    assert pages.open_page("plan", **odd).code[1].value == pages.open_page("plan").code[1].value


def test_a_cancelled_solve_says_so_and_leaves_nothing(runs: Path) -> None:
    at = pages.open_page("plan", pack="north-east-and-cumbria", run="-")
    named(at, "never")
    pages.button(at, "Find the best places")
    solve = solver().find(str(address(at)["solve"]))
    assert solve is not None
    pages.button(at, "Cancel this run")
    pages.wait_until(at, lambda: bool(solve.ended))
    assert at.warning[0].value == "Run never was cancelled. Nothing of it was kept."
    assert not any("never" in path.name for path in runs.rglob("*"))


def test_a_name_is_used_once() -> None:
    at = pages.open_page("plan")
    named(at, pages.BEFORE)
    pages.button(at, "Find the best places")
    assert "exists already" in at.error[0].value


def test_a_name_has_letters() -> None:
    at = pages.open_page("plan")
    named(at, "–!–")
    pages.button(at, "Find the best places")
    assert at.warning[0].value == "Give the run a name of letters or digits."


def uploaded(pack: Path) -> AppTest:
    """The page after the files of a pack were uploaded."""
    at = pages.open_page("plan")
    files = [(path.name, path.read_bytes(), "text/plain") for path in sorted(pack.iterdir())]
    at.file_uploader[0].set_value(files)
    pages.button(at, "Check and use this pack")
    return at


def test_a_broken_upload_shows_each_fault(runs: Path, tmp_path: Path) -> None:
    at = uploaded(little_pack(tmp_path / "pack", children=altered(CHILDREN, 1, age=19)))
    assert at.error[0].value == "The region pack has 1 fault. Nothing was kept."
    assert pages.table(at, "What is wrong").to_dict("records") == [
        {
            "File": "children.csv",
            "Row": "3",
            "Column": "age",
            "What is wrong": "age is 19",
            "What would be accepted": "a whole number from 0 to 17",
        }
    ]
    assert [path.name for path in (runs / "packs").iterdir()] == [pages.PACK]


def test_a_sound_upload_is_chosen_and_can_be_solved(runs: Path, tmp_path: Path) -> None:
    at = uploaded(little_pack(tmp_path / "pack"))
    assert address(at)["pack"] == "my-region"
    assert at.success[0].value == "The region pack my-region is kept, and chosen."
    assert (runs / "packs" / "my-region" / "children.csv").read_text(encoding="utf-8") == csv_text(CHILDREN)
    assert "Little North" in pages.words(at)
    assert shlex.split(at.code[0].value)[2] == str(runs / "packs" / "my-region")
