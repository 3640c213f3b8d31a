"""The allocation with one provision more, from what the allocation without it has proven.

The prices that prove the tiers of the first allocation bound those of the second: the new provision gets
the price at which the bound falls least. Where that bound meets the first allocation, nothing is saved and
nothing need be solved. Elsewhere the search goes on from the first allocation, which is still allowed, and
from the columns near its prices, instead of from nothing; what it proves is proven over all columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimiser import terms
from optimiser.allocation.check import tiers_of_placement
from optimiser.allocation.columns import Columns, columns_of_pairs, join
from optimiser.allocation.continued import Continued
from optimiser.allocation.families import Tally
from optimiser.allocation.held_market import HeldMarket, held_market, held_with_provision
from optimiser.allocation.market import Market, cheapest, market_from_instance, near
from optimiser.allocation.prices import (
    Objective,
    Prices,
    cheapest_of,
    cost_at_prices,
    objective_of_tier,
    paid_back,
    worth_from_cheapest,
)
from optimiser.allocation.programme import Programme
from optimiser.allocation.proof import TierProof
from optimiser.allocation.region_search import share_of, small_searches
from optimiser.allocation.relaxation import Bounded, rounded_up
from optimiser.allocation.solution import Solution, Tiers
from optimiser.allocation.start import Start, objectives
from optimiser.matching.eligibility import eligible_pairs
from optimiser.matching.instance import Floats, Instance, Ints

_NEAR_GBP = 25.0
"""£ a week: columns that cost no more than so much above their unit's cheapest choice are there at once."""
_NEAR = 0.1
"""Of what the gap allows: how near to its best a small search ends."""


@dataclass(frozen=True)
class Outcome:
    """The tiers with the provision, and what is proven of them."""

    tiers: Tiers
    bounds: Tiers
    solved: bool
    """False where the prices of the first allocation prove that it stays the best."""


class Again:
    """One allocation, optimal to `gap`, to be asked what a further provision would make of it."""

    def __init__(self, instance: Instance, solution: Solution, *, gap: float) -> None:
        self._solution, self._gap = solution, gap
        self._market = held_market(instance)
        self._cheapest = [self._cheapest_at(proof) for proof in solution.proofs]

    def _cheapest_at(self, proof: TierProof) -> Floats:
        """Shape (units,): the price of each unit's cheapest column, at the prices of a proof."""
        objective = objective_of_tier(proof.tier, proof.tally)
        _, columns = self._market.sweep(objective, proof.prices, cheapest(1))
        units = self._market.units
        price = cost_at_prices(self._market.instance, units, columns, objective, proof.prices)
        return cheapest_of(columns, price, len(units.number))

    def with_provision(self, instance: Instance, provision: int) -> Outcome:
        """What the allocation becomes; `instance` is the first one with one provision more, at `provision`.

        Not for kinship: a kin carer's place changes what every other place is worth to its named children.
        """
        if terms.KINDS[instance.provisions.kind[provision]] == terms.KINSHIP:
            raise ValueError("a kin carer's place changes what all others are worth")
        before, units = self._solution, self._market.units
        every = np.arange(len(instance.children), dtype=np.int64)
        pairs = eligible_pairs(instance, every, np.array([provision], dtype=np.int64))
        own = columns_of_pairs(instance, units, *pairs)
        known = WithProvision(
            instance,
            self._market,
            own,
            tuple(
                replace(proof, prices=prices_with_provision(proof.prices, provision))
                for proof in before.proofs
            ),
            tuple(self._cheapest),
        )
        placement = before.placement + (before.placement >= provision)
        tiers = tiers_of_placement(instance, placement)
        tallies = Tally(), Tally(tiers.unplaced), Tally(tiers.unplaced, tiers.separated)
        unplaced, separated, score = (known.bound(tier, tallies[tier - 1]).bound for tier in (1, 2, 3))
        bounds = Tiers(rounded_up(unplaced), rounded_up(separated), min(score, tiers.score))
        if not len(own):
            return Outcome(tiers, before.bounds, solved=False)
        met = (bounds.unplaced, bounds.separated) >= (tiers.unplaced, tiers.separated)
        if met and tiers.score - score <= self._gap * abs(tiers.score):
            return Outcome(tiers, bounds, solved=False)
        search = _Search(known, placement, gap=self._gap)
        search.run()
        if search.answer is None:
            raise AssertionError("a search that begins with an answer has one")
        found = search.answer.tiers
        return Outcome(
            found, Tiers(search.unplaced, search.separated, min(search.score, found.score)), solved=True
        )


