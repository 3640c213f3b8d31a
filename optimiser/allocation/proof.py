"""The proof of a tier: prices at which weak duality bounds every allocation."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.allocation.families import Tally
from optimiser.allocation.prices import Prices


@dataclass(frozen=True)
class TierProof:
    """No allocation that `tally` allows has less than `bound` of this tier, by weak duality at `prices`."""

    tier: int
    tally: Tally
    prices: Prices
    bound: float
