"""The relaxation over all columns: price, admit what improves, stop when nothing does."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import count, islice

import numpy as np

from optimiser.allocation.columns import NO_COLUMNS, Columns
from optimiser.allocation.cuts import broken_apart, broken_roundings
from optimiser.allocation.families import Apart, Rounding
from optimiser.allocation.growing import AT_LOWER
from optimiser.allocation.market import Market, improving, near, rank_by_owner
from optimiser.allocation.placements import Placements
from optimiser.allocation.prices import Objective, Prices, cheapest_of, cost_at_prices, reduced_costs
from optimiser.allocation.programme import Fractional, Programme, Relaxed, Tiered
from optimiser.allocation.sought import sought
from optimiser.errors import StoppedError
from optimiser.matching.instance import Bools, Floats

ADMITTED = 8
"""Columns of each unit admitted in one round."""

_ADMITTED_IF_QUICK = 4
"""And where a sweep costs so little that another round does not matter."""

SMALLEST = 1e-7
"""Relative to the size of the objective: what counts as nothing."""

_NEAR = 1e-2
"""Relative: with the bound this near, rounds look at the columns near it first."""
_NEAR_GBP = 25.0
"""£ a week: how near those are."""
_NEAR_COLUMNS = 24
"""And at most so many of a unit."""
_KEPT_COLUMNS = 8
"""Of a unit at most, where dear columns are left behind: more are near where more provisions are."""
LITTLE = 2e-7
"""Relative: added rows that raise the relaxation by no more are the last."""

_COUNT = 1e-6
"""A bound on whole numbers may be rounded up from this far above."""

Report = Callable[[int, int, float], None]
"""Round, columns, bound."""


@dataclass(frozen=True)
class BoundedRelaxation[P, R]:
    """A relaxation solved over all columns: the bound, the prices that prove it, what reaches it."""

    bound: float
    prices: P
    relaxed: R


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


@dataclass(frozen=True)
class Offer:
    """What a relaxation says to one market: who lives where, and at which prices it buys more columns."""

    market: Market
    part: Placements
    objective: Objective
    prices: Prices
    lives: Floats


class Pricing[P, R: Fractional](ABC):
    """The relaxation of a growing programme over all columns of its markets, tier after tier."""

    little = LITTLE
    """Relative: added rows that raise the relaxation by no more are the last."""
    enough = SMALLEST
    """Relative: with the bound this near to its relaxation, a score is not looked into further."""

    def __init__(
        self, markets: int, programme: Tiered[R], clock: Clock, *, smallest: float = SMALLEST
    ) -> None:
        """`smallest`: relative to the size of the objective, what counts as nothing."""
        self.programme = programme
        self._clock, self._smallest = clock, smallest
        self._near = [NO_COLUMNS] * markets
        self._last: R | None = None

    @abstractmethod
    def _prices(self, relaxed: R) -> P:
        """The prices that prove a bound."""

    @abstractmethod
    def _offers(self, relaxed: R) -> Sequence[Offer]:
        """One for each market."""

    @abstractmethod
    def _bound(self, relaxed: R, bounds: Sequence[float]) -> float:
        """What the prices prove of the programme; `bounds`: what they prove in each market."""

    def over_all(
        self,
        report: Report,
        *,
        counts: bool = False,
        close: float = SMALLEST,
        beyond: float = math.inf,
    ) -> BoundedRelaxation[P, R]:
        """Admit columns until the programme's relaxation is that of all columns, to a relative `close`, or
        its bound is `beyond`.

        The bound is the best that weak duality proved on the way, at prices that are given back. Where the
        objective `counts` children or groups, a bound that rounds up to the relaxation is enough. Once the
        bound is near, rounds look at the columns near it until those have nothing more to give.
        """
        best: tuple[float, P] | None = None
        number, gap = 0, math.inf
        while True:
            relaxed = self._over_near()
            wide = gap > _NEAR or not self.programme.objective.score
            bound, new = self._sweep(relaxed, wide=wide)
            if best is None or bound > best[0]:
                best = bound, self._prices(relaxed)
            report(number, self._columns(), best[0])
            gap = (relaxed.value - best[0]) / max(1.0, abs(relaxed.value))
            reached = counts and rounded_up(best[0]) >= relaxed.value - _COUNT
            if not any(map(len, new)) or gap <= close or reached or best[0] >= beyond:
                return BoundedRelaxation(best[0], best[1], relaxed)
            for part, columns in zip(self.programme.parts, new, strict=True):
                part.add_columns(columns)
            number += 1

    def tighten(
        self,
        bounded: BoundedRelaxation[P, R],
        report: Report,
        *,
        rounds: int | None = None,
        close: float = SMALLEST,
    ) -> BoundedRelaxation[P, R]:
        """Add the rows that whole numbers obey and the relaxation breaks, until few are."""
        relaxed = bounded.relaxed
        for _ in islice(count(), rounds):
            if not self._add_broken(relaxed):
                break
            before = relaxed.value
            after = self._with_rows()
            if after is None:
                break
            relaxed = after if self.programme.beyond <= _COUNT else self.over_all(report, close=close).relaxed
            report(len(self.programme.parts[0].cuts), self._columns(), bounded.bound)
            if relaxed.value <= before + self.little * abs(before):
                break
        if relaxed is bounded.relaxed:
            return bounded
        return self._better(bounded, self.over_all(report, close=close))

    def _with_rows(self) -> R | None:
        """The relaxation after rows were added; None where they are not to be looked at further."""
        return self._over_near()

    def _better(
        self, bounded: BoundedRelaxation[P, R], tightened: BoundedRelaxation[P, R]
    ) -> BoundedRelaxation[P, R]:
        """The higher bound, and what reaches it with the added rows."""
        lower = tightened.bound < bounded.bound
        return replace(bounded, relaxed=tightened.relaxed) if lower else tightened

    # -- one round -------------------------------------------------------------------------------

    def _over_near(self) -> R:
        """The relaxation over the columns known to be near the bound, beside those admitted."""
        while True:
            relaxed = self._last = relaxed_in_time(self.programme, self._clock)
            added = 0
            for near_it, offer in zip(self._near, self._offers(relaxed), strict=True):
                if not len(near_it):
                    continue
                known = _known(offer)
                new = offer.market.among(
                    near_it,
                    offer.objective,
                    offer.prices,
                    improving(known, _admitted(offer), self._nothing(offer, relaxed)),
                )
                new = new.take(absent(offer.part.columns, new))
                saved = offer.market.saved_by(new, offer.objective, offer.prices, known)
                enough = self.enough if offer.objective.score else self._smallest
                if saved <= enough * max(1.0, abs(relaxed.value)) / 2:
                    continue
                offer.part.add_columns(new)
                added += len(new)
            if not added:
                return relaxed

    def _sweep(self, relaxed: R, *, wide: bool) -> tuple[float, list[Columns]]:
        """The bound at the prices of `relaxed`, and what improves the choices in each market."""
        bounds, found = [], []
        for number, offer in enumerate(self._offers(relaxed)):
            market, objective, prices, known = offer.market, offer.objective, offer.prices, _known(offer)
            better = improving(known, _admitted(offer), self._nothing(offer, relaxed))
            if wide or market.holds_all:
                bound, new = market.sweep(objective, prices, better)
            else:
                bound, self._near[number] = market.sweep(
                    objective, prices, near(known, _NEAR_GBP, _NEAR_COLUMNS)
                )
                new = market.among(self._near[number], objective, prices, better)
            bounds.append(bound)
            found.append(new.take(absent(offer.part.columns, new)))
        return self._bound(relaxed, bounds), found

    def _add_broken(self, relaxed: R) -> bool:
        """Adds the rows that `relaxed` breaks; whether there were any."""
        broken = [(offer.part, *self._broken(offer, relaxed)) for offer in self._offers(relaxed)]
        for part, apart, cuts in broken:
            part.add_rows(apart=apart, cuts=cuts)
        return any(apart or cuts for _, apart, cuts in broken)

    def _broken(self, offer: Offer, _: R) -> tuple[list[Apart], list[Rounding]]:
        """The rows of one market that whole numbers obey and the relaxation breaks."""
        instance, part = offer.market.instance, offer.part
        apart = broken_apart(instance, part.columns, offer.lives, set(part.apart))
        return apart, broken_roundings(instance, part.columns, offer.lives, set(part.cuts))

    def _columns(self) -> int:
        return sum(len(part.columns) for part in self.programme.parts)

    def _nothing(self, offer: Offer, relaxed: R) -> float:
        """By how little a column may improve a unit's choice and be left out: all units together, nothing."""
        return self._smallest * max(1.0, abs(relaxed.value)) / max(1, len(offer.market.units.number))


