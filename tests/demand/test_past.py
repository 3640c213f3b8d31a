"""The months before a forecast against a walk through every day, and simulated futures against their mean."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from support.histories import spells_from_truth, truth

from optimiser.demand.days import day_from_date
from optimiser.demand.forecast_tables import futures_table, past_table
from optimiser.demand.past import MONTHS, past_from_spells
from optimiser.demand.pooled import future_from_model, model_from_spells
from optimiser.demand.prediction import FUTURES
from optimiser.demand.simulation import entrants_from_future
from optimiser.demand.spells import OUT, Spells

FIRST, LAST = date(2021, 4, 1), date(2024, 3, 31)


@pytest.fixture(scope="module")
def spells() -> Spells:
    random = np.random.default_rng(4)
    return spells_from_truth(truth(random, authorities=2), random, first=FIRST, last=LAST)


def test_stocks_and_flows_are_those_of_single_children(spells: Spells) -> None:
    start = day_from_date(LAST)
    past = past_from_spells(spells, start)
    assert (past.days[-1], len(past.days)) == (start, MONTHS)
    edges = [int(past.days[0]) - 30, *(int(day) for day in past.days)]
    for month in (1, 5, MONTHS - 1):
        here = range(len(spells.children))
        inside = [i for i in here if spells.starts[i] <= edges[month + 1] < spells.ends[i]]
        came = [i for i in here if spells.enters[i] and edges[month] < spells.starts[i] <= edges[month + 1]]
        left = [
            i
            for i in here
            if spells.next_kinds[i] == OUT and edges[month] < spells.ends[i] <= edges[month + 1]
        ]
        assert past.children[-1, month, -1, -1] == len(inside)
        assert past.entered[-1, month, -1, -1] == len(came)
        assert past.left[-1, month, -1, -1] == len(left)
        change = past.children[-1, month, -1, -1] - past.children[-1, month - 1, -1, -1]
        assert change == len(came) - len(left)


def test_the_table_adds_up(spells: Spells) -> None:
    table = past_table(past_from_spells(spells, day_from_date(LAST)))
    whole = table[table["authority"] == "all"]
    cells = whole[(whole["band"] != "all") & (whole["category"] != "all")]
    total = whole[(whole["band"] == "all") & (whole["category"] == "all")].set_index("day")
    for column in ("children", "entered", "left"):
        assert (cells.groupby("day")[column].sum() == total[column]).all()


def test_returns_of_less_than_a_month_have_no_past(spells: Spells) -> None:
    assert len(past_from_spells(spells, day_from_date(date(2021, 4, 5))).days) == 0


def test_simulated_futures_are_whole_children_around_the_mean(spells: Spells) -> None:
    model = model_from_spells(spells, day_from_date(LAST))
    future = future_from_model(model, day_from_date(date(2026, 3, 31)), seed=1)
    entrants = entrants_from_future(model, future, seed=1)
    table = futures_table(entrants)
    assert set(table["future"]) == set(range(1, FUTURES + 1))
    assert (table["children"] > 0).all()
    assert table["age"].between(0, 17).all()
    assert sorted(table["authority"].unique()) == ["E00000000", "E00000001"]
    per_future = table.groupby("future")["children"].sum()
    expected = entrants.mean[-1, :, -1, -1].sum()
    assert abs(per_future.mean() - expected) < 4 * per_future.std() / FUTURES**0.5
