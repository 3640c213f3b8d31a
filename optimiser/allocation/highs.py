"""HiGHS as PuLP makes and configures it, filled and read in bulk.

PuLP's own way writes and reads every variable each time it solves; here one solver stays with a programme.
"""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
import pulp

from optimiser.errors import SolverError
from optimiser.matching.instance import Floats, Ints

INFINITY: float = highspy.kHighsInf

type Listed = tuple[Ints, Ints, Floats]
"""Entries of rows or columns, one after another: where each is, where each row or column begins, the value.

The beginnings have one more at the end, which is the number of entries.
"""


def listed(owner: Ints, index: Ints, value: Floats, number: int) -> Listed:
    """The entries of `number` rows or columns, by their owner; those of one owner in their order."""
    order = np.argsort(owner, kind="stable")
    return index[order], np.searchsorted(owner[order], np.arange(number + 1)), value[order]


def nothing_listed(number: int) -> Listed:
    """No entries in any of so many rows or columns."""
    return np.zeros(0, dtype=np.int64), np.zeros(number + 1, dtype=np.int64), np.zeros(0)


def solver_of(problem: pulp.LpProblem, *, whole_numbers: bool, filled: bool = False) -> highspy.Highs:
    """The solver that PuLP makes for a problem, silent; empty, or `filled` with all that the problem has."""
    maker = pulp.HiGHS(mip=whole_numbers, msg=False)
    maker.createAndConfigureSolver(problem)
    if filled:
        maker.buildSolverModel(problem)
    highs = problem.solverModel
    if not isinstance(highs, highspy.Highs):
        raise SolverError("PuLP made no HiGHS solver for the programme")
    return highs


def add_variables(
    highs: highspy.Highs, cost: Floats, upper: Floats, entries: Listed, *, integral: bool = False
) -> None:
    """New variables from 0 to `upper`, with what each counts in the rows there are."""
    row, starts, value = entries
    number, first = len(cost), highs.getNumCol()
    begins = starts[:-1].astype(np.int32)
    highs.addCols(number, cost, np.zeros(number), upper, len(row), begins, row.astype(np.int32), value)
    if integral and number:
        new = np.arange(first, first + number, dtype=np.int32)
        highs.changeColsIntegrality(number, new, np.full(number, highspy.HighsVarType.kInteger))


def add_rows(highs: highspy.Highs, lower: Floats, upper: Floats, entries: Listed) -> None:
    """New rows, with what each counts of the variables there are."""
    variable, starts, value = entries
    begins = starts[:-1].astype(np.int32)
    highs.addRows(len(upper), lower, upper, len(variable), begins, variable.astype(np.int32), value)


def set_start(highs: highspy.Highs, variables: Sequence[int] | Ints, values: Floats) -> None:
    """The search in whole numbers goes on from these values."""
    highs.setSolution(len(values), np.asarray(variables, dtype=np.int32), values)


def status_of(highs: highspy.Highs) -> tuple[pulp.LpSolveStatus, bool]:
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
