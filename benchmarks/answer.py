"""What a peer gives back, and its tiers counted the same way for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.matching.instance import Instance, Ints
from optimiser.matching.score import score

Say = Callable[[str], None]
"""Told what a peer is at, so that a peer out of time is known by how far it came."""


@dataclass(frozen=True)
class Answer:
    """Who lives where (index of the provision, −1 for nowhere) and the relative tier-3 gap proven of it."""

    placement: Ints
    gap: float


def tiers(instance: Instance, placement: Ints) -> tuple[int, int, float]:
    """Children without a place, groups separated, score in £ a week, counted from the placement alone."""
    placed = np.flatnonzero(placement >= 0)
    homes = [set(placement[list(group)].tolist()) for group in instance.groups]
    separated = sum(len(where) > 1 or -1 in where for where in homes)
    return int((placement < 0).sum()), separated, float(score(instance, placed, placement[placed]).sum())


def gap_of(value: float, bound: float) -> float:
    """(value − bound) / value; 0 where both are the same."""
    return 0.0 if value == bound else max(0.0, value - bound) / abs(value)
