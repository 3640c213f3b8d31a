"""Every load of a site that a good answer may have, listed: what is left of the knapsacks after pricing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.commissioning.facility import FITS
from optimiser.commissioning.facility_bound import Bound, Dense, to_open
from optimiser.matching.instance import Bools, Floats, Ints


@dataclass(frozen=True)
class Loads:
    """Some loads: the site of each, and its units."""

    site: Ints
    """Shape (loads,)."""
    load: Ints
    """Shape (entries,): index of the load."""
    unit: Ints
    """Shape (entries,): a unit of it."""
    cost: Floats
    """Shape (loads,): opening the site and serving the units."""

    def __len__(self) -> int:
        return len(self.site)


def loads_within(dense: Dense, bound: Bound, cutoff: float, *, most: int) -> Loads | None:
    """Every load that an answer of at most `cutoff` may have, the empty one too; None where they are more
    than `most`.

    A load is worth at most the relaxed knapsack less what each unit in or out of it against the relaxation
    loses, less what its empty room is worth: the bound of the answer rises by the sum.
    """
    opening, _ = to_open(dense, bound)
    filled = bound.filled
    profit = bound.price[None, :] - dense.cost
    tolerance = 1e-7 * max(abs(cutoff), 1.0)
    sites, members, total = [], [], 0
    for site in np.flatnonzero(bound.value + opening <= cutoff + tolerance).tolist():
        budget = cutoff + tolerance - bound.value - opening[site] + filled.relaxed[site] - filled.value[site]
        reduced = profit[site] - filled.dear[site] * dense.size
        room = dense.capacity[site] * (1 + FITS)
        held = _subsets(reduced, dense.size, room, float(filled.dear[site]), budget, most - total)
        if held is None:
            return None
        total += len(held[1])
        sites.append(np.full(len(held[1]), site))
        members.append(held)
    return _listed(dense, sites, members)


def _subsets(
    reduced: Floats, size: Floats, room: float, dear: float, budget: float, most: int
) -> tuple[Ints, Bools] | None:
    """The units in question, and which of them each subset within the budget has, shape (subsets, units)."""
    loss = np.abs(reduced)
    some = np.flatnonzero(np.isfinite(reduced) & ((reduced > 0) | (loss <= budget)))
    some = some[np.argsort(-loss[some], kind="stable")]
    held = np.zeros((1, len(some)), dtype=np.bool_)
    load, lost = np.zeros(1), np.zeros(1)
    for index, unit in enumerate(some.tolist()):
        within, without = (0.0, loss[unit]) if reduced[unit] > 0 else (loss[unit], 0.0)
        put = (lost + within <= budget) & (load + size[unit] <= room)
        left = lost + without <= budget
        with_it = held[put]
        with_it[:, index] = True
        held = np.concatenate([held[left], with_it])
        load = np.concatenate([load[left], load[put] + size[unit]])
        lost = np.concatenate([lost[left] + without, lost[put] + within])
        if len(held) > 4 * most + 1000:
            return None
    fits = (
        lost + dear * np.maximum(room - load, 0.0) <= budget
        if dear > 0
        else np.ones(len(held), dtype=np.bool_)
    )
    return None if int(fits.sum()) > most else (some, held[fits])


def _listed(dense: Dense, sites: list[Ints], members: list[tuple[Ints, Bools]]) -> Loads:
    """One list of them all."""
    first = 0
    loads, units = [], []
    for some, held in members:
        row, column = np.nonzero(held)
        loads.append(row + first)
        units.append(some[column])
        first += len(held)
    site = np.concatenate([*sites, np.zeros(0, dtype=np.int64)])
    load = np.concatenate([*loads, np.zeros(0, dtype=np.int64)])
    unit = np.concatenate([*units, np.zeros(0, dtype=np.int64)])
    return loads_from(dense, site, load, unit)


def loads_from(dense: Dense, site: Ints, load: Ints, unit: Ints) -> Loads:
    """These loads, with what each costs."""
    serving = np.bincount(load, weights=dense.cost[site[load], unit], minlength=len(site))
    return Loads(site, load, unit, serving + dense.opening[site])


def loads_chosen(loads: Loads, chosen: Bools) -> Loads:
    """Some of the loads, in their order. `chosen`: shape (loads,)."""
    place = np.cumsum(chosen) - 1
    entries = chosen[loads.load]
    return Loads(loads.site[chosen], place[loads.load[entries]], loads.unit[entries], loads.cost[chosen])


def joined(one: Loads, other: Loads) -> Loads:
    """Both lists, one after the other."""
    return Loads(
        np.concatenate([one.site, other.site]),
        np.concatenate([one.load, other.load + len(one)]),
        np.concatenate([one.unit, other.unit]),
        np.concatenate([one.cost, other.cost]),
    )


def loads_of_answer(dense: Dense, site_of_unit: Ints, opened: Ints) -> Loads:
    """The load of every open site of an answer."""
    return loads_from(dense, opened, np.searchsorted(opened, site_of_unit), np.arange(len(site_of_unit)))
