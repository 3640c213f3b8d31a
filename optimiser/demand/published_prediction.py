"""The published method's line as a prediction, with the spread its own process has.

The tool draws a line and a band of its own; the band here is not the tool's but the exact spread of the
Markov chain its rates describe (given those rates: what is not known of them is left out): each child in
care moves by chance, and entries are Poisson.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.codes import CATEGORIES
from optimiser.demand.counts import draw_counts
from optimiser.demand.days import Days, day_from_date
from optimiser.demand.draws import PUBLISHED_COUNTS, PUBLISHED_ENTRANTS, chunks_of, generator
from optimiser.demand.prediction import ALL, Counts, Entrants, Prediction, quantiles_of, with_totals
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
from optimiser.ensembles.ensemble import Ensemble

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
    ensemble: Ensemble | None = None,
) -> Prediction:
    """The forecast of every area, each from its own rates and stock: authorities do not add up to the
    region."""
    mean = mean_from_rates(learnt, start=start, days=days)
    chances = [_chances(rates, stock, start, days) for rates, stock in learnt]
    here, squares = (np.stack(part) for part in zip(*chances, strict=True))
    to_come = np.maximum(mean - here, 0.0)
    calls = [
        (here, squares, to_come, seed, chunk, end - begin)
        for chunk, (begin, end) in enumerate(chunks_of(draws))
    ]
    counts = np.concatenate((ensemble or Ensemble()).made(_children, calls))
    return Prediction(
        areas=areas,
        bands=(*BANDS, ALL),
        categories=(*CATEGORIES, ALL),
        days=days,
        now=np.stack([_cells(stock) for _, stock in learnt]),
        mean=mean,
        quantiles=quantiles_of(counts),
        draws=counts if keep_draws else counts[:0].copy(),
    )


def mean_from_rates(learnt: Sequence[Learnt], *, start: int, days: Days) -> Floats:
    """The mean of `prediction_from_rates` alone, (areas, months, bands, categories)."""
    return np.stack([_cells(_lines(rates, stock, start, days)) for rates, stock in learnt])


def _children(here: Floats, squares: Floats, to_come: Floats, seed: int, chunk: int, draws: int) -> Counts:
    """One chunk of draws of the children in all cells."""
    counts = draw_counts(here, squares, to_come, generator(seed, PUBLISHED_COUNTS, chunk), draws)
    return counts.astype(np.int32)


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
    ensemble: Ensemble | None = None,
) -> Entrants:
    """Entrants of each quarter from the start, by band: the same number every day."""
    first = np.arange(0, len(days), 3)
    begins = np.insert(days, 0, start)[first] + 1
    ends = days[np.minimum(first + 2, len(days) - 1)]
    lengths = np.diff(days, prepend=start)[:, None]
    by_month = [lengths * np.stack([month.entries for month in rates]) for rates, _ in learnt]
    means = np.stack([_cells(np.add.reduceat(area, first, axis=0)) for area in by_month])
    calls = [(means, seed, chunk, end - begin) for chunk, (begin, end) in enumerate(chunks_of(draws))]
    counts = np.concatenate((ensemble or Ensemble()).made(_entering, calls))
    none = np.empty((0, 0, 0, 0, 0), dtype=np.int64)
    return Entrants(areas, begins, ends, (*BANDS, ALL), (*CATEGORIES, ALL), means, quantiles_of(counts), none)


def _entering(means: Floats, seed: int, chunk: int, draws: int) -> Counts:
    """One chunk of draws of the entrants."""
    counts = generator(seed, PUBLISHED_ENTRANTS, chunk).poisson(means, size=(draws, *means.shape))
    return counts.astype(np.int32)
