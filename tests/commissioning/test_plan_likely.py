"""A likely plan: of all whole units within the limits, those that cost least in the relaxation."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from support.random_plans import best_by_trying, small_plan

from optimiser.allocation.columns import all_columns
from optimiser.allocation.families import Tally
from optimiser.allocation.prices import Objective, objective_of_tier
from optimiser.allocation.relaxation import Clock
from optimiser.commissioning.outlook import offers_from_options, outlooks
from optimiser.commissioning.plan_likely import likely_units
from optimiser.commissioning.plan_programme import PlanProgramme
from optimiser.commissioning.plan_solve import commission
from optimiser.matching.instance import Ints
from optimiser.pack.commission import Commission
from optimiser.pack.futures import future_of_pack, read_futures
from optimiser.pack.read import read_pack

SEEDS = range(60)


def relaxed_value(programme: PlanProgramme, lower: Ints, upper: Ints) -> float:
    """What the placements cost with so many units of each option, in fractions."""
    programme.bound_units(lower, upper)
    relaxed = programme.relax()
    assert relaxed is not None
    return relaxed.value


def has_the_cheapest(objective: Objective, seed: int, folder: Path) -> bool:
    """Checks the likely units of a small case against all; whether its relaxation had parts of units."""
    pack_folder, futures_folder = small_plan(seed).write(folder)
    pack = read_pack(pack_folder, commissioning=True)
    futures = [future_of_pack(pack)] if futures_folder is None else read_futures(futures_folder, pack)
    listed = outlooks(pack, futures)
    offers = offers_from_options(pack.options, pack.commission or Commission())
    columns = [all_columns(each.instance) for each in listed]
    programme = PlanProgramme(offers, listed, columns, elastic=Objective(100_000.0, 10_000.0))
    programme.loosen_tallies()
    programme.settle(objective)
    relaxed = programme.relax()
    assert relaxed is not None
    every = [np.array(units) for units in product(*(range(most + 1) for most in offers.max_units.tolist()))]
    allowed = [units for units in every if all(limit.each @ units <= limit.most for limit in offers.limits)]
    cheapest = min(relaxed_value(programme, units, units) for units in allowed)

    units = likely_units(programme, Clock(None))
    assert any((units == each).all() for each in allowed)
    assert relaxed_value(programme, units, units) == pytest.approx(cheapest, rel=1e-5, abs=1e-5)
    return bool((np.abs(relaxed.units - np.round(relaxed.units)) > 1e-6).any())


@pytest.mark.parametrize(
    "objective",
    [
        Objective(5_000.0, 1_000.0, 1.0),
        objective_of_tier(3, Tally(0.0, 0.0)),
        objective_of_tier(3, Tally(0.5)),
    ],
    ids=["priced", "no counts", "half a child"],
)
def test_likely_units_cost_least_in_the_relaxation_of_all_within_the_limits(
    objective: Objective, tmp_path: Path
) -> None:
    in_parts = [has_the_cheapest(objective, seed, tmp_path / str(seed)) for seed in SEEDS]
    assert sum(in_parts) >= 5


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_within_a_wide_gap_brackets_the_best(seed: int, tmp_path: Path) -> None:
    case = small_plan(seed)
    pack_folder, futures_folder = case.write(tmp_path / "case")
    pack = read_pack(pack_folder, commissioning=True)
    futures = None if futures_folder is None else read_futures(futures_folder, pack)
    plan = commission(pack, futures, gap=0.05)
    best = best_by_trying(case, tmp_path / "tried")
    assert (plan.tiers.unplaced, plan.tiers.separated) == pytest.approx(best.tiers[:2], abs=1e-9)
    assert plan.bounds.score <= best.tiers[2] + 1e-6
    assert best.tiers[2] <= plan.tiers.score + 1e-6
    assert plan.status == "optimal"
    assert plan.gap <= 0.05
