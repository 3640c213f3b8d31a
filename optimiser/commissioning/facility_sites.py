"""Better answers by other sites: one opened, one closed, or one for another, the likeliest first.

How likely is what the bound loses where the site must be open, or must be closed (`to_open`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from optimiser.commissioning.facility_bound import Bound, Dense, to_open
from optimiser.matching.instance import Ints

MOST_LOOKS = 150
"""At sets of sites, for one answer that is not made better."""


def sites_searched(
    dense: Dense, bound: Bound, opened: Ints, look: Callable[[Ints], Ints | None], *, most: int = MOST_LOOKS
) -> None:
    """Goes from the open sites of an answer to those of a better one while there is one among the likeliest.

    `look(sites)` tries them, and gives the sites of its answer where that is the best so far.
    """
    better: Ints | None = opened
    while better is not None:
        now, better = better, None
        for number, changed in enumerate(_changed(dense, bound, now)):
            if number >= most:
                break
            better = look(changed)
            if better is not None:
                break


def _changed(dense: Dense, bound: Bound, opened: Ints) -> Iterator[Ints]:
    """The sites after each change that the numbers and the capacities allow, the likeliest first."""
    opening, closing = to_open(dense, bound)
    closed = np.setdiff1d(np.arange(len(dense.capacity)), opened)
    lost = [opening[closed][:, None] + closing[opened][None, :]]
    count = len(opened)
    more = np.full(len(closed), np.inf) if count >= dense.most else opening[closed]
    fewer = np.full(len(opened), np.inf) if count <= dense.fewest else closing[opened]
    rows = np.vstack([lost[0], fewer[None, :]])
    every = np.hstack([rows, np.append(more, np.inf)[:, None]])
    need = float(dense.size.sum())
    for place in np.argsort(every, axis=None, kind="stable").tolist():
        row, column = divmod(place, every.shape[1])
        if not np.isfinite(every[row, column]):
            return
        kept = opened if column == count else np.delete(opened, column)
        changed = kept if row == len(closed) else np.sort(np.append(kept, closed[row]))
        if dense.capacity[changed].sum() >= need:
            yield changed
