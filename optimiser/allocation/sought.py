"""Whom a provision would rather take: the columns of the children who live near it.

A unit's own cheapest columns are not enough where places are short: then it is the provision that chooses.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from optimiser.allocation.columns import NO_COLUMNS, Columns, columns_of_pairs
from optimiser.allocation.market import Market, rank_by_owner
from optimiser.allocation.prices import Objective, Prices, cost_at_prices, worth_from_cheapest
from optimiser.matching.eligibility import eligible_among
from optimiser.matching.instance import Floats, Ints

NEAREST = 200
"""Children that each provision looks at."""


def near_places(market: Market, place: Ints) -> Columns:
    """The columns of the children who live nearest to each of some provisions."""
    instance = market.instance
    children, provisions = instance.children, instance.provisions
    homes = np.column_stack([children.home_easting, children.home_northing])
    places = np.column_stack([provisions.easting, provisions.northing])[place]

    number = min(NEAREST, len(homes))
    if not number or not len(places):
        return NO_COLUMNS
    _, child = cKDTree(homes).query(places, k=np.arange(1, number + 1))
    pairs = eligible_among(instance, child.ravel(), np.repeat(place, number))
    return columns_of_pairs(instance, market.units, *pairs)


def sought(
    market: Market, objective: Objective, prices: Prices, known: Floats, place: Ints, number: int
) -> Columns:
    """Of each provision the `number` columns for each vacancy whose units would lose least at the prices.

    `known`: shape (units,), the price of each unit's cheapest column so far.
    """
    columns = near_places(market, place)
    price = cost_at_prices(market.instance, market.units, columns, objective, prices)
    above = price - worth_from_cheapest(market.instance, objective, prices, known).base[columns.unit]
    seats = number * market.instance.provisions.vacancies[columns.provision]
    return columns.take(np.flatnonzero(rank_by_owner(columns.provision, above) < seats))
