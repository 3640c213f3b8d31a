"""The region cut into tiles of neighbours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.matching.instance import Instance, Ints


def tiles(instance: Instance, most: int) -> Iterator[Ints]:
    """Every child in one tile of neighbours, sibling groups whole; about `most` children in each at most."""
    children, groups = instance.children, instance.groups
    heads = np.array(
        [*np.flatnonzero(children.group < 0).tolist(), *(group[0] for group in groups)], dtype=np.int64
    )
    queue = [(heads, max(1, -(-len(heads) // most)))]
    while queue:
        part, number = queue.pop()
        if number == 1:
            named = [groups[g] if (g := int(children.group[c])) >= 0 else (c,) for c in part.tolist()]
            yield np.array([c for family in named for c in family], dtype=np.int64)
            continue
        east, north = children.home_easting[part], children.home_northing[part]
        along = east if np.ptp(east) >= np.ptp(north) else north
        order = part[np.lexsort((part, along))]
        first = number // 2
        cut = len(order) * first // number
        queue += [(order[cut:], number - first), (order[:cut], first)]
