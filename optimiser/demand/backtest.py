"""Forecasts of what is past: from each origin with what was known that day, held against what then came.

The three methods see the same spells, cleaned our way, so that only the methods differ. The published one
takes its rates from all the days from the first return to the origin, or from the last years of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from optimiser.demand.codes import CATEGORIES
from optimiser.demand.days import Days, date_from_day, month_ends, months_after
from optimiser.demand.naive import naive_prediction, stock_shown
from optimiser.demand.pooled import future_from_model, model_from_spells
from optimiser.demand.prediction import ALL, METHODS, NAIVE, PUBLISHED, Prediction, areas_of
from optimiser.demand.published_cleaning import CleanEpisodes
from optimiser.demand.published_prediction import prediction_from_rates, rates_and_stock
from optimiser.demand.scores import crps_of_draws
from optimiser.demand.simulation import prediction_from_model
from optimiser.demand.spells import Spells, known_on
from optimiser.ensembles.ensemble import Ensemble
from optimiser.ensembles.task import Task
from optimiser.errors import InputError

LEAST_HISTORY_MONTHS: Final = 12
"""Months of returns before the first origin."""
BACKTEST_DRAWS: Final = 800


def origins_of(spells: Spells, *, every: int, horizons: Sequence[int]) -> list[int]:
    """Days to forecast from: every so many months back from the last one with something to hold against.

    Raises `InputError` where the returns cover too little.
    """
    first, last = int(spells.first_days.max()), int(spells.last_days.min())
    earliest = int(months_after(np.array([first]), LEAST_HISTORY_MONTHS)[0]) - 1
    found = []
    back = min(horizons)
    while (day := int(months_after(np.array([last + 1]), -back)[0]) - 1) >= earliest:
        found.append(day)
        back += every
    if not found:
        raise InputError(
            f"the returns cover {date_from_day(first)} to {date_from_day(last)}; accepted: "
            f"{LEAST_HISTORY_MONTHS + min(horizons)} months or more that every authority covers"
        )
    return found[::-1]


def backtest(
    spells: Spells,
    *,
    every: int = 3,
    horizons: Sequence[int] = (3, 6, 12),
    reference_years: int | None = None,
    seed: int = 0,
    ensemble: Ensemble | None = None,
) -> pd.DataFrame:
    """One row for each origin, horizon (months), method and cell, with what was forecast and what came.

    Columns: `origin, day, horizon, method, area, band, category, actual, mean, error` (absolute), `crps,
    inside_95, inside_50, width_95, width_50`.
    """
    tasks = [
        Task(
            repr((origin, method, sorted(horizons), reference_years, seed)),
            from_origin,
            (spells, origin, method, tuple(sorted(horizons)), reference_years, seed),
        )
        for origin in origins_of(spells, every=every, horizons=horizons)
        for method in METHODS
    ]
    return pd.concat((ensemble or Ensemble()).run(tasks), ignore_index=True)


def from_origin(
    spells: Spells, origin: int, method: str, horizons: Sequence[int], reference_years: int | None, seed: int
) -> pd.DataFrame:
    """The rows of one method and origin."""
    days = month_ends(origin, origin + 31 * max(horizons))[: max(horizons)]
    scored = [month for month in horizons if days[month - 1] <= int(spells.last_days.min())]
    actual = np.stack([stock_shown(spells, int(days[month - 1])) for month in scored], axis=1)
    found = _predicted(method, spells, origin, days[: scored[-1]], reference_years, seed)
    return _scored(method, found, origin, scored, actual)


def _predicted(
    method: str, spells: Spells, origin: int, days: Days, reference_years: int | None, seed: int
) -> Prediction:
    if method == NAIVE:
        return naive_prediction(spells, origin, days, seed=seed, draws=BACKTEST_DRAWS)
    if method == PUBLISHED:
        return _published(spells, origin, days, reference_years, seed)
    model = model_from_spells(spells, origin)
    future = future_from_model(model, int(days[-1]), seed=seed, draws=BACKTEST_DRAWS)
    return prediction_from_model(model, future, seed=seed, keep_draws=True)


def _published(spells: Spells, origin: int, days: Days, reference_years: int | None, seed: int) -> Prediction:
    known = known_on(spells, origin)
    numbers = list(range(len(spells.authorities)))
    members_of_areas = [[number] for number in numbers] + ([numbers] if len(numbers) > 1 else [])
    learnt = []
    for members in members_of_areas:
        clean = _clean(known, members, origin)
        first = clean.first_day
        if reference_years is not None:
            first = max(first, int(months_after(np.array([origin + 1]), -12 * reference_years)[0]))
        reference = (date_from_day(first), date_from_day(origin))
        rates, stock = rates_and_stock(clean, date_from_day(origin), reference)
        learnt.append(([rates] * len(days), stock))
    return prediction_from_rates(
        areas_of(spells.authorities),
        learnt,
        start=origin,
        days=days,
        seed=seed,
        draws=BACKTEST_DRAWS,
        keep_draws=True,
    )


def _clean(known: Spells, members: list[int], origin: int) -> CleanEpisodes:
    """Our spells as the published method takes episodes."""
    own = np.isin(known.authority, members)
    return CleanEpisodes(
        known.children[own],
        known.births[own],
        known.starts[own],
        known.ends[own],
        np.maximum(known.kinds[own] - 1, 0),
        int(known.first_days[members].max()),
        origin,
    )


def _scored(
    method: str, found: Prediction, origin: int, months: Sequence[int], actual: np.ndarray
) -> pd.DataFrame:
    """The rows of one method and origin; `actual`: (areas, months scored, bands, categories)."""
    at = [month - 1 for month in months]
    shown = [found.categories.index(category) for category in (*CATEGORIES, ALL)]
    mean = found.mean[:, at][..., shown]
    low95, low50, high50, high95 = found.quantiles[:, :, at][..., shown]
    crps = crps_of_draws(found.draws[:, :, at][..., shown], actual)
    index = pd.MultiIndex.from_product(
        [found.areas, months, found.bands, (*CATEGORIES, ALL)], names=["area", "horizon", "band", "category"]
    )
    days = [str(date_from_day(int(found.days[month - 1]))) for month in months]
    columns = {
        "actual": actual,
        "mean": mean,
        "error": np.abs(mean - actual),
        "crps": crps,
        "inside_95": (low95 <= actual) & (actual <= high95),
        "inside_50": (low50 <= actual) & (actual <= high50),
        "width_95": high95 - low95,
        "width_50": high50 - low50,
    }
    frame = pd.DataFrame(
        {name: values.ravel() for name, values in columns.items()}, index=index
    ).reset_index()
    frame.insert(0, "method", method)
    frame.insert(0, "day", frame["horizon"].map(dict(zip(months, days, strict=True))))
    frame.insert(0, "origin", str(date_from_day(origin)))
    return frame


LEVELS: Final = ("region, total", "region, states", "authorities, totals", "authorities, states")


def level_of_rows(rows: pd.DataFrame) -> pd.Series[str]:
    """Which of `LEVELS` each row is of; "" for sums by band alone or category alone. One authority is the
    region."""
    region = (rows["area"] == ALL) | (rows["area"].nunique() == 1)
    total = (rows["band"] == ALL) & (rows["category"] == ALL)
    state = (rows["band"] != ALL) & (rows["category"] != ALL)
    level = np.select(
        [region & total, region & state, ~region & total, ~region & state], list(LEVELS), default=""
    )
    return pd.Series(level, index=rows.index)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Means by level, horizon and method: forecasts scored, error, CRPS, cover and width of both intervals;
    and `crps_ratio`, the CRPS over the published method's."""
    kept = rows.assign(level=level_of_rows(rows))
    kept = kept[kept["level"] != ""]
    every = kept.assign(horizon=0)
    both = pd.concat([kept, every])
    keys = ["level", "horizon", "method"]
    table = both.groupby(keys).agg(
        forecasts=("crps", "size"),
        error=("error", "mean"),
        crps=("crps", "mean"),
        cover_95=("inside_95", "mean"),
        cover_50=("inside_50", "mean"),
        width_95=("width_95", "mean"),
        width_50=("width_50", "mean"),
    )
    published = table["crps"].xs(PUBLISHED, level="method")
    table["crps_ratio"] = table["crps"] / published
    order = {name: number for number, name in enumerate((*LEVELS, *METHODS))}
    return table.reset_index().sort_values(
        keys, key=lambda column: column.map(order) if column.name != "horizon" else column, kind="stable"
    )
