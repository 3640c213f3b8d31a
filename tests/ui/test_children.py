"""The children's page: find a child, read why it lives there; nothing of it in the publication view."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from support import pages

from optimiser.ui import maps, store

pytestmark = pytest.mark.usefixtures("runs_in_use")


def _listed(**address: str | list[str]) -> list[str]:
    at = pages.open_page("children", **address)
    children: list[str] = at.dataframe[0].value["child_id"].tolist()
    return children


def _row(runs: Path, child: str) -> dict[str, str]:
    rows = pages.allocations(runs, pages.BEFORE)
    found = rows[rows["child_id"] == child].iloc[0]
    return {str(name): str(value) for name, value in found.items()}


def test_all_children_are_listed_farthest_first(runs: Path) -> None:
    rows = pages.allocations(runs)
    found = _listed()
    assert sorted(found) == sorted(rows["child_id"])
    assert found[0] == "elm"
    assert found[-1] == "gorse"


def test_search_filters_and_order() -> None:
    assert _listed(search="BIRCH", sort="child_id") == ["birch-1", "birch-2", "birch-3"]
    assert _listed(search="wheelchair") == ["gorse"]
    assert _listed(status="unplaced") == ["gorse"]
    assert _listed(kinds=["kinship", "childrens_home"], sort="child_id") == ["cedar", "fern"]
    assert _listed(needs="complex_trauma") == ["cedar"]
    assert _listed(sort="score")[0] == "cedar"


def test_nothing_found_says_so() -> None:
    at = pages.open_page("children", search="nobody")
    assert "None of the 10 children fits these filters" in pages.words(at)


def test_a_childs_page_gives_place_score_and_alternatives(runs: Path) -> None:
    at = pages.open_page("children", child="elm", run=pages.BEFORE)
    row = _row(runs, "elm")
    tiles = pages.tiles(at)
    assert tiles["Miles from home"] == f"{float(row['miles']):.1f}" == "18.0"
    assert tiles["Score"] == f"£{float(row['score']):,.0f}" == "£665"
    terms = pages.table(at, "What counts")
    assert terms["£ a week"].tolist()[-1] == float(row["score"])
    assert sum(terms["£ a week"].tolist()[:-1]) == pytest.approx(float(row["score"]))
    alternatives = pages.table(at, "Why not there")
    assert set(alternatives["Place"]) == {"foster-three", "foster-teen"}


def test_the_childs_map_has_no_address(runs: Path) -> None:
    at = pages.open_page("children", child="elm", run=pages.BEFORE)
    (document,) = pages.maps(at)
    ends = [each["at"] for each in document["circles"]]
    assert len(ends) == 2
    # Home is at 420171.968, 562000: the hexagon's middle is another point, the same for all in the hexagon.
    ground = maps.ground(store.pack_view(runs / "packs" / pages.PACK))
    assert math.dist(ends[0], ground.sheet.at(-1.68615, 54.95238)) > 1.0
    row = _row(runs, "elm")
    assert any(f"{float(row['miles']):.1f} miles from home" in each for each in pages.alternatives(at))


def test_a_child_without_a_place_says_what_would_change_that() -> None:
    at = pages.open_page("children", child="gorse")
    words = pages.words(at)
    assert "Has no place" in words
    assert "wheelchair_access among the skills of foster-agency" in words


def test_an_unknown_child_is_named() -> None:
    assert "There is no child nobody in this run" in pages.words(pages.open_page("children", child="nobody"))


def test_the_publication_view_hides_the_page_and_says_why() -> None:
    at = pages.open_page("children", publication="yes", child="elm")
    assert "hidden in the publication view" in pages.words(at)
    assert not at.dataframe
    assert not pages.maps(at)
    assert "elm" not in pages.words(at)
