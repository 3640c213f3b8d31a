"""Facility location solved to proven optimality: a bound by prices, pairs fixed by it, the rest by HiGHS."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from optimiser.commissioning.facility import Facilities, Located, value_of
from optimiser.commissioning.facility_best import CLOSE, Best
from optimiser.commissioning.facility_bound import (
    Bound,
    Dense,
    bound_at,
    dense_from,
    pair_bounds,
    raised,
    start_prices,
    to_open,
)
from optimiser.commissioning.facility_loads import (
    Loads,
    joined,
    loads_chosen,
    loads_of_answer,
    loads_within,
)
from optimiser.commissioning.facility_master import tightened
from optimiser.commissioning.facility_neighbourhoods import Answer, neighbours_improved
from optimiser.commissioning.facility_programme import Pairs, Partition, Rest
from optimiser.commissioning.facility_sites import sites_searched
from optimiser.errors import InputError, StoppedError
from optimiser.matching.instance import Bools, Floats, Ints

SHARES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02)
"""Of the gap that is left: up to where answers are looked for, from the farthest."""
GROWTH = 4
"""Of the least share, from one search to the next."""
FIRST_LIST = 40
"""Times as many loads are listed at first as are left to HiGHS at once."""
LOADS_NODES = 500
"""Of a search among loads; where it needs more, pairs are solved sooner."""
HALVINGS = 7
"""Of the gap, in search of the cutoff up to which loads are listed; later by how the lists grow."""
TRIES = 3
LEAST_SHARE = 0.1
"""Of the gap, that a list of loads goes beyond the bound at first."""
FAR = 500_000
"""Loads to be listed, above which a better answer is looked for first."""
FAR_FREE = 100_000
"""The same where sites are free in number: no more are listed there, pairs are solved sooner."""
GUESSED_GAP = 0.1
"""Relative, where there is no answer yet."""
UNITS_A_SITE = 40
"""On average; where there are more, whole knapsacks bound hardly better than relaxed ones."""
WORTH_KNAPSACKS = 300
"""Pairs left by relaxed knapsacks, above which whole ones are tried where the number to open is given."""
FEW_PAIRS = 450
"""Pairs left, beyond one for each unit, that are solved at once."""
MANY = 1_000
"""Pairs left, above which a better answer is looked for among the likeliest of them first."""
LIKELY = 300
"""Pairs, of the answers nearest the bound."""
LIKELY_NODES = 30


@dataclass(frozen=True)
class Effort:
    """How much is spent on what; the answer is the same, the time is not."""

    relaxed_steps: int = 300
    """Of the prices, knapsacks relaxed."""
    exact_steps: int = 150
    """Of the prices, knapsacks whole."""
    most_loads: int = 500
    """Loads of a rest in whole loads."""
    most_listed: int = 2_000_000
    """Loads listed, to be cut down."""
    most_left: int = 8_000
    """Loads left of a list, above which they are not searched and no longer list is made."""
    most_pairs: int = 3_000
    """Pairs of a rest that is solved at once, however far it reaches."""
    rounds: int = 1_000
    """Of the search above the bound; what is left is left then."""
    neighbours: bool = True
    """The best answer is improved, part by part, before long lists are made."""


USUAL = Effort()
SMALL = Effort(150, 60, most_listed=20_000, rounds=2, neighbours=False)
"""Of a part of an answer."""
FREE = replace(SMALL, most_listed=0)
"""Of a part where sites are free in number: its pairs are few, its loads many."""


def solve(
    instance: Facilities,
    *,
    seconds: float | None = None,
    effort: Effort = USUAL,
    start: Answer | None = None,
) -> Located:
    """The cheapest answer, proven; after `seconds` the best so far with its bound.

    `start`: an answer that is known.

    Raises `InputError` where there is no answer at all, `StoppedError` where none was found in time,
    `ValueError` where the start breaks a rule.
    """
    ends = None if seconds is None else time.monotonic() + seconds
    dense = dense_from(instance)
    if not len(dense.size):
        return _nobody_served(instance, dense)
    nowhere = np.flatnonzero(~np.isfinite(dense.cost).any(axis=0))
    if len(nowhere):
        raise InputError(f"unit {int(nowhere[0])} fits no site; accepted: a site for every unit")
    costs = np.concatenate([instance.cost, instance.opening])
    search = _Search(instance, dense, whole=bool((costs == np.round(costs)).all()), ends=ends, effort=effort)
    if start is not None:
        search.hold(start)
    return search.run()


def _nobody_served(instance: Facilities, dense: Dense) -> Located:
    """The cheapest sites, as many as must be open."""
    opened = np.zeros(len(dense.capacity), dtype=np.bool_)
    opened[np.argsort(dense.opening, kind="stable")[: dense.fewest]] = True
    nowhere = np.zeros(0, dtype=np.int64)
    value = value_of(instance, nowhere, opened)
    return Located(nowhere, opened, value, value, True)


class _Search:
    """The bounds, the best answer, and what is left between them."""

    def __init__(
        self, instance: Facilities, dense: Dense, *, whole: bool, ends: float | None, effort: Effort
    ) -> None:
        self.instance, self.dense, self.ends = instance, dense, ends
        self.effort = effort
        self.best = Best(dense, whole)
        self.bounds: list[Bound] = []
        self.pair_least = np.full(dense.cost.shape, -np.inf)
        self.least = -np.inf
        self.improved_from = np.inf
        """The best value after neighbourhoods were searched."""
        self.lengths: list[tuple[float, int]] = []
        """Of the lists of loads so far: the cutoff, and how many."""

    def hold(self, answer: Answer) -> None:
        """Remember an answer if it is the best; `ValueError` where it breaks a rule."""
        value = value_of(self.instance, answer.site_of_unit, self._as_mask(answer.opened))
        self.best.hold(value, answer.site_of_unit, answer.opened)

    def _as_mask(self, opened: Ints) -> Bools:
        return np.isin(np.arange(len(self.dense.capacity)), opened)

    def run(self) -> Located:
        """Prices first; then the rest, looked for ever farther above the bound, until the best is met."""
        self._raise(start_prices(self.dense), self.effort.relaxed_steps, exact=False)
        few_units = len(self.dense.size) <= UNITS_A_SITE * max(self.dense.fewest, 1)
        counted = self.dense.counted and self._kept(self.best.value).sum() > WORTH_KNAPSACKS
        if not self._met() and few_units and (counted or self._many_left()):
            self._raise(self.bounds[0].price, self.effort.exact_steps, exact=True)
        self._sites_searched()
        if not few_units:
            self._likely_searched()
        if few_units and (self.dense.counted or self._many_left()):
            self._loads_first()
        if few_units and self._many_left() and self._neighbours_searched():
            # The steps of the prices go by the best value, so that a better one raises them farther.
            self._raise(self._sharpest().price, self.effort.exact_steps, exact=True)
        floor = SHARES[-1]
        for _ in range(self.effort.rounds):
            if self._met() or not self._in_time():
                break
            self._pairs_searched(floor)
            floor *= GROWTH
        return self._answer()

    def _many_left(self) -> bool:
        """Pairs, for HiGHS at once."""
        return int(self._kept(self.best.better).sum()) > FEW_PAIRS + len(self.dense.size)

    def _loads_first(self) -> None:
        """Ever longer lists of loads, while few of them are left."""
        limit = self.effort.most_loads * FIRST_LIST
        while self.effort.most_listed and np.isfinite(self.best.value):
            if limit > FAR_FREE and not self.dense.counted:
                break
            if limit > FAR:
                self._neighbours_searched()
            listed = None if self._met() or not self._in_time() else self._listed(limit)
            if listed is None or not self._loads_searched(*listed):
                break
            limit = min(limit * GROWTH, self.effort.most_listed)

    def _sites_searched(self) -> None:
        """Better answers by other sites."""
        if not self._met() and self.best.site_of_unit is not None:
            sites_searched(self.dense, self.bounds[-1], self.best.opened, self.best.look)

    def _likely_searched(self) -> None:
        """The pairs of the answers nearest the bound, for a better one: what is proven of them is little."""
        if self._met() or self.best.site_of_unit is None or self._kept(self.best.better).sum() <= MANY:
            return
        cutoffs = [self.least + share * self._gap() for share in SHARES]
        few = [cutoff for cutoff in cutoffs if int(self._kept(cutoff).sum()) <= LIKELY]
        if few and self._in_time():
            rest = self._as_pairs(few[0], nodes=LIKELY_NODES)
            if rest.ended:
                self._none_within(few[0])

    def _raise(self, price: Floats, steps: int, *, exact: bool) -> None:
        bound = raised(
            self.dense,
            price,
            exact=exact,
            steps=steps,
            upper=self.best,
            whole=self.best.whole,
            ends=self.ends,
        )
        self.bounds.append(bound)
        self.pair_least = np.maximum(self.pair_least, pair_bounds(self.dense, bound))
        self.least = max(self.least, bound.value)

    def _met(self) -> bool:
        """Nothing between bound and best is left for a better answer."""
        return self.best.value <= self.least + self.best.slack

    def _left(self) -> float | None:
        return None if self.ends is None else self.ends - time.monotonic()

    def _in_time(self) -> bool:
        left = self._left()
        return left is None or left > 0

    def _gap(self) -> float:
        """What is left between the bound and a better answer."""
        better = self.best.better
        return GUESSED_GAP * (abs(self.least) + 1.0) if np.isinf(better) else better - self.least

    def _sharpest(self) -> Bound:
        return max(self.bounds, key=lambda bound: bound.value)

    def _listed(self, limit: int) -> tuple[Loads, float] | None:
        """At most `limit` loads and the cutoff, the farthest found by halving, up to where they are all there
        are; None where that is no farther than the bound."""
        sharpest = self._sharpest()
        farthest = self.best.floor(self.least + self._gap())
        cutoff, step = min(self._guessed(limit), farthest), self._gap()
        found = None
        for _ in range(HALVINGS if len(self.lengths) < 2 else TRIES):
            loads = loads_within(self.dense, sharpest, cutoff, most=limit)
            if loads is not None:
                found = (loads, cutoff)
                if cutoff >= farthest or len(self.lengths) > 1:
                    break
            step = min(step, cutoff - self.least) / 2
            cutoff = self.best.floor(cutoff + (step if loads is not None else -step))
        if found is None or found[1] < self.least - CLOSE * abs(self.least):
            return None
        self.lengths.append((found[1], len(found[0])))
        return found

    def _guessed(self, limit: int) -> float:
        """The cutoff with somewhat fewer loads than the limit, if they grow as they did: so many times for
        every pound."""
        if len(self.lengths) < 2:
            return np.inf
        (near, few), (far, many) = self.lengths[-2:]
        growth = np.log(max(many, 2) / max(few, 1)) / max(far - near, 1e-9)
        more = np.log(max(0.5 * limit, 1.0) / max(many, 1)) / max(growth, 1e-9)
        return max(self.best.floor(max(far + more, self.least + LEAST_SHARE * self._gap())), self._next())

    def _loads_searched(self, loads: Loads, cutoff: float) -> bool:
        """Cuts first, then the loads that are left, nearest first; False where too many are left, or the
        search was cut short."""
        sharpest = self._sharpest()
        rest = tightened(
            self.dense, loads, cutoff, sharpest.price, enough=self.effort.most_loads, ends=self.ends
        )
        self._sharpen(rest.price)
        if rest.value > cutoff + CLOSE * abs(cutoff):
            self._none_within(cutoff)
            return True
        self.least = max(self.least, rest.value)
        if len(rest.loads) > self.effort.most_left:
            return False
        limit, reached = self.effort.most_loads, -np.inf
        while reached < cutoff and not self._met() and self._in_time():
            within = np.sort(rest.value + rest.excess)
            reached = cutoff if len(within) <= limit else max(self.best.floor(within[limit]), self._next())
            reached = min(reached, cutoff, self.best.floor(self.best.better))
            near = loads_chosen(rest.loads, rest.value + rest.excess <= reached + CLOSE * abs(reached))
            if not self._searched(self._as_loads(near, rest.triples), reached):
                return False
            limit *= GROWTH
        return True

    def _next(self) -> float:
        """The least that an answer may cost."""
        return float(np.ceil(self.least - CLOSE * abs(self.least))) if self.best.whole else self.least

    def _neighbours_searched(self) -> bool:
        """A better answer, from the best; whether there is one."""
        if not self.effort.neighbours or self._met() or self.best.value >= self.improved_from:
            return False
        if self.best.site_of_unit is None or not self._in_time():
            return False
        before, answer = self.best.value, Answer(self.best.site_of_unit, self.best.opened)

        def within(part: Facilities, now: Answer) -> Located:
            effort = SMALL if self.dense.counted else FREE
            return solve(part, seconds=self._left(), effort=effort, start=now)

        self.hold(neighbours_improved(self.dense, answer, within))
        self.improved_from = self.best.value
        return self.best.value < before

    def _searched(self, rest: Rest, cutoff: float) -> bool:
        """What the search up to the cutoff proves."""
        if not rest.ended:
            self.least = max(self.least, min(cutoff, rest.bound))
            return False
        self._none_within(cutoff)
        return True

    def _none_within(self, cutoff: float) -> None:
        """No answer of at most the cutoff costs less than the best."""
        beyond = self.best.floor(cutoff) + 1 if self.best.whole else cutoff
        reached = self.best.value if cutoff >= self.best.better - CLOSE * abs(cutoff) else beyond
        self.least = max(self.least, min(reached, self.best.value))

    def _sharpen(self, price: Floats) -> None:
        """The duals of the relaxation over loads are prices too."""
        bound = bound_at(self.dense, price, exact=True)
        if bound.value > self._sharpest().value + CLOSE * abs(bound.value):
            self.bounds.append(bound)
            self.pair_least = np.maximum(self.pair_least, pair_bounds(self.dense, bound))
            self.least = max(self.least, bound.value)

    def _pairs_searched(self, floor: float) -> None:
        """The farthest cutoff with few pairs left."""
        better = self.best.better
        shares = [share for share in SHARES if share >= min(floor, 1.0)]
        cutoffs = [self.least + share * self._gap() if share < 1 else better for share in shares]
        few = [cutoff for cutoff in cutoffs if int(self._kept(cutoff).sum()) <= self.effort.most_pairs]
        cutoff = few[0] if few else cutoffs[-1]
        rest = self._as_pairs(cutoff)
        if rest.ended and np.isinf(cutoff) and self.best.site_of_unit is None:
            raise InputError("no sites can serve all units whole; accepted: sites with more capacity")
        self._searched(rest, cutoff)

    def _kept(self, cutoff: float) -> Bools:
        """The pairs that an answer of at most `cutoff` may have."""
        kept: Bools = np.isfinite(self.dense.cost)
        return kept & (self.pair_least <= cutoff + CLOSE * max(abs(cutoff), 1.0))

    def _as_loads(self, loads: Loads, triples: Ints) -> Rest:
        start = None
        if self.best.site_of_unit is not None:
            own = loads_of_answer(self.dense, self.best.site_of_unit, self.best.opened)
            start = np.arange(len(loads), len(loads) + len(own))
            loads = joined(loads, own)
        programme = Partition(self.dense, loads, triples)
        rest = programme.solve(
            start=start, seconds=self._left(), gap_abs=self.best.gap_abs, nodes=LOADS_NODES
        )
        if rest.values is not None:
            self.best.hold(rest.value, *programme.answer(rest.values))
        return rest

    def _as_pairs(self, cutoff: float, *, nodes: int | None = None) -> Rest:
        kept = self._kept(cutoff)
        must = np.zeros(len(self.dense.capacity), dtype=np.bool_)
        for bound in self.bounds:
            rises = bound.value + to_open(self.dense, bound)[1]
            must |= rises > cutoff + CLOSE * max(abs(cutoff), 1.0)
        start = None
        if self.best.site_of_unit is not None:
            kept[self.best.site_of_unit, np.arange(len(self.dense.size))] = True
            must &= np.isin(np.arange(len(must)), self.best.opened)
            start = (self.best.site_of_unit, self.best.opened)
        programme = Pairs(self.dense, kept, must)
        rest = programme.solve(start=start, seconds=self._left(), gap_abs=self.best.gap_abs, nodes=nodes)
        if rest.values is not None:
            self.best.hold(rest.value, *programme.answer(rest.values))
        return rest

    def _answer(self) -> Located:
        if self.best.site_of_unit is None:
            raise StoppedError("the time limit ended the search before any answer")
        opened = self._as_mask(self.best.opened)
        value = value_of(self.instance, self.best.site_of_unit, opened)
        bound = value if self._met() else min(self.least, value)
        return Located(self.best.site_of_unit, opened, value, bound, self._met())
