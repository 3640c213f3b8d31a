"""A search that goes on from an allocation that is known, instead of from nothing."""

from __future__ import annotations

import time
from contextlib import suppress

import numpy as np

from optimiser.allocation.columns import Columns, columns_of_pairs
from optimiser.allocation.market import Market
from optimiser.allocation.relaxation import Clock
from optimiser.allocation.solve import Search
from optimiser.errors import SolverError
from optimiser.matching.instance import Instance, Ints


class Continued(Search):
    """A search that begins with the answer of another; it is not timed, and tells nobody how far it is."""

    def __init__(self, instance: Instance, gap: float) -> None:
        super().__init__(instance, gap, Clock(None), None, time.monotonic())

    def _model_mps(self) -> bytes:
        """None: such a search is asked for figures, and nobody keeps its programme."""
        return b""

    def begin_with(self, placement: Ints) -> Columns:
        """The columns of a placement; it becomes the answer unless the check finds that it breaks a rule."""
        columns = columns_of_placement(self.instance, self.market, placement)
        with suppress(SolverError):
            self._accept(columns)
        return columns


def columns_of_placement(instance: Instance, market: Market, placement: Ints) -> Columns:
    """The columns of an allocation: a group that lives together as one, any other child on its own."""
    placed = np.flatnonzero(placement >= 0)
    columns = columns_of_pairs(instance, market.units, placed, placement[placed])
    children = len(instance.children)
    together = columns.unit[columns.unit >= children] - children
    whole = np.isin(instance.children.group, together) & (instance.children.group >= 0)
    alone = columns.unit < children
    return columns.take(~alone | ~whole[np.where(alone, columns.unit, 0)])
