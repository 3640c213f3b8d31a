"""First prices by an auction: what vacancies are worth where there are only children and places.

Every child without a place bids for the provision that is cheapest for it, by as much as its second choice is
dearer and a little more; who is outbid bids again. No child ends up more than that little away from its
cheapest choice. Where places are scarce it begins with large bids and goes on from the prices with smaller
ones. Only a start: what it gives is near the duals, and the programme that follows is exact.
Source: Bertsekas and Castañon 1989 (auction for transportation problems, ε-scaling).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from optimiser.allocation.assignment import AssignmentMarket
from optimiser.matching.instance import Floats, Instance, Ints

PLENTY = 1.15
"""With so many vacancies a child one auction is enough."""
BID_GBP = (20.0, 2.0)
"""£ a week: how much a bid adds where places are plenty."""
SCARCE_BIDS_GBP = (3_000.0, 300.0, 30.0, 5.0)
"""And, one auction after another, where they are not."""

_CHOICES = 128
"""Pairs of each child that are looked at; more only where these cannot say which are the best two."""
_ROUNDS = 500
_LEFT = 1_000
"""An auction may end with one child in so many still bidding."""
_FEW = 8
"""So many bid one by one, which takes less time than all at once, at most once for each child."""
_BIDS, _OUT = -1, -2
_EMPTY = -1.0


@dataclass(frozen=True)
class Auctioned:
    """Where an auction ended."""

    price: Floats
    """Shape (provisions,): £ a week for a vacancy."""
    placement: Ints
    """Shape (children,): index of a provision, negative for none; none has more than its vacancies."""


def are_plenty(instance: Instance) -> bool:
    """Whether there are so many vacancies for each child that prices hardly matter to most."""
    return bool(instance.provisions.vacancies.sum() >= PLENTY * len(instance.children))


def auctioned(market: AssignmentMarket, unplaced: float) -> Auctioned:
    """Prices near the duals, where a child without a place costs `unplaced`, £ a week."""
    auction = _Auction(market, unplaced)
    for bid in BID_GBP if are_plenty(market.instance) else SCARCE_BIDS_GBP:
        auction.lower(auction.bid)
        auction.hold(bid)
    return Auctioned(auction.price[:-1], auction.placement)


class _Auction:
    """Prices and who holds what; the last price is that of a provision that nobody can have."""

    def __init__(self, market: AssignmentMarket, unplaced: float) -> None:
        instance = market.instance
        children, provisions = len(instance.children), len(instance.provisions)
        self._market, self._unplaced = market, unplaced
        self._vacancies = np.minimum(instance.provisions.vacancies, children)
        self.bid = 0.0
        self.price = np.zeros(provisions + 1)
        self.placement = np.full(children, _OUT)
        self._level = np.zeros((provisions, 0))
        """Shape (provisions, most vacancies): what is paid for each; more than anyone where there is none."""
        self._holder = np.zeros((provisions, 0), dtype=np.int64)
        """The same shape: who holds it, negative for nobody."""
        self._first = np.zeros(children, dtype=np.int64)
        self._number = np.zeros(children, dtype=np.int64)
        self._first[market.listed] = market.begin[:-1]
        self._number[market.listed] = np.diff(market.begin)
        choices = min(_CHOICES, int(self._number.max(initial=0)))
        self._choice = np.full((children, choices), provisions, dtype=np.int32)
        self._score = np.full((children, choices), np.inf)
        self._beyond = np.full(children, -np.inf)
        """No pair that is not among the choices costs less."""

    def lower(self, by: float) -> None:
        """Everyone gives up their place; prices fall, where there is room to nothing."""
        placed = self.placement[self.placement >= 0]
        room = np.bincount(placed, minlength=len(self._vacancies)) < self._vacancies
        self.price[:-1] = np.where(room, 0.0, np.maximum(0.0, self.price[:-1] - by))
        self.placement = np.where(self._number > 0, _BIDS, _OUT)
        self._beyond[(self._number > self._choice.shape[1]) | (self._beyond < np.inf)] = -np.inf
        slots = np.arange(int(self._vacancies.max(initial=0)))
        self._level = np.where(slots < self._vacancies[:, None], _EMPTY, np.inf)
        self._holder = np.full(self._level.shape, -1)

    def hold(self, bid: float) -> None:
        """Rounds of bids, all at once and at last one by one, until nearly nobody is left to bid."""
        self.bid, enough = bid, len(self.placement) // _LEFT
        for _ in range(_ROUNDS):
            bidders = np.flatnonzero(self.placement == _BIDS)
            if len(bidders) <= max(enough, _FEW):
                break
            self._place(*self._bids(bidders))
        queue = deque(np.flatnonzero(self.placement == _BIDS).tolist())
        for _ in range(len(self.placement)):
            if len(queue) <= enough:
                break
            queue.extend(self._place_one(queue.popleft()))
        self.placement[self.placement == _BIDS] = _OUT

    def _bids(self, bidders: Ints) -> tuple[Ints, Ints, Floats]:
        """Who bids for which provision, and how much; the others leave."""
        wanted, least, second = self._offers(bidders)
        unsure = second > self._beyond[bidders]
        if unsure.any():
            self._look_again(bidders[unsure])
            wanted[unsure], least[unsure], second[unsure] = self._offers(bidders[unsure])
        level = self.price[wanted] + (second - least) + self.bid
        out = least >= self._unplaced
        if not out.any():
            return bidders, wanted, level
        self.placement[bidders[out]] = _OUT
        return bidders[~out], wanted[~out], level[~out]

    def _offers(self, bidders: Ints) -> tuple[Ints, Floats, Floats]:
        """The cheapest provision of each, what it costs there, and what the next choice does."""
        choice, row = self._choice.take(bidders, axis=0), np.arange(len(bidders))
        cost = self._score.take(bidders, axis=0)
        cost += self.price.take(choice)
        at = cost.argmin(axis=1)
        wanted, least = choice[row, at].astype(np.int64), cost[row, at]
        cost[row, at] = np.inf
        return wanted, least, np.minimum(cost.min(axis=1), self._unplaced)

    def _look_again(self, children: Ints) -> None:
        """The cheapest pairs of each at the prices become its choices."""
        market, choices = self._market, self._choice.shape[1]
        for child in children.tolist():
            begin, number = int(self._first[child]), int(self._number[child])
            provision, score = market.provision[begin : begin + number], market.score[begin : begin + number]
            if number <= choices:
                self._choice[child, :number], self._score[child, :number] = provision, score
                self._beyond[child] = np.inf
                continue
            cost = self.price.take(provision)
            cost += score
            order = cost.argpartition(choices)
            self._beyond[child] = cost[order[choices]]
            kept = order[:choices]
            self._choice[child], self._score[child] = provision[kept], score[kept]

    def _place(self, bidders: Ints, wanted: Ints, level: Floats) -> None:
        """Each provision keeps those who pay most; its price is the least that one of them pays."""
        if not len(bidders):
            return
        order = np.lexsort((-level, wanted))
        bidders, wanted, level = bidders[order], wanted[order], level[order]
        begins = np.empty(len(wanted), dtype=np.bool_)
        begins[0], begins[1:] = True, wanted[1:] != wanted[:-1]
        first, row = np.flatnonzero(begins), np.cumsum(begins) - 1
        at, slots = wanted[first], self._level.shape[1]
        rank = np.arange(len(wanted)) - first[row]
        likely = rank < slots
        if not likely.all():
            bidders, level, row, rank = bidders[likely], level[likely], row[likely], rank[likely]
        levels = np.full((len(at), slots + int(rank.max()) + 1), -np.inf)
        holder = np.full(levels.shape, -1)
        levels[:, :slots], holder[:, :slots] = self._level[at], self._holder[at]
        levels[row, slots + rank], holder[row, slots + rank] = level, bidders
        order, rows = np.argsort(-levels, axis=1, kind="stable"), np.arange(len(at))[:, None]
        holder, levels = holder[rows, order], levels[rows, order[:, :slots]]
        kept, left = holder[:, :slots], holder[:, slots:]
        self._level[at], self._holder[at] = levels, kept
        self.placement[left[left >= 0]] = _BIDS
        holds = kept >= 0
        self.placement[kept[holds]] = np.repeat(at, holds.sum(axis=1))
        self.price[at] = np.maximum(self.price[at], levels[:, -1])

    def _place_one(self, child: int) -> list[int]:
        """The same for one child; gives who must bid again."""
        wanted, least, second = self._offer(child)
        if second > self._beyond[child]:
            self._look_again(np.array([child]))
            wanted, least, second = self._offer(child)
        if least >= self._unplaced:
            self.placement[child] = _OUT
            return []
        levels, level = self._level[wanted], self.price[wanted] + (second - least) + self.bid
        slot = levels.argmin()
        before = int(self._holder[wanted, slot])
        levels[slot], self._holder[wanted, slot], self.placement[child] = level, child, wanted
        self.price[wanted] = max(self.price[wanted], levels.min())
        if before < 0:
            return []
        self.placement[before] = _BIDS
        return [before]

    def _offer(self, child: int) -> tuple[int, float, float]:
        """As `_offers`, of one child."""
        choice = self._choice[child]
        cost = self._score[child] + self.price.take(choice)
        at = cost.argmin()
        least = cost[at]
        cost[at] = np.inf
        return int(choice[at]), float(least), min(float(cost.min()), self._unplaced)
