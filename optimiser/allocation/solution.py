"""The solution: who lives where, the three tiers, and how far each is proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from optimiser.allocation.columns import Columns
from optimiser.allocation.proof import TierProof
from optimiser.matching.instance import Ints


class Status(StrEnum):
    """How much is proven (contract, section 3)."""

    OPTIMAL = "optimal"
    """Tiers 1 and 2 are proven and the tier-3 gap is at most the one asked for."""
    FEASIBLE = "feasible"
    """Every rule holds; the bounds say how much better an allocation could be."""


@dataclass(frozen=True)
class Tiers:
    """The three tiers in their order: children without a place, groups separated, score in £ a week."""

    unplaced: int
    separated: int
    score: float


@dataclass(frozen=True)
class Answer:
    """A whole-number answer: its columns, and where each child lives (−1 is nowhere)."""

    columns: Columns
    placement: Ints
    tiers: Tiers


@dataclass(frozen=True)
class Solution:
    """One allocation with its bounds; children and provisions as the instance orders them."""

    placement: NDArray[np.int64]
    """Shape (children,): index of the provision, or -1 for a child without a place."""
    tiers: Tiers
    bounds: Tiers
    """No allocation has fewer without a place; none at that number fewer separated; and so on."""
    status: Status
    vacancy_price: NDArray[np.float64]
    """Shape (provisions,): £ a week, ≥ 0: dual of the capacity row in the tier-3 relaxation, or near it where
    there are only children and places: the price that proves the bound."""
    limit_prices: Mapping[tuple[str, str], float]
    """(limit, authority or "") → £ a week that one more unit of a binding limit would save."""
    proofs: tuple[TierProof, ...]
    """One for each tier, in their order: what duality alone proves; the search may have proven more."""
    model_mps: bytes
    """The final restricted programme, in MPS format, gzip-compressed; empty where only figures are wanted."""
    seconds: float

    @property
    def gap(self) -> float:
        """(score − bound) / score; 0 where the score is 0."""
        return relative_gap(self.tiers.score, self.bounds.score)


def relative_gap(value: float, bound: float) -> float:
    """(value − bound) / |value|; 0 where the bound reaches the value."""
    return 0.0 if value <= bound else (value - bound) / abs(value)
