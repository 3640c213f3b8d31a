"""The oracle's optimum, found in two unrelated ways: by every placement in turn, and by scipy's HiGHS."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from support.oracle import TOLERANCE, Best, Case, faults_of, judged

Pair = tuple[str, str]
Terms = dict[int, float]


class _Walk:
    """Every placement, child by child, cut off where no better one can follow."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.order = sorted(case.children, key=lambda child: (case.children[child].family, child))
        self.options = {
            child: sorted((s, h) for (c, h), s in case.score.items() if c == child) for child in self.order
        }
        self.hopeless = [sum(not self.options[c] for c in self.order[i:]) for i in range(len(self.order) + 1)]
        cheapest = [self.options[c][0][0] if self.options[c] else 0.0 for c in self.order]
        self.at_least = [math.fsum(cheapest[i:]) for i in range(len(self.order) + 1)]
        self.placed: dict[str, str | None] = {}
        self.best: Best | None = None

    def _fits(self, child: str, house: str) -> bool:
        """What can already be seen to fail; the leaf is checked against every rule."""
        here = [other for other, at in self.placed.items() if at == house]
        if len(here) >= self.case.houses[house].vacancies:
            return False
        me = self.case.children[child]
        for other in map(self.case.children.__getitem__, here):
            strangers = me.family == "" or me.family != other.family
            if frozenset((child, other.id)) in self.case.apart or (strangers and (me.solo or other.solo)):
                return False
        return self._affordable(child, house)

    def _affordable(self, child: str, house: str) -> bool:
        after = {**self.placed, child: house}
        for _, limit, mine in self.case.budgets():
            spent = math.fsum(self.case.houses[h].weekly_cost for c, h in after.items() if h and c in mine)
            if spent > limit + TOLERANCE:
                return False
        return True

    def _broken_families(self) -> int:
        """Families that can no longer be whole."""
        wheres = (
            {self.placed[c] for c in members if c in self.placed} for members in self.case.families.values()
        )
        return sum(len(where) > 1 or None in where for where in wheres)

    def _hopeful(self, depth: int, total: float) -> bool:
        if self.best is None:
            return True
        unplaced = sum(house is None for house in self.placed.values()) + self.hopeless[depth]
        if unplaced != self.best.unplaced:
            return unplaced < self.best.unplaced
        separated = self._broken_families()
        if separated != self.best.separated:
            return separated < self.best.separated
        return total + self.at_least[depth] < self.best.score

    def down(self, depth: int, total: float) -> None:
        """Place the child at `depth` in every way that may still lead to something better."""
        if not self._hopeful(depth, total):
            return
        if depth == len(self.order):
            self._leaf()
            return
        child = self.order[depth]
        for score, house in self.options[child]:
            if self._fits(child, house):
                self.placed[child] = house
                self.down(depth + 1, total + score)
                del self.placed[child]
        self.placed[child] = None
        self.down(depth + 1, total)
        del self.placed[child]

    def _leaf(self) -> None:
        found = judged(self.case, self.placed)
        better = self.best is None or _key(found) < _key(self.best)
        if better and not faults_of(self.case, self.placed):
            self.best = found


def _key(best: Best) -> tuple[int, int, float]:
    return (best.unplaced, best.separated, best.score)


def best_by_enumeration(case: Case) -> Best:
    """The optimum among all placements; meant for up to eight children and six houses."""
    walk = _Walk(case)
    walk.down(0, 0.0)
    if walk.best is None:
        raise AssertionError("to place nobody is always feasible")
    return walk.best


