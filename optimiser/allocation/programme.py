"""The restricted programme in PuLP: the columns admitted so far, every row, one tier's objective."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import highspy
import numpy as np
import pulp

from optimiser.allocation.columns import Columns, Units, appended
from optimiser.allocation.families import (
    STANDING,
    Apart,
    Rounding,
    Rows,
    incompatible,
    small_places,
)
from optimiser.allocation.prices import UNPRICED, Objective, Prices
from optimiser.errors import SolverError
from optimiser.matching.instance import Floats, Instance, Ints

_DUAL, _PRIMAL = 1, 4
"""HiGHS's `simplex_strategy`."""


class TallyError(SolverError):
    """Fewer children unplaced and fewer groups separated were asked for than any allocation has."""


@dataclass(frozen=True)
class Relaxed:
    """The relaxation of the restricted programme, solved."""

    value: float
    lives: Floats
    """Shape (columns,): how much of each unit lives in each provision."""
    prices: Prices
    child_value: Floats
    """Shape (children,): dual of `placed_once`."""
    group_value: Floats
    """Shape (groups,): dual of `separation`."""


@dataclass(frozen=True)
class Whole:
    """The restricted programme in whole numbers, solved as far as it went."""

    lives: Floats | None
    """Shape (columns,); None where no answer was found."""
    bound: float
    """No answer of the restricted programme is lower; minus infinity where nothing is known."""
    proven: bool
    """The search ended at the gap asked for, or proved that there is no better answer."""
    ended: bool
    """The search was not cut short by the clock or the user."""


class GrowingHiGHS(pulp.HiGHS):
    """HiGHS as PuLP makes and configures it, but one solver for a programme that grows, so its basis is kept.

    What the programme adds to PuLP it adds to HiGHS in bulk, and it reads values and duals as arrays: PuLP's
    own way writes and reads every variable each time.
    """

    def solver_of(self, problem: pulp.LpProblem) -> highspy.Highs:
        """The solver that PuLP makes for a problem, without variables yet."""
        self.createAndConfigureSolver(problem)
        return _highs_of(problem)


def _status(highs: highspy.Highs) -> tuple[pulp.LpSolveStatus, bool]:
    """How a solve ended, and whether there is an answer.

    After a limit PuLP's own reading may call an unproven answer optimal.
    """
    empty = highs.getModelStatus() == highspy.HighsModelStatus.kModelEmpty
    found = empty or highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    known = {
        highspy.HighsModelStatus.kOptimal: pulp.LpSolveStatus.Optimal,
        highspy.HighsModelStatus.kModelEmpty: pulp.LpSolveStatus.Optimal,
        highspy.HighsModelStatus.kInfeasible: pulp.LpSolveStatus.Infeasible,
        highspy.HighsModelStatus.kTimeLimit: pulp.LpSolveStatus.TimeLimit,
        highspy.HighsModelStatus.kObjectiveTarget: pulp.LpSolveStatus.GapLimit,
        highspy.HighsModelStatus.kInterrupt: pulp.LpSolveStatus.Interrupted,
        highspy.HighsModelStatus.kSolutionLimit: pulp.LpSolveStatus.SolutionLimit,
    }
    return known.get(highs.getModelStatus(), pulp.LpSolveStatus.Undefined), found


def _highs_of(problem: pulp.LpProblem) -> highspy.Highs:
    """The HiGHS that PuLP made for a problem."""
    highs = problem.solverModel
    if not isinstance(highs, highspy.Highs):
        raise SolverError("PuLP made no HiGHS solver for the programme")
    return highs


