"""A likely plan from the relaxation: whole units within every limit, and no better than the relaxation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.random_plans import best_by_trying, small_plan

from optimiser.allocation.columns import all_columns
from optimiser.allocation.prices import Objective
from optimiser.allocation.relaxation import Clock
from optimiser.commissioning.outlook import offers_from_options, outlooks
from optimiser.commissioning.plan_dive import dive
from optimiser.commissioning.plan_programme import PlanProgramme
from optimiser.commissioning.plan_solve import commission
from optimiser.pack.commission import Commission
from optimiser.pack.futures import future_of_pack, read_futures
from optimiser.pack.read import read_pack

SEEDS = range(60)


def dived(seed: int, folder: Path) -> bool:
    """Checks the dive of a small case; whether its relaxation had units open in parts."""
    pack_folder, futures_folder = small_plan(seed).write(folder)
    pack = read_pack(pack_folder, commissioning=True)
    futures = [future_of_pack(pack)] if futures_folder is None else read_futures(futures_folder, pack)
    listed = outlooks(pack, futures)
    offers = offers_from_options(pack.options, pack.commission or Commission())
    columns = [all_columns(each.instance) for each in listed]
    programme = PlanProgramme(offers, listed, columns)
    programme.settle(Objective(5_000.0, 1_000.0, 1.0))
    relaxed = programme.relax()
    assert relaxed is not None
    in_parts = bool((np.abs(relaxed.units - np.round(relaxed.units)) > 1e-6).any())
    found = dive(programme, relaxed, Clock(None))
    assert found is not None
    assert found.units == pytest.approx(np.round(found.units), abs=1e-6)
    units = np.round(found.units)
    assert (units >= 0).all()
    assert (units <= offers.max_units).all()
    for limit in offers.limits:
        assert limit.each @ units <= limit.most
    assert found.value >= relaxed.value - 1e-6 * abs(relaxed.value)
    return in_parts


def test_a_dive_ends_with_whole_units_within_the_limits(tmp_path: Path) -> None:
    in_parts = [dived(seed, tmp_path / str(seed)) for seed in SEEDS]
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
