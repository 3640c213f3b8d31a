"""Facility location: equal to full enumeration on small cases, and to every published optimum."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.facility_instances import PENNY, euclidean_median, every_pair, published_instances
from optimiser.commissioning.facility import Facilities, Located, value_of
from optimiser.commissioning.facility_bound import bound_at, dense_from, pair_bounds, to_open
from optimiser.commissioning.facility_loads import loads_within
from optimiser.commissioning.facility_master import tightened, violated_triples
from optimiser.commissioning.facility_neighbourhoods import Answer, neighbours_improved
from optimiser.commissioning.facility_search import assigned
from optimiser.commissioning.facility_solve import USUAL, Effort, solve
from optimiser.commissioning.knapsack import fill, forced
from optimiser.errors import InputError, StoppedError
from optimiser.matching.instance import Floats


def random_case(seed: int) -> Facilities:
    """Up to 6 units and 4 sites: tight or loose, whole numbers or not, pairs absent, a number or none."""
    rng = np.random.default_rng(seed)
    units, sites = int(rng.integers(1, 7)), int(rng.integers(1, 5))
    whole = rng.random() < 0.5
    size = rng.integers(0, 9, units).astype(float) if rng.random() < 0.7 else rng.random(units) * 5
    capacity = np.maximum(size.max(), size.sum() / sites * rng.uniform(0.9, 2.5, sites))
    if rng.random() < 0.2:
        capacity[:] = np.inf
    cost, opening = rng.random((sites, units)) * 20 - 2, rng.random(sites) * 15
    if whole:
        cost, opening, capacity = np.round(cost), np.round(opening), np.ceil(capacity)
    there = rng.random((sites, units)) < 0.85
    site, unit = np.nonzero(there)
    number = int(rng.integers(1, sites + 1)) if rng.random() < 0.4 else None
    return Facilities(size, capacity, unit, site, cost[there], opening, number)


def enumerated(instance: Facilities) -> float:
    """The least value over every way to open sites and serve units; infinity where there is none."""
    best = np.inf
    sites, units = len(instance.capacity), len(instance.size)
    for opened in product((False, True), repeat=sites):
        for at in product(range(sites), repeat=units):
            try:
                best = min(best, value_of(instance, np.array(at, dtype=np.int64), np.array(opened)))
            except ValueError:
                continue
    return best


def solved(instance: Facilities, effort: Effort = USUAL) -> Located | None:
    try:
        return solve(instance, effort=effort)
    except InputError:
        return None


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_small_cases_equal_enumeration(first: int) -> None:
    for seed in range(first, first + 20):
        instance = random_case(seed)
        truth, found = enumerated(instance), solved(instance)
        if found is None:
            assert truth == np.inf, seed
            continue
        assert found.optimal, seed
        assert found.value == pytest.approx(truth, abs=1e-6), seed
        assert found.bound <= found.value, seed
        assert value_of(instance, found.site_of_unit, found.opened) == found.value, seed


def test_both_forms_of_the_rest_agree() -> None:
    for seed in range(200, 260):
        instance = random_case(seed)
        usual = solved(instance)
        for most_loads, most_pairs in ((0, 0), (0, 10**6), (10**6, 0), (0, 3)):
            other = solved(instance, Effort(1, 1, most_loads=most_loads, most_pairs=most_pairs))
            assert (other is None) == (usual is None), seed
            if usual is not None and other is not None:
                assert other.optimal
                assert other.value == pytest.approx(usual.value, abs=1e-6), seed


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("exact", [False, True])
def test_bounds_hold_at_any_price(seed: int, exact: bool) -> None:
    instance = random_case(seed)
    rng = np.random.default_rng(seed)
    found = solved(instance)
    if found is None:
        return
    dense = dense_from(instance)
    units = np.arange(len(instance.size))
    for _ in range(5):
        bound = bound_at(dense, rng.random(len(units)) * 25 - 2, exact=exact)
        assert bound.value <= found.value + 1e-6
        least = pair_bounds(dense, bound)
        assert (least[found.site_of_unit, units] <= found.value + 1e-6).all()
        opening, closing = to_open(dense, bound)
        assert (bound.value + opening[found.opened] <= found.value + 1e-6).all()
        assert (bound.value + closing[~found.opened] <= found.value + 1e-6).all()
        loads = loads_within(dense, bound, found.value, most=100_000)
        assert loads is not None
        listed = {
            (int(loads.site[k]), frozenset(loads.unit[loads.load == k].tolist())) for k in range(len(loads))
        }
        for site in np.flatnonzero(found.opened).tolist():
            assert (site, frozenset(np.flatnonzero(found.site_of_unit == site).tolist())) in listed


@pytest.mark.parametrize("seed", range(40))
def test_knapsacks_equal_enumeration(seed: int) -> None:
    rng = np.random.default_rng(seed)
    profit = rng.normal(2, 4, (3, 6))
    size = rng.integers(0, 7, 6).astype(float)
    capacity = rng.integers(1, 20, 3).astype(float)
    loads = np.array(list(product((0.0, 1.0), repeat=6)))
    exact, relaxed = fill(profit, size, capacity, exact=True), fill(profit, size, capacity, exact=False)
    inside, outside = forced(profit, size, capacity, exact)
    for site in range(3):
        fits = loads @ size <= capacity[site]
        worth = np.where(fits, loads @ profit[site], -np.inf)
        assert exact.value[site] == pytest.approx(worth.max())
        assert relaxed.value[site] >= worth.max() - 1e-9
        assert exact.taken[site] @ profit[site] == pytest.approx(worth.max())
        assert exact.taken[site] @ size <= capacity[site]
        for unit in range(6):
            assert inside[site, unit] >= worth[loads[:, unit] == 1].max() - 1e-9
            assert outside[site, unit] >= worth[loads[:, unit] == 0].max() - 1e-9
            if exact.dear[site] > 0:
                assert inside[site, unit] == pytest.approx(worth[loads[:, unit] == 1].max())
                assert outside[site, unit] == pytest.approx(worth[loads[:, unit] == 0].max())


@pytest.mark.parametrize("seed", range(60))
def test_cuts_keep_every_best_answer(seed: int) -> None:
    instance = random_case(seed)
    found = solved(instance)
    if found is None:
        return
    dense = dense_from(instance)
    price = np.random.default_rng(seed).random(len(instance.size)) * 25 - 2
    loads = loads_within(dense, bound_at(dense, price, exact=True), found.value, most=100_000)
    assert loads is not None
    rest = tightened(dense, loads, found.value, price, enough=0, ends=None)
    assert rest.value <= found.value + 1e-6
    listed = {
        (int(rest.loads.site[k]), frozenset(rest.loads.unit[rest.loads.load == k].tolist()))
        for k in range(len(rest.loads))
    }
    for site in np.flatnonzero(found.opened).tolist():
        assert (site, frozenset(np.flatnonzero(found.site_of_unit == site).tolist())) in listed


def test_triples_are_those_that_count_more_than_one() -> None:
    """Half of each pair of three units: one and a half loads have two or more of the three."""
    has = np.array([[1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    assert violated_triples(has, np.array([0.5, 0.5, 0.5, 1.0])).tolist() == [[0, 1, 2]]
    assert len(violated_triples(has, np.array([1.0, 0.0, 0.0, 1.0]))) == 0


@pytest.mark.parametrize("seed", range(4))
def test_long_lists_and_neighbourhoods_agree_with_pairs(seed: int) -> None:
    """A small capacitated p-median, tight: by lists of loads, cuts and neighbourhoods, and by pairs alone."""
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 21, 24).astype(float)
    capacity = float(np.ceil(size.sum() / 4 / 0.92))
    instance = euclidean_median(rng.integers(1, 101, (24, 2)).astype(float), size, capacity, 4)
    by_loads, by_pairs = (
        solve(instance, effort=Effort(most_loads=20)),
        solve(instance, effort=Effort(1, 1, 0)),
    )
    assert by_loads.optimal
    assert by_pairs.optimal
    assert by_loads.value == by_pairs.value
    dense = dense_from(instance)
    draft = assigned(dense, np.flatnonzero(by_loads.opened))
    assert draft is not None

    def within(part: Facilities, now: Answer) -> Located:
        return solve(part, start=now)

    better = neighbours_improved(dense, Answer(draft.open[draft.at], draft.open), within)
    opened = np.isin(np.arange(24), better.opened)
    assert by_loads.value <= value_of(instance, better.site_of_unit, opened) <= draft.value


def test_a_site_of_no_capacity_and_a_single_site() -> None:
    size, opening = np.array([2.0, 3.0]), np.array([1.0, 7.0])
    cost = np.array([[0.0, 0.0], [4.0, 5.0]])
    found = solve(every_pair(size, np.array([0.0, 5.0]), cost, opening))
    assert (found.value, found.bound, found.optimal) == (16.0, 16.0, True)
    both = solve(every_pair(size, np.array([0.0, 5.0]), cost, opening, 2))
    assert both.value == 17.0
    assert solve(every_pair(size, np.array([5.0]), cost[1:], opening[1:])).value == 16.0
    with pytest.raises(InputError, match="no sites can serve all units whole"):
        solve(every_pair(size, np.array([4.0, 4.0]), cost, opening, 1))


def test_every_published_optimum_is_reached(reference: Path) -> None:
    published = published_instances(reference / "instances")
    assert len(published) == 14
    for each in published:
        found = solve(each.instance)
        assert found.optimal, each.name
        assert found.value == pytest.approx(each.optimum, abs=PENNY + 1e-6), each.name


def uncapacitated(units: int, sites: int, number: int, *, seed: int) -> Facilities:
    rng = np.random.default_rng(seed)
    apart = rng.random((sites, 1, 2)) - rng.random((1, units, 2))
    cost: Floats = np.hypot(apart[:, :, 0], apart[:, :, 1]) * rng.uniform(1, 20, units)
    return every_pair(np.ones(units), np.full(sites, np.inf), cost, np.zeros(sites), number)


def test_no_answer_is_said() -> None:
    two = every_pair(np.array([3.0, 3.0]), np.array([5.0]), np.zeros((1, 2)), np.zeros(1))
    with pytest.raises(InputError, match="no sites can serve all units whole"):
        solve(two)
    with pytest.raises(InputError, match="unit 1 fits no site"):
        solve(every_pair(np.array([3.0, 6.0]), np.array([5.0, 5.0]), np.zeros((2, 2)), np.zeros(2)))


def test_a_time_limit_gives_a_bound_or_stops() -> None:
    hard = uncapacitated(120, 120, 12, seed=1)
    tight = Facilities(
        np.random.default_rng(1).integers(1, 20, 120).astype(float),
        np.full(120, 120.0),
        hard.unit,
        hard.site,
        hard.cost,
        hard.opening,
        12,
    )
    try:
        found = solve(tight, seconds=0.0)
    except StoppedError:
        return
    assert found.bound <= found.value
    assert found.optimal == (found.gap == 0)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"cost": np.array([1.0])}, "lengths differ"),
        ({"unit": np.array([0, 2])}, "out of range"),
        ({"unit": np.array([0, 0]), "site": np.array([0, 0])}, "listed twice"),
        ({"cost": np.array([1.0, np.inf])}, "not all are finite"),
        ({"size": np.array([1.0, -1.0])}, "not all are finite and ≥ 0"),
        ({"capacity": np.array([np.nan])}, "not all are ≥ 0"),
        ({"number_open": 2}, "number_open is 2"),
    ],
)
def test_arrays_that_are_no_instance(changed: dict[str, Any], says: str) -> None:
    arrays: dict[str, Any] = {
        "size": np.ones(2),
        "capacity": np.array([9.0]),
        "unit": np.array([0, 1]),
        "site": np.array([0, 0]),
        "cost": np.array([1.0, 2.0]),
        "opening": np.zeros(1),
    }
    with pytest.raises(InputError) as caught:
        Facilities(**(arrays | changed))
    assert any(says in str(fault) for fault in caught.value.faults)


def test_an_instance_without_units() -> None:
    none, two = np.zeros(0), np.ones(2)
    index = np.zeros(0, dtype=np.int64)
    assert solve(Facilities(none, two, index, index, none, two, 1)).value == 1.0
    assert solve(Facilities(none, two, index, index, none, two)).value == 0.0
