"""The supply page: occupancy, shadow prices, concentration and a provider's leaving, from the run's files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support import pages

pytestmark = pytest.mark.usefixtures("runs_in_use")


def test_occupancy_counts_the_children_of_the_run(runs: Path) -> None:
    at = pages.open_page("supply", by="provider")
    table = pages.table(at, "Placed in this run")
    rows = pages.allocations(runs)
    placed = rows[rows["status"] == "placed"]["provider"].value_counts()
    found = dict(zip(table["Name"], table["Placed in this run"], strict=True))
    assert found["Gateshead"] == placed["Gateshead"]
    assert table["Placed in this run"].iloc[-1] == placed.sum()
    assert any("Share of places taken by provider" in each for each in pages.alternatives(at))


def test_what_one_more_place_is_worth_is_that_of_shadow_prices_csv(runs: Path) -> None:
    at = pages.open_page("supply", section="worth", run=pages.BEFORE)
    prices = pd.read_csv(runs / pages.BEFORE / "shadow_prices.csv")
    best = prices[prices["limit"] == "vacancies"].sort_values("saving_gbp_per_week").iloc[-1]
    table = pages.table(at, "Worth of one more place")
    assert table["Worth of one more place"].iloc[0] == best["saving_gbp_per_week"]
    assert len(pages.maps(at)) == 1
    by = pages.table(at, "Need it can meet")
    expected = pd.read_csv(runs / pages.BEFORE / "shadow_prices_by.csv")
    assert by["Highest worth"].max() == expected["max_saving_gbp_per_week"].max()


def test_concentration_shares_sum_to_all(runs: Path) -> None:
    at = pages.open_page("supply", section="concentration")
    table = pages.table(at, "Provider")
    shares = [name for name in table.columns if "hare" in name and "places" in name]
    assert sum(table[shares[0]].tolist()[:-1]) == pytest.approx(1.0)
    cost = pages.metrics(runs)["weekly_cost_total"]
    spend = [name for name in table.columns if name.startswith("Weekly cost")]
    assert table[spend[0]].iloc[-1] == pytest.approx(cost)


def test_what_closes_if_a_provider_leaves(runs: Path) -> None:
    at = pages.open_page("supply", section="leaving", provider="Synthetic homes")
    children = int((pages.allocations(runs)["provider"] == "Synthetic homes").sum())
    assert f"{children} children whom the run places there need another place" in pages.words(at)
    assert "2 homes or families with 3 places close" in pages.words(at)


def test_single_homes_are_hidden_in_the_publication_view() -> None:
    leaving = pages.open_page("supply", section="leaving", publication="yes")
    assert "Hidden in the publication view" in pages.words(leaving)
    assert not leaving.dataframe
    worth = pages.open_page("supply", section="worth", publication="yes")
    assert "the table by home is hidden" in pages.words(worth)
    assert not any("Worth of one more place" in each.value.columns for each in worth.dataframe)


def test_without_a_run_there_is_no_worth() -> None:
    at = pages.open_page("supply", section="worth", run="-")
    assert "comes from a run" in pages.words(at)
