"""The pure assignment part: children alone and places, with no rule about several children at once.

Then a column costs its score and the price of one vacancy, so that all pairs can be held in three arrays and
a sweep is one look at them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimiser.allocation.columns import NO_COLUMNS, Columns, columns_of_pairs
from optimiser.allocation.market import Choice, Market, market_from_instance, taken
from optimiser.allocation.prices import Objective, Prices, paid_back, without_a_place, worth_from_cheapest
from optimiser.matching.eligibility import eligible_pairs
from optimiser.matching.instance import Bools, Floats, Instance, Ints
from optimiser.matching.score import score

MOST_CELLS = 600_000_000
"""Pairs of a child and a provision in its reach: where there are more, not all are held. A third to two
thirds of them are eligible, and one takes twelve bytes."""
AT_ONCE = 1 << 17
"""So many pairs stay in the processor's own memory."""

_STANDING = {"capacity", "fewest_unplaced"}
"""The families whose prices this market knows what to do with."""


def is_assignment(instance: Instance) -> bool:
    """Nobody has siblings, lives alone by rule or must not live with somebody, and nothing is shared."""
    limits = instance.policy.limits
    shared = limits.weekly_budget is not None or bool(limits.authority_weekly_budget)
    return not (
        len(instance.groups)
        or len(instance.incompatible)
        or instance.children.solo.any()
        or instance.capacity is not None
        or shared
        or limits.min_share_within_far_miles > 0
    )


def market_of(instance: Instance, *, most_cells: int = MOST_CELLS) -> Market:
    """The market of an instance: with all pairs in memory where it is an assignment and not too large."""
    market = market_from_instance(instance)
    cells = sum(block.family.size * len(block.provision) for block in market.blocks)
    if not is_assignment(instance) or not 0 < cells <= most_cells:
        return market
    return _held(market)


