"""Seeded draws that keep to totals: shares become exact counts, never merely likely ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def apportioned(total: int, weights: ArrayLike) -> Ints:
    """Whole numbers in proportion to `weights` that sum to `total`: largest remainders, ties to the first.

    >>> apportioned(10, [1, 1, 1]).tolist()
    [4, 3, 3]
    """
    share = np.asarray(weights, dtype=np.float64)
    if share.sum() <= 0:
        share = np.ones_like(share)
    exact = total * share / share.sum()
    whole = np.floor(exact).astype(np.int64)
    largest = np.argsort(-(exact - whole), kind="stable")
    whole[largest[: total - int(whole.sum())]] += 1
    return whole


def chosen(rng: np.random.Generator, count: int, weights: Floats) -> Bools:
    """A mask of `count` entries drawn without replacement by `weights`, all above 0, so perhaps fewer."""
    keys = np.full(len(weights), -np.inf)
    possible = weights > 0
    keys[possible] = np.log(weights[possible])
    keys += rng.gumbel(size=len(weights))
    mask = np.zeros(len(weights), dtype=np.bool_)
    mask[np.argsort(-keys, kind="stable")[: min(count, int(possible.sum()))]] = True
    return mask


def picked(
    rng: np.random.Generator, options: Sequence[str], weights: Sequence[float], count: int
) -> NDArray[np.str_]:
    """`count` options, each drawn by the weights."""
    share = np.asarray(weights, dtype=np.float64)
    return np.array(options, dtype=np.str_)[rng.choice(len(options), size=count, p=share / share.sum())]


def filled_slots(rng: np.random.Generator, total: int, slots: Ints, weights: Floats) -> Ints:
    """How many of each row's slots are filled when `total` are, each slot weighing what its row weighs."""
    row = np.repeat(np.arange(len(slots)), slots)
    filled = chosen(rng, max(total, 0), weights[row])
    return np.bincount(row[filled], minlength=len(slots)).astype(np.int64)


def pounds_a_week(
    rng: np.random.Generator, centre: Floats, *, spread: float, low: float, high: float
) -> Floats:
    """Whole £ a week around `centre` with a log-normal spread, kept within `low` and `high`."""
    drawn = centre * np.exp(rng.normal(0.0, spread, len(centre)))
    return np.clip(np.round(drawn), low, high)


def joined(codes: Sequence[str], mask: Bools) -> list[str]:
    """Shape (rows, codes) as cells of the pack: the codes that are true, joined by `;`."""
    used, inverse = np.unique(mask, axis=0, return_inverse=True)
    cells = [";".join(code for code, has in zip(codes, row, strict=True) if has) for row in used]
    return [cells[index] for index in inverse.ravel()]
