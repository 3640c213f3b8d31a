"""The smallest change that would place a child who has no place.

Every provision is asked what would have to change for the child to live there while everybody else
stays; that is arithmetic, and true for regions of any size. A change has one or more of the parts below.
The smallest change has the fewest parts; of those, parts earlier in the order; then the lesser amounts;
then the lower score of the child there; then the first identifier.

1. `places`: more places and vacancies at the provision (one for the child; for a group that is never
   split, as many as it lacks);
2. `max_miles`: a higher limits.max_miles;
3. `age`: a wider range of ages at the provision, in years;
4. `skills`: more skills at the provision;
5. `split`: groups may be split;
6. `budget`: higher budgets, £ a week;
7. `share`: a lower share that must live near home.

Where no such change exists, as for a solo child whose every eligible place is lived in, one move is
allowed: more places at a provision to which the only child or group of an eligible place could move.

Gender, unsuitable kinds, the rule on under-16s, whom kinship carers are for, judgements, points to avoid,
solo and incompatible children are never put up for change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from optimiser.allocation.check import check_placement
from optimiser.allocation.solve import allocate
from optimiser.audit.explain_situation import POUNDS, SHARE, Limit, Situation
from optimiser.errors import SolverError
from optimiser.matching.distance import home_miles
from optimiser.matching.eligibility import RULES, eligible
from optimiser.matching.instance import Bools, Floats, Instance, Ints
from optimiser.matching.score import is_far, score

PARTS = ("places", "max_miles", "age", "skills", "split", "budget", "share")
FIXED_RULES = ("gender", "kind", "under_16", "named", "ofsted", "avoid")
"""Rules that no change is proposed for."""
SMALL = 60
"""Regions of up to so many children are solved again to confirm a change."""
TRIED = 4
"""How many changes of one child are solved again at most, the smallest first."""
MOVES_TRIED = 8
"""How many places, and how many places for those who would move, are looked at where a move is needed."""
CONFIRMING_GAP = 1e-6


@dataclass(frozen=True)
class Repair:
    """What would let `members` live in `home`, everybody else staying; indices of the instance."""

    members: tuple[int, ...]
    home: int
    provision: int
    """Where the change is made: `home`, or where `moved` would move to from there."""
    moved: tuple[int, ...] = ()
    places: int = 0
    max_miles: float | None = None
    ages: tuple[int, int] | None = None
    needs: tuple[int, ...] = ()
    """Children whose needs the provision would have to meet besides."""
    split: bool = False
    weekly_budget: float | None = None
    authority_weekly_budget: MappingProxyType[str, float] = field(
        default_factory=lambda: MappingProxyType({})
    )
    share: float | None = None


def repairs(situation: Situation, child: int, *, most: int) -> tuple[Repair, ...]:
    """The smallest changes that would place an unplaced child, smallest first, at most `most`."""
    mover = situation.movers[int(situation.mover[child])]
    asked = [_needed(situation, mover, split=False)]
    if len(mover) > 1:
        asked.append(_needed(situation, (child,), split=True))
    ranked = sorted(
        ((key, needed, at) for needed in asked for key, at in zip(*_smallest(needed, most), strict=True)),
        key=lambda each: each[0],
    )
    found = tuple(_repair(situation, needed, at) for _, needed, at in ranked[:most])
    return found or _with_a_move(situation, mover)


def altered(instance: Instance, repair: Repair) -> Instance:
    """The instance with the change made, and nobody moved."""
    grown = with_more_places(instance, repair.provision, repair.places)
    provisions, policy, at = grown.provisions, instance.policy, repair.provision
    skills = provisions.skills.copy()
    for child in repair.needs:
        skills[at] |= instance.children.needs[child]
    low, high = provisions.age_min.copy(), provisions.age_max.copy()
    if repair.ages is not None:
        low[at], high[at] = repair.ages
    limits = policy.limits
    limits = replace(
        limits,
        max_miles=limits.max_miles if repair.max_miles is None else repair.max_miles,
        weekly_budget=limits.weekly_budget if repair.weekly_budget is None else repair.weekly_budget,
        min_share_within_far_miles=(
            limits.min_share_within_far_miles if repair.share is None else repair.share
        ),
        authority_weekly_budget=MappingProxyType(
            {**limits.authority_weekly_budget, **repair.authority_weekly_budget}
        ),
    )
    return replace(
        grown,
        provisions=replace(provisions, skills=skills, age_min=low, age_max=high),
        policy=replace(policy, limits=limits, split="if_needed" if repair.split else policy.split),
    )


def with_more_places(instance: Instance, provision: int, places: int) -> Instance:
    """The instance with so many more places, all of them vacant, at one provision."""
    more = np.zeros(len(instance.provisions), dtype=np.int64)
    more[provision] = places
    here = instance.provisions
    return replace(
        instance, provisions=replace(here, places=here.places + more, vacancies=here.vacancies + more)
    )


def placement_after(placement: Ints, repair: Repair) -> Ints:
    """The placement with the children living where the change lets them."""
    after = placement.copy()
    after[list(repair.moved)] = repair.provision
    after[list(repair.members)] = repair.home
    return after


class Confirmation:
    """Solves altered instances again, each once, and not more than `solves` in all."""

    def __init__(self, instance: Instance, *, solves: int) -> None:
        self._instance = instance
        self._left = solves
        self._known: dict[tuple[object, ...], tuple[Instance, Ints, tuple[int, int, float]]] = {}

    def holds(self, repair: Repair, child: int) -> bool:
        """Every best allocation of the altered instance gives the child a place.

        Solved once as it is, and once with the child barred from everywhere: that must be worse. False
        also where it would take more solving than was allowed.
        """
        if self._left < 2:
            return False
        after, placement, best = self._solved(repair)
        if placement[child] < 0:
            return False
        suitability = after.children.suitability.copy()
        suitability[child] = 0
        barred = replace(after, children=replace(after.children, suitability=suitability))
        self._left -= 1
        without = allocate(barred, gap=CONFIRMING_GAP)
        bound = (without.bounds.unplaced, without.bounds.separated, without.bounds.score - POUNDS)
        return bound > best

    def _solved(self, repair: Repair) -> tuple[Instance, Ints, tuple[int, int, float]]:
        key = (
            *(repair.provision, repair.places, repair.max_miles, repair.ages, repair.needs, repair.split),
            *(repair.weekly_budget, tuple(repair.authority_weekly_budget.items()), repair.share),
        )
        if key not in self._known:
            self._left -= 1
            after = altered(self._instance, repair)
            solution = allocate(after, gap=CONFIRMING_GAP)
            tiers = solution.tiers
            self._known[key] = (after, solution.placement, (tiers.unplaced, tiers.separated, tiers.score))
        return self._known[key]


@dataclass(frozen=True)
class _Needed:
    """What would have to change for the members to live in each of some provisions."""

    members: tuple[int, ...]
    provision: Ints
    """Ascending: where a change would do. The other arrays have its shape."""
    amounts: Floats
    """Shape (len(PARTS), provisions): how much of each part; 0 where it stays."""
    worth: Floats
    """£ a week: the score of the members there."""


type _Key = tuple[float, ...]


def _smallest(needed: _Needed, most: int) -> tuple[list[_Key], list[int]]:
    """The sort keys and positions of the `most` smallest changes."""
    parts = needed.amounts > 0
    count = parts.sum(axis=0).astype(np.float64)
    # Of as many parts, those earlier in the order come first: the larger sum of these powers of two.
    order = -(parts.T @ 2.0 ** -np.arange(len(PARTS)))
    some = np.flatnonzero(count > 0)
    if len(some) > most:
        some = some[count[some] <= np.partition(count[some], most - 1)[most - 1]]
    figures = np.vstack([count, order, needed.amounts, needed.worth, needed.provision])[:, some]
    first = np.lexsort(figures[::-1])[:most]
    return [tuple(figures[:, at].tolist()) for at in first], some[first].tolist()


def _needed(situation: Situation, members: tuple[int, ...], *, split: bool) -> _Needed:
    instance = situation.instance
    limits, c = instance.policy.limits, np.array(members, dtype=np.int64)[:, None]
    lacking, room = _places_needed(situation, members)
    p = np.flatnonzero(room)
    for rule in FIXED_RULES:
        p = p[RULES[rule](instance, c, p[None, :]).all(axis=0)]
    miles = np.where(RULES["max_miles"](instance, c, p[None, :]), 0.0, home_miles(instance, c, p[None, :]))
    reachable = np.isfinite(miles).all(axis=0)
    p, miles = p[reachable], miles[:, reachable].max(axis=0)
    here = instance.provisions
    ages = instance.children.age[list(members)]
    lower, higher = here.age_min[p] - ages.min(), ages.max() - here.age_max[p]
    skills = np.bitwise_or.reduce(instance.children.needs[list(members)], axis=0) & ~here.skills[p]
    short = limits.min_share_within_far_miles - _share_after(situation, members, p)
    amounts = {
        "places": lacking[p],
        "max_miles": np.where(miles > 0, miles - limits.max_miles, 0.0),
        "age": np.maximum(lower, 0) + np.maximum(higher, 0),
        "skills": np.bitwise_count(skills).sum(axis=1),
        "split": np.full(len(p), float(split)),
        "budget": sum((excess for _, excess in _excesses(situation, members, p)), np.zeros(len(p))),
        "share": np.where(short > SHARE, short, 0.0),
    }
    return _Needed(
        members=members,
        provision=p,
        amounts=np.array([amounts[part] for part in PARTS], dtype=np.float64),
        worth=score(instance, c, p[None, :]).sum(axis=0),
    )


def _places_needed(situation: Situation, members: tuple[int, ...]) -> tuple[Ints, Bools]:
    """Places that every provision lacks for the members, and where more places would do."""
    instance = situation.instance
    provisions, children = instance.provisions, list(members)
    lacking = np.maximum(len(members) - (provisions.vacancies - situation.occupied), 0)
    room = ~situation.shut
    if instance.children.solo[children].any():
        room &= (situation.occupied == 0) & (provisions.vacancies == provisions.places)
    for child in children:
        others = situation.apart.get(child, frozenset())
        room[[int(situation.placement[other]) for other in others if situation.placement[other] >= 0]] = False
        room &= not others & set(members)
    return lacking, room


def _excesses(situation: Situation, members: tuple[int, ...], p: Ints) -> list[tuple[Limit, Floats]]:
    """For every budget: £ a week over it, were the members to live in each of `p`; 0 within it."""
    cost = situation.instance.provisions.weekly_cost[p]
    authorities = situation.instance.children.authority[list(members)].tolist()
    found = []
    for limit in situation.limits:
        counted = authorities.count(limit.authority) if limit.authority else len(members)
        over = limit.spent + counted * cost - limit.budget
        found.append((limit, np.where((counted > 0) & (over > POUNDS), over, 0.0)))
    return found


def _share_after(situation: Situation, members: tuple[int, ...], p: Ints) -> Floats:
    """The share near home of all who are placed, were the members to live in each of `p`."""
    close = ~is_far(situation.instance, np.array(members, dtype=np.int64)[:, None], p[None, :])
    share: Floats = (situation.near + close.sum(axis=0)) / (situation.placed + len(members))
    return share


def _repair(situation: Situation, needed: _Needed, at: int) -> Repair:
    instance, members, provision = situation.instance, needed.members, int(needed.provision[at])
    amount = dict(zip(PARTS, needed.amounts[:, at].tolist(), strict=True))
    ages = instance.children.age[list(members)]
    low, high = int(instance.provisions.age_min[provision]), int(instance.provisions.age_max[provision])
    raised = {
        limit.authority: _rounded_up(limit.budget + float(excess[0]), 2)
        for limit, excess in _excesses(situation, members, needed.provision[[at]])
        if excess[0] > 0
    }
    lacking = (instance.children.needs[list(members)] & ~instance.provisions.skills[provision]).any(axis=1)
    share = float(_share_after(situation, members, needed.provision[[at]])[0])
    max_miles = instance.policy.limits.max_miles + amount["max_miles"]
    return Repair(
        members=members,
        home=provision,
        provision=provision,
        places=int(amount["places"]),
        max_miles=_rounded_up(max_miles, 3) if amount["max_miles"] > 0 else None,
        ages=(min(low, int(ages.min())), max(high, int(ages.max()))) if amount["age"] > 0 else None,
        needs=tuple(child for child, lacks in zip(members, lacking.tolist(), strict=True) if lacks),
        split=amount["split"] > 0,
        weekly_budget=raised.pop("", None),
        authority_weekly_budget=MappingProxyType(raised),
        share=math.floor(share * 10_000) / 10_000 if amount["share"] > 0 else None,
    )


def _with_a_move(situation: Situation, members: tuple[int, ...]) -> tuple[Repair, ...]:
    """The smallest change in which the only mover of a place makes room; checked rule by rule."""
    instance, c = situation.instance, np.array(members, dtype=np.int64)[:, None]
    shared = np.array([at for at, movers in situation.living.items() if len(movers) == 1], dtype=np.int64)
    shared = np.sort(shared[instance.provisions.vacancies[shared] >= len(members)])
    shared = shared[eligible(instance, c, shared[None, :]).all(axis=0) & ~situation.shut[shared]]
    order = np.lexsort((score(instance, c, shared[None, :]).sum(axis=0), situation.occupied[shared]))
    for home in shared[order[:MOVES_TRIED]].tolist():
        moved = situation.movers[situation.living[home][0]]
        needed = _needed(situation, moved, split=False)
        places = needed.amounts[PARTS.index("places")]
        others = needed.amounts[[PARTS.index(part) for part in ("max_miles", "age", "skills")]].any(axis=0)
        possible = np.flatnonzero(~others & (places > 0) & (needed.provision != home))
        ranked = possible[np.lexsort((needed.worth[possible], places[possible]))]
        for at in ranked[:MOVES_TRIED].tolist():
            repair = Repair(members, home, int(needed.provision[at]), moved, places=int(places[at]))
            if _is_allowed(altered(instance, repair), placement_after(situation.placement, repair)):
                return (repair,)
    return ()


def _is_allowed(instance: Instance, placement: Ints) -> bool:
    try:
        check_placement(instance, placement)
    except SolverError:
        return False
    return True


def _rounded_up(value: float, decimals: int) -> float:
    """The least number of so many decimals that is at least `value`, binary dust aside."""
    unit = 10.0**decimals
    up = math.ceil(value * unit - 1e-7) / unit
    return up if up >= value else math.ceil(value * unit) / unit


def smallest_change(
    situation: Situation, child: int, confirmation: Confirmation | None
) -> tuple[Repair | None, bool]:
    """The change to report, and whether every best allocation after it is known to place the child.

    With a `confirmation`, the smallest of the first `TRIED` for which that holds; else the smallest.
    """
    found: Sequence[Repair] = repairs(situation, child, most=1 if confirmation is None else TRIED)
    if confirmation is not None:
        for repair in found:
            if confirmation.holds(repair, child):
                return repair, True
    return (found[0], False) if found else (None, False)
