"""Charts: what Vega gets to draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from optimiser.report.table import Kind
from optimiser.ui import charts, palette


def _layers(chart: charts.Chart) -> list[dict[str, Any]]:
    layers: list[dict[str, Any]] = chart.to_dict()["layer"]
    return layers


def _rows(document: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = document["datasets"][layer["data"]["name"]]
    return rows


def test_today_is_hollow_the_run_is_filled_and_the_line_stands_where_far_begins() -> None:
    bins = pd.DataFrame(
        {
            "from_miles": [0.0, 18.0, 20.0],
            "label": ["0 to 2", "18 to 20", "20 to 30"],
            "children_today": [3, 2, np.nan],
            "children_run": [4, 1, 0],
        }
    )
    chart = charts.distribution(bins, states=("today", "run"), far_miles=20.0)
    today, run, line, words = _layers(chart)
    assert today["mark"]["fill"] == palette.BACKGROUND
    assert run["mark"]["fill"] == palette.RUN
    document = chart.to_dict()
    assert [row["children"] for row in _rows(document, run)] == [4, 1, 0]
    assert [row["children"] for row in _rows(document, today)] == [3.0, 2.0]
    assert _rows(document, line)[0]["label"] == "20 to 30"
    assert line["encoding"]["x"]["bandPosition"] == 0
    assert _rows(document, words)[0]["text"] == "Over 20 miles →"


def test_bars_have_their_figure_beside_them_and_hidden_ones_a_c() -> None:
    rows = pd.DataFrame({"label": ["A", "B"], "value": [12.0, np.nan], "text": ["12", "c"]})
    chart = charts.bars(rows, title="Children", kind=Kind.COUNT, selected="A")
    bar, figure, missing = _layers(chart)
    document = chart.to_dict()
    assert bar["encoding"]["y"]["sort"] == ["A", "B"]
    assert [row["text"] for row in _rows(document, figure)] == ["12"]
    assert [row["text"] for row in _rows(document, missing)] == ["c"]


def test_dots_leave_out_what_is_not_known() -> None:
    rows = pd.DataFrame(
        {
            "label": ["A", "B"],
            "value_today": [0.2, np.nan],
            "text_today": ["20.0 %", "c"],
            "value_run": [0.1, 0.3],
            "text_run": ["10.0 %", "30.0 %"],
        }
    )
    chart = charts.dots(rows, states=("today", "run"), title="Share", kind=Kind.SHARE)
    _, today, run = _layers(chart)
    document = chart.to_dict()
    assert [row["label"] for row in _rows(document, today)] == ["A"]
    assert [row["label"] for row in _rows(document, run)] == ["A", "B"]
    assert today["mark"]["fill"] == palette.BACKGROUND
    assert run["mark"]["fill"] == palette.RUN


def test_gains_are_told_by_side_and_sign_as_well_as_by_colour() -> None:
    rows = pd.DataFrame({"label": ["A", "B"], "value": [3.0, -2.0], "text": ["+3", "−2"]})
    chart = charts.gains(rows, title="Difference", kind=Kind.COUNT)
    bar, _, right, left = _layers(chart)
    assert bar["encoding"]["color"]["condition"]["value"] == palette.DIVERGING[-1]
    assert (right["mark"]["align"], left["mark"]["align"]) == ("left", "right")
    long = charts.gains(rows.assign(text=["£3", "−£309,971"]), title="Difference", kind=Kind.MONEY)
    assert bar["encoding"]["x"]["scale"]["padding"] == 34
    assert _layers(long)[0]["encoding"]["x"]["scale"]["padding"] >= 9 * 7  # or it runs into the names
