"""Random region packs, seeded, with every feature of the contract on often enough to bind.

A pack is first a `Tables`: rows as text, ready to be altered by a test, then written as the folder of
section 1. Coordinates are metres (EPSG:27700) around Tyneside, money is £ a week.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit

Row = dict[str, str]

MILE = 1609.344
CENTRE = (425_000, 560_000)
AUTHORITIES = (
    ("E08000037", "Gateshead", "390"),
    ("E08000021", "Newcastle upon Tyne", "391"),
    ("E06000047", "County Durham", "840"),
)
NEEDS = ("autism", "health", "behaviour")
JUDGEMENTS = ("outstanding", "good", "requires_improvement", "inadequate", "not_inspected")
CARE = ("foster_care", "residential_care", "supported_accommodation")
KINDS = ("foster_home", "childrens_home", "supported_accommodation")


@dataclass
class Tables:
    """The files of one pack before they are written; `region` and `policy` are TOML documents as dicts."""

    region: dict[str, Any]
    policy: dict[str, Any]
    children: list[Row]
    provision: list[Row]
    incompatible: list[Row]

    def copy(self) -> Tables:
        """The same tables, to be altered without touching these."""
        return deepcopy(self)

    def shuffled(self, seed: int) -> Tables:
        """The same tables with the rows of every one in another order."""
        rng, other = random.Random(seed), self.copy()
        for rows in (other.children, other.provision, other.incompatible):
            rng.shuffle(rows)
        return other

    def write(self, folder: Path) -> Path:
        """Write the pack into `folder`, which is made if need be; the folder is returned."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "region.toml").write_text(tomlkit.dumps(self.region), encoding="utf-8")
        if self.policy:
            (folder / "policy.toml").write_text(tomlkit.dumps(self.policy), encoding="utf-8")
        write_csv(folder / "children.csv", self.children)
        write_csv(folder / "provision.csv", self.provision)
        if self.incompatible:
            write_csv(folder / "incompatible.csv", self.incompatible)
        return folder


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    named = dict.fromkeys(column for row in rows for column in row)
    columns = [column for column in named if any(row.get(column) for row in rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@dataclass(frozen=True)
class Mix:
    """How often each feature shows: shares from 0 to 1 of children, provisions or pairs; spread in miles."""

    spread: float
    sibling: float
    solo: float
    apart: float
    kin: float
    school: float
    avoid: float
    need: float
    skill: float
    fussy: float
    """Provisions that accept one gender or a narrow range of ages."""
    unsuitable: float
    preferred: float
    taken: float
    """Provisions with fewer vacancies than places."""
    coarse: bool
    """Few distinct costs and points, so that ties abound."""


def _mix(rng: random.Random) -> Mix:
    def some(high: float) -> float:
        return rng.choice([0.0, rng.uniform(0.1, high)])

    return Mix(
        spread=rng.choice([4.0, 15.0, 35.0]),
        sibling=rng.choice([0.0, 0.5, 0.8]),
        solo=some(0.35),
        apart=some(0.8),
        kin=rng.choice([0.0, 0.4, 0.9]),
        school=some(0.6),
        avoid=some(0.4),
        need=some(0.5),
        skill=rng.uniform(0.7, 1.0),
        fussy=some(0.6),
        unsuitable=some(0.3),
        preferred=some(0.6),
        taken=some(0.5),
        coarse=rng.random() < 0.3,
    )


def _spot(rng: random.Random, mix: Mix) -> tuple[str, str]:
    east, north = (
        rng.choice([-0.5, 0.0, 0.5]) if mix.coarse else rng.uniform(-1.0, 1.0) for _ in ("east", "north")
    )
    reach = mix.spread * MILE
    return str(round(CENTRE[0] + east * reach)), str(round(CENTRE[1] + north * reach))


def _yes(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def _ids(rng: random.Random, letter: str, count: int) -> list[str]:
    return [f"{letter}{number:04d}" for number in rng.sample(range(10_000), count)]


def _care(rng: random.Random, mix: Mix, age: int, column: str) -> str:
    """Mostly blank for supported accommodation under 16; where it is not, the rule must hold."""
    if column == "supported_accommodation" and age < 16 and _yes(rng, 0.8):
        return ""
    if _yes(rng, mix.unsuitable):
        return "unsuitable"
    return "preferred" if _yes(rng, mix.preferred) else rng.choice(["", "suitable"])


def _child(rng: random.Random, mix: Mix, name: str, codes: Sequence[str]) -> Row:
    age = rng.choice([rng.randint(0, 17), rng.randint(10, 15), 16, 17])
    home = _spot(rng, mix)
    school = _spot(rng, mix) if _yes(rng, mix.school) else ("", "")
    avoid = (
        (*_spot(rng, mix), f"{rng.uniform(0.1, mix.spread):.1f}") if _yes(rng, mix.avoid) else ("", "", "")
    )
    return {
        "child_id": name,
        "authority": rng.choice(codes),
        "home_easting": home[0],
        "home_northing": home[1],
        "age": str(age),
        "gender": rng.choice(["female", "male", "female", "male", "other"]),
        "needs": ";".join(need for need in NEEDS if _yes(rng, mix.need / 2)),
        **{column: _care(rng, mix, age, column) for column in CARE},
        "sibling_group": "",
        "solo": "yes" if _yes(rng, mix.solo) else rng.choice(["", "no"]),
        "school_easting": school[0],
        "school_northing": school[1],
        "avoid_easting": avoid[0],
        "avoid_northing": avoid[1],
        "avoid_miles": avoid[2],
    }


def _join_siblings(rng: random.Random, mix: Mix, children: list[Row]) -> None:
    """Cut the list into groups of one to four; siblings mostly share the home and the authority."""
    start, number = 0, 0
    while start < len(children):
        size = rng.choices([1, 2, 3, 4], [1, 6, 3, 2])[0] if _yes(rng, mix.sibling) else 0
        members = children[start : start + max(size, 1)]
        number += 1
        for child in members if size else []:
            child["sibling_group"] = f"family {number}"
            if _yes(rng, 0.7):
                child.update({key: members[0][key] for key in ("authority", "home_easting", "home_northing")})
        start += len(members)


def _weekly_cost(rng: random.Random, mix: Mix) -> str:
    if mix.coarse:
        return rng.choice(["0", "500", "500", "900"])
    return rng.choice([f"{rng.randint(300, 1100)}", f"{rng.randint(600, 9000) / 2:.2f}", "0"])


def _provision(rng: random.Random, mix: Mix, name: str, kind: str) -> Row:
    places = rng.choices(range(6), [1, 7, 8, 7, 5, 2])[0]
    vacancies = rng.randint(0, places) if _yes(rng, mix.taken) else places
    low, high = sorted((rng.randint(0, 17), rng.randint(0, 17)))
    narrow = _yes(rng, mix.fussy)
    at = _spot(rng, mix)
    kin = kind == "kinship"
    return {
        "provision_id": name,
        "name": f"Place {name}",
        "provider": rng.choice(["Alder", "Birch", "Cedar"]),
        "kind": kind,
        "sector": "local_authority"
        if kin
        else rng.choice(["local_authority", "private", "voluntary", "health"]),
        "authority": rng.choice([AUTHORITIES[0][0], AUTHORITIES[1][0], "E06000057", ""]),
        "easting": at[0],
        "northing": at[1],
        "places": str(places),
        "vacancies": str(vacancies),
        "age_min": str(low) if narrow else rng.choice(["", "0"]),
        "age_max": str(high) if narrow else rng.choice(["", "17"]),
        "genders": rng.choice(["any", "female", "male"]) if _yes(rng, mix.fussy) else rng.choice(["", "any"]),
        "skills": ";".join(need for need in NEEDS if _yes(rng, mix.skill)),
        "weekly_cost": _weekly_cost(rng, mix),
        "ofsted": rng.choices((*JUDGEMENTS, ""), [2, 4, 4, 1, 1, 2])[0],
        "named_children": "",
    }


def _provisions(rng: random.Random, mix: Mix, count: int, children: Sequence[Row]) -> list[Row]:
    rows = []
    for name in _ids(rng, "P", count):
        kin = _yes(rng, mix.kin / 2)
        kind = "kinship" if kin else rng.choices(KINDS, [5, 4, 2])[0]
        row = _provision(rng, mix, name, kind)
        if kin:
            first = rng.randrange(len(children))
            row["named_children"] = ";".join(
                child["child_id"] for child in children[first : first + rng.randint(1, 3)]
            )
        rows.append(row)
    return rows


def _incompatible(rng: random.Random, mix: Mix, children: Sequence[Row]) -> list[Row]:
    pairs: set[tuple[str, str]] = set()
    for _ in range(round(mix.apart * len(children))):
        one = rng.randrange(len(children) - 1)
        other = one + 1 if _yes(rng, 0.4) else rng.randrange(one + 1, len(children))
        pairs.add((children[one]["child_id"], children[other]["child_id"]))
    return [dict(zip(("child_a", "child_b"), rng.sample(pair, 2), strict=True)) for pair in sorted(pairs)]


def _prices(rng: random.Random, *, on: bool) -> dict[str, float]:
    worth = {
        "mile": rng.choice([0.0, 1.0, 10.0, 35.5]),
        "far": rng.choice([0.0, 150.0, 900.0]),
        "far_miles": rng.choice([10.0, 20.0] if on else [0.0, 3.0, 3.0, 10.0, 10.0, 20.0]),
        "school_mile": rng.choice([0.0, 5.0, 40.0]),
        "suitable_not_preferred": rng.choice([0.0, 200.0, 1500.0]),
        "requires_improvement": rng.choice([0.0, 100.0, 1000.0]),
        "not_kinship": rng.choice([0.0, 500.0, 2500.0]),
    }
    return {key: value for key, value in worth.items() if _yes(rng, 0.5)}


def _limits(
    rng: random.Random, children: Sequence[Row], provision: Sequence[Row], *, on: bool
) -> dict[str, Any]:
    """Limits that bite: budgets are cut from the mean weekly cost; `on` keeps budget and share in."""
    mean = sum(float(row["weekly_cost"]) for row in provision) / len(provision)
    limits: dict[str, Any] = {}
    if _yes(rng, 0.4) and not on:
        limits["max_miles"] = rng.choice([5.0, 15.0, 15.0, 30.0])
    if _yes(rng, 0.3):
        limits["ofsted"] = rng.sample(JUDGEMENTS, rng.randint(3, 5))
    part = rng.uniform(0.15, 0.5) if on else rng.uniform(0.2, 1.0)
    if on or _yes(rng, 0.35):
        limits["weekly_budget"] = float(round(mean * len(children) * part))
    if on or _yes(rng, 0.35):
        limits["min_share_within_far_miles"] = rng.choice(
            [0.5, 0.6, 0.75, 0.8] if on else [0.3, 0.5, 0.75, 1.0]
        )
    if _yes(rng, 0.35):
        code = children[0]["authority"]
        mine = sum(child["authority"] == code for child in children)
        limits["authority_weekly_budget"] = {code: float(round(mean * mine * rng.uniform(0.3, 1.0)))}
    return limits


def _region(name: str) -> dict[str, Any]:
    members = [{"code": code, "name": title, "dfe": dfe} for code, title, dfe in AUTHORITIES]
    return {"name": name, "as_at": "2025-03-31", "authority": members}


def _policy(
    rng: random.Random, children: Sequence[Row], provision: Sequence[Row], *, on: bool
) -> dict[str, Any]:
    parts = {
        "prices": _prices(rng, on=on),
        "limits": _limits(rng, children, provision, on=on),
        "siblings": {"split": "never"} if _yes(rng, 0.25) else {},
    }
    return {key: value for key, value in parts.items() if value}


def small_tables(
    seed: int, *, children: tuple[int, int] = (2, 14), provisions: tuple[int, int] = (2, 8)
) -> Tables:
    """A pack of a few children, the same for the same seed; the ranges are inclusive."""
    rng = random.Random(seed)
    mix = _mix(rng)
    return _tables(rng, mix, f"Random {seed}", rng.randint(*children), rng.randint(*provisions), on=False)


def medium_tables(
    seed: int, *, children: tuple[int, int] = (60, 200), provisions: tuple[int, int] = (40, 150)
) -> Tables:
    """A pack like those held out: up to 200 children, budget and share on, the rest at a moderate rate."""
    rng = random.Random(seed)
    mix = Mix(
        spread=25.0,
        sibling=0.35,
        solo=0.05,
        apart=0.1,
        kin=0.15,
        school=0.3,
        avoid=0.1,
        need=0.3,
        skill=0.75,
        fussy=0.3,
        unsuitable=0.15,
        preferred=0.4,
        taken=0.2,
        coarse=False,
    )
    return _tables(rng, mix, f"Medium {seed}", rng.randint(*children), rng.randint(*provisions), on=True)


def _tables(rng: random.Random, mix: Mix, name: str, children: int, provisions: int, *, on: bool) -> Tables:
    codes = [code for code, _, _ in AUTHORITIES[: rng.randint(1, 3)]]
    kids = [_child(rng, mix, child, codes) for child in _ids(rng, "C", children)]
    _join_siblings(rng, mix, kids)
    houses = _provisions(rng, mix, provisions, kids)
    return Tables(
        region=_region(name),
        policy=_policy(rng, kids, houses, on=on),
        children=kids,
        provision=houses,
        incompatible=_incompatible(rng, mix, kids),
    )
