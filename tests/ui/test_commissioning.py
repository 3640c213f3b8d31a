"""Commissioning: options on the map, limits as controls, a plan that is solved, shown and rerun headless to
the same bytes; publication hides what tells of few children."""

from __future__ import annotations

import io
import json
import shlex
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from support import pages
from support.address import address
from support.commands import run_command

from optimiser.report import open_run, published_tiles
from optimiser.report.commissioning import plan_tiles
from optimiser.report.plans import open_plan
from optimiser.report.zips import under_two_names, zip_of
from optimiser.ui import plans
from optimiser.ui.solve_progress import solver
from optimiser.ui.solving import State

OPTIONS = """\
option_id,name,provider,kind,sector,authority,easting,northing,places,weekly_cost,max_units,capital_cost,standing_cost
teens,Carers for teenagers,Gateshead,foster_home,local_authority,E08000037,425000,562000,1,500,3,10000,0
small,Home of two,Gateshead,childrens_home,local_authority,E08000037,426000,561000,2,3000,1,300000,4000
"""


pytestmark = pytest.mark.usefixtures("runs_in_use")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of ten children, one of them within ten miles, to which these tests add plans."""
    return pages.make_runs(tmp_path_factory.mktemp("commissioning"))


def labelled(at: AppTest, label: str, value: float | None) -> None:
    next(each for each in at.number_input if each.label.startswith(label)).set_value(value)


def solved(name: str, limits: Mapping[str, float] | None = None, *, frontier: str = "") -> AppTest:
    """The page after a plan has been made of the proposed options; `limits`: how a label begins → value."""
    at = pages.open_page("commissioning")
    next(each for each in at.text_input if each.label.startswith("Amounts of capital")).set_value(frontier)
    next(each for each in at.text_input if each.label.startswith("Name for the plan")).set_value(name)
    for label, value in (limits or {}).items():
        labelled(at, label, value)
    pages.button(at, "Find the best plan")
    solve = solver().find(str(address(at)["solve"]))
    assert solve is not None
    pages.wait_until(at, lambda: solve.state is State.DONE and "solve" not in address(at))
    return at


@pytest.fixture(scope="module")
def made(runs: Path) -> Path:
    """A plan with no limit and its frontier, made on the page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTIMISER_RUNS", str(runs))
        at = solved("all", frontier="0, 10000, 1000000")
    assert address(at)["plan"] == "all"
    assert address(at)["section"] == "plan"
    return runs / "plans" / "all"


