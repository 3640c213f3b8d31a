"""An independent reading of the public contract: the yardstick the programme is measured against.

No line is shared with `optimiser`: the pack is read with `csv` and `tomllib`, sections 2 and 3 of the
contract are applied child by child in plain Python, and the optimum is found in two unrelated ways
(`support.oracle_search`). Only packs with coordinates (metres, EPSG:27700) and ages are read. Distances are
miles, money is £ a week.
"""

from __future__ import annotations

import csv
import math
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Row = dict[str, str]
Placement = Mapping[str, str | None]
"""child_id → provision_id, or None for a child without a place."""

TOLERANCE = 1e-6
"""Slack allowed in sums of money and in the share, for floating point only."""

COLUMN_OF_KIND = {
    "kinship": "foster_care",
    "foster_home": "foster_care",
    "childrens_home": "residential_care",
    "supported_accommodation": "supported_accommodation",
}


@dataclass(frozen=True)
class Child:
    """One row of children.csv, with the contract's defaults filled in."""

    id: str
    authority: str
    home: Point
    age: int
    gender: str
    needs: frozenset[str]
    care: Mapping[str, str]
    """`foster_care`, `residential_care`, `supported_accommodation` → preferred, suitable or unsuitable."""
    family: str
    solo: bool
    school: Point | None
    avoid: tuple[Point, float] | None


@dataclass(frozen=True)
class House:
    """One row of provision.csv, with the contract's defaults filled in."""

    id: str
    kind: str
    at: Point
    places: int
    vacancies: int
    ages: tuple[int, int]
    genders: str
    skills: frozenset[str]
    weekly_cost: float
    ofsted: str
    named: frozenset[str]


@dataclass(frozen=True)
class Rulebook:
    """policy.toml with every default of the contract; None stands for "none"."""

    mile: float = 10.0
    far: float = 150.0
    far_miles: float = 20.0
    school_mile: float = 5.0
    suitable_not_preferred: float = 200.0
    requires_improvement: float = 100.0
    not_kinship: float = 500.0
    unplaced: float = 10_000.0
    separated: float = 500.0
    max_miles: float = 60.0
    ofsted: frozenset[str] = frozenset({"outstanding", "good", "requires_improvement", "not_inspected"})
    weekly_budget: float | None = None
    authority_weekly_budget: Mapping[str, float] | None = None
    min_share_within_far_miles: float = 0.0
    split: str = "if_needed"


@dataclass(frozen=True)
class Case:
    """A pack as the oracle understands it; children and houses keyed by identifier."""

    children: Mapping[str, Child]
    houses: Mapping[str, House]
    apart: frozenset[frozenset[str]]
    rules: Rulebook
    families: Mapping[str, tuple[str, ...]]
    """Sibling groups of two or more."""
    score: Mapping[tuple[str, str], float]
    """(child, house) → £ a week, eligible pairs only."""

    def near(self, child: str, house: str) -> bool:
        """Whether the house is within far_miles of the child's home."""
        return miles(self.children[child].home, self.houses[house].at) <= self.rules.far_miles

    def budgets(self) -> list[tuple[str, float, frozenset[str]]]:
        """Every budget: its name, £ a week, and the children whose costs count."""
        found = []
        if self.rules.weekly_budget is not None:
            found.append(("weekly_budget", self.rules.weekly_budget, frozenset(self.children)))
        for code, limit in (self.rules.authority_weekly_budget or {}).items():
            mine = frozenset(child.id for child in self.children.values() if child.authority == code)
            found.append((f"authority_weekly_budget {code}", limit, mine))
        return found


@dataclass(frozen=True)
class Best:
    """An optimum: the three tiers and one placement that attains them."""

    unplaced: int
    separated: int
    score: float
    placement: Placement


def miles(one: Point, other: Point) -> float:
    """The straight line between two points, in miles."""
    return math.dist(one, other) / 1609.344


def _rows(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {key: (value or "").strip() for key, value in row.items() if key} for row in csv.DictReader(file)
        ]


def _codes(cell: str) -> frozenset[str]:
    return frozenset(part.strip() for part in cell.split(";") if part.strip())


