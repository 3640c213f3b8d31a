"""The dive and the small searches of large programmes, on packs small enough to solve whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.random_packs import medium_tables

from optimiser.allocation.check import check_placement
from optimiser.allocation.columns import all_columns, units_from_instance
from optimiser.allocation.cuts import shared_places
from optimiser.allocation.families import Tally
from optimiser.allocation.neighbourhoods import Neighbourhoods, dive
from optimiser.allocation.prices import Objective, offers
from optimiser.allocation.programme import Programme
from optimiser.allocation.relaxation import Clock
from optimiser.matching.instance import Bools, Instance, Ints, instance_from_pack
from optimiser.pack.read import read_pack

NO_LIMIT = Clock(None)
TOGETHER = Objective(unplaced=100_000.0, separated=20_000.0, score=1.0, tally=Tally())


def whole_programme(instance: Instance) -> Programme:
    """Every column and every row in whole numbers, the three tiers priced together."""
    units, columns = units_from_instance(instance), all_columns(instance)
    programme = Programme(instance, units, columns, TOGETHER, whole_numbers=True)
    everywhere = shared_places(instance, columns, np.zeros(len(columns)))
    programme.add_rows(apart=[at for at, _ in everywhere])
    return programme


def placement(programme: Programme, lives: Bools) -> Ints:
    """Shape (children,): the provision of each, −1 for none; every child at most once."""
    units, columns = programme.units, programme.columns.take(lives)
    where = np.full(len(programme.instance.children), -1, dtype=np.int64)
    for unit, provision in zip(columns.unit.tolist(), columns.provision.tolist(), strict=True):
        members = units.member[units.first[unit] : units.first[unit] + units.number[unit]]
        assert (where[members] == -1).all()
        where[members] = provision
    return where


@pytest.mark.parametrize("seed", [20, 21, 22])
def test_ever_better_answers_that_keep_every_rule_down_to_the_optimum(seed: int, tmp_path: Path) -> None:
    folder = medium_tables(seed, children=(60, 80), provisions=(40, 50)).write(tmp_path / "pack")
    instance = instance_from_pack(read_pack(folder))
    programme = whole_programme(instance)
    columns, every = programme.columns, np.arange(len(instance.children))
    best = whole_programme(instance).solve_whole(gap=0.0, start=None)
    relaxed = Programme(instance, programme.units, columns, TOGETHER).relax()
    assert relaxed is not None
    above = offers(instance, programme.units, columns, every, TOGETHER, relaxed.prices).reduced
    search = Neighbourhoods(programme, above, relaxed.prices.standing["capacity"])

    lives = dive(programme, NO_LIMIT)

    values = [search.value(lives)]
    check_placement(instance, placement(programme, lives))
    for better in search.better(lives, NO_LIMIT):
        check_placement(instance, placement(programme, better))
        values.append(search.value(better))
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)
    assert best.bound - 1e-4 <= values[-1] <= best.bound * (1 + 1e-3)


def test_where_the_relaxation_is_whole_the_dive_is_it(tmp_path: Path) -> None:
    folder = medium_tables(7, children=(60, 60), provisions=(40, 40)).write(tmp_path / "pack")
    instance = instance_from_pack(read_pack(folder))
    programme = whole_programme(instance)
    nobody = np.zeros(len(programme.columns))
    lives = programme.held(nobody, nobody)
    assert lives is not None
    assert not lives.any()
    assert programme.held(nobody, np.ones(len(nobody)), start=nobody, nodes=10) is not None