def metrics_of(plan: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((plan / "metrics.json").read_bytes())
    return document


def test_options_are_on_the_map_and_in_the_table_with_their_costs() -> None:
    at = pages.open_page("commissioning")
    table = pages.table(at, "Most units")
    drawn = pages.maps(at)[0]
    homes = table[table["Kind of place"] == "Children's home"]
    assert len(homes) > 0
    assert {each["title"] for each in drawn["circles"]} >= set(homes["Name"])
    assert all(each["style"].startswith("ring") for each in drawn["circles"])
    carers = table[table["Kind of place"] == "Foster home"]
    assert not {each["title"] for each in drawn["circles"]} & set(carers["Name"])
    assert f"Foster home: {len(carers)} options" in drawn["alt"]


def test_a_plan_is_shown_with_the_figures_of_its_files(made: Path) -> None:
    at = pages.open_page("commissioning", section="plan", plan="all")
    figures = metrics_of(made)
    before = figures["before"]
    tiles = pages.tiles(at)
    assert tiles["Children placed"] == f"{figures['placed']:.0f}"
    assert tiles["Children without a place"] == f"{figures['unplaced']:.0f}"
    assert tiles["Units opened"] == f"{figures['units']:.0f}"
    assert tiles["Capital"] == f"£{figures['capital_total']:,.0f}"
    both = pages.table(at, "Nothing opened").set_index("Measure")
    assert both.loc["Children without a place", "Nothing opened"] == f"{before['unplaced']:.0f}"
    assert both.loc["Median miles from home", "The plan"] == f"{figures['median_miles']:.1f}"
    plan = pd.read_csv(made / "plan.csv")
    opened = plan[plan["units"] > 0]
    assert len(opened) > 0
    shown = pages.table(at, "Worth of one more unit")
    assert shown["Units"].tolist() == opened["units"].tolist()
    assert shown["Children placed there"].tolist() == opened["children_placed"].tolist()
    assert all(each["style"].startswith("disc") for each in pages.maps(at)[0]["circles"])


def test_what_capital_buys_is_charted_with_its_table(made: Path) -> None:
    rows = pd.read_csv(made / "frontier.csv")
    assert rows["capital"].tolist() == [0, 10_000, 1_000_000]
    at = pages.open_page("commissioning", section="plan", plan="all")
    table = pages.table(at, "Spent, £")
    assert table["Children without a place"].tolist() == rows["unplaced"].tolist()
    assert table["Units"].tolist() == rows["units"].tolist()
    said = f"Children without a place by capital: £0 {rows['unplaced'][0]:.0f}, £10,000"
    assert any(each.startswith(said) for each in pages.alternatives(at))
    at = pages.open_page("commissioning", section="plan", plan="all", bought="score")
    said = f"Score with the units, £ a week by capital: £0 £{rows['score'][0]:,.0f}"
    assert any(each.startswith(said) for each in pages.alternatives(at))


def test_before_is_what_allocate_gives(made: Path, runs: Path) -> None:
    before = metrics_of(made)["before"]
    assert before["unplaced"] == pages.metrics(runs)["unplaced"]
    assert before["score_total"] == pytest.approx(pages.metrics(runs)["score_total"])


def test_the_plan_is_rerun_without_the_app_to_the_same_bytes(
    made: Path, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = pages.open_page("commissioning", section="plan", plan="all")
    archive = zip_of(under_two_names(runs / plans.PACKS / "all"))
    zipfile.ZipFile(io.BytesIO(archive)).extractall(tmp_path)
    program, *words = shlex.split(at.code[0].value)
    assert program == "optimiser"
    monkeypatch.chdir(tmp_path)
    assert run_command(*words).exit_code == 0
    for file in ("plan.csv", "frontier.csv", "children/allocations.csv", "children/before.csv"):
        assert (tmp_path / "my-plan" / file).read_bytes() == (made / file).read_bytes()


def test_limits_hold_and_plans_compare(made: Path, runs: Path) -> None:
    solved("poor", {"Capital, at most": 0.0})
    poor = metrics_of(runs / "plans" / "poor")
    assert poor["capital_total"] == 0
    at = pages.open_page("commissioning", section="against", plan="all", against="poor")
    table = pages.table(at, "Difference").set_index("Measure")
    assert table.loc["Capital", "all"] == f"£{metrics_of(made)['capital_total']:,.0f}"
    assert table.loc["Capital", "poor"] == "£0"
    units = pages.table(at, "Units, all")
    assert units["Units, all"].sum() == metrics_of(made)["units"]
    assert units["Units, poor"].sum() == 0


def test_options_of_ones_own_are_checked_and_used() -> None:
    at = pages.open_page("commissioning")
    at.file_uploader[0].set_value(
        ("options.csv", OPTIONS.replace("foster_home", "castle").encode(), "text/csv")
    )
    pages.button(at, "Check and use these options")
    assert pages.table(at, "What is wrong")["Column"].tolist() == ["kind"]
    at.file_uploader[0].set_value(("options.csv", OPTIONS.encode(), "text/csv"))
    pages.button(at, "Check and use these options")
    assert pages.table(at, "Most units")["Option"].tolist() == ["teens", "small"]
    at = pages.open_page("commissioning")
    next(each for each in at.text_input if each.label.startswith("Amounts of capital")).set_value("much")
    pages.button(at, "Find the best plan")
    assert "not numbers between commas" in at.warning[0].value


def test_a_plan_for_futures_says_that_its_figures_are_means(runs: Path) -> None:
    at = solved("three", {"Futures to plan for": 3})
    assert "For futures: means over them" in pages.words(at)
    figures = metrics_of(runs / "plans" / "three")
    assert len(figures["futures"]) == 3
    assert pages.tiles(at)["Children placed"] == f"{figures['placed']:,.1f}"
    at = pages.open_page("commissioning", section="plan", plan="three", publication="yes")
    tiles = pages.tiles(at)
    assert 0 < figures["unplaced"] < 6
    assert (tiles["Children placed"], tiles["Children without a place"]) == ("c", "c")
    assert tiles["Capital"] == f"£{figures['capital_total']:,.0f}"


def test_publication_hides_small_counts_single_homes_and_the_whole_plan(made: Path) -> None:
    at = pages.open_page("commissioning", section="plan", plan="all", publication="yes")
    assert metrics_of(made)["unplaced"] <= 5
    assert pages.tiles(at)["Children without a place"] == "c"
    both = pages.table(at, "Nothing opened").set_index("Measure")
    assert set(both[both.index == "Children without a place"].iloc[0, 1:]) == {"c"}
    assert not pages.maps(at)
    assert not any("Worth of one more unit" in each.value.columns for each in at.dataframe)
    assert not any("zip" in each.proto.label for each in at.get("download_button"))
    for section in ("options", "against"):
        at = pages.open_page("commissioning", section=section, publication="yes")
        assert "Hidden in the publication view" in pages.words(at)
        assert not at.dataframe


def test_before_is_published_as_the_run_that_it_is(made: Path, runs: Path) -> None:
    run = open_run(runs / pages.RUN)
    assert run.policy == open_run(made / "children").policy
    alone = {tile.key: tile.value_text for tile in published_tiles(run)}
    beside = {tile.key: tile.today_text for tile in plan_tiles(open_plan(made), publication=True)}
    assert beside == alone


def test_the_sufficiency_matrix_is_that_of_the_run(runs: Path) -> None:
    at = pages.open_page("commissioning", section="need")
    table = pages.table(at, "Without a place")
    assert table["Without a place"].iloc[-1] == pages.metrics(runs)["unplaced"]
    hidden = pages.table(
        pages.open_page("commissioning", section="need", publication="yes"), "Without a place"
    )
    assert set(hidden["Without a place"]) <= {"0", "c"}


def test_a_cancelled_plan_leaves_nothing(runs: Path) -> None:
    at = pages.open_page("commissioning", pack="north-east-and-cumbria", run="-")
    next(each for each in at.text_input if each.label.startswith("Name for the plan")).set_value("never")
    pages.button(at, "Find the best plan")
    solve = solver().find(str(address(at)["solve"]))
    assert solve is not None
    assert (runs / plans.PACKS / "never" / "options.csv").is_file()
    pages.button(at, "Cancel this run")
    pages.wait_until(at, lambda: bool(solve.ended))
    assert at.warning[0].value == "Run never was cancelled. Nothing of it was kept."
    assert not any("never" in path.name for path in runs.rglob("*"))


def test_a_name_is_used_once(made: Path) -> None:
    at = pages.open_page("commissioning")
    next(each for each in at.text_input if each.label.startswith("Name for the plan")).set_value(made.name)
    pages.button(at, "Find the best plan")
    assert "exists already" in at.error[0].value
    assert made.is_dir()


def test_an_altered_plan_is_not_shown(made: Path) -> None:
    plan = made / "plan.csv"
    kept = plan.read_bytes()
    plan.write_bytes(kept + b" ")
    try:
        at = pages.open_page("commissioning", section="plan", plan="all")
        assert "plan.csv is not the file" in at.error[0].value
    finally:
        plan.write_bytes(kept)


def test_without_a_plan_there_is_a_sentence() -> None:
    at = pages.open_page("commissioning", section="plan", pack="gateshead-ten", run="-")
    assert "There is no plan for this region pack yet" in pages.words(at)
