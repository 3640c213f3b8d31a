"""The problems are what the tables say they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from support.random_packs import medium_tables

from benchmarks.problems import (
    BUDGET_GBP_PER_CHILD,
    COUNTRY_MILES,
    PLENTY,
    PROBLEMS,
    SHARE_NEAR_HOME,
    budgets,
    plenty,
    scarce,
)
from optimiser.matching.distance import home_miles
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.pack.read import read_pack


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    tables = medium_tables(5, children=(120, 120), provisions=(90, 90))
    return instance_from_pack(read_pack(tables.write(tmp_path_factory.mktemp("pack") / "pack")))


@pytest.mark.parametrize("problem", [plenty, scarce])
def test_nothing_couples_the_children_of_an_assignment(
    problem: Callable[[Instance], Instance], instance: Instance
) -> None:
    alone = problem(instance)
    assert instance.groups
    assert len(instance.incompatible)
    assert instance.children.solo.any()
    assert alone.groups == ()
    assert alone.group_names == ()
    assert len(alone.incompatible) == 0
    assert not alone.children.solo.any()
    assert (alone.children.group == -1).all()
    assert alone.policy.limits.weekly_budget is None
    assert not alone.policy.limits.authority_weekly_budget
    assert alone.policy.limits.min_share_within_far_miles == 0
    assert alone.policy.prices.not_kinship == 0


def test_plenty_has_places_to_spare_and_scarce_has_none(instance: Instance) -> None:
    few = replace(
        instance,
        provisions=replace(instance.provisions, vacancies=np.minimum(instance.provisions.vacancies, 1)),
    )
    for given in (instance, few):
        count = len(given.children)
        assert plenty(given).provisions.vacancies.sum() == pytest.approx(PLENTY * count, abs=1)
        assert scarce(given).provisions.vacancies.sum() == count
        assert (scarce(given).provisions.vacancies >= 0).all()


def test_scarce_places_lie_far_from_the_towns(instance: Instance) -> None:
    far = scarce(instance)
    c, p = np.arange(len(far.children))[:, None], np.arange(len(far.provisions))[None, :]
    before = home_miles(instance, c, p).min(axis=1)
    after = home_miles(far, c, p).min(axis=1)
    assert np.median(after) > COUNTRY_MILES[0] / 2 > np.median(before)


def test_budgets_are_set(instance: Instance) -> None:
    limits = budgets(instance).policy.limits
    assert limits.weekly_budget == BUDGET_GBP_PER_CHILD * len(instance.children)
    assert limits.min_share_within_far_miles == SHARE_NEAR_HOME
    assert budgets(instance).groups == instance.groups


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_problem_is_the_same_each_time(problem: str, instance: Instance) -> None:
    one, other = PROBLEMS[problem](instance), PROBLEMS[problem](instance)
    np.testing.assert_array_equal(one.provisions.vacancies, other.provisions.vacancies)
    np.testing.assert_array_equal(one.children.home_easting, other.children.home_easting)
    np.testing.assert_array_equal(one.provisions.easting, other.provisions.easting)
    assert one.policy == other.policy
