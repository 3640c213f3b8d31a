"""A lower bound of facility location: the assignment constraints priced (Lagrange), by subgradients.

With λ[u] for serving unit u, every site decides alone: its best load is a knapsack of the profits λ − cost,
and it opens where that is worth its opening cost. The sum is below every answer's cost, whatever λ is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.commissioning.facility import FITS, Facilities
from optimiser.commissioning.knapsack import Filled, fill, forced
from optimiser.matching.instance import Bools, Floats, Ints

PATIENCE = 12
"""Steps without a better bound before they are halved."""
MOMENTUM = 0.6
SHORTEST = 0.004


@dataclass(frozen=True)
class Dense:
    """The instance with every pair at its place; infinite where a pair is none."""

    cost: Floats
    """Shape (sites, units)."""
    size: Floats
    capacity: Floats
    opening: Floats
    fewest: int
    """No answer opens fewer sites; none opens more than `most`."""
    most: int

    @property
    def counted(self) -> bool:
        """The number to open is given."""
        return self.fewest == self.most


def dense_from(instance: Facilities) -> Dense:
    """`fewest`: the given number, or as many of the largest sites as hold all units."""
    sites, units = len(instance.capacity), len(instance.size)
    cost = np.full((sites, units), np.inf)
    cost[instance.site, instance.unit] = instance.cost
    cost[instance.size[None, :] > instance.capacity[:, None] * (1 + FITS)] = np.inf
    if instance.number_open is not None:
        fewest = most = instance.number_open
    else:
        held = np.cumsum(np.sort(instance.capacity)[::-1])
        fewest = int(np.searchsorted(held, instance.size.sum() * (1 - FITS))) + 1 if units else 0
        most = sites
    return Dense(cost, instance.size, instance.capacity, instance.opening, min(fewest, sites), most)


@dataclass(frozen=True)
class Bound:
    """The relaxation at one λ."""

    value: float
    price: Floats
    """Shape (units,): λ."""
    filled: Filled
    opened: Bools
    """Shape (sites,): the sites that the relaxation opens."""
    worth: Floats
    """Shape (sites,): opening cost less the value of the load."""


def bound_at(dense: Dense, price: Floats, *, exact: bool) -> Bound:
    """L(λ) = Σ λ + Σ over the sites opened of (opening − value of the load)."""
    filled = fill(price[None, :] - dense.cost, dense.size, dense.capacity, exact=exact)
    worth = dense.opening - filled.value
    opened = np.zeros(len(worth), dtype=np.bool_)
    order = np.argsort(worth, kind="stable")
    count = min(max(int((worth < 0).sum()), dense.fewest), dense.most)
    opened[order[:count]] = True
    return Bound(float(price.sum() + worth[opened].sum()), price, filled, opened, worth)


def raised(
    dense: Dense,
    price: Floats,
    *,
    exact: bool,
    steps: int,
    upper: Callable[[Bound], float],
    whole: bool,
    ends: float | None = None,
) -> Bound:
    """The best bound of so many steps from λ, or up to the time `ends` (`time.monotonic`).

    `upper(bound)` is the best value known, asked at every step; `whole`: every answer costs a whole number,
    so that less than one below the best is enough.
    """
    best = bound_at(dense, price, exact=exact)
    at, scale, waited = best, 1.2, 0
    direction = np.zeros(len(price))
    for _ in range(steps):
        most = upper(at)
        if best.value > most - (1 - 1e-6 if whole else 1e-9 * abs(most)):
            break
        if ends is not None and time.monotonic() > ends:
            break
        short = 1.0 - at.filled.taken[at.opened].sum(axis=0)
        direction = short + MOMENTUM * direction
        length = float(direction @ direction)
        if length < 1e-12:
            break
        aim = most if np.isfinite(most) else abs(at.value) * 1.05 + 1.0
        step = scale * max(aim - at.value, 1e-6 * abs(aim)) / length
        at = bound_at(dense, at.price + step * direction, exact=exact)
        if at.value > best.value + 1e-7 * abs(best.value):
            best, waited = at, 0
        else:
            waited += 1
            if waited >= PATIENCE:
                scale, waited, at = scale / 2, 0, best
                direction = np.zeros(len(price))
                if scale < SHORTEST:
                    break
    return best


def to_open(dense: Dense, bound: Bound) -> tuple[Floats, Floats]:
    """Shape (sites,) each: by how much the bound rises where the site must be open, and must be closed."""
    worth, opened = bound.worth, bound.opened
    count = int(opened.sum())
    last = float(worth[opened].max()) if count else -np.inf
    following = float(worth[~opened].min()) if (~opened).any() else np.inf
    instead = worth - last
    beside = worth if count < dense.most else np.full(len(worth), np.inf)
    opening = np.where(opened, 0.0, np.maximum(np.minimum(instead, beside), 0.0))
    without = -worth if count > dense.fewest else np.full(len(worth), np.inf)
    closing = np.where(opened, np.maximum(np.minimum(following - worth, without), 0.0), 0.0)
    return opening, closing


def pair_bounds(dense: Dense, bound: Bound) -> Floats:
    """Shape (sites, units): no answer in which the site serves the unit costs less.

    The unit is then in that site's load and in no other's; with these the sites to open are chosen anew.
    """
    sites, units = dense.cost.shape
    profit = bound.price[None, :] - dense.cost
    with_it, without = forced(profit, dense.size, dense.capacity, bound.filled)
    if sites < 2:
        return float(bound.price.sum()) + dense.opening[:, None] - with_it
    others = dense.opening[:, None] - without
    order = np.argsort(others, axis=0, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(sites)[:, None], order.shape), axis=0)
    least = np.vstack([np.zeros(units), np.cumsum(np.take_along_axis(others, order, axis=0), axis=0)])
    gainful = (others < 0).sum(axis=0)[None, :] - (others < 0)
    count = np.clip(gainful, max(dense.fewest - 1, 0), max(dense.most - 1, 0))
    count = np.minimum(count, sites - 1)
    first = np.take_along_axis(least, count, axis=0)
    beyond = np.take_along_axis(least, count + 1, axis=0) - others
    rest = np.where(rank >= count, first, beyond)
    return float(bound.price.sum()) + dense.opening[:, None] - with_it + rest


def start_prices(dense: Dense) -> Floats:
    """λ to begin with: for each unit the second-least cost."""
    two = np.sort(dense.cost, axis=0)[:2]
    price = np.where(np.isfinite(two[-1]), two[-1], two[0])
    return np.where(np.isfinite(price), price, 0.0)


def open_sites(bound: Bound) -> Ints:
    """The sites that the relaxation opens."""
    return np.flatnonzero(bound.opened)
