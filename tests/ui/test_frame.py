"""The frame of every page: what is shown is said, what is missing too, and nothing is taken for another."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from support import pages
from support.address import address


def _script(needs_run: bool, needs_compare: bool) -> None:
    import streamlit as st

    from optimiser.report.region import measures
    from optimiser.ui import frame, state, store

    state.begin("page")
    shown = frame.open_page("Title", "Sentence.", needs_run=needs_run, needs_compare=needs_compare)
    frame.table(frame.as_shown(store.figures(measures, shown.view), publication=shown.publication))
    st.text(f"{shown.view.folder.name}|{shown.compare and shown.compare.name}|{shown.whose}")


def opened(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    needs_run: bool = True,
    needs_compare: bool = False,
    **address: str,
) -> AppTest:
    monkeypatch.setenv("OPTIMISER_RUNS", str(folder))
    at = AppTest.from_function(_script, args=(needs_run, needs_compare), default_timeout=60)
    for key, value in address.items():
        at.query_params[key] = value
    return pages.checked(at.run())


def _money() -> None:
    import pandas as pd

    from optimiser.report.table import Column, Kind, Table
    from optimiser.ui import frame

    money = [Column(name, name, kind=Kind.MONEY) for name in ("Saved", "Spent")]
    figures = pd.DataFrame({"Saved": [-1234.4, None, 0.0, 2000.0], "Spent": [1.0, 2.0, None, 3.0]})
    frame.table(Table("money", "Money", tuple(money), figures))


def test_money_below_nothing_has_its_sign_before_the_pound_and_sorts_as_a_number() -> None:
    at = pages.checked(AppTest.from_function(_money, default_timeout=60).run())
    assert pages.cells(at, "Saved") == ["−£1,234", "not known", "£0", "£2,000"]
    assert at.dataframe[0].value["Saved"].tolist()[::3] == [-1234.4, 2000.0]
    shapes = {name: each["type_config"].get("format") for name, each in _columns(at).items()}
    assert shapes == {"Saved": None, "Spent": "£%,.0f"}


def test_a_table_too_long_for_texts_of_its_own_shows_its_numbers() -> None:
    with pd.option_context("styler.render.max_elements", 7):
        at = pages.checked(AppTest.from_function(_money, default_timeout=60).run())
    assert {each["type_config"]["format"] for each in _columns(at).values()} == {"£%,.0f"}
    assert at.dataframe[0].value["Saved"].tolist()[::3] == [-1234.4, 2000.0]


def _columns(at: AppTest) -> dict[str, Any]:
    """Heading → how the browser shows its column."""
    columns = json.loads(at.dataframe[0].proto.columns)
    return {name: each for name, each in columns.items() if name != "_index"}


def test_the_latest_run_is_shown_and_named(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(runs, monkeypatch, pack=pages.PACK)
    assert at.text[0].value in (f"{pages.RUN}|None|Whole region", f"{pages.BEFORE}|None|Whole region")
    assert address(at)["run"] == at.text[0].value.partition("|")[0]


def test_the_run_of_the_address_brings_its_pack(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(runs, monkeypatch, run=pages.BEFORE, authority="E06000057")
    assert address(at)["pack"] == pages.PACK
    assert at.text[0].value == f"{pages.BEFORE}|None|Northumberland"
    assert at.caption[0].value == (
        "Gateshead, ten children (invented) · as at 31 March 2025 · run first (optimal: proven, to within "
        "its gap) · Northumberland"
    )


def test_a_run_that_is_not_there_is_never_taken_for_another(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(runs, monkeypatch, pack=pages.PACK, run="gone")
    assert [each.value for each in at.info] == [
        "There is no run called gone for this region pack. Choose another one."
    ]
    assert not at.dataframe


def test_a_pack_that_is_not_there_is_never_taken_for_another(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(runs, monkeypatch, pack="gone")
    assert [each.value for each in at.info] == [
        "There is no region pack called gone here. Choose another one."
    ]
    assert not at.dataframe


def test_without_a_run_the_page_says_so_and_where_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(tmp_path, monkeypatch, pack="gateshead-ten")
    assert at.info[0].value.startswith("There is no run to show here yet.")
    assert not at.dataframe
    at = opened(tmp_path, monkeypatch, pack="gateshead-ten", needs_run=False)
    assert len(at.dataframe) == 1
    assert "today’s placements, no run" in at.caption[0].value


def test_another_run_is_compared_with(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(runs, monkeypatch, run=pages.RUN, needs_compare=True)
    assert at.text[0].value == f"{pages.RUN}|{pages.BEFORE}|Whole region"


def test_a_table_shows_the_figures_of_the_run(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(runs, monkeypatch, run=pages.RUN)
    total = at.dataframe[0].value.iloc[-1]
    figures = pages.metrics(runs)
    assert total["Placed in this run"] == figures["placed"]
    assert total["Median miles, in this run"] == pytest.approx(figures["median_miles"])


def test_the_publication_view_is_announced_and_hides_small_counts(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(runs, monkeypatch, run=pages.RUN, publication="yes")
    assert at.info[0].value.startswith("Publication view: counts of 1 to 5 show as “c”")
    unplaced = pages.metrics(runs)["unplaced"]
    assert 0 < unplaced <= 5
    assert at.dataframe[0].value.iloc[-1]["Without a place"] == "c"


def test_an_altered_run_is_told_not_shown(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(runs / pages.RUN, tmp_path / "altered")
    with (tmp_path / "altered" / "allocations.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    at = opened(tmp_path, monkeypatch, run="altered")
    assert "allocations.csv" in at.error[0].value
    assert not at.dataframe or "What is wrong" in at.dataframe[0].value.columns