type Bounded = BoundedRelaxation[Prices, Relaxed]


class Relaxation(Pricing[Prices, Relaxed]):
    """The relaxation of one instance's programme."""

    programme: Programme

    def __init__(
        self,
        market: Market,
        programme: Programme,
        clock: Clock,
        *,
        smallest: float = SMALLEST,
        little: float = LITTLE,
        enough: float = SMALLEST,
        seekers: int = 0,
    ) -> None:
        """`smallest`: relative to the size of the objective, what counts as nothing; `little`, `enough`: see
        there; `seekers`: how many for each vacancy come in beside a row about few places."""
        super().__init__(1, programme, clock, smallest=smallest)
        self._market, self.little, self.enough = market, little, enough
        self._seekers = seekers

    def without_dear(self, bounded: Bounded, reach: float) -> Relaxation:
        """The same relaxation without the columns that cost more than `reach` above their unit's choice.

        Nor with more than a few of each unit; what is lived in or basic stays.
        """
        programme, market = self.programme, self._market
        columns, objective, lives = programme.columns, programme.objective, bounded.relaxed.lives
        above = reduced_costs(market.instance, market.units, columns, objective, bounded.prices)
        kept = (above <= reach) & (rank_by_owner(columns.unit, above) < _KEPT_COLUMNS)
        kept |= programme.statuses().variables[len(market.units.number) :] != AT_LOWER
        kept[: len(lives)] |= lives > 0
        slim = copy(self)
        slim.programme = programme.fewer(kept)
        slim._last = replace(bounded.relaxed, lives=np.append(lives, np.zeros(len(kept) - len(lives)))[kept])
        return slim

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

    def _add_broken(self, relaxed: Relaxed) -> bool:
        """And who could take the places that the new rows leave over: else those held must, at any price."""
        (part,) = self.programme.parts
        first = len(part.cuts)
        found = super()._add_broken(relaxed)
        place = np.array(sorted({cut.provision for cut in part.cuts[first:]}), dtype=np.int64)
        if self._seekers and len(place):
            (offer,) = self._offers(relaxed)
            new = sought(self._market, offer.objective, offer.prices, _known(offer), place, self._seekers)
            part.add_columns(new.take(absent(part.columns, new)))
        return found

    def _prices(self, relaxed: Relaxed) -> Prices:
        return relaxed.prices

    def _offers(self, relaxed: Relaxed) -> Sequence[Offer]:
        (part,) = self.programme.parts
        return [Offer(self._market, part, self.programme.objective, relaxed.prices, relaxed.lives)]

    def _bound(self, _: Relaxed, bounds: Sequence[float]) -> float:
        (bound,) = bounds
        return bound


def relaxed_in_time[R](programme: Tiered[R], clock: Clock) -> R:
    """The relaxation over the columns admitted; raises `StoppedError` where time ran out."""
    relaxed = programme.relax(seconds=clock.left())
    if relaxed is None:
        raise StoppedError("the time limit ended the run before any answer was found")
    return relaxed


def rounded_up(bound: float) -> int:
    """The least whole number that a bound allows."""
    return math.ceil(bound - _COUNT)


def _admitted(offer: Offer) -> int:
    """How many columns of each unit come in at once."""
    return _ADMITTED_IF_QUICK if offer.market.holds_all else ADMITTED


def _known(offer: Offer) -> Floats:
    """Shape (units,): the price of each unit's cheapest column among those admitted so far."""
    market, columns = offer.market, offer.part.columns
    price = cost_at_prices(market.instance, market.units, columns, offer.objective, offer.prices)
    return cheapest_of(columns, price, len(market.units.number))


def absent(pool: Columns, new: Columns) -> Bools:
    """Shape (new,): which of the new columns are not in the pool."""
    width = 1 + max(pool.provision.max(initial=0), new.provision.max(initial=0))
    missing: Bools = ~np.isin(new.unit * width + new.provision, pool.unit * width + pool.provision)
    return missing
