"""What one more unit of each provision and of each binding limit would save, £ a week.

The dual of a row says what the first more unit saves at most, at the margin of the relaxation; the exact
saving of one more place is the difference of two allocations, the second with that place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimiser.allocation.solution import Solution
from optimiser.allocation.solve import allocate
from optimiser.audit.allocations import file_rows
from optimiser.audit.explain_changes import with_more_places
from optimiser.ensembles.ensemble import Ensemble
from optimiser.matching.instance import Instance, Ints
from optimiser.pack.pack import Pack

COLUMNS = ("limit", "id", "authority", "kind", "vacancies", "saving_gbp_per_week")
EXACT_COLUMNS = (
    "exact_saving_gbp_per_week",
    "exact_within_gbp_per_week",
    "exact_unplaced_change",
    "exact_separated_change",
)
BY_COLUMNS = (
    "authority",
    "kind",
    "need",
    "provisions",
    "mean_saving_gbp_per_week",
    "max_saving_gbp_per_week",
)
DECIMALS = 4
LARGEST = 25
"""How many provisions are solved again with one more place, those of the highest prices."""
EXACT_GAP = 1e-7
NO_NEED = "none"


@dataclass(frozen=True)
class ExactSaving:
    """What one more place, vacant, changes: the allocation with it less the allocation without."""

    unplaced_change: int
    """Children without a place: −1 where the place gives one more child a home."""
    separated_change: int
    saving: float
    """£ a week less score. Below 0 where an earlier tier improved at the cost of the third."""
    within: float
    """£ a week: the true saving is no farther than this from `saving`; 0 where both optima are proven."""


def largest_prices(solution: Solution, *, most: int = LARGEST) -> tuple[int, ...]:
    """The provisions with the highest vacancy prices above 0, highest first; ties by identifier."""
    price = solution.vacancy_price
    order = np.argsort(-price, kind="stable")[:most]
    return tuple(provision for provision in order.tolist() if price[provision] > 0)


def exact_savings(
    instance: Instance,
    solution: Solution,
    provisions: Sequence[int],
    *,
    gap: float = EXACT_GAP,
    ensemble: Ensemble | None = None,
) -> dict[int, ExactSaving]:
    """For each provision: what one more place there, vacant, would change, by solving again.

    `solution` is solved again itself where its gap is wider than `gap`.
    """
    if not provisions:
        return {}
    before = solution if solution.gap <= gap else allocate(instance, gap=gap)
    calls = [(instance, provision, gap) for provision in provisions]
    after = (ensemble or Ensemble()).made(with_one_more, calls)
    return {provision: _difference(before, each) for provision, each in zip(provisions, after, strict=True)}


def with_one_more(instance: Instance, provision: int, gap: float) -> Solution:
    """The allocation with one more place, vacant, in a provision."""
    return allocate(with_more_places(instance, provision, 1), gap=gap)


def _difference(before: Solution, after: Solution) -> ExactSaving:
    slack = max(each.tiers.score - each.bounds.score for each in (before, after))
    return ExactSaving(
        unplaced_change=after.tiers.unplaced - before.tiers.unplaced,
        separated_change=after.tiers.separated - before.tiers.separated,
        saving=before.tiers.score - after.tiers.score,
        within=max(slack, 0.0),
    )


def shadow_prices_table(
    pack: Pack, solution: Solution, exact: Mapping[int, ExactSaving] | None = None
) -> pd.DataFrame:
    """One row per provision (limit `vacancies`), in the order of provision.csv, then one per binding limit.

    `saving_gbp_per_week` is a dual of the relaxation of the third tier: at most so much a first more unit
    saves there, with tiers 1 and 2 as they are, and one of several possible values where the programme is
    degenerate. One more unit of a budget is £1 a week; of the share near home, the whole share (1.0).
    The exact columns hold what `exact` has, by index of the instance; else they are missing.
    """
    provisions = pack.provision
    rows = file_rows(provisions["provision_id"])
    savings = np.empty(len(provisions))
    savings[rows] = solution.vacancy_price
    vacancies = pd.DataFrame(
        {
            "limit": "vacancies",
            "id": provisions["provision_id"].to_numpy(dtype=object),
            "authority": provisions["authority"].to_numpy(dtype=object),
            "kind": provisions["kind"].to_numpy(dtype=object),
            "vacancies": provisions["vacancies"].map(str).to_numpy(dtype=object),
            "saving_gbp_per_week": savings,
            **_exact_columns(rows, exact or {}),
        }
    )
    limits = pd.DataFrame(
        [
            (limit, "", authority, "", "", price)
            for (limit, authority), price in sorted(solution.limit_prices.items())
        ],
        columns=list(COLUMNS),
    )
    for column in EXACT_COLUMNS:
        limits[column] = np.nan
    return pd.concat([table for table in (vacancies, limits) if len(table)], ignore_index=True)


def _exact_columns(rows: Ints, exact: Mapping[int, ExactSaving]) -> dict[str, np.ndarray]:
    columns = {column: np.full(len(rows), np.nan) for column in EXACT_COLUMNS}
    for provision, known in exact.items():
        figures = (known.saving, known.within, known.unplaced_change, known.separated_change)
        for column, figure in zip(EXACT_COLUMNS, figures, strict=True):
            columns[column][rows[provision]] = figure
    return columns


def csv_from_shadow_prices(table: pd.DataFrame) -> bytes:
    """shadow_prices.csv: £ to four decimals, changes as whole numbers, blank where not known."""
    decimals = {
        **dict.fromkeys((COLUMNS[-1], *EXACT_COLUMNS[:2]), DECIMALS),
        **dict.fromkeys(EXACT_COLUMNS[2:], 0),
    }
    return _csv(table, decimals)


def shadow_prices_by_table(pack: Pack, solution: Solution) -> pd.DataFrame:
    """What one more place is worth by authority, kind and need: mean and highest dual, highest mean first.

    A provision counts once under each of its skills, and under `none` where it has no skill. Authorities
    are those the provisions are in, "" where not known.
    """
    prices = np.empty(len(pack.provision))
    prices[file_rows(pack.provision["provision_id"])] = solution.vacancy_price
    each = pd.DataFrame(
        {
            "authority": pack.provision["authority"].to_numpy(dtype=object),
            "kind": pack.provision["kind"].to_numpy(dtype=object),
            "need": [skills or (NO_NEED,) for skills in pack.provision["skills"]],
            "price": prices,
        }
    ).explode("need")
    by = each.groupby(["authority", "kind", "need"], sort=True)["price"].agg(["size", "mean", "max"])
    ordered = by.reset_index().sort_values(
        ["mean", "max", "authority", "kind", "need"],
        ascending=[False, False, True, True, True],
        kind="stable",
        ignore_index=True,
    )
    return ordered[["authority", "kind", "need", "size", "mean", "max"]].set_axis(list(BY_COLUMNS), axis=1)


def csv_from_shadow_prices_by(table: pd.DataFrame) -> bytes:
    """shadow_prices_by.csv: £ to four decimals."""
    return _csv(table, dict.fromkeys(BY_COLUMNS[-2:], DECIMALS))


def _csv(table: pd.DataFrame, decimals: Mapping[str, int]) -> bytes:
    shown = table.assign(
        **{
            column: ["" if np.isnan(value) else f"{value + 0.0:.{digits}f}" for value in table[column]]
            for column, digits in decimals.items()
        }
    )
    return shown.to_csv(index=False, lineterminator="\n").encode()
