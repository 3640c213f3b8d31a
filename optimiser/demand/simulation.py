"""The distribution of our forecast: whole children drawn chunk by chunk, wherever an ensemble has room.

The rates are drawn before, once (`pooled.future_from_model`); a chunk is some of their draws, and `REPEATS`
draws of the children for each.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from optimiser.demand.counts import draw_counts
from optimiser.demand.draws import CHUNK, COUNTS, ENTRANTS, chunks_of, generator
from optimiser.demand.flow import CATEGORIES_SHOWN, SHOWN, Flow
from optimiser.demand.pooled import REPEATS, Future, Model, flow_of_authority, now_shown
from optimiser.demand.prediction import (
    ALL,
    FUTURES,
    Counts,
    Entrants,
    Prediction,
    areas_of,
    quantiles_of,
    with_totals,
)
from optimiser.demand.states import BANDS
from optimiser.ensembles.ensemble import Ensemble

SAMPLES: Final = CHUNK // REPEATS
"""Draws of the rates of a chunk."""
IN_A_TASK: Final = 3
"""Chunks whose children are one task: what all flows have in common is worked out once for them."""

type Floats = NDArray[np.float64]


def prediction_from_model(
    model: Model, future: Future, *, seed: int, keep_draws: bool = False, ensemble: Ensemble | None = None
) -> Prediction:
    """The distribution of the children in care at the end of each month of the future."""
    parts = _cut(future, IN_A_TASK * SAMPLES)
    calls = [(model, part, seed, IN_A_TASK * number) for number, part in enumerate(parts)]
    totals, counts = zip(*(ensemble or Ensemble()).made(_children, calls), strict=True)
    draws = np.concatenate(counts)
    return Prediction(
        areas=areas_of(model.authorities),
        bands=(*BANDS, ALL),
        categories=CATEGORIES_SHOWN,
        days=future.days,
        now=now_shown(model),
        mean=sum(totals[1:], start=totals[0]) / len(future.left_at_18),
        quantiles=_quantiles(draws),
        draws=draws if keep_draws else draws[:0].copy(),
    )


def _children(model: Model, future: Future, seed: int, first: int) -> tuple[Floats, Counts]:
    """Some chunks, numbered from `first`: Σ over their draws of the rates of the mean children, (areas,
    months, bands, categories); and the children drawn, with a first axis of draws."""
    flows = [flow_of_authority(model, future, number) for number in range(len(model.authorities))]
    if len(flows) > 1:
        flows.append(sum(flows[1:], start=flows[0]))
    counts = []
    for chunk, (begin, end) in enumerate(chunks_of(len(future.left_at_18), SAMPLES)):
        random = generator(seed, COUNTS, first + chunk)
        counts.append(np.stack([_drawn(flow, begin, end, random) for flow in flows], axis=1))
    return np.stack([(flow.mean + flow.to_come).sum(axis=1) for flow in flows]), np.concatenate(counts)


def _drawn(flow: Flow, begin: int, end: int, random: Generator) -> Counts:
    """Draws of the children at some of the draws of the rates, (draws, months, bands, categories)."""
    here, squares, to_come = (part[:, begin:end] for part in (flow.mean, flow.squares, flow.to_come))
    counts = draw_counts(here, squares, to_come, random, REPEATS).swapaxes(1, 2)
    return counts.reshape(-1, *counts.shape[2:]).astype(np.int32)


def entrants_from_future(
    model: Model, future: Future, *, seed: int, ensemble: Ensemble | None = None
) -> Entrants:
    """Entrants of each quarter from the start, by whole year of age; the last quarter may be shorter."""
    starts = np.arange(0, len(future.days), 3)
    begins = np.insert(future.days, 0, model.start)[starts] + 1
    ends = future.days[np.minimum(starts + 2, len(future.days) - 1)]
    calls = [(part.entries, starts, seed, chunk) for chunk, part in enumerate(_cut(future, SAMPLES))]
    totals, counts = zip(*(ensemble or Ensemble()).made(_entering, calls), strict=True)
    return Entrants(
        areas=areas_of(model.authorities),
        begins=begins,
        ends=ends,
        ages=(*map(str, range(18)), ALL),
        categories=CATEGORIES_SHOWN,
        mean=sum(totals[1:], start=totals[0]) / len(future.left_at_18),
        quantiles=_quantiles(np.concatenate(counts)),
        futures=_futures(future, starts, default_rng([seed, 6])),
    )


def _entering(
    entries: tuple[Floats, ...], starts: NDArray[np.int64], seed: int, chunk: int
) -> tuple[Floats, Counts]:
    """One chunk: Σ over its draws of the mean entrants, (areas, quarters, ages, categories), and draws."""
    random = generator(seed, ENTRANTS, chunk)
    areas = [_entrants(own, starts) for own in entries]
    if len(areas) > 1:
        areas.append(sum(areas[1:], start=areas[0]))
    counts = [
        random.poisson(area, size=(REPEATS, *area.shape)).reshape(-1, *area.shape[1:]).astype(np.int32)
        for area in areas
    ]
    return np.stack([area.sum(axis=0) for area in areas]), np.stack(counts, axis=1)


def _cut(future: Future, size: int) -> list[Future]:
    """The future cut by so many draws of its rates; months that share an array share it still."""
    found = []
    for begin, end in chunks_of(len(future.left_at_18), size):
        shared = {id(rates): rates[begin:end] for rates in future.moves}
        found.append(
            replace(
                future,
                moves=tuple(shared[id(rates)] for rates in future.moves),
                left_at_18=future.left_at_18[begin:end],
                entries=tuple(own[begin:end] for own in future.entries),
            )
        )
    return found


def _quantiles(draws: Counts) -> Floats:
    """The quantiles of every area, (quantiles, areas, …), area by area: half the memory of all at once."""
    return np.stack([quantiles_of(draws[:, area]) for area in range(draws.shape[1])], axis=1)


def _futures(future: Future, starts: NDArray[np.int64], random: Generator) -> NDArray[np.int64]:
    """Entrants of draws spread evenly over those there are: (draws, authorities, quarters, years, kinds)."""
    count = len(future.entries[0])
    chosen = np.arange(min(FUTURES, count)) * count // min(FUTURES, count)
    means = np.stack([_by_year(entries[chosen], starts) for entries in future.entries], axis=1)
    return random.poisson(means)


def _entrants(entries: Floats, starts: NDArray[np.int64]) -> Floats:
    """Mean entrants, (draws, quarters, years of age and all, categories shown)."""
    return with_totals(_by_year(entries, starts) @ SHOWN, 2)


def _by_year(entries: Floats, starts: NDArray[np.int64]) -> Floats:
    """Mean entrants, (draws, quarters, years of age, kinds)."""
    quarters = np.add.reduceat(entries, starts, axis=1)
    infants = quarters[:, :, :2].sum(axis=2, keepdims=True)
    found: Floats = np.concatenate([infants, quarters[:, :, 2:]], axis=2)
    return found
