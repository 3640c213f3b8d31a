"""A search that goes on from an allocation that is known, instead of from nothing."""

from __future__ import annotations

import time
from contextlib import suppress

from optimiser.allocation.columns import Columns, columns_of_placement
from optimiser.allocation.market import Market
from optimiser.allocation.relaxation import Clock
from optimiser.allocation.solve import Search
from optimiser.errors import SolverError
from optimiser.matching.instance import Instance, Ints


class Continued(Search):
    """A search that begins with the answer of another; it is not timed, and tells nobody how far it is."""

    def __init__(self, instance: Instance, market: Market, gap: float) -> None:
        super().__init__(instance, market, gap, Clock(None), None, time.monotonic())

    def _model_mps(self) -> bytes:
        """None: such a search is asked for figures, and nobody keeps its programme."""
        return b""

    def begin_with(self, placement: Ints) -> Columns:
        """The columns of a placement; it becomes the answer unless the check finds that it breaks a rule."""
        columns = columns_of_placement(self.instance, self.market.units, placement)
        with suppress(SolverError):
            self._accept(columns)
        return columns
