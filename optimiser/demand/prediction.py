"""What every method gives: the distribution of the children in care, month by month, and of entrants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.days import Days

OURS: Final = "ours"
PUBLISHED: Final = "published"
NAIVE: Final = "naive"
METHODS: Final = (OURS, PUBLISHED, NAIVE)
ALL: Final = "all"
QUANTILES: Final = (0.025, 0.25, 0.75, 0.975)
"""Ends of the 95 % interval and of the 50 % interval."""

type Floats = NDArray[np.float64]
type Counts = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Prediction:
    """Arrays over (areas, days, bands, categories). The last area is `ALL`, the whole region, where there is
    more than one authority; the last band and the last category are `ALL`.

    `mean`; `quantiles`, with a first axis of `QUANTILES`; `draws`, with a first axis of draws, only where
    they were asked for (empty otherwise). `now`: the children counted on the start day, (areas, bands,
    categories).
    """

    areas: tuple[str, ...]
    bands: tuple[str, ...]
    categories: tuple[str, ...]
    days: Days
    now: Floats
    mean: Floats
    quantiles: Floats
    draws: Counts


@dataclass(frozen=True)
class Entrants:
    """Children who come into care in each quarter: arrays over (areas, quarters, ages, categories).

    `begins` and `ends`: the days of the quarters, both included; `ages`: whole years or bands, as text.
    `futures`: whole children of some draws, (draws, authorities, quarters, years of age, kinds), so that
    what comes together stays together; empty where ages are bands.
    """

    areas: tuple[str, ...]
    begins: Days
    ends: Days
    ages: tuple[str, ...]
    categories: tuple[str, ...]
    mean: Floats
    quantiles: Floats
    futures: NDArray[np.int64]


def with_totals(cells: Floats, axis: int) -> Floats:
    """The cells with their sum as one more along the axis."""
    return np.concatenate([cells, cells.sum(axis=axis, keepdims=True)], axis=axis)


def quantiles_of(draws: Counts) -> Floats:
    """The `QUANTILES` of the draws along the first axis, by mid-p: whole children, none between two draws.

    A count at the end of an interval belongs to it where at least half of its chance lies inside the 2.5 and
    97.5 of 100 (or the 25 and 75). Intervals that have the whole of it would cover more than they say, the
    more the fewer the children are (Lancaster 1961, Journal of the American Statistical Association 56).
    """
    found = np.quantile(draws, QUANTILES, axis=0, method="inverted_cdf").astype(np.int64)
    for number, chance in enumerate(QUANTILES):
        end = found[number]
        below, here = (draws < end).mean(axis=0), (draws == end).mean(axis=0)
        half = below + here / 2
        found[number] += (half < chance) if chance < 0.5 else -(half > chance).astype(np.int64)
    return found.astype(np.float64)


FUTURES: Final = 20
"""Draws of entrants that are kept as whole children, for programmes that need sets of them."""


def areas_of(authorities: tuple[str, ...]) -> tuple[str, ...]:
    """The authorities, and the region where it is more than one of them; one without a code is the region."""
    return (*authorities, ALL) if len(authorities) > 1 else (authorities[0] or ALL,)