def _point(row: Row, prefix: str) -> Point | None:
    east, north = row.get(f"{prefix}easting", ""), row.get(f"{prefix}northing", "")
    return (float(east), float(north)) if east and north else None


def _known_point(row: Row, prefix: str) -> Point:
    point = _point(row, prefix)
    if point is None:
        raise ValueError(f"the oracle reads coordinates only, and {row} has none")
    return point


def _child(row: Row) -> Child:
    age = int(row["age"])
    supported = "unsuitable" if age < 16 else "suitable"
    away = _point(row, "avoid_")
    return Child(
        id=row["child_id"],
        authority=row["authority"],
        home=_known_point(row, "home_"),
        age=age,
        gender=row["gender"],
        needs=_codes(row.get("needs", "")),
        care={
            "foster_care": row.get("foster_care") or "suitable",
            "residential_care": row.get("residential_care") or "suitable",
            "supported_accommodation": row.get("supported_accommodation") or supported,
        },
        family=row.get("sibling_group", ""),
        solo=row.get("solo") == "yes",
        school=_point(row, "school_"),
        avoid=None if away is None else (away, float(row["avoid_miles"])),
    )


def _house(row: Row) -> House:
    return House(
        id=row["provision_id"],
        kind=row["kind"],
        at=_known_point(row, ""),
        places=int(row["places"]),
        vacancies=int(row["vacancies"]),
        ages=(int(row.get("age_min") or 0), int(row.get("age_max") or 17)),
        genders=row.get("genders") or "any",
        skills=_codes(row.get("skills", "")),
        weekly_cost=float(row["weekly_cost"]),
        ofsted=row.get("ofsted") or "not_inspected",
        named=_codes(row.get("named_children", "")),
    )


def _rulebook(path: Path) -> Rulebook:
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found: dict[str, Any] = {key: float(value) for key, value in data.get("prices", {}).items()}
    for key, value in data.get("limits", {}).items():
        if key == "ofsted":
            found[key] = frozenset(value)
        elif key == "authority_weekly_budget":
            found[key] = {code: float(limit) for code, limit in value.items() if limit != "none"}
        else:
            found[key] = None if value == "none" else float(value)
    return Rulebook(**found, split=data.get("siblings", {}).get("split", "if_needed"))


def excluding(child: Child, house: House, rules: Rulebook) -> tuple[str, ...]:
    """The names of the rules of section 2 by which the child may not live there, in the contract's order."""
    away = miles(child.home, house.at)
    kinship = house.kind == "kinship"
    free = house.vacancies >= 1 and (house.vacancies == house.places or not child.solo)
    holds = {
        "age": house.ages[0] <= child.age <= house.ages[1],
        "gender": house.genders in ("any", child.gender),
        "needs": child.needs <= house.skills,
        "kind": child.care[COLUMN_OF_KIND[house.kind]] != "unsuitable",
        "under_16": child.age >= 16 or house.kind != "supported_accommodation",
        "named": not kinship or child.id in house.named,
        "max_miles": kinship or away <= rules.max_miles,
        "ofsted": kinship or house.ofsted in rules.ofsted,
        "avoid": child.avoid is None or miles(child.avoid[0], house.at) >= child.avoid[1],
        "vacancy": free,
    }
    return tuple(name for name, good in holds.items() if not good)


def terms_of_score(child: Child, house: House, rules: Rulebook, *, has_kin: bool) -> dict[str, float]:
    """The terms of section 3, £ a week; `has_kin`: the child has an eligible kinship provision."""
    away = miles(child.home, house.at)
    mine = child.care[COLUMN_OF_KIND[house.kind]]
    second_best = mine == "suitable" and "preferred" in child.care.values()
    return {
        "weekly_cost": house.weekly_cost,
        "mile": rules.mile * away,
        "far": rules.far if away > rules.far_miles else 0.0,
        "school_mile": 0.0 if child.school is None else rules.school_mile * miles(child.school, house.at),
        "suitable_not_preferred": rules.suitable_not_preferred if second_best else 0.0,
        "requires_improvement": rules.requires_improvement if house.ofsted == "requires_improvement" else 0.0,
        "not_kinship": rules.not_kinship if has_kin and house.kind != "kinship" else 0.0,
    }


