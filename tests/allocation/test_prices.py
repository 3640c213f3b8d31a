"""Prices: what they charge a column, and that no prices ≥ 0 prove a bound above the optimum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from support.five import POLICY, five
from support.random_packs import small_tables

from optimiser.allocation.check import check_placement, lives_together, tiers_of_placement
from optimiser.allocation.columns import Columns, all_columns, units_from_instance
from optimiser.allocation.cuts import shared_places, superadditive_counts
from optimiser.allocation.families import STANDING, Rounding, Rows, Tally, incompatible, small_places
from optimiser.allocation.market import cheapest, improving, market_from_instance, within
from optimiser.allocation.prices import (
    UNPRICED,
    Objective,
    Prices,
    cheapest_of,
    cost_at_prices,
    objective_of_tier,
    paid_back,
    reduced_costs,
    worth_from_cheapest,
)
from optimiser.allocation.solution import Tiers
from optimiser.errors import SolverError
from optimiser.matching.instance import Floats, Instance, Ints, instance_from_pack
from optimiser.pack.read import read_pack

PRICED = tuple(name for name in STANDING if name not in UNPRICED)
TALLY = Tally(unplaced=2, separated=1)
CUTS = (Rounding(0, superadditive_counts(4)[0]), Rounding(0, (0, 0, 0, 1, 2), (0, 2)))


# -- what a column is charged -----------------------------------------------------------------------


def counted(rows: Rows, columns: Columns) -> Floats:
    """Shape (rows, columns): what each column counts in each row."""
    table = np.zeros((len(rows.keys), len(columns)))
    for row, column, value in zip(rows.lives.row, rows.lives.variable, rows.lives.coefficient, strict=True):
        table[row, column] += value
    return table


@pytest.mark.parametrize("family", [*PRICED, "incompatible", "small_places"])
def test_a_family_charges_its_price_times_what_the_column_counts(family: str) -> None:
    instance = five()
    units, columns, objective = (
        units_from_instance(instance),
        all_columns(instance),
        objective_of_tier(3, TALLY),
    )
    rng = np.random.default_rng(7)
    apart = tuple(at for at, _ in shared_places(instance, columns, np.zeros(len(columns))))
    if family == "incompatible":
        rows = incompatible(instance, units, columns, apart)
        price = rng.uniform(0, 100, len(rows.keys))
        prices = Prices({}, apart=apart, apart_price=price)
    elif family == "small_places":
        rows = small_places(instance, units, columns, CUTS)
        price = rng.uniform(0, 100, len(rows.keys))
        prices = Prices({}, cuts=CUTS, cut_price=price)
    else:
        rows = STANDING[family](instance, units, columns, TALLY)
        price = rng.uniform(0, 100, len(rows.keys))
        prices = Prices({family: price})
    cost = cost_at_prices(instance, units, columns, objective, prices)
    np.testing.assert_allclose(cost, columns.score + price @ counted(rows, columns), rtol=1e-12)
    assert paid_back(instance, units, objective, prices) == pytest.approx(
        float(price @ rows.bound), rel=1e-12
    )


def test_charges_add_up_by_hand() -> None:
    """Eve is solo in ash, £500 a week and four vacancies: 510 + 4·7 + 500·0.5 − 0.4·100 = 748."""
    instance = five()
    units, columns = units_from_instance(instance), all_columns(instance)
    prices = Prices(
        {
            "capacity": np.array([7.0, 0.0, 0.0, 0.0]),
            "weekly_budget": np.array([0.5]),
            "share_near_home": np.array([100.0]),
        }
    )
    cost = cost_at_prices(instance, units, columns, objective_of_tier(3, Tally()), prices)
    eve_in_ash = (columns.unit == 4) & (columns.provision == 0)
    assert cost[eve_in_ash].tolist() == pytest.approx([748.0])
    back = paid_back(instance, units, objective_of_tier(3, Tally()), prices)
    assert back == pytest.approx(7 * 4 + 0.5 * 4000)


def test_each_tier_minimises_one_thing() -> None:
    weights = [astuple(objective_of_tier(tier, Tally()))[:3] for tier in (1, 2, 3)]
    assert weights == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


# -- weak duality -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tiny:
    """An instance of a handful of children, and every placement that the contract allows, with its tiers."""

    instance: Instance
    placements: tuple[tuple[Ints, Tiers], ...]

    def best(self, objective: Objective) -> float:
        """The least that `objective` can be, by enumeration, within its tally."""
        return min(self.worth(objective, tiers) for _, tiers in self.within(objective.tally))

    def within(self, tally: Tally) -> Iterator[tuple[Ints, Tiers]]:
        for placement, tiers in self.placements:
            placed_enough = tally.unplaced is None or tiers.unplaced <= tally.unplaced
            if placed_enough and (tally.separated is None or tiers.separated <= tally.separated):
                yield placement, tiers

    @staticmethod
    def worth(objective: Objective, tiers: Tiers) -> float:
        return (
            objective.unplaced * tiers.unplaced
            + objective.separated * tiers.separated
            + objective.score * tiers.score
        )

    def objectives(self) -> list[Objective]:
        """Those of the three tiers, each with what the tiers before it prove, and all tiers in one."""
        unplaced = int(self.best(objective_of_tier(1, Tally())))
        separated = int(self.best(objective_of_tier(2, Tally(unplaced))))
        return [
            objective_of_tier(1, Tally()),
            objective_of_tier(2, Tally(unplaced)),
            objective_of_tier(3, Tally(unplaced, separated)),
            Objective(unplaced=5_000.0, separated=900.0, score=1.0),
        ]


def allowed(instance: Instance, placement: Ints) -> bool:
    try:
        check_placement(instance, placement)
    except SolverError:
        return False
    return True


SEEDS = (1, 2, 3, 5, 8, 11, 12, 14)


@pytest.fixture(scope="module", params=SEEDS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    tables = small_tables(request.param, children=(3, 4), provisions=(2, 3))
    folder: Path = tables.write(tmp_path_factory.mktemp("tiny") / "pack")
    instance = instance_from_pack(read_pack(folder))
    every = (
        np.array(where, dtype=np.int64)
        for where in product(range(-1, len(instance.provisions)), repeat=len(instance.children))
    )
    return Tiny(
        instance,
        tuple((each, tiers_of_placement(instance, each)) for each in every if allowed(instance, each)),
    )


def random_prices(instance: Instance, objective: Objective, rng: np.random.Generator) -> Prices:
    """Prices ≥ 0 of every size for every row that could be priced, and none for some families."""
    units, columns = units_from_instance(instance), all_columns(instance)
    size = 1_000.0 if objective.score > 0 else 1.0

    def some(number: int, scale: float) -> Floats:
        prices = rng.exponential(scale, number) * (rng.random(number) < 0.7)
        return prices * (rng.random() < 0.7)

    scale = {"weekly_budget": 1e-3, "authority_weekly_budget": 1e-3}
    standing = {
        name: some(len(family(instance, units, columns, objective.tally).keys), size * scale.get(name, 1.0))
        for name, family in STANDING.items()
        if name in PRICED
    }
    apart = tuple(at for at, _ in shared_places(instance, columns, np.zeros(len(columns))))
    cuts = tuple(
        Rounding(p, count)
        for p, vacancies in enumerate(instance.provisions.vacancies.tolist())
        if vacancies >= 2
        for count in superadditive_counts(vacancies)
    )
    return Prices(standing, apart, some(len(apart), size), cuts, some(len(cuts), size))


def test_no_prices_prove_more_than_the_optimum(tiny: Tiny) -> None:
    market, rng = market_from_instance(tiny.instance), np.random.default_rng(3)
    for objective in tiny.objectives():
        best = tiny.best(objective)
        for _ in range(12):
            prices = random_prices(tiny.instance, objective, rng)
            bound, _ = market.sweep(objective, prices, cheapest(1))
            assert bound <= best + 1e-6 * max(1.0, abs(best))


def test_no_prices_at_all_prove_what_each_child_costs_at_best(tiny: Tiny) -> None:
    objective = Objective(unplaced=5_000.0, score=1.0)
    bound, _ = market_from_instance(tiny.instance).sweep(objective, Prices({}), cheapest(1))
    columns = all_columns(tiny.instance)
    units = units_from_instance(tiny.instance)
    cheapest_of = dict.fromkeys(range(len(tiny.instance.children)), 5_000.0)
    for unit, worth in zip(columns.unit.tolist(), columns.score.tolist(), strict=True):
        if unit in cheapest_of and units.alone[unit]:
            cheapest_of[unit] = min(cheapest_of[unit], worth)
    if not tiny.instance.groups:
        assert bound == pytest.approx(sum(cheapest_of.values()))
    assert bound <= tiny.best(objective) + 1e-6


def test_an_answer_costs_at_least_the_bound_and_the_reduced_cost_of_what_it_uses(tiny: Tiny) -> None:
    """So no column above the slack is needed by an answer within it."""
    instance, rng = tiny.instance, np.random.default_rng(5)
    units, columns = units_from_instance(instance), all_columns(instance)
    for objective in tiny.objectives():
        prices = random_prices(instance, objective, rng)
        price = cost_at_prices(instance, units, columns, objective, prices)
        cheapest = cheapest_of(columns, price, len(units.number))
        choices = worth_from_cheapest(instance, objective, prices, cheapest)
        bound = choices.total - paid_back(instance, units, objective, prices)
        reduced = dict(
            zip(
                zip(columns.unit.tolist(), columns.provision.tolist(), strict=True),
                reduced_costs(instance, units, columns, objective, prices),
                strict=True,
            )
        )
        for placement, tiers in tiny.within(objective.tally):
            for used in used_by(instance, placement):
                worth = tiny.worth(objective, tiers)
                assert bound + reduced[used] <= worth + 1e-6 * max(1.0, abs(worth))


def used_by(instance: Instance, placement: Ints) -> list[tuple[int, int]]:
    """The units and provisions of a placement, groups that live together placed whole."""
    whole = [g for g, group in enumerate(instance.groups) if lives_together(placement, group)]
    together = {c for g in whole for c in instance.groups[g]}
    singles = [(c, int(p)) for c, p in enumerate(placement) if p >= 0 and c not in together]
    return singles + [(len(instance.children) + g, int(placement[instance.groups[g][0]])) for g in whole]


# -- what a sweep chooses ---------------------------------------------------------------------------


def pairs(columns: Columns) -> list[tuple[int, int]]:
    return list(zip(columns.unit.tolist(), columns.provision.tolist(), strict=True))


def test_a_sweep_takes_the_cheapest_of_each_unit() -> None:
    market = market_from_instance(five())
    _, chosen = market.sweep(objective_of_tier(3, Tally()), Prices({}), cheapest(1))
    assert pairs(chosen) == [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]
    dear = Prices({"capacity": np.array([0.0, 100.0, 0.0, 0.0])})
    _, chosen = market.sweep(objective_of_tier(3, Tally()), dear, cheapest(1))
    assert pairs(chosen) == [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)]
    _, chosen = market.sweep(objective_of_tier(3, Tally()), dear, cheapest(0))
    assert pairs(chosen) == []


def test_a_sweep_takes_every_column_within_the_slack() -> None:
    market = market_from_instance(five())
    objective = Objective(unplaced=10_000.0, separated=1_000.0, score=1.0)
    _, chosen = market.sweep(objective, Prices({}), within(39.0))
    assert pairs(chosen) == [(2, 1), (3, 1), (4, 1), (5, 1)]
    _, chosen = market.sweep(objective, Prices({}), within(np.inf))
    assert pairs(chosen) == pairs(all_columns(five()))


def test_a_sweep_takes_what_costs_less_than_the_cheapest_known() -> None:
    """Cat has 511 and Eve 600: ash costs 510 and oak 470. The group has 2,000 whole, and oak costs it 940."""
    market = market_from_instance(five())
    objective = Objective(unplaced=10_000.0, separated=10_000.0, score=1.0)
    known = np.array([0.0, 0.0, 511.0, 0.0, 600.0, 2_000.0])
    _, chosen = market.sweep(objective, Prices({}), improving(known, 1, 1e-6))
    assert pairs(chosen) == [(2, 1), (4, 1), (5, 1)]
    _, chosen = market.sweep(objective, Prices({}), improving(known, 2, 1e-6))
    assert pairs(chosen) == [(2, 0), (2, 1), (4, 0), (4, 1), (5, 0), (5, 1)]


def test_siblings_apart_improve_together_or_not_at_all() -> None:
    """Whole in oak the group costs 940; apart in oak 470 each, and 1 for the separation."""
    market = market_from_instance(five())
    objective = Objective(unplaced=10_000.0, separated=1.0, score=1.0)
    known = np.array([600.0, 600.0, 0.0, 0.0, 0.0, 940.0])
    _, chosen = market.sweep(objective, Prices({}), improving(known, 1, 1e-6))
    assert pairs(chosen) == []
    known[5] = 942.0
    _, chosen = market.sweep(objective, Prices({}), improving(known, 1, 1e-6))
    assert pairs(chosen) == [(0, 1), (1, 1), (5, 1)]


def test_a_group_that_must_not_be_split_is_priced_as_one() -> None:
    """Unpriced, the best is the sum of the cheapest: the group 940, Cat 470, Dan 670, Eve 470."""
    market = market_from_instance(five(replace(POLICY, split="never")))
    objective = Objective(unplaced=10_000.0, separated=1_000.0, score=1.0)
    bound, _ = market.sweep(objective, Prices({}), cheapest(1))
    assert bound == pytest.approx(940 + 470 + 670 + 470)
