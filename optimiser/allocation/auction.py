"""First prices by an auction: what vacancies are worth where there are only children and places.

Every child without a place bids for the provision that is cheapest for it, by as much as its second choice is
dearer and a little more; who is outbid bids again. No child ends up more than that little away from its
cheapest choice. Where places are scarce it begins with large bids and goes on from the prices with smaller
ones. Only a start: what it gives is near the duals, and the programme that follows is exact.
Source: Bertsekas and Castañon 1989 (auction for transportation problems, ε-scaling).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.assignment import AssignmentMarket
from optimiser.allocation.market import rank_by_owner
from optimiser.matching.instance import Bools, Floats, Ints

PLENTY = 1.15
"""With so many vacancies a child one auction is enough."""
BID_GBP = (20.0,)
"""£ a week: how much a bid adds where places are plenty."""
SCARCE_BIDS_GBP = (3_000.0, 300.0, 30.0, 5.0)
"""And, one auction after another, where they are not."""

_CHOICES = 256
"""Pairs of each child that are looked at; more only where these cannot say which are the best two."""
_ROUNDS = 500
_LEFT = 1_000
"""An auction may end with one child in so many still bidding."""
_AT_ONCE = 128
_BIDS, _OUT = -1, -2


@dataclass(frozen=True)
class Auctioned:
    """Where an auction ended."""

    price: Floats
    """Shape (provisions,): £ a week for a vacancy."""
    placement: Ints
    """Shape (children,): index of a provision, negative for none; none has more than its vacancies."""


def auctioned(market: AssignmentMarket, unplaced: float) -> Auctioned:
    """Prices near the duals, where a child without a place costs `unplaced`, £ a week."""
    vacancies = market.instance.provisions.vacancies
    plenty = vacancies.sum() >= PLENTY * len(market.instance.children)
    auction = _Auction(market, unplaced)
    for bid in BID_GBP if plenty else SCARCE_BIDS_GBP:
        auction.lower(auction.bid)
        auction.hold(bid)
    return Auctioned(auction.price[:-1], auction.placement)


class _Auction:
    """Prices and who holds what; the last price is that of a provision that nobody can have."""

    def __init__(self, market: AssignmentMarket, unplaced: float) -> None:
        instance = market.instance
        children, provisions = len(instance.children), len(instance.provisions)
        self._market, self._unplaced = market, unplaced
        self._vacancies = instance.provisions.vacancies
        self.bid = 0.0
        self.price = np.zeros(provisions + 1)
        self.placement = np.full(children, _OUT)
        self._level = np.zeros(children)
        """What each child pays for the place that it holds."""
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
        self._beyond[:] = -np.inf

    def hold(self, bid: float) -> None:
        """Rounds of bids, all at once, until nearly nobody is left to bid."""
        self.bid = bid
        for _ in range(_ROUNDS):
            bidders = np.flatnonzero(self.placement == _BIDS)
            if len(bidders) <= len(self.placement) // _LEFT:
                break
            wanted, least, second = self._offers(bidders)
            unsure = second > self._beyond[bidders]
            if unsure.any():
                self._look_again(bidders[unsure])
                wanted[unsure], least[unsure], second[unsure] = self._offers(bidders[unsure])
            out = least >= self._unplaced
            self.placement[bidders[out]] = _OUT
            self._place(bidders[~out], wanted[~out], (second - least)[~out] + bid)
        self.placement[self.placement == _BIDS] = _OUT

    def _offers(self, bidders: Ints) -> tuple[Ints, Floats, Floats]:
        """The cheapest provision of each, what it costs there, and what the next choice does."""
        choice, row = self._choice[bidders], np.arange(len(bidders))
        cost = self._score[bidders] + self.price[choice]
        at = cost.argmin(axis=1)
        wanted, least = choice[row, at].astype(np.int64), cost[row, at]
        cost[row, at] = np.inf
        return wanted, least, np.minimum(cost.min(axis=1), self._unplaced)

    def _look_again(self, children: Ints) -> None:
        """The cheapest pairs of each at the prices become its choices."""
        market, choices = self._market, self._choice.shape[1]
        children = children[np.argsort(self._number[children], kind="stable")]
        for start in range(0, len(children), _AT_ONCE):
            some = children[start : start + _AT_ONCE]
            number = self._number[some, None]
            offset = np.arange(int(number.max()))
            absent: Bools = offset >= number
            pair = np.where(absent, 0, self._first[some, None] + offset)
            provision = np.where(absent, len(self.price) - 1, market.provision[pair])
            score = np.where(absent, np.inf, market.score[pair])
            beyond = np.full(len(some), np.inf)
            if len(offset) > choices:
                cost = score + self.price[provision]
                order = np.argpartition(cost, choices, axis=1)
                beyond = np.take_along_axis(cost, order[:, choices : choices + 1], axis=1)[:, 0]
                kept = order[:, :choices]
                provision = np.take_along_axis(provision, kept, axis=1)
                score = np.take_along_axis(score, kept, axis=1)
            self._choice[some], self._score[some] = len(self.price) - 1, np.inf
            self._choice[some, : provision.shape[1]] = provision
            self._score[some, : score.shape[1]] = score
            self._beyond[some] = beyond

    def _place(self, bidders: Ints, wanted: Ints, above: Floats) -> None:
        """Each provision keeps those who pay most; its price is the least that one of them pays."""
        self._level[bidders] = self.price[wanted] + above
        self.placement[bidders] = wanted
        asked = np.zeros(len(self.price), dtype=np.bool_)
        asked[wanted] = True
        holders = np.flatnonzero(asked[self.placement] & (self.placement >= 0))
        at, level = self.placement[holders], self._level[holders]
        rank = rank_by_owner(at, -level)
        last = rank == self._vacancies[at] - 1
        self.price[at[last]] = np.maximum(self.price[at[last]], level[last])
        self.placement[holders[rank >= self._vacancies[at]]] = _BIDS
