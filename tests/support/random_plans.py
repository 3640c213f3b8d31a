"""Random packs with options, limits and futures, seeded; and the best plan found by trying every plan.

Each plan's futures are written as plain packs with the opened units as provisions, and solved by the oracle.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit
from support.oracle import read_case
from support.oracle_search import best_by_milp
from support.random_packs import Row, Tables, small_tables, write_csv

DATES = ("2025-03-31", "2025-09-30", "2026-03-31")
OPENS = ("", "", "2025-06-30", "2026-01-01")
MOST_PLANS = 18


@dataclass(frozen=True)
class FutureRows:
    """One future: its folder, date and weight, and its children."""

    folder: str
    on: str
    weight: float
    children: list[Row]


@dataclass(frozen=True)
class PlanTables:
    """A pack with options, what commissioning may spend, and the futures; "" is the pack's own children."""

    tables: Tables
    options: list[Row]
    commission: dict[str, Any]
    futures: list[FutureRows]

    def write(self, folder: Path) -> tuple[Path, Path | None]:
        """The folders of the pack and of the futures, None where the pack's own children are the only one."""
        pack = self.tables.write(folder / "pack")
        write_csv(pack / "options.csv", self.options)
        if self.commission:
            (pack / "commission.toml").write_text(tomlkit.dumps(self.commission), encoding="utf-8")
        if not self.futures:
            return pack, None
        for future in self.futures:
            (folder / "futures" / future.folder).mkdir(parents=True)
            write_csv(folder / "futures" / future.folder / "children.csv", future.children)
        listed = [
            {"folder": each.folder, "date": each.on, "weight": str(each.weight)} for each in self.futures
        ]
        write_csv(folder / "futures" / "futures.csv", listed)
        return pack, folder / "futures"

    def shuffled(self, seed: int) -> PlanTables:
        """The same with the rows of every table in another order."""
        rng = random.Random(seed)
        options, futures = (
            list(self.options),
            [replace(each, children=rng.sample(each.children, len(each.children))) for each in self.futures],
        )
        rng.shuffle(options)
        rng.shuffle(futures)
        return replace(self, tables=self.tables.shuffled(seed), options=options, futures=futures)


@dataclass(frozen=True)
class BestPlan:
    """The three tiers of the best plan, and the tiers with no unit open; means over the futures."""

    tiers: tuple[float, float, float]
    before: tuple[float, float, float]
    units: Mapping[str, int]


def small_plan(seed: int) -> PlanTables:
    """At most ten children, five options and three futures; limits often enough to bind."""
    rng = random.Random(seed)
    tables = small_tables(seed, children=(3, 10), provisions=(1, 4))
    ids = [child["child_id"] for child in tables.children]
    options: list[Row] = []
    plans = 1
    for number, row in enumerate(small_tables(seed + 10_000, provisions=(1, 5)).provision):
        most = rng.choice([1, 1, 2, 3])
        if plans * (most + 1) > MOST_PLANS:
            continue
        plans *= most + 1
        named = ";".join(rng.sample(ids, 1)) if row["kind"] == "kinship" else ""
        options.append(
            {
                **{key: value for key, value in row.items() if key not in ("provision_id", "vacancies")},
                "option_id": f"option {number}",
                "places": str(max(1, int(row["places"]))),
                "named_children": named,
                "max_units": str(most),
                "capital_cost": str(rng.choice([0, 10_000, 150_000, 300_000])),
                "standing_cost": rng.choice(["", "0", "120.5", "800"]),
                "opens": rng.choice(OPENS),
            }
        )
    return PlanTables(tables, options, _commission(rng, options), _futures(rng, seed, tables))


