"""The search for the best plan: the relaxation of all futures, then branching on how many units are open.

A node of the tree bounds the units of every option. Its bound is that of its relaxation, over all columns; a
node whose units come out whole is a plan, and every future is allocated under it, which is what the plan is
worth. Where nothing is left between the bounds, the bound is that of the allocations themselves: so the
search is exact, and only how long it takes rests on how near the relaxation is.
Source: Land and Doig 1960; Barnhart et al. 1998 (columns priced at every node).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optimiser.allocation.families import Tally
from optimiser.allocation.growing import Statuses
from optimiser.allocation.prices import Objective, Prices, objective_of_tier
from optimiser.allocation.progress import Listener, report_to
from optimiser.allocation.relaxation import BoundedRelaxation, Clock, Report
from optimiser.allocation.start import start
from optimiser.commissioning.outlook import Offers, Outlook
from optimiser.commissioning.plan import PlanProof
from optimiser.commissioning.plan_evaluate import Allocations, Evaluated
from optimiser.commissioning.plan_likely import likely_units
from optimiser.commissioning.plan_programme import Duals, Mixed, PlanProgramme
from optimiser.commissioning.plan_relaxation import PlanRelaxation
from optimiser.errors import StoppedError
from optimiser.matching.instance import Ints

_FIRST_CLOSE = 1e-3
"""How near the first relaxation, of all tiers in one, is brought to its bound."""
_FIRST_ROWS = 30
"""Rounds of rows that it takes at most."""
_COUNT = 1e-6
_WHOLE = 1e-6
EXACT = 1e-9
"""Relative: two scores no farther apart are the same."""
SHARE = 0.25
"""Of the gap that is asked for, what each plan's allocations may leave."""
_MOST_WORK = 1_000_000
"""Children times nodes: a search that has not ended by then ends with what it has."""
_NODES_A_PLAN = 20
"""How many nodes allocating a plan counts for."""


@dataclass(order=True)
class _Node:
    """Units from `lower` to `upper`; `bound` is that of the node above."""

    bound: float
    number: int
    lower: Ints = field(compare=False)
    upper: Ints = field(compare=False)


