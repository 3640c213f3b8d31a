"""The columns of the programme: a unit living in a provision.

A *unit* is one child on its own (index `c`) or one sibling group placed whole (index `children + g`).
Only what the ten rules allow has a column; what cannot happen is absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from optimiser.matching.eligibility import eligible_pairs
from optimiser.matching.instance import Bools, Floats, Instance, Ints
from optimiser.matching.score import is_far, score

_WHOLE = 1e-6

CELLS_PER_BLOCK = 4_000_000
"""How many pairs of child and provision are looked at together: about 250 MB at the peak."""


@dataclass(frozen=True)
class Columns:
    """Columns as arrays of one length, sorted by unit and provision."""

    unit: Ints
    provision: Ints
    size: Ints
    """Vacancies taken: one a child; all of them for a solo child or a group that has one."""
    score: Floats
    """£ a week, the sum over the unit's children."""
    near: Ints
    """How many of the unit's children live within `far_miles` of home there."""

    def __len__(self) -> int:
        return len(self.unit)

    def take(self, rows: Ints | Bools) -> Columns:
        """The columns at `rows`."""
        return Columns(*(getattr(self, field.name)[rows] for field in fields(self)))


_NOTHING = np.zeros(0, dtype=np.int64)
NO_COLUMNS = Columns(_NOTHING, _NOTHING, _NOTHING, np.zeros(0), _NOTHING)


def appended(*parts: Columns) -> Columns:
    """The columns of the parts, one part after another."""
    parts = parts or (NO_COLUMNS,)
    return Columns(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Columns))
    )


def join(parts: Sequence[Columns]) -> Columns:
    """All columns of the parts, sorted by unit and provision, each once."""
    whole = appended(*parts)
    key = whole.unit * (whole.provision.max(initial=0) + 1) + whole.provision
    return whole.take(np.unique(key, return_index=True)[1])


@dataclass(frozen=True)
class Units:
    """What the programme knows of each unit: children first, then groups placed whole."""

    member: Ints
    """The children of all units, unit after unit."""
    first: Ints
    """Where each unit's children begin in `member`."""
    number: Ints
    """How many children the unit has."""
    solo: Bools
    """The unit takes every vacancy of a provision: it is, or has in it, a solo child."""
    alone: Bools
    """Shape (children,): the child may be placed on its own (not so in a group that must not be split)."""
    whole: Bools
    """Shape (groups,): no two of the group are incompatible, so it may be placed whole."""


def units_from_instance(instance: Instance) -> Units:
    """The units of an instance."""
    children = instance.children
    members = [*((c,) for c in range(len(children))), *instance.groups]
    number = np.array([len(unit) for unit in members], dtype=np.int64)
    whole = np.ones(len(instance.groups), dtype=np.bool_)
    a, b = instance.incompatible[:, 0], instance.incompatible[:, 1]
    within = (children.group[a] >= 0) & (children.group[a] == children.group[b])
    whole[children.group[a[within]]] = False
    return Units(
        member=np.array([c for unit in members for c in unit], dtype=np.int64),
        first=np.cumsum(number) - number,
        number=number,
        solo=np.array([bool(children.solo[list(unit)].any()) for unit in members], dtype=np.bool_),
        alone=(children.group < 0) | (instance.policy.split != "never"),
        whole=whole,
    )


def members_of(units: Units, columns: Columns) -> tuple[Ints, Ints]:
    """Shape (Σ children of the columns,) twice: the position of the column, and the child."""
    return members_of_units(units, columns.unit)


def members_of_units(units: Units, unit: Ints) -> tuple[Ints, Ints]:
    """Shape (Σ children of the units,) twice: the position in `unit`, and the child."""
    number = units.number[unit]
    position = np.repeat(np.arange(len(unit)), number)
    offset = np.arange(len(position)) - np.repeat(np.cumsum(number) - number, number)
    return position, units.member[units.first[unit[position]] + offset]


