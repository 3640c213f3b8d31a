"""What prices prove of every plan: each future's bound, and the units at what their places are worth.

At prices ≥ 0 every future is bounded as an allocation is, an option's places being paid back for every unit
open. What is paid back is what a unit is worth; the cheapest numbers of units at that worth, their costs and
the prices of the limits, complete the bound. Source: Geoffrion 1974 (Lagrangian relaxation).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimiser.allocation.families import Tally
from optimiser.allocation.prices import Objective, Prices
from optimiser.commissioning.outlook import Offers, Outlook
from optimiser.commissioning.plan_programme import Duals
from optimiser.matching.instance import Floats, Ints


def objective_of_future(objective: Objective, duals: Duals) -> Objective:
    """What one future pays: the plan's objective, and the prices of the means that all futures share."""
    return Objective(
        objective.unplaced + duals.unplaced, objective.separated + duals.separated, objective.score, Tally()
    )


def worth_in_future(offers: Offers, outlook: Outlook, prices: Prices) -> Floats:
    """Shape (options,): what the rows of a unit's places pay back in a future, in its own terms."""
    worth = np.zeros(len(outlook.option))
    if "capacity" in prices.standing:
        worth += prices.standing["capacity"] * outlook.instance.provisions.vacancies
    for row, price in zip(prices.apart, prices.apart_price.tolist(), strict=True):
        worth[row.provision] += price
    for cut, price in zip(prices.cuts, prices.cut_price.tolist(), strict=True):
        worth[cut.provision] += price * cut.count[-1]
    mine = np.flatnonzero(outlook.option >= 0)
    return np.bincount(outlook.option[mine], weights=worth[mine], minlength=len(offers))


def worth_of_units(offers: Offers, outlooks: Sequence[Outlook], duals: Duals) -> Floats:
    """Shape (options,): what a unit's places are worth, in the mean of the futures."""
    worth = np.zeros(len(offers))
    for outlook, prices in zip(outlooks, duals.each, strict=True):
        worth += outlook.share * worth_in_future(offers, outlook, prices)
    return worth


def bound_of_plans(
    offers: Offers,
    outlooks: Sequence[Outlook],
    objective: Objective,
    duals: Duals,
    bounds: Sequence[float],
    lower: Ints,
    upper: Ints,
) -> float:
    """No plan with `lower` to `upper` units of each option is below; `bounds`: those of the futures' sweeps.

    A sweep's bound has each option's places paid back once, as if one unit were there for nothing.
    """
    worth = worth_of_units(offers, outlooks, duals)
    total = float(worth.sum())
    total += sum(outlook.share * bound for outlook, bound in zip(outlooks, bounds, strict=True))
    tally = objective.tally
    total -= duals.unplaced * (tally.unplaced or 0.0) + duals.separated * (tally.separated or 0.0)
    each = objective.score * offers.weekly - worth
    for limit, price in zip(offers.limits, duals.limits.tolist(), strict=True):
        each = each + price * limit.each
        total -= price * limit.most
    return total + float(np.minimum(each * lower, each * upper).sum())
