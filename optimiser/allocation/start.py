"""First prices: what vacancies are worth, roughly, before any programme is solved.

A projected subgradient walk on the prices of vacancies: a provision that is asked for more than it has
grows dearer, one that is asked for less grows cheaper. Only a start: whatever it gives, the search that
follows is exact. Source: Held, Wolfe and Crowder 1974.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.columns import Columns, join
from optimiser.allocation.families import Tally
from optimiser.allocation.market import Market, cheapest, either, sought
from optimiser.allocation.prices import Objective, Prices, offers, paid_back
from optimiser.matching.instance import Floats

STEPS = 40
OFFERED = 30
"""Columns of each unit that the walk looks at."""

_PATIENCE = 4
_SHRINK = 0.6
_FIRST_STRIDE = 0.05


FIRST_COLUMNS = 3
"""Columns of each unit in the first restricted programme."""


@dataclass(frozen=True)
class Start:
    """An objective with all three tiers in one, prices near its duals, and the first columns."""

    objective: Objective
    prices: Prices
    columns: Columns


def start(market: Market) -> Start:
    """Prices of vacancies for the score with a child unplaced and a group separated each priced dear.

    The first columns are each unit's cheapest, those each provision would rather take, and those of a
    greedy placement, so that the first restricted programme places nearly everyone: else its duals are wild.
    """
    instance = market.instance
    dearest = max((float(columns.score.max(initial=0.0)) for _, columns in market.columns()), default=0.0)
    objective = Objective(unplaced=3 * dearest + 1, separated=dearest + 1, score=1.0, tally=Tally())
    none = np.zeros(len(instance.provisions))
    _, columns = market.sweep(objective, Prices({"capacity": none}), cheapest(OFFERED))
    prices = Prices({"capacity": _walk(market, columns, objective)})
    choice = either(cheapest(FIRST_COLUMNS), sought(instance.provisions.vacancies))
    _, likely = market.sweep(objective, prices, choice)
    return Start(objective, prices, join([likely, _greedy(market, objective, prices)]))


def _greedy(market: Market, objective: Objective, prices: Prices) -> Columns:
    """Groups first, then those with the fewest columns, each into its cheapest with room at these prices."""
    instance, units = market.instance, market.units
    room = instance.provisions.vacancies.copy()
    placed = np.zeros(len(instance.children), dtype=np.bool_)
    taken = []
    for block, columns in market.columns():
        price = offers(instance, units, columns, block, objective, prices).price
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
                taken.append(columns.take(np.array([chosen])))
    return join(taken)


def _walk(market: Market, columns: Columns, objective: Objective) -> Floats:
    instance, units = market.instance, market.units
    every = np.arange(len(instance.children))
    vacancies = instance.provisions.vacancies.astype(np.float64)
    price = best_price = np.zeros(len(vacancies))
    best, stride, waited = -np.inf, _FIRST_STRIDE, 0
    for _ in range(STEPS):
        prices = Prices({"capacity": price})
        offered = offers(instance, units, columns, every, objective, prices)
        bound = offered.total - paid_back(instance, units, objective, prices)
        waited += 1
        if bound > best:
            best, best_price, waited = bound, price, 0
        if waited >= _PATIENCE:
            stride, waited = stride * _SHRINK, 0
        taken = offered.reduced <= 0
        asked = np.bincount(columns.provision[taken], weights=columns.size[taken], minlength=len(vacancies))
        wanting = np.where((price <= 0) & (asked < vacancies), 0.0, asked - vacancies)
        length = float(wanting @ wanting)
        if length == 0:
            break
        price = np.maximum(0.0, price + stride * abs(best) / length * wanting)
    return best_price
