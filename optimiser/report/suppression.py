"""Which counts to hide so that no count of 1 to 5 can be worked out from what is shown.

The counts and the sums they obey are one system: everything that is published of a view. Every small count is
hidden; then others are until, for each small count, another whole set of counts exists (a *witness*) that
agrees with every figure shown, in which the small count is 6 or more. So nobody can tell it from a
large one. The witnesses are found by integer programmes; what must be hidden besides is what the cheapest
witness would change (the heuristic of Kelly, Golden and Assad, "Cell suppression: disclosure protection for
sensitive tabular data", Networks 22, 1992).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, csr_array, hstack

from optimiser.errors import InputError
from optimiser.report.table import Key

LEAST_SHOWN = 6
"""The smallest count, but 0, that is shown. Source: the Department's rule, docs/figures.md."""
TIMES_SHOWN = 1000.0
"""How much dearer it is to hide a count that another publication shows already."""
BATCHES = 6
"""In how many goes witnesses are looked for: in fewer, more is hidden; in more, it takes longer."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass
class System:
    """Counts by key, and which of them are the sum of which others. Counts of 0 are shown and left out."""

    values: dict[Key, int] = field(default_factory=dict)
    sums: list[tuple[Key, tuple[Key, ...]]] = field(default_factory=list)
    slack: set[Key] = field(default_factory=set)
    """Numbers nobody is shown and nobody need guard: the difference in an inequality."""
    open: set[Key] = field(default_factory=set)
    """Numbers that are public, however small."""
    dear: dict[Key, float] = field(default_factory=dict)
    """How much dearer than others a count is to hide; 1 where nothing is said."""

    def add(self, key: Key, value: int) -> None:
        """One count; the same key always has the same value."""
        if self.values.setdefault(key, int(value)) != int(value):
            raise ValueError(f"{key} is {self.values[key]} and {value}")

    def add_sum(self, total: Key, parts: Iterable[Key]) -> None:
        """A count that is the sum of others; all of them are in the system."""
        found = tuple(parts)
        if self.values[total] != sum(self.values[part] for part in found):
            raise ValueError(f"{total} is {self.values[total]}, its parts {[self.values[p] for p in found]}")
        self.sums.append((total, found))

    def add_slack(self, key: Key, value: int) -> None:
        """What makes an inequality a sum."""
        self.add(key, value)
        self.slack.add(key)


def is_small(value: int) -> bool:
    """1 to 5."""
    return 0 < value < LEAST_SHOWN


def hidden_cells(
    system: System, *, shown: Set[Key] = frozenset(), hidden: Set[Key] = frozenset()
) -> frozenset[Key]:
    """The keys to hide: every count of 1 to 5, what is `hidden` already, and what else is needed.

    `shown` are counts that another publication shows, and that are hidden only where there is no other way.
    """
    keys = [key for key, value in system.values.items() if value > 0]
    solver = _Solver(system, keys, shown, hidden)
    solver.hide_partners()
    solver.protect()
    solver.show_what_follows()
    return frozenset(
        key for key, hide in zip(keys, solver.hide.tolist(), strict=True) if hide and key not in system.slack
    )


class _Solver:
    """The system as arrays: `hide` grows until every small count has a witness."""

    def __init__(self, system: System, keys: list[Key], shown: Set[Key], hidden: Set[Key]) -> None:
        index = {key: number for number, key in enumerate(keys)}
        self.x: Ints = np.array([system.values[key] for key in keys], dtype=np.int64)
        self.slack: Bools = np.array([key in system.slack for key in keys], dtype=bool)
        self.open: Bools = np.array([key in system.open for key in keys], dtype=bool)
        dear = np.array([system.dear.get(key, 1.0) for key in keys])
        self.cost: Floats = np.sqrt(self.x) * dear
        self.shown: Bools = np.array([key in shown for key in keys], dtype=bool)
        self.small: Bools = (self.x < LEAST_SHOWN) & ~self.slack & ~self.open
        given = np.array([key in hidden for key in keys], dtype=bool)
        self.hide: Bools = (self.small | given | self.slack) & ~self.open
        self.matrix = _matrix(system.sums, index)
        self.least: Ints = np.where(self.slack, 0, 1)
        """The least a hidden count can be: zeros are always shown."""
        self.moved: Bools = np.zeros(len(keys), dtype=bool)
        """Some witness has another value than the true one."""

    def hide_partners(self) -> None:
        """A count hidden alone in a sum is the rest of the sum: another of the sum is hidden with it."""
        matrix = self.matrix
        rows = [matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]] for row in range(matrix.shape[0])]
        changed = True
        while changed:
            changed = False
            for cells in rows:
                if self.hide[cells].sum() != 1:
                    continue
                free = cells[~self.hide[cells] & ~self.open[cells]]
                if not len(free):
                    continue
                cost = self._cost(free)
                self.hide[free[np.argmin(cost)]] = True
                changed = True

    def _cost(self, cells: NDArray[Any]) -> Floats:
        cost: Floats = self.cost[cells] * np.where(self.shown[cells], TIMES_SHOWN, 1.0)
        return cost

    def protect(self) -> None:
        """Finds witnesses for all small counts, hiding more where there is none."""
        waiting = self.small.copy()
        before = len(waiting) + 1
        while before > waiting.sum() > 0:
            before = int(waiting.sum())
            for batch in self._batches(waiting):
                if (batch & waiting).any():
                    self._raise(waiting, batch & waiting)
        for cell in np.flatnonzero(waiting).tolist():
            alone = np.arange(len(waiting)) == cell
            for least in (self.least, np.zeros_like(self.least)):
                if waiting[cell]:
                    self._raise(waiting, alone, least=least)
            if waiting[cell]:
                raise InputError(
                    "The figures of this region cannot be published: a count of 1 to 5 children would follow "
                    "from numbers that are public; accepted: a larger region"
                )

    def _batches(self, waiting: Bools) -> list[Bools]:
        """The waiting counts in some batches, those of one sum spread evenly, not to vie for its rest."""
        cells = np.flatnonzero(waiting)
        columns = csc_array(self.matrix)
        sums = [columns.indices[columns.indptr[cell] : columns.indptr[cell + 1]] for cell in cells.tolist()]
        taken = np.zeros((BATCHES, self.matrix.shape[0]), dtype=np.int64)
        batches: list[Bools] = [np.zeros(len(waiting), dtype=bool) for _ in range(BATCHES)]
        for cell, rows in zip(cells.tolist(), sums, strict=True):
            chosen = int(np.argmin(taken[:, rows].max(axis=1, initial=0)))
            taken[chosen, rows] += 1
            batches[chosen][cell] = True
        return batches

    def _raise(self, waiting: Bools, batch: Bools, *, least: Ints | None = None) -> None:
        """Clears from `waiting` what a witness raises to 6, several of the batch at once."""
        found = self._witness(batch, LEAST_SHOWN - self.x, hide_more=True, least=least)
        self.hide |= found != self.x
        self.moved |= found != self.x
        waiting &= found < LEAST_SHOWN

    def show_what_follows(self) -> None:
        """A large count that follows from what is shown is shown: hiding it would only seem to protect."""
        still = self.hide & ~(self.small | self.slack | self.moved)
        for step in (1, -1):
            while still.any():
                found = self._witness(still, np.full(len(self.x), step), hide_more=False)
                changed = still & (found != self.x)
                if not changed.any():
                    break
                still &= ~changed
        self.hide[still] = False

    def _witness(self, wanted: Bools, step: Ints, *, hide_more: bool, least: Ints | None = None) -> Ints:
        """Counts that agree with every sum, as many as can be of the wanted changed by their step.

        min Σ cost·|change| over what is shown − Σ reward·(part of the step) over the wanted. What is shown
        changes only to `hide_more`. The true counts, where a program has no whole-numbered answer.
        """
        found = self.x.copy()
        free = np.flatnonzero(~self.open & (self.hide | hide_more))
        x, hide, wanted, step = self.x[free], self.hide[free], wanted[free], step[free]
        number, cells = len(free), np.flatnonzero(wanted)
        cost = np.where(hide, 1e-3, self._cost(free))
        reward = 4.0 * TIMES_SHOWN * float(cost.max(initial=1.0)) * np.linspace(2.0, 1.0, len(cells))
        up = np.full(number, np.inf)
        down = (x - (self.least if least is None else least)[free]).astype(np.float64)
        sign = np.sign(step[cells]).astype(np.float64)
        up[cells] = np.where(sign > 0, np.inf, 0.0)
        down[cells] = np.where(sign > 0, 0.0, np.maximum(down[cells] - 1.0, 0.0))
        columns = csc_array(self.matrix[:, free])
        matrix = csr_array(hstack([columns, -columns, columns[:, cells] * sign]))
        matrix = matrix[np.diff(matrix.indptr) > 0]
        answer = milp(
            np.concatenate([cost, cost, -reward]),
            bounds=Bounds(np.zeros(matrix.shape[1]), np.concatenate([up, down, np.abs(step[cells])])),
            constraints=LinearConstraint(matrix, 0.0, 0.0),
        )
        if answer.x is None:
            return found
        change = answer.x[:number] - answer.x[number : 2 * number]
        change[cells] += sign * answer.x[2 * number :]
        whole = np.rint(change)
        if np.abs(change - whole).max(initial=0.0) < 1e-6:
            found[free] += whole.astype(np.int64)
        return found


def _matrix(sums: Iterable[tuple[Key, tuple[Key, ...]]], index: Mapping[Key, int]) -> csr_array:
    """One row a sum: 1 at the total, −1 at its parts; counts of 0 are not there."""
    rows, columns, signs = [], [], []
    number = 0
    for total, parts in sums:
        if total not in index:
            continue
        for key, sign in ((total, 1.0), *((part, -1.0) for part in parts)):
            if key in index:
                rows.append(number)
                columns.append(index[key])
                signs.append(sign)
        number += 1
    return csr_array((signs, (rows, columns)), shape=(number, len(index)))
