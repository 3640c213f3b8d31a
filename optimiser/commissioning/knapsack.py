"""Many knapsacks at once: for every site, the units it would take at the prices of the moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.commissioning.facility import FITS
from optimiser.matching.instance import Bools, Floats, Ints

MOST_CELLS = 6_000_000
"""Of the tables of one exact solve, all sites together; above it the bound is that of the relaxation."""

MOST_FORCED = 3_000_000
"""Of the tables of every unit in and out in turn."""


@dataclass(frozen=True)
class Filled:
    """Shape (sites,) or (sites, units): the best load of every site."""

    value: Floats
    """The most profit; an upper bound where the knapsack is relaxed."""
    taken: Floats
    """How much of each unit is taken; whole where the knapsack is exact."""
    relaxed: Floats
    """The value of the relaxation, never below `value`."""
    dear: Floats
    """Shape (sites,): what a further piece of capacity is worth to the relaxation."""


def whole_sizes(size: Floats, capacity: Floats) -> tuple[Ints, Ints] | None:
    """Sizes and capacities without their common divisor; None where sizes are no whole numbers."""
    if not (size == np.floor(size)).all() or (size > 2**40).any():
        return None
    whole = size.astype(np.int64)
    divisor = max(int(np.gcd.reduce(whole)), 1) if len(whole) else 1
    most = np.minimum(capacity, size.sum())
    return whole // divisor, np.floor(most * (1 + FITS) / divisor).astype(np.int64)


def fill(profit: Floats, size: Floats, capacity: Floats, *, exact: bool) -> Filled:
    """max Σ profit · taken, Σ size · taken ≤ capacity, for every site. `profit`: shape (sites, units)."""
    gain = np.maximum(profit, 0.0)
    taken = (profit > 0).astype(np.float64)
    value = gain.sum(axis=1)
    dear = np.zeros(len(capacity))
    over = np.flatnonzero(taken @ size > capacity * (1 + FITS))
    if len(over):
        value[over], taken[over], dear[over] = _relaxed(gain[over], size, capacity[over])
    relaxed = value.copy()
    if exact and len(over):
        whole = whole_sizes(size, capacity)
        if whole is not None:
            sizes, most = whole
            some = np.flatnonzero((gain[over] > 0).any(axis=0))
            if len(some) * len(over) * (int(most[over].max()) + 1) <= MOST_CELLS:
                held, picked = _exact(gain[over][:, some], sizes[some], most[over])
                value[over] = np.minimum(held, relaxed[over])
                taken[over] = 0.0
                taken[np.ix_(over, some)] = picked
    return Filled(value, taken, relaxed, dear)


def forced(profit: Floats, size: Floats, capacity: Floats, filled: Filled) -> tuple[Floats, Floats]:
    """Shape (sites, units) each: the most that a load is worth with the unit in it, and without it.

    Upper bounds; exact where the tables of whole sizes are small. Minus infinity where there is no such load.
    """
    reduced = profit - filled.dear[:, None] * size[None, :]
    inside = np.minimum(filled.relaxed[:, None] + np.minimum(reduced, 0.0), filled.value[:, None])
    outside = np.minimum(filled.relaxed[:, None] - np.maximum(reduced, 0.0), filled.value[:, None])
    over = np.flatnonzero(filled.dear > 0)
    whole = whole_sizes(size, capacity)
    if whole is None or not len(over):
        return inside, outside
    sizes, most = whole
    if len(sizes) * len(over) * (int(most[over].max()) + 1) <= MOST_FORCED:
        exactly_in, exactly_out = _forced(np.maximum(profit[over], -1e12), sizes, most[over])
        inside[over] = np.minimum(inside[over], exactly_in)
        outside[over] = np.minimum(outside[over], exactly_out)
    return inside, outside


def _forced(profit: Floats, size: Ints, capacity: Ints) -> tuple[Floats, Floats]:
    """The recursion from both ends: the best of the units before and after, for every split of the room."""
    sites, units = profit.shape
    width = int(capacity.max()) + 1
    before = _tables(profit, size, width)
    after = _tables(profit[:, ::-1], size[::-1], width)
    inside, outside = np.full((sites, units), -np.inf), np.empty((sites, units))
    room = np.arange(width)[None, :]
    for unit in range(units):
        first, last = before[unit], after[units - 1 - unit]
        for step, put in ((0, False), (int(size[unit]), True)):
            left = capacity[:, None] - step - room
            split = np.where(
                left >= 0, first + np.take_along_axis(last, np.maximum(left, 0), axis=1), -np.inf
            )
            best = split.max(axis=1)
            if put:
                inside[:, unit] = best + profit[:, unit]
            else:
                outside[:, unit] = best
    return inside, outside


def _tables(profit: Floats, size: Ints, width: int) -> list[Floats]:
    """The most of the first 0, 1, … units in every room from 0 to `width` − 1."""
    tables = [np.zeros((len(profit), width))]
    for unit in range(profit.shape[1] - 1):
        best, step = tables[-1].copy(), int(size[unit])
        if step < width:
            np.maximum(
                best[:, step:], tables[-1][:, : width - step] + profit[:, unit, None], out=best[:, step:]
            )
        tables.append(best)
    return tables


def _relaxed(gain: Floats, size: Floats, capacity: Floats) -> tuple[Floats, Floats, Floats]:
    """Units by gain for their size, the last one in part (Dantzig 1957)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where(gain > 0, gain / size, 0.0)
    order = np.argsort(-worth, axis=1, kind="stable")
    sizes = np.where(np.take_along_axis(gain, order, axis=1) > 0, size[order], 0.0)
    before = np.cumsum(sizes, axis=1) - sizes
    part = np.clip((capacity[:, None] - before) / np.where(sizes > 0, sizes, 1.0), 0.0, 1.0)
    part[(sizes == 0)] = 1.0
    sorted_gain = np.take_along_axis(gain, order, axis=1)
    part = np.where(sorted_gain > 0, part, 0.0)
    taken = np.empty_like(part)
    np.put_along_axis(taken, order, part, axis=1)
    last = np.argmax(part < 1.0, axis=1)
    dear = np.take_along_axis(worth, np.take_along_axis(order, last[:, None], axis=1), axis=1)[:, 0]
    return (part * sorted_gain).sum(axis=1), taken, dear


def _exact(gain: Floats, size: Ints, capacity: Ints) -> tuple[Floats, Bools]:
    """The recursion of Bellman over whole sizes, unit by unit, all sites at once."""
    sites, units = gain.shape
    rows = np.arange(sites)
    best = np.zeros((sites, int(capacity.max()) + 1))
    chosen: list[Bools] = []
    for unit in range(units):
        step = int(size[unit])
        if step >= best.shape[1]:
            chosen.append(np.zeros((sites, 0), dtype=np.bool_))
            continue
        with_it = best[:, : best.shape[1] - step] + gain[:, unit, None]
        better = with_it > best[:, step:]
        np.maximum(best[:, step:], with_it, out=best[:, step:])
        chosen.append(better)
    picked = np.zeros((sites, units), dtype=np.bool_)
    left = capacity.copy()
    for unit in range(units - 1, -1, -1):
        better, step = chosen[unit], int(size[unit])
        fits = left >= step
        if better.shape[1]:
            picked[:, unit] = fits & better[rows, np.maximum(left - step, 0)]
            left = left - np.where(picked[:, unit], step, 0)
    return best[rows, capacity], picked
