"""What is left of facility location after fixing, in PuLP, solved by HiGHS: as pairs, or as whole loads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pulp

from optimiser.allocation.highs import set_start, solver_of, status_of
from optimiser.commissioning.facility_bound import Dense
from optimiser.commissioning.facility_loads import Loads
from optimiser.errors import SolverError
from optimiser.matching.instance import Bools, Floats, Ints

type Terms = Iterable[tuple[pulp.LpVariable, float]]


_CUT_SHORT = (
    pulp.LpSolveStatus.TimeLimit,
    pulp.LpSolveStatus.Interrupted,
    pulp.LpSolveStatus.SolutionLimit,
)


@dataclass(frozen=True)
class Rest:
    """How the search of the rest ended."""

    values: Floats | None
    """Shape (variables,); None where the rest has no answer, or none was found in time."""
    value: float
    bound: float
    """No answer of the rest costs less; infinity where it has none."""
    ended: bool
    """The search was not cut short, by the clock or by its nodes."""


def _solved(
    problem: pulp.LpProblem,
    *,
    start: Floats | None,
    seconds: float | None,
    gap_abs: float,
    nodes: int | None = None,
) -> Rest:
    """The problem in whole numbers, from the values of `start`, in PuLP's order.

    `nodes`: how far the tree is searched at most; then the search has not ended.
    """
    highs = solver_of(problem, whole_numbers=True, filled=True)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", gap_abs)
    if seconds is not None:
        highs.setOptionValue("time_limit", seconds)
    if start is not None:
        set_start(highs, np.arange(len(start)), start)
    if nodes is not None:
        highs.setOptionValue("mip_max_nodes", nodes)
    highs.run()
    status, found = status_of(highs)
    if status == pulp.LpSolveStatus.Infeasible or not highs.getNumCol():
        # Without a variable no unit is served, and there are always units.
        return Rest(None, np.inf, np.inf, True)
    ended = status == pulp.LpSolveStatus.Optimal
    if not ended and status not in _CUT_SHORT:
        raise SolverError(f"HiGHS ended the rest of facility location with {status!r}")
    info = highs.getInfo()
    bound = float(info.mip_dual_bound)
    if not found:
        return Rest(None, np.inf, bound, ended)
    return Rest(np.array(highs.getSolution().col_value), float(info.objective_function_value), bound, ended)


def _open_so_many(problem: pulp.LpProblem, dense: Dense, had: Iterable[pulp.LpVariable]) -> None:
    """fewest ≤ Σ had ≤ most, where `had` says for every site whether it is open."""
    every = pulp.lpSum_vars_coefs((variable, 1.0) for variable in had)
    if dense.counted:
        problem.addConstraint(every == dense.most, "number_open")
    elif dense.fewest > 0:
        problem.addConstraint(every >= dense.fewest, "fewest_open")


def _rows(key: Ints, count: int) -> list[list[int]]:
    """The positions where `key` is 0, 1, …"""
    order = np.argsort(key, kind="stable")
    ends = np.searchsorted(key[order], np.arange(count + 1))
    return [order[first:last].tolist() for first, last in pairwise(ends.tolist())]


class Partition:
    """Variables: have[k], the load k is had whole, by its site."""

    def __init__(self, dense: Dense, loads: Loads, triples: Ints) -> None:
        self.dense, self.loads, self.triples = dense, loads, triples
        self.problem = pulp.LpProblem("facility_loads", pulp.LpMinimize)
        add = self.problem.add_variable
        self.have = [add(f"have_{k}", 0, 1, "Integer") for k in range(len(loads))]
        self.problem.setObjective(pulp.lpSum_vars_coefs(zip(self.have, loads.cost.tolist(), strict=True)))
        self._served_once()
        self._one_load()
        self._number_open()
        self._two_of_three()

    def _sum(self, positions: Iterable[int]) -> pulp.LpAffineExpression:
        return pulp.lpSum_vars_coefs((self.have[k], 1.0) for k in positions)

    def _served_once(self) -> None:
        """Σ have[k] over the loads with u = 1, for every unit."""
        for unit, entries in enumerate(_rows(self.loads.unit, len(self.dense.size))):
            self.problem.addConstraint(
                self._sum(self.loads.load[entries].tolist()) == 1, f"served_once_{unit}"
            )

    def _one_load(self) -> None:
        """Σ have[k] over the loads of s ≤ 1, for every site."""
        for site, loads in enumerate(_rows(self.loads.site, len(self.dense.capacity))):
            if len(loads) > 1:
                self.problem.addConstraint(self._sum(loads) <= 1, f"one_load_{site}")

    def _number_open(self) -> None:
        """fewest ≤ Σ have[k] ≤ most; an open site without units has its empty load."""
        _open_so_many(self.problem, self.dense, self.have)

    def _two_of_three(self) -> None:
        """Σ have[k] over the loads with two or more of three units ≤ 1: follows, helps the relaxation."""
        for number, triple in enumerate(self.triples):
            of_them = np.isin(self.loads.unit, triple)
            count = np.bincount(self.loads.load[of_them], minlength=len(self.loads))
            self.problem.addConstraint(
                self._sum(np.flatnonzero(count > 1).tolist()) <= 1, f"two_of_three_{number}"
            )

    def solve(
        self, *, start: Ints | None, seconds: float | None, gap_abs: float, nodes: int | None = None
    ) -> Rest:
        """The cheapest answer of these loads; `start`: indices of the loads of an answer."""
        values = None
        if start is not None:
            values = np.zeros(len(self.loads))
            values[start] = 1.0
        return _solved(self.problem, start=values, seconds=seconds, gap_abs=gap_abs, nodes=nodes)

    def answer(self, values: Floats) -> tuple[Ints, Ints]:
        """The site of every unit, and the open sites."""
        had = values > 0.5
        at = np.full(len(self.dense.size), -1, dtype=np.int64)
        entries = had[self.loads.load]
        at[self.loads.unit[entries]] = self.loads.site[self.loads.load[entries]]
        return at, np.unique(self.loads.site[had])


class Pairs:
    """Variables: open[s] for every site with a pair left or needed, serve[s, u] for every pair left."""

    def __init__(self, dense: Dense, kept: Bools, must_open: Bools) -> None:
        self.dense = dense
        self.problem = pulp.LpProblem("facility_pairs", pulp.LpMinimize)
        self.site, self.unit = np.nonzero(kept)
        self.sites = np.flatnonzero(kept.any(axis=1) | must_open | dense.counted)
        add = self.problem.add_variable
        must = must_open[self.sites].astype(np.int64).tolist()
        self.open = [
            add(f"open_{s}", low, 1, "Integer") for s, low in zip(self.sites.tolist(), must, strict=True)
        ]
        self.serve = [
            add(f"serve_{s}_{u}", 0, 1, "Integer")
            for s, u in zip(self.site.tolist(), self.unit.tolist(), strict=True)
        ]
        self.open_of = dict(zip(self.sites.tolist(), self.open, strict=True))
        opening, cost = dense.opening[self.sites].tolist(), dense.cost[self.site, self.unit].tolist()
        self.problem.setObjective(
            pulp.lpSum_vars_coefs(
                [*zip(self.open, opening, strict=True), *zip(self.serve, cost, strict=True)]
            )
        )
        self._served_once()
        self._capacity()
        self._only_open()
        self._number_open()
        self._room_enough()

    def _served_once(self) -> None:
        """Σ serve[s, u] over s = 1, for every unit."""
        for unit, pairs in enumerate(_rows(self.unit, len(self.dense.size))):
            left = pulp.lpSum_vars_coefs((self.serve[k], 1.0) for k in pairs)
            self.problem.addConstraint(left == 1, f"served_once_{unit}")

    def _capacity(self) -> None:
        """Σ size · serve[s, u] over u ≤ capacity · open[s], for every site that could be overfull."""
        for site, pairs in enumerate(_rows(self.site, len(self.dense.capacity))):
            size, most = self.dense.size[self.unit[pairs]].tolist(), float(self.dense.capacity[site])
            if sum(size) > most:
                worth = [(self.serve[k], each) for k, each in zip(pairs, size, strict=True)]
                left = pulp.lpSum_vars_coefs([*worth, (self.open_of[site], -most)])
                self.problem.addConstraint(left <= 0, f"capacity_{site}")

    def _only_open(self) -> None:
        """serve[s, u] ≤ open[s], for every pair."""
        for site, unit, variable in zip(self.site.tolist(), self.unit.tolist(), self.serve, strict=True):
            left = pulp.lpSum_vars_coefs([(variable, 1.0), (self.open_of[site], -1.0)])
            self.problem.addConstraint(left <= 0, f"only_open_{site}_{unit}")

    def _number_open(self) -> None:
        """fewest ≤ Σ open[s] ≤ most."""
        _open_so_many(self.problem, self.dense, self.open)

    def _room_enough(self) -> None:
        """Σ capacity · open[s] ≥ Σ size: follows from the others, and helps the relaxation."""
        total = float(self.dense.size.sum())
        most = np.minimum(self.dense.capacity[self.sites], total)
        if not self.dense.counted and most.sum() > total:
            left = pulp.lpSum_vars_coefs(zip(self.open, most.tolist(), strict=True))
            self.problem.addConstraint(left >= total, "room_enough")

    def solve(
        self,
        *,
        start: tuple[Ints, Ints] | None,
        seconds: float | None,
        gap_abs: float,
        nodes: int | None = None,
    ) -> Rest:
        """The cheapest answer of these pairs; `start`: site of every unit, and the open sites."""
        values = None
        if start is not None:
            serve = start[0][self.unit] == self.site
            values = np.concatenate([np.isin(self.sites, start[1]), serve]).astype(np.float64)
        return _solved(self.problem, start=values, seconds=seconds, gap_abs=gap_abs, nodes=nodes)

    def answer(self, values: Floats) -> tuple[Ints, Ints]:
        """The site of every unit, and the open sites."""
        had = values > 0.5
        at = np.full(len(self.dense.size), -1, dtype=np.int64)
        served = had[len(self.open) :]
        at[self.unit[served]] = self.site[served]
        return at, self.sites[had[: len(self.open)]]
