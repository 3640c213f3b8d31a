"""The columns: a unit living in a provision, and only where it may."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.five import POLICY, five, five_pack, without_rows
from support.small import child, home, small_pack

from optimiser.allocation.columns import (
    CELLS_PER_BLOCK,
    Columns,
    all_columns,
    appended,
    blocks_of_children,
    join,
    units_from_instance,
)
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.pack.policy import Policy

ANN, BEN, CAT, DAN, EVE, SEA = range(6)
ASH, BIRCH, CEDAR, FIR = range(4)


def places_of(columns: Columns, unit: int) -> dict[int, tuple[int, float, int]]:
    """Provision → size, score to the penny and near of the unit's columns."""
    mine = columns.take(columns.unit == unit)
    rest = zip(mine.size.tolist(), mine.score.round(2).tolist(), mine.near.tolist(), strict=True)
    return dict(zip(mine.provision.tolist(), rest, strict=True))


def few(*pairs: tuple[int, int]) -> Columns:
    """Columns of these units and provisions, the rest of each made of their numbers."""
    unit, provision = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Columns(unit, provision, unit + 1, unit / 2, provision)


def test_a_child_takes_one_vacancy_where_it_may_live() -> None:
    found = places_of(all_columns(five()), CAT)
    assert found == {
        ASH: (1, 510, 1),
        BIRCH: (1, 470, 1),
        CEDAR: (1, 890, 1),
        FIR: (1, 400 + 300 + 150, 0),
    }


def test_a_solo_child_takes_every_vacancy_of_an_empty_provision() -> None:
    found = places_of(all_columns(five()), EVE)
    assert {p: size for p, (size, _, _) in found.items()} == {ASH: 4, BIRCH: 2, FIR: 1}


def test_a_group_placed_whole_takes_a_vacancy_each_where_all_may_live() -> None:
    """Ann is too young for cedar and Ben not accepted in fir."""
    found = places_of(all_columns(five()), SEA)
    assert found == {ASH: (2, 1020, 2), BIRCH: (2, 940, 2)}


def test_columns_stand_in_the_order_of_units_and_provisions() -> None:
    columns = all_columns(five())
    pairs = list(zip(columns.unit.tolist(), columns.provision.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    assert len(pairs) == 18


def test_children_of_a_group_that_must_not_be_split_have_no_columns_alone() -> None:
    columns = all_columns(five(replace(POLICY, split="never")))
    assert sorted(set(columns.unit.tolist())) == [CAT, DAN, EVE, SEA]
    assert units_from_instance(five(replace(POLICY, split="never"))).alone.tolist() == [
        False,
        False,
        True,
        True,
        True,
    ]


def siblings(*, places: int, vacancies: int, solo: bool = False, apart: bool = False) -> Instance:
    pack = small_pack(
        [child("a", sibling_group="s", solo=solo), child("b", sibling_group="s")],
        [home("h", places=places, vacancies=vacancies)],
        incompatible=[("b", "a")] if apart else [],
    )
    return instance_from_pack(pack)


def test_a_group_with_a_solo_child_takes_every_vacancy_of_an_empty_provision() -> None:
    columns = all_columns(siblings(places=5, vacancies=5, solo=True))
    assert columns.unit.tolist() == [0, 1, 2]
    assert columns.size.tolist() == [5, 1, 5]


def test_a_group_with_a_solo_child_does_not_fit_where_someone_lives_already() -> None:
    assert all_columns(siblings(places=5, vacancies=4, solo=True)).unit.tolist() == [1]


def test_a_group_does_not_fit_into_fewer_vacancies_than_children() -> None:
    assert all_columns(siblings(places=2, vacancies=1)).unit.tolist() == [0, 1]
    assert all_columns(siblings(places=2, vacancies=2)).unit.tolist() == [0, 1, 2]


def test_incompatible_siblings_are_never_placed_whole() -> None:
    instance = siblings(places=5, vacancies=5, apart=True)
    assert all_columns(instance).unit.tolist() == [0, 1]
    assert units_from_instance(instance).whole.tolist() == [False]


def test_units_list_children_and_then_groups() -> None:
    units = units_from_instance(five())
    assert units.number.tolist() == [1, 1, 1, 1, 1, 2]
    assert units.member.tolist() == [ANN, BEN, CAT, DAN, EVE, ANN, BEN]
    assert units.first.tolist() == [0, 1, 2, 3, 4, 5]
    assert units.solo.tolist() == [False, False, False, False, True, False]


def test_join_sorts_and_keeps_each_column_once() -> None:
    joined = join([few((2, 0), (0, 3)), few(), few((0, 1), (0, 3))])
    assert joined.unit.tolist() == [0, 0, 2]
    assert joined.provision.tolist() == [1, 3, 0]
    assert joined.size.tolist() == [1, 1, 3]
    assert joined.score.tolist() == [0.0, 0.0, 1.0]
    assert joined.near.tolist() == [1, 3, 0]


def test_append_keeps_the_order_and_take_chooses() -> None:
    both = appended(few((2, 0)), few((0, 3), (1, 1)))
    assert both.unit.tolist() == [2, 0, 1]
    assert both.take(np.array([2, 0])).provision.tolist() == [1, 0]
    assert both.take(np.array([False, True, False])).unit.tolist() == [0]


@pytest.mark.parametrize("emptied", [{"children": True}, {"provision": True}])
def test_where_there_is_no_child_or_no_provision_there_are_no_columns(emptied: dict[str, bool]) -> None:
    assert len(all_columns(instance_from_pack(without_rows(five_pack(Policy()), **emptied)))) == 0


def test_blocks_hold_every_child_once_and_every_group_together() -> None:
    """As many provisions as make blocks of three children."""
    children = [child(f"{n:02}", sibling_group="" if n % 3 else f"g{n % 4}") for n in range(20)]
    instance = instance_from_pack(small_pack(children, [home("h")]))
    crowd = replace(instance.provisions, id=np.zeros(CELLS_PER_BLOCK // 3, dtype="U1"))
    blocks = list(blocks_of_children(replace(instance, provisions=crowd)))
    assert sorted(c for block in blocks for c in block.tolist()) == list(range(20))
    assert all(block.tolist() == sorted(block.tolist()) for block in blocks)
    assert all(len(block) <= 3 for block in blocks)
    assert all(any(set(group) <= set(block.tolist()) for block in blocks) for group in instance.groups)
    assert len(blocks) > 5