def _commission(rng: random.Random, options: list[Row]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if rng.random() < 0.5:
        limits["capital"] = float(rng.choice([0, 150_000, 300_000, 460_000]))
    if rng.random() < 0.3:
        limits["standing_weekly"] = rng.choice([500.0, 900.0, 1700.0])
    if rng.random() < 0.3 and options:
        limits["max_units"] = {options[0]["kind"]: rng.choice([0, 1, 2])}
    found: dict[str, Any] = {"limits": limits} if limits else {}
    if rng.random() < 0.4:
        found["payback_years"] = rng.choice([1.0, 5.0, 30.0])
    return found


def _futures(rng: random.Random, seed: int, tables: Tables) -> list[FutureRows]:
    found = []
    for number in range(rng.choice([0, 1, 2, 3])):
        others = small_tables(seed + 20_000 + number, children=(2, 6)).children
        mine = [child for child in tables.children if rng.random() < 0.6][:5]
        known = {child["child_id"] for child in mine}
        children = mine + [child for child in others if child["child_id"] not in known][: 10 - len(mine)]
        if children:
            found.append(
                FutureRows(f"q{number}", rng.choice(DATES), rng.choice([1.0, 1.0, 2.0, 0.5]), children)
            )
    return found


def best_by_trying(case: PlanTables, folder: Path) -> BestPlan:
    """Every plan that the limits allow, each future solved by the oracle in the places it opens."""
    futures = case.futures or [FutureRows("", DATES[0], 1.0, case.tables.children)]
    total = math.fsum(future.weight for future in futures)
    known: dict[tuple[str, tuple[tuple[str, int], ...]], tuple[int, int, float]] = {}
    worth: dict[tuple[int, ...], tuple[float, float, float]] = {}
    for units in _plans(case):
        each = []
        for number, future in enumerate(futures):
            there = tuple(
                (option["option_id"], count)
                for option, count in zip(case.options, units, strict=True)
                if count and (not option["opens"] or option["opens"] <= future.on)
            )
            named = (f"{number}", there)
            if named not in known:
                pack = _opened(case, future, dict(there)).write(folder / f"{len(known)}")
                best = best_by_milp(read_case(pack))
                known[named] = best.unplaced, best.separated, best.score
            each.append([future.weight / total * figure for figure in known[named]])
        unplaced, separated, score = (math.fsum(figures) for figures in zip(*each, strict=True))
        worth[units] = unplaced, separated, score + _weekly(case, units)
    best_units = min(
        worth, key=lambda units: (round(worth[units][0], 9), round(worth[units][1], 9), worth[units][2])
    )
    return BestPlan(
        worth[best_units],
        worth[tuple(0 for _ in case.options)],
        {option["option_id"]: count for option, count in zip(case.options, best_units, strict=True)},
    )


def _plans(case: PlanTables) -> Iterator[tuple[int, ...]]:
    limits = case.commission.get("limits", {})
    for units in itertools.product(*(range(int(option["max_units"]) + 1) for option in case.options)):
        used = list(zip(case.options, units, strict=True))
        capital = sum(float(option["capital_cost"]) * count for option, count in used)
        standing = sum(float(option["standing_cost"] or 0) * count for option, count in used)
        if capital > limits.get("capital", math.inf) or standing > limits.get("standing_weekly", math.inf):
            continue
        if all(
            sum(count for option, count in used if option["kind"] == kind) <= most
            for kind, most in limits.get("max_units", {}).items()
        ):
            yield units


def _weekly(case: PlanTables, units: tuple[int, ...]) -> float:
    weeks = case.commission.get("payback_years", 10.0) * 365.25 / 7
    return math.fsum(
        count * (float(option["standing_cost"] or 0) + float(option["capital_cost"]) / weeks)
        for option, count in zip(case.options, units, strict=True)
    )


def _opened(case: PlanTables, future: FutureRows, there: Mapping[str, int]) -> Tables:
    """The future as a plain pack, the opened units being provisions like any other."""
    ids = {child["child_id"] for child in future.children}
    rows = [dict(row) for row in case.tables.provision]
    for option in case.options:
        for unit in range(there.get(option["option_id"], 0)):
            name = f"{option['option_id']}#{unit + 1}"
            rows.append({**option, "provision_id": name, "vacancies": option["places"]})
    for row in rows:
        row["named_children"] = ";".join(
            name for name in row["named_children"].split(";") if name and name in ids
        )
    pairs = [pair for pair in case.tables.incompatible if {pair["child_a"], pair["child_b"]} <= ids]
    return replace(case.tables, children=future.children, provision=rows, incompatible=pairs)
