"""The relaxation over all columns: price, admit what improves, stop when nothing does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optimiser.allocation.columns import Columns
from optimiser.allocation.cuts import broken_apart, broken_roundings
from optimiser.allocation.market import Market, improving
from optimiser.allocation.prices import Prices, offers
from optimiser.allocation.programme import Programme, Relaxed
from optimiser.errors import StoppedError
from optimiser.matching.instance import Bools, Floats

ADMITTED = 8
"""Columns of each unit admitted in one round."""

_SMALLEST = 1e-7
"""Relative to the size of the objective: what counts as nothing."""

_NEAR_GBP = 100.0
"""Columns this near the bound, in £ a week, are those that added rows may bring into play."""

_COUNT = 1e-6
"""A bound on whole numbers may be rounded up from this far above."""

Report = Callable[[int, int, float], None]
"""Round, columns, bound."""


@dataclass(frozen=True)
class Bounded:
    """A relaxation solved over all columns: the bound, the prices that prove it, what reaches it."""

    bound: float
    prices: Prices
    relaxed: Relaxed


@dataclass(frozen=True)
class Clock:
    """When the run must end, by a monotonic clock; None is never."""

    end: float | None

    def left(self) -> float | None:
        """Seconds left; raises `StoppedError` where none is."""
        if self.end is None:
            return None
        left = self.end - time.monotonic()
        if left <= 0:
            raise StoppedError("the time limit ended the run before any answer was found")
        return left


def relax_over_all(
    market: Market,
    programme: Programme,
    clock: Clock,
    report: Report,
    *,
    counts: bool = False,
    close: float = _SMALLEST,
) -> Bounded:
    """Admit columns to `programme` until its relaxation is that of all columns, to a relative `close`.

    The bound is the best that weak duality proved on the way, at prices that are given back. Where the
    objective `counts` children or groups, a bound that rounds up to the relaxation is enough.
    """
    best: tuple[float, Prices] | None = None
    number = 0
    while True:
        relaxed = programme.relax(seconds=clock.left())
        if relaxed is None:
            raise StoppedError("the time limit ended the run before any answer was found")
        scale = max(1.0, abs(relaxed.value))
        worth = _worth(market, programme, relaxed)
        bound, new = market.sweep(
            programme.objective, relaxed.prices, improving(worth, ADMITTED, _SMALLEST * scale)
        )
        if best is None or bound > best[0]:
            best = bound, relaxed.prices
        new = new.take(_absent(programme.columns, new))
        report(number, len(programme.columns), best[0])
        reached = rounded_up(best[0]) >= relaxed.value - _COUNT if counts else False
        if len(new) == 0 or relaxed.value - best[0] <= close * scale or reached:
            return Bounded(best[0], best[1], relaxed)
        programme.add_columns(new)
        number += 1


def tighten(market: Market, programme: Programme, bounded: Bounded, clock: Clock, report: Report) -> Bounded:
    """Add the rows that whole numbers obey and the relaxation breaks, until it breaks few or gains little.

    The rounds between look at the columns near the bound only; the last looks at all of them again.
    """
    near = market.near(programme.objective, bounded.prices, _NEAR_GBP)
    tight = _tighten_near(near, programme, bounded, clock, report)
    if tight is bounded:
        return bounded
    last = relax_over_all(market, programme, clock, report)
    return replace(bounded, relaxed=last.relaxed) if last.bound < bounded.bound else last


def _tighten_near(
    market: Market, programme: Programme, bounded: Bounded, clock: Clock, report: Report
) -> Bounded:
    cuts, apart = set(bounded.relaxed.prices.cuts), set(bounded.relaxed.prices.apart)
    while True:
        lives = bounded.relaxed.lives
        new_apart = broken_apart(market.instance, programme.columns, lives, apart)
        new_cuts = broken_roundings(market.instance, programme.columns, lives, cuts)
        if not new_apart and not new_cuts:
            return bounded
        apart.update(new_apart)
        cuts.update(new_cuts)
        programme.add_rows(apart=new_apart, cuts=new_cuts)
        tighter = relax_over_all(market, programme, clock, report)
        if tighter.bound <= bounded.bound + 1e-6 * abs(bounded.bound):
            return replace(bounded, relaxed=tighter.relaxed) if tighter.bound < bounded.bound else tighter
        bounded = tighter


def rounded_up(bound: float) -> int:
    """The least whole number that a bound allows."""
    return math.ceil(bound - _COUNT)


def _worth(market: Market, programme: Programme, relaxed: Relaxed) -> Floats:
    """Shape (units,): what each unit's choice costs among the columns admitted so far."""
    instance = market.instance
    every = np.arange(len(instance.children))
    columns = programme.columns.take(np.lexsort((programme.columns.provision, programme.columns.unit)))
    return offers(instance, market.units, columns, every, programme.objective, relaxed.prices).worth


def _absent(pool: Columns, new: Columns) -> Bools:
    width = 1 + max(pool.provision.max(initial=0), new.provision.max(initial=0))
    absent: Bools = ~np.isin(new.unit * width + new.provision, pool.unit * width + pool.provision)
    return absent
