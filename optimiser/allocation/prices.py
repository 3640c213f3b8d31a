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
from optimiser.allocation.families import STANDING, Apart, Rounding, Rows, Tally, incompatible, small_places
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


@dataclass(frozen=True)
class Offers:
    """Columns at prices, unit by unit, with the bound's part that these units make."""

    columns: Columns
    reduced: Floats
    """What a group's or child's cheapest choice would cost more if it had to use the column."""
    price: Floats
    """What the column costs at these prices."""
    worth: Floats
    """Shape (units,): below which price a column would improve the unit's choice."""
    total: float


def _charge(columns: Columns, rows: Rows, price: Floats) -> Floats:
    lives = rows.lives
    return np.bincount(lives.variable, weights=price[lives.row] * lives.coefficient, minlength=len(columns))


def cost_at_prices(
    instance: Instance, units: Units, columns: Columns, objective: Objective, prices: Prices
) -> Floats:
    """What each column costs: its share of the objective plus Σ price × what it counts in each row."""
    total = objective.score * columns.score
    for name, price in prices.standing.items():
        if price.any():
            total += _charge(columns, STANDING[name](instance, units, columns, objective.tally), price)
    if prices.apart:
        touched = np.flatnonzero(np.isin(columns.provision, [at.provision for at in prices.apart]))
        part = columns.take(touched)
        total[touched] += _charge(part, incompatible(instance, units, part, prices.apart), prices.apart_price)
    if prices.cuts:
        touched = np.flatnonzero(np.isin(columns.provision, [cut.provision for cut in prices.cuts]))
        part = columns.take(touched)
        total[touched] += _charge(part, small_places(instance, units, part, prices.cuts), prices.cut_price)
    return total


def paid_back(instance: Instance, units: Units, objective: Objective, prices: Prices) -> float:
    """Σ price × bound over all priced rows: what the prices overcharge every allocation."""
    total = float(prices.apart_price.sum())
    total += float(
        sum(price * cut.count[-1] for cut, price in zip(prices.cuts, prices.cut_price, strict=True))
    )
    for name, price in prices.standing.items():
        total += float(price @ STANDING[name](instance, units, NO_COLUMNS, objective.tally).bound)
    return total


def _price_of(prices: Prices, name: str) -> float:
    return float(prices.standing[name].sum()) if name in prices.standing else 0.0


def offers(
    instance: Instance, units: Units, columns: Columns, block: Ints, objective: Objective, prices: Prices
) -> Offers:
    """All columns of the children in `block` at `prices`, and Σ over its units of the cheapest choice.

    A child alone chooses its cheapest column or no place; a sibling group chooses one place for all,
    or separation and each child's cheapest.
    """
    price = cost_at_prices(instance, units, columns, objective, prices)
    children = len(instance.children)
    without = objective.unplaced + _price_of(prices, "fewest_unplaced")
    apart = objective.separated + _price_of(prices, "fewest_separated")
    best = np.full(children + len(instance.groups), np.inf)
    if len(columns):
        first = np.flatnonzero(np.r_[True, columns.unit[1:] != columns.unit[:-1]])
        best[columns.unit[first]] = np.minimum.reduceat(price, first)
    child = np.minimum(best[:children], without)
    group = instance.children.group
    here = np.unique(group[block])
    here = here[here >= 0]
    alone = block[group[block] < 0]
    grouped = block[group[block] >= 0]
    split = np.zeros(len(instance.groups))
    np.add.at(split, group[grouped], child[grouped])
    split += apart
    chosen = np.minimum(best[children:], split)
    extra = np.zeros(children)
    extra[grouped] = (split - chosen)[group[grouped]]
    base = np.concatenate([child - extra, chosen])
    return Offers(
        columns=columns,
        reduced=price - base[columns.unit],
        price=price,
        worth=base,
        total=float(child[alone].sum() + chosen[here].sum()),
    )
