"""Prices: the duals of the rows, in £ a week (tier 3) or in children and groups (tiers 1 and 2).

For any prices ≥ 0 weak duality gives a bound on every allocation at once: each unit takes the column
that is cheapest at those prices, and what the rows allow is paid back. Columns whose reduced cost is
negative improve the restricted programme; when none is left, its relaxation is that of all columns.
Source: Dantzig and Wolfe 1960; Geoffrion 1974 (Lagrangian relaxation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from optimiser.allocation.columns import NO_COLUMNS, Columns, Units
from optimiser.allocation.families import (
    STANDING,
    Apart,
    Rounding,
    Rows,
    Tally,
    singles_counted,
    units_apart,
)
from optimiser.matching.instance import Floats, Instance, Ints

UNPRICED = ("placed_once", "separation")
"""Families that pricing keeps exactly, unit by unit."""


@dataclass(frozen=True)
class Objective:
    """What is minimised: unplaced · Σ unplaced + separated · Σ separated + score · Σ score · lives.

    A tier minimises one of the three; `tally` holds what the earlier tiers proved.
    """

    unplaced: float = 0.0
    separated: float = 0.0
    score: float = 0.0
    tally: Tally = field(default_factory=Tally)


def objective_of_tier(tier: int, tally: Tally) -> Objective:
    """Tier 1 counts children unplaced, tier 2 groups separated, tier 3 the score in £ a week."""
    return Objective(float(tier == 1), float(tier == 2), float(tier == 3), tally)


@dataclass(frozen=True)
class Prices:
    """A price ≥ 0 for every row but those of `UNPRICED`."""

    standing: Mapping[str, Floats]
    apart: tuple[Apart, ...] = ()
    apart_price: Floats = field(default_factory=lambda: np.zeros(0))
    cuts: tuple[Rounding, ...] = ()
    cut_price: Floats = field(default_factory=lambda: np.zeros(0))


def _charge(columns: Columns, rows: Rows, price: Floats) -> Floats:
    lives = rows.lives
    return np.bincount(lives.variable, weights=price[lives.row] * lives.coefficient, minlength=len(columns))


class Charges:
    """What columns cost at prices, for an objective: made once, asked for many columns."""

    def __init__(self, instance: Instance, units: Units, objective: Objective, prices: Prices) -> None:
        self._instance, self._units, self._objective = instance, units, objective
        self._standing = {name: price for name, price in prices.standing.items() if price.any()}
        largest = int(instance.provisions.vacancies.max(initial=0)) + 1
        cut = np.unique([cut.provision for cut in prices.cuts]).astype(np.int64)
        self._table = np.full(len(instance.provisions), -1, dtype=np.int64)
        self._table[cut] = np.arange(len(cut))
        self._by_size = np.zeros((len(cut), largest))
        extra: dict[tuple[int, int], float] = {}
        for rounding, price in zip(prices.cuts, prices.cut_price.tolist(), strict=True):
            count = np.array(rounding.count)
            self._by_size[self._table[rounding.provision], : len(count)] += price * count
            for unit, more in singles_counted(instance, rounding):
                at = unit, rounding.provision
                extra[at] = extra.get(at, 0.0) + price * more
        for row, price in zip(prices.apart, prices.apart_price.tolist(), strict=True):
            for unit in units_apart(instance, row):
                at = unit, row.provision
                extra[at] = extra.get(at, 0.0) + price
        listed = sorted(extra)
        self._extra_at = np.array([self._key(unit, p) for unit, p in listed], dtype=np.int64)
        self._extra = np.array([extra[at] for at in listed])

    def _key[Number: (int, Ints)](self, unit: Number, provision: Number) -> Number:
        return unit * len(self._instance.provisions) + provision

    def cost(self, columns: Columns) -> Floats:
        """Each column's share of the objective plus Σ price × what it counts in each row."""
        total = self._objective.score * columns.score
        for name, price in self._standing.items():
            rows = STANDING[name](self._instance, self._units, columns, self._objective.tally)
            total += _charge(columns, rows, price)
        if len(self._by_size):
            row = self._table[columns.provision]
            total += np.where(row >= 0, self._by_size[row, columns.size], 0.0)
        if len(self._extra):
            key = self._key(columns.unit, columns.provision)
            at = np.minimum(np.searchsorted(self._extra_at, key), len(self._extra) - 1)
            total += np.where(self._extra_at[at] == key, self._extra[at], 0.0)
        return total


