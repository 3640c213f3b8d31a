"""The table of who lives where: one row per child, in the order of children.csv (contract, section 4)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimiser.allocation.solution import Solution
from optimiser.audit.reasons import unplaced_reasons
from optimiser.matching.distance import home_miles, school_miles
from optimiser.matching.instance import Bools, Floats, Instance, Ints
from optimiser.matching.score import is_far, score
from optimiser.metrics import whole_groups
from optimiser.pack.pack import Pack

COLUMNS = (
    "child_id",
    "authority",
    "status",
    "provision_id",
    "kind",
    "provider",
    "sector",
    "miles",
    "school_miles",
    "weekly_cost",
    "score",
    "over_far_miles",
    "with_siblings",
    "reason",
)
DECIMALS = {"miles": 3, "school_miles": 3, "weekly_cost": 2, "score": 2}
"""How many decimals allocations.csv shows; the table itself is not rounded."""


def allocations_table(pack: Pack, instance: Instance, solution: Solution) -> pd.DataFrame:
    """The columns of allocations.csv, unrounded: miles, and £ a week for weekly_cost and score.

    Blank text is "", blank numbers are NaN. `with_siblings` says whether the whole group of a placed
    child lives in the child's provision; blank for a child without siblings here.
    """
    child = _instance_index(pack.children["child_id"])
    provision = solution.placement[child]
    placed = provision >= 0
    c, p = child[placed], provision[placed]
    homes = pack.provision.iloc[file_rows(pack.provision["provision_id"])[p]]
    reasons = unplaced_reasons(instance, solution.placement)
    return pd.DataFrame(
        {
            "child_id": pack.children["child_id"].to_numpy(dtype=object),
            "authority": pack.children["authority"].to_numpy(dtype=object),
            "status": np.where(placed, "placed", "unplaced"),
            **{
                column: _texts(placed, homes[column])
                for column in ("provision_id", "kind", "provider", "sector")
            },
            "miles": _numbers(placed, home_miles(instance, c, p)),
            "school_miles": _numbers(placed, school_miles(instance, c, p)),
            "weekly_cost": _numbers(placed, instance.provisions.weekly_cost[p]),
            "score": _numbers(placed, score(instance, c, p)),
            "over_far_miles": _texts(placed, np.where(is_far(instance, c, p), "yes", "no")),
            "with_siblings": _texts(placed, _with_siblings(instance, solution.placement)[c]),
            "reason": [reasons.get(int(index), "") for index in child],
        },
        columns=list(COLUMNS),
    )


def csv_from_allocations(table: pd.DataFrame) -> bytes:
    """allocations.csv: the same bytes on every machine for the same table."""
    shown = table.assign(
        **{
            column: [_decimals(value, digits) for value in table[column]]
            for column, digits in DECIMALS.items()
        }
    )
    return shown.to_csv(index=False, lineterminator="\n").encode()


def _with_siblings(instance: Instance, placement: Ints) -> np.ndarray:
    together = np.full(len(instance.children), "", dtype=object)
    for members, whole in zip(instance.groups, whole_groups(instance, placement), strict=True):
        together[list(members)] = "yes" if whole else "no"
    return together


def file_rows(identifiers: pd.Series) -> Ints:
    """The row of the file for every index of the instance, which stands in the order of the identifiers."""
    return identifiers.reset_index(drop=True).sort_values(kind="stable").index.to_numpy(dtype=np.int64)


def _instance_index(identifiers: pd.Series) -> Ints:
    """The index in the instance for every row of the file."""
    return np.argsort(file_rows(identifiers), kind="stable")


def _numbers(placed: Bools, values: Floats) -> Floats:
    column = np.full(len(placed), np.nan)
    column[placed] = values
    return column


def _texts(placed: Bools, values: pd.Series | np.ndarray) -> np.ndarray:
    column = np.full(len(placed), "", dtype=object)
    column[placed] = np.asarray(values, dtype=object)
    return column


def _decimals(value: float, digits: int) -> str:
    return "" if np.isnan(value) else f"{value:.{digits}f}"
