"""The allocation of a changed instance: what one search found is where the next begins.

A search leaves the pairs of child and provision that its relaxation looked at, the prices of the vacancies,
and where each child lives, all by identifier, so that the next instance may have other children, provisions,
prices or limits. An answer that breaks a rule there is left. The next search is as exact as one from nothing:
it looks at all columns, proves its own bounds and checks its own answer; only its way is shorter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.columns import NO_COLUMNS, Columns, columns_of_pairs, join, members_of
from optimiser.allocation.continued import Continued
from optimiser.allocation.families import Tally
from optimiser.allocation.held_market import held_market
from optimiser.allocation.market import rank_by_owner
from optimiser.allocation.prices import Objective, Prices, cost_at_prices, objective_of_tier
from optimiser.allocation.programme import Programme
from optimiser.allocation.region_search import share_of, small_searches
from optimiser.allocation.relaxation import Bounded, Relaxation
from optimiser.allocation.solution import Solution
from optimiser.allocation.start import Start, objectives
from optimiser.errors import StoppedError
from optimiser.matching.eligibility import eligible_among
from optimiser.matching.instance import Floats, Instance, Ints, Texts

LIKELY = 8
"""Columns of each unit that are known of, the cheapest at the prices known."""

WIDER = (0, 200, 500)
"""How many more children than differ from the relaxation are free in one small search after another."""

_NEAR = 0.1
"""Of what the gap allows: how near to its best a small search ends."""


@dataclass(frozen=True)
class Known:
    """What a search leaves: its children and provisions by identifier, and what it knows of them by index."""

    children: Texts
    provisions: Texts
    child: Ints
    """With `place`, shape (pairs,): the pairs that could matter at its last prices."""
    place: Ints
    price: Floats
    """Shape (provisions,): what a vacancy is worth, £ a week."""
    lives: Ints
    """Shape (children,): where each child lives; −1 is nowhere."""


def allocate_changed(
    instance: Instance, known: Known | None = None, *, gap: float = 1e-4
) -> tuple[Solution, Known]:
    """The best allocation, as `allocate` finds and proves it, and what is known after it.

    Where `known` is given the search begins with what another left. The answer depends on the instance, `gap`
    and `known`: it may be another of those within the gap than `allocate` finds.
    """
    search = Changed(instance, gap, known)
    search.run()
    return search.solution(), search.known()


class Changed(Continued):
    """A search that begins where that of another instance ended."""

    def __init__(self, instance: Instance, gap: float, known: Known | None) -> None:
        super().__init__(instance, held_market(instance), gap)
        self._from, self._together = known, Objective()
        self._looked_at = NO_COLUMNS

    def known(self) -> Known:
        """What this search leaves."""
        if self.answer is None:
            raise StoppedError("the run ended before any answer was found")
        likely, prices = self._likely(self._looked_at, self.proofs[-1].prices), self.proofs[-1].prices
        position, child = members_of(self.market.units, likely)
        width = max(1, len(self.instance.provisions))
        pairs = np.unique(child * width + likely.provision[position])
        return Known(
            children=self.instance.children.id,
            provisions=self.instance.provisions.id,
            child=(pairs // width).astype(np.int64),
            place=(pairs % width).astype(np.int64),
            price=prices.standing["capacity"],
            lives=self.answer.placement,
        )

    def _likely(self, columns: Columns, prices: Prices) -> Columns:
        """Each unit's cheapest columns at prices."""
        objective = objective_of_tier(3, Tally())
        charged = cost_at_prices(self.instance, self.market.units, columns, objective, prices)
        return columns.take(rank_by_owner(columns.unit, charged) < LIKELY)

    def _first(self) -> Start:
        if self._from is None:
            return super()._first()
        instance, market, known = self.instance, self.market, self._from
        child, place = (
            _found(instance.children.id, known.children),
            _found(instance.provisions.id, known.provisions),
        )
        lived = known.lives >= 0
        c, p = _eligible(instance, child[lived], place[known.lives[lived]])
        placement = np.full(len(instance.children), -1, dtype=np.int64)
        placement[c] = p
        answer = self.begin_with(placement)
        pairs = _eligible(instance, child[known.child], place[known.place])
        columns = join([columns_of_pairs(instance, market.units, *pairs), answer])
        prices = Prices({"capacity": np.zeros(len(instance.provisions))})
        prices.standing["capacity"][place[place >= 0]] = known.price[place >= 0]
        objective, self._together = objectives(market, columns)
        return Start(objective, self._together, prices, columns)

    def _lowest(self, relaxation: Relaxation, tally: Tally) -> Bounded:
        bounded = super()._lowest(relaxation, tally)
        self._looked_at = relaxation.programme.columns
        return bounded

    def _search_around(self, programme: Programme, bounded: Bounded) -> None:
        """Small searches where answer and relaxation differ; a large one where that is too little."""
        if self.answer is None:
            return super()._search_around(programme, bounded)
        admitted, relaxed, search = small_searches(
            self.market, programme, bounded, self._together, self.answer.columns
        )
        lives = share_of(admitted, self.answer.columns) > 0
        for wider in WIDER:
            lives = search.where_they_differ(
                lives, relaxed, self.clock, near=_NEAR * self.gap * abs(bounded.bound), wider=wider
            )
            self._accept(admitted.take(np.flatnonzero(lives)))
            if self._good(programme.objective.tally, bounded.bound):
                break
        if not self._good(programme.objective.tally, bounded.bound):
            return super()._search_around(programme, bounded)
        return None


def _found(ids: Texts, wanted: Texts) -> Ints:
    """Where each wanted identifier stands in `ids`, which are sorted; −1 where it is not there."""
    at = np.searchsorted(ids, wanted).clip(max=max(0, len(ids) - 1))
    return np.where(ids[at] == wanted, at, -1) if len(ids) else np.full(len(wanted), -1, dtype=np.int64)


def _eligible(instance: Instance, c: Ints, p: Ints) -> tuple[Ints, Ints]:
    """The pairs that are here, neither −1, and eligible."""
    here = (c >= 0) & (p >= 0)
    return eligible_among(instance, c[here], p[here])