class _Programme:
    """Binary x[child, house] for eligible pairs; together[family, house] where a family may live whole."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.x: dict[Pair, int] = {pair: index for index, pair in enumerate(sorted(case.score))}
        whole = [(family, house) for family in sorted(case.families) for house in sorted(case.houses)]
        kept = [pair for pair in whole if self._may_be_whole(*pair)]
        self.together: dict[Pair, int] = {pair: index for index, pair in enumerate(kept, start=len(self.x))}
        self.rows: list[tuple[Terms, float, float]] = []
        for terms, low, high in (*self._places(), *self._company(), *self._families(), *self._limits()):
            self.row(terms, low, high)

    def _may_be_whole(self, family: str, house: str) -> bool:
        members = self.case.families[family]
        return all((child, house) in self.x for child in members) and not any(
            pair <= set(members) for pair in self.case.apart
        )

    def row(self, terms: Terms, low: float, high: float) -> None:
        """One more row: low ≤ Σ terms ≤ high."""
        if terms:
            self.rows.append((terms, low, high))

    def _at(self, house: str, children: Iterable[str]) -> Terms:
        return {self.x[child, house]: 1.0 for child in children if (child, house) in self.x}

    def _places(self) -> Iterator[tuple[Terms, float, float]]:
        for child in self.case.children:
            yield {self.x[child, h]: 1.0 for h in self.case.houses if (child, h) in self.x}, 0.0, 1.0
        for house in self.case.houses.values():
            yield self._at(house.id, self.case.children), 0.0, float(house.vacancies)

    def _company(self) -> Iterator[tuple[Terms, float, float]]:
        """Who may not share: incompatible pairs; a solo child and strangers, or a part of its family."""
        for house in self.case.houses.values():
            for pair in self.case.apart:
                terms = self._at(house.id, pair)
                if len(terms) == 2:
                    yield terms, 0.0, 1.0
            for solo in self.case.children.values():
                if not solo.solo or (solo.id, house.id) not in self.x:
                    continue
                family = self.case.families.get(solo.family, (solo.id,))
                strangers = self._at(house.id, set(self.case.children) - set(family))
                yield (
                    {**strangers, self.x[solo.id, house.id]: float(house.vacancies)},
                    0.0,
                    float(house.vacancies),
                )
                for sibling in set(family) - {solo.id}:
                    terms = self._at(house.id, (solo.id, sibling))
                    if (solo.family, house.id) in self.together:
                        terms[self.together[solo.family, house.id]] = -1.0
                    yield terms, -1.0, 1.0

    def _families(self) -> Iterator[tuple[Terms, float, float]]:
        """Together only where each of them is; and with split = never, each of them only where together."""
        never = self.case.rules.split == "never"
        for (family, house), column in self.together.items():
            for child in self.case.families[family]:
                yield {self.x[child, house]: 1.0, column: -1.0}, 0.0, 0.0 if never else 1.0
        if never:
            for family, members in self.case.families.items():
                for child in members:
                    for house in self.case.houses:
                        if (child, house) in self.x and (family, house) not in self.together:
                            yield {self.x[child, house]: 1.0}, 0.0, 0.0

    def _limits(self) -> Iterator[tuple[Terms, float, float]]:
        for _, limit, mine in self.case.budgets():
            yield (
                {i: self.case.houses[h].weekly_cost for (c, h), i in self.x.items() if c in mine},
                -np.inf,
                limit,
            )
        share = self.case.rules.min_share_within_far_miles
        yield {i: self.case.near(c, h) - share for (c, h), i in self.x.items()}, 0.0, np.inf

    def least(self, objective: Terms, gap: float) -> tuple[set[int], float]:
        """The columns at one in an optimum of the objective, and its proven lower bound."""
        columns = len(self.x) + len(self.together)
        costs = np.zeros(columns)
        costs[list(objective)] = list(objective.values())
        entries = [(r, c, value) for r, (terms, _, _) in enumerate(self.rows) for c, value in terms.items()]
        rows, cols, values = (np.array(part) for part in zip(*entries, strict=True))
        matrix = csr_array((values.astype(float), (rows, cols)), shape=(len(self.rows), columns))
        limits = LinearConstraint(
            matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows]
        )
        answer = milp(
            costs,
            integrality=np.ones(columns, dtype=np.int64),
            bounds=Bounds(0.0, 1.0),
            constraints=limits,
            options={"mip_rel_gap": gap},
        )
        if answer.status != 0:
            raise RuntimeError(f"the oracle's own programme was not solved: {answer.message}")
        return {int(column) for column in np.flatnonzero(answer.x > 0.5)}, float(answer.mip_dual_bound)


def best_by_milp(case: Case, *, gap: float = 0.0) -> Best:
    """The optimum by three mixed-integer programmes, each fixing the tier before; `gap` is the third's."""
    nobody = judged(case, dict.fromkeys(case.children))
    if not case.score:
        return nobody
    programme = _Programme(case)
    fewest = dict.fromkeys(programme.x.values(), -1.0)
    ones, _ = programme.least(fewest, 0.0)
    programme.row(dict.fromkeys(fewest, 1.0), float(len(ones & set(fewest))), np.inf)
    if programme.together:
        whole = dict.fromkeys(programme.together.values(), -1.0)
        ones, _ = programme.least(whole, 0.0)
        programme.row(dict.fromkeys(whole, 1.0), float(len(ones & set(whole))), np.inf)
    score = {programme.x[pair]: value for pair, value in case.score.items()}
    ones, bound = programme.least(score, gap)
    best = judged(case, {**nobody.placement, **{c: h for (c, h), i in programme.x.items() if i in ones}})
    faults = faults_of(case, best.placement)
    if faults or best.score - bound > max(gap, 1e-9) * abs(best.score) + TOLERANCE:
        raise AssertionError(f"the oracle broke its own rules: {faults}, {best.score} against {bound}")
    return best
