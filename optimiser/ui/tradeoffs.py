"""Trade-offs: what weekly cost buys in miles from home, and a point of it as a policy to plan with."""

from __future__ import annotations

import tempfile
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

from optimiser.errors import InputError
from optimiser.frontier.frontier_run import FRONTIER, policy_name
from optimiser.pack.policy_file import policy_from_toml
from optimiser.report.disclosure import published
from optimiser.report.ensembles import frontier_points, output_of
from optimiser.report.table import Table
from optimiser.ui import charts, downloads, ensembles, frame, palette, policy_form, rows, state, store
from optimiser.ui.charts import Chart
from optimiser.ui.frame import Shown
from optimiser.ui.plan import OF_PACK

PUBLISHED = ("point", "weekly_cost_total", "mean_miles", "gap", "reached", "price_of_a_mile")
"""No counts, for the region's own publication may need them hidden; not the miles of all children either:
with their mean these say how many have a place."""
NOUN = "trade-off"
MOST_POINTS = 50


def page() -> None:
    """The page."""
    shown = frame.open_page(
        "Trade-offs",
        "What the region pays for each mile nearer to home, with as few children without a place, and as few "
        "sibling groups separated, as can be.",
        needs_run=False,
        opens_run=False,
    )
    folder = ensembles.chosen(shown, "frontier", holds=FRONTIER, label="Trade-off", begin=_begin)
    if folder is not None:
        try:
            _show(shown, folder)
        except InputError as error:
            frame.failed(error)


def _begin(shown: Shown, first: bool) -> None:
    """How many points; starts it. Open where there is no trade-off to look at."""
    if first:
        st.info("No trade-off of this region pack has been drawn yet.", icon=":material/info:")
    with st.expander("Draw a trade-off", icon=":material/show_chart:", expanded=first):
        with st.form("frontier", border=False):
            points = st.number_input(
                "Points, at most", min_value=2, max_value=MOST_POINTS, value=20, width=240
            )
            sent = st.form_submit_button("Draw it", type="primary", icon=":material/play_arrow:")
        ensembles.begin(shown, "frontier", NOUN, ("--points", str(points)), sent=sent)


def _show(shown: Shown, folder: Path) -> None:
    table = store.opened(frontier_points, folder)
    if shown.publication:
        table = rows.columns(published(table), PUBLISHED)
    if table.hidden is not None and table.hidden.to_numpy().any():
        st.write(
            "Hidden in the publication view: so few children have a place, or are without one, that they "
            "could be recognised."
        )
        frame.table(table)
        return
    texts = rows.texts(table)
    listed = [str(point) for point in table.frame["point"]]
    point = state.choose(
        "Point", listed, key="point", words=lambda each: _said(texts.iloc[listed.index(each)])
    )
    cheapest, nearest = (
        f"{row['weekly_cost_total']} a week with {row['mean_miles']} miles from home on average"
        for _, row in texts.iloc[[0, -1]].iterrows()
    )
    sentence = f"{len(listed)} points, from {cheapest} to {nearest}."
    if len(listed) == 1:
        sentence = f"One point, {cheapest}: within the gap proven, money buys no miles here."
    charts.draw(line, _drawn(table, point), alt_text=sentence, key="frontier")
    st.caption(sentence)
    _point(shown, folder, texts.iloc[listed.index(point)], listed.index(point) + 1)
    frame.table(table)


def _said(row: pd.Series) -> str:
    return f"{row['point']}: {row['weekly_cost_total']} a week, {row['mean_miles']} miles"


def _drawn(table: Table, point: str) -> pd.DataFrame:
    texts = rows.texts(table)
    return pd.DataFrame(
        {
            "value_cost": table.frame["weekly_cost_total"],
            "value_miles": table.frame["mean_miles"],
            "text": [_said(row) for _, row in texts.iterrows()],
            "chosen": table.frame["point"].astype(str) == point,
        }
    )


def line(drawn: pd.DataFrame) -> Chart:
    """Points by weekly cost and mean miles; the chosen one is larger.

    Rows: value_cost, value_miles, text, chosen.
    """
    few = 6
    x_axis, y_axis = alt.Axis(format=",.0f", tickCount=few), alt.Axis(tickCount=few)
    near = alt.Scale(zero=False, padding=14)
    base = alt.Chart(drawn).encode(
        x=alt.X("value_cost:Q", title="Weekly cost, £", scale=near, axis=x_axis),
        y=alt.Y("value_miles:Q", title="Mean miles from home", scale=near, axis=y_axis),
    )
    joined = base.mark_line(color=palette.QUIET_TEXT, strokeWidth=1)
    points = base.mark_point(filled=True, color=palette.PRIMARY, opacity=1).encode(
        size=alt.condition("datum.chosen", alt.value(260), alt.value(80)),
        tooltip=[alt.Tooltip("text:N", title="Point")],
    )
    return alt.layer(joined, points).properties(height=360)


def _point(shown: Shown, folder: Path, row: pd.Series, number: int) -> None:
    """The chosen point in words, as a file, and as the policy of a plan."""
    content = output_of(folder, policy_name(number))
    reached = f"It is reached by {row['reached']}"
    if row["reached"] == "a price of a mile":
        reached += f": no allocation is better at £{row['price_of_a_mile']} a mile"
    st.markdown(
        f"**Point {_said(row)}.** {reached}. Its policy is a weekly budget with miles alone to decide within "
        "it: the other prices of the region play no part."
    )
    with st.container(horizontal=True):
        downloads.button("Download the policy", content, f"point-{number}.toml")
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "policy.toml"
            path.write_bytes(content)
            policy, _ = policy_from_toml(path)
        changes = policy_form.changes_for_address(shown.pack.policy, policy)
        said = {key: value for key, value in changes.items() if isinstance(value, str)}
        frame.page_link("plan", "Use it in Plan a run", start=OF_PACK, **said)
