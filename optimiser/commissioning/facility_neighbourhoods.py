"""A good answer made better: some neighbouring open sites at a time, solved anew with all that they serve.

Taillard & Voss (2002), POPMUSIC. What it finds is an answer, never a proof.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.commissioning.facility import Facilities, Located
from optimiser.commissioning.facility_bound import Dense
from optimiser.errors import StoppedError
from optimiser.matching.instance import Ints

SIZES = (3, 4)
"""Open sites taken together; the larger once the smaller help no more."""
SIZES_FREE = (*SIZES, 5)
"""The same where sites are free in number."""
CANDIDATES = 50
"""Sites at most that may be opened for them."""


@dataclass
class Answer:
    """The site of every unit, and the open sites, ascending."""

    site_of_unit: Ints
    opened: Ints


type Solve = Callable[[Facilities, Answer], Located]
"""Of a part, from its answer so far."""


def neighbours_improved(dense: Dense, answer: Answer, solve: Solve) -> Answer:
    """The answer, with every neighbourhood solved by `solve` until none gets cheaper."""
    at, opened = answer.site_of_unit.copy(), answer.opened.copy()
    for size in SIZES if dense.counted else SIZES_FREE:
        seen: set[bytes] = set()
        found = True
        while found:
            found = False
            for site in opened.tolist():
                if site not in opened:
                    continue
                near = _near(dense, at, opened, site, size)
                units = np.flatnonzero(np.isin(at, near))
                key = near.tobytes() + units.tobytes()
                if key in seen or not len(units):
                    continue
                seen.add(key)
                better = _better(dense, at, opened, near, units, solve)
                if better is not None:
                    at[units], opened = better.site_of_unit, better.opened
                    found = True
    return Answer(at, opened)


def _near(dense: Dense, at: Ints, opened: Ints, site: int, size: int) -> Ints:
    """The open site and those that could best serve its units instead; ascending."""
    own = np.flatnonzero(at == site)
    cost = np.where(np.isfinite(dense.cost[opened][:, own]), dense.cost[opened][:, own], 1e15).sum(axis=1)
    others = opened[np.argsort(cost, kind="stable")]
    return np.sort(np.concatenate([[site], others[others != site][: size - 1]]))


def _better(
    dense: Dense,
    at: Ints,
    opened: Ints,
    near: Ints,
    units: Ints,
    solve: Solve,
) -> Answer | None:
    """The neighbourhood's cheaper answer, and all sites then open; None where there is none."""
    elsewhere = np.setdiff1d(opened, near)
    free = np.setdiff1d(np.arange(len(dense.capacity)), opened)
    nearest = np.sort(dense.cost[np.ix_(free, units)], axis=1)[:, : max(len(units) // len(near), 1)]
    usable = free[np.argsort(nearest.sum(axis=1), kind="stable")][:CANDIDATES]
    sites = np.union1d(near, usable)
    site, unit = np.nonzero(np.isfinite(dense.cost[np.ix_(sites, units)]))
    part = Facilities(
        size=dense.size[units],
        capacity=dense.capacity[sites],
        unit=unit,
        site=site,
        cost=dense.cost[sites[site], units[unit]],
        opening=dense.opening[sites],
        number_open=len(near) if dense.counted else None,
    )
    now = float(dense.cost[at[units], units].sum() + dense.opening[near].sum())
    try:
        found = solve(part, Answer(np.searchsorted(sites, at[units]), np.searchsorted(sites, near)))
    except StoppedError:
        return None
    if found.value >= now - 1e-9 * max(abs(now), 1.0):
        return None
    anew = np.union1d(elsewhere, sites[found.opened])
    return Answer(sites[found.site_of_unit], anew) if len(anew) >= dense.fewest else None