class Programme:
    """One restricted programme over all tiers; it only grows.

    Variables stand in this order: unplaced (children), separated (groups), then the columns as they came.
    Every variable lies between 0 and 1: whichever way a reduced cost points, one bound makes it dual
    feasible, so the dual simplex goes on from the last basis after new columns and rows. After a new
    objective the last answer still stands, and the primal simplex goes on from it.
    Names carry positions, never identifiers: `place_3_14` is child 3 alone in provision 14, `whole_2_14`
    is sibling group 2, both counted from 0 in the order of the identifiers.
    """

    def __init__(
        self,
        instance: Instance,
        units: Units,
        columns: Columns,
        objective: Objective,
        *,
        whole_numbers: bool = False,
        used: Mapping[str, Floats] | None = None,
    ) -> None:
        """`used`: by family, what others who are not in the programme take of each row's bound."""
        self.instance, self.units = instance, units
        self._used = used or {}
        self.columns = columns.take(np.zeros(0, dtype=np.int64))
        self.objective = objective
        self.problem = pulp.LpProblem("allocation", pulp.LpMinimize)
        self._category: Literal["Binary", "Continuous"] = "Binary" if whole_numbers else "Continuous"
        self._variables: list[pulp.LpVariable] = []
        self._constraints: list[pulp.LpConstraint] = []
        self._rows: dict[str, list[int]] = {}
        self._apart: list[Apart] = []
        self._cuts: list[Rounding] = []
        self._highs = GrowingHiGHS(mip=whole_numbers, msg=False).solver_of(self.problem)
        self._settled = False
        children, groups = len(instance.children), len(instance.groups)
        self._variables += [self.problem.add_variable(f"unplaced_{c}", 0, 1) for c in range(children)]
        self._variables += [self.problem.add_variable(f"separated_{g}", 0, 1) for g in range(groups)]
        self._fixed = children + groups
        empty = np.zeros(0, dtype=np.int64)
        nowhere = empty, np.zeros(self._fixed + 1, dtype=np.int64), np.zeros(0)
        self._add_to_solver(np.zeros(self._fixed), nowhere, integral=False)
        for name in STANDING:
            self._append(name, STANDING[name](instance, units, self.columns, objective.tally))
        self.add_columns(columns)
        self._price()

    # -- growing ---------------------------------------------------------------------------------

    def add_columns(self, new: Columns) -> None:
        """Admit more columns, with what they count in every row there is."""
        row, column, value = self._entries(new)
        order = np.argsort(column, kind="stable")
        row, column, value = row[order], column[order], value[order]
        starts = np.searchsorted(column, np.arange(len(new) + 1))
        cost = self._cost(new)
        names = self._names(new)
        for index, (name, first, last) in enumerate(zip(names, starts, starts[1:], strict=False)):
            counts = {
                self._constraints[r]: v
                for r, v in zip(row[first:last].tolist(), value[first:last].tolist(), strict=True)
            }
            self._variables.append(
                self.problem.add_column(name, 0, 1, self._category, obj=cost[index], coefficients=counts)
            )
        self._add_to_solver(cost, (row, starts, value), integral=self._category == "Binary")
        self.columns = appended(self.columns, new)

    def _add_to_solver(self, cost: Floats, listed: tuple[Ints, Ints, Floats], *, integral: bool) -> None:
        """New variables between 0 and 1: costs, then the rows of each, where those begin, and the values."""
        row, starts, value = listed
        number, first = len(cost), self._highs.getNumCol()
        begins = starts[:-1].astype(np.int32)
        self._highs.addCols(
            number, cost, np.zeros(number), np.ones(number), len(row), begins, row.astype(np.int32), value
        )
        if integral and number:
            new = np.arange(first, first + number, dtype=np.int32)
            kinds = np.full(number, highspy.HighsVarType.kInteger)
            self._highs.changeColsIntegrality(number, new, kinds)

    def add_rows(self, *, apart: Sequence[Apart] = (), cuts: Sequence[Rounding] = ()) -> None:
        """Add rows of the families that are found as the search goes."""
        if apart:
            self._append("incompatible", incompatible(self.instance, self.units, self.columns, apart))
            self._apart += apart
        if cuts:
            self._append("small_places", small_places(self.instance, self.units, self.columns, cuts))
            self._cuts += cuts

    def settle(self, objective: Objective) -> None:
        """Go on to the next tier: the earlier tier's number becomes a row, the objective changes."""
        settled = [name for name in STANDING if not self._rows[name]]
        self.objective, self._settled = objective, True
        for name in settled:
            self._append(name, STANDING[name](self.instance, self.units, self.columns, objective.tally))
        self._price()

    def _append(self, name: str, rows: Rows) -> None:
        """Add the rows of one family to PuLP and, once it is there, to HiGHS."""
        children = len(self.instance.children)
        parts = (rows.unplaced, 0), (rows.separated, children), (rows.lives, self._fixed)
        row = np.concatenate([entries.row for entries, _ in parts])
        variable = np.concatenate([entries.variable + shift for entries, shift in parts])
        value = np.concatenate([entries.coefficient for entries, _ in parts])
        order = np.lexsort((variable, row))
        row, variable, value = row[order], variable[order], value[order]
        starts = np.searchsorted(row, np.arange(len(rows) + 1))
        mine = self._rows.setdefault(name, [])
        bounds = rows.bound - self._used.get(name, 0.0)
        for first, last, bound in zip(starts, starts[1:], bounds.tolist(), strict=False):
            left = pulp.lpSum_vars_coefs(
                (self._variables[v], c)
                for v, c in zip(variable[first:last].tolist(), value[first:last].tolist(), strict=True)
            )
            constraint = left == bound if rows.equal else left <= bound
            mine.append(len(self._constraints))
            self._constraints.append(self.problem.addConstraint(constraint, f"{name}_{len(mine) - 1}"))
        if len(rows):
            lower = bounds if rows.equal else np.full(len(rows), -highspy.kHighsInf)
            self._highs.addRows(
                len(rows),
                lower,
                bounds,
                len(row),
                starts[:-1].astype(np.int32),
                variable.astype(np.int32),
                value,
            )

    @property
    def cuts(self) -> tuple[Rounding, ...]:
        """The rows of `small_places` found so far."""
        return tuple(self._cuts)

    def _families(self, columns: Columns) -> list[tuple[str, Rows]]:
        tally = self.objective.tally
        listed = [
            (name, family(self.instance, self.units, columns, tally)) for name, family in STANDING.items()
        ]
        listed.append(("incompatible", incompatible(self.instance, self.units, columns, self._apart)))
        listed.append(("small_places", small_places(self.instance, self.units, columns, self._cuts)))
        return listed

    def _entries(self, columns: Columns) -> tuple[Ints, Ints, Floats]:
        """Row of the programme, position in `columns`, coefficient: all that the columns count."""
        listed = self._families(columns)
        row = np.concatenate(
            [np.array(self._rows.get(name, []), dtype=np.int64)[rows.lives.row] for name, rows in listed]
        )
        column = np.concatenate([rows.lives.variable for _, rows in listed])
        return row, column, np.concatenate([rows.lives.coefficient for _, rows in listed])

    def _names(self, columns: Columns) -> list[str]:
        children = len(self.instance.children)
        return [
            f"place_{unit}_{p}" if unit < children else f"whole_{unit - children}_{p}"
            for unit, p in zip(columns.unit.tolist(), columns.provision.tolist(), strict=True)
        ]

    # -- the objective ---------------------------------------------------------------------------

    def _cost(self, columns: Columns) -> Floats:
        return self.objective.score * columns.score

    def _price(self) -> None:
        """unplaced · Σ unplaced + separated · Σ separated + score · Σ score · lives, by the objective."""
        children, groups = len(self.instance.children), len(self.instance.groups)
        fixed = np.repeat([self.objective.unplaced, self.objective.separated], [children, groups])
        cost = np.concatenate([fixed, self._cost(self.columns)])
        worth = [(self._variables[v], c) for v, c in enumerate(cost.tolist()) if c]
        self.problem.setObjective(pulp.lpSum_vars_coefs(worth))
        self._highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)

    # -- solving ---------------------------------------------------------------------------------

    def relax(self, *, seconds: float | None = None) -> Relaxed | None:
        """The relaxation, from the last basis, or from none where that leads nowhere.

        None where time ran out; `SolverError` where there is no relaxation.
        """
        goes_on = self._highs.getBasis().valid
        self._highs.setOptionValue("simplex_strategy", _PRIMAL if goes_on and self._settled else _DUAL)
        self._settled = False
        if seconds is not None:
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + seconds)
        self._highs.run()
        status, _ = _status(self._highs)
        for strategy in (_DUAL, _PRIMAL):
            if status == pulp.LpSolveStatus.Undefined:
                self._highs.clearSolver()
                self._highs.setOptionValue("simplex_strategy", strategy)
                self._highs.run()
                status, _ = _status(self._highs)
        if status == pulp.LpSolveStatus.TimeLimit:
            return None
        if status == pulp.LpSolveStatus.Infeasible:
            raise TallyError(f"no allocation keeps {self.objective.tally}")
        if status != pulp.LpSolveStatus.Optimal:
            raise SolverError(f"HiGHS ended the relaxation of {self.objective} with {status!r}")
        solution = self._highs.getSolution()
        duals = -np.array(solution.row_dual)
        priced = {
            name: np.maximum(0.0, duals[self._rows[name]])
            for name in STANDING
            if name not in UNPRICED and self._rows[name]
        }
        return Relaxed(
            value=self._highs.getObjectiveValue(),
            lives=np.array(solution.col_value)[self._fixed : self._fixed + len(self.columns)],
            prices=Prices(
                standing=priced,
                apart=tuple(self._apart),
                apart_price=np.maximum(0.0, duals[self._rows.get("incompatible", [])]),
                cuts=tuple(self._cuts),
                cut_price=np.maximum(0.0, duals[self._rows.get("small_places", [])]),
            ),
            child_value=-duals[self._rows["placed_once"]],
            group_value=-duals[self._rows["separation"]],
        )

    def solve_whole(
        self,
        *,
        gap: float,
        near: float = 0.0,
        start: Floats | None,
        target: float | None = None,
        nodes: int | None = None,
        seconds: float | None = None,
    ) -> Whole:
        """The programme in whole numbers, to the relative `gap`, or to `near` in the objective's own unit.

        It goes on from the lives of `start` where given.

        `target` stops the search at the first answer at or below it, `nodes` after so many of its tree.
        The bound is HiGHS's own.
        """
        highs = self._highs
        highs.setOptionValue("mip_rel_gap", gap)
        highs.setOptionValue("mip_abs_gap", near)
        if seconds is not None:
            highs.setOptionValue("time_limit", highs.getRunTime() + seconds)
        if target is not None:
            highs.setOptionValue("objective_target", target)
        if nodes is not None:
            highs.setOptionValue("mip_max_nodes", nodes)
        if start is not None:
            positions = np.arange(len(start), dtype=np.int32) + self._fixed
            highs.setSolution(len(positions), positions, start)
        highs.run()
        status, found = _status(highs)
        if status == pulp.LpSolveStatus.Undefined:
            raise SolverError(f"HiGHS ended {self.objective} with {highs.getModelStatus()!r}")
        stopped = status in (pulp.LpSolveStatus.TimeLimit, pulp.LpSolveStatus.Interrupted)
        return Whole(
            lives=np.array(highs.getSolution().col_value)[self._fixed : self._fixed + len(self.columns)]
            if found
            else None,
            bound=float(highs.getInfo().mip_dual_bound if len(self.columns) else highs.getObjectiveValue()),
            proven=status in (pulp.LpSolveStatus.Optimal, pulp.LpSolveStatus.Infeasible),
            ended=not stopped,
        )

    def to_mps(self) -> bytes:
        """The programme as an MPS file, gzip-compressed; the same programme gives the same bytes."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.mps"
            try:
                self.problem.writeMPS(str(path))
            except pulp.PulpError as error:
                raise SolverError(
                    f"the model could not be written to the temporary folder: {error}"
                ) from error
            return gzip.compress(path.read_bytes(), mtime=0)
