"""The full model in plain PuLP, written the ordinary way: a variable a pair, a constraint at a time."""

from __future__ import annotations

import numpy as np
import pulp

from benchmarks.answer import Say
from optimiser.commissioning.facility import Facilities
from optimiser.matching.instance import Ints


def solve(instance: Facilities, say: Say) -> tuple[Ints, Ints]:
    """Opening plus serving, every unit served once by an open site, no site beyond its capacity."""
    say("building")
    units, sites = len(instance.size), len(instance.capacity)
    problem = pulp.LpProblem("facility", pulp.LpMinimize)
    opened = [problem.add_variable(f"open_{s}", cat="Binary") for s in range(sites)]
    pairs = list(zip(instance.site.tolist(), instance.unit.tolist(), strict=True))
    serve = {(s, u): problem.add_variable(f"serve_{s}_{u}", cat="Binary") for s, u in pairs}
    cost = dict(zip(pairs, instance.cost.tolist(), strict=True))
    size, opening = instance.size.tolist(), instance.opening.tolist()
    problem.setObjective(
        pulp.lpSum([cost[pair] * variable for pair, variable in serve.items()])
        + pulp.lpSum([opening[s] * opened[s] for s in range(sites)])
    )
    of_unit: list[list[pulp.LpVariable]] = [[] for _ in range(units)]
    of_site: list[list[pulp.LpAffineExpression]] = [[] for _ in range(sites)]
    for (s, u), variable in serve.items():
        of_unit[u].append(variable)
        of_site[s].append(size[u] * variable)
        problem += variable <= opened[s], f"only_open_{s}_{u}"
    for u, variables in enumerate(of_unit):
        problem += pulp.lpSum(variables) == 1, f"served_once_{u}"
    for s, capacity in enumerate(instance.capacity.tolist()):
        if np.isfinite(capacity):
            problem += pulp.lpSum(of_site[s]) <= capacity * opened[s], f"capacity_{s}"
    if instance.number_open is not None:
        problem += pulp.lpSum(opened) == instance.number_open, "number_open"
    say("solving")
    ended = problem.solve(pulp.HiGHS(msg=False, gapRel=0.0))
    if ended.status != pulp.LpSolveStatus.Optimal:
        raise RuntimeError(f"PuLP ended with {ended.status!r}")
    at = np.full(units, -1, dtype=np.int64)
    for (s, u), variable in serve.items():
        if (variable.value() or 0.0) > 0.5:
            at[u] = s
    return at, np.array([s for s in range(sites) if (opened[s].value() or 0.0) > 0.5], dtype=np.int64)