@dataclass(frozen=True)
class WithProvision:
    """What is known of an instance with one provision more, before anything is solved."""

    instance: Instance
    market: Market
    """Without the provision: its columns are those of all others."""
    own: Columns
    """The provision's columns."""
    proofs: tuple[TierProof, ...]
    """Of the first allocation, the new provision priced at 0."""
    cheapest: tuple[Floats, ...]
    """By proof, shape (units,): the price of each unit's cheapest column among those of all others."""

    def bound(self, tier: int, tally: Tally) -> TierProof:
        """The most that the proof's prices prove of a tier, over the price of the new provision."""
        proof, others = self.proofs[tier - 1], self.cheapest[tier - 1]
        objective = objective_of_tier(tier, tally)
        price = cost_at_prices(self.instance, self.market.units, self.own, objective, proof.prices)
        worth = worth_from_cheapest(self.instance, objective, proof.prices, others)
        saved = np.maximum(0.0, worth.base[self.own.unit] - price) / self.own.size
        provision = self.own.provision[:1]
        room = int(self.instance.provisions.vacancies[provision].sum())
        asked = np.unique(np.concatenate([[0.0], saved]))[::-1][: room + 2]
        best = None
        for each in asked.tolist():
            prices = _priced(proof.prices, provision, each)
            first = others.copy()
            np.minimum.at(first, self.own.unit, price + each * self.own.size)
            total = worth_from_cheapest(self.instance, objective, prices, first).total
            bound = total - paid_back(self.instance, self.market.units, objective, prices)
            if best is None or bound > best.bound:
                best = TierProof(tier, tally, prices, bound)
        if best is None:
            raise AssertionError("0 is always asked")
        return best


class _Search(Continued):
    """The search of an instance with one provision more, from the first allocation and its prices."""

    def __init__(self, known: WithProvision, placement: Ints, *, gap: float) -> None:
        market = known.market
        if isinstance(market, HeldMarket):
            market = held_with_provision(market, known.instance, int(known.own.provision[0]), known.own)
        else:
            market = market_from_instance(known.instance)
        super().__init__(known.instance, market, gap)
        self._known, self._together = known, Objective()
        self._own = self.begin_with(placement)

    def _first(self) -> Start:
        """The columns near the first prices, the new ones and the answer's; each tier priced as it was."""
        known = self._known
        answer = self.answer
        tally = Tally() if answer is None else Tally(answer.tiers.unplaced, answer.tiers.separated)
        proof = known.bound(3, tally)
        objective = objective_of_tier(3, tally)
        price = cost_at_prices(self.instance, self.market.units, known.own, objective, proof.prices)
        below = known.cheapest[2].copy()
        np.minimum.at(below, known.own.unit, price)
        _, columns = self.market.sweep(objective, proof.prices, near(below, _NEAR_GBP))
        columns = join([columns, known.own, self._own])
        standing = proof.prices.standing
        unplaced, separated = (
            float(standing[name].sum()) if name in standing else 0.0
            for name in ("fewest_unplaced", "fewest_separated")
        )
        priced = Objective(unplaced, separated, 1.0, Tally())
        _, self._together = objectives(self.market, columns)
        return Start(priced, self._together, proof.prices, columns)

    def _search_around(self, programme: Programme, bounded: Bounded) -> None:
        """A small search among those who live elsewhere in the relaxation; else one in the whole region."""
        if self.answer is None:
            return super()._search_around(programme, bounded)
        admitted, relaxed, search = small_searches(
            self.market, programme, bounded, self._together, self.answer.columns
        )
        lives = search.where_they_differ(
            share_of(admitted, self.answer.columns) > 0,
            relaxed,
            self.clock,
            near=_NEAR * self.gap * abs(bounded.bound),
        )
        self._accept(admitted.take(np.flatnonzero(lives)))
        tally = programme.objective.tally
        if (self._reached(1), self._reached(2)) != (tally.unplaced, tally.separated):
            return super()._search_around(programme, bounded)
        return None


def prices_with_provision(prices: Prices, provision: int) -> Prices:
    """The same prices where a further provision, priced at 0, stands at the index `provision`."""

    def moved(other: int) -> int:
        return other + (other >= provision)

    standing = dict(prices.standing)
    if "capacity" in standing:
        standing["capacity"] = np.insert(standing["capacity"], provision, 0.0)
    return Prices(
        standing,
        tuple(replace(row, provision=moved(row.provision)) for row in prices.apart),
        prices.apart_price,
        tuple(replace(cut, provision=moved(cut.provision)) for cut in prices.cuts),
        prices.cut_price,
    )


def _priced(prices: Prices, provision: Ints, price: float) -> Prices:
    if not price:
        return prices
    capacity = prices.standing["capacity"].copy()
    capacity[provision] = price
    return replace(prices, standing={**prices.standing, "capacity": capacity})
