"""Synthetic histories of children in care from known rates: every child moves, grows and leaves by chance.

Seeded and invented; nobody real. What the rates are is known, so what a method learns can be held against it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from optimiser.demand.days import NEVER, birthdays, day_from_date
from optimiser.demand.history import CLASS_MONTHS, CLASSES, EIGHTEEN
from optimiser.demand.spells import OUT, Spells, spells_from_stays
from optimiser.demand.states import KINDS

type Floats = NDArray[np.float64]

YEAR = 365.25
LONG_BEFORE = 16
"""Years of history before the first return, so that care is full when it opens."""


@dataclass(frozen=True)
class Truth:
    """`moves[a, g, c, j]`: rate a day, j the kind or out (last); `entries[a]`: a year; `mix[a, g, c]`: ages
    at entry (classes of ages) and kinds, 1 in all; `level`: factor of the entries on a day; `siblings`:
    children who come together. All leave at 18."""

    moves: Floats
    entries: Floats
    mix: Floats
    level: Callable[[NDArray[np.int64]], Floats]
    siblings: int = 1


def truth(
    random: Generator,
    *,
    authorities: int = 6,
    entries: float = 60.0,
    spread: float = 0.25,
    level: Callable[[NDArray[np.int64]], Floats] | None = None,
    siblings: int = 1,
) -> Truth:
    """Rates of the order England has; authorities differ by gamma factors of that coefficient of
    variation."""
    leave = np.array([0.9, 0.45, 0.3, 0.3, 0.35, 0.4, 0.5, 2.0])[:, None] * [1.3, 0.8, 0.7, 1.2, 1.0]
    move = np.array(
        [
            [0.0, 0.10, 0.03, 0.00, 0.03],
            [0.04, 0.0, 0.08, 0.02, 0.05],
            [0.02, 0.20, 0.0, 0.15, 0.05],
            [0.00, 0.03, 0.05, 0.0, 0.05],
            [0.05, 0.25, 0.15, 0.10, 0.0],
        ]
    )
    by_age = np.array([0.5, 0.6, 0.7, 1.0, 1.6, 2.0, 2.0, 0.5])
    base = np.concatenate([move * by_age[:, None, None], leave[..., None]], axis=2) / YEAR
    base[:5, :, 3] = 0.0
    ages = np.array([0.2, 0.17, 0.17, 0.12, 0.18, 0.09, 0.07, 0.0])
    kinds = np.array(
        [[0.2, 0.7, 0.02, 0, 0.08]] * 3
        + [[0.15, 0.65, 0.15, 0, 0.05]] * 2
        + [[0.05, 0.3, 0.2, 0.4, 0.05]] * 3
    )
    factors = _gamma(random, spread, (authorities, 1, 1, OUT + 1))
    cells = _gamma(random, spread / 2, (authorities, *base.shape))
    sizes = entries * _gamma(random, 2 * spread, (authorities,))
    mix = (ages[:, None] * kinds) * _gamma(random, spread, (authorities, CLASSES, len(KINDS)))
    return Truth(
        moves=base * factors * cells,
        entries=sizes,
        mix=mix / mix.sum(axis=(1, 2), keepdims=True),
        level=level or (lambda days: np.ones(len(days))),
        siblings=siblings,
    )


def _gamma(random: Generator, spread: float, shape: tuple[int, ...]) -> Floats:
    if spread == 0:
        return np.ones(shape)
    return random.gamma(1 / spread**2, size=shape) * spread**2


def spells_from_truth(known: Truth, random: Generator, *, first: date, last: date) -> Spells:
    """Every spell that reaches into the days from `first` to `last`, what came after `last` included."""
    first_day, last_day = day_from_date(first), day_from_date(last)
    authority, births, starts, kinds = _arrivals(known, random, first_day, last_day)
    child, authority, births, starts, ends, kinds = _lives(
        known, random, authority, births, starts, kinds, last_day
    )
    reach = ends >= first_day
    order = np.flatnonzero(reach)[np.lexsort((starts[reach], child[reach]))]
    names = tuple(f"E{number:08d}" for number in range(len(known.entries)))
    covered = np.ones(len(names), dtype=np.int64)
    return spells_from_stays(
        names,
        *(column[order] for column in (authority, child, births, starts, ends, kinds)),
        first_days=covered * first_day,
        last_days=covered * last_day,
    )


def _arrivals(known: Truth, random: Generator, first: int, last: int) -> tuple[NDArray[np.int64], ...]:
    days = np.arange(first - int(LONG_BEFORE * YEAR), last + 1)
    parts = []
    for number, yearly in enumerate(known.entries):
        groups = random.poisson(yearly / YEAR / known.siblings * known.level(days))
        starts = np.repeat(days, groups * known.siblings)
        cells = random.choice(CLASSES * len(KINDS), size=len(starts), p=known.mix[number].ravel())
        classes, kinds = np.divmod(cells, len(KINDS))
        low = np.array(CLASS_MONTHS)[classes]
        high = np.array([*CLASS_MONTHS[1:], EIGHTEEN + 1])[classes]
        age_days = (low + random.random(len(starts)) * (high - low)) * YEAR / 12
        births = starts - np.floor(age_days).astype(np.int64)
        parts.append((np.full(len(starts), number), births, starts, kinds))
    return tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _lives(
    known: Truth,
    random: Generator,
    authority: NDArray[np.int64],
    births: NDArray[np.int64],
    starts: NDArray[np.int64],
    kinds: NDArray[np.int64],
    last: int,
) -> tuple[NDArray[np.int64], ...]:
    """Every child's stays, from one event or class of ages to the next, all children at once."""
    child = np.arange(len(births))
    begins = np.stack([birthdays(births, months=months) for months in CLASS_MONTHS])
    now = starts.astype(float)
    stays = []
    since = starts.copy()
    while len(child):
        classes = (begins[:, child] <= now).sum(axis=0) - 1
        bound = begins[np.minimum(classes + 1, CLASSES - 1), child].astype(float)
        rates = known.moves[authority[child], np.maximum(classes, 0), kinds]
        total = rates.sum(axis=1)
        then = now + random.exponential(1 / total)
        grows = then >= bound
        moved = (rates.cumsum(axis=1) < (random.random(len(child)) * total)[:, None]).sum(axis=1)
        now = np.where(grows, bound, then)
        leaves = (grows & (classes + 1 >= CLASSES - 1)) | (~grows & (moved == OUT))
        end = np.maximum(np.ceil(now).astype(np.int64), since + 1)
        done = leaves | (~grows & (moved != kinds)) | (now > last)
        stays.append((child[done], since[done], np.where(now > last, NEVER, end)[done], kinds[done]))
        since = np.where(done, end, since)
        now = np.maximum(now, since)
        on = ~leaves & (now <= last)
        kinds = np.where(grows, kinds, moved)[on]
        child, since, now = child[on], since[on], now[on]
    who, begin, end, kind = (np.concatenate(columns) for columns in zip(*stays, strict=True))
    return who, authority[who], births[who], begin, end, kind
