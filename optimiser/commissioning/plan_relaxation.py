"""The relaxation of the plan over all columns of all futures: admit what improves, until nothing does."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.allocation.columns import NO_COLUMNS, Columns
from optimiser.allocation.cuts import (
    MOST_VACANCIES,
    broken_apart,
    broken_roundings,
    superadditive_counts,
)
from optimiser.allocation.families import Rounding
from optimiser.allocation.market import Choice, cheapest, improving, near
from optimiser.allocation.prices import cheapest_of, cost_at_prices
from optimiser.allocation.programme import TallyError
from optimiser.allocation.relaxation import ADMITTED, Clock
from optimiser.commissioning.outlook import Outlook
from optimiser.commissioning.plan_bound import bound_of_plans, objective_of_future
from optimiser.commissioning.plan_programme import Duals, Mixed, PlanProgramme
from optimiser.errors import StoppedError
from optimiser.matching.instance import Bools, Floats, Ints

_SMALLEST = 1e-7
"""Relative to the size of the aim: what counts as nothing."""
_NEAR = 1e-2
"""Relative: with the bound this near, rounds look at the columns near it first."""
_NEAR_GBP = 25.0
_LEAST = 1e-4
"""A row broken by less is left out."""
_LITTLE = 2e-6
"""Relative: added rows that raise the relaxation by no more are the last."""

Report = Callable[[int, int, float], None]
"""Round, columns, bound."""


@dataclass(frozen=True)
class Bounded:
    """A relaxation solved over all columns: the bound, the prices that prove it, what reaches it."""

    bound: float
    duals: Duals
    mixed: Mixed


class PlanRelaxation:
    """The relaxation of a growing programme of all futures, tier after tier and node after node."""

    def __init__(self, programme: PlanProgramme, clock: Clock) -> None:
        self.programme, self._clock = programme, clock
        self._near: list[Columns] = [NO_COLUMNS for _ in programme.outlooks]
        self.lower = np.zeros(len(programme.offers), dtype=np.int64)
        self.upper = programme.offers.max_units.copy()

    def bound_units(self, lower: Ints, upper: Ints) -> None:
        """From here on, `lower` to `upper` units of every option."""
        self.lower, self.upper = lower, upper
        self.programme.bound_units(lower, upper)

    def over_all(
        self, report: Report, *, close: float = _SMALLEST, beyond: float = math.inf
    ) -> Bounded | None:
        """Admit columns until the relaxation is that of all columns, or its bound is `beyond`.

        None where the units so bounded have no answer that the tally allows. The bound is the best that weak
        duality proved on the way.
        """
        best: tuple[float, Duals] | None = None
        gap, number = math.inf, 0
        while True:
            mixed = self._over_near()
            if mixed is None:
                return None
            scale = max(1.0, abs(mixed.value))
            bound, new = self._sweep(mixed, wide=gap > _NEAR)
            if best is None or bound > best[0]:
                best = bound, mixed.duals
            report(number, sum(len(part.columns) for part in self.programme.parts), best[0])
            gap = (mixed.value - best[0]) / scale
            if not any(map(len, new)) or gap <= close or best[0] >= beyond:
                return Bounded(best[0], best[1], mixed)
            for f, columns in enumerate(new):
                self.programme.parts[f].add_columns(columns)
            number += 1

    def bound_at(self, duals: Duals) -> float:
        """What prices prove of the units as they are bounded now, over all columns."""
        programme = self.programme
        objective = objective_of_future(programme.objective, duals)
        bounds = [
            outlook.market.sweep(objective, prices, cheapest(0))[0]
            for outlook, prices in zip(programme.outlooks, duals.each, strict=True)
        ]
        return bound_of_plans(
            programme.offers, programme.outlooks, programme.objective, duals, bounds, self.lower, self.upper
        )

    def tighten(
        self, bounded: Bounded, report: Report, *, rounds: int = 30, close: float = _SMALLEST
    ) -> Bounded:
        """Add the rows that whole numbers obey and the relaxation breaks, until few are."""
        programme, mixed = self.programme, bounded.mixed
        for _ in range(rounds):
            if not self.add_broken(mixed):
                break
            before = mixed
            after = self._over_near()
            if after is None:
                break
            mixed = after
            report(
                len(programme.parts[0].cuts),
                sum(len(part.columns) for part in programme.parts),
                bounded.bound,
            )
            if mixed.value <= before.value + _LITTLE * abs(before.value):
                break
        if mixed is bounded.mixed:
            return bounded
        last = self.over_all(report, close=close)
        return last if last is not None and last.bound > bounded.bound else bounded

    def add_broken(self, mixed: Mixed) -> int:
        """Adds the rows that `mixed` breaks; how many."""
        found = 0
        for f, outlook in enumerate(self.programme.outlooks):
            columns, lives = self.programme.parts[f].columns, mixed.lives[f]
            known = set(self.programme.parts[f].cuts)
            apart = [
                at
                for at in broken_apart(outlook.instance, columns, lives, set(self.programme.parts[f].apart))
                if outlook.option[at.provision] < 0
            ]
            cuts = [
                cut
                for cut in broken_roundings(outlook.instance, columns, lives, known)
                if outlook.option[cut.provision] < 0
            ]
            cuts += broken_at_options(outlook, columns, lives, mixed.units, known)
            self.programme.parts[f].add_rows(apart=apart, cuts=cuts)
            found += len(apart) + len(cuts)
        return found

    # -- one round -------------------------------------------------------------------------------

    def _over_near(self) -> Mixed | None:
        """The relaxation over the columns known to be near the bound, beside those admitted."""
        programme = self.programme
        while True:
            try:
                mixed = programme.relax(seconds=self._clock.left())
            except TallyError:
                return None
            if mixed is None:
                raise StoppedError("the time limit ended the run before any plan was found")
            objective = objective_of_future(programme.objective, mixed.duals)
            added = 0
            for f, outlook in enumerate(programme.outlooks):
                if not len(self._near[f]):
                    continue
                choice = improving(self._known(f, mixed), ADMITTED, self._nothing(f, mixed))
                new = outlook.market.among(self._near[f], objective, mixed.duals.each[f], choice)
                new = new.take(_absent(programme.parts[f].columns, new))
                programme.parts[f].add_columns(new)
                added += len(new)
            if not added:
                return mixed

    def _sweep(self, mixed: Mixed, *, wide: bool) -> tuple[float, list[Columns]]:
        """The bound at the prices of `mixed`, and what improves each future's choices."""
        programme = self.programme
        objective = objective_of_future(programme.objective, mixed.duals)
        bounds, found = [], []
        for f, (outlook, prices) in enumerate(zip(programme.outlooks, mixed.duals.each, strict=True)):
            known = self._known(f, mixed)
            better: Choice = improving(known, ADMITTED, self._nothing(f, mixed))
            if wide or not programme.objective.score:
                bound, new = outlook.market.sweep(objective, prices, better)
            else:
                bound, self._near[f] = outlook.market.sweep(objective, prices, near(known, _NEAR_GBP))
                new = outlook.market.among(self._near[f], objective, prices, better)
            bounds.append(bound)
            found.append(new.take(_absent(programme.parts[f].columns, new)))
        total = bound_of_plans(
            programme.offers,
            programme.outlooks,
            programme.objective,
            mixed.duals,
            bounds,
            self.lower,
            self.upper,
        )
        return total, found

    def _known(self, f: int, mixed: Mixed) -> Floats:
        """Shape (units,): the price of each unit's cheapest column among those admitted so far."""
        outlook, columns = self.programme.outlooks[f], self.programme.parts[f].columns
        objective = objective_of_future(self.programme.objective, mixed.duals)
        units = outlook.market.units
        price = cost_at_prices(outlook.instance, units, columns, objective, mixed.duals.each[f])
        return cheapest_of(columns, price, len(units.number))

    def _nothing(self, f: int, mixed: Mixed) -> float:
        outlook = self.programme.outlooks[f]
        return _SMALLEST * max(1.0, abs(mixed.value)) / max(1, len(outlook.market.units.number))


