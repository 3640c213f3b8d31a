"""Scores against their definitions, and the back-test's rows, levels and honesty about what was known."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from numpy.random import default_rng
from support.coverage import covered
from support.histories import spells_from_truth, truth

from optimiser.demand.backtest import LEVELS, backtest, origins_of, summary
from optimiser.demand.backtest_chart import chart_json
from optimiser.demand.days import date_from_day, day_from_date
from optimiser.demand.prediction import METHODS
from optimiser.demand.scores import crps_of_draws
from optimiser.demand.spells import Spells, known_on, stock_on
from optimiser.errors import InputError


@pytest.fixture(scope="module")
def spells() -> Spells:
    known = truth(default_rng(5), authorities=2, entries=60.0)
    return spells_from_truth(known, default_rng(6), first=date(2019, 4, 1), last=date(2022, 3, 31))


@pytest.fixture(scope="module")
def rows(spells: Spells) -> pd.DataFrame:
    return backtest(spells, every=6, horizons=(6, 3))


def test_crps_is_its_definition() -> None:
    draws = default_rng(1).poisson(5, size=(60, 2, 3))
    actual = np.array([[0.0, 5, 9], [4, 5, 30]])
    found = crps_of_draws(draws, actual)
    for cell in np.ndindex(2, 3):
        own = draws[:, *cell].astype(float)
        expected = np.abs(own - actual[cell]).mean() - np.abs(own[:, None] - own).mean() / 2
        assert found[cell] == pytest.approx(expected)


def test_crps_of_one_number_is_the_absolute_error() -> None:
    assert crps_of_draws(np.full((9, 1), 4), np.array([7.0])).tolist() == [3.0]


def test_origins_leave_a_year_before_and_a_horizon_after(spells: Spells) -> None:
    found = [str(date_from_day(day)) for day in origins_of(spells, every=6, horizons=(3, 6))]
    assert found == ["2020-06-30", "2020-12-31", "2021-06-30", "2021-12-31"]
    with pytest.raises(InputError, match="2019-04-01 to 2022-03-31"):
        origins_of(spells, every=3, horizons=(36,))


def test_what_came_is_the_stock_of_the_day(spells: Spells, rows: pd.DataFrame) -> None:
    whole = rows[(rows["area"] == "all") & (rows["band"] == "all") & (rows["category"] == "all")]
    assert set(rows["method"]) == set(METHODS)
    for _, row in whole.iterrows():
        assert row["actual"] == stock_on(spells, day_from_date(date.fromisoformat(row["day"]))).sum()
    assert whole["error"].to_numpy() == pytest.approx((whole["mean"] - whole["actual"]).abs().to_numpy())
    assert len(whole) == 3 * (4 * 2 - 1)  # the last origin has three months after it, not six


def test_the_future_does_not_reach_the_forecast(spells: Spells, rows: pd.DataFrame) -> None:
    """Cut off after the first origin's horizon, the first origin's forecasts are the same."""
    day = day_from_date(date(2020, 12, 31))
    cut = replace(known_on(spells, day), last_days=np.minimum(spells.last_days, day))
    again = backtest(cut, every=3, horizons=(6, 3))
    keys = ["origin", "horizon", "method", "area", "band", "category"]
    first = rows[rows["origin"] == "2020-06-30"]
    both = first.merge(again, on=keys, suffixes=("", "_again"))
    assert len(both) == len(first)
    assert both["mean"].to_numpy() == pytest.approx(both["mean_again"].to_numpy(), rel=1e-9, abs=1e-12)


def test_the_summary_and_its_chart(rows: pd.DataFrame) -> None:
    table = summary(rows)
    assert set(table["level"]) == set(LEVELS)
    assert (table.loc[table["method"] == "published", "crps_ratio"] == 1).all()
    states = table[(table["level"] == "authorities, states") & (table["horizon"] == 0)].set_index("method")
    assert states["crps_ratio"].to_dict()["ours"] < 0.95
    assert states["forecasts"].to_dict()["ours"] == 2 * 20 * 7
    document = json.loads(chart_json(table))
    assert document["$schema"].startswith("https://vega.github.io")
    assert chart_json(table) == chart_json(table)


def test_intervals_cover_in_simulation_from_known_rates() -> None:
    """A small version of the measurement in docs/demand.md: 40 histories of one authority."""
    found = covered(40, authorities=1, entries=100.0, seed=3)
    total = found[found["level"] == "region, total"]
    assert 0.88 <= total["inside_95"].mean() <= 1.0
    states = found[(found["level"] == "region, states") & (found["mean"] >= 10)]
    assert 0.93 <= states["inside_95"].mean() <= 0.99
    assert 0.4 <= total["inside_50"].mean() <= 0.75