@dataclass(frozen=True)
class AssignmentMarket(Market):
    """All eligible pairs, child after child; the children are in the order of the blocks."""

    listed: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """The children who have a pair, in their order."""
    begin: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    """Shape (listed + 1,): where the pairs of each begin, and the end."""
    provision: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    score: Floats = field(default_factory=lambda: np.zeros(0))
    """£ a week."""
    at_once: int = AT_ONCE
    """About how many pairs are looked at together."""

    @property
    def holds_all(self) -> bool:
        """A sweep is one look at what is in memory."""
        return True

    def sweep(self, objective: Objective, prices: Prices, choice: Choice) -> tuple[float, Columns]:
        """The bound that `prices` prove over all columns, and the columns that `choice` takes."""
        known = choice.below
        standing = {name for name, price in prices.standing.items() if price.any()}
        if standing - _STANDING or prices.cuts or prices.apart or (known is None and choice.number != 0):
            return super().sweep(objective, prices, choice)
        instance, units = self.instance, self.units
        price = self.price(objective, prices)
        best = np.full(len(units.number), np.inf) if known is None else known.copy()
        best[self.listed] = np.minimum(best[self.listed], self.least(price))
        worth = worth_from_cheapest(instance, objective, prices, best)
        bound = worth.total - paid_back(instance, units, objective, prices)
        if known is None:
            return bound, NO_COLUMNS
        of_use = np.minimum(known, without_a_place(objective, prices)) - choice.tolerance
        kept = np.flatnonzero(price < np.repeat(of_use[self.listed], np.diff(self.begin)))
        columns = self.columns_at(kept)
        return bound, columns.take(
            np.sort(taken(instance, objective, prices, choice, worth, columns, self._by_unit(kept, price)))
        )

    def price(self, objective: Objective, prices: Prices) -> Floats:
        """Shape (pairs,): what each costs at the prices."""
        price = objective.score * self.score
        if "capacity" in prices.standing:
            price += prices.standing["capacity"][self.provision]
        return price

    def least(self, price: Floats) -> Floats:
        """Shape (listed,): the least price of each child who has a pair."""
        if not len(self.listed):
            return np.zeros(0)
        least: Floats = np.minimum.reduceat(price, self.begin[:-1])
        return least

    def look(
        self, price: Floats, *, below: Floats | None = None, within: float = -1.0
    ) -> tuple[Floats, Ints, Floats]:
        """What all pairs cost where a vacancy costs `price`, shape (provisions,), £ a week.

        Shape (children,), the least each can cost, inf where it has no pair; and the positions and the cost
        of the pairs that cost less than `below`, shape (children,), or no more than `within` above the least.
        About `at_once` pairs at a time.
        """
        least = np.full(len(self.instance.children), np.inf)
        found, paid = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        number = np.diff(self.begin)
        for first, last in self._parts():
            start, end = self.begin[first], self.begin[last]
            cost = price.take(self.provision[start:end])
            cost += self.score[start:end]
            child, each = self.listed[first:last], number[first:last]
            cheapest = np.minimum.reduceat(cost, self.begin[first:last] - start)
            least[child] = cheapest
            if below is not None or within >= 0:
                limit = cheapest + within if below is None else below[child]
                limits = np.repeat(limit, each)
                kept = np.flatnonzero(cost <= limits if below is None else cost < limits)
                found.append(start + kept)
                paid.append(cost[kept])
        return least, np.concatenate(found), np.concatenate(paid)

    def _parts(self) -> Iterator[tuple[int, int]]:
        """The children listed from a first to before a last, part by part, by how many pairs they have."""
        number = -(-int(self.begin[-1]) // self.at_once)
        cuts = np.searchsorted(self.begin, np.arange(number + 1) * self.at_once)
        cuts[-1] = len(self.listed)
        yield from pairwise(np.unique(cuts).tolist())

    def some(self, price: Floats, number: int) -> Floats:
        """What pairs cost above the least of their child at the prices, of `number` children evenly drawn."""
        rows = np.unique(np.linspace(0, len(self.listed) - 1, min(number, len(self.listed))).astype(np.int64))
        pairs, each = self.pairs_of(rows)
        cost = self.score[pairs] + price[self.provision[pairs]]
        least = np.minimum.reduceat(cost, np.cumsum(each) - each) if len(rows) else cost
        above: Floats = cost - np.repeat(least, each)
        return above

    def pairs_of(self, rows: Ints) -> tuple[Ints, Ints]:
        """The pairs of the children listed at these rows, one after another, and how many each has."""
        number = self.begin[rows + 1] - self.begin[rows]
        ends = np.cumsum(number)
        return np.arange(number.sum()) + np.repeat(self.begin[rows] - ends + number, number), number

    def lowest_score(self, price: Floats, unplaced: int) -> tuple[float, float]:
        """The bound on tier 3 that vacancies at `price`, shape (provisions,), prove where `unplaced` children
        have none, and what leaving one out costs there: `lowest_of` all pairs."""
        return self.lowest_of(self.look(price)[0], price, unplaced)

    def lowest_of(self, least: Floats, price: Floats, unplaced: int) -> tuple[float, float]:
        """Σ min(least, dear) − Σ price · vacancies − dear · unplaced, and the best `dear`: what the dearest
        of those who have a place costs. `least`: shape (children,), the least each can cost."""
        placed = len(least) - unplaced
        dear = float(np.partition(least, placed - 1)[placed - 1]) if placed else 0.0
        paid = float(price @ self.instance.provisions.vacancies) + dear * unplaced
        return float(np.minimum(least, dear).sum()) - paid, dear

    def wanted_by_unplaced(self, answer: Columns) -> Bools | None:
        """Shape (provisions,): where those without a place could live, or those who live there, and so on.

        All of them are full, so that there is no room for one more (König 1931). None where one has
        room: then there is.
        """
        children, vacancies = len(self.instance.children), self.instance.provisions.vacancies
        home = np.full(children, -1)
        home[answer.unit] = answer.provision
        full = np.bincount(answer.provision, minlength=len(vacancies)) >= vacancies
        row = np.full(children, -1)
        row[self.listed] = np.arange(len(self.listed))
        wanted = np.zeros(len(vacancies), dtype=np.bool_)
        asking = np.flatnonzero(home < 0)
        while len(asking):
            before = wanted.copy()
            rows = row[asking]
            wanted[self.provision[self.pairs_of(rows[rows >= 0])[0]]] = True
            if not full[wanted].all():
                return None
            asking = np.flatnonzero((wanted & ~before)[home] & (home >= 0))
        return wanted

    def child_of(self, pairs: Ints) -> Ints:
        """Who each of the pairs at these positions is about."""
        child: Ints = self.listed[np.searchsorted(self.begin, pairs, side="right") - 1]
        return child

    def columns_at(self, pairs: Ints) -> Columns:
        """The columns of the pairs at these positions, sorted by child and provision."""
        child, provision = self.child_of(pairs), self.provision[pairs].astype(np.int64)
        order = np.lexsort((provision, child))
        return columns_of_pairs(self.instance, self.units, child[order], provision[order])

    def _by_unit(self, pairs: Ints, price: Floats) -> Floats:
        return price[pairs[np.lexsort((self.provision[pairs], self.child_of(pairs)))]]


def _held(market: Market) -> AssignmentMarket:
    """Block by block, so that what is looked at stays in the processor's own memory."""
    instance = market.instance
    listed, number, provision, worth = [], [], [], []
    for block in market.blocks:
        family = block.family.ravel()
        c, p = eligible_pairs(instance, family, block.provision)
        each = np.bincount(market.slot[c], minlength=len(family))
        listed.append(family[each > 0])
        number.append(each[each > 0])
        provision.append(p.astype(np.int32))
        worth.append(score(instance, c, p))
    return AssignmentMarket(
        instance,
        market.units,
        market.blocks,
        market.slot,
        market.first,
        listed=np.concatenate(listed),
        begin=np.append(0, np.cumsum(np.concatenate(number))),
        provision=np.concatenate(provision),
        score=np.concatenate(worth),
    )
