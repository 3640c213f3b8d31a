"""The constraints of the programme, one function a family, its inequality in the first line.

lives[u, p] is 1 where unit `u` – a child on its own, or a sibling group placed whole – lives in
provision `p`; unplaced[c] and separated[g] take up what is missing. Every family says which rows it
has and what each column counts in them, so the same function writes the model and prices a column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from optimiser.allocation.columns import Columns, Units, members_of
from optimiser.matching.instance import Floats, Instance, Ints

Key = tuple[str | int, ...]
"""The family, then the identifiers of what the row is about."""


@dataclass(frozen=True)
class Tally:
    """The tiers already settled: no more children unplaced, no more groups separated than these.

    Whole numbers of an allocation; means over the futures of a plan.
    """

    unplaced: float | None = None
    separated: float | None = None


@dataclass(frozen=True)
class Entries:
    """What variables count in rows: three arrays of one length."""

    row: Ints
    variable: Ints
    coefficient: Floats


def entries(row: Ints, variable: Ints, coefficient: Floats | Ints | float) -> Entries:
    """Entries with the zeros left out."""
    values = np.broadcast_to(np.asarray(coefficient, dtype=np.float64), row.shape)
    kept = values != 0
    return Entries(row[kept], variable[kept], values[kept])


NONE = Entries(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


@dataclass(frozen=True)
class Rows:
    """The rows of one family: Σ lives + Σ unplaced + Σ separated ≤ (or =) bound."""

    named: Callable[[], tuple[Key, ...]]
    bound: Floats
    lives: Entries
    """`variable` is the position of the column."""
    unplaced: Entries = NONE
    separated: Entries = NONE
    equal: bool = False

    def __len__(self) -> int:
        return len(self.bound)

    @property
    def keys(self) -> tuple[Key, ...]:
        """One key a row, made when they are asked for: pricing never does."""
        return self.named()


NO_ROWS = Rows(lambda: (), np.zeros(0), NONE)

Family = Callable[[Instance, Units, Columns, Tally], Rows]


def _one_row(columns: Columns, coefficient: Floats) -> Entries:
    return entries(np.zeros(len(columns), dtype=np.int64), np.arange(len(columns)), coefficient)


def placed_once(instance: Instance, units: Units, columns: Columns, _: Tally) -> Rows:
    """Σ lives[u, p] over p and u ∋ c + unplaced[c] = 1, for every child c."""
    every = np.arange(len(instance.children))
    position, child = members_of(units, columns)
    return Rows(
        named=lambda: tuple(("placed_once", str(name)) for name in instance.children.id),
        bound=np.ones(len(every)),
        lives=entries(child, position, 1),
        unplaced=entries(every, every, 1),
        equal=True,
    )


def capacity(instance: Instance, _: Units, columns: Columns, __: Tally) -> Rows:
    """Σ size[u, p] · lives[u, p] over u ≤ vacancies[p], for every provision p; solo: size = vacancies[p].

    Where the instance has a `capacity`, that is the bound.
    """
    vacancies = instance.provisions.vacancies.astype(np.float64)
    return Rows(
        named=lambda: tuple(("capacity", str(name)) for name in instance.provisions.id),
        bound=vacancies if instance.capacity is None else instance.capacity,
        lives=entries(columns.provision, np.arange(len(columns)), columns.size),
    )


def separation(instance: Instance, _: Units, columns: Columns, __: Tally) -> Rows:
    """Σ lives[g, p] over p + separated[g] = 1, for every sibling group g of two or more."""
    every = np.arange(len(instance.groups))
    group = columns.unit - len(instance.children)
    whole = np.flatnonzero(group >= 0)
    return Rows(
        named=lambda: tuple(("separation", name) for name in instance.group_names),
        bound=np.ones(len(every)),
        lives=entries(group[whole], whole, 1),
        separated=entries(every, every, 1),
        equal=True,
    )


def weekly_budget(instance: Instance, units: Units, columns: Columns, _: Tally) -> Rows:
    """Σ weekly_cost[p] · children[u] · lives[u, p] ≤ weekly_budget, £ a week for the region."""
    budget = instance.policy.limits.weekly_budget
    if budget is None:
        return NO_ROWS
    cost = instance.provisions.weekly_cost[columns.provision] * units.number[columns.unit].astype(np.float64)
    return Rows(lambda: (("weekly_budget",),), np.array([budget]), _one_row(columns, cost))


def authority_weekly_budget(instance: Instance, units: Units, columns: Columns, _: Tally) -> Rows:
    """Σ weekly_cost[p] · children_of_a[u] · lives[u, p] ≤ budget[a], for every authority a with a budget."""
    budgets = sorted(instance.policy.limits.authority_weekly_budget.items())
    if not budgets:
        return NO_ROWS
    codes = np.array([code for code, _ in budgets])
    position, child = members_of(units, columns)
    authority = instance.children.authority[child]
    row = np.searchsorted(codes, authority).clip(max=len(codes) - 1)
    theirs = codes[row] == authority
    cost = instance.provisions.weekly_cost[columns.provision[position]]
    place, which = np.unique(row[theirs] * max(1, len(columns)) + position[theirs], return_inverse=True)
    return Rows(
        named=lambda: tuple(("authority_weekly_budget", str(code)) for code in codes),
        bound=np.array([budget for _, budget in budgets]),
        lives=entries(
            place // max(1, len(columns)), place % max(1, len(columns)), np.bincount(which, cost[theirs])
        ),
    )


def share_near_home(instance: Instance, units: Units, columns: Columns, _: Tally) -> Rows:
    """Σ (share · children[u] − near[u, p]) · lives[u, p] ≤ 0: enough of those placed live near home."""
    share = instance.policy.limits.min_share_within_far_miles
    if share <= 0:
        return NO_ROWS
    lacking = share * units.number[columns.unit].astype(np.float64) - columns.near
    return Rows(lambda: (("share_near_home",),), np.zeros(1), _one_row(columns, lacking))


def fewest_unplaced(instance: Instance, _: Units, __: Columns, tally: Tally) -> Rows:
    """Σ unplaced[c] ≤ the fewest that tier 1 proved."""
    if tally.unplaced is None:
        return NO_ROWS
    every = np.arange(len(instance.children))
    return Rows(
        lambda: (("fewest_unplaced",),),
        np.array([float(tally.unplaced)]),
        NONE,
        unplaced=entries(0 * every, every, 1),
    )


def fewest_separated(instance: Instance, _: Units, __: Columns, tally: Tally) -> Rows:
    """Σ separated[g] ≤ the fewest that tier 2 proved."""
    if tally.separated is None:
        return NO_ROWS
    every = np.arange(len(instance.groups))
    return Rows(
        lambda: (("fewest_separated",),),
        np.array([float(tally.separated)]),
        NONE,
        separated=entries(0 * every, every, 1),
    )


STANDING: Mapping[str, Family] = MappingProxyType(
    {
        family.__name__: family
        for family in (
            placed_once,
            capacity,
            separation,
            weekly_budget,
            authority_weekly_budget,
            share_near_home,
            fewest_unplaced,
            fewest_separated,
        )
    }
)
"""The families whose rows are known before any column is."""

TALLIED = (fewest_unplaced.__name__, fewest_separated.__name__)
"""Of these, the families that keep what the earlier tiers settled."""


def shared_limits(instance: Instance) -> list[tuple[str, str, int]]:
    """The limits shared by children: family, authority or "", and the row within the family."""
    budgets = sorted(instance.policy.limits.authority_weekly_budget)
    listed = [("weekly_budget", "", 0), ("share_near_home", "", 0)]
    return listed + [("authority_weekly_budget", code, index) for index, code in enumerate(budgets)]


@dataclass(frozen=True)
class Apart:
    """Two incompatible children and one provision: children's indices, lower first, and the provision's."""

    a: int
    b: int
    provision: int


@dataclass(frozen=True)
class Rounding:
    """A provision and a superadditive count of sizes 0, 1, …, vacancies: a valid row for whole numbers."""

    provision: int
    count: tuple[int, ...]
    singles: tuple[int, ...] = field(default=())
    """Units that count 1 here whatever `count` says: of size 1, or one group that leaves room for another."""


def incompatible(instance: Instance, units: Units, columns: Columns, apart: Sequence[Apart]) -> Rows:
    """lives[a, p] + lives[b, p] ≤ 1, for every incompatible pair a, b and provision p open to both."""
    position, child = members_of(units, columns)
    where = _Finder(columns.provision[position], child, position, len(instance.children))
    row, column = where.find([(at.provision, c) for at in apart for c in (at.a, at.b)])
    children, provisions = instance.children.id, instance.provisions.id
    return Rows(
        named=lambda: tuple(
            ("incompatible", str(children[at.a]), str(children[at.b]), str(provisions[at.provision]))
            for at in apart
        ),
        bound=np.ones(len(apart)),
        lives=_once(row // 2, column),
    )


def small_places(instance: Instance, _: Units, columns: Columns, cuts: Sequence[Rounding]) -> Rows:
    """Σ count(size[u, p]) · lives[u, p] over u ≤ count(vacancies[p]), for whole numbers in few places."""
    rows, variables, values = [], [], []
    at = {
        provision: np.flatnonzero(columns.provision == provision)
        for provision in {cut.provision for cut in cuts}
    }
    for row, cut in enumerate(cuts):
        position = at[cut.provision]
        counted = np.array(cut.count)[columns.size[position]]
        counted = np.where(np.isin(columns.unit[position], cut.singles), 1, counted)
        rows.append(np.full(len(position), row))
        variables.append(position)
        values.append(counted)
    listed = (
        entries(np.concatenate(rows), np.concatenate(variables), np.concatenate(values)) if cuts else NONE
    )
    ids = instance.provisions.id
    return Rows(
        named=lambda: tuple(_rounding_key(str(ids[cut.provision]), cut) for cut in cuts),
        bound=np.array([float(cut.count[-1]) for cut in cuts]),
        lives=listed,
    )


def singles_counted(instance: Instance, cut: Rounding) -> list[tuple[int, int]]:
    """The `singles` of a row of `small_places`, and how much more than by their size they count in it."""
    children = len(instance.children)

    def size(unit: int) -> int:
        if unit >= children:
            return len(instance.groups[unit - children])
        return len(cut.count) - 1 if instance.children.solo[unit] else 1

    return [(unit, 1 - cut.count[size(unit)]) for unit in cut.singles]


def units_apart(instance: Instance, at: Apart) -> list[int]:
    """The units that a row of `incompatible` counts: the two children, and their groups placed whole."""
    groups = instance.children.group[[at.a, at.b]]
    return [at.a, at.b, *(len(instance.children) + g for g in np.unique(groups[groups >= 0]).tolist())]


def _rounding_key(provision: str, cut: Rounding) -> Key:
    return ("small_places", provision, *cut.count, *cut.singles)


def _once(row: Ints, column: Ints) -> Entries:
    pairs = np.unique(np.column_stack([row, column]), axis=0)
    return entries(pairs[:, 0], pairs[:, 1], 1)


class _Finder:
    """Finds the columns in which a child lives in a provision."""

    def __init__(self, provision: Ints, child: Ints, position: Ints, width: int) -> None:
        self._width = width
        key = provision * width + child
        order = np.argsort(key, kind="stable")
        self._key, self._position = key[order], position[order]

    def find(self, wanted: Sequence[tuple[int, int]]) -> tuple[Ints, Ints]:
        """For (provision, child) pairs: the index of the pair and the position of each of its columns."""
        key = np.array([provision * self._width + child for provision, child in wanted], dtype=np.int64)
        first = np.searchsorted(self._key, key, side="left")
        count = np.searchsorted(self._key, key, side="right") - first
        index = np.repeat(np.arange(len(key)), count)
        offset = np.arange(len(index)) - np.repeat(np.cumsum(count) - count, count)
        return index, self._position[first[index] + offset]
