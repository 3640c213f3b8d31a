"""What `allocate` answers for a folder, in the oracle's words: identifiers in place of indices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from support.oracle import Best

from optimiser.allocation.solution import Solution
from optimiser.allocation.solve import allocate
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.read import read_pack

GAP = 1e-6
"""The relative tier-3 gap asked for, as on the held-out packs."""
CLOSE = 2e-6
"""Two scores each proven to `GAP` may differ by this much, relatively."""


@dataclass(frozen=True)
class Answer:
    """The program's allocation as `Best`, and the solution it was read from."""

    best: Best
    solution: Solution


def answer(folder: Path) -> Answer:
    """Read the pack in `folder` and allocate it to `GAP`."""
    instance = instance_from_pack(read_pack(folder))
    solution = allocate(instance, gap=GAP)
    where = zip(instance.children.id.tolist(), solution.placement.tolist(), strict=True)
    houses = instance.provisions.id.tolist()
    placement = {child: None if at < 0 else houses[at] for child, at in where}
    tiers = solution.tiers
    return Answer(Best(tiers.unplaced, tiers.separated, tiers.score, placement), solution)


def close(one: float, other: float) -> bool:
    """Whether two scores, £ a week, agree as far as `GAP` promises."""
    return abs(one - other) <= CLOSE * abs(other) + 1e-6


def worse(one: Best, other: Best) -> bool:
    """Whether `one` is worse than `other` in the order of the tiers, beyond what `GAP` allows."""
    if (one.unplaced, one.separated) != (other.unplaced, other.separated):
        return (one.unplaced, one.separated) > (other.unplaced, other.separated)
    return one.score > other.score and not close(one.score, other.score)
