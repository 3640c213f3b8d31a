"""The full plan handed to HiGHS as arrays, tier by tier, each begun from the answer of the tier before."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.answer import Say
from benchmarks.full_plan import full_plan
from benchmarks.peers.highs_arrays import by_tiers
from benchmarks.plan_answer import PlanAnswer
from optimiser.pack.futures import Future
from optimiser.pack.pack import Pack


def solve(pack: Pack, futures: Sequence[Future], gap: float, say: Say) -> PlanAnswer:
    """Fewest unplaced, then fewest separated, then the lowest score to a relative `gap`."""
    say("building")
    plan = full_plan(pack, futures)
    x, proven = by_tiers(plan, gap, say)
    return PlanAnswer(plan.units.opened(x[: len(plan.units.name)]), plan.homes(x), proven)
