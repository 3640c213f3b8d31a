"""The run of a stress test: stress.csv, what was asked as shocks.toml, metrics.json and manifest.json."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pandas as pd

from optimiser.audit.manifest import Start
from optimiser.audit.run import json_bytes, write_vouched
from optimiser.pack.pack import Pack
from optimiser.shocks.shocks_file import SHOCKS, shocks_to_toml
from optimiser.shocks.stress import Outcome, Stress

STRESS = "stress.csv"
COLUMNS = (
    "rank",
    "shock",
    "effect",
    "provisions",
    "places",
    "vacancies",
    "living_there",
    "placed_there",
    "children",
    "unplaced",
    "unplaced_change",
    "separated_groups",
    "separated_change",
    "weekly_cost_total",
    "weekly_cost_change",
    "miles_total",
    "miles_change",
    "mean_miles",
    "mean_miles_change",
    "score_total",
    "score_change",
    "score_within",
    "status",
)


def stress_table(found: Stress) -> pd.DataFrame:
    """One row a shock, the worst first: most children without a place more, then groups, then score.

    The change of the score is known to `score_within`, £ a week: how far the two allocations may be from the
    best; where both are proven best it is 0. Ties by name.
    """
    before = found.before
    rows = [
        {
            "shock": shock.name,
            "effect": shock.effect,
            **lost,
            "children": after.children,
            "unplaced": after.unplaced,
            "unplaced_change": after.unplaced - before.unplaced,
            "separated_groups": after.separated,
            "separated_change": after.separated - before.separated,
            "weekly_cost_total": after.weekly_cost,
            "weekly_cost_change": after.weekly_cost - before.weekly_cost,
            "miles_total": after.miles,
            "miles_change": after.miles - before.miles,
            "mean_miles": mean_miles(after),
            "mean_miles_change": mean_miles(after) - mean_miles(before),
            "score_total": after.score,
            "score_change": after.score - before.score,
            "score_within": max(after.score_within, before.score_within),
            "status": after.status,
        }
        for shock, after, lost in zip(found.shocks, found.after, found.lost.to_dict("records"), strict=True)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS[1:])).sort_values(
        ["unplaced_change", "separated_change", "score_change", "shock"],
        ascending=[False, False, False, True],
        kind="stable",
        ignore_index=True,
    )
    table.insert(0, "rank", range(1, len(table) + 1))
    return table


def mean_miles(outcome: Outcome) -> float:
    """Miles from home of a child who has a place; 0 where nobody has."""
    placed = outcome.children - outcome.unplaced
    return outcome.miles / placed if placed else 0.0


def csv_from_stress(table: pd.DataFrame) -> bytes:
    """stress.csv: £ to two decimals, miles to three."""
    shown = table.copy()
    for column in table.columns:
        if table[column].dtype == float:
            digits = 3 if "miles" in column else 2
            shown[column] = [f"{round(value, digits) + 0.0:.{digits}f}" for value in table[column]]
    return shown.to_csv(index=False, lineterminator="\n").encode()


def write_stress(out: Path, pack: Pack, start: Start, found: Stress, *, gap: float) -> None:
    """Writes the folder whole or not at all."""
    outputs = {
        STRESS: csv_from_stress(stress_table(found)),
        SHOCKS: shocks_to_toml(found.shocks).encode(),
        "metrics.json": json_bytes({"before": asdict(found.before), "shocks": len(found.shocks), "gap": gap}),
    }
    write_vouched(out, pack, start, outputs, gap=gap)
