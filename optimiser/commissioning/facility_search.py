"""Good answers quickly: the units of some open sites assigned by regret, then moves while they help."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.commissioning.facility import FITS
from optimiser.commissioning.facility_bound import Dense
from optimiser.matching.instance import Floats, Ints

LEAST_GAIN = 1e-9
MOST_SWAPS = 8_000_000
"""Pairs of units looked at together; where there are more, none is swapped."""
ROUNDS = 60
FEW_UNITS = 200


@dataclass
class Draft:
    """An answer in the making: `site` of every unit, and what is left of every open site."""

    dense: Dense
    open: Ints
    """Indices of the open sites, ascending."""
    at: Ints
    """Shape (units,): position in `open`."""

    @property
    def value(self) -> float:
        """Opening and serving."""
        sites = self.open[self.at]
        serving = self.dense.cost[sites, np.arange(len(self.at))].sum()
        return float(serving + self.dense.opening[self.open].sum())

    @property
    def left(self) -> Floats:
        """Shape (open sites,): capacity that nobody takes."""
        load = np.bincount(self.at, weights=self.dense.size, minlength=len(self.open))
        return self.dense.capacity[self.open] * (1 + FITS) - load


def assigned(dense: Dense, opened: Ints) -> Draft | None:
    """Every unit to its nearest site where all have room; else in the order of what another site would cost,
    each to the cheapest with room. None where some unit finds none."""
    cost = dense.cost[opened]
    if not len(opened) or not np.isfinite(cost).any(axis=0).all():
        return None
    nearest = cost.argmin(axis=0)
    load = np.bincount(nearest, weights=dense.size, minlength=len(opened))
    if (load <= dense.capacity[opened] * (1 + FITS)).all():
        return Draft(dense, opened, nearest)
    at = _by_regret(dense, opened)
    if at is None:
        at = _largest_first(dense, opened)
    return None if at is None else Draft(dense, opened, at)


def _by_regret(dense: Dense, opened: Ints) -> Ints | None:
    """The order: second-least cost less least, the most first; reckoned anew with the room that is left where
    the units are few."""
    cost = dense.cost[opened]
    if len(opened) < 2:
        return None
    if len(dense.size) > FEW_UNITS:
        two = np.partition(cost, 1, axis=0)[:2]
        with np.errstate(invalid="ignore"):
            regret = two[1] - two[0]
        return _in_order(dense, opened, np.lexsort((-dense.size, -regret)))
    left = dense.capacity[opened] * (1 + FITS)
    at = np.full(len(dense.size), -1, dtype=np.int64)
    waiting = np.arange(len(dense.size))
    room = np.where(dense.size[None, :] <= left[:, None], cost, np.inf)
    while len(waiting):
        two = np.partition(room[:, waiting], 1, axis=0)[:2]
        if not np.isfinite(two[0]).all():
            return None
        regret = np.where(np.isfinite(two[1]), two[1] - two[0], np.inf)
        unit = int(waiting[np.lexsort((-dense.size[waiting], -regret))[0]])
        site = int(room[:, unit].argmin())
        at[unit] = site
        left[site] -= dense.size[unit]
        room[site, dense.size > left[site]] = np.inf
        waiting = waiting[waiting != unit]
    return at


def _largest_first(dense: Dense, opened: Ints) -> Ints | None:
    """The order: the largest unit first, which finds room most easily."""
    return _in_order(dense, opened, np.argsort(-dense.size, kind="stable"))


def _in_order(dense: Dense, opened: Ints, order: Ints) -> Ints | None:
    cost = dense.cost[opened]
    left = dense.capacity[opened] * (1 + FITS)
    at = np.full(len(dense.size), -1, dtype=np.int64)
    for unit in order.tolist():
        room = np.where(dense.size[unit] <= left, cost[:, unit], np.inf)
        site = int(room.argmin())
        if not np.isfinite(room[site]):
            return None
        at[unit] = site
        left[site] -= dense.size[unit]
    return at


def improved(draft: Draft) -> Draft:
    """Moves of a unit, of two units, of all units of a site to another site; while any of them helps."""
    for _ in range(ROUNDS):
        if not (_units_moved(draft) or _units_swapped(draft) or _sites_moved(draft)):
            break
    return draft


def _units_moved(draft: Draft) -> bool:
    """Every unit to a cheaper open site with room, the largest gain first."""
    dense, cost = draft.dense, draft.dense.cost[draft.open]
    units = np.arange(len(dense.size))
    left = draft.left
    own = cost[draft.at, units]
    target = np.where(dense.size[None, :] <= left[:, None], cost, np.inf)
    gain = own - target.min(axis=0)
    helped = False
    for unit in np.flatnonzero(gain > LEAST_GAIN)[
        np.argsort(-gain[gain > LEAST_GAIN], kind="stable")
    ].tolist():
        room = np.where(dense.size[unit] <= left, cost[:, unit], np.inf)
        site = int(room.argmin())
        if own[unit] - room[site] > LEAST_GAIN:
            left[draft.at[unit]] += dense.size[unit]
            left[site] -= dense.size[unit]
            draft.at[unit] = site
            helped = True
    return helped


def _units_swapped(draft: Draft) -> bool:
    """Swaps of two units, one of them not at its nearest site: the largest gain first, each unit once."""
    dense, cost = draft.dense, draft.dense.cost[draft.open]
    units = np.arange(len(dense.size))
    own = cost[draft.at, units]
    away = np.flatnonzero(own > cost.min(axis=0) + LEAST_GAIN)
    if not len(away) or len(away) * len(units) > MOST_SWAPS:
        return False
    change = cost[draft.at][:, away].T + cost[draft.at[away]]
    change -= own[away, None]
    change -= own[None, :]
    left = draft.left
    grown = dense.size[None, :] - dense.size[away, None]
    fits = (grown <= left[draft.at[away], None]) & (-grown <= left[draft.at][None, :])
    row, other = np.nonzero((change < -LEAST_GAIN) & fits)
    order = np.argsort(change[row, other], kind="stable")
    one, other = away[row[order]], other[order]
    moved = np.zeros(len(units), dtype=np.bool_)
    for i, k in zip(one.tolist(), other.tolist(), strict=True):
        more = float(dense.size[k] - dense.size[i])
        here, beyond = draft.at[i], draft.at[k]
        if moved[i] or moved[k] or more > left[here] or -more > left[beyond]:
            continue
        left[here] -= more
        left[beyond] += more
        draft.at[i], draft.at[k] = beyond, here
        moved[[i, k]] = True
    return bool(moved.any())


def _sites_moved(draft: Draft) -> bool:
    """All units of an open site served by a closed one, where that helps most; closed where empty."""
    dense = draft.dense
    if dense.fewest < len(draft.open):
        used = np.bincount(draft.at, minlength=len(draft.open)) > 0
        used[np.flatnonzero(~used)[: max(dense.fewest - int(used.sum()), 0)]] = True
        if not used.all() and dense.opening[draft.open[~used]].sum() > 0:
            draft.at = (np.cumsum(used) - 1)[draft.at]
            draft.open = draft.open[used]
            return True
    belongs = np.zeros((len(draft.open), len(draft.at)))
    belongs[draft.at, np.arange(len(draft.at))] = 1.0
    barred = ~np.isfinite(dense.cost)
    serving = belongs @ np.where(barred, 0.0, dense.cost).T + dense.opening[None, :]
    serving[(belongs @ barred.T) > 0] = np.inf
    load = belongs @ dense.size
    serving[load[:, None] > dense.capacity[None, :] * (1 + FITS)] = np.inf
    now = serving[np.arange(len(draft.open)), draft.open]
    gain = serving - now[:, None]
    gain[:, draft.open] = np.inf
    position, site = np.unravel_index(int(gain.argmin()), gain.shape)
    if not gain[position, site] < -LEAST_GAIN:
        return False
    opened = draft.open.copy()
    opened[position] = site
    order = np.argsort(opened)
    draft.at = np.argsort(order)[draft.at]
    draft.open = opened[order]
    return True
