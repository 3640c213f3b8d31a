"""The relaxation of the plan over all columns of all futures, tier after tier and node after node."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from optimiser.allocation.columns import Columns
from optimiser.allocation.cuts import MOST_VACANCIES, superadditive_counts
from optimiser.allocation.families import Apart, Rounding
from optimiser.allocation.market import cheapest
from optimiser.allocation.programme import TallyError
from optimiser.allocation.relaxation import SMALLEST, BoundedRelaxation, Clock, Offer, Pricing, Report
from optimiser.commissioning.outlook import Outlook
from optimiser.commissioning.plan_bound import bound_of_plans, objective_of_future
from optimiser.commissioning.plan_programme import Duals, Mixed, PlanProgramme
from optimiser.matching.instance import Floats, Ints

_LEAST = 1e-4
"""A row broken by less is left out."""

type BoundedPlan = BoundedRelaxation[Duals, Mixed]


class PlanRelaxation(Pricing[Duals, Mixed]):
    """The relaxation of a growing programme of all futures, with the units bounded as they are now."""

    programme: PlanProgramme
    little = 2e-6

    def __init__(self, programme: PlanProgramme, clock: Clock) -> None:
        super().__init__(len(programme.outlooks), programme, clock)
        self.lower = np.zeros(len(programme.offers), dtype=np.int64)
        self.upper = programme.offers.max_units.copy()

    def bound_units(self, lower: Ints, upper: Ints) -> None:
        """From here on, `lower` to `upper` units of every option."""
        self.lower, self.upper = lower, upper
        self.programme.bound_units(lower, upper)

    def if_any(
        self, report: Report, *, close: float = SMALLEST, beyond: float = math.inf
    ) -> BoundedPlan | None:
        """As `over_all`; None where the units so bounded have no answer that the tally allows."""
        with suppress(TallyError):
            return self.over_all(report, close=close, beyond=beyond)
        return None

    def tighten(
        self,
        bounded: BoundedPlan,
        report: Report,
        *,
        rounds: int | None = None,
        close: float = SMALLEST,
    ) -> BoundedPlan:
        """As of allocation; where the rows leave no answer to the units so bounded, nothing is gained."""
        with suppress(TallyError):
            return super().tighten(bounded, report, rounds=rounds, close=close)
        return bounded

    def _with_rows(self) -> Mixed | None:
        """None where the rows leave no answer to the units so bounded over the columns admitted."""
        with suppress(TallyError):
            return self._over_near()
        return None

    def _better(self, bounded: BoundedPlan, tightened: BoundedPlan) -> BoundedPlan:
        """Where the rows raise no bound, the units that are branched on are those without them."""
        return tightened if tightened.bound > bounded.bound else bounded

    def bound_at(self, duals: Duals) -> float:
        """What prices prove of the units as they are bounded now, over all columns."""
        objective = objective_of_future(self.programme.objective, duals)
        bounds = [
            outlook.market.sweep(objective, prices, cheapest(0))[0]
            for outlook, prices in zip(self.programme.outlooks, duals.each, strict=True)
        ]
        return self._bound_of(duals, bounds)

    def _prices(self, relaxed: Mixed) -> Duals:
        return relaxed.duals

    def _offers(self, relaxed: Mixed) -> Sequence[Offer]:
        programme = self.programme
        objective = objective_of_future(programme.objective, relaxed.duals)
        return [
            Offer(outlook.market, part, objective, prices, lives)
            for outlook, part, prices, lives in zip(
                programme.outlooks, programme.parts, relaxed.duals.each, relaxed.lives, strict=True
            )
        ]

    def _bound(self, relaxed: Mixed, bounds: Sequence[float]) -> float:
        return self._bound_of(relaxed.duals, bounds)

    def _bound_of(self, duals: Duals, bounds: Sequence[float]) -> float:
        programme = self.programme
        return bound_of_plans(
            programme.offers, programme.outlooks, programme.objective, duals, bounds, self.lower, self.upper
        )

    def _broken(self, offer: Offer, relaxed: Mixed) -> tuple[list[Apart], list[Rounding]]:
        """Those of allocation where a provision is there; where units are open, those for every unit."""
        outlook = self.programme.outlooks[self.programme.parts.index(offer.part)]
        apart, cuts = super()._broken(offer, relaxed)
        apart = [at for at in apart if outlook.option[at.provision] < 0]
        cuts = [cut for cut in cuts if outlook.option[cut.provision] < 0]
        columns, known = offer.part.columns, set(offer.part.cuts)
        return apart, cuts + broken_at_options(outlook, columns, offer.lives, relaxed.units, known)


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
