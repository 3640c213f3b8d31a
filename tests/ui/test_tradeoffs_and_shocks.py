"""Trade-offs and Shocks: the figures of the folders, a point as a policy, nothing where nothing is made."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from support import pages
from support.address import address
from support.commands import run_command
from support.waiting import wait_until

from optimiser.errors import InputError
from optimiser.pack.policy_file import policy_from_toml, policy_to_toml
from optimiser.pack.read import read_pack
from optimiser.report.ensembles import frontier_points, output_of, shocks
from optimiser.ui import policy_form
from optimiser.ui.forecasting import Forecaster, Job
from optimiser.ui.jobs import Order
from optimiser.ui.solving import State

CLOSED = ("foster-three", "foster-agency")
"""Without these two homes three children have no place."""
THREE_MORE = """
[[shock]]
name = "Three homes close"
closes = 1.0
provisions = ["foster-three", "foster-agency", "home-large"]
"""
"""Three children more without a place."""


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
def runs(made: Path, copy_in_use: Callable[[Path], Path]) -> Path:
    return copy_in_use(made)


def test_the_points_are_those_of_the_file_and_their_policies_can_be_taken(runs: Path) -> None:
    at = pages.open_page("tradeoffs", pack=pages.PACK)
    listed = pages.table(at, "Gap proven")
    written = pd.read_csv(runs / "line" / "frontier.csv")
    assert list(listed["Mean miles from home"]) == pytest.approx(written["mean_miles"], abs=0.05)
    assert len(listed) == len(written) > 1
    assert "Download the policy" in [each.label for each in at.download_button]
    (said,) = pages.alternatives(at)
    assert said.startswith(f"{len(written)} points, from £{written['weekly_cost_total'].iloc[0]:,.0f} a week")


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


def test_a_point_with_three_without_a_place_is_hidden_when_published(runs: Path) -> None:
    pack = runs / "packs" / "fewer"
    shutil.copytree(runs / "packs" / pages.PACK, pack)
    homes = pd.read_csv(pack / "provision.csv", dtype="str", keep_default_na=False)
    homes[~homes["provision_id"].isin(CLOSED)].to_csv(
        pack / "provision.csv", index=False, lineterminator="\n"
    )
    asked = ("frontier", pack, "--points", "3", "--workers", "1", "--out", runs / "fewer-line")
    assert run_command(*asked).exit_code == 0
    full = pages.open_page("tradeoffs", pack="fewer", run="-")
    assert set(pages.table(full, "Gap proven")["Children without a place"]) == {3}
    assert pages.alternatives(full)
    at = pages.open_page("tradeoffs", pack="fewer", run="-", publication="yes")
    listed = pages.table(at, "Gap proven")
    assert not {"Children with a place", "Children without a place", "Miles, all children"} & set(listed)
    for heading in ("Weekly cost", "Mean miles from home", "Price of a mile, £"):
        assert set(listed[heading]) == {"c"}
    assert not pages.alternatives(at)
    assert "Download the policy" not in [each.label for each in at.download_button]
    assert "£" not in pages.words(at)


def test_a_shock_that_leaves_three_more_without_a_place_is_not_published(runs: Path) -> None:
    asked = runs / "three.toml"
    asked.write_text(THREE_MORE, encoding="utf-8")
    pack = runs / "packs" / pages.PACK
    words = ("stress", pack, "--shocks", asked, "--workers", "1", "--out", runs / "three")
    assert run_command(*words).exit_code == 0
    full = pages.open_page("shocks", stress="three")
    assert list(pages.table(full, "Shock")["More children without a place"]) == [3]
    assert pages.alternatives(full) == ["More children without a place: Three homes close 3."]
    at = pages.open_page("shocks", stress="three", publication="yes")
    assert not at.dataframe
    assert not pages.alternatives(at)
    assert "Three homes close" not in pages.words(at)


def _made(at: AppTest, button: str) -> AppTest:
    """The page once what its button starts is there."""
    (pressed,) = [each for each in at.button if each.label == button]
    pages.checked(pressed.click().run())
    pages.wait_until(at, lambda: not address(at).get("job"))
    return at


def test_a_trade_off_is_drawn_from_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTIMISER_RUNS", str(tmp_path))
    at = pages.open_page("tradeoffs", pack="gateshead-ten", run="-")
    at.number_input[0].set_value(3)
    at = _made(at, "Draw it")
    written = pd.read_csv(tmp_path / "frontier-gateshead-ten-1" / "frontier.csv")
    listed = pages.table(at, "Gap proven")
    assert list(listed["Miles, all children"]) == pytest.approx(written["miles_total"])
    assert len(written) == 3


def test_a_stress_test_is_made_from_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTIMISER_RUNS", str(tmp_path))
    at = pages.open_page("shocks", pack="gateshead-ten", run="-")
    at.radio[0].set_value("provision")
    at.number_input[0].set_value(2)
    at = _made(at, "Make it")
    written = pd.read_csv(tmp_path / "stress-gateshead-ten-1" / "stress.csv")
    assert list(pages.table(at, "Shock")["Shock"]) == list(written["shock"])
    assert len(written) == 2


def _stress_order(runs: Path, top: str) -> Order:
    options = ("--close", "provision", "--top", top, "--workers", "1")
    return Order("stress", "stress test", "losses-again", runs, runs / "packs" / pages.PACK, ("",), options)


def _over(job: Job) -> Job:
    wait_until(lambda: job.state.over)
    return job


def test_a_job_tells_how_far_its_command_is(runs: Path) -> None:
    job = _over(Forecaster().submit(_stress_order(runs, "3")))
    assert job.state is State.DONE, job.message
    assert re.fullmatch(r"shocks: \d+ of \d+(, \d+ min \d+ s left)?", job.said)
    assert (runs / "losses-again" / "stress.csv").read_bytes() == (
        runs / "losses" / "stress.csv"
    ).read_bytes()


def test_a_line_of_progress_is_a_share(runs: Path) -> None:
    job = Job("key", _stress_order(runs, "3"))
    assert job.share == 0.5
    job.listen(["Warning: something else\n", "shocks: 1,500 of 2,000 (3 from before), 1 min 2 s left\n"])
    assert job.said == "shocks: 1,500 of 2,000 (3 from before), 1 min 2 s left"
    assert job.share == 0.75


def test_a_cancelled_stress_test_is_no_run(runs: Path) -> None:
    made = Forecaster()
    job = made.submit(_stress_order(runs, "3"))
    while job.process is None:
        time.sleep(0.01)
    made.cancel(job)
    job.process.wait()
    assert job.state is State.CANCELLED
    assert not job.order.out.exists()
