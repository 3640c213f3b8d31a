"""The frontier of capital: the best plan at every amount, and what each further amount buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from optimiser.allocation.progress import Listener
from optimiser.commissioning.plan import Plan
from optimiser.commissioning.plan_evaluate import Allocations, mean_of
from optimiser.commissioning.plan_solve import commission
from optimiser.commissioning.robustness import FIGURES, figures_of
from optimiser.pack.commission import Commission
from optimiser.pack.futures import Future
from optimiser.pack.pack import Pack

COLUMNS = (
    "capital",
    "capital_total",
    "standing_weekly_total",
    "units",
    *FIGURES,
    "placed_more",
    "over_far_fewer",
    "saving_gbp_per_week",
    "status",
)


def frontier(
    pack: Pack,
    futures: Sequence[Future] | None,
    capitals: Sequence[float],
    *,
    limits: Commission,
    gap: float,
    time_limit: float | None = None,
    progress: Listener | None = None,
    allocations: Allocations | None = None,
) -> pd.DataFrame:
    """One row for each amount of capital (£), ascending, each once; figures are means over the futures.

    `placed_more`, `over_far_fewer` (children) and `saving_gbp_per_week` (of the score with the units) are
    against the row before, NaN in the first. The plan of a smaller amount is allowed at a larger, and stands
    there where a search that was stopped found none better. `time_limit` in seconds is that of each amount.
    """
    known = allocations if allocations is not None else Allocations(pack)
    best: Plan | None = None
    rows: list[dict[str, object]] = []
    for capital in sorted(set(capitals)):
        within = replace(limits, limits=replace(limits.limits, capital=capital))
        plan = commission(
            pack, futures, limits=within, gap=gap, time_limit=time_limit, progress=progress, allocations=known
        )
        if best is None or _key(plan) <= _key(best):
            best = plan
        rows.append({"capital": capital, **_figures(best), "status": str(plan.status)})
    table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name not in COLUMNS[-4:-1]])
    table.insert(len(table.columns) - 1, "placed_more", table["placed"].diff())
    table.insert(len(table.columns) - 1, "over_far_fewer", -table["over_far"].diff())
    table.insert(len(table.columns) - 1, "saving_gbp_per_week", -table["score"].diff())
    return table


def csv_from_frontier(table: pd.DataFrame) -> bytes:
    """frontier.csv."""
    return texts_from_frontier(table).to_csv(index=False, lineterminator="\n").encode()


def texts_from_frontier(table: pd.DataFrame) -> pd.DataFrame:
    """The table with £ to two decimals, children to three; blank where there is no row before."""
    children = ("placed", "unplaced", "over_far", "separated", "placed_more", "over_far_fewer")
    money = (
        "capital",
        "capital_total",
        "standing_weekly_total",
        "weekly_cost",
        "score",
        "saving_gbp_per_week",
    )
    return table.assign(
        **{
            name: ["" if pd.isna(value) else f"{value + 0.0:.{digits}f}" for value in table[name]]
            for names, digits in ((children, 3), (money, 2))
            for name in names
        }
    )


def _key(plan: Plan) -> tuple[float, float, float]:
    return plan.tiers.unplaced, plan.tiers.separated, plan.tiers.score


def _figures(plan: Plan) -> dict[str, float]:
    """Costs of the units, and the figures of the futures as means."""
    options = plan.pack.options if plan.pack.options is not None else pd.DataFrame()
    numbers = [plan.units_by_option[name] for name in options["option_id"]] if len(options) else []
    each = [figures_of(outcome.after, plan.units_weekly) for outcome in plan.outcomes]
    return {
        "capital_total": float(sum(options["capital_cost"] * numbers)) if numbers else 0.0,
        "standing_weekly_total": float(sum(options["standing_cost"] * numbers)) if numbers else 0.0,
        "units": sum(numbers),
        **{name: mean_of(plan.outlooks, [figures[name] for figures in each]) for name in FIGURES},
    }