def blocks_of_children(instance: Instance) -> Iterator[Ints]:
    """The children in blocks of bounded size, every sibling group within one block."""
    grouped = [np.array(group, dtype=np.int64) for group in instance.groups]
    single = np.flatnonzero(instance.children.group < 0)
    limit = max(1, CELLS_PER_BLOCK // max(1, len(instance.provisions)))
    block: list[NDArray[np.int64]] = []
    filled = 0
    for family in [*grouped, *(single[i : i + limit] for i in range(0, len(single), limit))]:
        if block and filled + len(family) > limit:
            yield np.sort(np.concatenate(block))
            block, filled = [], 0
        block.append(family)
        filled += len(family)
    if block:
        yield np.sort(np.concatenate(block))


def columns_of_children(instance: Instance, units: Units, block: Ints) -> Columns:
    """Every column of the children in `block` and of the sibling groups wholly in it."""
    return columns_of_pairs(
        instance, units, *eligible_pairs(instance, block, np.arange(len(instance.provisions)))
    )


def columns_of_pairs(instance: Instance, units: Units, c: Ints, p: Ints) -> Columns:
    """The columns of eligible pairs of child and provision, and of the groups that these make whole."""
    worth = score(instance, c, p)
    near = (~is_far(instance, c, p)).astype(np.int64)
    vacancies = instance.provisions.vacancies
    alone = units.alone[c]
    singles = Columns(
        unit=c[alone],
        provision=p[alone],
        size=np.where(units.solo[c], vacancies[p], 1)[alone],
        score=worth[alone],
        near=near[alone],
    )
    return appended(singles, _wholes(instance, units, c, p, worth, near))


def _wholes(instance: Instance, units: Units, c: Ints, p: Ints, worth: Floats, near: Ints) -> Columns:
    """Groups placed whole: every member is eligible, no two are incompatible, and the group fits."""
    group = instance.children.group[c]
    rows = np.flatnonzero(group >= 0)
    rows = rows[np.argsort(group[rows] * len(instance.provisions) + p[rows], kind="stable")]
    key = group[rows] * len(instance.provisions) + p[rows]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, dtype=np.int64)
    present = np.diff(np.r_[first, len(key)])
    g, at = group[rows[first]], p[rows[first]]
    unit = len(instance.children) + g
    vacancies = instance.provisions.vacancies[at]
    fits = (present == units.number[unit]) & (units.number[unit] <= vacancies) & units.whole[g]
    total = np.add.reduceat(worth[rows], first) if len(first) else np.zeros(0)
    close = np.add.reduceat(near[rows], first) if len(first) else np.zeros(0, dtype=np.int64)
    return Columns(
        unit=unit[fits],
        provision=at[fits],
        size=np.where(units.solo[unit], vacancies, units.number[unit])[fits],
        score=total[fits],
        near=close[fits],
    )


def columns_of_placement(instance: Instance, units: Units, placement: Ints) -> Columns:
    """The columns of an allocation: a group that lives together as one, any other child on its own."""
    placed = np.flatnonzero(placement >= 0)
    columns = columns_of_pairs(instance, units, placed, placement[placed])
    children = len(instance.children)
    together = columns.unit[columns.unit >= children] - children
    whole = np.isin(instance.children.group, together) & (instance.children.group >= 0)
    alone = columns.unit < children
    return columns.take(~alone | ~whole[np.where(alone, columns.unit, 0)])


def around_fractions(
    instance: Instance, units: Units, columns: Columns, lives: Floats, offered: Columns
) -> Columns:
    """The columns `offered` to children whom the relaxation `lives` splits, and to those they could displace.

    The others stay where the relaxation has them whole: a small programme whose answers are good, for
    nearly all of a relaxation is whole.
    """
    sure = columns.take(lives > 1 - _WHOLE)
    position, child = members_of(units, offered)
    settled = np.zeros(len(instance.children), dtype=np.bool_)
    settled[members_of(units, sure)[1]] = True
    wanted = np.zeros(len(instance.provisions), dtype=np.bool_)
    wanted[offered.provision[position[~settled[child]]]] = True
    kept = sure.take(~wanted[sure.provision])
    settled[:] = False
    settled[members_of(units, kept)[1]] = True
    able = np.ones(len(offered), dtype=np.bool_)
    able[position[settled[child]]] = False
    return join([kept, offered.take(able)])


def all_columns(instance: Instance) -> Columns:
    """Every column of the full programme at once: for instances that are not too large."""
    units = units_from_instance(instance)
    return join([columns_of_children(instance, units, block) for block in blocks_of_children(instance)])
