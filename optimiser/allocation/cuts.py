"""Rows that whole numbers obey and the relaxation breaks: incompatible children, and few places.

In a provision with V vacancies units of sizes s take whole numbers n_s with Σ s · n_s ≤ V. Every
superadditive count f of sizes gives the valid row Σ f(s) · n_s ≤ f(V); the strongest are those with
f(s) + f(V − s) = f(V). Source: Gomory and Johnson 1972; Aráoz 1974 (knapsack polytopes).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from optimiser.allocation.columns import Columns
from optimiser.allocation.families import Apart, Rounding
from optimiser.matching.instance import Floats, Instance

MOST_VACANCIES = 9
"""Up to here the counts are listed in full; larger homes rarely hold a fraction."""

_LEAST = 1e-4


@cache
def superadditive_counts(vacancies: int) -> tuple[tuple[int, ...], ...]:
    """The strongest counts f(0), …, f(vacancies) with f(1) = 0.

    >>> superadditive_counts(3)
    ((0, 0, 1, 1),)
    >>> superadditive_counts(4)
    ((0, 0, 1, 2, 2),)
    """
    found: list[tuple[int, ...]] = []

    def extend(count: list[int]) -> None:
        size = len(count)
        if size > vacancies:
            top = count[-1]
            if top > 0 and all(count[s] + count[vacancies - s] == top for s in range(size)):
                found.append(tuple(count))
            return
        least = max([count[s] + count[size - s] for s in range(1, size)] + [count[-1]])
        for value in range(least, vacancies // 2 + 1):
            extend([*count, value])

    extend([0, 0])
    listed = set(found)

    def is_sum(count: tuple[int, ...]) -> bool:
        return any(
            tuple(a - b for a, b in zip(count, other, strict=True)) in listed
            for other in found
            if other != count
        )

    return tuple(count for count in found if not is_sum(count))


def broken_roundings(
    instance: Instance, columns: Columns, lives: Floats, known: set[Rounding]
) -> list[Rounding]:
    """The rows of `small_places` that `lives` breaks, not yet `known`."""
    vacancies = instance.provisions.vacancies
    used = np.flatnonzero(lives > 1e-7)
    mixed = np.zeros(len(vacancies), dtype=np.bool_)
    mixed[columns.provision[used[(lives[used] < 1 - 1e-6)]]] = True
    large = np.zeros(len(vacancies), dtype=np.bool_)
    large[columns.provision[columns.size > 1]] = True
    order = used[np.lexsort((columns.unit[used], columns.provision[used]))]
    found: list[Rounding] = []
    if len(order) == 0:
        return found
    at, first = np.unique(columns.provision[order], return_index=True)
    for p, positions in zip(at.tolist(), np.split(order, first[1:]), strict=True):
        if mixed[p] and large[p] and vacancies[p] >= 2:
            found += _broken_at(p, int(vacancies[p]), columns.take(positions), lives[positions])
    return [cut for cut in found if cut not in known]


def _broken_at(p: int, vacancies: int, columns: Columns, lives: Floats) -> list[Rounding]:
    found = []
    if vacancies <= MOST_VACANCIES:
        for count in superadditive_counts(vacancies):
            if np.array(count)[columns.size] @ lives > count[-1] + _LEAST:
                found.append(Rounding(p, count))
    single = np.flatnonzero(columns.size == 1)
    single = single[np.lexsort((columns.unit[single], -lives[single]))]
    larger = columns.size > 1
    for taken in range(1, min(vacancies, len(single) + 1)):
        chosen = single[:taken]
        spared = vacancies - taken
        displaced = np.maximum(0, columns.size[larger] - spared)
        if lives[chosen].sum() + displaced @ lives[larger] > taken + _LEAST:
            count = tuple(max(0, size - spared) for size in range(vacancies + 1))
            found.append(Rounding(p, count, tuple(sorted(columns.unit[chosen].tolist()))))
    for at in np.flatnonzero((columns.size > 1) & (2 * columns.size <= vacancies)).tolist():
        no_room = columns.size > vacancies - columns.size[at]
        if lives[at] + lives[no_room].sum() > 1 + _LEAST:
            spared = vacancies - int(columns.size[at])
            count = tuple(int(size > spared) for size in range(vacancies + 1))
            found.append(Rounding(p, count, (int(columns.unit[at]),)))
    return found


def broken_apart(instance: Instance, columns: Columns, lives: Floats, known: set[Apart]) -> list[Apart]:
    """The rows of `incompatible` that `lives` breaks, not yet `known`."""
    return [
        at
        for at, weight in shared_places(instance, columns, lives)
        if weight > 1 + _LEAST and at not in known
    ]


def shared_places(instance: Instance, columns: Columns, lives: Floats) -> list[tuple[Apart, float]]:
    """Every incompatible pair and provision with two vacancies or more open to both, with their Σ lives."""
    children, groups = len(instance.children), instance.children.group
    listed: dict[int, dict[int, float]] = {}
    named = np.unique(instance.incompatible)
    in_unit = np.flatnonzero(
        np.isin(columns.unit, named) | np.isin(columns.unit - children, groups[named][groups[named] >= 0])
    )
    by_unit: dict[int, list[int]] = {}
    for position in in_unit[instance.provisions.vacancies[columns.provision[in_unit]] >= 2].tolist():
        by_unit.setdefault(int(columns.unit[position]), []).append(position)
    for child in named.tolist():
        where = listed.setdefault(child, {})
        units = [child] if groups[child] < 0 else [child, children + int(groups[child])]
        for position in (position for unit in units for position in by_unit.get(unit, [])):
            p = int(columns.provision[position])
            where[p] = where.get(p, 0.0) + float(lives[position])
    return [
        (Apart(a, b, p), listed[a][p] + listed[b][p])
        for a, b in instance.incompatible.tolist()
        for p in sorted(listed[a].keys() & listed[b].keys())
    ]
