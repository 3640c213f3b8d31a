"""The published method's line as a prediction, with the spread its own process has.

The tool draws a line and a band of its own; the band here is not the tool's but the exact spread of the
Markov chain its rates describe (given those rates: what is not known of them is left out): each child in
care moves by chance, and entries are Poisson.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from optimiser.demand.codes import CATEGORIES
from optimiser.demand.counts import draw_counts
from optimiser.demand.days import Days, day_from_date
from optimiser.demand.prediction import ALL, Entrants, Prediction, quantiles_of, with_totals
from optimiser.demand.published import (
    OUT,
    PublishedRates,
    lines_from_rates,
    parts_from_episodes,
    rates_from_parts,
    stocks_by_day,
)
from optimiser.demand.published_cleaning import CleanEpisodes
from optimiser.demand.states import BANDS

type Floats = NDArray[np.float64]
type Learnt = tuple[Sequence[PublishedRates], Floats]
"""The rates of every month, and the children in every state on the start day."""


def rates_and_stock(
    clean: CleanEpisodes, start: date, reference: tuple[date, date]
) -> tuple[PublishedRates, Floats]:
    """The rates of the reference period, and the children in every state on the start day."""
    parts = parts_from_episodes(clean)
    day = day_from_date(start)
    return rates_from_parts(parts, reference), stocks_by_day(parts, day, day)[:, 0]


def prediction_from_rates(
    areas: tuple[str, ...],
    learnt: Sequence[Learnt],
    *,
    start: int,
    days: Days,
    seed: int,
    draws: int,
    keep_draws: bool = False,
) -> Prediction:
    """The forecast of every area, each from its own rates and stock: authorities do not add up to the
    region."""
    random = default_rng([seed, 4])
    means, counts = [], []
    for rates, stock in learnt:
        mean = _cells(_lines(rates, stock, start, days))
        here, squares = _chances(rates, stock, start, days)
        drawn = draw_counts(here, squares, np.maximum(mean - here, 0.0), random, draws)
        means.append(mean)
        counts.append(drawn)
    return Prediction(
        areas=areas,
        bands=(*BANDS, ALL),
        categories=(*CATEGORIES, ALL),
        days=days,
        now=np.stack([_cells(stock) for _, stock in learnt]),
        mean=np.stack(means),
        quantiles=np.stack([quantiles_of(area) for area in counts], axis=1),
        draws=np.stack(counts, axis=1) if keep_draws else np.empty(0, dtype=np.int64),
    )


def _cells(states: Floats) -> Floats:
    """(…, states) as (…, bands and all, categories and all)."""
    cells = states.reshape(*states.shape[:-1], len(BANDS), len(CATEGORIES))
    return with_totals(with_totals(cells, -1), -2)


def _lines(rates: Sequence[PublishedRates], stock: Floats, start: int, days: Days) -> Floats:
    """The line at the end of every month, (months, states)."""
    found = []
    for month, length in zip(rates, np.diff(days, prepend=start), strict=True):
        stock = lines_from_rates(month, stock, int(length))[-1]
        found.append(stock)
    return np.stack(found)


def _chances(rates: Sequence[PublishedRates], stock: Floats, start: int, days: Days) -> tuple[Floats, Floats]:
    """Σ p and Σ p² over the children of the start day, by month, band and category."""
    means, squares = [], []
    chances = np.eye(OUT)
    for month, length in zip(rates, np.diff(days, prepend=start), strict=True):
        chances = np.linalg.matrix_power(month.one_day(), int(length)) @ chances
        cells = _cells(chances.T)
        means.append(np.tensordot(stock, cells, axes=1))
        squares.append(np.tensordot(stock, cells**2, axes=1))
    return np.stack(means), np.stack(squares)


def entrants_from_rates(
    areas: tuple[str, ...],
    learnt: Sequence[Learnt],
    *,
    start: int,
    days: Days,
    seed: int,
    draws: int,
) -> Entrants:
    """Entrants of each quarter from the start, by band: the same number every day."""
    random = default_rng([seed, 5])
    first = np.arange(0, len(days), 3)
    begins = np.insert(days, 0, start)[first] + 1
    ends = days[np.minimum(first + 2, len(days) - 1)]
    lengths = np.diff(days, prepend=start)[:, None]
    by_month = [lengths * np.stack([month.entries for month in rates]) for rates, _ in learnt]
    means = np.stack([_cells(np.add.reduceat(area, first, axis=0)) for area in by_month])
    counts = random.poisson(means, size=(draws, *means.shape))
    none = np.empty((0, 0, 0, 0, 0), dtype=np.int64)
    return Entrants(areas, begins, ends, (*BANDS, ALL), (*CATEGORIES, ALL), means, quantiles_of(counts), none)
