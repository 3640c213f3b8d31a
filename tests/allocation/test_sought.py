"""Whom a provision would rather take: of those who live near, who would lose least by living there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.random_packs import medium_tables

from optimiser.allocation.columns import Columns, all_columns
from optimiser.allocation.market import Market, market_from_instance
from optimiser.allocation.prices import cheapest_of, cost_at_prices, reduced_costs
from optimiser.allocation.programme import Programme
from optimiser.allocation.relaxation import Clock, Relaxation
from optimiser.allocation.sought import near_places, sought
from optimiser.allocation.start import Start, start
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.read import read_pack

SEEDS = [20, 21, 22]


def region(seed: int, folder: Path) -> tuple[Market, Start]:
    """Fewer than 200 children, so that every provision looks at all of them."""
    tables = medium_tables(seed, children=(60, 80), provisions=(40, 50))
    market = market_from_instance(instance_from_pack(read_pack(tables.write(folder / "pack"))))
    return market, start(market)


def pairs(columns: Columns) -> set[tuple[int, int]]:
    return set(zip(columns.unit.tolist(), columns.provision.tolist(), strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_near_places_are_all_columns_of_the_provisions_asked_about(seed: int, tmp_path: Path) -> None:
    market, _ = region(seed, tmp_path)
    every = all_columns(market.instance)
    place = np.array([3, 7, 8])
    assert pairs(near_places(market, place)) == pairs(every.take(np.isin(every.provision, place)))
    assert len(near_places(market, place[:0])) == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("number", [1, 3])
def test_nobody_left_out_would_lose_less(seed: int, number: int, tmp_path: Path) -> None:
    """At the prices, and no more come in than so many for each vacancy."""
    market, first = region(seed, tmp_path)
    instance, units, every = market.instance, market.units, all_columns(market.instance)
    above = reduced_costs(instance, units, every, first.objective, first.prices)
    price = cost_at_prices(instance, units, every, first.objective, first.prices)
    known = cheapest_of(every, price, len(units.number))
    place = np.flatnonzero(instance.provisions.vacancies > 0)[:9]
    found = pairs(sought(market, first.objective, first.prices, known, place, number))
    assert found <= pairs(every)
    for p in place.tolist():
        listed = np.flatnonzero(every.provision == p)
        inside = [at for at in listed.tolist() if (int(every.unit[at]), p) in found]
        outside = sorted(set(listed.tolist()) - set(inside))
        assert len(inside) == min(len(listed), number * int(instance.provisions.vacancies[p]))
        if inside and outside:
            assert above[inside].max() <= above[outside].min() + 1e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_raise_the_bound_as_far_with_those_who_come_in_beside_them(seed: int, tmp_path: Path) -> None:
    """More columns come in with each row, and over all columns the relaxation is the same."""
    market, first = region(seed, tmp_path)
    ended, columns = [], []
    for seekers in (0, 4):
        programme = Programme(market.instance, market.units, first.greedy, first.objective)
        relaxation = Relaxation(market, programme, Clock(None), little=0.0, seekers=seekers)
        bounded = relaxation.tighten(relaxation.over_all(lambda *_: None), lambda *_: None)
        assert bounded.bound <= bounded.relaxed.value * (1 + 1e-6)
        ended.append(bounded.relaxed.value)
        columns.append(len(programme.columns) if programme.cuts else 0)
    assert ended[1] == pytest.approx(ended[0], rel=1e-4)
    assert columns[1] > columns[0] > 0