class PlanSearch:
    """One search over all tiers; holds the growing relaxation and the best plan so far."""

    def __init__(
        self,
        offers: Offers,
        outlooks: Sequence[Outlook],
        allocations: Allocations,
        gap: float,
        clock: Clock,
        progress: Listener | None,
        began: float,
    ) -> None:
        self.offers, self.outlooks, self.gap, self.clock = offers, tuple(outlooks), gap, clock
        self.allocations = allocations
        self._progress, self._began = progress, began
        self._weights = sum(outlook.weight for outlook in outlooks)
        self.best: Evaluated | None = None
        self.unplaced = self.separated = self.score = 0.0
        """The bounds of the three tiers that the search has proven."""
        self.proofs: list[PlanProof] = []
        self._work = 0
        self._children = max(1, sum(len(outlook.instance.children) for outlook in outlooks))
        self._tried: set[tuple[int, ...]] = set()

    def run(self) -> None:
        """All three tiers; `StoppedError` where the clock ran out, with `best` as far as it came.

        The counts that the relaxations allow nearly always are those of the best plan; only where the search
        for the lowest score finds no plan that has them is each tier searched on its own.
        """
        first = [start(outlook.market) for outlook in self.outlooks]
        columns = [each.columns for each in first]
        elastic = self._far_above([each.together for each in first])
        programme = PlanProgramme(self.offers, self.outlooks, columns, elastic=elastic)
        relaxation = PlanRelaxation(programme, self.clock)
        unplaced = max(each.objective.unplaced for each in first)
        separated = max(each.objective.separated for each in first)
        programme.settle(Objective(unplaced, separated, 1.0))
        together = relaxation.over_all(self._report(0), close=_FIRST_CLOSE)
        relaxation.tighten(together, self._report(0), rounds=_FIRST_ROWS, close=_FIRST_CLOSE)
        begun = programme.statuses()
        self.unplaced = self._least(relaxation, 1, Tally())
        self.separated = self._least(relaxation, 2, Tally(self.unplaced))
        tally = Tally(self.unplaced, self.separated)
        programme.recall(begun, Objective(unplaced, separated, 1.0, tally))
        relaxation.if_any(self._report(3), close=_FIRST_CLOSE)
        self._branch(relaxation, 3, tally, likely=begun)
        if not self._reaches(self.unplaced, self.separated):
            self.unplaced = self._branch(relaxation, 1, Tally())
            self.separated = self._branch(relaxation, 2, Tally(self.unplaced))
            self._branch(relaxation, 3, Tally(self.unplaced, self.separated))

    def _far_above(self, priced: Sequence[Objective]) -> Objective:
        """Prices of each child and group beyond a tally, in one future, far above what units save in all."""
        futures = 1 / min(outlook.share for outlook in self.outlooks)
        unplaced = max(each.unplaced for each in priced)
        separated = max(each.separated for each in priced)
        return Objective(futures**2 * unplaced, futures * separated)

    # -- bounds ----------------------------------------------------------------------------------

    def _least(self, relaxation: PlanRelaxation, tier: int, tally: Tally) -> float:
        """The least mean number of children unplaced or groups separated that the relaxation allows."""
        relaxation.programme.settle(objective_of_tier(tier, tally))
        free = relaxation.bound_at(self._free())
        bounded = relaxation.over_all(self._report(tier))
        if self._rounded_up(free) >= self._rounded_up(bounded.bound):
            bounded = BoundedRelaxation(free, self._free(), bounded.relaxed)
        self.proofs.append(PlanProof(tier, tally, bounded.prices, bounded.bound))
        return self._rounded_up(bounded.bound)

    def _free(self) -> Duals:
        """Nothing has a price."""
        each = tuple(
            Prices({"capacity": np.zeros(len(outlook.instance.provisions))}) for outlook in self.outlooks
        )
        return Duals(each, np.zeros(len(self.offers.limits)))

    def _rounded_up(self, bound: float) -> float:
        """The least mean that whole numbers in every future can have from a bound on."""
        return max(0, math.ceil((bound - _COUNT) * self._weights)) / self._weights

    def _reaches(self, unplaced: float, separated: float) -> bool:
        return self.best is not None and self.best.key[:2] == (unplaced, separated)

    # -- the tree --------------------------------------------------------------------------------

    def _branch(
        self, relaxation: PlanRelaxation, tier: int, tally: Tally, *, likely: Statuses | None = None
    ) -> float:
        """The bound of a tier when no node is left that could be better by more than the gap.

        `likely`: the tally is hoped for and not proven, so a plan is looked for at once from there, and the
        search is given up early.
        """
        programme = relaxation.programme
        programme.settle(objective_of_tier(tier, tally))
        relaxation.bound_units(np.zeros(len(self.offers), dtype=np.int64), self.offers.max_units)
        heap = [_Node(-math.inf, 0, relaxation.lower, relaxation.upper)]
        number, ended, node = 0, math.inf, None
        vain = 0
        while heap or node is not None:
            if node is None:
                node = heapq.heappop(heap)
            if self._closed(node.bound, tier, tally):
                ended, node = min(ended, node.bound), None
                continue
            self._spend(1)
            relaxation.bound_units(node.lower, node.upper)
            bounded = relaxation.if_any(self._report(tier), beyond=self._enough(tier, tally))
            if bounded is None and not self._is_barred(relaxation, tier, tally):
                bounded = relaxation.if_any(self._report(tier), beyond=self._enough(tier, tally))
            if bounded is not None and tier == 3:
                bounded = relaxation.tighten(bounded, self._report(tier), rounds=8 if number == 0 else 2)
            if bounded is None:
                node = None
                continue
            if number == 0 and tier == 3:
                self.proofs = [*self.proofs[:2], PlanProof(3, tally, bounded.prices, bounded.bound)]
            bound = max(node.bound, self._counted(bounded.bound, tier))
            if tier == 3 and number == 0:
                self.score = max(0.0, bound)
            if self._closed(bound, tier, tally):
                ended, node = min(ended, bound), None
                continue
            lower, upper = node.lower, node.upper
            units = bounded.relaxed.units
            fractional = np.abs(units - np.round(units)) > _WHOLE
            if number == 0 and likely is not None and fractional.any():
                self._try_likely(likely, programme, bounded.bound, tally)
                if self._closed(bound, tier, tally):
                    ended, node = min(ended, bound), None
                    continue
            if not fractional.any():
                plan = self._evaluate(np.round(units).astype(np.int64))
                if likely is not None:
                    vain = 0 if self._reaches(self.unplaced, self.separated) else vain + 1
                    if vain >= 3:
                        return -math.inf
                if (lower == upper).all():
                    ended, node = min(ended, self._bound_of(plan, tier, tally)), None
                    continue
                if self._closed(bound, tier, tally):
                    ended, node = min(ended, bound), None
                    continue
            number += 2
            node, other = self._children_of(bound, number, lower, upper, bounded.relaxed)
            heapq.heappush(heap, other)
            if tier == 3:
                self.score = max(self.score, min([ended, node.bound, *(each.bound for each in heap)]))
        if tier == 3:
            self.score = max(self.score, ended) if math.isfinite(ended) else self.score
        return ended

    def _try_likely(self, begun: Statuses, programme: PlanProgramme, bound: float, tally: Tally) -> None:
        """Looks for a plan near the relaxation, so that the tree need not be walked to find one.

        Its allocations are asked for the whole gap, then for what the bounds of the plan leave of it,
        then for as much as those of any plan, until the plan closes it: most end far within what is asked.
        """
        here, score = programme.statuses(), objective_of_tier(3, tally)
        programme.loosen_tallies()
        programme.recall(begun, score)
        units = likely_units(programme, self.clock)
        programme.keep_tallies()
        programme.recall(here, score)
        plan = self._evaluate(units, self.gap)
        closes = bound / (1 - min(self.gap, 0.5))
        left = (closes - plan.bounds.score) / max(1.0, abs(closes))
        for asked in (left, SHARE * self.gap):
            if not self._closed(bound, 3, tally) and SHARE * self.gap <= asked < self.gap:
                self._evaluate(units, asked)

    def _is_barred(self, relaxation: PlanRelaxation, tier: int, tally: Tally) -> bool:
        """No answer over all columns, not those admitted alone, keeps the tally with the units so bounded.

        Where one may, the columns it needs are admitted.
        """
        programme, barred = relaxation.programme, False
        for earlier, most in ((1, tally.unplaced), (2, tally.separated)):
            if most is not None and not barred:
                settled = Tally(tally.unplaced) if earlier == 2 else Tally()
                programme.settle(objective_of_tier(earlier, settled))
                bounded = relaxation.if_any(self._report(earlier))
                barred = bounded is not None and bounded.bound > most + _COUNT
        programme.settle(objective_of_tier(tier, tally))
        return barred

    def _children_of(
        self, bound: float, number: int, lower: Ints, upper: Ints, mixed: Mixed
    ) -> tuple[_Node, _Node]:
        """Two nodes that have every plan of this one, the likelier first."""
        units = mixed.units
        part = units - np.floor(units)
        part[np.abs(units - np.round(units)) <= _WHOLE] = 0.0
        if part.any():
            away = np.where(part > 0, np.minimum(part, 1 - part) * (1 + self.offers.weekly), -1.0)
            option = int(np.argmax(away))
            low = math.floor(units[option])
            up_first = part[option] >= 0.5
        else:
            free = np.flatnonzero(lower < upper)
            here = np.round(units[free]).astype(np.int64)
            option = int(free[np.argmax(here > 0)])
            low = round(float(units[option]))
            up_first = low == upper[option]
            low = low - 1 if up_first else low
        below, above = upper.copy(), lower.copy()
        below[option], above[option] = low, low + 1
        down, up = _Node(bound, number, lower, below), _Node(bound, number + 1, above, upper)
        return (up, down) if up_first else (down, up)

    def _counted(self, bound: float, tier: int) -> float:
        return bound if tier == 3 else self._rounded_up(bound)

    def _bound_of(self, plan: Evaluated, tier: int, tally: Tally) -> float:
        """No allocation under the plan that the tally allows is lower in the tier."""
        bounds = plan.bounds
        if tally.unplaced is not None and bounds.unplaced > tally.unplaced + _COUNT:
            return math.inf
        if tier == 1:
            return bounds.unplaced
        if plan.tiers.unplaced > (tally.unplaced or 0.0) + _COUNT:
            return -math.inf
        if tier == 2:
            return bounds.separated
        if bounds.separated > (tally.separated or 0.0) + _COUNT:
            return math.inf
        return bounds.score if plan.tiers.separated <= (tally.separated or 0.0) + _COUNT else -math.inf

    def _reached(self, tier: int, tally: Tally) -> float:
        """What the best plan has of the tier, where it keeps the tally."""
        if self.best is None:
            return math.inf
        unplaced, separated, score = self.best.key
        if tier == 1:
            return unplaced
        if unplaced > (tally.unplaced or 0.0) + _COUNT:
            return math.inf
        if tier == 2:
            return separated
        return score if separated <= (tally.separated or 0.0) + _COUNT else math.inf

    def _enough(self, tier: int, tally: Tally) -> float:
        """A bound from which on a node cannot be better by more than the gap."""
        reached = self._reached(tier, tally)
        if tier < 3 or math.isinf(reached):
            return reached - _COUNT
        return reached - max((1 - _COUNT) * self.gap, EXACT) * abs(reached)

    def _closed(self, bound: float, tier: int, tally: Tally) -> bool:
        return bound >= self._enough(tier, tally)

    # -- plans -----------------------------------------------------------------------------------

    def _evaluate(self, units: Ints, gap: float | None = None) -> Evaluated:
        """The plan with these units, allocated to `gap`; a better one becomes the best."""
        named = tuple(units.tolist())
        if named not in self._tried:
            self._spend(_NODES_A_PLAN)
            self._tried.add(named)
        asked = max(self.gap * SHARE if gap is None else gap, EXACT)
        plan = self.allocations.evaluated(self.offers, self.outlooks, units, asked, self.clock)
        if self.best is None or plan.key < self.best.key:
            self.best = plan
        return plan

    def _spend(self, nodes: int) -> None:
        self._work += nodes * self._children
        if self._work > _MOST_WORK * max(1, len(self.outlooks)):
            raise StoppedError("the search for a plan ended before any was proven")
        self.clock.left()

    def _report(self, tier: int) -> Report:
        return report_to(
            self._progress, tier, self._began, lambda: None if self.best is None else self.best.key
        )
