"""The bound by parts: below every allocation, not below the relaxation, exact where it sees everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.random_packs import medium_tables

from optimiser.allocation.columns import all_columns, units_from_instance
from optimiser.allocation.families import Tally
from optimiser.allocation.market import market_from_instance
from optimiser.allocation.parts import bound_by_parts
from optimiser.allocation.prices import Objective, objective_of_tier
from optimiser.allocation.programme import Programme
from optimiser.allocation.relaxation import Clock
from optimiser.allocation.solve import allocate
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.read import read_pack

NO_LIMIT = Clock(None)
TOGETHER = Objective(unplaced=100_000.0, separated=20_000.0, score=1.0, tally=Tally())
A_TILE = 0.1
"""£ a week: how far below the least cost of a tile its search may stop."""


@pytest.mark.parametrize("seed", [20, 21, 22, 23, 24, 25, 26, 27])
def test_no_allocation_is_below_the_bound_however_the_region_is_cut(seed: int, tmp_path: Path) -> None:
    """Siblings, solo and incompatible children, budgets and shares included, and prices that are optimal."""
    folder = medium_tables(seed, children=(60, 80), provisions=(40, 50)).write(tmp_path / "pack")
    instance = instance_from_pack(read_pack(folder))
    best = allocate(instance, gap=1e-7)
    proof, market = best.proofs[2], market_from_instance(instance)
    objective, own = objective_of_tier(3, proof.tally), all_columns(instance)

    for children in (8, 30, 1_000):
        for reach in (5.0, 40.0, 1e6):
            bound = bound_by_parts(
                market, objective, proof.prices, own, NO_LIMIT, children=children, reach=reach
            )
            assert bound <= best.tiers.score + 1e-4
            assert bound >= proof.bound - A_TILE * (1 + 2 * len(instance.children) / children)


@pytest.mark.parametrize("seed", [20, 22, 24])
def test_one_tile_that_sees_every_column_knows_the_lowest_score(seed: int, tmp_path: Path) -> None:
    """Where nothing is priced that is not a row of the tile: no shared limit, no incompatible children."""
    tables = medium_tables(seed, children=(60, 80), provisions=(40, 50))
    tables.incompatible.clear()
    tables.policy.pop("limits", None)
    folder = tables.write(tmp_path / "pack")
    instance = instance_from_pack(read_pack(folder))
    units, columns = units_from_instance(instance), all_columns(instance)
    best = Programme(instance, units, columns, TOGETHER, whole_numbers=True).solve_whole(gap=0.0, start=None)
    relaxed = Programme(instance, units, columns, TOGETHER).relax()
    assert relaxed is not None

    bound = bound_by_parts(
        market_from_instance(instance),
        TOGETHER,
        relaxed.prices,
        columns,
        NO_LIMIT,
        children=1_000,
        reach=1e6,
    )

    assert bound == pytest.approx(best.bound, abs=A_TILE)
    assert best.bound > relaxed.value + 1
