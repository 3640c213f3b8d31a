"""Points of the frontier: allocations by weekly cost and miles from home, and the prices that pick them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

EXACT = 1e-9
"""A smaller gap is taken as this one: floating point tells no more."""


class Supported(StrEnum):
    """Whether some price of a mile picks the point."""

    YES = "yes"
    NO = "no"
    """At every price another allocation found is better."""
    UNKNOWN = "not decided"


@dataclass(frozen=True)
class Spot:
    """One allocation: £ a week, and miles from home, all children together."""

    cost: float
    miles: float

    def at(self, price: float) -> float:
        """£ a week with each mile at a price."""
        return self.cost + price * self.miles


@dataclass(frozen=True)
class Point:
    """One point: the fewest miles from home that `budget` buys, with tiers 1 and 2 kept."""

    spot: Spot
    budget: float | None
    """£ a week; None at the end where no budget binds."""
    miles_bound: float
    """No allocation that costs no more than this one has fewer miles."""
    unplaced: int
    separated: int
    price: float | None = None
    """£ a mile at which no allocation is better, to the gap asked for."""
    supported: Supported = Supported.UNKNOWN

    @property
    def gap(self) -> float:
        """(miles − bound) / miles; 0 where there are no miles."""
        return max(0.0, self.spot.miles - self.miles_bound) / self.spot.miles if self.spot.miles else 0.0

    def is_proven(self, gap: float) -> bool:
        """Its gap is at most the one asked for."""
        return self.gap <= max(gap, EXACT)


def undominated(points: Sequence[Point], spots: Sequence[Spot]) -> list[Point]:
    """The points that no spot beats in cost or miles without losing in the other; each spot once, by cost."""
    found: dict[Spot, Point] = {}
    for point in points:
        here = point.spot
        beaten = any(
            other != here and other.cost <= here.cost and other.miles <= here.miles for other in spots
        )
        if not beaten:
            found.setdefault(here, point)
    return sorted(found.values(), key=lambda point: point.spot.cost)


def prices_that_pick(spot: Spot, spots: Sequence[Spot]) -> tuple[float, float]:
    """Least and highest price of a mile at which no spot is better; the least is higher where none is."""
    least, highest = 0.0, math.inf
    for other in spots:
        nearer, dearer = spot.miles - other.miles, other.cost - spot.cost
        if nearer > 0:
            highest = min(highest, dearer / nearer)
        elif nearer < 0:
            least = max(least, dearer / nearer)
        elif dearer < 0:
            return 1.0, 0.0
    return least, highest
