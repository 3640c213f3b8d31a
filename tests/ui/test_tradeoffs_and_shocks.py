"""Trade-offs and Shocks: the figures of the folders, a point as a policy, nothing where nothing is made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from support import pages
from support.commands import run_command

from optimiser.errors import InputError
from optimiser.pack.policy_file import policy_from_toml, policy_to_toml
from optimiser.pack.read import read_pack
from optimiser.report.ensembles import frontier_points, output_of, shocks
from optimiser.ui import policy_form


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of ten children, a trade-off and a stress test."""
    runs = pages.make_runs(tmp_path_factory.mktemp("ensembles"))
    pack = runs / "packs" / pages.PACK
    one = ("--workers", "1")
    assert run_command("frontier", pack, "--points", "4", "--out", runs / "line", *one).exit_code == 0
    asked = ("--close", "provision", "--top", "3")
    assert run_command("stress", pack, *asked, "--out", runs / "losses", *one).exit_code == 0
    return runs


@pytest.fixture
def runs(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    shutil.copytree(made, folder)
    monkeypatch.setenv("OPTIMISER_RUNS", str(folder))
    return folder


def test_the_points_are_those_of_the_file_and_their_policies_can_be_taken(runs: Path) -> None:
    at = pages.open_page("tradeoffs", pack=pages.PACK)
    listed = pages.table(at, "Gap proven")
    written = pd.read_csv(runs / "line" / "frontier.csv")
    assert list(listed["Mean miles from home"]) == pytest.approx(written["mean_miles"], abs=0.05)
    assert len(listed) == len(written) > 1
    assert "Download the policy" in [each.label for each in at.download_button]


def test_the_shocks_are_those_of_the_file_the_worst_first(runs: Path) -> None:
    at = pages.open_page("shocks", pack=pages.PACK)
    listed = pages.table(at, "Shock")
    written = pd.read_csv(runs / "losses" / "stress.csv")
    assert list(listed["Shock"]) == list(written["shock"])
    assert list(listed["More children without a place"]) == list(written["unplaced_change"])


def test_the_miles_of_all_children_are_not_published(runs: Path) -> None:
    heading = "Miles, all children"
    assert heading in pages.table(pages.open_page("tradeoffs"), "Gap proven")
    assert heading not in pages.table(pages.open_page("tradeoffs", publication="yes"), "Gap proven")
    assert runs.is_dir()


def test_a_point_is_a_policy_that_the_plan_begins_with(runs: Path) -> None:
    policy, faults = policy_from_toml(runs / "line" / "policies" / "01.toml")
    assert not faults
    base = read_pack(runs / "packs" / pages.PACK).policy
    changes = policy_form.changes_for_address(base, policy)
    said = {key: value for key, value in changes.items() if isinstance(value, str)}
    at = pages.open_page("plan", start="pack", **said)
    assert any(policy_to_toml(policy).strip() in each.value for each in at.code)


def test_shocks_are_hidden_in_the_publication_view(runs: Path) -> None:
    at = pages.open_page("shocks", pack=pages.PACK, publication="yes")
    assert not at.dataframe
    assert not any("stress" in each.label.lower() for each in at.download_button)
    assert runs.is_dir()


@pytest.mark.parametrize("page", ["tradeoffs", "shocks"])
def test_where_nothing_is_made_the_page_says_how(page: str, runs: Path) -> None:
    for name in ("line", "losses"):
        shutil.rmtree(runs / name)
    at = pages.open_page(page, pack=pages.PACK)
    assert len(at.info) == 1
    assert at.code[0].value.startswith("optimiser ")


def test_a_file_that_was_altered_is_not_shown(runs: Path) -> None:
    for folder, name, figures in (
        ("line", "frontier.csv", frontier_points),
        ("losses", "stress.csv", shocks),
    ):
        path = runs / folder / name
        path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
        with pytest.raises(InputError, match=f"{name} was altered"):
            figures(runs / folder)
    with pytest.raises(InputError, match="cannot be read"):
        output_of(runs / "line", "nothing.csv")


def test_trade_offs_and_shocks_are_no_runs_to_choose(runs: Path) -> None:
    at = pages.open_page("region", pack=pages.PACK)
    chooser = next(each for each in at.selectbox if each.label == "Run")
    assert {pages.RUN, pages.BEFORE} < set(chooser.options)
    assert not {"line", "losses"} & set(chooser.options)
    assert (runs / "line" / "manifest.json").is_file()
