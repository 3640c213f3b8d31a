"""The ten rules one by one: what each allows, what it excludes, and the exact boundary between the two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.random_packs import small_tables
from support.small import MILE, Row, child, home, small_pack

from optimiser import terms
from optimiser.matching.eligibility import RULES, eligible, eligible_provisions, excluding_rules
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.pack.policy import Limits, Policy
from optimiser.pack.read import read_pack

AT_ZERO = {"home_easting": 0.0, "home_northing": 0.0}
"""A home where distances of whole miles are whole in floating point too."""
FOUR_MILES = 4 * MILE
A_HAIR = 1e-6
"""Metres, more than rounding and less than anything else."""


def excluded(one: Row, place: Row, limits: Limits | None = None) -> tuple[str, ...]:
    """The rules that exclude this child from this place, the only two in the pack."""
    policy = None if limits is None else Policy(limits=limits)
    return excluding_rules(instance_from_pack(small_pack([one], [place], policy=policy)), 0, 0)


def east(identifier: str, metres: float, **known: object) -> Row:
    """A household so many metres east of `AT_ZERO`."""
    return {**home(identifier), "easting": metres, "northing": 0.0, **known}


def test_the_rules_are_the_contracts_in_its_order() -> None:
    assert tuple(RULES) == terms.RULES


def test_a_child_may_live_where_nothing_speaks_against_it() -> None:
    assert excluded(child("c"), home("h")) == ()


# -- age --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("years", "by"), [(7, ("age",)), (8, ()), (10, ()), (12, ()), (13, ("age",))])
def test_age_holds_from_the_lowest_accepted_to_the_highest(years: int, by: tuple[str, ...]) -> None:
    assert excluded(child("c", age=years), home("h", age_min=8, age_max=12)) == by


@pytest.mark.parametrize("years", [0, 17])
def test_age_by_default_accepts_the_youngest_and_the_oldest(years: int) -> None:
    assert excluded(child("c", age=years), home("h")) == ()


# -- gender -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("gender", terms.GENDERS)
@pytest.mark.parametrize("accepted", terms.ACCEPTED_GENDERS)
def test_gender_holds_for_any_or_the_same(gender: str, accepted: str) -> None:
    by = () if accepted in ("any", gender) else ("gender",)
    assert excluded(child("c", gender=gender), home("h", genders=accepted)) == by


# -- needs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skills", "by"),
    [
        ((), ("needs",)),
        (("autism",), ("needs",)),
        (("autism", "epilepsy"), ()),
        (("autism", "diabetes", "epilepsy"), ()),
    ],
)
def test_needs_holds_where_every_need_is_a_skill(skills: tuple[str, ...], by: tuple[str, ...]) -> None:
    assert excluded(child("c", needs=("autism", "epilepsy")), home("h", skills=skills)) == by


def test_needs_holds_where_there_are_none() -> None:
    assert excluded(child("c"), home("h", skills=("autism",))) == ()


CODES = tuple(f"need {number:02}" for number in range(70))


@pytest.mark.parametrize("absent", [0, 1, 63, 64, 69])
def test_needs_sees_every_code_where_there_are_more_than_fit_in_one_word(absent: int) -> None:
    lacking = CODES[:absent] + CODES[absent + 1 :]
    children = [child("all", needs=CODES), child("one", needs=(CODES[absent],)), child("rest", needs=lacking)]
    instance = instance_from_pack(
        small_pack(children, [home("full", skills=CODES), home("h", skills=lacking)])
    )
    assert instance.children.needs.shape == (3, 2)
    by = [[excluding_rules(instance, c, p) for p in range(2)] for c in range(3)]
    assert by == [[(), ("needs",)], [(), ("needs",)], [(), ()]]


# -- kind -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", terms.KINDS)
@pytest.mark.parametrize("level", terms.SUITABILITIES)
def test_kind_excludes_what_its_own_column_calls_unsuitable(kind: str, level: str) -> None:
    columns = dict.fromkeys(terms.CARE_COLUMNS, terms.SUITABLE)
    columns[terms.CARE_COLUMN_OF_KIND[kind]] = level
    place = home("h", kind=kind, named_children=("c",) if kind == terms.KINSHIP else ())
    by = ("kind",) if level == terms.UNSUITABLE else ()
    assert excluded(child("c", age=16, **columns), place) == by


@pytest.mark.parametrize("kind", terms.KINDS)
def test_kind_does_not_look_at_the_other_columns(kind: str) -> None:
    columns = dict.fromkeys(terms.CARE_COLUMNS, terms.UNSUITABLE)
    columns[terms.CARE_COLUMN_OF_KIND[kind]] = terms.SUITABLE
    place = home("h", kind=kind, named_children=("c",) if kind == terms.KINSHIP else ())
    assert excluded(child("c", age=16, **columns), place) == ()


# -- under_16 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [terms.PREFERRED, terms.SUITABLE])
@pytest.mark.parametrize(("years", "by"), [(0, ("under_16",)), (15, ("under_16",)), (16, ()), (17, ())])
def test_under_16_whatever_the_data_says(years: int, level: str, by: tuple[str, ...]) -> None:
    one = child("c", age=years, supported_accommodation=level)
    assert excluded(one, home("h", kind=terms.SUPPORTED_ACCOMMODATION)) == by


def test_under_16_is_about_supported_accommodation_only() -> None:
    assert excluded(child("c", age=15), home("h", kind=terms.CHILDRENS_HOME)) == ()


# -- named ------------------------------------------------------------------------------------------


def test_named_takes_the_named_children_and_no_other() -> None:
    places = [
        home("aunt", kind=terms.KINSHIP, named_children=("a", "b")),
        home("uncle", kind=terms.KINSHIP, named_children=("c",)),
    ]
    instance = instance_from_pack(small_pack([child("a"), child("b"), child("c")], places))
    by = [[excluding_rules(instance, c, p) for c in range(3)] for p in range(2)]
    assert by == [[(), (), ("named",)], [("named",), ("named",), ()]]


def test_named_is_about_kinship_only() -> None:
    assert excluded(child("c"), home("h", named_children=())) == ()


# -- max_miles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("more", "by"), [(-A_HAIR, ()), (0.0, ()), (A_HAIR, ("max_miles",))])
def test_max_miles_holds_at_exactly_the_limit(more: float, by: tuple[str, ...]) -> None:
    assert excluded(child("c", **AT_ZERO), east("h", FOUR_MILES + more), Limits(max_miles=4.0)) == by


def test_max_miles_is_sixty_by_default() -> None:
    assert excluded(child("c"), home("h", miles=59.9)) == ()
    assert excluded(child("c"), home("h", miles=60.1)) == ("max_miles",)


def test_max_miles_excepts_kinship() -> None:
    assert excluded(child("c"), home("h", miles=200, kind=terms.KINSHIP, named_children=("c",))) == ()


# -- ofsted -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("judgement", terms.JUDGEMENTS)
def test_ofsted_by_default_accepts_all_but_inadequate(judgement: str) -> None:
    by = ("ofsted",) if judgement == "inadequate" else ()
    assert excluded(child("c"), home("h", ofsted=judgement)) == by


@pytest.mark.parametrize("judgement", terms.JUDGEMENTS)
def test_ofsted_accepts_what_the_limit_lists(judgement: str) -> None:
    by = () if judgement in ("good", "inadequate") else ("ofsted",)
    assert excluded(child("c"), home("h", ofsted=judgement), Limits(ofsted=("good", "inadequate"))) == by


@pytest.mark.parametrize("judgement", terms.JUDGEMENTS)
def test_ofsted_excepts_kinship(judgement: str) -> None:
    place = home("h", kind=terms.KINSHIP, named_children=("c",), ofsted=judgement)
    assert excluded(child("c"), place, Limits(ofsted=())) == ()


# -- avoid ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("more", "by"), [(-A_HAIR, ("avoid",)), (0.0, ()), (A_HAIR, ())])
def test_avoid_holds_at_exactly_the_radius(more: float, by: tuple[str, ...]) -> None:
    one = child("c", **AT_ZERO, avoid_easting=0.0, avoid_northing=0.0, avoid_miles=4.0)
    assert excluded(one, east("h", FOUR_MILES + more)) == by


def test_avoid_is_measured_from_its_own_point_and_not_from_home() -> None:
    one = child("c", **AT_ZERO, avoid_easting=8 * MILE, avoid_northing=0.0, avoid_miles=4.5)
    assert excluded(one, east("h", FOUR_MILES)) == ("avoid",)
    assert excluded(one, east("h", 0.0)) == ()


def test_avoid_does_not_except_kinship() -> None:
    one = child("c", **AT_ZERO, avoid_easting=4 * MILE, avoid_northing=0.0, avoid_miles=1.0)
    assert excluded(one, east("h", FOUR_MILES, kind=terms.KINSHIP, named_children=("c",))) == ("avoid",)


# -- vacancy ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("solo", "places", "vacancies", "by"),
    [
        (False, 3, 0, ("vacancy",)),
        (False, 3, 1, ()),
        (False, 3, 3, ()),
        (True, 3, 0, ("vacancy",)),
        (True, 3, 2, ("vacancy",)),
        (True, 3, 3, ()),
        (True, 1, 1, ()),
        (True, 0, 0, ("vacancy",)),
        (False, 0, 0, ("vacancy",)),
    ],
)
def test_vacancy_of_one_or_of_every_place_for_a_solo_child(
    solo: bool, places: int, vacancies: int, by: tuple[str, ...]
) -> None:
    assert excluded(child("c", solo=solo), home("h", places=places, vacancies=vacancies)) == by


# -- all together -----------------------------------------------------------------------------------

TROUBLED = child(
    "c",
    gender="other",
    needs=("autism",),
    foster_care=terms.UNSUITABLE,
    avoid_easting=0.0,
    avoid_northing=0.0,
    avoid_miles=1e4,
)


def test_every_rule_that_excludes_is_named_in_the_contracts_order() -> None:
    place = home(
        "h",
        miles=61,
        kind=terms.SUPPORTED_ACCOMMODATION,
        age_min=16,
        genders="male",
        ofsted="inadequate",
        vacancies=0,
    )
    but_named = tuple(rule for rule in terms.RULES if rule != "named")
    assert excluded(TROUBLED, place) == but_named


def test_every_rule_that_excludes_from_kinship_is_named_too() -> None:
    place = home(
        "h", miles=61, kind=terms.KINSHIP, age_max=9, genders="male", ofsted="inadequate", vacancies=0
    )
    assert excluded(TROUBLED, place) == ("age", "gender", "needs", "kind", "named", "avoid", "vacancy")


def test_the_provisions_where_a_child_may_live() -> None:
    places = [home("a"), home("b", vacancies=0), home("c", miles=70), home("d", genders="female")]
    instance = instance_from_pack(small_pack([child("x"), child("y", gender="male")], places))
    assert eligible_provisions(instance, 0).tolist() == [0, 3]
    assert eligible_provisions(instance, 1).tolist() == [0]


@pytest.fixture(params=[1, 4, 9])
def motley(request: pytest.FixtureRequest, tmp_path: Path) -> Instance:
    """A random pack with every feature of the contract in it."""
    folder = small_tables(request.param, children=(12, 14)).write(tmp_path / "pack")
    return instance_from_pack(read_pack(folder))


def test_a_rule_says_the_same_of_a_block_as_of_pairs(motley: Instance) -> None:
    c, p = np.arange(len(motley.children)), np.arange(len(motley.provisions))
    for name, rule in [*RULES.items(), ("eligible", eligible)]:
        block = rule(motley, c[:, None], p[None, :])
        paired = rule(motley, np.repeat(c, len(p)), np.tile(p, len(c)))
        assert block.shape == (len(c), len(p)), name
        assert block.ravel().tolist() == paired.tolist(), name


def test_a_pair_is_eligible_where_no_rule_excludes_it(motley: Instance) -> None:
    children, provisions = range(len(motley.children)), range(len(motley.provisions))
    block = eligible(motley, np.array(children)[:, None], np.array(provisions)[None, :])
    assert block.tolist() == [[excluding_rules(motley, c, p) == () for p in provisions] for c in children]
    assert [eligible_provisions(motley, c).tolist() for c in children] == [
        np.flatnonzero(row).tolist() for row in block
    ]
