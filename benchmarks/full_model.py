"""The full model as arrays: docs/model.md with every column there is, for solvers that take a matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from benchmarks.pairs import Pairs, Wholes, eligible_pairs, whole_groups
from optimiser.matching.instance import Bools, Floats, Instance, Ints

INFINITE = np.inf


@dataclass(frozen=True)
class FullModel:
    """low ≤ matrix · x ≤ high, 0 ≤ x ≤ 1; x is unplaced (children), separated (groups), place, whole."""

    instance: Instance
    pairs: Pairs
    """The columns `place`."""
    wholes: Wholes
    """The columns `whole`."""
    matrix: csr_array
    low: Floats
    high: Floats
    tiers: tuple[Floats, Floats, Floats]
    """What each tier minimises, a cost for each column."""
    whole_number: Bools
    """True for `place` and `whole`; the equations make the others whole."""

    def placement(self, x: Floats) -> Ints:
        """Where each child lives in an answer, −1 for nowhere."""
        fixed = len(self.instance.children) + len(self.instance.groups)
        chosen = np.flatnonzero(x[fixed:] > 0.5)
        found = np.full(len(self.instance.children), -1, dtype=np.int64)
        alone = chosen[chosen < len(self.pairs)]
        found[self.pairs.child[alone]] = self.pairs.provision[alone]
        for column in chosen[chosen >= len(self.pairs)] - len(self.pairs):
            members = self.instance.groups[self.wholes.group[column]]
            found[list(members)] = self.wholes.provision[column]
        return found


class _Rows:
    """Rows gathered family by family."""

    def __init__(self) -> None:
        self.row: list[Ints] = []
        self.column: list[Ints] = []
        self.value: list[Floats] = []
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        self.count = 0

    def family(self, low: Floats, high: Floats, *entries: tuple[Ints, Ints, Floats | Ints | float]) -> None:
        """Rows with their bounds, and entries as (row, column, value) with rows counted from 0."""
        for row, column, value in entries:
            self.row.append(row + self.count)
            self.column.append(column)
            self.value.append(np.broadcast_to(np.asarray(value, dtype=np.float64), row.shape))
        self.low.append(low)
        self.high.append(high)
        self.count += len(low)

    def matrix(self, columns: int) -> csr_array:
        at = (np.concatenate(self.row), np.concatenate(self.column))
        matrix = csr_array(coo_array((np.concatenate(self.value), at), shape=(self.count, columns)))
        matrix.sum_duplicates()
        return matrix


def full_model(instance: Instance) -> FullModel:
    """Every variable and every family of constraints of docs/model.md."""
    every_pair = eligible_pairs(instance)
    wholes = whole_groups(instance, every_pair)
    pairs = every_pair if instance.policy.split != "never" else _of_lone_children(instance, every_pair)
    children, groups = len(instance.children), len(instance.groups)
    unplaced, separated = np.arange(children), children + np.arange(groups)
    place = children + groups + np.arange(len(pairs))
    whole = children + groups + len(pairs) + np.arange(len(wholes))
    columns = children + groups + len(pairs) + len(wholes)
    column_of_member, child_of_member = _members(instance, wholes)
    whole_of_member = whole[column_of_member]

    rows = _Rows()
    rows.family(
        np.ones(children),
        np.ones(children),
        (unplaced, unplaced, 1.0),
        (pairs.child, place, 1.0),
        (child_of_member, whole_of_member, 1.0),
    )
    size = np.where(instance.children.solo[pairs.child], instance.provisions.vacancies[pairs.provision], 1)
    vacancies = instance.provisions.vacancies.astype(np.float64)
    rows.family(
        np.full(len(vacancies), -INFINITE),
        vacancies,
        (pairs.provision, place, size),
        (wholes.provision, whole, wholes.size),
    )
    rows.family(
        np.ones(groups), np.ones(groups), (np.arange(groups), separated, 1.0), (wholes.group, whole, 1.0)
    )
    _incompatible(
        rows,
        instance,
        np.concatenate([pairs.child, child_of_member]),
        np.concatenate([pairs.provision, wholes.provision[column_of_member]]),
        np.concatenate([place, whole_of_member]),
    )
    _limits(rows, instance, pairs, wholes, place, whole, column_of_member, child_of_member)

    first, second, third = np.zeros(columns), np.zeros(columns), np.zeros(columns)
    first[unplaced], second[separated] = 1.0, 1.0
    third[place], third[whole] = pairs.score, wholes.score
    return FullModel(
        instance=instance,
        pairs=pairs,
        wholes=wholes,
        matrix=rows.matrix(columns),
        low=np.concatenate(rows.low),
        high=np.concatenate(rows.high),
        tiers=(first, second, third),
        whole_number=np.arange(columns) >= children + groups,
    )


def _of_lone_children(instance: Instance, pairs: Pairs) -> Pairs:
    """With split = "never" a group's children have no place on their own."""
    lone = instance.children.group[pairs.child] < 0
    return Pairs(pairs.child[lone], pairs.provision[lone], pairs.score[lone], pairs.near[lone])


def _members(instance: Instance, wholes: Wholes) -> tuple[Ints, Ints]:
    """For every child of every whole-group column: the column's position and the child."""
    number = np.array([len(members) for members in instance.groups], dtype=np.int64)
    child = np.concatenate([np.array(members, dtype=np.int64) for members in instance.groups] or [number])
    first = np.cumsum(number) - number
    count = number[wholes.group]
    position = np.repeat(np.arange(len(wholes)), count)
    offset = np.arange(len(position)) - np.repeat(np.cumsum(count) - count, count)
    return position, child[np.repeat(first[wholes.group], count) + offset]


def _incompatible(rows: _Rows, instance: Instance, child: Ints, provision: Ints, column: Ints) -> None:
    """lives[a, p] + lives[b, p] ≤ 1, for every incompatible pair and provision where both could be."""
    for a, b in instance.incompatible.tolist():
        of_a, of_b = child == a, child == b
        both = np.intersect1d(provision[of_a], provision[of_b])
        kept = (of_a | of_b) & np.isin(provision, both)
        rows.family(
            np.full(len(both), -INFINITE),
            np.ones(len(both)),
            (np.searchsorted(both, provision[kept]), column[kept], 1.0),
        )


def _limits(
    rows: _Rows,
    instance: Instance,
    pairs: Pairs,
    wholes: Wholes,
    place: Ints,
    whole: Ints,
    column_of_member: Ints,
    child_of_member: Ints,
) -> None:
    """The weekly budgets and the share near home, each where the policy sets it."""
    limits, cost = instance.policy.limits, instance.provisions.weekly_cost
    child = np.concatenate([pairs.child, child_of_member])
    column = np.concatenate([place, whole[column_of_member]])
    each_cost = cost[np.concatenate([pairs.provision, wholes.provision[column_of_member]])]
    budgets = [(np.ones(len(child), dtype=bool), limits.weekly_budget)]
    for code, budget in limits.authority_weekly_budget.items():
        budgets.append((instance.children.authority[child] == code, budget))
    for theirs, limit in budgets:
        if limit is not None:
            entries = np.zeros(int(theirs.sum()), dtype=np.int64), column[theirs], each_cost[theirs]
            rows.family(np.array([-INFINITE]), np.array([limit]), entries)
    share = limits.min_share_within_far_miles
    if share > 0:
        number = np.bincount(column_of_member, minlength=len(wholes))
        surplus = np.concatenate([pairs.near - share, wholes.near - share * number])
        at = np.concatenate([place, whole])
        rows.family(np.zeros(1), np.array([INFINITE]), (np.zeros(len(at), dtype=np.int64), at, surplus))