def broken_at_options(
    outlook: Outlook, columns: Columns, lives: Floats, units: Floats, known: set[Rounding]
) -> list[Rounding]:
    """The rows of whole numbers that `lives` breaks where `units` are open, for every unit as in one place.

    One row for each child or group that leaves room for another like it: it, and all with whom it has no room
    in one unit, are at most one for every unit. And the superadditive counts.
    """
    option = outlook.option[columns.provision]
    used = np.flatnonzero((option >= 0) & (lives > _LEAST))
    found: list[Rounding] = []
    order = used[np.lexsort((columns.unit[used], columns.provision[used]))]
    if not len(order):
        return found
    at, first = np.unique(columns.provision[order], return_index=True)
    for p, here in zip(at.tolist(), np.split(order, first[1:]), strict=True):
        opened = float(units[outlook.option[p]])
        most = int(outlook.instance.provisions.vacancies[p])
        size, living = columns.size[here], lives[here]
        for taken in np.unique(size[2 * size <= most]).tolist():
            count = tuple(int(other > most - taken) for other in range(most + 1))
            beside = float(living[size > most - taken].sum())
            broken = here[(size == taken) & (living + beside > opened + _LEAST)]
            found += [Rounding(p, count, (int(unit),)) for unit in columns.unit[broken].tolist()]
        if most <= MOST_VACANCIES:
            found += [
                Rounding(p, count)
                for count in superadditive_counts(most)
                if float(np.array(count)[size] @ living) > count[-1] * opened + _LEAST
            ]
    return [cut for cut in found if cut not in known]


def _absent(pool: Columns, new: Columns) -> Bools:
    width = 1 + max(pool.provision.max(initial=0), new.provision.max(initial=0))
    absent: Bools = ~np.isin(new.unit * width + new.provision, pool.unit * width + pool.provision)
    return absent
