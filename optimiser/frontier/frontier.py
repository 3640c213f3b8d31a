"""The exact trade-off of weekly cost and miles from home, by budgets and by prices.

With tiers 1 and 2 kept, each point is the fewest miles that a weekly budget buys (ε-constraint). The
programme is the ordinary one: its score is cost and miles alone, a mile so dear that pounds only break ties,
and `weekly_budget` is the row that couples them. Source: Haimes, Lasdon and Wismer 1971; Mavrotas 2009.
A price of a mile picks a point where no allocation is better at that price, by the bound that duality proves;
the prices tried are those at which no allocation found so far is better. Source: Aneja and Nair 1979.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimiser.allocation.changed import Known, allocate_changed
from optimiser.ensembles.ensemble import Ensemble
from optimiser.ensembles.task import Task
from optimiser.frontier.point import EXACT, Point, Spot, Supported, prices_that_pick, undominated
from optimiser.matching.distance import home_miles
from optimiser.matching.instance import Instance
from optimiser.pack.policy import Policy

DEAR = 10_000.0
"""£ a mile: so dear that miles come first."""
CHEAP = 0.001
"""£ a mile: so cheap that pounds come first, and miles only break ties."""
_END_GAP = 1e-3
"""The cheapest end, from which budgets are counted, is found to this gap or to a smaller one asked for."""
_ROUNDS = 12
"""How often a price is tried for a point before it stays undecided."""
_SEARCHES = 6
"""How often a point is searched for, each time to a smaller gap of its score, before it is as it is."""


@dataclass(frozen=True)
class Solved:
    """One allocation, and what its proof says without the budget."""

    spot: Spot
    unplaced: int
    separated: int
    score_bound: float
    """No allocation within the task's budget has a lower score at its price."""
    free_price: float
    """£ a mile of the relaxation without the budget: the dual of the budget turned into a price."""
    free_bound: float
    """No allocation costs less at that price, whatever its budget, by duality."""


def frontier(instance: Instance, points: int, *, gap: float, ensemble: Ensemble) -> list[Point]:
    """At most so many points, the cheapest first, budgets evenly between the two ends.

    `gap`: relative, of each point's miles and of its cost and miles at the price that picks it; below a
    billionth it is taken as that. Tiers 1 and 2 are those of the instance's limits: a budget that would leave
    a child more without a place is below the cheapest end.
    """
    gap = max(gap, EXACT)
    ends = ensemble.run(
        [
            Task(f"end {price}", solved_end, (with_prices(instance, price, None), price, near))
            for price, near in ((CHEAP, min(gap, _END_GAP)), (DEAR, gap))
        ]
    )
    (cheapest, known), (nearest, _) = ends
    evenly = np.linspace(cheapest.spot.cost, nearest.spot.cost, max(2, points))[:-1]
    budgets = sorted({math.ceil(100 * float(budget)) / 100 for budget in evenly})
    found = ensemble.run([_within(instance, budget, known, gap) for budget in budgets])
    listed = [
        _point(each, budget, gap) for each, budget in zip([*found, nearest], [*budgets, None], strict=True)
    ]
    return _with_prices_tried(instance, listed, known, gap=gap, ensemble=ensemble)


def with_prices(instance: Instance, mile: float, budget: float | None) -> Instance:
    """The instance whose score is cost and miles alone, within the budget and its own."""
    return replace(instance, policy=policy_of(instance.policy, mile, budget))


def policy_of(policy: Policy, mile: float, budget: float | None) -> Policy:
    """The policy with a price for miles alone, within the budget and its own; the other limits stay."""
    own = policy.limits.weekly_budget
    budgets = [each for each in (own, budget) if each is not None]
    free = replace(
        policy.prices,
        mile=mile,
        far=0.0,
        school_mile=0.0,
        suitable_not_preferred=0.0,
        requires_improvement=0.0,
        not_kinship=0.0,
    )
    limits = replace(policy.limits, weekly_budget=min(budgets) if budgets else None)
    return replace(policy, prices=free, limits=limits)


def solved_end(instance: Instance, price: float, gap: float) -> tuple[Solved, Known]:
    """An end of the frontier, from nothing, and what is known after it."""
    if price == DEAR:
        return _nearest(instance, None, None, gap)
    return _solved(instance, price, None, None, gap)


