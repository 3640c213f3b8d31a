"""The region cut into tiles of neighbours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.matching.instance import Floats, Instance, Ints

_STEPS = 200
_STRIDE = 20.0
"""How much more, e-fold, a tile without any vacancy wants every provision after the first step."""
_SHORTER = 0.97


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


def evenly(wanted: Floats, vacancies: Ints, share: Floats) -> Ints:
    """Shape (provisions,): the tile that wants each most, with every tile's share of the vacancies kept.

    A tile with fewer vacancies than its share wants all provisions more, step by step, and the most even of
    these is given. Else prices rise in one tile to what leaving a child out costs and fall to nothing in the
    next. `wanted`: shape (provisions, tiles), at least 0; `share`: shape (tiles,), of 1.
    Source: Deming and Stephan 1940 (scaling to given sums).
    """
    with np.errstate(divide="ignore"):
        keen = np.log(wanted)
    aim, more = share * vacancies.sum(), np.zeros(len(share))
    least, found = np.inf, wanted.argmax(axis=1)
    for step in range(_STEPS):
        tile = (keen + more).argmax(axis=1)
        has = np.bincount(tile, weights=vacancies, minlength=len(share))
        uneven = float(np.abs(has - aim).max(initial=0.0))
        if uneven < least:
            least, found = uneven, tile
        more += _STRIDE * _SHORTER**step * (aim - has) / np.maximum(aim, 1.0)
    return found
