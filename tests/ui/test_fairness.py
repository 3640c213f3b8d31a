"""The Fairness page: the run's own figures by group, nothing of a run that does not hold, and the record."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from support import pages
from support.forged import forge

RUN = pages.BEFORE


pytestmark = pytest.mark.usefixtures("runs_in_use")


def open_page(**address: str) -> AppTest:
    """The page over the run of the pack's own policy, which stands in no other place."""
    return pages.open_page("fairness", **{"run": RUN, **address})


def test_each_group_has_the_children_of_the_run(runs: Path) -> None:
    at = open_page(by="gender", outcome="placed")
    table = pages.table(at, "Of them").set_index("Group")
    rows = pages.allocations(runs, RUN)
    children = pd.read_csv(runs / "packs" / pages.PACK / "children.csv", dtype="str")
    for gender in ("female", "male"):
        mine = rows[(children["gender"] == gender).to_numpy()]
        placed = int((mine["status"] == "placed").sum())
        assert table.at[gender.capitalize(), "Children"] == len(mine)
        assert table.at[gender.capitalize(), "Of them"] == placed
        assert table.at[gender.capitalize(), "Share"] == placed / len(mine)
    (alternative,) = pages.alternatives(at)
    assert "by sex. All children: " in alternative
    assert "Adjusted for nothing" in pages.words(at)


def test_miles_are_those_of_metrics_json(runs: Path) -> None:
    at = open_page(by="authority", outcome="miles")
    table = pages.table(at, "Mean miles").set_index("Group")
    figures = pages.metrics(runs, RUN)["by_authority"]["E08000037"]
    assert table.at["Gateshead", "Mean miles"] == figures["mean_miles"]
    assert table.at["Gateshead", "Median miles"] == figures["median_miles"]


def test_publication_hides_small_groups_and_what_is_said_of_them() -> None:
    at = open_page(by="gender", outcome="placed", publication="yes")
    table = pages.table(at, "Of them")
    assert set(table[["Children", "Of them", "Share"]].to_numpy().ravel()) == {"c"}
    assert set(table["Compared with all others"]) == {"c"}
    assert "some groups are hidden" in pages.words(at)


def test_ethnicity_in_detail_is_not_offered_in_publication() -> None:
    (offered,) = [
        each.options for each in open_page(publication="yes").selectbox if each.label == "Compare by"
    ]
    assert "Ethnic group" in offered
    assert "Ethnicity in detail" not in offered


def test_the_record_says_what_is_to_be_filled_and_how(runs: Path) -> None:
    at = open_page(section="record")
    assert "senior_responsible_owner: the role title" in pages.words(at)
    assert any(f"optimiser transparency {runs / RUN}" in each.value for each in at.code)


def test_nothing_is_shown_of_a_run_that_does_not_hold(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "runs"
    shutil.copytree(runs, folder)
    forge(folder / RUN)
    monkeypatch.setenv("OPTIMISER_RUNS", str(folder))
    at = open_page()
    assert "does not accept this run, so nothing is compared" in pages.words(at)
    assert not at.dataframe


def test_without_a_run_there_is_nothing_to_compare() -> None:
    assert "no run to show here yet" in pages.words(open_page(run="-"))
