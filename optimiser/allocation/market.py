"""Every column of an instance, priced in blocks without ever listing them all in the programme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from optimiser.allocation.columns import (
    Columns,
    Units,
    blocks_of_children,
    columns_of_children,
    join,
    units_from_instance,
)
from optimiser.allocation.prices import Objective, Offers, Prices, offers, paid_back
from optimiser.matching.instance import Bools, Floats, Instance, Ints

KEPT_COLUMNS = 20_000_000
"""Columns kept between rounds (40 bytes each); what is beyond is worked out anew every round."""

Choice = Callable[[Offers], Bools]


@dataclass
class Market:
    """All columns of an instance in blocks; the first blocks are kept, the rest is worked out as needed."""

    instance: Instance
    units: Units
    _blocks: tuple[Ints, ...]
    _kept: list[Columns] = field(default_factory=list)

    def columns(self) -> Iterator[tuple[Ints, Columns]]:
        """Each block of children with its columns."""
        for index, block in enumerate(self._blocks):
            if index < len(self._kept):
                yield block, self._kept[index]
                continue
            columns = columns_of_children(self.instance, self.units, block)
            if index == len(self._kept) and sum(map(len, self._kept)) + len(columns) <= KEPT_COLUMNS:
                self._kept.append(columns)
            yield block, columns

    def sweep(self, objective: Objective, prices: Prices, choose: Choice) -> tuple[float, Columns]:
        """The bound that `prices` prove over all columns, and the columns that `choose` takes.

        The bound holds for every allocation that the tally of `objective` allows, by weak duality.
        """
        totals, chosen = [], []
        for block, columns in self.columns():
            offered = offers(self.instance, self.units, columns, block, objective, prices)
            totals.append(offered.total)
            chosen.append(columns.take(choose(offered)))
        return sum(totals) - paid_back(self.instance, self.units, objective, prices), join(chosen)


def market_from_instance(instance: Instance) -> Market:
    """The market of an instance."""
    return Market(instance, units_from_instance(instance), tuple(blocks_of_children(instance)))


def within(slack: float) -> Choice:
    """The columns that an answer at most `slack` above the bound may use."""
    return lambda offered: offered.reduced <= slack


def cheapest(number: int) -> Choice:
    """The `number` cheapest columns of each unit."""
    return lambda offered: _rank(offered.columns.unit, offered.price) < number


def improving(worth: Floats, number: int, tolerance: float) -> Choice:
    """The `number` cheapest columns of each unit that cost less than the unit is worth: shape (units,)."""

    def choose(offered: Offers) -> Bools:
        able = np.flatnonzero(offered.price < worth[offered.columns.unit] - tolerance)
        chosen = np.zeros(len(offered.columns), dtype=np.bool_)
        chosen[able[_rank(offered.columns.unit[able], offered.price[able]) < number]] = True
        return chosen

    return choose


def sought(vacancies: Ints) -> Choice:
    """The units that each provision would rather take: two for every vacancy and two more."""
    return lambda offered: (
        _rank(offered.columns.provision, offered.reduced) < 2 * vacancies[offered.columns.provision] + 2
    )


def either(first: Choice, second: Choice) -> Choice:
    """What either of two choices takes."""
    return lambda offered: first(offered) | second(offered)


def _rank(owner: Ints, price: Floats) -> Ints:
    """0 for the cheapest column of each unit or provision, 1 for the next; ties in their order."""
    order = np.lexsort((price, owner))
    by_owner = owner[order]
    first = (
        np.flatnonzero(np.r_[True, by_owner[1:] != by_owner[:-1]]) if len(owner) else np.zeros(0, np.int64)
    )
    rank = np.empty(len(owner), dtype=np.int64)
    rank[order] = np.arange(len(owner)) - np.repeat(first, np.diff(np.r_[first, len(owner)]))
    return rank
