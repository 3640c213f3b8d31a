"""A sweep, which looks only as far as prices can matter, against every column there is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.random_packs import medium_tables

from optimiser.allocation.columns import NO_COLUMNS, Columns, all_columns, units_from_instance
from optimiser.allocation.families import STANDING, Apart, Rounding, Tally
from optimiser.allocation.market import (
    Choice,
    Market,
    cheapest,
    market_from_instance,
    near,
    rank_by_owner,
    within,
)
from optimiser.allocation.prices import (
    Objective,
    Prices,
    cheapest_of,
    cost_at_prices,
    objective_of_tier,
    paid_back,
    worth_from_cheapest,
)
from optimiser.matching.instance import Floats, Instance, instance_from_pack
from optimiser.pack.policy import Limits
from optimiser.pack.read import read_pack

OBJECTIVES = (
    objective_of_tier(1, Tally()),
    objective_of_tier(2, Tally(3)),
    objective_of_tier(3, Tally(3, 4)),
    Objective(5_000.0, 1_000.0, 1.0, Tally()),
)
CHOICES = (cheapest(0), cheapest(1), cheapest(4), within(0.0), within(40.0), within(np.inf))


@pytest.fixture(params=[30, 31, 32])
def instance(request: pytest.FixtureRequest, tmp_path: Path) -> Instance:
    """A pack with every feature, of several blocks, with a budget and a share near home."""
    folder = medium_tables(request.param, children=(120, 150), provisions=(80, 100)).write(tmp_path / "pack")
    given = instance_from_pack(read_pack(folder))
    limits: Limits = replace(given.policy.limits, weekly_budget=100_000.0, min_share_within_far_miles=0.5)
    return replace(given, policy=replace(given.policy, limits=limits))


def small_steps(instance: Instance) -> Market:
    """Even these packs take many blocks, each in many steps."""
    return market_from_instance(instance, per_block=16, first=4)


def prices_of(instance: Instance, objective: Objective, rng: np.random.Generator) -> Prices:
    """Prices of every family that a column can be charged for, a third of them nothing."""
    scale = 300.0 if objective.score else 0.3
    provisions = len(instance.provisions)

    def some(number: int) -> Floats:
        return rng.uniform(0, scale, number) * (rng.random(number) < 0.7)

    cuts = tuple(
        Rounding(p, (0, 0, *range(1, v)), (0, 1))
        for p, v in enumerate(instance.provisions.vacancies)
        if v >= 2
    )
    apart = tuple(Apart(int(a), int(b), p) for a, b in instance.incompatible for p in range(0, provisions, 5))
    standing = {
        "capacity": some(provisions),
        "weekly_budget": some(1) / 1_000,
        "share_near_home": some(1),
        "fewest_unplaced": np.array([scale * 5]),
        "fewest_separated": np.array([scale]),
    }
    units = units_from_instance(instance)
    present = {
        name: price
        for name, price in standing.items()
        if len(STANDING[name](instance, units, NO_COLUMNS, objective.tally))
    }
    return Prices(
        present,
        apart,
        some(len(apart)),
        cuts,
        some(len(cuts)),
    )


def pairs(columns: Columns) -> set[tuple[int, int]]:
    return set(zip(columns.unit.tolist(), columns.provision.tolist(), strict=True))


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("choice", CHOICES)
def test_a_sweep_finds_what_looking_at_every_column_finds(
    instance: Instance, objective: Objective, choice: Choice
) -> None:
    market, columns = small_steps(instance), all_columns(instance)
    rng = np.random.default_rng(11)
    for _ in range(4):
        prices = prices_of(instance, objective, rng)
        price = cost_at_prices(instance, market.units, columns, objective, prices)
        best = cheapest_of(columns, price, len(market.units.number))
        worth = worth_from_cheapest(instance, objective, prices, best)
        bound = worth.total - paid_back(instance, market.units, objective, prices)

        found, chosen = market.sweep(objective, prices, choice)

        assert found == pytest.approx(bound, rel=1e-12, abs=1e-9)
        if choice.number is None:
            near_enough = price - worth.base[columns.unit]
            assert pairs(columns.take(near_enough <= choice.slack - 1e-9)) <= pairs(chosen)
            assert pairs(chosen) <= pairs(columns.take(near_enough <= choice.slack + 1e-9))
        else:
            first = rank_by_owner(columns.unit, price) < choice.number
            paid = cost_at_prices(instance, market.units, chosen, objective, prices)
            assert len(chosen) == first.sum()
            assert np.sort(paid) == pytest.approx(np.sort(price[first]), rel=1e-12, abs=1e-9)


def test_what_is_near_holds_all_that_improves_and_is_no_dearer(instance: Instance) -> None:
    market, columns = small_steps(instance), all_columns(instance)
    objective, rng = OBJECTIVES[3], np.random.default_rng(12)
    prices = prices_of(instance, objective, rng)
    known = columns.take(rng.random(len(columns)) < 0.1)
    price = cost_at_prices(instance, market.units, known, objective, prices)
    below = cheapest_of(known, price, len(market.units.number))
    _, close = market.sweep(objective, prices, near(below, 50.0))
    _, improves = market.sweep(objective, prices, near(below, 0.0))
    assert 0 < len(improves) < len(close)
    assert pairs(improves) <= pairs(close)
    assert pairs(market.among(close, objective, prices, near(below, 0.0))) == pairs(improves)
    dearer = cost_at_prices(instance, market.units, close, objective, prices) >= below[close.unit] + 50.0
    assert not dearer.any()


def test_every_unit_stands_in_one_block(instance: Instance) -> None:
    market = small_steps(instance)
    listed = np.concatenate([block.unit for block in market.blocks])
    alone = np.arange(len(instance.children) + len(instance.groups))
    assert np.array_equal(np.sort(listed), alone)
