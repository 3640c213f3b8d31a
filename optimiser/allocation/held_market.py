"""A market that holds every column: many sweeps of one instance of moderate size.

A sweep is then one look at all of them, where `Market` finds anew which provisions a family could reach.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimiser.allocation.columns import NO_COLUMNS, Columns, all_columns, appended
from optimiser.allocation.market import Choice, Market, market_from_instance, taken
from optimiser.allocation.prices import (
    Charges,
    Objective,
    Prices,
    paid_back,
    without_a_place,
    worth_from_cheapest,
)
from optimiser.matching.instance import Instance

MOST_CELLS = 4_000_000
"""Children times provisions: where there are more, no market holds all columns."""


@dataclass(frozen=True)
class HeldMarket(Market):
    """All columns of an instance, sorted by unit and provision."""

    columns: Columns = NO_COLUMNS

    def sweep(self, objective: Objective, prices: Prices, choice: Choice) -> tuple[float, Columns]:
        """The bound that `prices` prove over all columns, and the columns that `choice` takes."""
        columns = self.columns
        price = Charges(self.instance, self.units, objective, prices).cost(columns)
        known = choice.below
        best = np.full(len(self.units.number), np.inf) if known is None else known.copy()
        np.minimum.at(best, columns.unit, price)
        worth = worth_from_cheapest(self.instance, objective, prices, best)
        bound = worth.total - paid_back(self.instance, self.units, objective, prices)
        if choice.number == 0:
            return bound, NO_COLUMNS
        if known is not None:
            of_use = known + max(0.0, -choice.tolerance)
            children = len(self.instance.children)
            without = without_a_place(objective, prices) + max(0.0, -choice.tolerance)
            of_use[:children] = np.minimum(of_use[:children], without)
            kept = np.flatnonzero(price <= of_use[columns.unit])
            columns, price = columns.take(kept), price[kept]
        chosen = taken(self.instance, objective, prices, choice, worth, columns, price)
        return bound, columns.take(np.sort(chosen))


def held_market(instance: Instance, *, most_cells: int = MOST_CELLS) -> Market:
    """The market of an instance, with all its columns where they are not too many."""
    market = market_from_instance(instance)
    if len(instance.children) * len(instance.provisions) > most_cells:
        return market
    return _held(market, all_columns(instance))


def held_with_provision(market: HeldMarket, instance: Instance, provision: int, own: Columns) -> HeldMarket:
    """The market of `instance`, which has one provision more, with the columns `own`, at that index.

    Not for kinship: a kin carer's place changes what every other place is worth to its named children.
    """
    moved = market.columns.provision + (market.columns.provision >= provision)
    columns = appended(replace(market.columns, provision=moved), own)
    order = np.argsort(columns.unit * len(instance.provisions) + columns.provision, kind="stable")
    return replace(market, instance=instance, columns=columns.take(order))


def _held(market: Market, columns: Columns) -> HeldMarket:
    return HeldMarket(market.instance, market.units, market.blocks, market.slot, market.first, columns)
