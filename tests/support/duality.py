"""Weak duality spelt out: the bound of one tier, pair by pair and without any haste, for small packs.

Eligibility, scores and miles are the model's, so that the verifier's own reading of the contract is set
against it; the prices are the verifier's.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from optimiser.matching.eligibility import eligible
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.matching.score import is_far, score
from optimiser.pack.pack import Pack
from optimiser.verification.certificate import NANO, Prices


class Slow:
    """One pack and the prices of one tier; children and provisions by their rows in the files."""

    def __init__(self, pack: Pack, prices: Prices) -> None:
        self.instance: Instance = instance_from_pack(pack)
        self.prices = prices
        self.children = pack.children["child_id"].tolist()
        self.places = pack.provision["provision_id"].tolist()
        self._child = {name: i for i, name in enumerate(self.instance.children.id.tolist())}
        self._place = {name: i for i, name in enumerate(self.instance.provisions.id.tolist())}
        self.groups = [
            [self.children.index(str(self.instance.children.id[c])) for c in group]
            for group in self.instance.groups
        ]

    def _pair(self, child: int, place: int) -> tuple[np.ndarray, np.ndarray]:
        return (
            np.array([self._child[self.children[child]]]),
            np.array([self._place[self.places[place]]]),
        )

    def eligible(self, child: int, place: int) -> bool:
        return bool(eligible(self.instance, *self._pair(child, place))[0])

    def vacancies(self, place: int) -> int:
        return int(self.instance.provisions.vacancies[self._place[self.places[place]]])

    def solo(self, child: int) -> bool:
        return bool(self.instance.children.solo[self._child[self.children[child]]])

    def apart(self, a: int, b: int) -> bool:
        one, other = self._child[self.children[a]], self._child[self.children[b]]
        return [min(one, other), max(one, other)] in self.instance.incompatible.tolist()

    def part(self, child: int, place: int) -> int:
        """Score, budgets and share of one child, each rounded down."""
        prices, policy = self.prices, self.instance.policy
        pair = self._pair(child, place)
        authority = str(self.instance.children.authority[pair[0][0]])
        total = math.floor(float(score(self.instance, *pair)[0]) * NANO) - 1 if prices.tier == 3 else 0
        price = prices.weekly_budget + prices.authority_weekly_budget.get(authority, 0)
        total += math.floor(price * Fraction(repr(float(self.instance.provisions.weekly_cost[pair[1][0]]))))
        total += math.floor(prices.share_near_home * Fraction(repr(policy.limits.min_share_within_far_miles)))
        return total - prices.share_near_home * (not bool(is_far(self.instance, *pair)[0]))

    def unit(self, members: list[int], place: int) -> int | None:
        """What a child, or a group placed whole, costs in a place; None where it may not live there."""
        if not all(self.eligible(child, place) for child in members):
            return None
        if len(members) > self.vacancies(place) or any(self.apart(a, b) for a in members for b in members):
            return None
        size = self.vacancies(place) if any(map(self.solo, members)) else len(members)
        total = sum(self.part(child, place) for child in members)
        total += self.prices.capacity.get(place, 0) * size
        total += sum(
            row.price for row in self.prices.apart if row.place == place and {row.a, row.b} & set(members)
        )
        for cut in self.prices.cuts:
            if cut.place == place:
                single = len(members) == 1 and members[0] in cut.singles
                total += cut.price * (1 if single else cut.count[size])
        return total

    def cheapest(self, members: list[int]) -> int | None:
        prices = [self.unit(members, place) for place in range(len(self.places))]
        return min((price for price in prices if price is not None), default=None)

    def bound(self) -> int:
        """The bound in billionths."""
        prices, limits = self.prices, self.instance.policy.limits
        without = NANO * (prices.tier == 1) + prices.fewest_unplaced
        apart = NANO * (prices.tier == 2) + prices.fewest_separated
        grouped = {child for group in self.groups for child in group}
        choice = {}
        for child in range(len(self.children)):
            alone = self.cheapest([child])
            barred = alone is None or (child in grouped and self.instance.policy.split == "never")
            choice[child] = without if barred or alone is None else min(without, alone)
        total = sum(cost for child, cost in choice.items() if child not in grouped)
        for group in self.groups:
            split = apart + sum(choice[child] for child in group)
            whole = self.cheapest(group)
            total += split if whole is None else min(split, whole)
        total -= sum(price * self.vacancies(place) for place, price in prices.capacity.items())
        total -= sum(cut.price * cut.count[-1] for cut in prices.cuts)
        total -= sum(row.price for row in prices.apart)
        total -= prices.fewest_unplaced * (prices.unplaced or 0)
        total -= prices.fewest_separated * (prices.separated or 0)
        total -= math.ceil(prices.weekly_budget * Fraction(repr(limits.weekly_budget or 0.0)))
        for code, price in prices.authority_weekly_budget.items():
            total -= math.ceil(price * Fraction(repr(limits.authority_weekly_budget[code])))
        return total
