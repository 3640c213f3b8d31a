"""Why a child has no place: the first of the contract's five reasons that holds.

Checked in this order, against the allocation as it stands:

1. `no_eligible_place`: no provision is eligible for the child.
2. `siblings`: groups are never split, and no provision could take this group whole even if empty (as when
   two of it are incompatible).
3. `budget`: an eligible provision still has room and holds nobody incompatible, so only a budget or
   the share that must live near home can be what stops the child.
4. `incompatible`: eligible provisions have room, but every one of them holds an incompatible child.
5. `siblings`: groups are never split; there is room for the child, not for the whole group.
6. `places_taken`: every eligible place is taken.

Room for a child alone is one vacancy that is free; for a solo child, all of the provision's
vacancies; for a group that is never split, a vacancy each, and all of them if one of it is solo.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from optimiser import terms
from optimiser.matching.eligibility import eligible_provisions
from optimiser.matching.instance import Bools, Instance, Ints, must_move_together
from optimiser.pack.policy import Policy

NO_ELIGIBLE_PLACE = "no_eligible_place"
PLACES_TAKEN = "places_taken"
BUDGET = "budget"
SIBLINGS = "siblings"
INCOMPATIBLE = "incompatible"


@dataclass(frozen=True)
class _Occupancy:
    """What stands in every provision: vacancies still free, and who lives with whom."""

    free: Ints
    empty: Bools
    placement: Ints
    apart: Mapping[int, tuple[int, ...]]
    """Child → the children that must not live in the same provision."""


def unplaced_reasons(instance: Instance, placement: Ints) -> dict[int, str]:
    """The reason for every child without a place; children as the instance orders them."""
    occupancy = _occupancy(instance, placement)
    return {int(child): _reason(instance, occupancy, int(child)) for child in np.flatnonzero(placement < 0)}


@dataclass(frozen=True)
class Shortfall:
    """How many children have no place for one reason, and which keys of policy.toml stand behind it."""

    reason: str
    children: int
    relax: tuple[str, ...]

    def __str__(self) -> str:
        children = "1 child" if self.children == 1 else f"{self.children:,} children"
        remedy = " or ".join(self.relax) if self.relax else "no limit of the policy stands behind it"
        return f"{children} without a place, {self.reason}: " + ("relax " if self.relax else "") + remedy


def shortfalls(reasons: Iterable[str], policy: Policy) -> tuple[Shortfall, ...]:
    """The children without a place by reason, in the contract's order; `reasons` is "" for the placed."""
    counts = Counter(reasons)
    return tuple(
        Shortfall(reason, counts[reason], limits_to_relax(reason, policy))
        for reason in terms.REASONS
        if counts[reason]
    )


def limits_to_relax(reason: str, policy: Policy) -> tuple[str, ...]:
    """The keys of policy.toml that stand behind a reason, where any does; budgets only if they are set."""
    limits = policy.limits
    if reason in (NO_ELIGIBLE_PLACE, PLACES_TAKEN):
        return ("limits.max_miles", "limits.ofsted")
    if reason == SIBLINGS:
        return ("siblings.split",)
    if reason == BUDGET:
        set_limits = {
            "limits.weekly_budget": limits.weekly_budget is not None,
            "limits.authority_weekly_budget": bool(limits.authority_weekly_budget),
            "limits.min_share_within_far_miles": limits.min_share_within_far_miles > 0,
        }
        return tuple(name for name, is_set in set_limits.items() if is_set)
    return ()


def _reason(instance: Instance, occupancy: _Occupancy, child: int) -> str:
    homes = eligible_provisions(instance, child)
    if not len(homes):
        return NO_ELIGIBLE_PLACE
    together = must_move_together(instance, child)
    if any(other in together for one in together for other in occupancy.apart.get(one, ())):
        return SIBLINGS
    shared = _eligible_for_all(instance, together)
    big_enough = shared[instance.provisions.vacancies[shared] >= len(together)]
    if not len(big_enough):
        return SIBLINGS
    roomy = big_enough[_has_room(instance, occupancy, together, big_enough)]
    peaceful = np.setdiff1d(roomy, _homes_of_incompatible(occupancy, together))
    if len(peaceful) and _is_limited(instance, together):
        return BUDGET
    if len(roomy) and not len(peaceful):
        return INCOMPATIBLE
    if len(together) > 1 and np.any(_has_room(instance, occupancy, (child,), homes)):
        return SIBLINGS
    return PLACES_TAKEN


def _occupancy(instance: Instance, placement: Ints) -> _Occupancy:
    living = np.bincount(placement[placement >= 0], minlength=len(instance.provisions))
    free = instance.provisions.vacancies - living
    solo_homes = placement[instance.children.solo & (placement >= 0)]
    free[solo_homes] = 0
    apart: dict[int, tuple[int, ...]] = {}
    for a, b in instance.incompatible.tolist():
        apart[a] = (*apart.get(a, ()), b)
        apart[b] = (*apart.get(b, ()), a)
    return _Occupancy(free=free, empty=living == 0, placement=placement, apart=apart)


def _eligible_for_all(instance: Instance, children: tuple[int, ...]) -> Ints:
    homes = eligible_provisions(instance, children[0])
    for child in children[1:]:
        homes = np.intersect1d(homes, eligible_provisions(instance, child))
    return homes


def _has_room(instance: Instance, occupancy: _Occupancy, children: tuple[int, ...], homes: Ints) -> Bools:
    room: Bools = occupancy.free[homes] >= len(children)
    if np.any(instance.children.solo[list(children)]):
        room = room & occupancy.empty[homes]
    return room


def _homes_of_incompatible(occupancy: _Occupancy, children: tuple[int, ...]) -> Ints:
    others = [other for child in children for other in occupancy.apart.get(child, ())]
    return occupancy.placement[others]


def _is_limited(instance: Instance, children: tuple[int, ...]) -> bool:
    limits = instance.policy.limits
    authorities = instance.children.authority[list(children)].tolist()
    return (
        limits.weekly_budget is not None
        or limits.min_share_within_far_miles > 0
        or any(authority in limits.authority_weekly_budget for authority in authorities)
    )
