"""Charts of a forecast, drawn by `charts.draw`: children month by month, entrants, and scores of the past."""

from __future__ import annotations

import altair as alt
import pandas as pd

from optimiser.ui import palette
from optimiser.ui.charts import ROW, Chart

HEIGHT = 340
_DAY = alt.Axis(format="%b %Y", labelAngle=-40, tickCount=8, labelOverlap=True)
_METHODS = {
    "Ours": (palette.PRIMARY, "circle"),
    "Published": (palette.OTHER_RUN, "square"),
    "Last value": (palette.QUIET_TEXT, "triangle-up"),
}


def months(rows: pd.DataFrame) -> Chart:
    """Counted children as a grey line with points; the forecast's mean and its intervals; without the changes
    of a what-if as dashes.

    Rows: day, part, value, value_low_95, value_low_50, value_high_50, value_high_95 and, if any, value_base.
    """
    dated = rows.assign(day=pd.to_datetime(rows["day"]))
    past, ahead = dated[dated["part"] == "past"], dated[dated["part"] == "forecast"]
    x = alt.X("day:T", title=None, axis=_DAY)
    layers: list[alt.Chart] = []
    for inner, opacity in (("95", 0.22), ("50", 0.38)):
        band = alt.Chart(ahead).mark_area(color=palette.RUN, opacity=opacity)
        low, high = f"value_low_{inner}", f"value_high_{inner}"
        layers.append(band.encode(x=x, y=alt.Y(f"{low}:Q", title="Children"), y2=f"{high}:Q"))
    if "value_base" in ahead:
        dashes = alt.Chart(ahead).mark_line(color=palette.OTHER_RUN, strokeDash=[6, 4], strokeWidth=2.5)
        layers.append(dashes.encode(x=x, y="value_base:Q"))
    tooltip = [
        alt.Tooltip("day:T", title="Day", format="%-d %B %Y"),
        alt.Tooltip("value:Q", title="Children", format=",.1f"),
    ]
    intervals = [
        alt.Tooltip("value_low_95:Q", title="95 of 100: from", format=",.0f"),
        alt.Tooltip("value_high_95:Q", title="to", format=",.0f"),
    ]
    mean = alt.Chart(ahead).mark_line(
        color=palette.RUN, strokeWidth=3, point={"color": palette.RUN, "size": 30}
    )
    layers.append(mean.encode(x=x, y="value:Q", tooltip=[*tooltip, *intervals]))
    counted = alt.Chart(past).mark_line(
        color=palette.TODAY, strokeWidth=2, point={"color": palette.TODAY, "size": 30}
    )
    layers.append(counted.encode(x=x, y="value:Q", tooltip=tooltip))
    return alt.layer(*layers).properties(height=HEIGHT)


def quarters(rows: pd.DataFrame) -> Chart:
    """A bar a quarter for the mean, and a line for the interval. Rows: label, value, value_low, value_high,
    text."""
    y = alt.Y(
        "label:N",
        sort=rows["label"].tolist(),
        title=None,
        axis=alt.Axis(labelLimit=200, ticks=False, domain=False, grid=False),
        scale=alt.Scale(paddingInner=0.25),
    )
    base = alt.Chart(rows).encode(
        y=y, tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title=" ")]
    )
    bar = base.mark_bar(height=18, color=palette.PRIMARY, opacity=0.75).encode(
        x=alt.X("value:Q", title="Children", axis=alt.Axis(tickCount=4, format=",~r"))
    )
    rule = base.mark_rule(color=palette.TEXT, strokeWidth=2).encode(x="value_low:Q", x2="value_high:Q")
    return alt.layer(bar, rule).properties(height=(ROW + 6) * len(rows) + 58)


def scores(rows: pd.DataFrame) -> Chart:
    """A line a method: the mean error of whole forecasts by months ahead. Rows: label, months, value."""
    shown = [name for name in _METHODS if name in set(rows["label"])]
    scale = alt.Scale(domain=shown, range=[_METHODS[name][0] for name in shown])
    shapes = alt.Scale(domain=shown, range=[_METHODS[name][1] for name in shown])
    chart = alt.Chart(rows).encode(
        x=alt.X("months:O", title="Months ahead", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("value:Q", title="CRPS, children (lower is better)"),
        color=alt.Color("label:N", scale=scale, title=None, legend=alt.Legend(orient="top")),
        shape=alt.Shape("label:N", scale=shapes, title=None, legend=alt.Legend(orient="top")),
        tooltip=["label:N", "months:O", alt.Tooltip("value:Q", format=".2f")],
    )
    lines = chart.mark_line(strokeWidth=2.5)
    points = chart.mark_point(size=110, filled=True, opacity=1)
    return alt.layer(lines, points).properties(height=300)
