"""The back-test as a picture: CRPS of every method by horizon, and the cover of its 95 % intervals."""

from __future__ import annotations

import altair as alt
import pandas as pd

from optimiser.demand.backtest import LEVELS
from optimiser.demand.prediction import METHODS

_COLOURS = ("#1a5a8a", "#b3541e", "#6b6b6b")
_WIDTH, _HEIGHT = 220, 150


def chart_json(table: pd.DataFrame) -> bytes:
    """A Vega-Lite document of the summary: a column a level, CRPS above, cover below with 95 % marked."""
    shown = table[table["horizon"] > 0]
    levels = [level for level in LEVELS if level in set(shown["level"])]
    columns = [
        alt.vconcat(_crps(shown[shown["level"] == level], level), _cover(shown[shown["level"] == level]))
        for level in levels
    ]
    chart = alt.hconcat(*columns).properties(title="Back-test: the same origins and data for every method")
    return (chart.to_json(indent=1) + "\n").encode()


def _colour() -> alt.Color:
    return alt.Color("method:N", title="method", scale=alt.Scale(domain=list(METHODS), range=list(_COLOURS)))


def _lines(rows: pd.DataFrame, column: str, words: str) -> alt.Chart:
    found: alt.Chart = (
        alt.Chart(rows[["horizon", "method", "forecasts", column]])
        .mark_line(point=True)
        .encode(
            x=alt.X("horizon:O", title="months ahead"),
            y=alt.Y(f"{column}:Q", title=words),
            color=_colour(),
            shape=alt.Shape("method:N", title="method", scale=alt.Scale(domain=list(METHODS))),
            tooltip=["method:N", "horizon:O", alt.Tooltip(f"{column}:Q", format=".3f"), "forecasts:Q"],
        )
        .properties(width=_WIDTH, height=_HEIGHT)
    )
    return found


def _crps(rows: pd.DataFrame, level: str) -> alt.Chart:
    return _lines(rows, "crps", "mean CRPS, children").properties(title=level)


def _cover(rows: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    aim = alt.Chart(pd.DataFrame({"aim": [0.95]})).mark_rule(strokeDash=[4, 3]).encode(y="aim:Q")
    return alt.layer(_lines(rows, "cover_95", "cover of the 95 % interval"), aim)
