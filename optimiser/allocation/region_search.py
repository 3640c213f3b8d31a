"""The search of a large region for whole numbers: a part of it at a time, and the bound with it.

Tile by tile, then ever larger small searches. Where the smallest do not reach the gap, a region that is not
too large is searched once as a whole; where the next do not, the bound is raised by parts of the region.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimiser.allocation.columns import Columns, around_fractions, join
from optimiser.allocation.market import Market, cheapest
from optimiser.allocation.neighbourhoods import Neighbourhoods
from optimiser.allocation.parts import bound_by_parts
from optimiser.allocation.prices import Objective, above_choices
from optimiser.allocation.programme import Programme
from optimiser.allocation.relaxation import Bounded, Clock
from optimiser.matching.instance import Floats

FIRST_COLUMNS = 8
"""Columns of each unit that a first search in whole numbers sees."""
_AT_ONCE = 8_000
"""With no more children than this the whole is searched once."""
_OF_THE_GAP = 0.3
"""How much of the gap asked for the first pass of small searches may use up."""
_COUNT = 1e-6

type AtOnce = Callable[[Columns, Columns], Columns]
"""The best answer among the former columns, no worse than the latter."""


class RegionSearch:
    """Small searches among the likely columns, all tiers priced together; holds the best answer so far."""

    def __init__(
        self,
        market: Market,
        programme: Programme,
        bounded: Bounded,
        together: Objective,
        known: Columns,
        clock: Clock,
        enough: Callable[[float], float],
    ) -> None:
        """`known`: an answer, or none; `enough`: the score at which a bound closes the gap."""
        self._market, self._programme, self._bounded, self._clock = market, programme, bounded, clock
        self._together, self._enough_score = together, enough
        self.admitted, share, self._search = small_searches(market, programme, bounded, together, known)
        tally = programme.objective.tally
        self._counts = together.unplaced * (tally.unplaced or 0)
        self._counts += together.separated * (tally.separated or 0)
        if len(known):
            self._lives = share_of(self.admitted, known) > 0
        else:
            allowed = together.score * (enough(bounded.bound) - bounded.bound)
            self._lives = self._search.first(share, clock, near=_OF_THE_GAP * allowed)

    @property
    def columns(self) -> Columns:
        """Those of the best answer so far."""
        return self.admitted.take(np.flatnonzero(self._lives))

    def improve(self, at_once: AtOnce) -> float:
        """Searches until the bound closes the gap, or nothing better is found; gives that bound."""
        bound, sizes = self._bounded.bound, self._search.sizes
        for stage, tried in enumerate((sizes[:1], sizes[1:3], sizes[3:])):
            enough, counts = self._enough(bound), self._counts + _COUNT
            for better in self._search.better(self._lives, enough, self._clock, tried, counts=counts):
                self._lives = better
            if self._search.value(self._lives) <= enough:
                break
            if stage == 0 and len(self._market.instance.children) <= _AT_ONCE:
                self._lives = share_of(self.admitted, at_once(self._around(), self.columns)) > 0
            if stage == 1 and self._search.counted(self._lives) <= counts:
                bound = max(bound, self._by_parts())
        return bound

    def _enough(self, bound: float) -> float:
        """The value at which the bound closes the gap."""
        return self._counts + self._together.score * self._enough_score(bound)

    def _around(self) -> Columns:
        instance, units, lives = self._market.instance, self._market.units, self._bounded.relaxed.lives
        return around_fractions(instance, units, self._programme.columns, lives, self.admitted)

    def _by_parts(self) -> float:
        programme, prices = self._programme, self._bounded.prices
        return bound_by_parts(self._market, programme.objective, prices, programme.columns, self._clock)


def small_searches(
    market: Market, programme: Programme, bounded: Bounded, together: Objective, known: Columns
) -> tuple[Columns, Floats, Neighbourhoods]:
    """The likely columns with those of the relaxation and of the answer `known`, the relaxation's lives of
    them, and small searches among them, all tiers priced `together`."""
    objective, instance, units = programme.objective, market.instance, market.units
    _, likely = market.sweep(objective, bounded.prices, cheapest(FIRST_COLUMNS))
    held = np.flatnonzero(bounded.relaxed.lives > _COUNT)
    relaxed = programme.columns.take(held)
    admitted = join([likely, relaxed, known])
    above, without = above_choices(instance, units, admitted, objective, bounded.prices)
    search = Neighbourhoods(
        instance,
        units,
        admitted,
        together,
        above=above,
        price=bounded.prices.standing["capacity"],
        without=without,
        cuts=programme.cuts,
    )
    return admitted, share_of(admitted, relaxed, bounded.relaxed.lives[held]), search


def share_of(admitted: Columns, chosen: Columns, share: Floats | float = 1.0) -> Floats:
    """Shape (admitted,): the share of each chosen column, 0 of the others; both sorted by unit, provision."""
    width = 1 + int(admitted.provision.max(initial=0))
    key = admitted.unit * width + admitted.provision
    shares = np.zeros(len(admitted))
    shares[np.searchsorted(key, chosen.unit * width + chosen.provision)] = share
    return shares
