"""The page on distance: the chart, the groups and the Department's table have the run's own figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support import pages

GATESHEAD = "E08000037"


pytestmark = pytest.mark.usefixtures("runs_in_use")


def test_the_distribution_counts_every_child_once(runs: Path) -> None:
    at = pages.open_page("distance", run=pages.BEFORE)
    table = pages.table(at, "Up to")
    by_label = dict(zip(table["Miles from home"], table["Children, in this run"], strict=True))
    rows = pages.allocations(runs, pages.BEFORE)
    miles = pd.to_numeric(rows["miles"])
    assert by_label["0 to 2"] == int((miles <= 2).sum())
    assert by_label["16 to 18"] == int(((miles > 16) & (miles <= 18)).sum()) == 1
    assert by_label["All"] == len(rows)
    today = dict(zip(table["Miles from home"], table["Children, today"], strict=True))
    # 1, 2, 2, 2, 2 and 3, 22, 31 miles; of two children nothing is known.
    assert (today["0 to 2"], today["2 to 4"], today["20 to 30"], today["30 to 40"]) == (5, 1, 1, 1)


def test_the_sentence_is_that_of_metrics_json(runs: Path) -> None:
    at = pages.open_page("distance")
    metrics = pages.metrics(runs)
    said = next(each for each in pages.alternatives(at) if "half live within" in each)
    assert f"{metrics['median_miles']:.1f} miles" in said
    # Today 2 of the 8 children whose distance is known live over 20 miles from home.
    assert "Today: 25.0%" in said


@pytest.mark.parametrize("dimension", ["authority", "kind", "age", "need"])
def test_every_dimension_has_its_chart_and_its_table(runs: Path, dimension: str) -> None:
    at = pages.open_page("distance", dimension=dimension, figure="median_miles")
    median = f"{pages.metrics(runs)['median_miles']:.1f}"
    said = next(each for each in pages.alternatives(at) if "Median miles from home by" in each)
    assert said.endswith(f"whole region {median}.")
    table = next(each.value for each in at.dataframe if "Median miles, in this run" in each.value)
    assert table["Median miles, in this run"].iloc[-1] == pages.metrics(runs)["median_miles"]


def test_the_departments_table_stands_for_today_and_for_the_run(runs: Path) -> None:
    at = pages.open_page("distance", run=pages.BEFORE)
    table = pages.table(at, "Place")
    found = {(row["Place"], row["Distance from home"]): row for row in table.to_dict("records")}
    outside = found["Outside the authority", "Up to 20 miles"]
    rows = pages.allocations(runs, pages.BEFORE)
    assert outside["Children, in this run"] == int((rows["provision_id"] == "foster-far").sum()) == 1
    assert found["Outside the authority", "Over 20 miles"]["Children, today"] == 1


def test_an_authority_has_the_departments_table_of_its_own() -> None:
    at = pages.open_page("distance", authority="E06000057")
    table = pages.table(at, "Place")
    assert set(table["Children, in this run"]) == {0}


def test_small_counts_are_hidden_in_the_publication_view() -> None:
    at = pages.open_page("distance", publication="yes")
    table = pages.table(at, "Up to")
    small = {str(number) for number in range(1, 6)}
    assert not small & set(table["Children, in this run"])
    assert "c" in set(table["Children, in this run"])


def test_without_roads_the_page_says_so() -> None:
    assert "has no roads" in pages.words(pages.open_page("distance"))


def test_the_distribution_is_of_the_chosen_authority(runs: Path) -> None:
    at = pages.open_page("distance", run=pages.BEFORE, authority="E08000037")
    figures = pages.metrics(runs, pages.BEFORE)["by_authority"]["E08000037"]
    assert f"half live within {figures['median_miles']:.1f} miles" in pages.words(at)
    assert pages.table(at, "Miles from home").iloc[-1].tolist()[-1] == figures["children"]
    other = pages.open_page("distance", run=pages.BEFORE, authority="E06000057")
    assert pages.table(other, "Miles from home").iloc[-1].tolist()[-1] == 0


def test_the_distribution_of_an_authority_is_not_published() -> None:
    at = pages.open_page("distance", run=pages.BEFORE, authority="E08000037", publication="yes")
    assert "this is not published by authority" in pages.words(at)
