"""The search where there are only children and places, from an auction's prices to the proven answer.

The restricted programme is a network whose vertices are whole, so that its relaxation is the answer. Its own
duals lie in a corner and prove little; those of the auction, and those that come of them where the answer's
own placement says that they are too high or too low, prove nearly all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.assignment import AssignmentMarket
from optimiser.allocation.columns import Columns, join
from optimiser.allocation.families import Tally
from optimiser.allocation.market import Market, rank_by_owner
from optimiser.allocation.prices import Prices
from optimiser.allocation.programme import Programme
from optimiser.allocation.proof import TierProof
from optimiser.allocation.relaxation import Clock, Report, absent, relaxed_in_time
from optimiser.allocation.start import Start
from optimiser.matching.instance import Bools, Floats, Ints

_COUNT = 1e-6
_NOTHING_GBP = 1e-6
"""£ a week: what costs less by no more is no cheaper."""
_ADMITTED = 4
"""Columns of each child that come in at once."""
_NEAR = 25
"""Pairs of each child, on average, that are near."""
_DRAWN = 1_000
"""Children of whom is asked how far that is."""
_LOOKS = 5
"""How often all pairs are looked at for those that are not near and yet matter."""
_STEPS = 60
_EACH = 3
_PATIENCE = 2
_ROUNDS = 12
"""After so many programmes that do not close the gap the search goes on as any other."""


@dataclass(frozen=True)
class Matched:
    """An answer to the gap that was asked for, and what proves it."""

    programme: Programme
    """Its relaxation is the answer."""
    columns: Columns
    proofs: tuple[TierProof, TierProof, TierProof]


def matched(market: Market, first: Start, clock: Clock, gap: float, report: Report) -> Matched | None:
    """The answer, to a relative tier-3 gap of `gap`; None where another search must find or prove it."""
    if first.tree is None or not isinstance(market, AssignmentMarket) or not len(market.listed):
        return None
    programme = Programme(market.instance, market.units, first.columns, first.objective, binary=True)
    programme.begin_from_tree(first.tree)
    price = first.prices.standing["capacity"]
    for number in range(_ROUNDS):
        relaxed = relaxed_in_time(programme, clock)
        lives = relaxed.lives > 0.5
        if np.abs(relaxed.lives - lives).max(initial=0.0) > _COUNT:
            return None
        answer = programme.columns.take(lives)
        unplaced = len(market.instance.children) - len(answer)
        score = float(answer.score.sum())
        enough = score - (1 - _COUNT) * gap * score
        bound, _ = market.lowest_score(price, unplaced)
        tried = price
        if bound < enough:
            near = _Near(market, price, programme.columns, answer)
            bound, price, tried = near.proving_more(bound, price)
        own = relaxed.prices.standing["capacity"]
        if bound < enough:
            bound, price = max(
                (bound, price), (market.lowest_score(own, unplaced)[0], own), key=lambda each: each[0]
            )
        report(number, len(programme.columns), bound)
        if bound >= enough:
            least = _Near(market, price, programme.columns, answer).least_prices()
            price = least if market.lowest_score(least, unplaced)[0] >= enough else price
        found = _proven(market, programme, answer, price) if bound >= enough else None
        if found is not None:
            return found
        new = join([_of_use(market, answer, each) for each in (price, tried)])
        new = new.take(absent(programme.columns, new))
        if bound >= enough or not len(new):
            new = join([new, _of_use(market, answer, own, without=first.objective.unplaced)])
            new = new.take(absent(programme.columns, new))
        if not len(new):
            return None
        programme.add_columns(new)
    return None


def _of_use(
    market: AssignmentMarket, answer: Columns, price: Floats, without: float | None = None
) -> Columns:
    """The cheapest columns of those for whom the answer has a dearer one at the prices.

    Having no place costs `without`, £ a week, or what the dearest place that somebody has does.
    """
    below = _paid(market, answer, price, without) - _NOTHING_GBP
    _, better, cost = market.look(price, below=below)
    return _cheapest(market, better, cost)


def _cheapest(market: AssignmentMarket, pairs: Ints, cost: Floats) -> Columns:
    rank = rank_by_owner(market.child_of(pairs), cost)
    return market.columns_at(pairs[rank < _ADMITTED])


def _paid(market: AssignmentMarket, answer: Columns, price: Floats, without: float | None = None) -> Floats:
    """Shape (children,): what each pays at the prices; without a place `without`, or as the dearest."""
    at = answer.score + price[answer.provision]
    paid = np.full(len(market.instance.children), at.max(initial=0.0) if without is None else without)
    paid[answer.unit] = at
    return paid


class _Near:
    """The pairs near the cheapest of each child, and what an answer says of the prices there.

    No child in its place may pay more than elsewhere: a place is dearer than that allows, or the other
    is cheaper. Prices fall place by place until the first does not happen, then rise until the second does
    not. Where the answer is the best they end at its duals (Bellman 1958, Ford 1956).
    """

    def __init__(self, market: AssignmentMarket, price: Floats, columns: Columns, answer: Columns) -> None:
        self._market, self._answer = market, answer
        vacancies = market.instance.provisions.vacancies
        self._full: Bools = np.bincount(answer.provision, minlength=len(vacancies)) >= vacancies
        self._unplaced = len(market.instance.children) - len(answer)
        above = market.some(price, _DRAWN)
        number = min(
            len(above) - 1, int(_NEAR * len(above) / max(1.0, len(market.score) / len(market.listed)))
        )
        _, near, _ = market.look(price, within=float(np.partition(above, number)[number]))
        self._child = np.concatenate([market.child_of(near), columns.unit])
        self._provision = np.concatenate([market.provision[near].astype(np.int64), columns.provision])
        self._score = np.concatenate([market.score[near], columns.score])
        self._sort()

    def _sort(self) -> None:
        own = np.full(len(self._market.instance.children), -1)
        own[self._answer.unit] = self._answer.provision
        order = np.argsort(self._child, kind="stable")
        self._child, self._provision = self._child[order], self._provision[order]
        self._score = self._score[order]
        self._of_child = _firsts(self._child)
        self._elsewhere = np.where(self._provision == own[self._child], np.inf, self._score)
        order = np.argsort(self._provision, kind="stable")
        self._by_provision = self._child[order], self._score[order]
        self._of_provision = _firsts(self._provision[order])
        self._at = self._provision[order][self._of_provision]

    def proving_more(self, bound: float, price: Floats) -> tuple[float, Floats, Floats]:
        """The highest bound found, over all pairs, the prices that prove it, and those tried last."""
        tried = price
        for _ in range(_LOOKS):
            tried = self._moved(np.where(self._full, price, 0.0))
            below = self._least(self._score, tried) - _NOTHING_GBP
            least, better, cost = self._market.look(tried, below=below)
            proven, _ = self._market.lowest_of(least, tried, self._unplaced)
            if proven > bound:
                bound, price = proven, tried
            if not len(better):
                break
            new = _cheapest(self._market, better, cost)
            self._child = np.concatenate([self._child, new.unit])
            self._provision = np.concatenate([self._provision, new.provision])
            self._score = np.concatenate([self._score, new.score])
            self._sort()
        return bound, price, tried

    def least_prices(self) -> Floats:
        """The least at which nobody is better off elsewhere: what one more place would save."""
        price = np.zeros(len(self._full))
        for _ in range(_STEPS):
            before, price = price, self._risen(price)
            if np.abs(price - before).max(initial=0.0) <= _NOTHING_GBP:
                break
        return price

    def _moved(self, price: Floats) -> Floats:
        """The best prices on the way of falling and then rising ones, by what is near."""
        best = self._bound(price), price
        for move in (self._fallen, self._risen):
            price, worse = best[1], 0
            for step in range(_STEPS):
                before, price = price, move(price)
                stands = np.abs(price - before).max(initial=0.0) <= _NOTHING_GBP
                if stands or step % _EACH == _EACH - 1:
                    bound = self._bound(price)
                    best, worse = ((bound, price), 0) if bound > best[0] else (best, worse + 1)
                if stands or worse > _PATIENCE:
                    break
        return best[1]

    def _bound(self, price: Floats) -> float:
        return self._market.lowest_of(self._least(self._score, price), price, self._unplaced)[0]

    def _least(self, score: Floats, price: Floats) -> Floats:
        least = np.full(len(self._market.instance.children), np.inf)
        cost = score + price[self._provision]
        least[self._child[self._of_child]] = np.minimum.reduceat(cost, self._of_child)
        return least

    def _fallen(self, price: Floats) -> Floats:
        """No place costs those who live there more than what is cheapest elsewhere."""
        answer, least = self._answer, self._least(self._elsewhere, price)
        fallen = price.copy()
        np.minimum.at(fallen, answer.provision, least[answer.unit] - answer.score)
        return np.maximum(fallen, 0.0)

    def _risen(self, price: Floats) -> Floats:
        """No place that is full costs others less than where they live."""
        child, score = self._by_provision
        wanted = _paid(self._market, self._answer, price)[child] - score
        risen = price.copy()
        risen[self._at] = np.maximum(risen[self._at], np.maximum.reduceat(wanted, self._of_provision))
        return np.where(self._full, risen, 0.0)


def _firsts(owner: Ints) -> Ints:
    """Where each owner's entries begin, of sorted ones."""
    return np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]][: len(owner)])


def _proven(market: AssignmentMarket, programme: Programme, answer: Columns, price: Floats) -> Matched | None:
    """The answer with its proofs; None where fewer children might be left without a place."""
    wanted = market.wanted_by_unplaced(answer)
    if wanted is None:
        return None
    unplaced = len(market.instance.children) - len(answer)
    bound, dear = market.lowest_score(price, unplaced)
    free = Prices({"capacity": np.zeros(len(price))})
    standing = {"capacity": price, "fewest_unplaced": np.array([dear]), "fewest_separated": np.zeros(1)}
    proofs = (
        TierProof(1, Tally(), Prices({"capacity": wanted.astype(np.float64)}), float(unplaced)),
        TierProof(2, Tally(unplaced), free, 0.0),
        TierProof(3, Tally(unplaced, 0), Prices(standing), bound),
    )
    return Matched(programme, answer, proofs)