def cost_at_prices(
    instance: Instance, units: Units, columns: Columns, objective: Objective, prices: Prices
) -> Floats:
    """What each column costs at `prices`: see `Charges`."""
    return Charges(instance, units, objective, prices).cost(columns)


def paid_back(instance: Instance, units: Units, objective: Objective, prices: Prices) -> float:
    """Σ price × bound over all priced rows: what the prices overcharge every allocation."""
    total = float(prices.apart_price.sum())
    total += float(
        sum(price * cut.count[-1] for cut, price in zip(prices.cuts, prices.cut_price, strict=True))
    )
    for name, price in prices.standing.items():
        total += float(price @ STANDING[name](instance, units, NO_COLUMNS, objective.tally).bound)
    return total


def without_a_place(objective: Objective, prices: Prices) -> float:
    """What a child without a place costs at the prices."""
    return objective.unplaced + _price_of(prices, "fewest_unplaced")


def apart(objective: Objective, prices: Prices) -> float:
    """What a separated sibling group costs at the prices."""
    return objective.separated + _price_of(prices, "fewest_separated")


def _price_of(prices: Prices, name: str) -> float:
    return float(prices.standing[name].sum()) if name in prices.standing else 0.0


@dataclass(frozen=True)
class Worth:
    """The cheapest choices at prices: a child's own, and that of a group for all of its children."""

    base: Floats
    """Shape (units,): a column costs its unit's choice so much less than the column's price more."""
    split: Floats
    """Shape (groups,): what the children cost apart, with the separation."""
    total: float
    """Σ over children without siblings and over groups of their cheapest choice."""


def worth_from_cheapest(instance: Instance, objective: Objective, prices: Prices, cheapest: Floats) -> Worth:
    """The choices, from the price of each unit's cheapest column: shape (units,), inf where it has none.

    A child alone chooses its cheapest column or no place; a sibling group chooses one place for all,
    or separation and each child's cheapest.
    """
    children, group = len(instance.children), instance.children.group
    child = np.minimum(cheapest[:children], without_a_place(objective, prices))
    grouped = group >= 0
    split = apart(objective, prices) + np.bincount(
        group[grouped], weights=child[grouped], minlength=len(instance.groups)
    )
    chosen = np.minimum(cheapest[children:], split)
    total = float(child[~grouped].sum() + chosen.sum())
    child[grouped] -= (split - chosen)[group[grouped]]
    return Worth(np.concatenate([child, chosen]), split, total)


def cheapest_of(columns: Columns, price: Floats, units: int) -> Floats:
    """Shape (units,): the price of each unit's cheapest column, inf where it has none."""
    cheapest = np.full(units, np.inf)
    np.minimum.at(cheapest, columns.unit, price)
    return cheapest


def reduced_costs(
    instance: Instance, units: Units, columns: Columns, objective: Objective, prices: Prices
) -> Floats:
    """What each unit's cheapest choice among `columns` would cost more if it had to use the column."""
    return above_choices(instance, units, columns, objective, prices)[0]


def above_choices(
    instance: Instance, units: Units, columns: Columns, objective: Objective, prices: Prices
) -> tuple[Floats, Floats]:
    """The `reduced_costs`, and shape (children,), what each child's choice would cost more with no place."""
    price = cost_at_prices(instance, units, columns, objective, prices)
    cheapest = cheapest_of(columns, price, len(units.number))
    base = worth_from_cheapest(instance, objective, prices, cheapest).base
    without = without_a_place(objective, prices) - base[: len(instance.children)]
    return price - base[columns.unit], np.maximum(0.0, without)
