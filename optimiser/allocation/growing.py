"""A linear programme that only grows, in PuLP and in HiGHS at once, so that HiGHS keeps its basis."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import highspy
import numpy as np
import pulp

from optimiser.allocation.highs import (
    INFINITY,
    Listed,
    add_rows,
    add_variables,
    nothing_listed,
    solver_of,
    status_of,
)
from optimiser.errors import SolverError
from optimiser.matching.instance import Floats, Ints

_DUAL, _PRIMAL = 1, 4
"""HiGHS's `simplex_strategy`."""
_FEW = 0.02
"""New variables, of those there were, that are few."""
_QUICKLY = 1
"""Of gzip: a quarter larger than at its best, in a seventh of the time."""
_STATUS = tuple(highspy.HighsBasisStatus(number) for number in range(5))
AT_LOWER, BASIC, AT_UPPER = map(
    int,
    (
        highspy.HighsBasisStatus.kLower,
        highspy.HighsBasisStatus.kBasic,
        highspy.HighsBasisStatus.kUpper,
    ),
)


@dataclass(frozen=True)
class Solved:
    """The programme solved in fractions."""

    value: float
    variables: Floats
    """Shape (variables,)."""
    duals: Floats
    """Shape (rows,): by how much the value falls for one more unit of the row's bound."""


