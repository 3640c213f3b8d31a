"""A demand-weighted search: the points that are nearest to the children, each child to its nearest."""

from __future__ import annotations

import numpy as np

from optimiser.matching.instance import Floats, Ints

LEAST_GAIN = 1e-9


def weighted_medians(miles: Floats, weight: Floats, count: int) -> Ints:
    """`count` points, ascending, with little Σ weight · miles to the nearest: greedily, then by exchange.

    `miles`: shape (points, children). Teitz & Bart (1968). Ties go to the first point.
    """
    points = len(miles)
    if points == 0 or miles.shape[1] == 0 or count < 1:
        return np.zeros(0, dtype=np.int64)
    weighted = miles * weight[None, :]
    chosen: list[int] = []
    nearest = np.full(miles.shape[1], np.inf)
    for _ in range(min(count, points)):
        total = np.minimum(weighted, nearest[None, :]).sum(axis=1)
        total[chosen] = np.inf
        chosen.append(int(total.argmin()))
        nearest = np.minimum(nearest, weighted[chosen[-1]])
    while _exchanged(weighted, chosen):
        pass
    return np.sort(np.array(chosen, dtype=np.int64))


def _exchanged(weighted: Floats, chosen: list[int]) -> bool:
    """The best exchange of a chosen point for another, where there is one that helps."""
    now = weighted[chosen].min(axis=0).sum()
    best = float(now - LEAST_GAIN * max(now, 1.0))
    swap: tuple[int, int] | None = None
    for place in range(len(chosen)):
        others = [point for index, point in enumerate(chosen) if index != place]
        left = weighted[others].min(axis=0) if others else np.full(weighted.shape[1], np.inf)
        total = np.minimum(weighted, left[None, :]).sum(axis=1)
        total[chosen] = np.inf
        point = int(total.argmin())
        if total[point] < best:
            best, swap = float(total[point]), (place, point)
    if swap is None:
        return False
    chosen[swap[0]] = swap[1]
    return True
