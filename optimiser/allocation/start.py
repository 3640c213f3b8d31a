"""First prices: what vacancies are worth, roughly, before any programme is solved.

A projected subgradient walk on the prices of vacancies: a provision that is asked for more than it has
grows dearer, one that is asked for less grows cheaper. Only a start: whatever it gives, the search that
follows is exact. Source: Held, Wolfe and Crowder 1974.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.assignment import AssignmentMarket
from optimiser.allocation.auction import are_plenty, auctioned
from optimiser.allocation.columns import NO_COLUMNS, Columns, columns_of_pairs, join, members_of
from optimiser.allocation.families import Tally
from optimiser.allocation.market import Market, cheapest, rank_by_owner
from optimiser.allocation.prices import (
    Objective,
    Prices,
    cheapest_of,
    cost_at_prices,
    objective_of_tier,
    paid_back,
    worth_from_cheapest,
)
from optimiser.allocation.sought import near_places
from optimiser.allocation.tree import Tree, cheapest_tree
from optimiser.matching.instance import Floats, Ints

STEPS = 40
OFFERED = 30
"""Columns of each unit that the walk looks at."""

_FAR_ABOVE = 10.0
_PATIENCE = 4
_SHRINK = 0.6
_FIRST_STRIDE = 0.05
_NEAR_GBP = 25.0


FIRST_COLUMNS = 6
"""Columns of each unit in the first restricted programme."""

_COLUMNS_IF_PLENTY = 3
"""And where places are plenty and the prices an auction's."""

SOUGHT = 6
"""Columns of each provision in it, for every vacancy and one more: those whose units would lose least."""


@dataclass(frozen=True)
class Start:
    """Objectives with all three tiers in one, prices near the duals of the first, and the first columns."""

    objective: Objective
    """Prices a child without a place, and a group separated, so that duals stay as small as they can."""
    together: Objective
    """Prices them so that no saving in the score is worth one of them."""
    prices: Prices
    columns: Columns
    greedy: Columns = NO_COLUMNS
    """A placement within the vacancies where nobody lives with whom they must not; it asks about no limit.
    None where an answer is known already."""
    tree: Tree | None = None
    """The first basis of a programme of the first columns, where that is known."""


def start(market: Market) -> Start:
    """Prices of vacancies for the score with a child unplaced and a group separated each priced dear.

    The first columns are each unit's cheapest, those each provision would rather take, and those of a
    greedy placement, so that the first restricted programme places nearly everyone: else its duals are wild.
    """
    if isinstance(market, AssignmentMarket):
        return _by_auction(market)
    instance = market.instance
    free = Prices({"capacity": np.zeros(len(instance.provisions))})
    _, columns = market.sweep(objective_of_tier(3, Tally()), free, cheapest(OFFERED))
    objective, together = objectives(market, columns)
    prices = Prices({"capacity": _walk(market, columns, objective)})
    _, likely = market.sweep(objective, prices, cheapest(OFFERED))
    columns = join([columns, likely, near_places(market, np.arange(len(instance.provisions)))])
    price = cost_at_prices(instance, market.units, columns, objective, prices)
    worth = worth_from_cheapest(
        instance, objective, prices, cheapest_of(columns, price, len(market.units.number))
    )
    first = rank_by_owner(columns.unit, price) < FIRST_COLUMNS
    seats = SOUGHT * (instance.provisions.vacancies + 1)
    above = price - worth.base[columns.unit]
    first |= rank_by_owner(columns.provision, above) < seats[columns.provision]
    greedy = _greedy(market, columns, price)
    first[greedy] = True
    kept = _without_incompatible(market, columns.take(np.sort(greedy)))
    return Start(objective, together, prices, columns.take(np.flatnonzero(first)), kept)


