"""Each of the five reasons, on a region where it is plainly the one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pytest
from support.small import Row, child, home, small_pack, solved_by_hand

from optimiser import terms
from optimiser.audit.reasons import limits_to_relax, shortfalls, unplaced_reasons
from optimiser.pack.policy import Limits, Policy

NEVER = Policy(split="never")
BUDGET = Policy(limits=Limits(weekly_budget=600.0))
GATESHEAD_BUDGET = Policy(limits=Limits(authority_weekly_budget=MappingProxyType({"E08000037": 600.0})))
SHARE = Policy(limits=Limits(min_share_within_far_miles=0.9))
SIBLINGS = [child("a", sibling_group="s"), child("b", sibling_group="s")]


def reasons(
    children: Sequence[Row],
    homes: Sequence[Row],
    living: Mapping[str, str],
    *,
    policy: Policy | None = None,
    incompatible: Sequence[tuple[str, str]] = (),
) -> dict[str, str]:
    pack = small_pack(children, homes, policy=policy, incompatible=incompatible)
    instance, solution = solved_by_hand(pack, living)
    found = unplaced_reasons(instance, solution.placement)
    return {str(instance.children.id[index]): reason for index, reason in found.items()}


def test_a_placed_child_has_no_reason() -> None:
    assert reasons([child("a")], [home("p")], {"a": "p"}) == {}


def test_no_eligible_place() -> None:
    assert reasons([child("a", age=17)], [home("p", age_max=16)], {}) == {"a": "no_eligible_place"}


def test_no_eligible_place_comes_before_siblings() -> None:
    found = reasons(
        [child("a", age=17, sibling_group="s"), SIBLINGS[1]], [home("p", age_max=16)], {}, policy=NEVER
    )
    assert found["a"] == "no_eligible_place"


def test_places_taken() -> None:
    assert reasons([child("a"), child("b")], [home("p")], {"a": "p"}) == {"b": "places_taken"}


def test_places_taken_by_a_solo_child_who_leaves_beds_empty() -> None:
    homes = [home("p", places=3, vacancies=3)]
    assert reasons([child("a", solo=True), child("b")], homes, {"a": "p"}) == {"b": "places_taken"}


def test_a_solo_child_needs_an_empty_house() -> None:
    homes = [home("p", places=3, vacancies=3)]
    assert reasons([child("a"), child("b", solo=True)], homes, {"a": "p"}) == {"b": "places_taken"}


@pytest.mark.parametrize("policy", [BUDGET, GATESHEAD_BUDGET, SHARE])
def test_a_place_that_stays_empty_under_a_limit(policy: Policy) -> None:
    children, homes = [child("a"), child("b")], [home("p"), home("q")]
    assert reasons(children, homes, {"a": "p"}, policy=policy) == {"b": "budget"}


def test_the_budget_of_another_authority_stops_nobody_here() -> None:
    children = [child("a", authority="E08000021"), child("b", authority="E08000021")]
    found = reasons(children, [home("p")], {"a": "p"}, policy=GATESHEAD_BUDGET)
    assert found == {"b": "places_taken"}


def test_incompatible() -> None:
    homes = [home("p", places=2, vacancies=2)]
    found = reasons([child("a"), child("b")], homes, {"a": "p"}, incompatible=[("a", "b")], policy=BUDGET)
    assert found == {"b": "incompatible"}


def test_room_elsewhere_is_the_budget_and_not_the_incompatible_child() -> None:
    homes = [home("p", places=2, vacancies=2), home("q")]
    found = reasons([child("a"), child("b")], homes, {"a": "p"}, incompatible=[("a", "b")], policy=BUDGET)
    assert found == {"b": "budget"}


def test_a_full_house_with_an_incompatible_child_is_taken() -> None:
    found = reasons([child("a"), child("b")], [home("p")], {"a": "p"}, incompatible=[("a", "b")])
    assert found == {"b": "places_taken"}


def test_siblings_where_no_house_is_big_enough() -> None:
    found = reasons(SIBLINGS, [home("p"), home("q")], {}, policy=NEVER)
    assert found == {"a": "siblings", "b": "siblings"}


def test_siblings_where_no_house_accepts_them_all() -> None:
    children = [SIBLINGS[0], child("b", age=3, sibling_group="s")]
    homes = [home("p", places=2, vacancies=2, age_min=5), home("q", places=2, vacancies=2, age_max=4)]
    assert reasons(children, homes, {}, policy=NEVER) == {"a": "siblings", "b": "siblings"}


def test_siblings_who_are_incompatible_and_may_not_be_split() -> None:
    homes = [home("p", places=2, vacancies=2)]
    policy = Policy(limits=BUDGET.limits, split="never")
    found = reasons(SIBLINGS, homes, {}, policy=policy, incompatible=[("a", "b")])
    assert found == {"a": "siblings", "b": "siblings"}


def test_siblings_where_there_is_room_for_one_of_them() -> None:
    homes = [home("p", places=2, vacancies=2)]
    found = reasons([*SIBLINGS, child("c")], homes, {"c": "p"}, policy=NEVER)
    assert found == {"a": "siblings", "b": "siblings"}


def test_siblings_find_every_place_taken() -> None:
    homes = [home("p", places=2, vacancies=2)]
    found = reasons([*SIBLINGS, child("c"), child("d")], homes, {"c": "p", "d": "p"}, policy=NEVER)
    assert found == {"a": "places_taken", "b": "places_taken"}


def test_siblings_with_room_together_are_stopped_by_the_budget() -> None:
    homes = [home("p", places=2, vacancies=2)]
    assert reasons(SIBLINGS, homes, {}, policy=Policy(limits=BUDGET.limits, split="never")) == {
        "a": "budget",
        "b": "budget",
    }


def test_a_group_with_a_solo_child_needs_an_empty_house() -> None:
    children = [child("a", sibling_group="s", solo=True), SIBLINGS[1], child("c")]
    homes = [home("p", places=3, vacancies=3)]
    found = reasons(children, homes, {"c": "p"}, policy=NEVER)
    assert found == {"a": "places_taken", "b": "siblings"}


def test_a_group_that_may_be_split_is_judged_child_by_child() -> None:
    assert reasons(SIBLINGS, [home("p")], {"a": "p"}) == {"b": "places_taken"}


def test_every_reason_of_the_contract_says_what_to_relax() -> None:
    policy = Policy(limits=Limits(weekly_budget=1.0, min_share_within_far_miles=0.5))
    assert {reason: limits_to_relax(reason, policy) for reason in terms.REASONS} == {
        "no_eligible_place": ("limits.max_miles", "limits.ofsted"),
        "places_taken": ("limits.max_miles", "limits.ofsted"),
        "budget": ("limits.weekly_budget", "limits.min_share_within_far_miles"),
        "siblings": ("siblings.split",),
        "incompatible": (),
    }


def test_shortfalls_count_by_reason_in_the_contracts_order() -> None:
    found = shortfalls(["", "incompatible", "places_taken", "places_taken"], Policy())
    assert [str(each) for each in found] == [
        "2 children without a place, places_taken: relax limits.max_miles or limits.ofsted",
        "1 child without a place, incompatible: no limit of the policy stands behind it",
    ]
