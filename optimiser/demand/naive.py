"""The forecast to beat: as many children as now, give or take how far a month has moved them so far.

A random walk without drift (Hyndman & Athanasopoulos 2021, Forecasting: Principles and Practice, 5.2): h
months ahead the standard deviation is √h times that of the monthly changes of the last two years.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.codes import CATEGORIES
from optimiser.demand.days import Days, months_after
from optimiser.demand.draws import NAIVE_COUNTS, chunks_of, generator
from optimiser.demand.prediction import ALL, Counts, Prediction, areas_of, quantiles_of, with_totals
from optimiser.demand.spells import Spells, known_on, stock_on
from optimiser.demand.states import BANDS
from optimiser.ensembles.ensemble import Ensemble

MONTHS = 24
"""Months of history whose changes count."""

type Floats = NDArray[np.float64]


def stock_shown(spells: Spells, day: int) -> Floats:
    """Children on the day, in the published categories: (areas, bands and all, categories and all)."""
    stock = stock_on(spells, day).astype(float)
    cells = np.concatenate([stock[..., :2].sum(axis=-1, keepdims=True), stock[..., 2:]], axis=-1)
    cells = with_totals(with_totals(cells, -1), -2)
    return with_totals(cells, 0) if len(cells) > 1 else cells


def naive_prediction(
    spells: Spells, start: int, days: Days, *, seed: int, draws: int, ensemble: Ensemble | None = None
) -> Prediction:
    """The last value and its spread, in the published categories; the draws are kept."""
    known = known_on(spells, start)
    earliest = int(spells.first_days.max())
    back = [int(months_after(np.array([start + 1]), -month)[0]) - 1 for month in range(MONTHS + 1)]
    past = np.stack([stock_shown(known, day) for day in back if day >= earliest])
    step = np.sqrt((np.diff(past, axis=0) ** 2).mean(axis=0)) if len(past) > 1 else np.zeros_like(past[0])
    now = past[0]
    spread = np.sqrt(np.arange(1, len(days) + 1))[None, :, None, None] * step[:, None]
    calls = [(now, spread, seed, chunk, end - begin) for chunk, (begin, end) in enumerate(chunks_of(draws))]
    counts = np.concatenate((ensemble or Ensemble()).made(_walked, calls))
    return Prediction(
        areas=areas_of(spells.authorities),
        bands=(*BANDS, ALL),
        categories=(*CATEGORIES, ALL),
        days=days,
        now=now,
        mean=np.repeat(now[:, None], len(days), axis=1),
        quantiles=quantiles_of(counts),
        draws=counts,
    )


def _walked(now: Floats, spread: Floats, seed: int, chunk: int, draws: int) -> Counts:
    """One chunk of draws: the children now, give or take the spread, (areas, days, bands, categories)."""
    normal = generator(seed, NAIVE_COUNTS, chunk).standard_normal((draws, *spread.shape))
    return np.maximum(np.rint(now[:, None] + normal * spread), 0).astype(np.int32)
