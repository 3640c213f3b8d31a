"""The optimiser itself; it also allocates every future with nothing opened, which no peer does."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.answer import Say
from benchmarks.plan_answer import PlanAnswer
from optimiser.commissioning.plan_solve import commission
from optimiser.pack.futures import Future
from optimiser.pack.pack import Pack


def solve(pack: Pack, futures: Sequence[Future], gap: float, say: Say) -> PlanAnswer:
    """`commission`, as the command calls it."""
    say("planning")
    plan = commission(pack, futures, gap=gap)
    homes = tuple((outcome.after.instance, outcome.after.solution.placement) for outcome in plan.outcomes)
    return PlanAnswer(plan.units_by_option, homes, plan.gap)
