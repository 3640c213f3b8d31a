"""How often the intervals hold what comes, in histories simulated from known rates."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.random import default_rng
from support.histories import spells_from_truth, truth

from optimiser.demand.backtest import level_of_rows
from optimiser.demand.codes import CATEGORIES
from optimiser.demand.days import day_from_date
from optimiser.demand.naive import stock_shown
from optimiser.demand.pooled import future_from_model, model_from_spells
from optimiser.demand.prediction import ALL
from optimiser.demand.simulation import prediction_from_model

FIRST = date(2019, 4, 1)
ORIGIN = date(2023, 3, 31)
LAST = date(2024, 3, 31)


def covered(
    replications: int, *, authorities: int, entries: float, seed: int, siblings: int = 1, first: int = 0
) -> pd.DataFrame:
    """One row a replication, month (3, 6, 12) and cell: whether the 95 % and the 50 % interval held it.

    The rates are drawn once, by the seed; every replication, numbered from `first`, is a new history of four
    years, and a year to come.
    """
    known = truth(default_rng([seed, 0]), authorities=authorities, entries=entries, siblings=siblings)
    origin, frames = day_from_date(ORIGIN), []
    for number in range(first, first + replications):
        spells = spells_from_truth(known, default_rng([seed, 1, number]), first=FIRST, last=LAST)
        model = model_from_spells(spells, origin)
        future = future_from_model(model, day_from_date(LAST), seed=number)
        found = prediction_from_model(model, future, seed=number)
        shown = [found.categories.index(category) for category in (*CATEGORIES, ALL)]
        months = [2, 5, 11]
        actual = np.stack([stock_shown(spells, int(found.days[month])) for month in months], axis=1)
        low95, low50, high50, high95 = found.quantiles[:, :, months][..., shown]
        index = pd.MultiIndex.from_product(
            [found.areas, [3, 6, 12], found.bands, (*CATEGORIES, ALL)],
            names=["area", "month", "band", "category"],
        )
        columns = {
            "actual": actual.ravel(),
            "mean": found.mean[:, months][..., shown].ravel(),
            "inside_95": ((low95 <= actual) & (actual <= high95)).ravel(),
            "inside_50": ((low50 <= actual) & (actual <= high50)).ravel(),
        }
        frames.append(pd.DataFrame(columns, index=index).reset_index().assign(replication=number))
    rows = pd.concat(frames, ignore_index=True)
    return rows.assign(level=level_of_rows(rows))
