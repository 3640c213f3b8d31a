"""The optimiser itself, PuLP building included."""

from __future__ import annotations

from benchmarks.answer import Answer, Say
from optimiser.allocation.solve import allocate
from optimiser.matching.instance import Instance


def solve(instance: Instance, gap: float, say: Say) -> Answer:
    """`allocate`, as the command calls it."""
    say("allocating")
    solution = allocate(instance, gap=gap)
    return Answer(solution.placement, solution.gap)
