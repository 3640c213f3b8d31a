"""What one instance has in a growing programme: who lives where, with every row that is about that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimiser.allocation.columns import NO_COLUMNS, Columns, Units, appended
from optimiser.allocation.families import (
    STANDING,
    TALLIED,
    Apart,
    Rounding,
    Rows,
    Tally,
    incompatible,
    small_places,
)
from optimiser.allocation.growing import Growing
from optimiser.allocation.highs import listed
from optimiser.allocation.prices import UNPRICED, Objective, Prices
from optimiser.matching.instance import Floats, Instance, Ints

_OWN = tuple(name for name in STANDING if name not in TALLIED)
"""The families whose rows are about one instance, whatever else the programme has."""
_ABOUT_NONE = np.zeros(0, dtype=np.int64)


class Placements:
    """The variables unplaced, separated and lives of one instance, and its rows.

    Names carry positions, never identifiers: `place_3_14` is child 3 alone in provision 14, `whole_2_14`
    is sibling group 2, both counted from 0 in the order of the identifiers. `called` stands before these
    where a programme has several instances: `place_0_3_14`.
    """

    def __init__(
        self,
        growing: Growing,
        instance: Instance,
        units: Units,
        *,
        share: float = 1.0,
        called: str = "",
        opened: Ints | None = None,
        used: Mapping[str, Floats] | None = None,
        whole_numbers: bool = False,
    ) -> None:
        """`share`: what the instance weighs in the objective. `used`: by family, what others who are not in
        the programme take of each row's bound.

        `opened`: shape (provisions,), the variable that says how many there are of each, −1 where that is
        one; a row about such a provision allows its bound so many times.
        """
        self.instance, self.units, self.share = instance, units, share
        self.columns = NO_COLUMNS
        self.apart: list[Apart] = []
        """The rows of `incompatible` found so far."""
        self.cuts: list[Rounding] = []
        """The rows of `small_places` found so far."""
        self._growing, self._called, self._whole_numbers = growing, called, whole_numbers
        self._opened, self._used = opened, used or {}
        self._rows: dict[str, Ints] = {}
        self._objective = Objective()
        self._at = np.zeros(0, dtype=np.int64)
        children, groups = len(instance.children), len(instance.groups)
        self._unplaced = growing.add_variables(
            [f"unplaced_{called}{c}" for c in range(children)], np.ones(children)
        )
        self._separated = growing.add_variables(
            [f"separated_{called}{g}" for g in range(groups)], np.ones(groups)
        )

    # -- growing ---------------------------------------------------------------------------------

    def add_standing_rows(self) -> None:
        """The rows that are known before any column is."""
        for name in _OWN:
            rows = STANDING[name](self.instance, self.units, self.columns, Tally())
            about = np.arange(len(rows)) if name == "capacity" else _ABOUT_NONE
            self._append(name, rows, about)

    def add_columns(self, new: Columns) -> None:
        """Admit more columns, with what they count in every row there is."""
        if not len(new):
            return
        row, column, value = self._entries(new)
        first = self._growing.add_variables(
            self._names(new),
            np.ones(len(new)),
            self._cost(new),
            listed(column, row, value, len(new)),
            integral=self._whole_numbers,
        )
        self._at = np.concatenate([self._at, np.arange(first, first + len(new))])
        self.columns = appended(self.columns, new)

    def add_rows(self, *, apart: Sequence[Apart] = (), cuts: Sequence[Rounding] = ()) -> None:
        """Add rows of the families that are found as the search goes."""
        if apart:
            rows = incompatible(self.instance, self.units, self.columns, apart)
            self._append("incompatible", rows, np.array([at.provision for at in apart], dtype=np.int64))
            self.apart += apart
        if cuts:
            rows = small_places(self.instance, self.units, self.columns, cuts)
            self._append("small_places", rows, np.array([cut.provision for cut in cuts], dtype=np.int64))
            self.cuts += cuts

    def _append(self, name: str, rows: Rows, provision: Ints) -> None:
        """The rows of one family; `provision`: that of each row, empty where they are about none."""
        parts = (
            (rows.unplaced, self._unplaced + rows.unplaced.variable),
            (rows.separated, self._separated + rows.separated.variable),
            (rows.lives, self._at[rows.lives.variable]),
        )
        row = np.concatenate([entries.row for entries, _ in parts])
        variable = np.concatenate([position for _, position in parts])
        value = np.concatenate([entries.coefficient for entries, _ in parts])
        bound = rows.bound - self._used.get(name, 0.0)
        if self._opened is not None:
            counted = np.flatnonzero(self._opened[provision] >= 0)
            row = np.concatenate([row, counted])
            variable = np.concatenate([variable, self._opened[provision[counted]]])
            value = np.concatenate([value, -bound[counted]])
            bound[counted] = 0.0
        order = np.argsort(variable, kind="stable")
        entries = listed(row[order], variable[order], value[order], len(rows))
        mine = self._rows.get(name, np.zeros(0, dtype=np.int64))
        names = [f"{name}_{self._called}{len(mine) + index}" for index in range(len(rows))]
        self._rows[name] = np.append(mine, self._growing.add_rows(names, bound, entries, equal=rows.equal))

    def _entries(self, columns: Columns) -> tuple[Ints, Ints, Floats]:
        """Row of the programme, position in `columns`, coefficient: all that the columns count."""
        instance, units = self.instance, self.units
        families = {name: STANDING[name](instance, units, columns, Tally()) for name in _OWN}
        families["incompatible"] = incompatible(instance, units, columns, self.apart)
        families["small_places"] = small_places(instance, units, columns, self.cuts)
        counted = [(name, rows.lives) for name, rows in families.items() if len(rows)]
        row = np.concatenate([self._rows[name][lives.row] for name, lives in counted])
        column = np.concatenate([lives.variable for _, lives in counted])
        return row, column, np.concatenate([lives.coefficient for _, lives in counted])

    def _names(self, columns: Columns) -> list[str]:
        children, called = len(self.instance.children), self._called
        return [
            f"place_{called}{unit}_{p}" if unit < children else f"whole_{called}{unit - children}_{p}"
            for unit, p in zip(columns.unit.tolist(), columns.provision.tolist(), strict=True)
        ]

    # -- the tiers -------------------------------------------------------------------------------

    def aim_at(self, objective: Objective) -> None:
        """From here on columns cost what the objective says."""
        self._objective = objective

    def _cost(self, columns: Columns) -> Floats:
        return self._objective.score * self.share * columns.score

    def put_costs(self, cost: Floats) -> None:
        """unplaced · Σ unplaced + separated · Σ separated + score · Σ score · lives, times the share.

        `cost`: shape (variables,), written into.
        """
        objective = self._objective
        cost[self._unplaced : self._separated] = objective.unplaced * self.share
        separated = self._separated + len(self.instance.groups)
        cost[self._separated : separated] = objective.separated * self.share
        cost[self._at] = self._cost(self.columns)

    def tallied(self, name: str, tally: Tally) -> tuple[Ints, Floats]:
        """What the instance counts in the row of a tally: variables, and values times the share."""
        rows = STANDING[name](self.instance, self.units, NO_COLUMNS, tally)
        variable = np.concatenate(
            [self._unplaced + rows.unplaced.variable, self._separated + rows.separated.variable]
        )
        return variable, self.share * np.concatenate([rows.unplaced.coefficient, rows.separated.coefficient])

    # -- answers ---------------------------------------------------------------------------------

    def lives(self, variables: Floats) -> Floats:
        """Shape (columns,): how much of each unit lives in each provision, from all variables."""
        return variables[self._at]

    def rows_of(self, name: str) -> Ints:
        """The rows of one family."""
        return self._rows[name]

    def positions(self) -> Ints:
        """Shape (columns,): the variable of each column."""
        return self._at

    def prices(self, duals: Floats) -> Prices:
        """What each row is worth to this instance alone, its share left out; `duals`: of all rows."""
        nothing = np.zeros(0, dtype=np.int64)
        each = np.maximum(0.0, duals) / self.share
        return Prices(
            standing={
                name: each[self._rows[name]]
                for name in _OWN
                if name not in UNPRICED and len(self._rows[name])
            },
            apart=tuple(self.apart),
            apart_price=each[self._rows.get("incompatible", nothing)],
            cuts=tuple(self.cuts),
            cut_price=each[self._rows.get("small_places", nothing)],
        )
