"""The figures of metrics.json, on a region small enough to add up by hand."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from support.small import child, home, small_pack, solved_by_hand

from optimiser.audit.allocations import allocations_table
from optimiser.metrics import Metrics, json_from_metrics, metrics_from_run
from optimiser.pack.pack import Pack

NEWCASTLE, GATESHEAD = "E08000021", "E08000037"
CHILDREN = [
    child("a", sibling_group="s", home_precision="sector"),
    child("b", sibling_group="s", authority=NEWCASTLE),
    child("c", sibling_group="t"),
    child("d", sibling_group="t"),
    child("e"),
]
HOMES = [
    home("p", 4.0, places=2, vacancies=2, precision="outward"),
    home("q", 30.0, weekly_cost=1000.0, precision="postcode"),
    home("r", 10.0),
]
LIVING = {"a": "r", "b": "p", "c": "p", "d": "q"}


def figures(pack: Pack, living: dict[str, str], bound: float = 2000.0) -> Metrics:
    instance, solution = solved_by_hand(pack, living, bound=bound)
    return metrics_from_run(pack, instance, solution, allocations_table(pack, instance, solution))


def test_the_region() -> None:
    region = figures(small_pack(CHILDREN, HOMES), LIVING).region
    assert (region.children, region.placed, region.unplaced) == (5, 4, 1)
    assert (region.sibling_groups, region.separated_groups) == (2, 2)
    assert region.weekly_cost_total == 2500.0
    assert region.score_total == pytest.approx(2500 + 10 * (10 + 4 + 4 + 30) + 150, abs=1e-9)
    assert region.mean_miles == pytest.approx(12.0)
    assert region.median_miles == pytest.approx(7.0)
    assert region.p90_miles == pytest.approx(10 + 0.7 * 20)
    assert region.share_over_far_miles == 0.25
    assert region.over_far_miles == 1


def test_distances_rest_on_the_coarser_of_home_and_place() -> None:
    region = figures(small_pack(CHILDREN, HOMES), LIVING).region
    assert region.distances_by_precision == {"coordinates": 0, "postcode": 1, "sector": 1, "outward": 2}


def test_every_authority_has_its_own_children_and_every_group_that_touches_it() -> None:
    by_authority = figures(small_pack(CHILDREN, HOMES), LIVING).by_authority
    assert list(by_authority) == [GATESHEAD, NEWCASTLE]
    assert (by_authority[GATESHEAD].children, by_authority[GATESHEAD].sibling_groups) == (4, 2)
    assert (by_authority[NEWCASTLE].children, by_authority[NEWCASTLE].sibling_groups) == (1, 1)
    assert by_authority[NEWCASTLE].weekly_cost_total == 500.0


def test_an_authority_without_children_has_noughts_and_nulls() -> None:
    newcastle = figures(small_pack(CHILDREN[2:], HOMES), {}, bound=0.0).by_authority[NEWCASTLE]
    assert (newcastle.children, newcastle.placed, newcastle.score_total) == (0, 0, 0.0)
    assert newcastle.mean_miles is newcastle.share_over_far_miles is None


def test_the_gap_and_the_bound() -> None:
    metrics = figures(small_pack([child("a")], [home("p", 10.0)]), {"a": "p"}, bound=540.0)
    assert metrics.score_bound == 540.0
    assert metrics.gap == pytest.approx(0.1)


def test_no_bound_is_null() -> None:
    metrics = figures(small_pack([child("a")], [home("p")]), {"a": "p"}, bound=-math.inf)
    assert metrics.score_bound is metrics.gap is None


def test_the_order_of_rows_never_shows() -> None:
    metrics = figures(small_pack(CHILDREN, HOMES), LIVING)
    shuffled = figures(small_pack(CHILDREN[::-1], HOMES[::-1]), LIVING)
    assert json_from_metrics(replace(shuffled, seconds=metrics.seconds)) == json_from_metrics(metrics)


def test_the_document_has_every_field_of_the_contract() -> None:
    document = json_from_metrics(figures(small_pack(CHILDREN, HOMES), LIVING))
    contract = (
        "children placed unplaced sibling_groups separated_groups score_total score_bound gap "
        "weekly_cost_total mean_miles median_miles p90_miles share_over_far_miles status seconds by_authority"
    )
    assert set(contract.split()) <= set(json.loads(json.dumps(document, allow_nan=False)))
    assert document["status"] == "feasible"
