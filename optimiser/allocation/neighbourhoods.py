"""A good answer in whole numbers for a large programme, by small searches that each see a part of the region.

The first pass goes through the region tile by tile: those whom the relaxation has in parts, and those whose
places they could take, are placed as well as the tile's columns allow, together with those in parts beyond
the tile with whom they share provisions, while everyone else stays where the relaxation has them. The
searches that follow free those who cost most above the prices of the relaxation, with the places they could
take and those who live there.
Neither proves anything: the bound does. A search costs what it frees, not what there is.
Source: Shaw 1998 (large neighbourhoods); Danna, Rothberg and Le Pape 2005 (led by the relaxation).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from optimiser.allocation.columns import Columns, Units, members_of, units_from_instance
from optimiser.allocation.cuts import shared_places
from optimiser.allocation.families import STANDING, Rounding
from optimiser.allocation.prices import Objective
from optimiser.allocation.programme import Programme
from optimiser.allocation.relaxation import Clock
from optimiser.allocation.tiles import tiles
from optimiser.matching.instance import Bools, Floats, Instance, Ints, restricted

FREED = 400
"""How many children the first small searches free; half as many again where those find nothing more."""

TILE = 1_000
"""At most so many families in a tile of the first pass: about 1,250 children."""

_FAR = 12
"""How many steps a tile's search sees beyond it, each from a child in parts to one in the same provision."""

_MOST_FREED = 3_200
_PATIENCE = 16
"""Searches in a row that may find nothing before more children are freed at once."""

_NODES = 100
_NEAR = 0.02
"""A small search is done when no answer is better by more than this share of what is still to be gained."""

SIDE_BY_SIDE = 2
"""Searches at a time: HiGHS lets others run while it does."""
_REACH_GBP = 30.0
"""Columns that cost at most so much above the prices lead from one provision to the next."""

_MUCH_GBP = 300.0
"""£ a week: until the counts are reached, few searches begin where the answer costs less above the prices."""
_FEW = 4
"""So many in a row may find nothing."""

_WHOLE = 1e-6
_LITTLE_GBP = 1.0
"""£ a week: nor by more than this."""

_SHARED = tuple(
    name for name in STANDING if name in ("weekly_budget", "authority_weekly_budget", "share_near_home")
)


@dataclass(frozen=True)
class _Part:
    """One small search: who is free in it, and its programme; None where nobody free has anywhere to go."""

    theirs: Bools
    """Shape (columns,): the columns of those who are free."""
    able: Ints
    """Of these, the columns there is room for."""
    programme: Programme | None

    def searched(self, start: Floats | Bools, near: float, clock: Clock) -> Floats:
        """Shape (able,): the best lives found, from those of `start`; the same where none is better."""
        begin = start.astype(np.float64)
        if self.programme is None:
            return begin
        found = self.programme.solve_whole(
            gap=0.0, near=near, start=begin, nodes=_NODES, seconds=clock.left()
        )
        return begin if found.lives is None else found.lives


