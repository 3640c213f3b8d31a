"""What a large region begins from: columns and a basis of the whole, and the same relaxation in the end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.random_packs import medium_tables

from optimiser.allocation.columns import Columns, all_columns
from optimiser.allocation.growing import BASIC
from optimiser.allocation.market import Market, market_from_instance
from optimiser.allocation.patchwork import Patchwork, patchwork
from optimiser.allocation.programme import Programme
from optimiser.allocation.relaxation import Clock, Relaxation
from optimiser.allocation.start import Start, start
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.read import read_pack

NO_LIMIT = Clock(None)
SEEDS = [20, 21, 22, 23, 24, 25]
"""Siblings, solo and incompatible children, kin carers for several families, budgets and shares."""


def region(seed: int, folder: Path) -> tuple[Market, Start]:
    tables = medium_tables(seed, children=(60, 80), provisions=(40, 50))
    market = market_from_instance(instance_from_pack(read_pack(tables.write(folder / "pack"))))
    return market, start(market)


def listed(columns: Columns) -> set[tuple[int, int, int, float, int]]:
    arrays = (columns.unit, columns.provision, columns.size, columns.score.round(6), columns.near)
    return set(zip(*(each.tolist() for each in arrays), strict=True))


def programme_of(market: Market, first: Start, begun: Patchwork) -> Programme:
    programme = Programme(market.instance, market.units, begun.columns, first.objective)
    programme.begin_from(begun.statuses)
    return programme


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("families", [5, 20, 1_000])
def test_every_column_is_one_of_the_whole_region(seed: int, families: int, tmp_path: Path) -> None:
    """With the score it has there, whichever tile a kin carer is in; and no column twice."""
    market, first = region(seed, tmp_path)
    found = patchwork(market, first, NO_LIMIT, families=families).columns
    assert listed(found) <= listed(all_columns(market.instance))
    assert len(listed(found)) == len(found)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("families", [5, 20])
def test_as_many_are_basic_as_there_are_rows(seed: int, families: int, tmp_path: Path) -> None:
    market, first = region(seed, tmp_path)
    begun = patchwork(market, first, NO_LIMIT, families=families)
    statuses = programme_of(market, first, begun).growing.statuses()
    basic = np.concatenate([statuses.variables, statuses.rows]) == BASIC
    assert basic.sum() == len(statuses.rows)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("families", [5, 20])
def test_the_relaxation_is_the_same_from_tiles_and_from_nothing(
    seed: int, families: int, tmp_path: Path
) -> None:
    market, first = region(seed, tmp_path)
    plain = Programme(market.instance, market.units, first.columns, first.objective)
    tiled = programme_of(market, first, patchwork(market, first, NO_LIMIT, families=families))
    from_nothing, from_tiles = (
        Relaxation(market, each, NO_LIMIT).over_all(lambda *_: None) for each in (plain, tiled)
    )
    assert from_tiles.bound == pytest.approx(from_nothing.bound, rel=1e-6)
    assert from_tiles.relaxed.value == pytest.approx(from_nothing.relaxed.value, rel=1e-6)


@pytest.mark.parametrize("families", [5, 20])
def test_tiles_begin_the_same_every_time(families: int, tmp_path: Path) -> None:
    """Two of them are solved at a time."""
    market, first = region(20, tmp_path)
    once, again = (patchwork(market, first, NO_LIMIT, families=families) for _ in range(2))
    assert listed(once.columns) == listed(again.columns)
    assert once.columns.provision.tolist() == again.columns.provision.tolist()
    assert once.statuses.variables.tolist() == again.statuses.variables.tolist()
    assert once.statuses.rows.tolist() == again.statuses.rows.tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_programme_without_its_dear_columns_goes_on_from_where_it_was(seed: int, tmp_path: Path) -> None:
    market, first = region(seed, tmp_path)
    programme = Programme(market.instance, market.units, first.columns, first.objective)
    relaxation = Relaxation(market, programme, NO_LIMIT)
    bounded = relaxation.over_all(lambda *_: None)
    slim = relaxation.without_dear(bounded, 0.0)
    assert len(slim.programme.columns) < len(programme.columns)
    again = slim.programme.relax()
    assert again is not None
    assert again.value == pytest.approx(bounded.relaxed.value, rel=1e-9)
    assert slim.programme.growing.highs.getInfo().simplex_iteration_count == 0
