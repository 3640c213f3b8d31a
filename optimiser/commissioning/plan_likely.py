"""A likely plan: the whole units with which the relaxation of all placements costs least.

That cost is convex in the units, and every answer of the relaxation bounds it from below by a plane, whose
slope is what the duals pay for a unit. The units within the limits that lie lowest by all planes so far are
relaxed next, which gives another plane, until none lie lower than the best units relaxed. Only a plan to try:
it is worth what the futures' allocations under it are, and what is proven of all plans is proven elsewhere.
Source: Benders 1962; Kelley 1960.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pulp

from optimiser.allocation.highs import solver_of, status_of
from optimiser.allocation.relaxation import Clock, relaxed_in_time
from optimiser.commissioning.outlook import Offers
from optimiser.commissioning.plan_bound import worth_of_units
from optimiser.commissioning.plan_programme import Mixed, PlanProgramme
from optimiser.errors import SolverError
from optimiser.matching.instance import Floats, Ints

_MOST_PLANES = 60
_SAME = 1e-6
"""Relative: two costs no farther apart are the same."""


@dataclass(frozen=True)
class _Plane:
    """The placements cost at least `level` + `slope` · units; £ a week, and £ a week for a unit."""

    level: float
    slope: Floats


def likely_units(programme: PlanProgramme, clock: Clock) -> Ints:
    """Whole units of every option, shape (options,), within the limits, over the columns admitted so far.

    The programme's tallies are loose, or there are none, so that there is an answer for any units. Its units
    are left bounded as the last of them were.
    """
    offers = programme.offers
    programme.bound_units(np.zeros(len(offers), dtype=np.int64), offers.max_units)
    relaxed = relaxed_in_time(programme, clock)
    planes, tried = [_plane(programme, relaxed)], set[tuple[int, ...]]()
    best, least = np.zeros(len(offers), dtype=np.int64), math.inf
    for _ in range(_MOST_PLANES):
        units, bound = _lowest(offers, planes, relaxed.value, clock)
        if bound >= least - _SAME * abs(least) or tuple(units.tolist()) in tried:
            break
        tried.add(tuple(units.tolist()))
        programme.bound_units(units, units)
        found = relaxed_in_time(programme, clock)
        planes.append(_plane(programme, found))
        if found.value < least:
            best, least = units, found.value
    return best


def _plane(programme: PlanProgramme, relaxed: Mixed) -> _Plane:
    """What the duals of an answer say of all units."""
    worth = worth_of_units(programme.offers, programme.outlooks, relaxed.duals)
    slope = programme.objective.score * programme.offers.weekly - worth
    return _Plane(relaxed.value - float(slope @ relaxed.units), slope)


def _lowest(offers: Offers, planes: list[_Plane], least: float, clock: Clock) -> tuple[Ints, float]:
    """The units that lie lowest by all planes, and how low; nothing lies below `least`."""
    problem = pulp.LpProblem("units", pulp.LpMinimize)
    add = problem.add_variable
    units = [add(f"units_{o}", 0, most, "Integer") for o, most in enumerate(offers.max_units.tolist())]
    above = add("above", 0)
    problem.setObjective(above + 0.0)
    for index, limit in enumerate(offers.limits):
        used = np.flatnonzero(limit.each)
        row = pulp.lpSum_vars_coefs((units[o], float(limit.each[o])) for o in used.tolist())
        problem.addConstraint(row <= limit.most, f"limit_{index}")
    for index, plane in enumerate(planes):
        row = pulp.lpSum_vars_coefs(zip(units, plane.slope.tolist(), strict=True))
        problem.addConstraint(row - above <= least - plane.level, f"plane_{index}")
    highs = solver_of(problem, whole_numbers=True, filled=True)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", _SAME * abs(least))
    left = clock.left()
    if left is not None:
        highs.setOptionValue("time_limit", left)
    highs.run()
    status, found = status_of(highs)
    if not found:
        clock.left()
        raise SolverError(f"HiGHS ended the search for units with {status!r}")
    values = np.array(highs.getSolution().col_value[: len(units)])
    return np.round(values).astype(np.int64), least + float(highs.getInfo().mip_dual_bound)
