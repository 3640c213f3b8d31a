"""Packs and runs on disk, made without a solver, and an attack on what is published of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import linprog
from support.packs import csv_text
from support.small import solution_by_hand

from optimiser.audit.manifest import start_from_pack
from optimiser.audit.run import run_from_solution, write_run
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.read import read_pack

MILE = 1609.344
EAST, NORTH = 425_000.0, 560_000.0
GATESHEAD, NEWCASTLE, DURHAM = "E08000037", "E08000021", "E06000047"
REGION = f"""\
name = "Tyneside (invented)"
as_at = 2025-03-31

[[authority]]
code = "{GATESHEAD}"
name = "Gateshead"

[[authority]]
code = "{NEWCASTLE}"
name = "Newcastle upon Tyne"
"""
CHILDREN = (
    {
        "child_id": "ann",
        "authority": GATESHEAD,
        "age": 9,
        "sibling_group": "sea",
        "current_provision_id": "ash",
        "current_miles": 3.0,
    },
    {
        "child_id": "ben",
        "authority": GATESHEAD,
        "age": 12,
        "sibling_group": "sea",
        "current_provision_id": "fir",
        "current_miles": 30.0,
    },
    {"child_id": "cat", "authority": GATESHEAD, "age": 0, "needs": "autism", "current_miles": 4.0},
    {
        "child_id": "dan",
        "authority": NEWCASTLE,
        "age": 16,
        "current_provision_id": "elsewhere",
        "current_miles": 25.0,
    },
    {"child_id": "eve", "authority": NEWCASTLE, "age": 5},
)
"""Invented. All homes are at one point; ben lives 30 miles away, dan in a place the pack does not have."""
PROVISION = (
    {
        "provision_id": "ash",
        "name": "Ash",
        "kind": "foster_home",
        "authority": GATESHEAD,
        "miles": 1,
        "places": 4,
        "vacancies": 3,
        "weekly_cost": 500,
        "provider": "Council",
        "sector": "local_authority",
    },
    {
        "provision_id": "oak",
        "name": "Oak",
        "kind": "childrens_home",
        "authority": NEWCASTLE,
        "miles": 5,
        "places": 3,
        "vacancies": 2,
        "weekly_cost": 4000,
        "provider": "Homes Ltd",
        "skills": "autism",
        "sector": "private",
    },
    {
        "provision_id": "fir",
        "name": "Fir",
        "kind": "foster_home",
        "authority": DURHAM,
        "miles": 30,
        "places": 1,
        "vacancies": 1,
        "weekly_cost": 450,
        "provider": "Council",
        "sector": "local_authority",
    },
)
PLACED = {"ann": "ash", "ben": "ash", "cat": "oak", "dan": "fir"}
"""Gateshead: ann and ben at 1 mile inside, cat at 5 outside. Newcastle: dan at 30 outside, eve nowhere."""


def pack_on_disk(
    folder: Path,
    *,
    children: Sequence[Mapping[str, object]] = CHILDREN,
    provision: Sequence[Mapping[str, object]] = PROVISION,
    region: str = REGION,
    policy: str | None = None,
) -> Path:
    """A pack in a folder: every home at one point, every provision so many miles east of it."""
    folder.mkdir(parents=True)
    columns = (
        "child_id",
        "authority",
        "home_easting",
        "home_northing",
        "age",
        "gender",
        "needs",
        "sibling_group",
        "current_provision_id",
        "current_miles",
    )
    rows = [
        {
            **dict.fromkeys(columns, ""),
            "home_easting": EAST,
            "home_northing": NORTH,
            "gender": "female",
            **row,
        }
        for row in children
    ]
    places = []
    for row in provision:
        east = EAST + float(str(row["miles"])) * MILE
        places.append(
            {
                "easting": east,
                "northing": NORTH,
                **{key: value for key, value in row.items() if key != "miles"},
            }
        )
    (folder / "region.toml").write_text(region, encoding="utf-8")
    (folder / "children.csv").write_text(csv_text(rows), encoding="utf-8")
    (folder / "provision.csv").write_text(csv_text(places), encoding="utf-8")
    if policy is not None:
        (folder / "policy.toml").write_text(policy, encoding="utf-8")
    return folder


def run_on_disk(
    folder: Path, pack: Path, placed: Mapping[str, str] = PLACED, *, policy: Path | None = None
) -> Path:
    """A run folder of an allocation written by hand."""
    read = read_pack(pack, policy=policy)
    instance = instance_from_pack(read)
    solution = solution_by_hand(instance, placed)
    start = start_from_pack(read, command=["optimiser", "allocate", pack.name])
    run = run_from_solution(
        read, instance, solution, certificate={}, start=start, distance="straight", gap=1e-4
    )
    write_run(folder, run)
    return folder


def interval(
    equations: Sequence[Mapping[str, float]], known: Mapping[str, float], cell: str
) -> tuple[float, float]:
    """The least and most a cell can be, knowing the sums and what is shown: two linear programmes.

    Each equation is coefficient by cell, summing to 0. Written apart from the program that hides.
    """
    names = sorted({name for equation in equations for name in equation} | {cell})
    at = {name: index for index, name in enumerate(names)}
    rows = np.zeros((len(equations), len(names)))
    for number, equation in enumerate(equations):
        for name, coefficient in equation.items():
            rows[number, at[name]] = coefficient
    bounds = [(known[name], known[name]) if name in known else (0.0, None) for name in names]
    found = []
    for sign in (1.0, -1.0):
        cost = np.zeros(len(names))
        cost[at[cell]] = sign
        answer = linprog(cost, A_eq=rows, b_eq=np.zeros(len(rows)), bounds=bounds, method="highs")
        assert answer.status in (0, 3), answer.message
        found.append(-sign * np.inf if answer.x is None or answer.status else float(answer.x[at[cell]]))
    return found[0], found[1]
