"""What every method gives: the distribution of the children in care, month by month, and of entrants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
    draws: NDArray[np.int64]


@dataclass(frozen=True)
class Entrants:
    """Children who come into care in each quarter: arrays over (areas, quarters, ages, categories).

    `begins` and `ends`: the days of the quarters, both included; `ages`: whole years or bands, as text.
    """

    areas: tuple[str, ...]
    begins: Days
    ends: Days
    ages: tuple[str, ...]
    categories: tuple[str, ...]
    mean: Floats
    quantiles: Floats


def with_totals(cells: Floats, axis: int) -> Floats:
    """The cells with their sum as one more along the axis."""
    return np.concatenate([cells, cells.sum(axis=axis, keepdims=True)], axis=axis)


def quantiles_of(draws: NDArray[np.int64]) -> Floats:
    """The `QUANTILES` of the draws along the first axis: whole children, none between two draws."""
    found: Floats = np.quantile(draws, QUANTILES, axis=0, method="inverted_cdf").astype(float)
    return found


def areas_of(authorities: tuple[str, ...]) -> tuple[str, ...]:
    """The authorities, and the region where it is more than one of them; one without a code is the region."""
    return (*authorities, ALL) if len(authorities) > 1 else (authorities[0] or ALL,)
