"""The plan: how many units of each option, who lives where in every future, and how far it is proven."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from optimiser.allocation.families import Tally
from optimiser.allocation.solution import Solution, Status, relative_gap
from optimiser.commissioning.outlook import Offers, Outlook
from optimiser.commissioning.plan_programme import Duals
from optimiser.matching.instance import Floats, Instance, Ints
from optimiser.pack.commission import Commission
from optimiser.pack.futures import Future
from optimiser.pack.pack import Pack


@dataclass(frozen=True)
class PlanTiers:
    """The three tiers as means over the futures: children, groups, and £ a week with what the units cost."""

    unplaced: float
    separated: float
    score: float


@dataclass(frozen=True)
class Allocated:
    """One future's allocation in the places there are under a plan."""

    pack: Pack
    """The future's children; the provision there is, then the units that are open by its date."""
    instance: Instance
    solution: Solution


@dataclass(frozen=True)
class Outcome:
    """What a plan does in one future, and what would be without it."""

    future: Future
    weight: int
    share: float
    """The weight over the sum of the weights."""
    before: Allocated
    """No unit open."""
    after: Allocated


@dataclass(frozen=True)
class PlanProof:
    """No plan that `tally` allows has less than `bound` of this tier, by weak duality at `duals`."""

    tier: int
    tally: Tally
    duals: Duals
    bound: float


@dataclass(frozen=True)
class Plan:
    """One plan for all futures; options in the order of their identifiers."""

    pack: Pack
    commission: Commission
    """The limits it was made under."""
    offers: Offers
    outlooks: tuple[Outlook, ...]
    units: Ints
    """Shape (options,)."""
    outcomes: tuple[Outcome, ...]
    """By future, in the order of their folders."""
    tiers: PlanTiers
    bounds: PlanTiers
    """No plan has fewer without a place; none at that number fewer separated; and so on."""
    status: Status
    marginal: Floats
    """Shape (options,): £ a week that one more unit would save, less its cost, at the tier-3 prices."""
    proofs: tuple[PlanProof, ...]
    """One for each tier, in their order: what duality alone proves; the search may have proven more."""
    certified_score: float
    """£ a week: what the third proves of plans with the counts of this one."""
    gap_asked: float
    seconds: float

    @property
    def units_by_option(self) -> Mapping[str, int]:
        """option_id → units to open."""
        return dict(zip(self.offers.id.tolist(), self.units.tolist(), strict=True))

    @property
    def units_weekly(self) -> float:
        """£ a week: what the units cost, standing and capital over the payback."""
        return units_cost(self.offers, self.units)

    @property
    def gap(self) -> float:
        """(score − bound) / score; 0 where the score is 0."""
        return relative_gap(self.tiers.score, self.bounds.score)


def units_cost(offers: Offers, units: Ints) -> float:
    """£ a week of all units, an exact sum."""
    return math.fsum((offers.weekly * units).tolist())
