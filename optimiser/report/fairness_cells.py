"""Which counts of the tables of fairness are hidden, so that they tell no more than all other tables do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from optimiser.report import outcomes as out
from optimiser.report import populations as pop
from optimiser.report.cells import add_dimension, run_system, weigh
from optimiser.report.placements import RUN
from optimiser.report.suppression import System, hidden_cells
from optimiser.report.table import Key
from optimiser.report.views import RunView

COMPARED = (pop.CHILDREN, pop.PLACED, pop.OVER, out.SIBLINGS, out.TOGETHER, out.SCHOOL, out.KEPT)
"""What is counted of all children outside a group, to compare it with."""
BASES = (pop.CHILDREN, pop.PLACED, out.SIBLINGS, out.SCHOOL)
OF_BASES, OF_OTHERS = 20.0, 0.2
"""How dear these are to hide: a base hides its shares, but what is counted of the others is a help alone."""
OTHERS = "~"


@dataclass(frozen=True, eq=False)
class FairnessCells:
    """A run, as what knows which counts of its tables of fairness are hidden."""

    view: RunView

    @cached_property
    def hidden_cells(self) -> frozenset[Key]:
        """Worked out with every other count that is published of the run; what that shows stays shown, if it
        can."""
        system = run_system(self.view)
        known = frozenset(system.values)
        for dimension in out.PUBLISHED:
            _add(system, self.view, dimension)
        weigh(system)
        for key in system.values.keys() - known:
            system.dear[key] = OF_OTHERS if key[0] == OTHERS else OF_BASES if key[-1] in BASES else 1.0
        hidden = self.view.hidden_cells
        return hidden_cells(system, shown=known - hidden, hidden=hidden)


def others_key(dimension: str, value: str, what: str) -> Key:
    """All children of the region that are not in a group."""
    return (OTHERS, *pop.key_of(RUN, dimension, value, what))


def _add(system: System, view: RunView, dimension: str) -> None:
    """Every group's counts and their sums, and those of all others."""
    counted = out.counts(view, dimension)
    region = counted.sum()
    for what in out.WHATS:
        system.add(pop.key_of(RUN, pop.REGION, "", what), int(region[what]))
    _add_sums(system, pop.REGION, "")
    add_dimension(system, RUN, dimension, counted, region=region)
    for value in counted.index:
        _add_sums(system, dimension, value)
        for what in COMPARED:
            total = pop.key_of(RUN, pop.REGION, "", what)
            part, others = pop.key_of(RUN, dimension, value, what), others_key(dimension, value, what)
            system.add(others, system.values[total] - system.values[part])
            system.add_sum(total, (part, others))


def _add_sums(system: System, dimension: str, value: str) -> None:
    for total, parts in out.SUMS:
        system.add_sum(
            pop.key_of(RUN, dimension, value, total),
            [pop.key_of(RUN, dimension, value, part) for part in parts],
        )
