"""Each term of the score by hand, £ a week, and their sum."""

from __future__ import annotations

import numpy as np
import pytest
from support.random_packs import small_tables
from support.small import MILE, NORTH, Row, child, home, small_pack

from optimiser import terms
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.matching.score import (
    has_kinship,
    is_far,
    score,
    score_of_kinds,
    score_of_quality,
    score_terms,
)
from optimiser.pack.policy import Policy, Prices
from optimiser.pack.read import read_pack

DEAR = Prices(
    mile=3.0,
    far=70.0,
    far_miles=4.0,
    school_mile=7.0,
    suitable_not_preferred=11.0,
    requires_improvement=13.0,
    not_kinship=17.0,
)
"""Other than the defaults, every one, so that no price can pass for another."""
AT_ZERO: Row = {"home_easting": 0.0, "home_northing": 0.0}
ONE = np.array([0])


def instance_of(children: list[Row], places: list[Row], prices: Prices = DEAR) -> Instance:
    return instance_from_pack(small_pack(children, places, policy=Policy(prices=prices)))


def term(name: str, one: Row, place: Row, prices: Prices = DEAR) -> float:
    """One term of the score of the only child in the only provision."""
    return float(score_terms(instance_of([one], [place], prices), ONE, ONE)[name][0])


def test_weekly_cost_is_the_provisions() -> None:
    assert term("weekly_cost", child("c"), home("h", weekly_cost=512.25)) == 512.25


def test_mile_is_the_price_of_each_mile_from_home() -> None:
    place = home("h", easting=3 * MILE, northing=4 * MILE)
    assert term("mile", child("c", **AT_ZERO), place) == pytest.approx(15.0, rel=1e-15)


@pytest.mark.parametrize(("metres_more", "pounds"), [(-1e-6, 0.0), (0.0, 0.0), (1e-6, 70.0)])
def test_far_is_strictly_more_than_far_miles(metres_more: float, pounds: float) -> None:
    place = home("h", easting=4 * MILE + metres_more, northing=0.0)
    assert term("far", child("c", **AT_ZERO), place) == pounds
    assert is_far(instance_of([child("c", **AT_ZERO)], [place]), ONE, ONE).tolist() == [pounds > 0]


def test_school_mile_is_the_price_of_each_mile_from_the_school() -> None:
    one = child("c", **AT_ZERO, school_easting=6 * MILE, school_northing=4 * MILE)
    assert term("school_mile", one, home("h", easting=3 * MILE, northing=0.0)) == pytest.approx(35.0)


def test_school_mile_is_nothing_without_a_school_to_keep() -> None:
    assert term("school_mile", child("c"), home("h", miles=3)) == 0.0


@pytest.mark.parametrize(
    ("foster", "residential", "kind", "pounds"),
    [
        ("suitable", "preferred", "foster_home", 11.0),
        ("suitable", "preferred", "kinship", 11.0),
        ("suitable", "preferred", "childrens_home", 0.0),
        ("preferred", "suitable", "childrens_home", 11.0),
        ("preferred", "suitable", "foster_home", 0.0),
        ("preferred", "suitable", "kinship", 0.0),
        ("preferred", "preferred", "foster_home", 0.0),
        ("preferred", "preferred", "childrens_home", 0.0),
        ("suitable", "suitable", "foster_home", 0.0),
        ("suitable", "suitable", "childrens_home", 0.0),
        ("suitable", "unsuitable", "foster_home", 0.0),
    ],
)
def test_suitable_not_preferred_where_another_kind_is_preferred(
    foster: str, residential: str, kind: str, pounds: float
) -> None:
    one = child("c", foster_care=foster, residential_care=residential)
    place = home("h", kind=kind, named_children=("c",) if kind == terms.KINSHIP else ())
    assert term("suitable_not_preferred", one, place) == pounds


def test_suitable_not_preferred_where_supported_accommodation_is_preferred() -> None:
    one = child("c", age=16, supported_accommodation="preferred")
    assert term("suitable_not_preferred", one, home("h")) == 11.0
    assert term("suitable_not_preferred", one, home("h", kind="supported_accommodation")) == 0.0


@pytest.mark.parametrize("judgement", terms.JUDGEMENTS)
def test_requires_improvement_is_about_that_judgement_only(judgement: str) -> None:
    pounds = 13.0 if judgement == terms.REQUIRES_IMPROVEMENT else 0.0
    assert term("requires_improvement", child("c"), home("h", ofsted=judgement)) == pounds


