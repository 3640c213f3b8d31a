"""The run of a frontier: frontier.csv, a policy for each point, metrics.json and manifest.json."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from optimiser.allocation.solution import Status
from optimiser.audit.manifest import Start
from optimiser.audit.run import json_bytes, write_vouched
from optimiser.frontier.frontier import DEAR, policy_of
from optimiser.frontier.point import Point
from optimiser.pack.pack import Pack
from optimiser.pack.policy_file import policy_to_toml

FRONTIER = "frontier.csv"
DIGITS = {
    "weekly_cost_total": 2,
    "miles_total": 3,
    "mean_miles": 3,
    "weekly_budget": 2,
    "miles_bound": 3,
    "gap": 8,
    "price_of_a_mile": 4,
}
"""Decimals of frontier.csv."""


def policy_name(number: int) -> str:
    """The file of a point's policy, points from 1."""
    return f"policies/{number:02d}.toml"


def frontier_table(points: Sequence[Point], children: int, *, gap: float) -> pd.DataFrame:
    """One row a point, the cheapest first; £ a week and miles of all children placed.

    `status` is `optimal` where the miles are proven to `gap`. `price_of_a_mile` is missing where no price
    picks the point, or none was found.
    """
    numbers = range(1, len(points) + 1)
    return pd.DataFrame(
        {
            "point": numbers,
            "weekly_cost_total": [point.spot.cost for point in points],
            "miles_total": [point.spot.miles for point in points],
            "mean_miles": [point.spot.miles / max(1, children - point.unplaced) for point in points],
            "unplaced": [point.unplaced for point in points],
            "separated_groups": [point.separated for point in points],
            "weekly_budget": [float("nan") if point.budget is None else point.budget for point in points],
            "miles_bound": [point.miles_bound for point in points],
            "gap": [point.gap for point in points],
            "status": [
                (Status.OPTIMAL if point.is_proven(gap) else Status.FEASIBLE).value for point in points
            ],
            "supported": [point.supported.value for point in points],
            "price_of_a_mile": [float("nan") if point.price is None else point.price for point in points],
            "policy": [policy_name(number) for number in numbers],
        }
    )


def csv_from_frontier(table: pd.DataFrame) -> bytes:
    """frontier.csv: £ to two decimals, miles to three, the gap to eight, blank where there is none."""
    shown = table.assign(
        **{
            column: ["" if pd.isna(value) else f"{value:.{number}f}" for value in table[column]]
            for column, number in DIGITS.items()
        }
    )
    return shown.to_csv(index=False, lineterminator="\n").encode()


def write_frontier(out: Path, pack: Pack, start: Start, points: Sequence[Point], *, gap: float) -> None:
    """Writes the folder whole or not at all."""
    children = len(pack.children)
    outputs = {
        FRONTIER: csv_from_frontier(frontier_table(points, children, gap=gap)),
        **{
            policy_name(number): policy_to_toml(policy_of(pack.policy, DEAR, point.budget)).encode()
            for number, point in enumerate(points, start=1)
        },
        "metrics.json": json_bytes({"children": children, "points": len(points), "gap": gap}),
    }
    write_vouched(out, pack, start, outputs, gap=gap)
