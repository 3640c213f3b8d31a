"""What one more unit of each provision and of each binding limit would save, £ a week."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimiser.allocation.solution import Solution
from optimiser.audit.allocations import file_rows
from optimiser.pack.pack import Pack

COLUMNS = ("limit", "id", "authority", "kind", "vacancies", "saving_gbp_per_week")
DECIMALS = 4


def shadow_prices_table(pack: Pack, solution: Solution) -> pd.DataFrame:
    """One row per provision (limit `vacancies`), in the order of provision.csv, then one per binding limit.

    Every figure is a dual of the relaxation of the third tier: at most so much a first more unit saves
    there, an estimate for whole children, and one of several possible values where the programme is
    degenerate. One more unit of a budget is £1 a week; of the share near home, the whole share (1.0).
    """
    provisions = pack.provision
    savings = np.empty(len(provisions))
    savings[file_rows(provisions["provision_id"])] = solution.vacancy_price
    vacancies = pd.DataFrame(
        {
            "limit": "vacancies",
            "id": provisions["provision_id"].to_numpy(dtype=object),
            "authority": provisions["authority"].to_numpy(dtype=object),
            "kind": provisions["kind"].to_numpy(dtype=object),
            "vacancies": provisions["vacancies"].map(str).to_numpy(dtype=object),
            "saving_gbp_per_week": savings,
        }
    )
    limits = pd.DataFrame(
        [
            (limit, "", authority, "", "", price)
            for (limit, authority), price in sorted(solution.limit_prices.items())
        ],
        columns=list(COLUMNS),
    )
    return pd.concat([table for table in (vacancies, limits) if len(table)], ignore_index=True)


def csv_from_shadow_prices(table: pd.DataFrame) -> bytes:
    """shadow_prices.csv, savings to four decimals."""
    savings = [f"{value + 0.0:.{DECIMALS}f}" for value in table["saving_gbp_per_week"]]
    return table.assign(saving_gbp_per_week=savings).to_csv(index=False, lineterminator="\n").encode()
