"""Our rates of moving and leaving: region first, then each authority as far as its own data bear it out.

Events in a cell (authority, class of ages, kind, destination) are Poisson with mean rate × child-days; the
rate is gamma. Three levels, each the prior of the next (gamma–Poisson empirical Bayes; Clayton & Kaldor
1987, Biometrics 43):

    μ[g,c,j]     region:    gamma, prior mean from all kinds (leaving) or all ages (moving)
    m[a]         authority: gamma of mean 1 on its leaving, and one on its moving: observed / expected
    r[a,g,c,j]   cell:      gamma of mean μ·m, so that a cell with little data is the region's times m

The strength of the two lower priors is the one under which the data are likeliest. With one authority the
region is the authority.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from optimiser.demand.discount import (
    DISCOUNTS,
    HORIZON,
    LEAST_MONTHS,
    WORTH,
    ahead,
    discounted,
    log_score,
    running,
)
from optimiser.demand.history import History
from optimiser.demand.states import KINDS

NO_WANDER: Final = 1e9
WANDERS: Final = (NO_WANDER, 400.0, 200.0, 100.0, 50.0, 25.0, 12.0)
"""Shapes of the gamma factor by which rates may differ from what the past says, all children's together; a
shape of k is a standard deviation of 1/√k."""
STRENGTHS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0)
"""Strengths of a prior that are compared, in events."""
_REGION_EVENTS = 1.0
"""Strength of the prior of a region's cell, in events."""
_STAYS_AT_18 = (1.0, 49.0)
"""Prior of staying in care past the 18th birthday: one child in fifty, worth fifty children."""
_OVER_18 = 1 / 180
"""Prior rate a day of leaving after 18."""

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RatePattern:
    """What was chosen from the data: the discount a month, the shape of the factor by which the coming rates
    wander, and the strengths of the two priors."""

    discount: float
    wander: float
    authority_strength: float
    cell_strength: float


@dataclass(frozen=True)
class RateDraws:
    """`moves[s, a, g, c, j]`: rate a day, in draw s, of going from kind c to kind j or out of care (the
    last); 0 from a kind to itself. `left_at_18[s]`: chance of leaving care at 18."""

    moves: Floats
    left_at_18: Floats


def chosen_rates(history: History) -> RatePattern:
    """The discount that forecast the history best, and the strengths the data favour."""
    discount, wander = _discount(history)
    events, days = discounted(history.events, discount), discounted(history.exposure, discount)
    if events.shape[0] == 1:
        return RatePattern(discount, wander, STRENGTHS[-1], STRENGTHS[-1])
    expected = _region_mean(events, days) * days[..., None]
    authority = _likeliest(_by_purpose(events), _by_purpose(expected))
    multiplier = _multiplier(events, expected, authority)
    return RatePattern(discount, wander, authority, _likeliest(events, expected * multiplier))


def draw_rates(history: History, pattern: RatePattern, random: Generator, draws: int) -> RateDraws:
    """Rates from their posterior distribution, `draws` of them."""
    events, days = (
        discounted(history.events, pattern.discount),
        discounted(history.exposure, pattern.discount),
    )
    region_events, region_days = events.sum(axis=0), days.sum(axis=0)
    prior = _prior(region_events, region_days)
    shape, scale = _posterior(region_events, region_days[..., None], prior)
    region = random.gamma(shape, size=(draws, *shape.shape)) * scale
    region[:, :, range(len(KINDS)), range(len(KINDS))] = 0.0
    moves = region[:, None]
    if len(events) > 1:
        moves = _of_authorities(events, days, region, pattern, random)
    wander = random.gamma(pattern.wander, size=(draws, 2)) / pattern.wander
    moves = moves * _spread(wander[:, None])
    left = _STAYS_AT_18[1] + history.left_at_18
    stayed = _STAYS_AT_18[0] + history.reached_18 - history.left_at_18
    return RateDraws(moves, random.beta(left, stayed, size=draws))


def _of_authorities(
    events: Floats, days: Floats, region: Floats, pattern: RatePattern, random: Generator
) -> Floats:
    """The authorities' rates, given draws of the region's."""
    expected = region[:, None] * days[..., None]
    strength = pattern.authority_strength
    seen, mean = _by_purpose(events), _by_purpose(expected)
    factors = random.gamma(strength + np.broadcast_to(seen, mean.shape)) / (strength + mean)
    multiplier = _spread(factors)
    strength = pattern.cell_strength
    shape = np.broadcast_to(strength + events, expected.shape)
    rates: Floats = region[:, None] * multiplier
    rates *= random.gamma(shape) / (strength + expected * multiplier)
    return rates


