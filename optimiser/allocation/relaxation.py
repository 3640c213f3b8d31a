"""The relaxation over all columns: price, admit what improves, stop when nothing does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optimiser.allocation.columns import NO_COLUMNS, Columns
from optimiser.allocation.cuts import broken_apart, broken_roundings
from optimiser.allocation.market import Market, improving, near
from optimiser.allocation.prices import Prices, cheapest_of, cost_at_prices
from optimiser.allocation.programme import Programme, Relaxed
from optimiser.errors import StoppedError
from optimiser.matching.instance import Bools, Floats

ADMITTED = 8
"""Columns of each unit admitted in one round."""

_SMALLEST = 1e-7
"""Relative to the size of the objective: what counts as nothing."""

_NEAR = 1e-2
"""Relative: with the bound this near, rounds look at the columns near it first."""
_NEAR_GBP = 25.0
"""£ a week: how near those are."""
_LITTLE = 2e-7
"""Relative: added rows that raise the relaxation by no more are the last."""

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


class Relaxation:
    """The relaxation of a growing programme over all columns, tier after tier."""

    def __init__(
        self, market: Market, programme: Programme, clock: Clock, *, smallest: float = _SMALLEST
    ) -> None:
        """`smallest`: relative to the size of the objective, what counts as nothing."""
        self.programme = programme
        self._market, self._clock, self._smallest = market, clock, smallest
        self._near = NO_COLUMNS
        self._last: Relaxed | None = None

    def over_all(self, report: Report, *, counts: bool = False, close: float = _SMALLEST) -> Bounded:
        """Admit columns until the programme's relaxation is that of all columns, to a relative `close`.

        The bound is the best that weak duality proved on the way, at prices that are given back. Where the
        objective `counts` children or groups, a bound that rounds up to the relaxation is enough. Once the
        bound is near, rounds look at the columns near it until those have nothing more to give.
        """
        best: tuple[float, Prices] | None = None
        number, gap = 0, math.inf
        while True:
            relaxed = self._over_near()
            scale = max(1.0, abs(relaxed.value))
            known, objective = self._known(relaxed), self.programme.objective
            better = improving(known, ADMITTED, self._nothing(relaxed))
            if gap > _NEAR or counts:
                bound, new = self._market.sweep(objective, relaxed.prices, better)
            else:
                bound, self._near = self._market.sweep(objective, relaxed.prices, near(known, _NEAR_GBP))
                new = self._market.among(self._near, objective, relaxed.prices, better)
            if best is None or bound > best[0]:
                best = bound, relaxed.prices
            new = new.take(_absent(self.programme.columns, new))
            report(number, len(self.programme.columns), best[0])
            gap = (relaxed.value - best[0]) / scale
            reached = rounded_up(best[0]) >= relaxed.value - _COUNT if counts else False
            if len(new) == 0 or gap <= close or reached:
                return Bounded(best[0], best[1], relaxed)
            self.programme.add_columns(new)
            number += 1

    def count(self, tier: int) -> float:
        """How many children are without a place, or groups separated, in the relaxation solved last."""
        if self._last is None:
            return math.inf
        columns = self.programme.columns.take(np.arange(len(self._last.lives)))
        children = self._market.instance.children
        if tier == 1:
            return len(children) - float(self._market.units.number[columns.unit] @ self._last.lives)
        groups = len(self._market.instance.groups)
        return groups - float(self._last.lives[columns.unit >= len(children)].sum())

    def tighten(self, bounded: Bounded, report: Report) -> Bounded:
        """Add the rows that whole numbers obey and the relaxation breaks, until few are."""
        instance, relaxed = self._market.instance, bounded.relaxed
        cuts, apart = set(relaxed.prices.cuts), set(relaxed.prices.apart)
        while True:
            new_apart = broken_apart(instance, self.programme.columns, relaxed.lives, apart)
            new_cuts = broken_roundings(instance, self.programme.columns, relaxed.lives, cuts)
            if not new_apart and not new_cuts:
                break
            apart.update(new_apart)
            cuts.update(new_cuts)
            self.programme.add_rows(apart=new_apart, cuts=new_cuts)
            before, relaxed = relaxed.value, self._over_near()
            report(len(cuts), len(self.programme.columns), bounded.bound)
            if relaxed.value <= before + _LITTLE * abs(before):
                break
        if relaxed is bounded.relaxed:
            return bounded
        last = self.over_all(report)
        return replace(bounded, relaxed=last.relaxed) if last.bound < bounded.bound else last

    def _over_near(self) -> Relaxed:
        """The relaxation over the columns known to be near the bound, beside those admitted."""
        while True:
            relaxed = self.programme.relax(seconds=self._clock.left())
            if relaxed is None:
                raise StoppedError("the time limit ended the run before any answer was found")
            self._last = relaxed
            if len(self._near) == 0:
                return relaxed
            choice = improving(self._known(relaxed), ADMITTED, self._nothing(relaxed))
            new = self._market.among(self._near, self.programme.objective, relaxed.prices, choice)
            new = new.take(_absent(self.programme.columns, new))
            if len(new) == 0:
                return relaxed
            self.programme.add_columns(new)

    def _nothing(self, relaxed: Relaxed) -> float:
        """By how little a column may improve a unit's choice and be left out: all units together, nothing."""
        return self._smallest * max(1.0, abs(relaxed.value)) / max(1, len(self._market.units.number))

    def _known(self, relaxed: Relaxed) -> Floats:
        """Shape (units,): the price of each unit's cheapest column among those admitted so far."""
        columns, units = self.programme.columns, self._market.units
        price = cost_at_prices(
            self._market.instance, units, columns, self.programme.objective, relaxed.prices
        )
        return cheapest_of(columns, price, len(units.number))


def rounded_up(bound: float) -> int:
    """The least whole number that a bound allows."""
    return math.ceil(bound - _COUNT)


def _absent(pool: Columns, new: Columns) -> Bools:
    width = 1 + max(pool.provision.max(initial=0), new.provision.max(initial=0))
    absent: Bools = ~np.isin(new.unit * width + new.provision, pool.unit * width + pool.provision)
    return absent