class Neighbourhoods:
    """Small searches among some columns, all tiers priced together; children and provisions by index."""

    def __init__(
        self,
        instance: Instance,
        units: Units,
        columns: Columns,
        objective: Objective,
        *,
        above: Floats,
        price: Floats,
        without: Floats | None = None,
        cuts: Sequence[Rounding] = (),
        freed: int = FREED,
        tile: int = TILE,
    ) -> None:
        """`above`: shape (columns,), reduced costs; `price`: shape (provisions,), of a vacancy; £ a week.

        `without`: shape (children,), the reduced cost of having no place, 0 if not given.

        `freed`: how many children the first searches free; `tile`: at most how many families a tile of the
        first pass has.
        """
        self._freed, self._tile = freed, tile
        self._instance, self._units, self._columns, self._objective = instance, units, columns, objective
        self._above, self._price = above, price
        self._position, self._child = members_of(units, columns)
        self._first_child = units.member[units.first[columns.unit]]
        near = np.flatnonzero(above[self._position] <= _REACH_GBP)
        by_child = near[np.lexsort((above[self._position[near]], self._child[near]))]
        self._near = columns.provision[self._position[by_child]]
        self._near_first = np.searchsorted(self._child[by_child], np.arange(len(instance.children) + 1))
        at = columns.provision[self._position[near]]
        by_place = near[np.lexsort((above[self._position[near]], at))]
        self._keen = self._child[by_place]
        self._keen_first = np.searchsorted(
            columns.provision[self._position[by_place]], np.arange(len(instance.provisions) + 1)
        )
        self._without = np.zeros(len(instance.children)) if without is None else without
        limits = instance.policy.limits
        self._is_shared = (
            limits.weekly_budget is not None
            or bool(limits.authority_weekly_budget)
            or limits.min_share_within_far_miles > 0
        )
        self._cuts: dict[int, list[Rounding]] = {}
        for cut in cuts:
            self._cuts.setdefault(cut.provision, []).append(cut)
        self._apart: dict[int, list[int]] = {}
        for a, b in instance.incompatible.tolist():
            self._apart.setdefault(a, []).append(b)
            self._apart.setdefault(b, []).append(a)

    # -- answers ---------------------------------------------------------------------------------

    def first(self, relaxed: Floats, clock: Clock, *, near: float = 0.0) -> Bools:
        """Shape (columns,): a whole answer, tile by tile, from the lives of a relaxation.

        `near`: how far the answers of all tiles together may be from their best, in the objective's unit.
        Who is in no tile yet stays where the relaxation has them, whole or in parts; but those in parts who
        share provisions with a tile are placed with it, and again with their own.
        """
        lives, children = relaxed.copy(), len(self._instance.children)
        tried, settled = np.zeros((2, children), dtype=np.bool_)
        side_by_side = 1 if self._is_shared else SIDE_BY_SIDE
        listed = list(tiles(self._instance, self._tile))
        rounds = -(-len(listed) // side_by_side)
        with ThreadPoolExecutor(side_by_side) as pool:
            for number in range(rounds):
                waiting = listed[number::rounds]
                while waiting:
                    parts, waiting = self._apart_from_each_other(waiting, lives, tried, settled)
                    enough = [max(_LITTLE_GBP, near * size / children) for size, _ in parts]
                    begun = [
                        pool.submit(part.searched, np.zeros(len(part.able)), each, clock)
                        for each, (_, part) in zip(enough, parts, strict=True)
                    ]
                    for result, (_, part) in zip(begun, parts, strict=True):
                        lives[part.theirs] = 0.0
                        lives[part.able] = result.result()
        answer: Bools = lives > 0.5
        return answer

    def _apart_from_each_other(
        self, listed: list[Ints], lives: Floats, tried: Bools, settled: Bools
    ) -> tuple[list[tuple[int, _Part]], list[Ints]]:
        """The searches of those tiles that share no provision, each with its tile's size; who must wait.

        From here on the tiles that are searched are `settled`, and those beyond them who are placed with them
        `tried`.
        """
        taken = np.zeros(len(self._price), dtype=np.bool_)
        free_before, parts, waiting = np.zeros(len(settled), dtype=np.bool_), [], []
        for tile in listed:
            settled[tile] = True
            free = self._unsettled(tile, lives, tried)
            free |= self._with_siblings(self._sharing(free, lives)) & ~settled
            if not free.any():
                continue
            leave = self._columns.provision[free[self._first_child] & (lives > _WHOLE)]
            if taken[leave].any() or (free & free_before).any():
                waiting.append(tile)
                settled[tile] = False
                continue
            part = self._part(free, lives, taken)
            parts.append((len(tile), part))
            taken[leave] = True
            taken[self._columns.provision[part.able]] = True
            free_before |= free
            tried |= free & ~settled
        return parts, waiting

    def _sharing(self, free: Bools, lives: Floats) -> Bools:
        """Shape (children,): those in parts who share a provision with one of the `free`, and so on."""
        position, child = self._position, self._child
        parts = np.flatnonzero(((lives > _WHOLE) & (lives < 1 - _WHOLE))[position])
        member, at = child[parts], self._columns.provision[position[parts]]
        found = free.copy()
        for _ in range(_FAR):
            shared = np.zeros(len(self._price), dtype=np.bool_)
            shared[at[found[member]]] = True
            found[member[shared[at]]] = True
        return found

    def _unsettled(self, tile: Ints, lives: Floats, tried: Bools) -> Bools:
        """Shape (children,): who of the tile lives in parts, or with whom they must not, or was only `tried`,
        and whose place one of these could take."""
        position, child = self._position, self._child
        inside = np.zeros(len(self._instance.children), dtype=np.bool_)
        inside[tile] = True
        split = tried.copy()
        split[child[((lives > _WHOLE) & (lives < 1 - _WHOLE))[position]]] = True
        whole = (lives > 1 - _WHOLE)[position]
        at = np.full(len(inside), -1)
        at[child[whole]] = self._columns.provision[position[whole]]
        pairs = self._instance.incompatible
        together = pairs[(at[pairs[:, 0]] == at[pairs[:, 1]]) & (at[pairs[:, 0]] >= 0)]
        split[together.ravel()] = True
        wanted = np.zeros(len(self._price), dtype=np.bool_)
        wanted[self._columns.provision[position[(split & inside)[child]]]] = True
        settled = np.zeros(len(inside), dtype=np.bool_)
        settled[child[whole & ~wanted[self._columns.provision[position]]]] = True
        return self._with_siblings(inside & ~settled if wanted.any() else split & inside)

    def _with_siblings(self, free: Bools) -> Bools:
        """Those, and every child of a group that one of them is in."""
        group = self._instance.children.group
        return free | ((group >= 0) & np.isin(group, group[free]))

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many children a search frees, where smaller ones find nothing more."""
        listed = [self._freed]
        while (more := 3 * listed[-1] // 2) <= _MOST_FREED:
            listed.append(more)
        return tuple(listed)

    def better(
        self, lives: Bools, enough: float, clock: Clock, sizes: Sequence[int], *, counts: float = math.inf
    ) -> Iterator[Bools]:
        """Ever better answers from `lives` on, until one is worth `enough` or no small search finds one.

        While those without a place and the groups apart cost more than `counts`, a search begins only where
        much is lost. Searches that share no provision go side by side, in an order that does not depend on
        their speed.
        """
        best, waited, larger = self.value(lives), 0, iter(sizes)
        freed = next(larger, None)
        barred = np.zeros(len(self._price), dtype=np.bool_)
        side_by_side = 1 if self._is_shared else SIDE_BY_SIDE
        with ThreadPoolExecutor(side_by_side) as pool:
            while freed is not None and best > enough:
                missing = self.counted(lives) > counts
                parts = self._parts(lives, freed, barred, side_by_side, _MUCH_GBP if missing else 0.0)
                if missing and not parts and waited < _FEW:
                    parts = self._parts(lives, freed, barred, side_by_side, 0.0)
                if not parts or waited >= _PATIENCE:
                    freed, waited = next(larger, None), 0
                    barred[:] = False
                    continue
                near = max(_LITTLE_GBP, _NEAR * min(best - enough, self._objective.separated or math.inf))
                begun = [pool.submit(part.searched, lives[part.able], near, clock) for part in parts]
                found = [each.result() for each in begun]
                waited += 1
                for part, moved in zip(parts, found, strict=True):
                    tried = lives.copy()
                    tried[part.theirs] = False
                    tried[part.able] = moved > 0.5
                    if self.value(tried) < best - _WHOLE:
                        lives, best, waited = tried, self.value(tried), 0
                        yield lives

    def where_they_differ(
        self, lives: Bools, relaxed: Floats, clock: Clock, *, near: float, wider: int = 0
    ) -> Bools:
        """An answer at least as good: whoever lives where the relaxation has them whole stays, others move,
        and so many more around them. `near`: the search ends that near to its best, in the objective's unit.

        Source: Danna, Rothberg and Le Pape 2005.
        """
        agreed = lives & (relaxed > 1 - _WHOLE)
        free = np.ones(len(self._instance.children), dtype=np.bool_)
        free[self._child[agreed[self._position]]] = False
        nowhere = np.zeros(len(self._price), dtype=np.bool_)
        if wider:
            begin = self._columns.provision[self._position[free[self._child] & (relaxed > 0)[self._position]]]
            free |= self._around(np.unique(begin).tolist(), lives, int(free.sum()) + wider, nowhere)
        free = self._with_siblings(free)
        part = self._part(free, lives.astype(np.float64), nowhere)
        tried = lives.copy()
        tried[part.theirs] = False
        tried[part.able] = part.searched(lives[part.able], max(_LITTLE_GBP, near), clock) > 0.5
        return tried if self.value(tried) < self.value(lives) else lives

    def value(self, lives: Bools) -> float:
        """The objective at whole lives."""
        return self.counted(lives) + self._objective.score * float(self._columns.score[lives].sum())

    def counted(self, lives: Bools) -> float:
        """Of the objective, what children without a place and groups apart cost."""
        columns = self._columns.take(lives)
        without = len(self._instance.children) - len(members_of(self._units, columns)[1])
        whole = int((columns.unit >= len(self._instance.children)).sum())
        apart = len(self._instance.groups) - whole
        return self._objective.unplaced * without + self._objective.separated * apart

    # -- one small search ------------------------------------------------------------------------

    def _parts(self, lives: Bools, freed: int, barred: Bools, number: int, least: float) -> list[_Part]:
        """Up to `number` parts that share no provision, around those that cost most and are not `barred`.

        Those that cost no more than `least` begin none.
        """
        parts: list[_Part] = []
        taken = np.zeros(len(barred), dtype=np.bool_)
        while len(parts) < number:
            cost = np.where(barred | taken, 0.0, self._cost(lives))
            worst = int(np.argmax(cost))
            if cost[worst] <= least:
                break
            barred[worst] = True
            free = self._around(np.argsort(-cost, kind="stable").tolist(), lives, freed, taken)
            part = self._part(free, lives.astype(np.float64), taken)
            if part.programme is not None:
                parts.append(part)
                taken[self._columns.provision[part.able]] = True
        return parts

    def _part(self, free: Bools, lives: Floats, taken: Bools) -> _Part:
        """The programme of the `free` children, everyone else staying, without the `taken` provisions."""
        theirs = free[self._first_child]
        fixed = np.flatnonzero(~theirs & (lives > _WHOLE))
        used = self._used(fixed, lives[fixed])
        columns = self._columns
        room = np.where(taken, 0.0, self._instance.provisions.vacancies - used["capacity"])
        able = np.flatnonzero(theirs & (columns.size <= room[columns.provision] + _WHOLE))
        able = able[~self._barred(able, fixed)]
        if not len(able):
            return _Part(theirs, able, None)
        child, place = np.flatnonzero(free), np.unique(columns.provision[able])
        instance = restricted(self._instance, child, place)
        programme = Programme(
            instance,
            units_from_instance(instance),
            self._part_of_columns(instance, child, place, able),
            self._objective,
            whole_numbers=True,
            used={**used, "capacity": used["capacity"][place]},
        )
        together = shared_places(instance, programme.columns, np.zeros(len(able)))
        programme.add_rows(
            apart=[at for at, _ in together], cuts=self._part_of_cuts(child, place, used["capacity"])
        )
        return _Part(theirs, able, programme)

    def _used(self, fixed: Ints, lives: Floats) -> dict[str, Floats]:
        """By family, what those who stay take of each row."""
        columns = self._columns.take(fixed)
        taken = np.bincount(
            columns.provision, weights=columns.size * lives, minlength=len(self._instance.provisions)
        )
        used = {"capacity": np.ceil(taken - _WHOLE)}
        for name in _SHARED:
            rows = STANDING[name](self._instance, self._units, columns, self._objective.tally)
            counted = rows.lives.coefficient * lives[rows.lives.variable]
            if len(rows):
                used[name] = np.bincount(rows.lives.row, weights=counted, minlength=len(rows))
        return used

    def _barred(self, able: Ints, fixed: Ints) -> Bools:
        """Which columns would put a child with one who must not live there and stays."""
        barred = np.zeros(len(able), dtype=np.bool_)
        if not self._apart:
            return barred
        stays: dict[int, set[int]] = {}
        columns = self._columns.take(fixed)
        position, child = members_of(self._units, columns)
        for at, c in zip(position.tolist(), child.tolist(), strict=True):
            for other in self._apart.get(c, ()):
                stays.setdefault(other, set()).add(int(columns.provision[at]))
        columns = self._columns.take(able)
        position, child = members_of(self._units, columns)
        for at, c in zip(position.tolist(), child.tolist(), strict=True):
            if c in stays and int(columns.provision[at]) in stays[c]:
                barred[at] = True
        return barred

    def _part_of_columns(self, part: Instance, child: Ints, place: Ints, able: Ints) -> Columns:
        """The columns `able` with the units and provisions of the `part`."""
        columns, children = self._columns.take(able), len(self._instance.children)
        alone = columns.unit < children
        inside = np.unique(self._instance.children.group[child])
        inside = inside[inside >= 0]
        unit = np.where(
            alone,
            np.searchsorted(child, np.where(alone, columns.unit, 0)),
            len(part.children) + np.searchsorted(inside, columns.unit - children),
        )
        return Columns(
            unit, np.searchsorted(place, columns.provision), columns.size, columns.score, columns.near
        )

    def _part_of_cuts(self, child: Ints, place: Ints, used: Floats) -> list[Rounding]:
        """The rows known of provisions where nobody stays."""
        inside = dict(zip(child.tolist(), range(len(child)), strict=True))
        return [
            Rounding(index, cut.count, tuple(inside[unit] for unit in cut.singles))
            for index, p in enumerate(place.tolist())
            if used[p] == 0
            for cut in self._cuts.get(p, ())
            if all(unit in inside for unit in cut.singles)
        ]

    # -- who is freed ----------------------------------------------------------------------------

    def _cost(self, lives: Bools) -> Floats:
        """Shape (provisions,): what the answer costs above the prices at each of them, £ a week."""
        columns, vacancies = self._columns, self._instance.provisions.vacancies
        at = columns.provision[lives]
        above = np.bincount(at, weights=np.maximum(0.0, self._above[lives]), minlength=len(vacancies))
        taken = np.bincount(at, weights=columns.size[lives], minlength=len(vacancies))
        left = np.ones(len(self._instance.children), dtype=np.bool_)
        left[self._child[lives[self._position]]] = False
        left &= (self._without > 0) & (np.diff(self._near_first) > 0)
        wanted = self._near[self._near_first[:-1][left]]
        out = np.bincount(wanted, weights=self._without[left], minlength=len(vacancies))
        cost: Floats = above + out + (vacancies - taken) * self._price
        return cost

    def _around(self, begin: list[int], lives: Bools, freed: int, taken: Bools) -> Bools:
        """Shape (children,): those freed by a search that begins at the first provision, nearest first.

        Where nothing leads on from it, the next of `begin` is gone on from. Who lives in a `taken` provision
        is not freed.
        """
        instance = self._instance
        free = np.zeros(len(instance.children), dtype=np.bool_)
        seen = taken.copy()
        living = self._living(lives)
        bound = np.zeros(len(instance.children), dtype=np.bool_)
        bound[[child for p in np.flatnonzero(taken).tolist() for child in living.get(p, ())]] = True
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
                group = int(instance.children.group[child])
                family = (child,) if group < 0 else instance.groups[group]
                if free[child] or freed <= 0 or bound[list(family)].any():
                    continue
                free[list(family)] = True
                freed -= len(family)
                for member in family:
                    reach = self._near[self._near_first[member] : self._near_first[member + 1]]
                    for next_p in reach.tolist():
                        if not seen[next_p]:
                            seen[next_p] = True
                            queue.append(next_p)
        return free

    def _living(self, lives: Bools) -> dict[int, list[int]]:
        living: dict[int, list[int]] = {}
        mine = lives[self._position]
        provision = self._columns.provision[self._position[mine]]
        for p, child in zip(provision.tolist(), self._child[mine].tolist(), strict=True):
            living.setdefault(p, []).append(child)
        return living