def _prior(events: Floats, days: Floats) -> Floats:
    """The prior mean of a region's rates: leaving from all kinds of the class, moving from all classes."""
    prior = np.empty_like(events)
    prior[:, :, :-1] = _ratio(events[:, :, :-1].sum(axis=0), days.sum(axis=0)[:, None], 1e-5)
    prior[:, :, -1] = _ratio(events[:, :, -1].sum(axis=1), days.sum(axis=1), 1e-4)[:, None]
    prior[-1, :, -1] = _OVER_18
    return prior


def _ratio(events: Floats, days: Floats, small: float) -> Floats:
    """Events a day, half an event at the small rate added, so that it is never 0."""
    return (events + 0.5) / (days + 0.5 / small)


def _posterior(events: Floats, days: Floats, prior: Floats) -> tuple[Floats, Floats]:
    return _REGION_EVENTS + events, 1 / (_REGION_EVENTS / prior + days)


def _region_mean(events: Floats, days: Floats) -> Floats:
    region_events, region_days = events.sum(axis=0), days.sum(axis=0)
    shape, scale = _posterior(region_events, region_days[..., None], _prior(region_events, region_days))
    mean: Floats = shape * scale
    mean[:, range(len(KINDS)), range(len(KINDS))] = 0.0
    return mean


def _by_purpose(cells: Floats) -> Floats:
    """Sums over classes and kinds of the last three axes: moving, leaving."""
    return np.stack([cells[..., :-1].sum(axis=(-1, -2, -3)), cells[..., -1].sum(axis=(-1, -2))], axis=-1)


def _spread(factors: Floats) -> Floats:
    """The factors of moving and leaving, (…, 2), at each destination: (…, 1, 1, kinds + 1)."""
    return np.repeat(factors, (len(KINDS), 1), axis=-1)[..., None, None, :]


def _multiplier(events: Floats, expected: Floats, strength: float) -> Floats:
    return _spread((strength + _by_purpose(events)) / (strength + _by_purpose(expected)))


def _likeliest(events: Floats, expected: Floats) -> float:
    """The strength of a gamma prior of mean 1 under which the events are likeliest, given what was
    expected."""
    possible = expected > 0
    scores = [log_score(events[possible], expected[possible], np.float64(k)).sum() for k in STRENGTHS]
    return STRENGTHS[int(np.argmax(scores))]


def _discount(history: History) -> tuple[float, float]:
    """The discount, and the wander, whose rates foretold best, from each month, the moves and exits of the
    next half year. Weighing older months less, and wandering, must each be worth half of `WORTH`."""
    events, days = history.events.sum(axis=1), history.exposure.sum(axis=1)
    if len(events) < LEAST_MONTHS + HORIZON:
        return 1.0, NO_WANDER
    come = ahead(events, HORIZON)[LEAST_MONTHS:]
    will = ahead(days, HORIZON)[LEAST_MONTHS:]
    prior = _prior_of_months(running(events, 1.0), running(days, 1.0))[LEAST_MONTHS:][: len(come)]
    scores: dict[tuple[float, float], float] = {}
    for discount in DISCOUNTS:
        known = running(events, discount)[LEAST_MONTHS : LEAST_MONTHS + len(come)]
        seen = running(days, discount)[LEAST_MONTHS : LEAST_MONTHS + len(come)]
        mean = (_REGION_EVENTS + known) / (_REGION_EVENTS / prior + seen[..., None]) * will[..., None]
        mean[:, :, range(len(KINDS)), range(len(KINDS))] = 0.0
        shape = np.maximum(_kinds_and_purpose(known), 0.5)
        for wander in WANDERS:
            both = 1 / (1 / shape + 1 / wander)
            score = log_score(_kinds_and_purpose(come), _kinds_and_purpose(mean), both).sum() / HORIZON
            dear = (discount < 1) + (wander < NO_WANDER)
            scores[discount, wander] = score - WORTH / 2 * dear
    return max(scores, key=lambda pair: scores[pair])


def _prior_of_months(events: Floats, days: Floats) -> Floats:
    return np.stack([_prior(*month) for month in zip(events, days, strict=True)])


def _kinds_and_purpose(cells: Floats) -> Floats:
    """Sums over classes of ages: (months, kinds, moving and leaving)."""
    return np.stack([cells[..., :-1].sum(axis=(1, 3)), cells[..., -1].sum(axis=1)], axis=-1)