@pytest.mark.parametrize(
    ("aunt", "pounds"),
    [
        ({}, 17.0),
        ({"easting": 725_000.0}, 17.0),
        ({"ofsted": "inadequate"}, 17.0),
        ({"vacancies": 0}, 0.0),
        ({"age_max": 9}, 0.0),
        ({"named_children": ("b",)}, 0.0),
    ],
)
def test_not_kinship_only_where_an_eligible_kinship_place_exists(aunt: Row, pounds: float) -> None:
    kin = {**home("aunt", kind=terms.KINSHIP, named_children=("a",)), **aunt}
    instance = instance_of([child("a"), child("b", foster_care="unsuitable")], [kin, home("elsewhere")])
    found = score_terms(instance, np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))["not_kinship"]
    assert found.tolist() == [0.0, pounds, 0.0, 0.0]
    assert has_kinship(instance).tolist() == [pounds > 0, False]


def test_the_terms_sum_to_the_score_by_hand() -> None:
    one = child(
        "c", residential_care="preferred", school_easting=425_000.0, school_northing=NORTH, gender="male"
    )
    aunt = home("aunt", 2, kind=terms.KINSHIP, named_children=("c",))
    place = home("place", 5, ofsted="requires_improvement", weekly_cost=600.0)
    instance = instance_of([one], [aunt, place])
    at_place = {name: float(each[0]) for name, each in score_terms(instance, ONE, np.array([1])).items()}
    assert at_place == pytest.approx(
        {
            "weekly_cost": 600.0,
            "mile": 15.0,
            "far": 70.0,
            "school_mile": 35.0,
            "suitable_not_preferred": 11.0,
            "requires_improvement": 13.0,
            "not_kinship": 17.0,
        }
    )
    assert score(instance, ONE, np.array([1]))[0] == pytest.approx(761.0)
    assert score(instance, ONE, ONE)[0] == pytest.approx(500 + 6 + 14 + 11)


def test_the_default_prices_are_the_contracts() -> None:
    one = child("c", residential_care="preferred", school_easting=425_000.0, school_northing=NORTH)
    place = home("h", 25, ofsted="requires_improvement")
    each = score_terms(instance_of([one], [place], Prices()), ONE, ONE)
    found = {name: float(pounds[0]) for name, pounds in each.items()}
    assert found == pytest.approx(
        {
            "weekly_cost": 500.0,
            "mile": 250.0,
            "far": 150.0,
            "school_mile": 125.0,
            "suitable_not_preferred": 200.0,
            "requires_improvement": 100.0,
            "not_kinship": 0.0,
        }
    )


@pytest.fixture(params=[2, 5, 8])
def motley(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """A random pack with every feature of the contract in it."""
    folder = tmp_path_factory.mktemp("motley") / "pack"
    return instance_from_pack(read_pack(small_tables(request.param, children=(12, 14)).write(folder)))


def test_the_terms_are_the_contracts_and_sum_to_the_score(motley: Instance) -> None:
    c, p = np.arange(len(motley.children))[:, None], np.arange(len(motley.provisions))[None, :]
    each = score_terms(motley, c, p)
    assert tuple(each) == terms.SCORE_TERMS
    assert {name: term.shape for name, term in each.items()} == dict.fromkeys(each, (c.size, p.size))
    np.testing.assert_array_equal(sum(each.values()), score(motley, c, p))
    assert np.isfinite(score(motley, c, p)).all()


def test_the_score_of_a_block_is_that_of_its_pairs(motley: Instance) -> None:
    c, p = np.arange(len(motley.children)), np.arange(len(motley.provisions))
    block = score_terms(motley, c[:, None], p[None, :])
    paired = score_terms(motley, np.repeat(c, len(p)), np.tile(p, len(c)))
    for name in terms.SCORE_TERMS:
        np.testing.assert_array_equal(block[name].ravel(), paired[name])


def test_the_terms_of_kinds_and_of_quality_are_those_of_the_score(motley: Instance) -> None:
    c, p = (each.ravel() for each in np.indices((len(motley.children), len(motley.provisions))))
    terms_of_pairs = score_terms(motley, c, p)
    of_kinds = score_of_kinds(motley)[c, motley.provisions.kind[p]]
    expected = terms_of_pairs["suitable_not_preferred"] + terms_of_pairs["not_kinship"]
    assert np.array_equal(of_kinds, expected)
    of_quality = score_of_quality(motley)[p]
    assert np.array_equal(of_quality, terms_of_pairs["requires_improvement"])
