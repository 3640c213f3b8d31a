"""Our own check of a placement: it accepts what the contract allows and names every rule that is broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from support.five import NEWCASTLE, POLICY, five
from support.small import Row, child, home, small_pack

from optimiser.allocation.check import check_placement, lives_together, tiers_of_placement
from optimiser.allocation.solution import Tiers
from optimiser.errors import SolverError
from optimiser.matching.instance import Instance, Ints, instance_from_pack
from optimiser.pack.policy import Limits, Policy

NOWHERE = -1
ASH, BIRCH, CEDAR, FIR = range(4)


def broken(instance: Instance, *where: int) -> str:
    """What the check says of a placement it refuses."""
    with pytest.raises(SolverError) as refused:
        check_placement(instance, np.array(where))
    return str(refused.value)


def accepted(instance: Instance, *where: int) -> bool:
    """Raises where the placement is refused."""
    check_placement(instance, np.array(where))
    return True


def small(
    children: Sequence[Row],
    places: Sequence[Row],
    policy: Policy | None = None,
    incompatible: Sequence[tuple[str, str]] = (),
) -> Instance:
    return instance_from_pack(small_pack(children, places, policy=policy, incompatible=incompatible))


def five_with(limits: Limits) -> Instance:
    """The region of five with these limits only."""
    return five(Policy(limits=limits))


def test_a_placement_that_breaks_nothing_is_accepted() -> None:
    assert accepted(five(), BIRCH, BIRCH, ASH, ASH, FIR)


def test_a_placement_of_nobody_is_accepted() -> None:
    assert accepted(five(replace(POLICY, split="never")), *[NOWHERE] * 5)


def test_a_child_where_it_may_not_live_is_refused() -> None:
    assert "Dan may not live in fir" in broken(five(), BIRCH, BIRCH, ASH, FIR, NOWHERE)


def test_more_children_than_vacancies_are_refused() -> None:
    assert "3 children for 2 vacancies in birch" in broken(five(), BIRCH, BIRCH, ASH, BIRCH, FIR)


def test_a_solo_child_who_shares_is_refused() -> None:
    assert "a solo child shares ash" in broken(five(), BIRCH, BIRCH, NOWHERE, ASH, ASH)


def test_incompatible_children_together_are_refused() -> None:
    assert "Ann and Cat must not both live in ash" in broken(five(), ASH, ASH, ASH, CEDAR, FIR)


def test_incompatible_children_who_are_both_nowhere_are_accepted() -> None:
    assert accepted(five(), NOWHERE, BIRCH, NOWHERE, ASH, FIR)


def test_a_split_group_is_refused_only_where_the_policy_forbids_it() -> None:
    never = five(replace(POLICY, split="never"))
    assert "sibling group sea is split" in broken(never, BIRCH, ASH, ASH, CEDAR, FIR)
    assert "sibling group sea is split" in broken(never, BIRCH, NOWHERE, ASH, CEDAR, FIR)
    assert accepted(never, BIRCH, BIRCH, ASH, CEDAR, FIR)
    assert accepted(five(), BIRCH, ASH, ASH, CEDAR, NOWHERE)


# Costs of the placement BIRCH, BIRCH, ASH, ASH, FIR: 450 + 450 + 500 + 500 + 400 = 2,300; Dan's 500.
TOGETHER = (BIRCH, BIRCH, ASH, ASH, FIR)


def test_a_budget_that_is_passed_is_refused() -> None:
    assert accepted(five_with(Limits(weekly_budget=2300.0)), *TOGETHER)
    assert "the weekly budget is passed" in broken(five_with(Limits(weekly_budget=2299.99)), *TOGETHER)


def test_an_authoritys_budget_that_is_passed_is_refused() -> None:
    def of_newcastle(pounds: float) -> Instance:
        return five_with(Limits(authority_weekly_budget=MappingProxyType({NEWCASTLE: pounds})))

    assert accepted(of_newcastle(500.0), *TOGETHER)
    assert f"the weekly budget of {NEWCASTLE} is passed" in broken(of_newcastle(499.99), *TOGETHER)


def test_decimal_costs_that_sum_to_the_budget_are_accepted() -> None:
    """0.1 + 0.2 > 0.3 in binary."""
    places = [home("h", weekly_cost=0.1), home("i", weekly_cost=0.2)]
    policy = Policy(limits=Limits(weekly_budget=0.3))
    assert accepted(small([child("a"), child("b")], places, policy), 0, 1)


def test_too_small_a_share_near_home_is_refused() -> None:
    assert accepted(five_with(Limits(min_share_within_far_miles=0.8)), *TOGETHER)
    assert "too few children live near home" in broken(
        five_with(Limits(min_share_within_far_miles=0.81)), *TOGETHER
    )


def test_the_share_is_of_those_placed() -> None:
    instance = five_with(Limits(min_share_within_far_miles=0.5))
    assert accepted(instance, NOWHERE, NOWHERE, FIR, ASH, NOWHERE)
    assert "too few" in broken(instance, NOWHERE, NOWHERE, FIR, NOWHERE, NOWHERE)
    assert accepted(instance, *[NOWHERE] * 5)


def with_solo_sibling() -> Instance:
    children = [
        child("a", sibling_group="s", solo=True),
        child("b", sibling_group="s"),
        child("c", sibling_group="s"),
        child("d"),
    ]
    return small(children, [home("h", places=4, vacancies=4), home("i", 2)])


def test_a_solo_child_may_live_with_its_whole_group_alone() -> None:
    assert accepted(with_solo_sibling(), 0, 0, 0, 1)


def test_a_solo_child_may_not_live_with_part_of_its_group() -> None:
    assert "a solo child shares h" in broken(with_solo_sibling(), 0, 0, NOWHERE, 1)


def test_nobody_may_join_a_whole_group_that_has_a_solo_child() -> None:
    assert "a solo child shares h" in broken(with_solo_sibling(), 0, 0, 0, 0)


def test_every_rule_that_is_broken_is_named_at_once() -> None:
    said = broken(
        five_with(Limits(weekly_budget=100.0, min_share_within_far_miles=1.0)), ASH, CEDAR, ASH, FIR, ASH
    )
    for part in ("Dan may not live in fir", "must not both", "a solo child", "budget is passed", "too few"):
        assert part in said


def test_the_tiers_are_counted_from_the_pairs_alone() -> None:
    """Ann and Ben apart: 470 + 890; Cat nowhere; Dan 710, for he prefers another kind; Eve far: 850."""
    tiers = tiers_of_placement(five(), np.array([BIRCH, CEDAR, NOWHERE, ASH, FIR]))
    assert (tiers.unplaced, tiers.separated) == (1, 1)
    assert tiers.score == pytest.approx(470 + 890 + 710 + 850)
    assert tiers_of_placement(five(), np.array([BIRCH, BIRCH, NOWHERE, NOWHERE, NOWHERE])).separated == 0
    assert tiers_of_placement(five(), np.full(5, NOWHERE)) == Tiers(5, 1, 0.0)


@pytest.mark.parametrize(
    ("where", "together"), [((0, 0, 5), True), ((0, 1, 0), False), ((0, -1, 0), False), ((-1, -1, 0), False)]
)
def test_a_group_lives_together_where_all_of_it_lives_in_one_provision(
    where: tuple[int, ...], together: bool
) -> None:
    placement: Ints = np.array(where)
    assert lives_together(placement, (0, 1)) is together
