"""Two runs side by side: differences of metrics.json, and every child who changes place."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import pages

BOTH = {"run": pages.RUN, "compare": pages.BEFORE}
GATESHEAD = "E08000037"


pytestmark = pytest.mark.usefixtures("runs_in_use")


def test_tiles_show_the_run_and_what_it_was_before(runs: Path) -> None:
    at = pages.open_page("compare", **BOTH)
    before, after = pages.metrics(runs, pages.BEFORE), pages.metrics(runs)
    assert pages.tiles(at)["Weekly cost"] == f"£{after['weekly_cost_total']:,.0f}"
    cost = next(each for each in at.metric if each.label == "Weekly cost")
    assert cost.proto.delta_description == f"before £{before['weekly_cost_total']:,.0f}"
    difference = after["weekly_cost_total"] - before["weekly_cost_total"]
    assert f"{difference:,.0f}" in cost.proto.delta


def test_the_policies_difference_is_named() -> None:
    table = pages.table(pages.open_page("compare", **BOTH), "Key")
    assert table["Key"].tolist() == ["limits.max_miles"]


def test_every_child_who_changes_place_is_listed(runs: Path) -> None:
    at = pages.open_page("compare", **BOTH)
    rows = [
        pages.allocations(runs, run).set_index("child_id")["provision_id"]
        for run in (pages.BEFORE, pages.RUN)
    ]
    changed = sorted(rows[0].index[rows[0] != rows[1]])
    table = pages.table(at, "Child")
    assert sorted(table["Child"]) == changed == ["dale", "elm"]
    assert all(table["Why"])


def test_the_map_and_the_bars_show_the_difference(runs: Path) -> None:
    at = pages.open_page("compare", measure="weekly_cost", **BOTH)
    before, after = (pages.metrics(runs, run)["by_authority"][GATESHEAD] for run in (pages.BEFORE, pages.RUN))
    difference = after["weekly_cost_total"] - before["weekly_cost_total"]
    (document,) = pages.maps(at)
    drawn = pages.areas(document)
    assert f"+£{difference:,.0f}" in drawn[GATESHEAD]["text"]


def test_a_difference_of_shares_is_in_percentage_points_everywhere() -> None:
    at = pages.open_page("compare", measure="share_over", **BOTH)
    (document,) = pages.maps(at)
    assert pages.areas(document)[GATESHEAD]["text"].endswith(" points")
    assert all(each.endswith(" points.") for each in pages.alternatives(at))
    (chart,) = at.get("vega_lite_chart")
    assert "Difference, percentage points" in chart.proto.spec
    assert "%" not in chart.proto.spec
    share = next(each for each in at.metric if each.label.startswith("Share"))
    assert "points" in share.proto.delta


def test_children_are_hidden_in_the_publication_view() -> None:
    at = pages.open_page("compare", publication="yes", **BOTH)
    assert "may not be published" in pages.words(at)
    assert not any("Child" in each.value.columns for each in at.dataframe)
    assert "elm" not in pages.words(at)
