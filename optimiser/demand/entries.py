"""Our entries into care: a level that may drift, seasons and a trend where back-testing favours them.

Entries a month are Poisson with a gamma rate (so negative binomial): the level is the discounted mean of the
months (see `discount`), times a factor by month of the year, times a damped trend (Gardner & McKenzie 1985,
Management Science 31). Which of them is used is decided by rolling origins inside the history: the candidate
that gave the next half year's entries the best log score, seasons, trend and drift each having to earn
`WORTH`. An authority's level is shrunk to its long-run share of the region's; its ages and kinds at entry to
the region's (Dirichlet–multinomial).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from optimiser.demand.discount import (
    DISCOUNTS,
    HORIZON,
    LEAST_MONTHS,
    WORTH,
    discounted,
    log_gamma,
    log_score,
    running,
)
from optimiser.demand.history import History
from optimiser.demand.rates import STRENGTHS

DAMPING: Final = 0.9
"""Share of the trend that is left a month later."""
_SEASON_EVENTS = 10.0
"""Strength of the prior that a month of the year is like the others, in entries."""
_TREND_EVENTS = 25.0
"""Entries in two years at which half of the growth between them is believed."""
_YEAR = 12
_MIX_STRENGTHS = (5.0, 20.0, 80.0, 320.0, 1280.0)
_HALF_A_YEAR_OLD = 0.5 ** (1 / _YEAR)
_LONGEST_DRIFT = 12
"""Months after which the level is taken to drift no wider."""
_LEAST_SHAPE = 0.05
_REGION_MIX = 0.05
"""Prior entries of each age and kind in the region."""

_SHAPES = tuple(product((False, True), (False, True)))
"""Seasonal or not, trending or not; the plainest first."""

type Floats = NDArray[np.float64]
type Candidate = tuple[float, bool, bool]
"""Discount, seasonal, trending."""


@dataclass(frozen=True)
class EntryPattern:
    """What was chosen from the data. `seasonal`, `trending`: whether back-testing favoured them.

    `seasons`: factor by month of the year; `growth`: natural logarithm a month, before damping; `strength`:
    of an authority's prior, in entries; `dispersion`: variance of a month's entries over their mean.
    """

    discount: float
    seasonal: bool
    trending: bool
    seasons: Floats
    growth: float
    strength: float
    mix_strength: float
    dispersion: float


@dataclass(frozen=True)
class EntryDraws:
    """`rates[s, a, t]`: mean entries in month t of the forecast, in draw s; `mix[s, a, g, c]`: the share of
    them by age at entry and kind, 1 in all."""

    rates: Floats
    mix: Floats


def chosen_entries(history: History) -> EntryPattern:
    """The pattern that foretold the history best."""
    counts, exposure = _region_series(history)
    scores = _scores(counts, exposure, history.calendar)
    months = len(counts)
    worth = {candidate: score - WORTH * _features(months, *candidate) for candidate, score in scores.items()}
    discount, seasonal, trending = max(worth, key=lambda candidate: worth[candidate])
    seasons = _seasons(counts, exposure, history.calendar) if seasonal else np.ones(_YEAR)
    growth = _growth(counts, exposure) if trending else 0.0
    return EntryPattern(
        discount,
        seasonal,
        trending,
        seasons,
        growth,
        _strength(history, discount, seasons),
        _mix_strength(history.entries.sum(axis=0)),
        _dispersion(history, discount, seasons),
    )


def _features(months: int, discount: float, seasonal: bool, trending: bool) -> float:
    """What a candidate has to earn; before two full years a drift may be a season, and must earn more."""
    drift = 0.5 if months >= 2 * _YEAR else 2.0
    return drift * (discount < 1) + seasonal + trending


def _region_series(history: History) -> tuple[Floats, Floats]:
    """The region's entries a month, and its days: an authority's days weigh as its share of the entries."""
    counts = history.entries.sum(axis=(2, 3))
    rate = (counts.sum(axis=0) + 0.5) / np.maximum(history.days.sum(axis=0), 1.0)
    return counts.sum(axis=1), history.days @ (rate / rate.sum())


def _scores(counts: Floats, exposure: Floats, calendar: NDArray[np.int64]) -> dict[Candidate, float]:
    """The log score of the entries of the next half year, over every month as an origin, by candidate."""
    weights = np.array(DISCOUNTS)[:, None] ** np.arange(len(counts) - 1, -1, -1.0)
    fading = np.array(DISCOUNTS) ** (HORIZON / 2)
    total = {(seasonal, trending): np.zeros(len(DISCOUNTS)) for seasonal, trending in _SHAPES}
    for origin in range(LEAST_MONTHS, len(counts) - HORIZON + 1):
        seen, days = counts[:origin], exposure[:origin]
        next_months = slice(origin, origin + HORIZON)
        events = weights[:, -origin:] @ seen + 0.5
        factors = (np.ones(_YEAR), _seasons(seen, days, calendar[:origin]))
        trends = (np.ones(HORIZON), _trend(_growth(seen, days), HORIZON))
        for seasonal, trending in _SHAPES:
            season = factors[seasonal]
            weight = weights[:, -origin:] @ (days * season[calendar[:origin]])
            to_come = exposure[next_months] * season[calendar[next_months]] * trends[trending]
            mean = events / np.maximum(weight, 1e-9) * to_come.sum()
            total[seasonal, trending] += log_score(counts[next_months].sum(), mean, events * fading)
    return {
        (discount, *shape): float(score) / HORIZON
        for shape, scores in total.items()
        for discount, score in zip(DISCOUNTS, scores, strict=True)
    }


def _seasons(counts: Floats, exposure: Floats, calendar: NDArray[np.int64]) -> Floats:
    """Entries in each month of the year over those a year's level around it would give; 1 on average."""
    if len(counts) < 2 * _YEAR:
        return np.ones(_YEAR)
    months = np.arange(len(counts))
    begin = np.clip(months - _YEAR // 2, 0, len(counts) - _YEAR)
    sums = [np.insert(series.cumsum(), 0, 0.0) for series in (counts, exposure)]
    level, days = (total[begin + _YEAR] - total[begin] for total in sums)
    expected = np.divide(level, days, out=np.zeros_like(level), where=days > 0) * exposure
    seen = np.bincount(calendar, weights=counts, minlength=_YEAR) + _SEASON_EVENTS
    factors = seen / (np.bincount(calendar, weights=expected, minlength=_YEAR) + _SEASON_EVENTS)
    found: Floats = factors / factors.mean()
    return found


def _growth(counts: Floats, exposure: Floats) -> float:
    """The growth a month from the year before last to the last, shrunk to none where entries are few."""
    if len(counts) < 2 * _YEAR:
        return 0.0
    rates = []
    for year in (slice(-2 * _YEAR, -_YEAR), slice(-_YEAR, None)):
        rates.append((counts[year].sum() + 1.0) / max(exposure[year].sum(), 1.0))
    seen = counts[-2 * _YEAR :].sum()
    return float(np.log(rates[1] / rates[0]) / _YEAR * seen / (seen + _TREND_EVENTS))


def _trend(growth: float, months: int) -> Floats:
    """The factor of each of the months to come: exp(growth × (1 + φ + φ² …))."""
    found: Floats = np.exp(growth * np.cumsum(DAMPING ** np.arange(months)))
    return found


def _levels(history: History, discount: float, seasons: Floats) -> tuple[Floats, Floats]:
    """Discounted entries of every authority, and the days behind them."""
    counts = history.entries.sum(axis=(2, 3))
    return discounted(counts, discount), discounted(history.days * seasons[history.calendar, None], discount)


def _shares(history: History) -> Floats:
    """The authorities' long-run shares of the region's entries a day."""
    rate = (history.entries.sum(axis=(0, 2, 3)) + 0.5) / np.maximum(history.days.sum(axis=0), 1.0)
    found: Floats = rate / rate.sum()
    return found


def _strength(history: History, discount: float, seasons: Floats) -> float:
    counts, days = _levels(history, discount, seasons)
    if len(counts) == 1:
        return STRENGTHS[-1]
    shares = _shares(history)
    expected = counts.sum() / (days @ shares) * shares * days
    possible = expected > 0
    scores = [log_score(counts[possible], expected[possible], np.float64(k)).sum() for k in STRENGTHS]
    return STRENGTHS[int(np.argmax(scores))]


def _mix_strength(entries: Floats) -> float:
    """The strength of the Dirichlet prior, in entries, under which the authorities' mixes are likeliest."""
    region = entries.sum(axis=0) + _REGION_MIX
    share = (region / region.sum()).ravel()
    cells = entries.reshape(len(entries), -1)
    totals = cells.sum(axis=1)
    scores = []
    for strength in _MIX_STRENGTHS:
        prior = strength * share
        score = (log_gamma(cells + prior) - log_gamma(prior)).sum() - log_gamma(totals + strength).sum()
        scores.append(score + len(cells) * log_gamma(strength))
    return _MIX_STRENGTHS[int(np.argmax(scores))]


def _dispersion(history: History, discount: float, seasons: Floats) -> float:
    """Squared errors of the entries a month ahead over what a Poisson count of a known rate would give."""
    counts = history.entries.sum(axis=(2, 3))
    days = history.days * seasons[history.calendar, None]
    events, weight = running(counts, discount)[LEAST_MONTHS:], running(days, discount)[LEAST_MONTHS:]
    mean = np.divide(events, weight, out=np.zeros_like(events), where=weight > 0) * days[LEAST_MONTHS:]
    use = (mean > 0) & (events > 5)
    if not use.any():
        return 1.0
    mean, events, seen = mean[use], events[use], counts[LEAST_MONTHS:][use]
    ratio = ((seen - mean) ** 2).sum() / (mean + mean**2 / events).sum()
    trust = mean.sum() / (mean.sum() + 50.0)
    return float(1.0 + max(0.0, ratio - 1.0) * trust)


def draw_entries(
    history: History,
    pattern: EntryPattern,
    calendar: NDArray[np.int64],
    days: Floats,
    random: Generator,
    draws: int,
) -> EntryDraws:
    """Entries of the months to come (`calendar`: month of the year, `days`: length), `draws` of them."""
    level = _draw_levels(history, pattern, random, draws)
    drift = _drift(history, pattern, random, draws, len(days))
    shape = pattern.seasons[calendar] * days * _trend(pattern.growth, len(days))
    rates = level[:, :, None] * (drift * shape)[:, None, :]
    if pattern.dispersion > 1.0:
        noise = np.maximum(rates, 1e-9) / (pattern.dispersion - 1.0)
        rates = rates * random.gamma(noise) / noise
    return EntryDraws(rates, _draw_mix(history.entries, pattern, random, draws))


def _draw_levels(history: History, pattern: EntryPattern, random: Generator, draws: int) -> Floats:
    """Entries a day, (draws, authorities)."""
    counts, days = _levels(history, pattern.discount, pattern.seasons)
    shares = _shares(history)
    region = random.gamma(counts.sum() + 0.5, size=(draws, 1)) / max(float(days @ shares), 1.0)
    if len(counts) == 1:
        return region
    long_run = history.entries.sum(axis=(0, 2, 3)) + 0.5
    expected = region * shares * random.gamma(long_run, size=(draws, len(counts))) / long_run
    shape = pattern.strength + counts
    return expected * random.gamma(shape, size=expected.shape) / (pattern.strength + expected * days)


def _drift(history: History, pattern: EntryPattern, random: Generator, draws: int, months: int) -> Floats:
    """How the level drifts on, (draws, months), mean 1: beta steps that lose the share 1 − δ of what is known
    (Harvey & Fernandes 1989, equation 2.10)."""
    if pattern.discount == 1.0:
        return np.ones((draws, months))
    known = discounted(history.entries.sum(axis=(1, 2, 3)), pattern.discount) + 0.5
    kept = known * pattern.discount ** np.arange(min(months, _LONGEST_DRIFT))
    stays = np.maximum(kept * pattern.discount, _LEAST_SHAPE)
    goes = np.maximum(kept * (1 - pattern.discount), _LEAST_SHAPE)
    steps = random.beta(stays, goes, size=(draws, len(kept))) * (stays + goes) / stays
    path = np.cumprod(steps, axis=1)
    found: Floats = path[:, np.minimum(np.arange(months), len(kept) - 1)]
    return found


def _draw_mix(entries: Floats, pattern: EntryPattern, random: Generator, draws: int) -> Floats:
    """Ages and kinds at entry, (draws, authorities, ages, kinds). Where the level drifts the mix may too:
    then entries count by the discount, but for no less than half at a year old."""
    discount = 1.0 if pattern.discount == 1.0 else max(pattern.discount, _HALF_A_YEAR_OLD)
    seen = discounted(entries, discount)
    region = seen.sum(axis=0) + _REGION_MIX
    share = random.gamma(region, size=(draws, *region.shape))
    share /= share.sum(axis=(1, 2), keepdims=True)
    if len(seen) == 1:
        return share[:, None]
    own = random.gamma(np.maximum(pattern.mix_strength * share[:, None] + seen, 1e-9))
    found: Floats = own / own.sum(axis=(2, 3), keepdims=True)
    return found
