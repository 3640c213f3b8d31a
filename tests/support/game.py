"""The game of a pack by an independent linear programme: v(S) as docs/cooperation.md defines it.

Every column is listed, scipy's solver solves it, and the pack is read by the oracle: no line is shared with
`optimiser`.
"""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array
from support.oracle import Case, read_case

MARKET = "market"


@dataclass(frozen=True)
class Game:
    """A pack, its members, and who holds each house: a code, `MARKET`, or a code outside."""

    case: Case
    members: tuple[str, ...]
    holder: Mapping[str, str]
    eligible: Mapping[str, Mapping[str, int]]
    """House → member → how many of its children could live there."""

    def room(self, house: str, members: frozenset[str]) -> Fraction:
        """How many vacancies of a house the members may take."""
        vacancies, holder = self.case.houses[house].vacancies, self.holder[house]
        if holder != MARKET:
            return Fraction(vacancies if holder in members else 0)
        counts = self.eligible.get(house, {})
        theirs = sum(counts[code] for code in counts if code in members)
        return Fraction(vacancies * theirs, sum(counts.values())) if counts else Fraction(0)

    def value(self, members: Iterable[str]) -> float:
        """v(S), £ a week."""
        programme = _Programme(self, frozenset(members))
        return programme.least()


def game_of_folder(folder: Path) -> Game:
    """The game of the pack in a folder."""
    case = read_case(folder)
    region = tomllib.loads((folder / "region.toml").read_text(encoding="utf-8"))
    with (folder / "provision.csv").open(encoding="utf-8-sig", newline="") as file:
        holder = {row["provision_id"]: _holder(row) for row in csv.DictReader(file)}
    eligible: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for child, house in case.score:
        eligible[house][case.children[child].authority] += 1
    return Game(case, tuple(entry["code"] for entry in region["authority"]), holder, eligible)


def _holder(row: Mapping[str, str]) -> str:
    if row.get("held_by"):
        return row["held_by"]
    local = row["sector"] == "local_authority" or row["kind"] == "kinship"
    return (row.get("authority") or MARKET) if local else MARKET


def every_set(members: Iterable[str]) -> list[tuple[str, ...]]:
    """Every set of members but the empty one."""
    members = list(members)
    return [found for size in range(1, len(members) + 1) for found in combinations(members, size)]


class _Programme:
    """The linear programme of one set, written out whole."""

    def __init__(self, game: Game, members: frozenset[str]) -> None:
        self.game, self.case, self.members = game, game.case, members
        self.mine = [name for name, child in self.case.children.items() if child.authority in members]
        self.cost: list[float] = []
        self.rows: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        self.bound: dict[tuple[str, str], float] = {}
        self.equal: set[tuple[str, str]] = set()
        self.fixed = 0.0

    def least(self) -> float:
        """The optimum, with what no decision changes."""
        if not self.mine:
            return 0.0
        reaching, left_out = self._families()
        rules = self.case.rules
        self.fixed = rules.separated * reaching + rules.unplaced * len(left_out)
        for name in self.mine:
            if name not in left_out:
                self._child(name)
        for (child, house), score in self.case.score.items():
            if child in self.mine and child not in left_out and self._alone(child):
                self._column((child,), house, score, None)
        self._limits()
        return self.fixed + (self._solve() if self.cost else 0.0)

    def _families(self) -> tuple[int, set[str]]:
        reaching, left_out = 0, set()
        for family, children in self.case.families.items():
            inside = [child for child in children if child in self.mine]
            if inside and len(inside) < len(children):
                reaching += 1
                left_out |= set(inside) if self.case.rules.split == "never" else set()
            elif inside:
                self._group(family, children)
        return reaching, left_out

    def _alone(self, child: str) -> bool:
        grouped = any(child in children for children in self.case.families.values())
        return not grouped or self.case.rules.split != "never"

    def _new(self, cost: float) -> int:
        self.cost.append(cost)
        return len(self.cost) - 1

    def _child(self, name: str) -> None:
        row = "child", name
        self.rows[row][self._new(self.case.rules.unplaced)] = 1.0
        self.bound[row] = 1.0
        self.equal.add(row)

    def _group(self, family: str, children: tuple[str, ...]) -> None:
        row = "family", family
        self.rows[row][self._new(self.case.rules.separated)] = 1.0
        self.bound[row] = 1.0
        self.equal.add(row)
        apart = any(frozenset(pair) in self.case.apart for pair in combinations(children, 2))
        for house in self.case.houses.values():
            scores = [self.case.score.get((child, house.id)) for child in children]
            known = [score for score in scores if score is not None]
            if len(known) == len(children) <= house.vacancies and not apart:
                self._column(children, house.id, sum(known), family)

    def _column(self, children: tuple[str, ...], house: str, score: float, family: str | None) -> None:
        case = self.case
        at = self._new(score)
        solo = any(case.children[child].solo for child in children)
        self.rows["house", house][at] = float(case.houses[house].vacancies if solo else len(children))
        self.bound["house", house] = float(self.game.room(house, self.members))
        if family is not None:
            self.rows["family", family][at] = 1.0
        for child in children:
            self.rows["child", child][at] = 1.0
        share = case.rules.min_share_within_far_miles
        self.rows["share", ""][at] = sum(share - case.near(child, house) for child in children)
        cost = case.houses[house].weekly_cost
        self.rows["budget", ""][at] = cost * len(children)
        for code in {case.children[child].authority for child in children}:
            number = sum(case.children[child].authority == code for child in children)
            self.rows["budget", code][at] = cost * number

    def _limits(self) -> None:
        rules, everyone = self.case.rules, len(self.case.children)
        if rules.weekly_budget is not None:
            self.bound["budget", ""] = rules.weekly_budget * len(self.mine) / everyone
        for code, budget in (rules.authority_weekly_budget or {}).items():
            self.bound["budget", code] = budget
        if rules.min_share_within_far_miles > 0:
            self.bound["share", ""] = 0.0

    def _solve(self) -> float:
        """HiGHS by scipy's `milp` with no variable whole: rows between a lower and an upper bound."""
        rows = [row for row in self.rows if row in self.bound]
        listed = [(i, at, value) for i, row in enumerate(rows) for at, value in self.rows[row].items()]
        i, at, value = (np.array(part) for part in zip(*listed, strict=True))
        matrix = coo_array((value, (i, at)), shape=(len(rows), len(self.cost))).tocsr()
        upper = np.array([self.bound[row] for row in rows])
        lower = np.where([row in self.equal for row in rows], upper, -np.inf)
        found = milp(self.cost, constraints=LinearConstraint(matrix, lower, upper))
        if found.status != 0:
            raise ValueError(found.message)
        return float(found.fun)
