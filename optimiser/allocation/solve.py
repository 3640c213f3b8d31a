"""The allocation: three tiers in their order, each bounded over all columns and searched in whole numbers."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple

import numpy as np

from optimiser.allocation.assignment import is_assignment, market_of
from optimiser.allocation.check import check_placement, tiers_of_placement
from optimiser.allocation.columns import (
    NO_COLUMNS,
    Columns,
    around_fractions,
    columns_of_placement,
    join,
)
from optimiser.allocation.cuts import shared_places
from optimiser.allocation.families import Rounding, Tally, shared_limits
from optimiser.allocation.leftover import with_leftover
from optimiser.allocation.market import Market, cheapest, within
from optimiser.allocation.matched import matched
from optimiser.allocation.patchwork import LARGE, patchwork
from optimiser.allocation.prices import Objective, Prices, objective_of_tier
from optimiser.allocation.programme import Programme, TallyError, Whole
from optimiser.allocation.progress import Listener, report_to
from optimiser.allocation.proof import TierProof
from optimiser.allocation.region_search import FIRST_COLUMNS, RegionSearch, share_of
from optimiser.allocation.relaxation import LITTLE, Bounded, Clock, Relaxation, Report, rounded_up
from optimiser.allocation.solution import Answer, Solution, Status, Tiers
from optimiser.allocation.start import Start, start
from optimiser.errors import SolverError, StoppedError
from optimiser.matching.instance import Instance

_ALL = math.inf
_COUNT = 1e-6
_FIRST_CLOSE = 1e-3
"""How near the first relaxation, of all tiers in one, is brought to its bound."""
_DEAR_GBP = 40.0
"""£ a week: columns of the first relaxation that cost so much above its prices are left behind."""
_FIRST_GAP = 1e-3
_NOT_MANY_MORE = 4
"""Where the proof needs no more than so many times the likely columns, they are searched at once."""
_LARGE = 2_000
"""With more children a search sees a part of the region at a time, and the bound is as near as matters."""
_LITTLE_OF_THE_GAP = 0.01
"""Added rows that raise the relaxation by no more of the gap asked for are the last."""
_SEEKERS = 4
"""In a large region, beside a row about few places: so many for each vacancy who could take what is left."""
_FIRST_NODES = 50
"""How far a search goes that only looks for a good answer and proves nothing."""


def allocate(
    instance: Instance,
    *,
    gap: float = 1e-4,
    time_limit: float | None = None,
    progress: Listener | None = None,
) -> Solution:
    """The best allocation of section 3 of the contract, to a relative tier-3 gap of `gap`.

    `time_limit` in seconds; with an answer by then the solution is `feasible` with the bounds reached. Where
    the search has none by then, the greedy placement it began with is the answer, unless that breaks a rule
    or was not there yet: then `StoppedError` is raised. Without a limit the answer depends on the instance
    and `gap` alone. Every answer is checked against every rule before it is given; `SolverError` is raised
    where it breaks one.
    """
    began = time.monotonic()
    clock = Clock(None if time_limit is None else began + time_limit)
    search = Search(instance, market_of(instance), gap, clock, progress, began)
    try:
        search.run()
    except StoppedError:
        if search.answer is None and not search.fall_back():
            raise
        search.fill()
    return search.solution()


class Search:
    """One run of the three tiers; holds the market, the growing relaxation and the answer so far."""

    def __init__(
        self,
        instance: Instance,
        market: Market,
        gap: float,
        clock: Clock,
        progress: Listener | None,
        began: float,
    ) -> None:
        self.instance, self.gap, self.clock = instance, gap, clock
        self._progress, self._began = progress, began
        self.market = market
        self.answer: Answer | None = None
        self.unplaced = 0
        """No allocation leaves fewer children without a place."""
        self.separated = 0
        """No allocation that leaves `unplaced` without a place separates fewer groups."""
        self.score = 0.0
        """No allocation with those two tiers scores lower."""
        self.proofs: list[TierProof] = []
        self._at_least: list[TierProof] = []
        """What holds of an answer that reaches the counts of the relaxations, should the clock run out."""
        self._free = Prices({"capacity": np.zeros(len(instance.provisions))})
        self._start_prices = self._free
        self._model: Programme | None = None
        self._greedy = NO_COLUMNS

    def run(self) -> None:
        """All three tiers; `StoppedError` where the clock ran out, with `answer` as far as it came.

        Nearly always the relaxations of the three tiers are so near whole that one small search reaches
        the counts they bound; only where it does not is each tier searched on its own.
        """
        first = self._first()
        self._start_prices, self._greedy = first.prices, first.greedy
        if self._matched(first):
            return
        programme = self._first_programme(first)
        relaxation = self._relaxation(programme)
        bounded = relaxation.over_all(self._report(0), close=_FIRST_CLOSE)
        if not self.market.holds_all:
            relaxation = relaxation.without_dear(bounded, _DEAR_GBP)
            programme = relaxation.programme
        proofs = [self._least(relaxation, 1, Tally())]
        proofs.append(self._least(relaxation, 2, Tally(rounded_up(proofs[0].bound))))
        tally = Tally(*(rounded_up(proof.bound) for proof in proofs))
        relaxed, raised = None, -_ALL
        with suppress(TallyError):
            relaxed = self._lowest(relaxation, tally)
            self._at_least = [*proofs, TierProof(3, tally, relaxed.prices, relaxed.bound)]
            self._search_around(programme, relaxed)
            if len(self.instance.children) > _LARGE and not self._good(tally, relaxed.bound):
                raised = self._search_near(programme, relaxed, first.together)
        if relaxed is None or (self._reached(1), self._reached(2)) != (tally.unplaced, tally.separated):
            programme = self._relaxed_programme(first, programme.columns)
            relaxation = self._relaxation(programme)
            _, near = self.market.sweep(first.objective, bounded.prices, cheapest(FIRST_COLUMNS))
            self._whole(programme, near, first.objective, gap=_FIRST_GAP, nodes=_FIRST_NODES)
            proofs = [self._count(relaxation, 1, Tally())]
            proofs.append(self._count(relaxation, 2, Tally(self._reached(1))))
            tally = Tally(self._reached(1), self._reached(2))
            relaxed, raised = self._lowest(relaxation, tally), -_ALL
            self._search_around(programme, relaxed)
        self.unplaced, self.separated = self._reached(1), self._reached(2)
        self.score = max(relaxed.bound, raised)
        self.proofs = [*proofs, TierProof(3, tally, relaxed.prices, relaxed.bound)]
        self._score(programme, relaxed)

    def _matched(self, first: Start) -> bool:
        """Whether there are only children and places, and what is made for these has answered."""
        found = matched(self.market, first, self.clock, self.gap, self._report(3))
        if found is not None:
            self._accept(found.columns)
            self._model, self.proofs = found.programme, list(found.proofs)
            self.unplaced, self.score = rounded_up(found.proofs[0].bound), found.proofs[-1].bound
        return found is not None

    def fall_back(self) -> bool:
        """The greedy placement that the search began with becomes the answer, if it keeps every rule."""
        if not len(self._greedy):
            return False
        with suppress(SolverError):
            self._accept(self._greedy)
            self._model = self._whole_programme((), self._greedy, objective_of_tier(3, Tally()))
        return self.answer is not None

    def fill(self) -> None:
        """Whoever the answer leaves over while there is room is placed there, if that keeps every rule."""
        if self.answer is not None:
            placement = with_leftover(self.instance, self.answer.placement)
            with suppress(SolverError):
                self._accept(columns_of_placement(self.instance, self.market.units, placement))

    def _good(self, tally: Tally, bound: float) -> bool:
        """Whether the answer reaches the counts, and the gap that was asked for above the bound."""
        counts = (self._reached(1), self._reached(2)) == (tally.unplaced, tally.separated)
        return counts and self.answer is not None and self.answer.tiers.score <= self._enough(bound)

    def _first(self) -> Start:
        """What the search begins with."""
        return start(self.market)

    def _first_programme(self, first: Start) -> Programme:
        """The first programme of all tiers in one; from a tree, or that of a large region from its tiles."""
        if first.tree is None and len(self.instance.children) > LARGE:
            begun = patchwork(self.market, first, self.clock)
            programme = self._relaxed_programme(first, begun.columns)
            programme.begin_from(begun.statuses)
            return programme
        programme = self._relaxed_programme(first, first.columns)
        if first.tree is not None:
            programme.begin_from_tree(first.tree)
        return programme

    def _relaxed_programme(self, first: Start, columns: Columns) -> Programme:
        """For relaxations: where columns are few a tally may need some that are not there yet."""
        units, beyond = self.market.units, first.together.unplaced
        return Programme(self.instance, units, columns, first.objective, elastic=Objective(beyond, beyond))

    def _relaxation(self, programme: Programme) -> Relaxation:
        little = max(LITTLE, _LITTLE_OF_THE_GAP * self.gap)
        if len(self.instance.children) <= _LARGE:
            return Relaxation(self.market, programme, self.clock, little=little)
        return Relaxation(self.market, programme, self.clock, little=little, enough=little, seekers=_SEEKERS)

    # -- tiers 1 and 2 ---------------------------------------------------------------------------

    def _least(self, relaxation: Relaxation, tier: int, tally: Tally) -> TierProof:
        """The least number of children unplaced or groups separated that the relaxation allows."""
        objective = objective_of_tier(tier, tally)
        relaxation.programme.settle(objective)
        free, _ = self.market.sweep(objective, self._free, cheapest(0))
        if relaxation.count(tier) <= rounded_up(free):
            self.unplaced = max(self.unplaced, rounded_up(free)) if tier == 1 else self.unplaced
            return TierProof(tier, tally, self._free, free)
        bounded = relaxation.over_all(self._report(tier), counts=True)
        if tier == 1:
            self.unplaced = max(self.unplaced, rounded_up(bounded.bound))
        if rounded_up(free) == rounded_up(bounded.bound):
            return TierProof(tier, tally, self._free, free)
        return TierProof(tier, tally, bounded.prices, bounded.bound)

    def _count(self, relaxation: Relaxation, tier: int, tally: Tally) -> TierProof:
        """Searches until the answer has the least number of children unplaced or groups separated."""
        proof, programme = self._least(relaxation, tier, tally), relaxation.programme
        objective, least = programme.objective, rounded_up(proof.bound)
        admitted, complete = programme.columns, False
        if self._reached(tier) > least:
            within_least = Tally(least) if tier == 1 else Tally(tally.unplaced, least)
            self._whole(
                programme, admitted, objective_of_tier(3, within_least), gap=_FIRST_GAP, nodes=_FIRST_NODES
            )
        while self._reached(tier) > least:
            found = self._whole(programme, admitted, objective, gap=0.0, target=float(least))
            if found.proven and complete:
                least = max(least, self._reached(tier))
            slack = self._reached(tier) - 1 - proof.bound + 2 * _COUNT
            _, more = self.market.sweep(objective, proof.prices, within(slack))
            admitted, complete = join([admitted, more]), True
        return proof

    def _reached(self, tier: int) -> int:
        if self.answer is None:
            return len(self.instance.children) if tier == 1 else len(self.instance.groups)
        return self.answer.tiers.unplaced if tier == 1 else self.answer.tiers.separated

    # -- tier 3 ----------------------------------------------------------------------------------

    def _lowest(self, relaxation: Relaxation, tally: Tally) -> Bounded:
        """The lowest score that the tightened relaxation allows."""
        programme, report, close = relaxation.programme, self._report(3), relaxation.enough
        programme.settle(objective_of_tier(3, tally))
        bounded = relaxation.tighten(relaxation.over_all(report, close=close), report, close=close)
        if programme.beyond > _COUNT:
            programme.keep_tallies()
            return relaxation.tighten(relaxation.over_all(report, close=close), report, close=close)
        return bounded

    def _search_around(self, programme: Programme, bounded: Bounded) -> None:
        """A search where the relaxation is not whole; what is whole stays, unless that fails.

        None in a large region: small searches cost less there.
        """
        objective = programme.objective
        lives, likely = bounded.relaxed.lives, NO_COLUMNS
        is_whole = np.abs(lives - np.rint(lives)).max(initial=0.0) <= _COUNT
        if len(self.instance.children) > _LARGE and not is_whole:
            return
        if not (is_whole and is_assignment(self.instance)):
            _, likely = self.market.sweep(objective, bounded.prices, cheapest(FIRST_COLUMNS))
        around = around_fractions(self.instance, self.market.units, programme.columns, lives, likely)
        self._search_in(programme, around, bounded)
        if self.answer is None and len(self.instance.children) <= _LARGE:
            self._search_in(programme, join([likely, programme.columns.take(lives > _COUNT)]), bounded)

    def _search_in(self, programme: Programme, admitted: Columns, bounded: Bounded) -> None:
        """A short search among some columns for an answer that closes the gap."""
        self._whole(
            programme,
            admitted,
            programme.objective,
            gap=self.gap,
            target=self._enough(bounded.bound),
            nodes=_FIRST_NODES,
        )

    def _search_near(self, programme: Programme, bounded: Bounded, together: Objective) -> float:
        """Small searches, all tiers priced `together`, until the bound closes the gap; gives that bound."""
        known = NO_COLUMNS if self.answer is None else self.answer.columns
        region = RegionSearch(self.market, programme, bounded, together, known, self.clock, self._enough)

        def at_once(around: Columns, found: Columns) -> Columns:
            self._accept(found)
            self._search_in(programme, around, bounded)
            return found if self.answer is None else self.answer.columns

        try:
            return region.improve(at_once)
        finally:
            self._accept(region.columns)
            self._model = self._whole_programme(programme.cuts, region.admitted, programme.objective)

    def _score(self, programme: Programme, bounded: Bounded) -> None:
        """The lowest score, until the gap that was asked for is proven over all columns."""
        if self._closed():
            return
        objective = programme.objective
        _, admitted = self.market.sweep(objective, bounded.prices, cheapest(FIRST_COLUMNS))
        slack, needed = 0.0, self._needed(bounded)
        _, covering = self.market.sweep(objective, bounded.prices, within(needed))
        if len(covering) <= _NOT_MANY_MORE * len(admitted):
            slack, admitted = needed, covering
        while not self._closed():
            if slack == _ALL:
                raise SolverError(f"HiGHS stopped at a gap above {self.gap} with every column admitted")
            target = self._enough(bounded.bound)
            found = self._whole(programme, admitted, objective, gap=self.gap, target=target)
            self.score = max(self.score, min(found.bound, bounded.bound + slack))
            needed = self._needed(bounded)
            slack = _ALL if slack >= needed > 0 else needed
            _, admitted = self.market.sweep(objective, bounded.prices, within(slack))

    def _enough(self, bound: float) -> float:
        """The score at which the bound closes the gap."""
        return bound / (1 - (1 - _COUNT) * self.gap)

    def _needed(self, bounded: Bounded) -> float:
        """How far above the bound a column may cost and still matter to the gap that was asked for."""
        return max(self._aim() - bounded.bound, 0.0) + _COUNT * abs(bounded.bound) * self.gap

    def _aim(self) -> float:
        """The bound at which the gap is closed."""
        if self.answer is None:
            return _ALL
        return self.answer.tiers.score - (1 - _COUNT) * self.gap * abs(self.answer.tiers.score)

    def _closed(self) -> bool:
        return self.score >= self._aim()

    # -- whole numbers ---------------------------------------------------------------------------

    def _whole(
        self,
        programme: Programme,
        admitted: Columns,
        objective: Objective,
        *,
        gap: float,
        target: float | None = None,
        nodes: int | None = None,
    ) -> Whole:
        """The best whole-number answer with the admitted columns; a better one becomes the answer."""
        if self.answer is not None:
            admitted = join([admitted, self.answer.columns])
        whole = self._whole_programme(programme.cuts, admitted, objective)
        start = None if self.answer is None else share_of(admitted, self.answer.columns)
        found = whole.solve_whole(gap=gap, start=start, target=target, nodes=nodes, seconds=self.clock.left())
        self._model = whole
        if found.lives is not None:
            self._accept(admitted.take(found.lives > 0.5))
        if not found.ended:
            raise StoppedError("the time limit ended the run before any answer was found")
        return found

    def _whole_programme(
        self, cuts: Sequence[Rounding], admitted: Columns, objective: Objective
    ) -> Programme:
        """The admitted columns in whole numbers, with every row that incompatible children need."""
        whole = Programme(self.instance, self.market.units, admitted, objective, whole_numbers=True)
        apart = [at for at, _ in shared_places(self.instance, admitted, np.zeros(len(admitted)))]
        whole.add_rows(apart=apart, cuts=cuts)
        return whole

    def _accept(self, columns: Columns) -> None:
        placement = np.full(len(self.instance.children), -1, dtype=np.int64)
        units = self.market.units
        for unit, provision in zip(columns.unit.tolist(), columns.provision.tolist(), strict=True):
            first = int(units.first[unit])
            placement[units.member[first : first + int(units.number[unit])]] = provision
        check_placement(self.instance, placement)
        tiers = tiers_of_placement(self.instance, placement)
        if self.answer is None or astuple(tiers) < astuple(self.answer.tiers):
            self.answer = Answer(columns, placement, tiers)

    # -- the end ---------------------------------------------------------------------------------

    def solution(self) -> Solution:
        """The answer so far with what is proven of it."""
        if self.answer is None:
            raise StoppedError("the run ended before any answer was found")
        tiers = self.answer.tiers
        if not self.proofs and self._at_least and self._at_least[-1].tally == Tally(*astuple(tiers)[:2]):
            self.proofs, self.score = self._at_least, self._at_least[-1].bound
            self.unplaced, self.separated = tiers.unplaced, tiers.separated
        self._prove_the_rest(tiers)
        bounds = Tiers(self.unplaced, self.separated, min(max(self.score, 0.0), tiers.score))
        standing = self.proofs[-1].prices.standing
        limits = {
            (name, code): float(standing[name][index])
            for name, code, index in shared_limits(self.instance)
            if name in standing and standing[name][index] > 0
        }
        return Solution(
            placement=self.answer.placement,
            tiers=tiers,
            bounds=bounds,
            status=Status.OPTIMAL if self._proven(bounds) else Status.FEASIBLE,
            vacancy_price=standing.get("capacity", np.zeros(len(self.instance.provisions))),
            limit_prices=limits,
            proofs=tuple(self.proofs),
            model_mps=self._model_mps(),
            seconds=time.monotonic() - self._began,
        )

    def _model_mps(self) -> bytes:
        """The programme searched last, for the run's folder."""
        if self._model is None:
            raise StoppedError("the run ended before any answer was found")
        return self._model.to_mps()

    def _proven(self, bounds: Tiers) -> bool:
        """Whether the answer reaches the bounds of tiers 1 and 2, and that of tier 3 to the gap asked for."""
        tiers = self.answer.tiers if self.answer else bounds
        counts = (tiers.unplaced, tiers.separated) == (bounds.unplaced, bounds.separated)
        return counts and tiers.score - bounds.score <= self.gap * abs(tiers.score)

    def _prove_the_rest(self, tiers: Tiers) -> None:
        """The tiers that the clock left out, bounded at the first prices."""
        tallies = Tally(), Tally(tiers.unplaced), Tally(tiers.unplaced, tiers.separated)
        for tier in range(len(self.proofs) + 1, 4):
            prices = self._start_prices if tier == 3 else self._free
            bound, _ = self.market.sweep(objective_of_tier(tier, tallies[tier - 1]), prices, cheapest(0))
            self.proofs.append(TierProof(tier, tallies[tier - 1], prices, bound))
            if tier == 1:
                self.unplaced = max(self.unplaced, rounded_up(bound))
            elif tier == 2:
                self.separated = max(self.separated, rounded_up(bound))
            else:
                self.score = bound

    def _report(self, tier: int) -> Report:
        def reached() -> tuple[float, ...] | None:
            return None if self.answer is None else astuple(self.answer.tiers)

        return report_to(self._progress, tier, self._began, reached)
