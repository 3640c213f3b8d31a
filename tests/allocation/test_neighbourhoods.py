"""The small searches of large programmes, on packs small enough to solve whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.random_packs import medium_tables

from optimiser.allocation.check import check_placement
from optimiser.allocation.columns import Columns, all_columns, units_from_instance
from optimiser.allocation.cuts import shared_places
from optimiser.allocation.families import Tally
from optimiser.allocation.neighbourhoods import Neighbourhoods
from optimiser.allocation.prices import Objective, reduced_costs
from optimiser.allocation.programme import Programme
from optimiser.allocation.relaxation import Clock
from optimiser.matching.instance import Bools, Instance, Ints, instance_from_pack, restricted
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


def placement(instance: Instance, columns: Columns, lives: Bools) -> Ints:
    """Shape (children,): the provision of each, −1 for none; every child at most once."""
    units, chosen = units_from_instance(instance), columns.take(lives)
    where = np.full(len(instance.children), -1, dtype=np.int64)
    for unit, provision in zip(chosen.unit.tolist(), chosen.provision.tolist(), strict=True):
        members = units.member[units.first[unit] : units.first[unit] + units.number[unit]]
        assert (where[members] == -1).all()
        where[members] = provision
    return where


@pytest.mark.parametrize("seed", [20, 21, 22, 23, 24])
@pytest.mark.parametrize("freed", [12, 400])
def test_ever_better_answers_that_keep_every_rule_down_to_the_optimum(
    seed: int, freed: int, tmp_path: Path
) -> None:
    """Whether a search sees a dozen children or all: budgets, solo and incompatible children included."""
    folder = medium_tables(seed, children=(60, 80), provisions=(40, 50)).write(tmp_path / "pack")
    instance = instance_from_pack(read_pack(folder))
    units, columns = units_from_instance(instance), all_columns(instance)
    best = whole_programme(instance).solve_whole(gap=0.0, start=None)
    relaxed = Programme(instance, units, columns, TOGETHER).relax()
    assert relaxed is not None
    search = Neighbourhoods(
        instance,
        units,
        columns,
        TOGETHER,
        above=reduced_costs(instance, units, columns, TOGETHER, relaxed.prices),
        price=relaxed.prices.standing["capacity"],
        freed=freed,
        tile=freed,
    )

    lives = search.first(relaxed.lives, NO_LIMIT)

    values = [search.value(lives)]
    check_placement(instance, placement(instance, columns, lives))
    for better in search.better(lives, best.bound, NO_LIMIT, search.sizes):
        check_placement(instance, placement(instance, columns, better))
        values.append(search.value(better))
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)
    assert best.bound - 1e-4 <= values[-1] <= best.bound * (1 + 1e-3)


def test_a_search_ends_where_it_is_good_enough(tmp_path: Path) -> None:
    folder = medium_tables(20, children=(60, 80), provisions=(40, 50)).write(tmp_path / "pack")
    instance = instance_from_pack(read_pack(folder))
    units, columns = units_from_instance(instance), all_columns(instance)
    zero, nobody = np.zeros(len(columns)), np.zeros(len(columns), dtype=np.bool_)
    search = Neighbourhoods(
        instance, units, columns, TOGETHER, above=zero, price=np.ones(len(instance.provisions))
    )
    assert list(search.better(nobody, search.value(nobody), NO_LIMIT, search.sizes)) == []
    assert len(list(search.better(nobody, search.value(nobody) - 1, NO_LIMIT, search.sizes))) == 1


@pytest.mark.parametrize("counts", [0.0, np.inf])
def test_searches_begin_where_little_is_lost_even_while_a_count_is_missing(
    counts: float, tmp_path: Path
) -> None:
    """Everyone is without a place, which costs next to nothing above the prices."""
    folder = medium_tables(20, children=(60, 80), provisions=(40, 50)).write(tmp_path / "pack")
    instance = instance_from_pack(read_pack(folder))
    units, columns = units_from_instance(instance), all_columns(instance)
    zero, nobody = np.zeros(len(columns)), np.zeros(len(columns), dtype=np.bool_)
    search = Neighbourhoods(
        instance, units, columns, TOGETHER, above=zero, price=np.ones(len(instance.provisions)), freed=10
    )
    assert search.counted(nobody) == search.value(nobody) > 0
    found = list(search.better(nobody, -np.inf, NO_LIMIT, search.sizes[:1], counts=counts))
    assert found
    assert search.value(found[-1]) < search.value(nobody)


def test_a_part_of_an_instance_has_the_columns_of_its_children_and_provisions(tmp_path: Path) -> None:
    folder = medium_tables(21, children=(60, 80), provisions=(40, 50)).write(tmp_path / "pack")
    instance = instance_from_pack(read_pack(folder))
    outside = set(instance.groups[0])
    child = np.array(
        [c for c in range(len(instance.children)) if (c not in outside and c % 7) or c in outside]
    )
    kept = [g for g, group in enumerate(instance.groups) if set(group) <= set(child.tolist())]
    child = np.array([c for c in child.tolist() if (g := int(instance.children.group[c])) < 0 or g in kept])
    place = np.arange(0, len(instance.provisions), 2)
    part = restricted(instance, child, place)

    found, whole = all_columns(part), all_columns(instance)

    children = len(instance.children)
    unit_of = {c: index for index, c in enumerate(child.tolist())}
    unit_of |= {children + g: len(child) + index for index, g in enumerate(kept)}
    expected = {
        (unit_of[u], int(np.searchsorted(place, p)), size, score)
        for u, p, size, score in zip(
            whole.unit.tolist(),
            whole.provision.tolist(),
            whole.size.tolist(),
            whole.score.tolist(),
            strict=True,
        )
        if u in unit_of and p % 2 == 0
    }
    listed = zip(
        found.unit.tolist(), found.provision.tolist(), found.size.tolist(), found.score.tolist(), strict=True
    )
    assert set(listed) == expected
    assert [part.group_names[index] for index in range(len(kept))] == [instance.group_names[g] for g in kept]
