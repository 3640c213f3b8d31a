"""The pack as arrays: sorted by identifier, coded, and the same however the rows of the files stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

import numpy as np
from support.five import five, five_pack, without_rows
from support.small import Row, child, home, small_pack

from optimiser import terms
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.pack.policy import Policy


def instance_of(
    children: Sequence[Row], places: Sequence[Row], incompatible: Sequence[tuple[str, str]] = ()
) -> Instance:
    return instance_from_pack(small_pack(children, places, incompatible=incompatible))


def test_children_and_provisions_stand_in_the_order_of_their_identifiers() -> None:
    instance = instance_of(
        [child("c", age=3), child("a", age=1), child("b", age=2)],
        [home("z", weekly_cost=2.0), home("y", weekly_cost=1.0)],
    )
    assert instance.children.id.tolist() == ["a", "b", "c"]
    assert instance.children.age.tolist() == [1, 2, 3]
    assert instance.provisions.id.tolist() == ["y", "z"]
    assert instance.provisions.weekly_cost.tolist() == [1.0, 2.0]


def test_the_order_of_rows_is_forgotten() -> None:
    children = [
        child("a", sibling_group="s", needs=("autism",)),
        child("b", sibling_group="s"),
        child("c", needs=("diabetes",), solo=True),
    ]
    places = [
        home("y", kind=terms.KINSHIP, named_children=("a", "c")),
        home("z", skills=("autism", "diabetes")),
    ]
    one = instance_of(children, places, [("a", "b"), ("b", "c")])
    other = instance_of(children[::-1], places[::-1], [("b", "c"), ("a", "b")])
    for mine, yours in ((one.children, other.children), (one.provisions, other.provisions)):
        for array, same in zip(astuple(mine), astuple(yours), strict=True):
            np.testing.assert_array_equal(array, same)
    assert (one.groups, one.group_names) == (other.groups, other.group_names)
    np.testing.assert_array_equal(one.incompatible, other.incompatible)


def test_a_sibling_group_has_two_children_or_more() -> None:
    instance = instance_of(
        [
            child("d", sibling_group="west"),
            child("a", sibling_group="west"),
            child("b", sibling_group="alone"),
            child("c"),
            child("e", sibling_group="east"),
            child("f", sibling_group="east"),
            child("g", sibling_group="west"),
        ],
        [home("h")],
    )
    assert instance.group_names == ("east", "west")
    assert instance.groups == ((4, 5), (0, 3, 6))
    assert instance.children.group.tolist() == [1, -1, -1, 1, 0, 0, 1]


def test_incompatible_children_are_pairs_of_indices_lower_first() -> None:
    instance = instance_of([child("a"), child("b"), child("c")], [home("h")], [("c", "b"), ("a", "c")])
    assert instance.incompatible.tolist() == [[0, 2], [1, 2]]


def test_named_children_are_pairs_of_indices_of_kinship_only() -> None:
    instance = instance_of(
        [child("a"), child("b")],
        [
            home("y", kind=terms.KINSHIP, named_children=("a", "b")),
            home("x", named_children=("a",)),
            home("w", kind=terms.KINSHIP, named_children=("b",)),
        ],
    )
    assert instance.provisions.named.tolist() == [[0, 1], [2, 0], [2, 1]]


def test_needs_and_skills_share_one_code_and_other_skills_have_none() -> None:
    instance = instance_of(
        [child("a", needs=("autism", "epilepsy")), child("b"), child("c", needs=("diabetes",))],
        [home("x", skills=("autism", "epilepsy", "sign language")), home("y", skills=("diabetes",))],
    )
    assert instance.children.needs.tolist() == [[0b101], [0], [0b010]]
    assert instance.provisions.skills.tolist() == [[0b101], [0b010]]


def test_needs_take_a_second_word_from_the_sixty_fifth_code() -> None:
    codes = tuple(f"{number:02}" for number in range(65))
    for number, words in ((0, 1), (64, 1), (65, 2)):
        instance = instance_of([child("a", needs=codes[:number])], [home("x")])
        assert instance.children.needs.shape == (1, words)
    assert instance.children.needs.tolist() == [[2**64 - 1, 1]]
    assert instance.provisions.skills.tolist() == [[0, 0]]


def test_suitability_goes_by_kind() -> None:
    one = child(
        "a", foster_care="preferred", residential_care="unsuitable", supported_accommodation="suitable"
    )
    instance = instance_of([one], [home("x", kind=terms.CHILDRENS_HOME)])
    assert instance.children.suitability.tolist() == [[2, 2, 0, 1]]
    assert instance.provisions.kind.tolist() == [terms.KINDS.index(terms.CHILDRENS_HOME)]


def test_absent_points_are_nan_and_distances_straight_lines_by_default() -> None:
    instance = instance_of([child("a")], [home("x")])
    absent = ("school_easting", "school_northing", "avoid_easting", "avoid_northing", "avoid_miles")
    assert all(np.isnan(getattr(instance.children, name)).all() for name in absent)
    assert instance.home_road_miles is None
    assert instance.school_road_miles is None


def test_the_policy_is_the_packs() -> None:
    policy = Policy(split="never")
    assert five(policy).policy is policy


def test_an_empty_pack_is_an_instance_of_nothing() -> None:
    instance = instance_from_pack(without_rows(five_pack(), children=True, provision=True))
    assert (len(instance.children), len(instance.provisions), instance.groups) == (0, 0, ())
    assert instance.incompatible.shape == (0, 2)
    assert instance.provisions.named.shape == (0, 2)
    assert instance.children.suitability.shape == (0, len(terms.KINDS))
