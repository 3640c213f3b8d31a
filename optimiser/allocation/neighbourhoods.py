"""A good answer in whole numbers for a large programme: a dive from its relaxation, then small searches.

The dive fixes what the relaxation holds nearly whole and solves again, until nothing is split. Each small
search frees those who cost most above the prices of the relaxation, with the places they could take and
those who live there, and leaves everyone else where they are. Neither proves anything: the bound does.
Source: Achterberg, Koch and Martin 2007 (diving); Danna, Rothberg and Le Pape 2005 (neighbourhoods).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.allocation.columns import members_of
from optimiser.allocation.programme import Programme
from optimiser.allocation.relaxation import Clock
from optimiser.matching.instance import Bools, Floats, Ints

FREED = 400
"""How many children the first small searches free; twice as many wherever those find nothing more."""

_MOST_FREED = 3_200
_PATIENCE = 8
"""Searches in a row that may find nothing before more children are freed at once."""

_NODES = 100
_REACH_GBP = 30.0
"""Columns that cost at most so much above the prices lead from one provision to the next."""

_WHOLE = 1e-6


def dive(programme: Programme, clock: Clock) -> Bools:
    """Shape (columns,): whole lives near the relaxation; nobody's where every step was a dead end."""
    columns = programme.columns
    fixed, upper = np.zeros(len(columns)), np.ones(len(columns))
    batch: list[int] = []
    while True:
        lives = programme.held(fixed, upper, seconds=clock.left())
        if lives is None and not batch:
            return np.zeros(len(columns), dtype=np.bool_)
        if lives is None:
            fixed[batch] = 0
            if len(batch) == 1:
                upper[batch] = 0
            batch = batch[: len(batch) // 2]
            fixed[batch] = 1
            continue
        split = np.flatnonzero((lives > _WHOLE) & (lives < 1 - _WHOLE))
        if len(split) == 0:
            whole: Bools = lives > 0.5
            return whole
        split = split[np.lexsort((split, -lives[split]))]
        batch = _fitting(programme, fixed > 0, split)
        fixed[batch] = 1
        if not batch:
            upper[split[0]] = 0


def _fitting(programme: Programme, fixed: Bools, wanted: Ints) -> list[int]:
    """Of the columns `wanted`, in their order, those with room beside the ones that are fixed."""
    instance, units, columns = programme.instance, programme.units, programme.columns
    taken = np.bincount(
        columns.provision[fixed], weights=columns.size[fixed], minlength=len(instance.provisions)
    )
    room = instance.provisions.vacancies - taken
    placed = np.zeros(len(instance.children), dtype=np.bool_)
    placed[members_of(units, columns.take(fixed))[1]] = True
    chosen = []
    for position in wanted.tolist():
        unit, provision = columns.unit[position], columns.provision[position]
        members = units.member[units.first[unit] : units.first[unit] + units.number[unit]]
        if columns.size[position] <= room[provision] and not placed[members].any():
            room[provision] -= columns.size[position]
            placed[members] = True
            chosen.append(position)
    return chosen


class Neighbourhoods:
    """Small searches around an answer of a programme in whole numbers."""

    def __init__(self, programme: Programme, above: Floats, price: Floats) -> None:
        """`above`: shape (columns,), reduced costs; `price`: shape (provisions,), of a vacancy; £ a week."""
        self.programme, self._above, self._price = programme, above, price
        self._position, self._child = members_of(programme.units, programme.columns)
        near = np.flatnonzero(above[self._position] <= _REACH_GBP)
        near = near[np.lexsort((above[self._position[near]], self._child[near]))]
        self._near = programme.columns.provision[self._position[near]]
        self._near_first = np.searchsorted(self._child[near], np.arange(len(programme.instance.children) + 1))
        keen = np.flatnonzero(above[self._position] <= _REACH_GBP)
        at = programme.columns.provision[self._position[keen]]
        keen = keen[np.lexsort((above[self._position[keen]], at))]
        self._keen = self._child[keen]
        self._keen_first = np.searchsorted(
            programme.columns.provision[self._position[keen]],
            np.arange(len(programme.instance.provisions) + 1),
        )

    def better(self, lives: Bools, clock: Clock) -> Iterator[Bools]:
        """Ever better answers from `lives` on, until no small search finds one."""
        best, freed, waited = self.value(lives), FREED, 0
        barred = np.zeros(len(self._price), dtype=np.bool_)
        while freed <= _MOST_FREED:
            cost = np.where(barred, 0.0, self._cost(lives))
            worst = int(np.argmax(cost))
            if cost[worst] <= 0 or waited >= _PATIENCE:
                freed, waited = 2 * freed, 0
                barred[:] = False
                continue
            free = self._around(np.argsort(-cost, kind="stable").tolist(), lives, freed)
            held = np.zeros(len(lives), dtype=np.bool_)
            held[self._position[~free[self._child]]] = True
            start = lives.astype(np.float64)
            found = self._search(start, np.where(held, start, 1.0), held, clock)
            if found is not None and self.value(found) < best - _WHOLE:
                lives, best, waited = found, self.value(found), 0
                yield lives
            else:
                barred[worst] = True
                waited += 1

    def value(self, lives: Bools) -> float:
        """The programme's objective at whole lives."""
        programme, objective = self.programme, self.programme.objective
        columns = programme.columns.take(lives)
        without = len(programme.instance.children) - len(members_of(programme.units, columns)[1])
        whole = int((columns.unit >= len(programme.instance.children)).sum())
        apart = len(programme.instance.groups) - whole
        score = float(columns.score.sum())
        return objective.unplaced * without + objective.separated * apart + objective.score * score

    def _search(self, start: Floats, upper: Floats, held: Bools, clock: Clock) -> Bools | None:
        lower = np.where(held, start, 0.0)
        found = self.programme.held(lower, upper, start=start, nodes=_NODES, seconds=clock.left())
        return None if found is None else found > 0.5

    def _cost(self, lives: Bools) -> Floats:
        """Shape (provisions,): what the answer costs above the prices at each of them, £ a week."""
        columns, vacancies = self.programme.columns, self.programme.instance.provisions.vacancies
        at = columns.provision[lives]
        above = np.bincount(at, weights=np.maximum(0.0, self._above[lives]), minlength=len(vacancies))
        taken = np.bincount(at, weights=columns.size[lives], minlength=len(vacancies))
        cost: Floats = above + (vacancies - taken) * self._price
        return cost

    def _around(self, begin: list[int], lives: Bools, freed: int) -> Bools:
        """Shape (children,): those freed by a search that begins at the first provision, nearest first.

        Where nothing leads on from it, the next of `begin` is gone on from.
        """
        instance = self.programme.instance
        free = np.zeros(len(instance.children), dtype=np.bool_)
        seen = np.zeros(len(instance.provisions), dtype=np.bool_)
        living = self._living(lives)
        others = iter(begin)
        queue: list[int] = []
        while freed > 0:
            if not queue:
                fresh = next((p for p in others if not seen[p]), None)
                if fresh is None:
                    break
                seen[fresh] = True
                queue.append(fresh)
            p = queue.pop(0)
            keen = self._keen[self._keen_first[p] : self._keen_first[p + 1]].tolist()
            for child in [*living.get(p, []), *keen]:
                if free[child] or freed <= 0:
                    continue
                group = int(instance.children.group[child])
                family = (child,) if group < 0 else instance.groups[group]
                free[list(family)] = True
                freed -= len(family)
                for member in family:
                    for next_p in self._near[
                        self._near_first[member] : self._near_first[member + 1]
                    ].tolist():
                        if not seen[next_p]:
                            seen[next_p] = True
                            queue.append(next_p)
        return free

    def _living(self, lives: Bools) -> dict[int, list[int]]:
        living: dict[int, list[int]] = {}
        mine = lives[self._position]
        provision = self.programme.columns.provision[self._position[mine]]
        for p, child in zip(provision.tolist(), self._child[mine].tolist(), strict=True):
            living.setdefault(p, []).append(child)
        return living
