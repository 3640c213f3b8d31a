"""metrics.json and plan.csv of a plan: the figures of its futures as weighted means, with those before it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from optimiser.commissioning.plan import Outcome, Plan
from optimiser.pack.options import UNIT_MARK

COLUMNS = (
    "option_id",
    "units",
    "kind",
    "authority",
    "places",
    "capital_cost",
    "standing_cost",
    "children_placed",
    "marginal_value",
)
_LEFT_OUT = ("status", "seconds")


def plan_table(plan: Plan) -> pd.DataFrame:
    """The columns of plan.csv, unrounded: one row per option, in the order of options.csv.

    `places`, `capital_cost` (£) and `standing_cost` (£ a week) are those of one unit; `children_placed`
    is the mean over the futures of the children who live in all of its units; `marginal_value` is £ a week.
    """
    options = plan.pack.options if plan.pack.options is not None else pd.DataFrame(columns=["option_id"])
    units, placed = plan.units_by_option, _children_placed(plan)
    marginal = dict(zip(plan.offers.id.tolist(), plan.marginal.tolist(), strict=True))
    ids = options["option_id"].tolist()
    return pd.DataFrame(
        {
            "option_id": ids,
            "units": [units[name] for name in ids],
            **{name: options[name].tolist() for name in COLUMNS[2:7]},
            "children_placed": [placed.get(name, 0.0) for name in ids],
            "marginal_value": [marginal[name] for name in ids],
        },
        columns=list(COLUMNS),
    )


def csv_from_plan_table(table: pd.DataFrame) -> bytes:
    """plan.csv: £ to two decimals, children to three, the marginal value to four."""
    decimals = {"capital_cost": 2, "standing_cost": 2, "children_placed": 3, "marginal_value": 4}
    shown = table.assign(
        **{name: [f"{value + 0.0:.{digits}f}" for value in table[name]] for name, digits in decimals.items()}
    )
    return shown.to_csv(index=False, lineterminator="\n").encode()


def _children_placed(plan: Plan) -> dict[str, float]:
    """option_id → children, the mean over the futures."""
    found: dict[str, list[float]] = {}
    weights = sum(outcome.weight for outcome in plan.outcomes)
    known = set(plan.offers.id.tolist())
    there = set(plan.pack.provision["provision_id"])
    for outcome in plan.outcomes:
        placement, ids = outcome.after.solution.placement, outcome.after.instance.provisions.id
        numbers = np.bincount(placement[placement >= 0], minlength=len(ids))
        for name, number in zip(ids.tolist(), numbers.tolist(), strict=True):
            option = name.rpartition(UNIT_MARK)[0]
            if number and option in known and name not in there:
                found.setdefault(option, []).append(outcome.weight * number)
    return {option: math.fsum(numbers) / weights for option, numbers in found.items()}


def metrics_document(
    plan: Plan, after: Sequence[Mapping[str, object]], before: Sequence[Mapping[str, object]]
) -> dict[str, object]:
    """The document of metrics.json; `after` and `before` are those of the futures' runs."""
    options = plan.pack.options if plan.pack.options is not None else pd.DataFrame(columns=["option_id"])
    units = plan.units_by_option
    numbers = [units[name] for name in options["option_id"]]
    weights = [outcome.weight for outcome in plan.outcomes]
    return {
        **means(after, weights),
        "status": str(plan.status),
        "seconds": plan.seconds,
        "units": sum(numbers),
        "capital_total": _total(options, "capital_cost", numbers),
        "standing_weekly_total": _total(options, "standing_cost", numbers),
        "units_weekly_total": plan.units_weekly,
        "plan_score_total": plan.tiers.score,
        "plan_score_bound": plan.bounds.score,
        "plan_gap": plan.gap,
        "before": {**means(before, weights), "status": _status(plan.outcomes)},
        "futures": [
            {
                "folder": folder_of(outcome),
                "date": outcome.future.on.isoformat(),
                "weight": outcome.future.weight,
            }
            for outcome in plan.outcomes
        ],
    }


def folder_of(outcome: Outcome) -> str:
    """The name of the run folder of a future; the pack's own children are `children`."""
    return outcome.future.folder or "children"


def means(documents: Sequence[Mapping[str, object]], weights: Sequence[int]) -> dict[str, object]:
    """The figures of the futures' metrics as weighted means, key by key.

    A figure that some future has not, as miles where nobody is placed, is the mean over those that have it.
    """
    found: dict[str, object] = {}
    for key in documents[0]:
        if key in _LEFT_OUT:
            continue
        values = [document.get(key) for document in documents]
        tables = [value for value in values if isinstance(value, Mapping)]
        if tables:
            found[key] = means(tables, weights)
            continue
        known = [
            (weight, float(value))
            for weight, value in zip(weights, values, strict=True)
            if isinstance(value, (int, float))
        ]
        total = sum(weight for weight, _ in known)
        found[key] = math.fsum(weight * value for weight, value in known) / total if known else None
    return found


def _total(options: pd.DataFrame, name: str, numbers: Sequence[int]) -> float:
    return math.fsum(cost * number for cost, number in zip(options.get(name, []), numbers, strict=True))


def _status(outcomes: Sequence[Outcome]) -> str:
    every = {str(outcome.before.solution.status) for outcome in outcomes}
    return "optimal" if every == {"optimal"} else "feasible"
