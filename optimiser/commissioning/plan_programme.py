"""The programme of all futures at once in PuLP: their columns and rows, and the units they share.

Every future's rows are those of allocation, family by family. Where a row is about an option's provision, it
allows its bound for every unit that is open. The units are chosen once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import highspy
import numpy as np
import pulp

from optimiser.allocation.columns import NO_COLUMNS, Columns, appended
from optimiser.allocation.families import (
    STANDING,
    Apart,
    Entries,
    Rounding,
    Rows,
    Tally,
    incompatible,
    small_places,
)
from optimiser.allocation.prices import UNPRICED, Prices
from optimiser.allocation.programme import GrowingHiGHS, TallyError
from optimiser.commissioning.outlook import Offers, Outlook
from optimiser.errors import SolverError
from optimiser.matching.instance import Floats, Ints

FEWEST_UNPLACED, FEWEST_SEPARATED = "fewest_unplaced", "fewest_separated"
_EACH_FUTURE = tuple(name for name in STANDING if name not in (FEWEST_UNPLACED, FEWEST_SEPARATED))
_DUAL, _PRIMAL = 1, 4
"""HiGHS's `simplex_strategy`."""


@dataclass(frozen=True)
class Aim:
    """What is minimised, in means over the futures, and the means that the earlier tiers settled.

    unplaced · Σ unplaced + separated · Σ separated + score · (Σ score + what the units cost).
    """

    unplaced: float = 0.0
    separated: float = 0.0
    score: float = 0.0
    most_unplaced: float | None = None
    most_separated: float | None = None


def aim_of_tier(tier: int, unplaced: float | None = None, separated: float | None = None) -> Aim:
    """Tier 1 counts children unplaced, tier 2 groups separated, tier 3 £ a week."""
    return Aim(float(tier == 1), float(tier == 2), float(tier == 3), unplaced, separated)


@dataclass(frozen=True)
class Duals:
    """Prices ≥ 0 of all rows but those that pricing keeps exactly."""

    each: tuple[Prices, ...]
    """By future: what the row is worth in that future alone, its share left out."""
    limits: Floats
    """Shape (limits,)."""
    unplaced: float = 0.0
    """Of the mean number without a place, a child."""
    separated: float = 0.0


@dataclass(frozen=True)
class Mixed:
    """The programme solved, with units and lives in fractions."""

    value: float
    units: Floats
    """Shape (options,)."""
    lives: tuple[Floats, ...]
    """By future, shape (columns,)."""
    duals: Duals


