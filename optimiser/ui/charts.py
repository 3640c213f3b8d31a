"""Charts: figures that come ready from `optimiser.report`, as bars and dots with their figures beside them.

Each takes rows with the columns that it names; `draw` puts it on the page with its text alternative. Today is
always hollow and the run always filled, so that the two differ by more than their colour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, Final

import altair as alt
import pandas as pd
import streamlit as st

from optimiser.report.table import Kind
from optimiser.ui import palette

ROW: Final = 28
"""Pixels that a row of a chart takes."""
AXIS: Final = 58
"""Pixels that the axis below the rows takes, with its title."""
LABEL_PIXELS: Final = 170
LETTER_PIXELS: Final = 7.5
"""What a letter or digit of a figure beside a bar takes, with its share of the gap before it."""
_MONEY: Final = "(datum.value < 0 ? '−' : '') + '£' + format(abs(datum.value), ',.3~s')"

type Chart = alt.LayerChart | alt.FacetChart


def draw(make: Callable[..., Chart], rows: pd.DataFrame, *, alt_text: str, key: str, **options: Any) -> None:
    """One of the charts below, as wide as its place, with its text alternative; a sentence without rows."""
    figures = [column for column in rows if str(column).startswith(("value", "children"))]
    if rows[figures].isna().all(axis=None):
        st.write("No figure is known here, or none may be published.")
        return
    st.vega_lite_chart(_spec(make, rows, options), key=key, alt=alt_text)


@st.cache_data(
    max_entries=2048, show_spinner=False, hash_funcs={FunctionType: lambda make: make.__qualname__}
)
def _spec(make: Callable[..., Chart], rows: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    """What Vega-Lite draws; checking it against its schema takes longer than all else on a page."""
    chart = make(rows, **options).configure_view(stroke=None)
    styled = chart.configure_axis(
        labelColor=palette.TEXT, titleColor=palette.TEXT, labelFontSize=13, titleFontSize=13
    )
    spec: dict[str, Any] = styled.to_dict()
    return spec


def distribution(rows: pd.DataFrame, *, states: tuple[str, ...], far_miles: float) -> Chart:
    """Children by miles from home, with a line where `far_miles` ends.

    Rows: from_miles, label and children_{state}, in order of miles.
    """
    order = rows["label"].tolist()
    x = alt.X(
        "label:O", sort=order, title="Miles from home", axis=alt.Axis(labelAngle=-40, labelOverlap=True)
    )
    y = alt.Y("children:Q", title="Children", axis=alt.Axis(tickMinStep=1))
    layers = []
    for state in states:
        data = rows.assign(children=rows[f"children_{state}"], state=STATE_WORDS[state])[
            ["label", "children", "state"]
        ]
        layers.append(
            alt.Chart(data.dropna())
            .mark_bar(**_look(state))
            .encode(
                x=x,
                y=y,
                xOffset=alt.XOffset("state:N", sort=[STATE_WORDS[each] for each in states]),
                tooltip=[
                    alt.Tooltip("state:N", title="Placements"),
                    alt.Tooltip("label:N", title="Miles from home"),
                    alt.Tooltip("children:Q", title="Children", format=","),
                ],
            )
        )
    beyond = [label for label, start in zip(order, rows["from_miles"], strict=True) if start >= far_miles]
    if beyond:
        at = pd.DataFrame({"label": beyond[:1], "text": [f"Over {far_miles:g} miles →"]})
        place = alt.X("label:O", sort=order, bandPosition=0)
        layers.append(
            alt.Chart(at).mark_rule(color=palette.TEXT, strokeDash=[5, 4], size=1.5).encode(x=place)
        )
        layers.append(
            alt.Chart(at)
            .mark_text(align="left", dx=6, color=palette.TEXT, fontSize=13, fontWeight=600)
            .encode(x=place, y=alt.value(8), text="text:N")
        )
    return alt.layer(*layers).properties(height=340)


def dots(
    rows: pd.DataFrame,
    *,
    states: tuple[str, ...],
    title: str,
    kind: Kind,
    words: Mapping[str, str] | None = None,
) -> Chart:
    """One row a label: today as a ring, the run as a disc, a line between them, the run's figure beside it.

    Rows: label, then per state value_{state} and text_{state}; `words` for the states in the tooltips.
    """
    tooltip = _tooltip(title, states, words or STATE_WORDS)
    order = rows["label"].tolist()
    y = _rows_axis(order)
    axis = _axis(kind)
    layers: list[alt.Chart] = []
    if len(states) == 2:
        layers.append(
            alt.Chart(rows)
            .mark_rule(color=palette.LINE, size=2)
            .encode(y=y, x=alt.X(f"value_{states[0]}:Q", title=title, axis=axis), x2=f"value_{states[1]}:Q")
        )
    for state in states:
        look: dict[str, Any] = {"fill": palette.RUN, "stroke": palette.RUN, "strokeWidth": 1}
        if state == "today":
            look = {"fill": palette.BACKGROUND, "stroke": palette.TODAY, "strokeWidth": 3}
        layers.append(
            alt.Chart(rows.dropna(subset=[f"value_{state}"]))
            .mark_point(shape="circle", opacity=1, size=130, **look)
            .encode(y=y, x=alt.X(f"value_{state}:Q", title=title, axis=axis), tooltip=tooltip)
        )
    return _tall(alt.layer(*layers), order)


def bars(
    rows: pd.DataFrame, *, title: str, kind: Kind, selected: str = "", label_pixels: int = LABEL_PIXELS
) -> Chart:
    """One bar a row with its figure beside it; the selected label is outlined and bold.

    Rows: label, value, text.
    """
    y = _rows_axis(rows["label"].tolist(), label_pixels)
    known = rows.dropna(subset=["value"])
    here = alt.datum.label == selected
    base = alt.Chart(known).encode(
        y=y,
        x=alt.X("value:Q", title=title, axis=_axis(kind)),
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title=title)],
    )
    bar = base.mark_bar(height=18, color=palette.PRIMARY).encode(
        stroke=alt.condition(here, alt.value(palette.TEXT), alt.value(palette.PRIMARY)),
        strokeWidth=alt.condition(here, alt.value(3), alt.value(0)),
    )
    figure = base.mark_text(align="left", dx=5, fontSize=13, color=palette.TEXT).encode(
        text="text:N", x=alt.X("value:Q", title=title)
    )
    missing = (
        alt.Chart(rows[rows["value"].isna()])
        .mark_text(align="left", dx=5, fontSize=13, color=palette.QUIET_TEXT)
        .encode(y=y, x=alt.datum(0), text="text:N")
    )
    return _tall(alt.layer(bar, figure, missing), rows["label"].tolist())


def gains(rows: pd.DataFrame, *, title: str, kind: Kind) -> Chart:
    """Bars to both sides of nothing: more in orange to the right, less in purple to the left, with sign.

    Rows: label, value, text.
    """
    y = _rows_axis(rows["label"].tolist())
    room = max(34, int(LETTER_PIXELS * rows["text"].str.len().max()))
    more, less = palette.DIVERGING[-1], palette.DIVERGING[0]
    base = alt.Chart(rows.dropna(subset=["value"])).encode(
        y=y,
        x=alt.X("value:Q", title=title, axis=_axis(kind), scale=alt.Scale(padding=room)),
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title=title)],
    )
    bar = base.mark_bar(height=18).encode(
        color=alt.condition(alt.datum.value > 0, alt.value(more), alt.value(less))
    )
    nothing = alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=palette.TEXT).encode(x="value:Q")
    right = base.transform_filter(alt.datum.value >= 0).mark_text(align="left", dx=5, fontSize=13)
    left = base.transform_filter(alt.datum.value < 0).mark_text(align="right", dx=-5, fontSize=13)
    both = alt.layer(
        bar,
        nothing,
        right.encode(text="text:N", color=alt.value(palette.TEXT)),
        left.encode(text="text:N", color=alt.value(palette.TEXT)),
    )
    return _tall(both, rows["label"].tolist())


def intervals(rows: pd.DataFrame, *, title: str, kind: Kind, whole: float) -> Chart:
    """A disc a row with the line that holds it 95 times in 100, and a dashed line at the whole's figure.

    Rows: label, value, value_low, value_high, text.
    """
    known = rows.dropna(subset=["value"])
    base = alt.Chart(known).encode(
        y=_rows_axis(rows["label"].tolist()),
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title=title)],
    )
    scale = alt.Scale(zero=False, nice=True)
    x = alt.X("value:Q", title=title, axis=_axis(kind), scale=scale)
    line = base.mark_rule(color=palette.RUN, strokeWidth=3).encode(
        x=alt.X("value_low:Q", title=title, axis=_axis(kind), scale=scale), x2="value_high:Q"
    )
    point = base.mark_point(shape="circle", filled=True, opacity=1, size=110, color=palette.RUN).encode(x=x)
    everyone = (
        alt.Chart(pd.DataFrame({"value": [whole]}).dropna())
        .mark_rule(color=palette.TEXT, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=alt.X("value:Q", title=title, scale=scale))
    )
    missing = (
        alt.Chart(rows[rows["value"].isna()])
        .mark_text(align="left", dx=5, fontSize=13, color=palette.QUIET_TEXT)
        .encode(y=_rows_axis(rows["label"].tolist()), x=alt.value(0), text="text:N")
    )
    return _tall(alt.layer(everyone, line, point, missing), rows["label"].tolist())


STATE_WORDS: Final = {"today": "Today", "run": "The run"}


def _look(state: str) -> dict[str, Any]:
    if state == "today":
        return {"fill": palette.BACKGROUND, "stroke": palette.TODAY, "strokeWidth": 2}
    return {"fill": palette.RUN, "stroke": palette.RUN, "strokeWidth": 1}


def _axis(kind: Kind) -> alt.Axis:
    """Few ticks, in the unit of the figures; counts only whole."""
    if kind is Kind.MONEY:
        return alt.Axis(labelExpr=_MONEY, tickCount=4)
    if kind is Kind.SHARE:
        return alt.Axis(format=".0%", tickCount=4)
    return alt.Axis(format=",~r", tickCount=4, tickMinStep=1 if kind is Kind.COUNT else 0)


def _tall(chart: Chart, labels: list[str]) -> Chart:
    return chart.properties(height=ROW * max(len(set(labels)), 1) + AXIS)


def _rows_axis(order: list[str], label_pixels: int = LABEL_PIXELS) -> alt.Y:
    return alt.Y(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelLimit=label_pixels, ticks=False, domain=False, grid=False),
        scale=alt.Scale(paddingInner=0.25),
    )


def _tooltip(
    title: str, states: tuple[str, ...], words: Mapping[str, str] = STATE_WORDS
) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("label:N", title=" "),
        *(alt.Tooltip(f"text_{state}:N", title=f"{title}, {words[state].lower()}") for state in states),
    ]
