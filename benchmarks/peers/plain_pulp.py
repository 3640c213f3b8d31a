"""The full model in plain PuLP, written the ordinary way: a variable a pair, a constraint at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Protocol

import numpy as np
import pulp

from benchmarks.answer import Answer, Say, gap_of
from benchmarks.pairs import eligible_pairs, whole_groups
from optimiser.matching.instance import Floats, Instance, Ints

LESS_THAN_ONE = 0.99
"""Tiers 1 and 2 count: a bound less than one below the count proves it."""

Terms = list[tuple[pulp.LpVariable, float]]


class Tiered(Protocol):
    """A model whose tiers are solved one after another."""

    problem: pulp.LpProblem

    def tier(self, number: int) -> pulp.LpAffineExpression: ...


class PlainModel:
    """All variables and constraints of docs/model.md.

    `opened`: provision_id → a variable; the provision has its vacancies where that is 1, and none where it is
    0. Several models share a `problem`, each with its own `prefix` before all names.
    """

    def __init__(
        self,
        instance: Instance,
        *,
        problem: pulp.LpProblem | None = None,
        prefix: str = "",
        opened: Mapping[str, pulp.LpVariable] | None = None,
    ) -> None:
        self.instance, self._prefix, self._opened = instance, prefix, opened or {}
        self.problem = problem or pulp.LpProblem("allocation", pulp.LpMinimize)
        pairs = eligible_pairs(instance)
        wholes = whole_groups(instance, pairs)
        children, groups = range(len(instance.children)), range(len(instance.groups))
        never = instance.policy.split == "never"

        def add(name: str, cat: Literal["Continuous", "Binary"] = "Continuous") -> pulp.LpVariable:
            return self.problem.add_variable(f"{prefix}{name}", 0, 1, cat)

        self.unplaced = [add(f"unplaced_{c}") for c in children]
        self.separated = [add(f"separated_{g}") for g in groups]
        self.place: dict[tuple[int, int], pulp.LpVariable] = {}
        self.whole: dict[tuple[int, int], pulp.LpVariable] = {}
        self.score: Terms = []
        self.near: Terms = []
        self.size: dict[tuple[int, int], int] = {}
        for c, p, worth, near in _rows(pairs.child, pairs.provision, pairs.score, pairs.near):
            if never and instance.children.group[c] >= 0:
                continue
            variable = add(f"place_{c}_{p}", cat="Binary")
            self.place[c, p] = variable
            self.score.append((variable, worth))
            self.near.append((variable, near))
        for g, p, size, worth, near in _rows(
            wholes.group, wholes.provision, wholes.size, wholes.score, wholes.near
        ):
            variable = add(f"whole_{g}_{p}", cat="Binary")
            self.whole[g, p] = variable
            self.size[g, p] = size
            self.score.append((variable, worth))
            self.near.append((variable, near))
        self.lives: dict[tuple[int, int], list[pulp.LpVariable]] = defaultdict(list)
        for (c, p), variable in self.place.items():
            self.lives[c, p].append(variable)
        for (g, p), variable in self.whole.items():
            for c in instance.groups[g]:
                self.lives[c, p].append(variable)
        self._placed_once()
        self._capacity()
        self._separation()
        self._incompatible()
        self._limits()

    def _placed_once(self) -> None:
        """Σ lives[c, p] over p + unplaced[c] = 1, for every child."""
        terms: dict[int, list[pulp.LpVariable]] = defaultdict(list)
        for (c, _), variables in self.lives.items():
            terms[c] += variables
        for c, unplaced in enumerate(self.unplaced):
            self.problem += pulp.lpSum([*terms[c], unplaced]) == 1, f"{self._prefix}placed_once_{c}"

    def _capacity(self) -> None:
        """Σ size · lives ≤ vacancies[p], times opened[p] where it may be closed, for every provision."""
        names = self.instance.provisions.id.tolist()
        vacancies, solo = self.instance.provisions.vacancies.tolist(), self.instance.children.solo.tolist()
        terms: dict[int, list[pulp.LpAffineExpression]] = defaultdict(list)
        for (c, p), variable in self.place.items():
            terms[p].append((vacancies[p] if solo[c] else 1) * variable)
        for (g, p), variable in self.whole.items():
            terms[p].append(self.size[g, p] * variable)
        for p, listed in terms.items():
            opened = self._opened.get(names[p])
            room = vacancies[p] if opened is None else vacancies[p] * opened
            self.problem += pulp.lpSum(listed) <= room, f"{self._prefix}capacity_{p}"

    def _separation(self) -> None:
        """Σ whole[g, p] over p + separated[g] = 1, for every group."""
        terms: dict[int, list[pulp.LpVariable]] = defaultdict(list)
        for (g, _), variable in self.whole.items():
            terms[g].append(variable)
        for g, separated in enumerate(self.separated):
            self.problem += pulp.lpSum([*terms[g], separated]) == 1, f"{self._prefix}separation_{g}"

    def _incompatible(self) -> None:
        """lives[a, p] + lives[b, p] ≤ 1, for every incompatible pair and provision where both could be."""
        for a, b in self.instance.incompatible.tolist():
            for p in range(len(self.instance.provisions)):
                if (a, p) in self.lives and (b, p) in self.lives:
                    both = {str(variable): variable for variable in self.lives[a, p] + self.lives[b, p]}
                    self.problem += pulp.lpSum(both.values()) <= 1, f"{self._prefix}incompatible_{a}_{b}_{p}"

    def _limits(self) -> None:
        """The weekly budgets and the share near home, each where the policy sets it."""
        limits, cost = self.instance.policy.limits, self.instance.provisions.weekly_cost.tolist()
        authority = self.instance.children.authority.tolist()
        if limits.weekly_budget is not None:
            spent = [cost[p] * each for (_, p), listed in self.lives.items() for each in listed]
            self.problem += pulp.lpSum(spent) <= limits.weekly_budget, f"{self._prefix}weekly_budget"
        for code, budget in limits.authority_weekly_budget.items():
            spent = [
                cost[p] * each
                for (c, p), listed in self.lives.items()
                for each in listed
                if authority[c] == code
            ]
            self.problem += pulp.lpSum(spent) <= budget, f"{self._prefix}authority_weekly_budget_{code}"
        share = limits.min_share_within_far_miles
        if share > 0:
            living = pulp.lpSum([each for listed in self.lives.values() for each in listed])
            near = pulp.lpSum([near * variable for variable, near in self.near])
            self.problem += near - share * living >= 0, f"{self._prefix}share_near_home"

    def tier(self, number: int) -> pulp.LpAffineExpression:
        """What a tier minimises."""
        if number == 3:
            return pulp.lpSum([worth * variable for variable, worth in self.score])
        return pulp.lpSum(self.unplaced if number == 1 else self.separated)

    def placement(self) -> Ints:
        """Where each child lives in the answer, −1 for nowhere."""
        found = np.full(len(self.instance.children), -1, dtype=np.int64)
        for (c, p), listed in self.lives.items():
            if any((each.value() or 0.0) > 0.5 for each in listed):
                found[c] = p
        return found


def solve(instance: Instance, gap: float, say: Say) -> Answer:
    """Fewest unplaced, then fewest separated, then the lowest score to a relative `gap`."""
    say("building")
    model = PlainModel(instance)
    proven = by_tiers(model, gap, say)
    return Answer(model.placement(), proven)


def by_tiers(model: Tiered, gap: float, say: Say) -> float:
    """Solves the tiers in their order; the relative gap proven of the third."""
    for tier in (1, 2):
        say(f"in tier {tier}")
        least, _ = _solved(model, tier, pulp.HiGHS(msg=False, gapAbs=LESS_THAN_ONE, gapRel=0.0))
        model.problem += model.tier(tier) <= round(least), f"tier_{tier}"
    say("in tier 3")
    lowest, bound = _solved(model, 3, pulp.HiGHS(msg=False, gapRel=gap))
    return gap_of(lowest, bound)


def _solved(model: Tiered, tier: int, solver: pulp.HiGHS) -> tuple[float, float]:
    """The least of one tier, and its bound."""
    objective = model.tier(tier)
    model.problem.setObjective(objective)
    ended = model.problem.solve(solver)
    value, highs = pulp.value(objective), model.problem.solverModel
    if ended.status != pulp.LpSolveStatus.Optimal or value is None or highs is None:
        raise RuntimeError(f"PuLP ended with {ended.status!r}")
    return value, float(highs.getInfo().mip_dual_bound)


def _rows(*columns: Ints | Floats) -> Iterator[Any]:
    return zip(*(column.tolist() for column in columns), strict=True)