def _by_auction(market: AssignmentMarket) -> Start:
    """Each child's cheapest columns at the prices of an auction, and where the auction places it."""
    instance, units = market.instance, market.units
    dearest = market.columns_at(np.flatnonzero(market.score == market.score.max(initial=0.0))[:1])
    objective, together = objectives(market, dearest)
    ended = auctioned(market, objective.unplaced)
    prices = Prices({"capacity": ended.price})
    placed = np.flatnonzero(ended.placement >= 0)
    greedy = columns_of_pairs(instance, units, placed, ended.placement[placed])
    least, near, cost = market.look(ended.price, within=_NEAR_GBP)
    child, provision = market.child_of(near), market.provision[near].astype(np.int64)
    above = cost - least[child]
    first = rank_by_owner(child, above) < (_COLUMNS_IF_PLENTY if are_plenty(instance) else FIRST_COLUMNS)
    first |= rank_by_owner(provision, above) <= instance.provisions.vacancies[provision]
    columns = join([market.columns_at(near[first]), greedy])
    price = cost_at_prices(instance, units, columns, objective, prices)
    base = np.minimum(cheapest_of(columns, price, len(units.number)), objective.unplaced)
    above = np.maximum(0.0, price - base[columns.unit])
    tree = cheapest_tree(columns, above, objective.unplaced - base, ended.price)
    return Start(objective, together, prices, columns, greedy, tree)


def objectives(market: Market, columns: Columns) -> tuple[Objective, Objective]:
    """The two objectives of a start, by the dearest of some columns."""
    dearest = float((columns.score / market.units.number[columns.unit]).max(initial=0.0))
    objective = Objective(2 * dearest + 1, dearest / 3 + 1, 1.0, Tally())
    together = Objective(_FAR_ABOVE * objective.unplaced, _FAR_ABOVE * objective.separated, 1.0, Tally())
    return objective, together


def _greedy(market: Market, columns: Columns, price: Floats) -> Ints:
    """Groups first, then those with the fewest columns, each into its cheapest with room at these prices."""
    instance, units = market.instance, market.units
    room = instance.provisions.vacancies.copy()
    placed = np.zeros(len(instance.children), dtype=np.bool_)
    taken = []
    unit, first, number = np.unique(columns.unit, return_index=True, return_counts=True)
    for index in np.lexsort((unit, number, unit < len(instance.children))):
        begin = units.first[unit[index]]
        members = units.member[begin : begin + units.number[unit[index]]]
        listed = np.arange(first[index], first[index] + number[index])
        able = listed[columns.size[listed] <= room[columns.provision[listed]]]
        if len(able) and not placed[members].any():
            chosen = able[np.argmin(price[able])]
            room[columns.provision[chosen]] -= columns.size[chosen]
            placed[members] = True
            taken.append(chosen)
    return np.array(taken, dtype=np.int64)


def _without_incompatible(market: Market, placed: Columns) -> Columns:
    """Those of the columns left when, of two children who must not live together, one has no place."""
    pairs = market.instance.incompatible
    position, child = members_of(market.units, placed)
    at = np.full((2, len(market.instance.children)), -1)
    at[:, child] = placed.provision[position], position
    together = (at[0, pairs[:, 0]] == at[0, pairs[:, 1]]) & (at[0, pairs[:, 0]] >= 0)
    kept = np.ones(len(placed), dtype=np.bool_)
    kept[at[1, pairs[together, 1]]] = False
    return placed.take(kept)


def _walk(market: Market, columns: Columns, objective: Objective) -> Floats:
    instance, units = market.instance, market.units
    vacancies = instance.provisions.vacancies.astype(np.float64)
    price = best_price = np.zeros(len(vacancies))
    best, stride, waited = -np.inf, _FIRST_STRIDE, 0
    for _ in range(STEPS):
        prices = Prices({"capacity": price})
        asked_for = cost_at_prices(instance, units, columns, objective, prices)
        cheapest = cheapest_of(columns, asked_for, len(units.number))
        worth = worth_from_cheapest(instance, objective, prices, cheapest)
        bound = worth.total - paid_back(instance, units, objective, prices)
        waited += 1
        if bound > best:
            best, best_price, waited = bound, price, 0
        if waited >= _PATIENCE:
            stride, waited = stride * _SHRINK, 0
        taken = asked_for <= worth.base[columns.unit]
        asked = np.bincount(columns.provision[taken], weights=columns.size[taken], minlength=len(vacancies))
        wanting = np.where((price <= 0) & (asked < vacancies), 0.0, asked - vacancies)
        length = float(wanting @ wanting)
        if length == 0:
            break
        price = np.maximum(0.0, price + stride * abs(best) / length * wanting)
    return best_price
