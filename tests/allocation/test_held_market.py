"""A market that holds every column finds what one that looks for them finds."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from support.random_packs import medium_tables, small_tables

from optimiser import terms
from optimiser.allocation.columns import Columns, all_columns, columns_of_pairs
from optimiser.allocation.families import Tally
from optimiser.allocation.held_market import HeldMarket, held_market, held_with_provision
from optimiser.allocation.market import Choice, cheapest, improving, market_from_instance, near, within
from optimiser.allocation.prices import Objective, Prices
from optimiser.matching.eligibility import eligible_pairs
from optimiser.matching.instance import Instance, instance_from_pack, restricted
from optimiser.pack.read import read_pack

SEEDS = range(12)


def instance_of(seed: int, folder: Path) -> Instance:
    tables = medium_tables(seed) if seed % 4 == 0 else small_tables(seed, provisions=(3, 6))
    return instance_from_pack(read_pack(tables.write(folder / "pack")))


def same(one: Columns, other: Columns) -> bool:
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(Columns)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_sweeps_find_the_same(seed: int, tmp_path: Path) -> None:
    instance = instance_of(seed, tmp_path)
    held, market = held_market(instance), market_from_instance(instance)
    assert isinstance(held, HeldMarket)
    rng = np.random.default_rng(seed)
    units = len(market.units.number)
    for objective in (Objective(1.0, 0.0, 0.0, Tally()), Objective(900.0, 300.0, 1.0, Tally())):
        prices = Prices({"capacity": rng.random(len(instance.provisions)) * 300})
        below = rng.random(units) * 3_000
        choices: tuple[Choice, ...] = (
            cheapest(0),
            cheapest(3),
            within(200.0),
            near(below, 25.0),
            improving(below, 2, 1e-6),
        )
        for choice in choices:
            bound, found = market.sweep(objective, prices, choice)
            other_bound, other = held.sweep(objective, prices, choice)
            assert other_bound == pytest.approx(bound, rel=1e-12, abs=1e-9)
            assert same(found, other)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_provision_more_is_the_market_of_all(seed: int, tmp_path: Path) -> None:
    instance = instance_of(seed, tmp_path)
    everyone, places = np.arange(len(instance.children)), np.arange(len(instance.provisions))
    for provision in places[instance.provisions.kind != terms.KINDS.index(terms.KINSHIP)][::7].tolist():
        less = held_market(restricted(instance, everyone, np.delete(places, provision)))
        assert isinstance(less, HeldMarket)
        pairs = eligible_pairs(instance, everyone, np.array([provision]))
        own = columns_of_pairs(instance, less.units, *pairs)
        more = held_with_provision(less, instance, provision, own)
        assert same(more.columns, all_columns(instance))
        assert more.instance is instance


def test_a_large_region_is_not_held(tmp_path: Path) -> None:
    instance = instance_of(1, tmp_path)
    cells = len(instance.children) * len(instance.provisions)
    assert isinstance(held_market(instance, most_cells=cells), HeldMarket)
    assert not isinstance(held_market(instance, most_cells=cells - 1), HeldMarket)
