"""The full plan in plain PuLP, the ordinary way: a variable a unit and a pair, a constraint at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pulp

from benchmarks.answer import Say
from benchmarks.full_plan import future_instances, units_of_pack
from benchmarks.peers.plain_pulp import PlainModel, by_tiers
from benchmarks.plan_answer import PlanAnswer
from optimiser.commissioning.outlook import whole_weights
from optimiser.pack.futures import Future
from optimiser.pack.options import unit_id
from optimiser.pack.pack import Pack


class PlainPlan:
    """All variables and constraints of docs/commissioning.md."""

    def __init__(self, pack: Pack, futures: Sequence[Future]) -> None:
        self.units = units_of_pack(pack)
        self.problem = pulp.LpProblem("commission", pulp.LpMinimize)
        names = range(len(self.units.name))
        self.opened = [self.problem.add_variable(f"open_{unit}", cat="Binary") for unit in names]
        self.weights = whole_weights([future.weight for future in futures])
        of_name = dict(zip(self.units.name, self.opened, strict=True))
        self.futures = [
            PlainModel(instance, problem=self.problem, prefix=f"future_{number}_", opened=of_name)
            for number, instance in enumerate(future_instances(pack, futures))
        ]
        self._limits()
        self._in_order(of_name)

    def _limits(self) -> None:
        """Σ each · open ≤ most, for every limit."""
        for name, each, most in self.units.limits:
            used = [cost * unit for cost, unit in zip(each.tolist(), self.opened, strict=True)]
            self.problem += pulp.lpSum(used) <= most, name

    def _in_order(self, of_name: dict[str, pulp.LpVariable]) -> None:
        """open[second] ≤ open[first], for every two units of an option that follow each other."""
        for option, number in zip(self.units.option, self.units.number, strict=True):
            if number > 1:
                second, first = of_name[unit_id(option, number)], of_name[unit_id(option, number - 1)]
                self.problem += second - first <= 0, f"order_{second.name}"

    def tier(self, number: int) -> pulp.LpAffineExpression:
        """What a tier minimises, times the sum of the weights."""
        parts = [
            weight * future.tier(number) for weight, future in zip(self.weights, self.futures, strict=True)
        ]
        if number == 3:
            weekly = self.units.weekly.tolist()
            costs = [cost * unit for cost, unit in zip(weekly, self.opened, strict=True)]
            parts.append(sum(self.weights) * pulp.lpSum(costs))
        return pulp.lpSum(parts)


def solve(pack: Pack, futures: Sequence[Future], gap: float, say: Say) -> PlanAnswer:
    """Fewest unplaced, then fewest separated, then the lowest score to a relative `gap`."""
    say("building")
    plan = PlainPlan(pack, futures)
    proven = by_tiers(plan, gap, say)
    chosen = np.array([unit.value() or 0.0 for unit in plan.opened])
    homes = tuple((future.instance, future.placement()) for future in plan.futures)
    return PlanAnswer(plan.units.opened(chosen), homes, proven)