def scores(
    children: Mapping[str, Child], houses: Mapping[str, House], rules: Rulebook
) -> dict[tuple[str, str], float]:
    """(child, house) → score in £ a week, for every eligible pair."""
    found = {}
    for child in children.values():
        open_to = [house for house in houses.values() if not excluding(child, house, rules)]
        has_kin = any(house.kind == "kinship" for house in open_to)
        for house in open_to:
            found[child.id, house.id] = math.fsum(
                terms_of_score(child, house, rules, has_kin=has_kin).values()
            )
    return found


def read_case(folder: Path) -> Case:
    """The pack in `folder`, read anew."""
    children = {child.id: child for child in map(_child, _rows(folder / "children.csv"))}
    houses = {house.id: house for house in map(_house, _rows(folder / "provision.csv"))}
    rules = _rulebook(folder / "policy.toml")
    pairs = frozenset(
        frozenset((row["child_a"], row["child_b"])) for row in _rows(folder / "incompatible.csv")
    )
    names = sorted({child.family for child in children.values()} - {""})
    members = {name: tuple(child.id for child in children.values() if child.family == name) for name in names}
    families = {name: found for name, found in members.items() if len(found) > 1}
    return Case(children, houses, pairs, rules, families, scores(children, houses, rules))


def _whole_in(case: Case, placement: Placement, family: str) -> str | None:
    """The one house where all of the family lives, or None."""
    where = {placement[child] for child in case.families[family]}
    return where.pop() if len(where) == 1 else None


def _faults_of_house(case: Case, placement: Placement, house: House) -> list[str]:
    here = [child for child in case.children.values() if placement[child.id] == house.id]
    faults = []
    if len(here) > house.vacancies:
        faults.append(f"{house.id}: {len(here)} children in {house.vacancies} vacancies")
    for solo in (child for child in here if child.solo):
        company = {child.id for child in here} - {solo.id}
        whole = solo.family in case.families and _whole_in(case, placement, solo.family) == house.id
        allowed = set(case.families[solo.family]) if whole else set()
        if company - allowed:
            faults.append(f"{house.id}: {solo.id} is solo, yet lives with {sorted(company - allowed)}")
        if house.vacancies < house.places:
            faults.append(
                f"{house.id}: {solo.id} is solo and takes all {house.places} places, but not all are vacant"
            )
    ids = {child.id for child in here}
    faults.extend(f"{house.id}: {sorted(pair)} are incompatible" for pair in case.apart if pair <= ids)
    return faults


def faults_of_limits(case: Case, placement: Placement) -> list[str]:
    """Every budget and share limit that the placement breaks."""
    placed = {child: house for child, house in placement.items() if house is not None}
    faults = []
    for name, limit, mine in case.budgets():
        spent = math.fsum(case.houses[house].weekly_cost for child, house in placed.items() if child in mine)
        if spent > limit + TOLERANCE:
            faults.append(f"{name}: £{spent} spent of £{limit}")
    near = sum(case.near(child, house) for child, house in placed.items())
    if near < case.rules.min_share_within_far_miles * len(placed) - TOLERANCE:
        faults.append(f"min_share_within_far_miles: {near} of {len(placed)} live near home")
    return faults


def faults_of(case: Case, placement: Placement) -> list[str]:
    """Every rule of section 2 that the placement breaks; empty when it is feasible."""
    if set(placement) != set(case.children):
        return ["the placement does not name every child exactly once"]
    faults = [f"{pair} is not eligible" for pair in placement.items() if pair[1] and pair not in case.score]
    for house in case.houses.values():
        faults.extend(_faults_of_house(case, placement, house))
    faults.extend(faults_of_limits(case, placement))
    if case.rules.split == "never":
        for family, members in case.families.items():
            somewhere = any(placement[child] is not None for child in members)
            if somewhere and _whole_in(case, placement, family) is None:
                faults.append(f"{family}: split, which the policy forbids")
    return faults


def judged(case: Case, placement: Placement) -> Best:
    """The placement with its tiers as section 3 counts them; feasibility is not looked at."""
    where = Counter(house is None for house in placement.values())
    separated = sum(_whole_in(case, placement, family) is None for family in case.families)
    total = math.fsum(case.score[child, house] for child, house in placement.items() if house is not None)
    return Best(where[True], separated, total, dict(placement))
