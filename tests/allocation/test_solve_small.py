"""Small instances whose optimum is plain to see, and what `allocate` makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace
from types import MappingProxyType

import numpy as np
import pytest
from support.five import POLICY, five, five_pack, without_rows
from support.small import Row, child, home, small_pack

from optimiser.allocation.check import check_placement
from optimiser.allocation.progress import Progress
from optimiser.allocation.solution import Solution, Status, Tiers
from optimiser.allocation.solve import allocate
from optimiser.errors import StoppedError
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.pack.policy import Limits, Policy, Prices


def small(
    children: Sequence[Row],
    places: Sequence[Row],
    policy: Policy | None = None,
    incompatible: Sequence[tuple[str, str]] = (),
) -> Instance:
    return instance_from_pack(small_pack(children, places, policy=policy, incompatible=incompatible))


def homes(instance: Instance, solution: Solution) -> dict[str, str]:
    """child_id → provision_id of those placed."""
    where = zip(instance.children.id.tolist(), solution.placement.tolist(), strict=True)
    return {name: str(instance.provisions.id[p]) for name, p in where if p >= 0}


def solved(instance: Instance) -> tuple[dict[str, str], Tiers]:
    """Who lives where, and the tiers, proven to be the best to a millionth; the score is rounded to one."""
    solution = allocate(instance, gap=1e-6)
    check_placement(instance, solution.placement)
    assert solution.status is Status.OPTIMAL
    assert solution.gap <= 1e-6
    bounds, tiers = solution.bounds, solution.tiers
    assert (bounds.unplaced, bounds.separated) == (tiers.unplaced, tiers.separated)
    return homes(instance, solution), replace(tiers, score=round(tiers.score, 6))


def tiers(unplaced: int, separated: int, score: float) -> Tiers:
    """Tiers as `solved` gives them."""
    return Tiers(unplaced, separated, round(float(score), 6))


def test_the_nearer_of_two_places() -> None:
    instance = small([child("a")], [home("far", 5), home("near", 1)])
    assert solved(instance) == ({"a": "near"}, tiers(0, 0, 510))


def test_the_least_total_and_not_each_childs_best() -> None:
    """Each child is nearest to `mid`; who gains less by it goes elsewhere."""
    east = 425_000.0
    children = [child("a", home_easting=east), child("b", home_easting=east + 10 * 1609.344)]
    places = [home("mid", 6), home("left", -1)]
    assert solved(small(children, places)) == ({"a": "left", "b": "mid"}, tiers(0, 0, 510 + 540))


def test_placing_a_child_goes_before_keeping_siblings_together() -> None:
    """Together in `two` the siblings would leave c, who may live nowhere else, without a place."""
    children = [
        child("a", sibling_group="s", age=12),
        child("b", sibling_group="s", age=12),
        child("c", age=5),
    ]
    places = [home("two", places=2, vacancies=2), home("one", 2, age_min=10)]
    where, found = solved(small(children, places))
    assert where["c"] == "two"
    assert sorted(where) == ["a", "b", "c"]
    assert found == tiers(0, 1, 510 + 510 + 520)


def test_keeping_siblings_together_goes_before_any_score() -> None:
    children = [child("a", sibling_group="s"), child("b", sibling_group="s")]
    places = [home("far", 50, places=2, vacancies=2, weekly_cost=9_000.0), home("near"), home("next", 2)]
    assert solved(small(children, places)) == ({"a": "far", "b": "far"}, tiers(0, 0, 2 * (9_000 + 500 + 150)))


def test_a_group_that_fits_nowhere_is_separated() -> None:
    children = [child(name, sibling_group="s") for name in "abc"]
    places = [home("two", places=2, vacancies=2), home("one", 2)]
    where, found = solved(small(children, places))
    assert sorted(where.values()) == ["one", "two", "two"]
    assert found == tiers(0, 1, 510 + 510 + 520)


def test_a_group_with_a_child_without_a_place_is_separated() -> None:
    children = [child("a", sibling_group="s"), child("b", sibling_group="s")]
    assert solved(small(children, [home("one")]))[1] == tiers(1, 1, 510)


def test_incompatible_children_live_apart() -> None:
    places = [home("big", places=2, vacancies=2), home("small", 9)]
    where, found = solved(small([child("a"), child("b")], places, incompatible=[("a", "b")]))
    assert sorted(where.values()) == ["big", "small"]
    assert found == tiers(0, 0, 510 + 590)


def test_incompatible_siblings_are_separated() -> None:
    children = [child("a", sibling_group="s"), child("b", sibling_group="s")]
    places = [home("big", places=2, vacancies=2), home("small", 9)]
    assert solved(small(children, places, incompatible=[("a", "b")]))[1] == tiers(0, 1, 510 + 590)


def test_a_solo_child_takes_a_whole_home_only_where_nobody_else_needs_it() -> None:
    """`big` has room for the other two; the solo child goes farther so that all have a place."""
    children = [child("a", solo=True), child("b"), child("c")]
    places = [home("big", places=2, vacancies=2), home("one", 9)]
    assert solved(small(children, places)) == (
        {"a": "one", "b": "big", "c": "big"},
        tiers(0, 0, 590 + 510 + 510),
    )


def test_a_solo_child_leaves_others_out_rather_than_share() -> None:
    children = [child("a", solo=True), child("b")]
    assert solved(small(children, [home("big", places=3, vacancies=3)]))[1].unplaced == 1


def test_a_whole_group_lives_with_its_solo_child_and_with_nobody_else() -> None:
    children = [child("a", solo=True, sibling_group="s"), child("b", sibling_group="s"), child("c")]
    places = [home("big", places=3, vacancies=3), home("one", 9)]
    assert solved(small(children, places)) == (
        {"a": "big", "b": "big", "c": "one"},
        tiers(0, 0, 510 + 510 + 590),
    )
    where, found = solved(small(children, places[:1]))
    assert found.unplaced == 1
    assert (where, found) == ({"a": "big", "b": "big"}, tiers(1, 0, 1020))


def test_a_budget_leaves_one_without_a_place() -> None:
    policy = Policy(limits=Limits(weekly_budget=1_299.0))
    places = [
        home("a", 1, weekly_cost=500.0),
        home("b", 2, weekly_cost=600.0),
        home("c", 3, weekly_cost=700.0),
    ]
    instance = small([child("x"), child("y"), child("z")], places, policy)
    where, found = solved(instance)
    assert sorted(where.values()) == ["a", "b"]
    assert found == tiers(1, 0, 510 + 620)


def test_a_budget_that_just_suffices_is_spent() -> None:
    policy = Policy(limits=Limits(weekly_budget=0.3), prices=Prices(mile=0.0))
    places = [home("a", weekly_cost=0.1), home("b", weekly_cost=0.2)]
    assert solved(small([child("x"), child("y")], places, policy))[1] == tiers(0, 0, 0.3)


def test_a_budget_of_nothing_places_nobody_at_a_cost() -> None:
    policy = Policy(limits=Limits(weekly_budget=0.0))
    places = [home("a"), home("free", 9, weekly_cost=0.0)]
    assert solved(small([child("x"), child("y")], places, policy))[1] == tiers(1, 0, 90)


def test_an_authoritys_budget_binds_its_own_children_only() -> None:
    limits = Limits(authority_weekly_budget=MappingProxyType({"E08000021": 500.0}))
    children = [child("a"), child("b", authority="E08000021")]
    places = [home("dear", 1, weekly_cost=800.0), home("plain", 19, weekly_cost=500.0)]
    assert solved(small(children, places, Policy(limits=limits))) == (
        {"a": "dear", "b": "plain"},
        tiers(0, 0, 810 + 690),
    )


def test_a_share_near_home_leaves_places_far_away_empty() -> None:
    """Of three places one is near: with half of those placed to live near home, two are placed."""
    places = [home("near", 1), home("far", 30), home("farther", 40)]
    children = [child("a"), child("b"), child("c")]
    policy = Policy(limits=Limits(min_share_within_far_miles=0.5))
    where, found = solved(small(children, places, policy))
    assert sorted(where.values()) == ["far", "near"]
    assert found == tiers(1, 0, 510 + 800 + 150)
    assert solved(small(children, places))[1].unplaced == 0


def test_a_group_that_must_not_be_split_is_placed_whole_or_not_at_all() -> None:
    children = [child("a", sibling_group="s"), child("b", sibling_group="s"), child("c")]
    ones = [home("p"), home("q", 2), home("r", 3)]
    never = Policy(split="never")
    assert solved(small(children, ones, never)) == ({"c": "p"}, tiers(2, 1, 510))
    big = home("big", 9, places=2, vacancies=2)
    where, found = solved(small(children, [*ones, big], never))
    assert (where, found) == ({"a": "big", "b": "big", "c": "p"}, tiers(0, 0, 590 + 590 + 510))


def test_the_five() -> None:
    """Eve alone in fir, or nobody else finds room; the siblings and Dan, Cat by the cheapest that is left."""
    where, found = solved(five())
    assert where == {"Ann": "birch", "Ben": "birch", "Cat": "ash", "Dan": "ash", "Eve": "fir"}
    assert found == tiers(0, 0, 470 + 470 + 510 + 710 + 850)


# -- nothing to do ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "places",
    [
        [home("h", age_min=15)],
        [home("h", vacancies=0), home("i", vacancies=0)],
        [home("h", weekly_cost=5_000.0)],
    ],
)
def test_where_nobody_can_be_placed_that_is_the_answer(places: list[Row]) -> None:
    children = [child("a", sibling_group="s"), child("b", sibling_group="s"), child("c")]
    instance = small(children, places, Policy(limits=Limits(weekly_budget=4_999.0)))
    assert solved(instance) == ({}, tiers(3, 1, 0.0))


@pytest.mark.parametrize("children", [False, True])
@pytest.mark.parametrize("provision", [False, True])
@pytest.mark.parametrize("policy", [Policy(), POLICY])
def test_a_region_without_children_or_without_provisions(
    children: bool, provision: bool, policy: Policy
) -> None:
    instance = instance_from_pack(without_rows(five_pack(policy), children=children, provision=provision))
    where, found = solved(instance)
    if children:
        assert (where, found) == ({}, tiers(0, 0, 0.0))
    elif provision:
        assert (where, found) == ({}, tiers(5, 1, 0.0))
    else:
        assert len(where) == 5


# -- how it answers ---------------------------------------------------------------------------------


def test_the_same_instance_gives_the_same_answer() -> None:
    """Two places alike: the identifiers break the tie, and do so every time."""
    children = [child(f"c{n}") for n in range(6)]
    places = [home(f"h{n}", places=2, vacancies=2) for n in range(4)]
    first, second = (allocate(small(children, places)) for _ in range(2))
    assert first.placement.tolist() == second.placement.tolist()
    assert first.tiers == second.tiers
    assert first.bounds == second.bounds
    assert first.vacancy_price.tolist() == second.vacancy_price.tolist()
    assert first.model_mps == second.model_mps


def test_the_order_of_rows_does_not_matter() -> None:
    children = [child(f"c{n}", sibling_group="s" if n < 2 else "") for n in range(6)]
    places = [home(f"h{n}", places=2, vacancies=2) for n in range(3)]
    one, other = allocate(small(children, places)), allocate(small(children[::-1], places[::-1]))
    assert one.placement.tolist() == other.placement.tolist()


def test_a_vacancy_is_worth_what_one_more_would_save() -> None:
    """Two children, one near vacancy: another there would save 8 miles at £10."""
    solution = allocate(small([child("a"), child("b")], [home("far", 9), home("near", 1)]), gap=0.0)
    assert solution.vacancy_price.tolist() == pytest.approx([0.0, 80.0], abs=1e-6)


def test_a_budget_that_binds_has_a_price_and_one_that_does_not_has_none() -> None:
    """£1 more buys a hundredth of the nearer place, which saves 8 miles at £10 and costs £100 more."""
    children, prices = [child("a")], Prices(mile=100.0)
    places = [home("dear", 1, weekly_cost=600.0), home("plain", 9, weekly_cost=500.0)]
    tight = Policy(prices, Limits(weekly_budget=550.0))
    assert allocate(small(children, places, tight)).limit_prices[("weekly_budget", "")] == pytest.approx(7.0)
    loose = Policy(prices, Limits(weekly_budget=600.0))
    assert ("weekly_budget", "") not in allocate(small(children, places, loose)).limit_prices


def test_no_time_is_the_greedy_placement() -> None:
    """It keeps every rule, and its bounds are those of the first prices."""
    best = allocate(five())
    solution = allocate(five(), time_limit=0.0)
    check_placement(five(), solution.placement)
    assert solution.status is Status.FEASIBLE
    assert astuple(best.tiers) <= astuple(solution.tiers)
    assert astuple(solution.bounds) <= astuple(best.tiers)


def test_no_time_is_no_answer_where_the_greedy_placement_breaks_a_rule() -> None:
    """Nobody may live in the only place there is room: it is over the budget."""
    policy = Policy(Prices(), Limits(weekly_budget=400.0))
    instance = small([child("a"), child("b")], [home("dear", 1, weekly_cost=600.0)], policy)
    with pytest.raises(StoppedError, match="time limit"):
        allocate(instance, time_limit=0.0)


def test_progress_tells_of_the_tiers_in_their_order() -> None:
    told: list[Progress] = []
    solution = allocate(five(), progress=told.append)
    assert [step.tier for step in told] == sorted(step.tier for step in told)
    assert told[-1].tier == 3
    assert told[-1].bound <= solution.tiers.score + 1e-6
    assert all(step.seconds >= 0 and step.columns >= 0 for step in told)


def test_the_placement_is_in_whole_numbers_of_the_instance() -> None:
    solution = allocate(five())
    assert solution.placement.dtype == np.int64
    assert solution.placement.shape == (5,)
    assert solution.vacancy_price.shape == (4,)
