"""The region's page: figures of metrics.json in the tiles, on the map and in the tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import pages

GATESHEAD = "E08000037"


pytestmark = pytest.mark.usefixtures("runs_in_use")


def test_tiles_show_the_run_and_today(runs: Path) -> None:
    at = pages.open_page("region")
    metrics = pages.metrics(runs)
    tiles = pages.tiles(at)
    assert tiles["Children placed"] == str(metrics["placed"]) == "9"
    assert tiles["Children without a place"] == str(metrics["unplaced"]) == "1"
    assert tiles["Median miles from home"] == f"{metrics['median_miles']:.1f}"
    assert tiles["Weekly cost"] == f"£{metrics['weekly_cost_total']:,.0f}"
    median = next(each for each in at.metric if each.label == "Median miles from home")
    # Today: 1, 2, 2, 2, 2, 3, 22 and 31 miles.
    assert median.proto.delta_description == "today 2.0"


def test_the_map_carries_every_authority_with_its_figure(runs: Path) -> None:
    at = pages.open_page("region", measure="median_miles")
    document = pages.maps(at)[0]
    by_code = pages.areas(document)
    median = pages.metrics(runs)["by_authority"][GATESHEAD]["median_miles"]
    assert f"{median:.1f}" in by_code[GATESHEAD]["text"]
    assert f"{median:.1f}" in [each["text"] for each in document["labels"]]
    (alternative,) = [each for each in pages.alternatives(at) if "Median miles" in each][:1]
    assert f"{median:.1f}" in alternative


def test_families_are_never_points() -> None:
    at = pages.open_page("region", overlay="places")
    document = pages.maps(at)[0]
    titles = [each["title"] for each in document["circles"]]
    assert sorted(each for each in titles if not each.startswith("Foster homes near here")) == [
        "Synthetic children's home of four",
        "Synthetic children's home of one",
        "Synthetic flats",
    ]
    assert any(each.startswith("Foster homes near here") for each in titles)
    assert "household" not in str(document)
    assert "grandparents" not in str(document)


def test_an_authority_is_told_how_it_differs_from_today() -> None:
    at = pages.open_page("region", run=pages.BEFORE, authority=GATESHEAD)
    told = {each.label: each.proto for each in at.metric}
    # Today 2 of the 8 children whose distance is known live over 20 miles from home, in the run nobody.
    assert told["Share living far from home"].delta == "−25.0 points, better"
    assert told["Share living far from home"].delta_description == "today 25.0%"
    # 1.997 miles against 2.0: none that can be seen.
    assert told["Median miles from home"].delta == "0.0"


def test_a_click_on_an_authority_is_the_same_as_choosing_it(runs: Path) -> None:
    whole = pages.open_page("region")
    assert "The region" in pages.words(whole)
    at = pages.open_page("region", authority=GATESHEAD)
    metrics = pages.metrics(runs)["by_authority"][GATESHEAD]
    assert pages.tiles(at)["Children"] == str(metrics["children"]) == "10"
    assert pages.tiles(at)["Children without a place"] == str(metrics["unplaced"])
    assert [code for code, each in pages.areas(pages.maps(at)[0]).items() if each["chosen"]] == [GATESHEAD]
    at.button[0].click()
    pages.checked(at.run())
    assert "authority" not in at.query_params


def test_flows_show_who_lives_out_of_their_authority(runs: Path) -> None:
    at = pages.open_page("region", run=pages.BEFORE, overlay="flows")
    placed = pages.allocations(runs, pages.BEFORE)
    away = placed[placed["provision_id"] == "foster-far"]
    table = pages.table(at, "Lives in")
    there = table[(table["Home authority"] == "Gateshead") & (table["Lives in"] == "Northumberland")]
    assert there["Children"].tolist() == [len(away)] == [1]


def test_the_publication_view_hides_small_counts_everywhere() -> None:
    at = pages.open_page("region", publication="yes", authority="", overlay="both", run=pages.BEFORE)
    tiles = pages.tiles(at)
    assert tiles["Children without a place"] == "c"
    table = pages.table(at, "Lives in")
    assert "1" not in table["Children"].tolist()
    document = pages.maps(at)[0]
    assert not [
        each for each in document["circles"] if not each["title"].endswith(("Gateshead", "Northumberland"))
    ]
    assert document["lines"] == []


def test_without_a_run_and_without_today_the_page_says_so() -> None:
    at = pages.open_page("region", pack="gateshead-ten", run="-")
    assert "does not say where children live today" in pages.words(at)
    assert not pages.maps(at)


def test_without_a_run_today_is_shown() -> None:
    at = pages.open_page("region", run="-")
    assert pages.tiles(at)["Median miles from home, today"] == "2.0"
