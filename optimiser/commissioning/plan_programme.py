"""The programme of all futures at once: their placements, and the units they share.

Every future's rows are those of allocation, family by family. Where a row is about an option's provision, it
allows its bound for every unit that is open. The units are chosen once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.allocation.columns import Columns
from optimiser.allocation.families import TALLIED
from optimiser.allocation.growing import Statuses
from optimiser.allocation.placements import Placements
from optimiser.allocation.prices import Objective, Prices
from optimiser.allocation.programme import KEPT, Tiered
from optimiser.commissioning.outlook import Offers, Outlook
from optimiser.matching.instance import Floats, Ints

_FEWEST_UNPLACED, _FEWEST_SEPARATED = TALLIED


@dataclass(frozen=True)
class Duals:
    """Prices ≥ 0 of all rows but those that pricing keeps exactly."""

    each: tuple[Prices, ...]
    """By future: what the row is worth in that future alone, its share left out."""
    limits: Floats
    """Shape (limits,)."""
    unplaced: float = 0.0
    """Of the mean number without a place, a child."""
    separated: float = 0.0


@dataclass(frozen=True)
class Mixed:
    """The programme solved, with units and lives in fractions."""

    value: float
    units: Floats
    """Shape (options,)."""
    lives: tuple[Floats, ...]
    """By future, shape (columns,)."""
    duals: Duals


class PlanProgramme(Tiered[Mixed]):
    """One programme of all futures over all tiers; its objective is in means over the futures.

    Variables stand in this order: `units`, then future by future `unplaced` and `separated`, then columns as
    they come. Names carry positions, in the order of the identifiers: `units_2` is option 2,
    `place_0_3_14` is child 3 of future 0 alone in provision 14, `whole_0_2_14` is its sibling group 2.
    """

    def __init__(
        self,
        offers: Offers,
        outlooks: Sequence[Outlook],
        columns: Sequence[Columns],
        *,
        elastic: Objective = KEPT,
    ) -> None:
        """Tallies are kept, until they are loosened; `elastic`: see `Tiered`."""
        super().__init__("commission", Objective(), elastic=elastic)
        self.keep_tallies()
        self.offers, self.outlooks = offers, tuple(outlooks)
        names = [f"units_{o}" for o in range(len(offers))]
        self._units = self.growing.add_variables(names, offers.max_units.astype(np.float64))
        self.parts = [
            Placements(
                self.growing,
                outlook.instance,
                outlook.market.units,
                share=outlook.share,
                called=f"{f}_",
                opened=np.where(outlook.option >= 0, self._units + outlook.option, -1),
            )
            for f, outlook in enumerate(self.outlooks)
        ]
        self._limits = []
        for index, limit in enumerate(offers.limits):
            used = np.flatnonzero(limit.each)
            name = f"{limit.name}_{index}"
            self._limits.append(self._add_row(name, self._units + used, limit.each[used], limit.most))
        for part, new in zip(self.parts, columns, strict=True):
            part.add_standing_rows()
            part.add_columns(new)

    # -- the tiers -------------------------------------------------------------------------------

    def _costs(self) -> Floats:
        """Shape (variables,): that of the futures, and score · what the units cost."""
        cost = super()._costs()
        cost[self._units : self._units + len(self.offers)] = self.objective.score * self.offers.weekly
        return cost

    def statuses(self) -> Statuses:
        """Those of the last relaxation, to go back to."""
        return self.growing.statuses()

    def recall(self, statuses: Statuses, objective: Objective) -> None:
        """Go back to where a relaxation ended, for an objective that is near the one it had."""
        self.settle(objective)
        self.begin_from(statuses)

    def bound_units(self, lower: Ints, upper: Ints) -> None:
        """The least and most units of every option, shape (options,)."""
        self.growing.bound_variables(self._units, lower.astype(np.float64), upper.astype(np.float64))

    # -- solving ---------------------------------------------------------------------------------

    def relax(self, *, seconds: float | None = None) -> Mixed | None:
        """The relaxation, from the last basis; None where time ran out.

        Where the objective counts, most costs are 0, and the dual simplex has little to go by. Raises
        `TallyError` where no such units have an answer that the tally allows.
        """
        counts = not self.objective.score and not self.growing.has_new_rows
        solved = self._solved(primal=self._settled or counts, seconds=seconds)
        if solved is None:
            return None
        return Mixed(
            value=solved.value,
            units=solved.variables[self._units : self._units + len(self.offers)],
            lives=tuple(part.lives(solved.variables) for part in self.parts),
            duals=Duals(
                each=tuple(part.prices(solved.duals) for part in self.parts),
                limits=np.maximum(0.0, solved.duals[self._limits]),
                unplaced=self._price_of(_FEWEST_UNPLACED, solved.duals) or 0.0,
                separated=self._price_of(_FEWEST_SEPARATED, solved.duals) or 0.0,
            ),
        )