class Growing:
    """One programme; it only grows.

    Every variable lies between 0 and an upper bound: whichever way a reduced cost points, one bound makes it
    dual feasible, so the dual simplex goes on from the last basis after new columns and rows. After a new
    objective the last answer still stands, and the primal simplex goes on from it.
    """

    def __init__(self, name: str, *, whole_numbers: bool = False) -> None:
        self.problem = pulp.LpProblem(name, pulp.LpMinimize)
        self.highs = solver_of(self.problem, whole_numbers=whole_numbers)
        self._whole_numbers = whole_numbers
        self._variables: list[pulp.LpVariable] = []
        self._constraints: list[pulp.LpConstraint] = []
        self._solved_with = 0
        """How many variables there were when it was last solved in fractions."""
        self.has_new_rows = False
        """Rows came since it was last solved in fractions."""

    @property
    def variables(self) -> int:
        """How many variables there are."""
        return len(self._variables)

    @property
    def has_few_new(self) -> bool:
        """So few variables, and no row, came since the last answer in fractions that the next is near."""
        new = self.variables - self._solved_with
        return 0 < new <= _FEW * self._solved_with and not self.has_new_rows

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._constraints)

    # -- growing ---------------------------------------------------------------------------------

    def add_variables(
        self,
        names: Sequence[str],
        upper: Floats,
        cost: Floats | None = None,
        entries: Listed | None = None,
        *,
        integral: bool = False,
    ) -> int:
        """New variables from 0 to `upper`, with what each counts in the rows there are; the first's position.

        `integral` ones are 0 or 1; HiGHS is told so where the programme is solved in whole numbers.
        """
        position, number = len(self._variables), len(names)
        costs = np.zeros(number) if cost is None else cost
        row, starts, value = entries = nothing_listed(number) if entries is None else entries
        rows, values, ends = row.tolist(), value.tolist(), starts.tolist()
        category: Literal["Binary", "Continuous"] = "Binary" if integral else "Continuous"
        for index, (name, most, each) in enumerate(zip(names, upper.tolist(), costs.tolist(), strict=True)):
            first, last = ends[index], ends[index + 1]
            counts = {
                self._constraints[r]: v for r, v in zip(rows[first:last], values[first:last], strict=True)
            }
            self._variables.append(
                self.problem.add_column(name, 0, most, category, obj=each, coefficients=counts)
            )
        add_variables(self.highs, costs, upper, entries, integral=integral and self._whole_numbers)
        return position

    def add_rows(self, names: Sequence[str], bound: Floats, entries: Listed, *, equal: bool = False) -> Ints:
        """New rows, Σ value · variable ≤ bound, or = bound; their positions."""
        variable, starts, value = entries
        variables, values, ends = variable.tolist(), value.tolist(), starts.tolist()
        position, self.has_new_rows = len(self._constraints), True
        for index, (name, most) in enumerate(zip(names, bound.tolist(), strict=True)):
            first, last = ends[index], ends[index + 1]
            left = pulp.lpSum_vars_coefs(
                (self._variables[v], c)
                for v, c in zip(variables[first:last], values[first:last], strict=True)
            )
            constraint = left == most if equal else left <= most
            self._constraints.append(self.problem.addConstraint(constraint, name))
        if len(names):
            add_rows(self.highs, bound if equal else np.full(len(names), -INFINITY), bound, entries)
        return np.arange(position, len(self._constraints))

    def set_costs(self, cost: Floats) -> None:
        """The objective: Σ cost · variable, shape (variables,)."""
        worth = [(self._variables[v], c) for v, c in enumerate(cost.tolist()) if c]
        self.problem.setObjective(pulp.lpSum_vars_coefs(worth))
        self.highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)

    def bound_row(self, row: int, most: float | None) -> None:
        """From here on the row is at most `most`, or anything; in HiGHS alone."""
        self.highs.changeRowBounds(row, -INFINITY, INFINITY if most is None else most)

    def bound_variables(self, first: int, lower: Floats, upper: Floats) -> None:
        """From here on the variables from `first` lie within these bounds; in HiGHS alone."""
        if len(lower):
            number = len(lower)
            self.highs.changeColsBounds(
                number, np.arange(first, first + number, dtype=np.int32), lower, upper
            )

    # -- solving ---------------------------------------------------------------------------------

    def relax(
        self, *, primal: bool, seconds: float | None = None
    ) -> tuple[pulp.LpSolveStatus, Solved | None]:
        """In fractions, from the last basis, or from none where that leads nowhere.

        `primal`: the primal simplex goes on from the basis, where there is one.
        """
        highs = self.highs
        self._solved_with = self.variables
        strategy = _PRIMAL if primal and highs.getBasis().valid else _DUAL
        highs.setOptionValue("simplex_strategy", strategy)
        self.has_new_rows = False
        if seconds is not None:
            highs.setOptionValue("time_limit", highs.getRunTime() + seconds)
        highs.run()
        status, _ = status_of(highs)
        for again in (_DUAL, _PRIMAL):
            if status == pulp.LpSolveStatus.Undefined:
                highs.clearSolver()
                highs.setOptionValue("simplex_strategy", again)
                highs.run()
                status, _ = status_of(highs)
        if status != pulp.LpSolveStatus.Optimal:
            return status, None
        solution = highs.getSolution()
        values, duals = np.array(solution.col_value), -np.array(solution.row_dual)
        return status, Solved(highs.getObjectiveValue(), values, duals)

    def statuses(self) -> Statuses:
        """Those of the last answer in fractions."""
        basis = self.highs.getBasis()
        variables, rows = (
            np.array(list(map(int, each)), dtype=np.int64) for each in (basis.col_status, basis.row_status)
        )
        return Statuses(variables, rows)

    def begin_from(self, statuses: Statuses) -> None:
        """The next answer in fractions is looked for from here; what came since is at its bound, or free."""
        basis = highspy.HighsBasis()
        basis.col_status = _padded(statuses.variables, self.variables, AT_LOWER)
        basis.row_status = _padded(statuses.rows, self.rows, BASIC)
        self.highs.setBasis(basis)

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
            return gzip.compress(path.read_bytes(), compresslevel=_QUICKLY, mtime=0)


@dataclass(frozen=True)
class Statuses:
    """Which variables and rows are basic, and at which bound the others are: HiGHS's own numbers."""

    variables: Ints
    rows: Ints


def _padded(statuses: Ints, number: int, others: int) -> list[highspy.HighsBasisStatus]:
    return [_STATUS[each] for each in statuses.tolist()] + [_STATUS[others]] * (number - len(statuses))