def solved_within(instance: Instance, budget: float, known: Known, gap: float) -> Solved:
    """The allocation with the fewest miles within a budget, pounds breaking ties; its miles are proven."""
    return _nearest(instance, budget, known, gap)[0]


def solved_at(instance: Instance, price: float, known: Known, gap: float) -> Solved:
    """The allocation that is best at a price of a mile."""
    return _solved(instance, price, None, known, gap)[0]


def _nearest(
    instance: Instance, budget: float | None, known: Known | None, gap: float
) -> tuple[Solved, Known]:
    """Searched to the gap, and again from there to a smaller one while the miles are not proven to it.

    Pounds are part of the score: the fewer the miles, the smaller a gap of the score is theirs.
    """
    found, after = _solved(instance, DEAR, budget, known, gap)
    asked = gap
    for _ in range(_SEARCHES):
        spot = found.spot
        if spot.miles - miles_bound(found) <= gap * spot.miles:
            break
        asked = min(asked / 2, gap * DEAR * spot.miles / spot.at(DEAR))
        found, after = _solved(instance, DEAR, budget, after, asked)
    return found, after


def miles_bound(found: Solved) -> float:
    """At £10,000 a mile, no allocation that costs no more has fewer miles: its score would be below the
    bound."""
    spot = found.spot
    return min(max(0.0, (found.score_bound - spot.cost) / DEAR), spot.miles)


def _solved(
    instance: Instance, price: float, budget: float | None, known: Known | None, gap: float
) -> tuple[Solved, Known]:
    solution, after = allocate_changed(instance, known, gap=gap)
    placed = np.flatnonzero(solution.placement >= 0)
    provision = solution.placement[placed]
    proof = solution.proofs[-1]
    dual = proof.prices.standing.get("weekly_budget", np.zeros(1)).sum()
    return Solved(
        spot=Spot(
            cost=math.fsum(instance.provisions.weekly_cost[provision].tolist()),
            miles=math.fsum(home_miles(instance, placed, provision).tolist()),
        ),
        unplaced=solution.tiers.unplaced,
        separated=solution.tiers.separated,
        score_bound=solution.bounds.score,
        free_price=float(price / (1 + dual)),
        free_bound=float((proof.bound + dual * (budget or 0.0)) / (1 + dual)),
    ), after


def _within(instance: Instance, budget: float, known: Known, gap: float) -> Task[Solved]:
    within = with_prices(instance, DEAR, budget)
    return Task(f"budget {budget!r}", solved_within, (within, budget, known, gap))


def _at(instance: Instance, price: float, known: Known, gap: float) -> Task[Solved]:
    return Task(f"price {price!r}", solved_at, (with_prices(instance, price, None), price, known, gap))


def _point(found: Solved, budget: float | None, gap: float) -> Point:
    """The point, with the price of its own proof where that proves that no allocation is better at it."""
    point = Point(found.spot, budget, miles_bound(found), found.unplaced, found.separated)
    if not _is_best(point.spot, found.free_price, found.free_bound, gap):
        return point
    return replace(point, price=found.free_price, supported=Supported.YES)


def _is_best(spot: Spot, price: float, bound: float, gap: float) -> bool:
    return spot.at(price) - bound <= gap * abs(spot.at(price)) + 1e-9


def _with_prices_tried(
    instance: Instance, points: Sequence[Point], known: Known, *, gap: float, ensemble: Ensemble
) -> list[Point]:
    """The points that nothing found dominates, each with a price that picks it or the word that none does."""
    spots = [point.spot for point in points]
    for _ in range(_ROUNDS):
        points = undominated(points, spots)
        tried: dict[float, list[int]] = {}
        decided = list(points)
        for index, point in enumerate(points):
            if point.supported is not Supported.UNKNOWN:
                continue
            least, highest = prices_that_pick(point.spot, spots)
            if least > highest * (1 + 1e-12):
                decided[index] = replace(point, supported=Supported.NO)
            else:
                price = 2 * least + 1 if math.isinf(highest) else (least + highest) / 2
                tried.setdefault(price, []).append(index)
        found = ensemble.run([_at(instance, price, known, gap) for price in tried])
        for (price, indices), each in zip(tried.items(), found, strict=True):
            spots.append(each.spot)
            for index in indices:
                if _is_best(decided[index].spot, price, each.score_bound, gap):
                    decided[index] = replace(decided[index], price=price, supported=Supported.YES)
        points = decided
        if not tried:
            break
    return undominated(points, spots)
