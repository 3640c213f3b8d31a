"""Rows that whole numbers obey: valid for every whole-number answer, and broken where they should be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np
import pytest
from support.five import five
from support.small import child, home, small_pack

from optimiser.allocation.columns import Columns, Units, all_columns, units_from_instance
from optimiser.allocation.cuts import (
    MOST_VACANCIES,
    broken_apart,
    broken_roundings,
    shared_places,
    superadditive_counts,
)
from optimiser.allocation.families import Apart, Rounding, small_places
from optimiser.matching.instance import Floats, Instance, instance_from_pack

ASH, BIRCH = 0, 1


def fillings(vacancies: int) -> Iterator[tuple[int, ...]]:
    """Every multiset of sizes that fits."""
    for number in range(vacancies + 1):
        for sizes in combinations_with_replacement(range(1, vacancies + 1), number):
            if sum(sizes) <= vacancies:
                yield sizes


@pytest.mark.parametrize("vacancies", range(2, 7))
def test_every_filling_obeys_every_count(vacancies: int) -> None:
    for count in superadditive_counts(vacancies):
        assert all(sum(count[size] for size in sizes) <= count[-1] for sizes in fillings(vacancies))


@pytest.mark.parametrize("vacancies", range(2, MOST_VACANCIES + 1))
def test_counts_are_superadditive_and_as_strong_as_can_be(vacancies: int) -> None:
    counts = superadditive_counts(vacancies)
    assert len(set(counts)) == len(counts)
    assert counts or vacancies == 2
    for count in counts:
        assert len(count) == vacancies + 1
        assert count[0] == count[1] == 0
        for one in range(vacancies + 1):
            assert count[one] + count[vacancies - one] == count[-1]
            for other in range(vacancies + 1 - one):
                assert count[one] + count[other] <= count[one + other]


def test_no_count_is_the_sum_of_two_others() -> None:
    for vacancies in range(2, MOST_VACANCIES + 1):
        counts = superadditive_counts(vacancies)
        sums = {tuple(a + b for a, b in zip(one, other, strict=True)) for one in counts for other in counts}
        assert not sums & set(counts)


# -- what is found where --------------------------------------------------------------------------


def crowd(vacancies: int) -> tuple[Instance, Units, Columns]:
    """One home, and units of several sizes: groups of two, two, three and three, two alone and one solo."""
    children = [
        *(child(f"a{n}", sibling_group="a") for n in range(2)),
        *(child(f"b{n}", sibling_group="b") for n in range(2)),
        *(child(f"c{n}", sibling_group="c") for n in range(3)),
        *(child(f"d{n}", sibling_group="d") for n in range(3)),
        child("f"),
        child("g"),
        child("e", solo=True),
    ]
    pack = small_pack(children, [home("h", places=vacancies, vacancies=vacancies)])
    instance = instance_from_pack(pack)
    return instance, units_from_instance(instance), all_columns(instance)


def whole_answers(sizes: Floats, vacancies: int) -> Floats:
    """Shape (answers, columns): every choice of columns that fits, as noughts and ones."""
    number = len(sizes)
    every = (np.arange(2**number)[:, None] >> np.arange(number)) & 1
    fitting: Floats = every[every @ sizes <= vacancies].astype(np.float64)
    return fitting


def corner(sizes: Floats, vacancies: int, rng: np.random.Generator) -> Floats:
    """Six units one after the other, whole as far as they fit: the last lives there in part."""
    lives, left = np.zeros(len(sizes)), float(vacancies)
    for column in rng.choice(len(sizes), size=6, replace=False, p=sizes**2 / (sizes @ sizes)):
        lives[column] = min(1.0, left / sizes[column])
        left -= lives[column] * sizes[column]
    return lives


@pytest.mark.parametrize("vacancies", range(2, 8))
def test_every_row_that_is_made_holds_for_every_whole_answer(vacancies: int) -> None:
    instance, units, columns = crowd(vacancies)
    sizes = columns.size.astype(np.float64)
    answers = whole_answers(sizes, vacancies)
    rng = np.random.default_rng(vacancies)
    made: set[Rounding] = set()
    for _ in range(60):
        lives = corner(sizes, vacancies, rng)
        found = broken_roundings(instance, columns, lives, made)
        assert not made & set(found)
        made.update(found)
        rows = small_places(instance, units, columns, found)
        weight = np.zeros((len(found), len(columns)))
        weight[rows.lives.row, rows.lives.variable] = rows.lives.coefficient
        assert (weight @ answers.T <= rows.bound[:, None]).all()
        assert (weight @ lives > rows.bound).all()
    assert any(cut.singles for cut in made)
    # Pairs and threes leave no rest in six vacancies.
    assert any(not cut.singles for cut in made) or vacancies in (2, 6)


def lives_of(columns: Columns, weights: dict[tuple[int, int], float]) -> Floats:
    """(unit, provision) → how much of the unit lives there; nothing elsewhere."""
    pairs = zip(columns.unit.tolist(), columns.provision.tolist(), strict=True)
    return np.array([weights.get(pair, 0.0) for pair in pairs])


def test_three_halves_of_pairs_do_not_fit_into_three_vacancies() -> None:
    children = [child(f"{name}{n}", sibling_group=name) for name in "abc" for n in range(2)]
    instance = instance_from_pack(small_pack(children, [home("h", places=3, vacancies=3)]))
    _units, columns = units_from_instance(instance), all_columns(instance)
    halves = lives_of(columns, {(6, 0): 0.5, (7, 0): 0.5, (8, 0): 0.5})
    expected = Rounding(0, (0, 0, 1, 1))
    assert expected in broken_roundings(instance, columns, halves, set())
    assert expected not in broken_roundings(instance, columns, halves, {expected})
    whole = lives_of(columns, {(6, 0): 1.0, (2, 0): 1.0})
    assert broken_roundings(instance, columns, whole, set()) == []


def test_half_a_pair_and_a_child_do_not_fit_into_two_vacancies() -> None:
    """The child displaces the pair, whole or not: 1 + 0.5 > 1."""
    children = [child("a", sibling_group="s"), child("b", sibling_group="s"), child("c")]
    instance = instance_from_pack(small_pack(children, [home("h", places=2, vacancies=2)]))
    _units, columns = units_from_instance(instance), all_columns(instance)
    mixed = lives_of(columns, {(2, 0): 1.0, (3, 0): 0.5})
    assert broken_roundings(instance, columns, mixed, set()) == [Rounding(0, (0, 0, 1), (2,))]


def test_where_nobody_lives_nothing_is_broken() -> None:
    instance, _units, columns = crowd(4)
    assert broken_roundings(instance, columns, np.zeros(len(columns)), set()) == []
    assert broken_apart(instance, columns, np.zeros(len(columns)), set()) == []


def test_where_all_take_one_vacancy_capacity_says_it_all() -> None:
    pack = small_pack([child(name) for name in "abc"], [home("h", places=2, vacancies=2)])
    instance = instance_from_pack(pack)
    _units, columns = units_from_instance(instance), all_columns(instance)
    assert broken_roundings(instance, columns, np.full(3, 2 / 3), set()) == []


def test_in_a_large_home_only_children_alone_displace() -> None:
    instance, _units, columns = crowd(MOST_VACANCIES + 1)
    rng, made = np.random.default_rng(1), list[Rounding]()
    for _ in range(30):
        lives = rng.random(len(columns))
        lives *= (MOST_VACANCIES + 1) / float(lives @ columns.size)
        made += broken_roundings(instance, columns, lives, set())
    assert all(cut.singles for cut in made)


# -- incompatible children --------------------------------------------------------------------------

ANN, BEN, CAT, DAN, EVE, SEA = range(6)


def test_incompatible_children_share_what_is_open_to_both() -> None:
    """Not cedar, where Ann is too young, and not fir, which has one vacancy."""
    instance = five()
    columns = all_columns(instance)
    lives = lives_of(
        columns, {(ANN, ASH): 0.25, (SEA, ASH): 0.5, (CAT, ASH): 0.375, (CAT, BIRCH): 0.5, (BEN, BIRCH): 1.0}
    )
    listed = shared_places(instance, columns, lives)
    assert listed == [(Apart(ANN, CAT, ASH), 1.125), (Apart(ANN, CAT, BIRCH), 0.5)]
    assert broken_apart(instance, columns, lives, set()) == [Apart(ANN, CAT, ASH)]
    assert broken_apart(instance, columns, lives, {Apart(ANN, CAT, ASH)}) == []


def test_incompatible_siblings_share_what_is_open_to_both_of_them_alone() -> None:
    children = [child("a", sibling_group="s"), child("b", sibling_group="s")]
    pack = small_pack(children, [home("h", places=2, vacancies=2)], incompatible=[("a", "b")])
    instance = instance_from_pack(pack)
    columns = all_columns(instance)
    assert shared_places(instance, columns, np.array([1.0, 0.5])) == [(Apart(0, 1, 0), 1.5)]


def test_without_incompatible_children_nothing_is_shared() -> None:
    instance, _, columns = crowd(3)
    assert shared_places(instance, columns, np.ones(len(columns))) == []


@pytest.mark.parametrize("vacancies", range(4, 8))
def test_a_group_and_those_it_has_no_room_beside_are_at_most_one(vacancies: int) -> None:
    for own in range(2, vacancies // 2 + 1):
        beside = tuple(int(size > vacancies - own) for size in range(vacancies + 1))
        for sizes in fillings(vacancies):
            assert sum(beside[size] for size in sizes) <= 1
            if own in sizes:
                rest = list(sizes)
                rest.remove(own)
                assert 1 + sum(beside[size] for size in rest) <= 1


def test_half_a_home_for_four_siblings_beside_two_others_is_broken() -> None:
    children = [child(f"a{n}", sibling_group="a") for n in range(4)] + [
        child(f"b{n}", sibling_group="b") for n in range(2)
    ]
    instance = instance_from_pack(small_pack(children, [home("ash", places=4, vacancies=4)]))
    columns = all_columns(instance)
    lives = np.zeros(len(columns))
    lives[columns.unit == 6], lives[columns.unit == 7] = 0.5, 1.0
    assert Rounding(0, (0, 0, 0, 1, 1), (7,)) in broken_roundings(instance, columns, lives, set())
    lives[columns.unit == 6] = 0.0
    assert broken_roundings(instance, columns, lives, set()) == []
