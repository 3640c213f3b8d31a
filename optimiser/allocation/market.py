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

_FIRST_CEILING_GBP = 25.0
_MOST_SHORT = 0.02

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

    def near(self, objective: Objective, prices: Prices, slack: float) -> Market:
        """The columns within `slack` of the bound at `prices`: what most rounds need to look at."""
        kept = []
        for block, columns in self.columns():
            offered = offers(self.instance, self.units, columns, block, objective, prices)
            kept.append(columns.take(offered.reduced <= slack))
        return Market(self.instance, self.units, self._blocks, kept)

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

    def choose(offered: Offers) -> Bools:
        unit = offered.columns.unit
        return _lowest(unit, offered.price - offered.worth[unit], np.full(len(offered.worth), number))

    return choose


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
    return lambda offered: _lowest(offered.columns.provision, offered.reduced, 2 * vacancies + 2)


def either(first: Choice, second: Choice) -> Choice:
    """What either of two choices takes."""
    return lambda offered: first(offered) | second(offered)


def _lowest(owner: Ints, value: Floats, number: Ints) -> Bools:
    """The `number[owner]` lowest values of each owner, ties in their order; most owners have values near 0.

    Only what lies under a ceiling that holds enough of nearly every owner is sorted.
    """
    wanted = np.minimum(number, np.bincount(owner, minlength=len(number)))
    ceiling = _FIRST_CEILING_GBP
    while True:
        low = value <= ceiling
        short = np.bincount(owner[low], minlength=len(number)) < wanted
        if short.sum() <= _MOST_SHORT * len(number) or low.all():
            break
        ceiling *= 2
    able = np.flatnonzero(low | short[owner])
    chosen = np.zeros(len(owner), dtype=np.bool_)
    chosen[able[_rank(owner[able], value[able]) < number[owner[able]]]] = True
    return chosen


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