class PlanProgramme:
    """One programme over all tiers; it only grows.

    Variables stand in this order: `units`, then future by future `unplaced` and `separated`, then columns as
    they come. Names carry positions, in the order of the identifiers: `units_2` is option 2,
    `place_0_3_14` is child 3 of future 0 alone in provision 14, `whole_0_2_14` is its sibling group 2.
    """

    def __init__(self, offers: Offers, outlooks: Sequence[Outlook], columns: Sequence[Columns]) -> None:
        self.offers, self.outlooks = offers, tuple(outlooks)
        self.columns: list[Columns] = [NO_COLUMNS for _ in outlooks]
        self.aim = Aim()
        self.cuts: list[list[Rounding]] = [[] for _ in outlooks]
        self.apart: list[list[Apart]] = [[] for _ in outlooks]
        self.problem = pulp.LpProblem("commission", pulp.LpMinimize)
        self._variables: list[pulp.LpVariable] = []
        self._constraints: list[pulp.LpConstraint] = []
        self._rows: dict[tuple[int, str], list[int]] = {}
        self._at: list[list[int]] = [[] for _ in outlooks]
        self._tallies: dict[str, int] = {}
        self._limits: list[int] = []
        self._highs = GrowingHiGHS(mip=False, msg=False).solver_of(self.problem)
        self._settled = self._cut = False
        self._kept: tuple[list[highspy.HighsBasisStatus], list[highspy.HighsBasisStatus]] = [], []
        options = len(offers)
        self._add_variables([f"units_{o}" for o in range(options)], offers.max_units.astype(np.float64))
        self._first: list[int] = []
        for f, outlook in enumerate(self.outlooks):
            self._first.append(len(self._variables))
            children, groups = len(outlook.instance.children), len(outlook.instance.groups)
            self._add_variables([f"unplaced_{f}_{c}" for c in range(children)], np.ones(children))
            self._add_variables([f"separated_{f}_{g}" for g in range(groups)], np.ones(groups))
        for index, limit in enumerate(offers.limits):
            used = np.flatnonzero(limit.each)
            self._limits.append(
                self._add_row(f"{limit.name}_{index}", used, limit.each[used], upper=limit.most)
            )
        for f, new in enumerate(columns):
            for name in _EACH_FUTURE:
                rows = self._family(f, name, NO_COLUMNS)
                provisions = len(rows) if name == "capacity" else 0
                self._append(f, name, rows, np.arange(provisions))
            self.add_columns(f, new)

    # -- growing ---------------------------------------------------------------------------------

    def add_columns(self, f: int, new: Columns) -> None:
        """Admit more columns of a future, with what they count in every row there is."""
        if not len(new):
            return
        row, column, value = self._entries(f, new)
        order = np.argsort(column, kind="stable")
        row, column, value = row[order], column[order], value[order]
        starts = np.searchsorted(column, np.arange(len(new) + 1))
        first = len(self._variables)
        cost = self.aim.score * self.outlooks[f].share * new.score
        self._add_variables(self._names(f, new), np.ones(len(new)), cost, (row, starts, value))
        self._at[f] += range(first, first + len(new))
        self.columns[f] = appended(self.columns[f], new)

    def add_rows(self, f: int, *, apart: Sequence[Apart] = (), cuts: Sequence[Rounding] = ()) -> None:
        """Add rows of the families that are found as the search goes."""
        self._cut = self._cut or bool(apart or cuts)
        instance, units, columns = self.outlooks[f].instance, self.outlooks[f].market.units, self.columns[f]
        if apart:
            at = np.array([row.provision for row in apart], dtype=np.int64)
            self._append(f, "incompatible", incompatible(instance, units, columns, apart), at)
            self.apart[f] += apart
        if cuts:
            at = np.array([cut.provision for cut in cuts], dtype=np.int64)
            self._append(f, "small_places", small_places(instance, units, columns, cuts), at)
            self.cuts[f] += cuts

    def _family(self, f: int, name: str, columns: Columns) -> Rows:
        outlook = self.outlooks[f]
        return STANDING[name](outlook.instance, outlook.market.units, columns, Tally())

    def _append(self, f: int, name: str, rows: Rows, provision: Ints) -> None:
        """The rows of one family in one future; those of an option's provision are for every unit open.

        `provision`: the provision of each row, empty where rows are about none.
        """
        outlook = self.outlooks[f]
        children = len(outlook.instance.children)
        fixed, at = self._first[f], np.array(self._at[f], dtype=np.int64)
        parts: list[tuple[Entries, Ints]] = [
            (rows.unplaced, fixed + rows.unplaced.variable),
            (rows.separated, fixed + children + rows.separated.variable),
            (rows.lives, at[rows.lives.variable] if len(rows.lives.variable) else rows.lives.variable),
        ]
        row = np.concatenate([entries.row for entries, _ in parts])
        variable = np.concatenate([position for _, position in parts])
        value = np.concatenate([entries.coefficient for entries, _ in parts])
        bound = rows.bound.copy()
        at_option = np.flatnonzero(outlook.option[provision] >= 0)
        row = np.concatenate([row, at_option])
        variable = np.concatenate([variable, outlook.option[provision[at_option]]])
        value = np.concatenate([value, -bound[at_option]])
        bound[at_option] = 0.0
        order = np.lexsort((variable, row))
        row, variable, value = row[order], variable[order], value[order]
        starts = np.searchsorted(row, np.arange(len(rows) + 1))
        mine = self._rows.setdefault((f, name), [])
        for index, (first, last) in enumerate(pairwise(starts.tolist())):
            named = f"{name}_{f}_{len(mine)}"
            mine.append(
                self._name_row(named, variable[first:last], value[first:last], bound[index], equal=rows.equal)
            )
        if len(rows):
            lower = bound if rows.equal else np.full(len(rows), -highspy.kHighsInf)
            self._highs.addRows(
                len(rows),
                lower,
                bound,
                len(row),
                starts[:-1].astype(np.int32),
                variable.astype(np.int32),
                value,
            )

    def _add_row(self, name: str, variable: Ints, value: Floats, *, upper: float) -> int:
        row = self._name_row(name, variable, value, upper, equal=False)
        self._highs.addRow(-highspy.kHighsInf, upper, len(variable), variable.astype(np.int32), value)
        return row

    def _name_row(self, name: str, variable: Ints, value: Floats, bound: float, *, equal: bool) -> int:
        left = pulp.lpSum_vars_coefs(
            (self._variables[v], c) for v, c in zip(variable.tolist(), value.tolist(), strict=True)
        )
        constraint = left == float(bound) if equal else left <= float(bound)
        self._constraints.append(self.problem.addConstraint(constraint, name))
        return len(self._constraints) - 1

    def _add_variables(
        self,
        names: Sequence[str],
        upper: Floats,
        cost: Floats | None = None,
        listed: tuple[Ints, Ints, Floats] | None = None,
    ) -> None:
        """New variables from 0 to `upper`: costs, the rows of each, where those begin, and the values."""
        number = len(names)
        none = np.zeros(0, dtype=np.int64), np.zeros(number + 1, dtype=np.int64), np.zeros(0)
        row, starts, value = none if listed is None else listed
        costs = np.zeros(number) if cost is None else cost
        for index, name in enumerate(names):
            first, last = int(starts[index]), int(starts[index + 1])
            counts = {
                self._constraints[r]: v
                for r, v in zip(row[first:last].tolist(), value[first:last].tolist(), strict=True)
            }
            self._variables.append(
                self.problem.add_column(
                    name, 0, float(upper[index]), "Continuous", obj=float(costs[index]), coefficients=counts
                )
            )
        self._highs.addCols(
            number,
            costs,
            np.zeros(number),
            upper,
            len(row),
            starts[:-1].astype(np.int32),
            row.astype(np.int32),
            value,
        )

    def _entries(self, f: int, columns: Columns) -> tuple[Ints, Ints, Floats]:
        """Row of the programme, position in `columns`, coefficient: all that the columns count."""
        outlook = self.outlooks[f]
        instance, units = outlook.instance, outlook.market.units
        listed = [(name, self._family(f, name, columns)) for name in _EACH_FUTURE]
        listed.append(("incompatible", incompatible(instance, units, columns, self.apart[f])))
        listed.append(("small_places", small_places(instance, units, columns, self.cuts[f])))
        row = np.concatenate(
            [np.array(self._rows.get((f, name), []), dtype=np.int64)[rows.lives.row] for name, rows in listed]
        )
        column = np.concatenate([rows.lives.variable for _, rows in listed])
        return row, column, np.concatenate([rows.lives.coefficient for _, rows in listed])

    def _names(self, f: int, columns: Columns) -> list[str]:
        children = len(self.outlooks[f].instance.children)
        return [
            f"place_{f}_{unit}_{p}" if unit < children else f"whole_{f}_{unit - children}_{p}"
            for unit, p in zip(columns.unit.tolist(), columns.provision.tolist(), strict=True)
        ]

    # -- the tiers -------------------------------------------------------------------------------

    def remember(self) -> None:
        """Keep the basis of the last relaxation, to go back to it."""
        basis = self._highs.getBasis()
        self._kept = list(basis.col_status), list(basis.row_status)

    def recall(self, aim: Aim) -> None:
        """Go back to the basis kept, for an aim that is near the one it was found for."""
        self.settle(aim)
        columns, rows = self._kept
        basis = highspy.HighsBasis()
        status = highspy.HighsBasisStatus
        basis.col_status = columns + [status.kLower] * (self._highs.getNumCol() - len(columns))
        basis.row_status = rows + [status.kBasic] * (self._highs.getNumRow() - len(rows))
        self._highs.setBasis(basis)
        self._settled = False

    def settle(self, aim: Aim) -> None:
        """Go on to another tier: what earlier tiers settled becomes a row, the objective changes."""
        self.aim, self._settled = aim, True
        unplaced, separated = [], []
        for f, outlook in enumerate(self.outlooks):
            children, groups = len(outlook.instance.children), len(outlook.instance.groups)
            unplaced.append((self._first[f], children, outlook.share))
            separated.append((self._first[f] + children, groups, outlook.share))
        for name, most, parts in (
            (FEWEST_UNPLACED, aim.most_unplaced, unplaced),
            (FEWEST_SEPARATED, aim.most_separated, separated),
        ):
            if name in self._tallies:
                upper = highspy.kHighsInf if most is None else most
                self._highs.changeRowBounds(self._tallies[name], -highspy.kHighsInf, upper)
                continue
            if most is None:
                continue
            variable = np.concatenate([np.arange(first, first + number) for first, number, _ in parts])
            value = np.concatenate([np.full(number, share) for _, number, share in parts])
            self._tallies[name] = self._add_row(name, variable, value, upper=most)
        cost = np.zeros(len(self._variables))
        cost[: len(self.offers)] = aim.score * self.offers.weekly
        for f, outlook in enumerate(self.outlooks):
            for weight, (first, number, share) in (
                (aim.unplaced, unplaced[f]),
                (aim.separated, separated[f]),
            ):
                cost[first : first + number] = weight * share
            cost[self._at[f]] = aim.score * outlook.share * self.columns[f].score
        worth = [(self._variables[v], c) for v, c in enumerate(cost.tolist()) if c]
        self.problem.setObjective(pulp.lpSum_vars_coefs(worth))
        self._highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)

    def bound_units(self, lower: Ints, upper: Ints) -> None:
        """The least and most units of every option, shape (options,)."""
        number = len(self.offers)
        if number:
            self._highs.changeColsBounds(
                number, np.arange(number, dtype=np.int32), lower.astype(np.float64), upper.astype(np.float64)
            )

    # -- solving ---------------------------------------------------------------------------------

    def relax(self, *, seconds: float | None = None) -> Mixed | None:
        """The relaxation, from the last basis; None where time ran out.

        Where the aim counts, most costs are 0, and the dual simplex has little to go by. Raises `TallyError`
        where no such units have an answer that the tally allows.
        """
        goes_on = self._highs.getBasis().valid
        primal = goes_on and (self._settled or (not self.aim.score and not self._cut))
        self._highs.setOptionValue("simplex_strategy", _PRIMAL if primal else _DUAL)
        self._settled = self._cut = False
        if seconds is not None:
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + seconds)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kTimeLimit:
            return None
        if status == highspy.HighsModelStatus.kInfeasible:
            raise TallyError(f"no plan keeps {self.aim}")
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
            raise SolverError(f"HiGHS ended the relaxation of the plan with {status!r}")
        solution = self._highs.getSolution()
        values, duals = np.array(solution.col_value), np.maximum(0.0, -np.array(solution.row_dual))
        return Mixed(
            value=self._highs.getObjectiveValue(),
            units=values[: len(self.offers)],
            lives=tuple(values[np.array(at, dtype=np.int64)] for at in self._at),
            duals=Duals(
                each=tuple(self._prices(f, duals) for f in range(len(self.outlooks))),
                limits=duals[self._limits],
                unplaced=float(duals[self._tallies[FEWEST_UNPLACED]])
                if FEWEST_UNPLACED in self._tallies
                else 0.0,
                separated=float(duals[self._tallies[FEWEST_SEPARATED]])
                if FEWEST_SEPARATED in self._tallies
                else 0.0,
            ),
        )

    def _prices(self, f: int, duals: Floats) -> Prices:
        each = duals / self.outlooks[f].share
        standing: Mapping[str, Floats] = {
            name: each[self._rows[f, name]]
            for name in _EACH_FUTURE
            if name not in UNPRICED and self._rows[f, name]
        }
        return Prices(
            standing=standing,
            apart=tuple(self.apart[f]),
            apart_price=each[self._rows.get((f, "incompatible"), [])],
            cuts=tuple(self.cuts[f]),
            cut_price=each[self._rows.get((f, "small_places"), [])],
        )
