"""Distance from home: how far children live, today and in the run, by authority, kind, age and need."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from optimiser.report.distance import (
    DIMENSIONS,
    dfe_by_authority,
    dfe_table,
    distance_bins,
    distance_by,
    road_table,
)
from optimiser.report.table import Kind
from optimiser.report.views import states_of
from optimiser.ui import charts, figures, frame, legend, rows, state, store
from optimiser.ui.frame import Shown

DIMENSION_WORDS = {"authority": "Authority", "kind": "Kind of place", "age": "Age", "need": "Need"}
ROW_PIXELS = 35
"""What a row of a table takes: the Department's is shown whole."""
FIGURES = {
    "share_over": "Share who live far from home",
    "median_miles": "Median miles from home",
    "mean_miles": "Mean miles from home",
}


def page() -> None:
    """The page."""
    shown = frame.open_page(
        "Distance from home",
        "How far from home children live. The statutory measure is the straight line; more than 20 miles "
        "counts as far.",
        needs_run=False,
    )
    if not states_of(shown.view):
        frame.nothing("This region pack does not say where children live today. A run will.", link="plan")
    _distribution(shown)
    _by_dimension(shown)
    _department(shown)
    _roads(shown)


def _distribution(shown: Shown) -> None:
    """Children by miles from home, with the line after which they live far from home."""
    states = states_of(shown.view)
    authority = "" if shown.publication else shown.authority
    bins = (
        store.figures(distance_bins, shown.view, authority)
        if authority
        else figures.table(shown, distance_bins)
    )
    measured = rows.where(rows.body(bins), rows.body(bins).frame["from_miles"].notna())
    st.header("Children by miles from home", anchor=False)
    if shown.authority and not authority:
        st.caption("The whole region: this is not published by authority.")
    legend.show("", _entries(states, dots=False))
    charts.draw(
        charts.distribution,
        measured.frame,
        states=states,
        far_miles=shown.view.far_miles,
        alt_text=_distribution_sentence(shown, authority),
        key="distribution",
    )
    st.caption(_distribution_sentence(shown, authority))
    frame.data_behind("chart", bins, leave_out=("from_miles", "to_miles", "distance"))


def _by_dimension(shown: Shown) -> None:
    """One row a group: today beside the run."""
    states = states_of(shown.view)
    st.header("Who lives far from home", anchor=False)
    if shown.authority:
        st.caption("The whole region.")
    left, right = st.columns(2)
    with left:
        dimension = state.choose(
            "By", list(DIMENSIONS), key="dimension", words=DIMENSION_WORDS.__getitem__, style="segmented"
        )
    with right:
        stem = state.choose("Figure", list(FIGURES), key="figure", words=FIGURES.__getitem__)
    table = figures.table(shown, distance_by, dimension)
    column = table.column(f"{stem}_{states[-1]}")
    placed = rows.ordered(table, column.name) if dimension in ("authority", "need") else rows.body(table)
    drawn = rows.state_rows(placed, label="label", stem=stem, states=states)
    sentence = (
        f"{FIGURES[stem]} by {DIMENSION_WORDS[dimension].lower()}, {_of(states[-1])}: "
        f"{rows.extremes(table, label='label', value=column.name)}; "
        f"whole region {rows.total_text(table, column.name)}."
    )
    legend.show("", _entries(states, dots=True))
    charts.draw(
        charts.dots,
        drawn,
        states=states,
        title=FIGURES[stem],
        kind=column.kind,
        alt_text=sentence,
        key="by dimension",
    )
    st.caption(sentence)
    frame.data_behind("chart", table, leave_out=("key",))


def _department(shown: Shown) -> None:
    """The Department for Education's own table, and its rows for every authority."""
    st.header("The Department for Education’s table", anchor=False)
    st.markdown(
        "Where children live, as the Department publishes it: inside or outside the authority that looks "
        "after them, up to or over 20 miles from home."
    )
    worked = figures.table(shown, dfe_table, shown.authority or None)
    st.markdown(f"**{shown.whose}**")
    frame.table(worked, height=ROW_PIXELS * (len(worked.frame) + 1) + 3)
    with st.expander("The same by authority"):
        for each in states_of(shown.view):
            frame.table(figures.table(shown, dfe_by_authority, each))


def _roads(shown: Shown) -> None:
    """The straight line beside the road, where the pack has roads."""
    st.header("In a straight line and by road", anchor=False)
    if not shown.pack_view.has_roads:
        st.write("This region pack has no roads, so all distances are straight lines.")
        return
    if shown.run is None:
        st.write("Distances by road are those of a run, and there is none here yet.")
        return
    worked = store.figures(road_table, shown.run)
    if worked is None:
        return
    table = frame.as_shown(worked, publication=shown.publication)
    drawn = rows.ring_and_disc(table, label="authority", stem="median_miles", states=("straight", "road"))
    sentence = (
        f"Median miles from home in the run: {rows.total_text(table, 'median_miles_straight')} in a straight "
        f"line and {rows.total_text(table, 'median_miles_road')} by road."
    )
    straight, road = replace(legend.TODAY_DOT, text="Straight line"), replace(legend.RUN_DOT, text="By road")
    legend.show("", [straight, road])
    charts.draw(
        charts.dots,
        drawn,
        states=("today", "run"),
        title="Median miles from home",
        kind=Kind.MILES,
        alt_text=sentence,
        key="roads",
    )
    st.caption(sentence)
    frame.data_behind("chart", table)


# -- within ----------------------------------------------------------------------------------------


def _distribution_sentence(shown: Shown, authority: str) -> str:
    """Share over the line and the median, for every state, of the authority or of the region."""
    table = figures.table(shown, distance_by, "authority")
    row = rows.texts(table)[table.frame["key"] == authority].iloc[0]
    said = [
        f"{charts.STATE_WORDS[each]}: {row[f'share_over_{each}']} live over "
        f"{shown.view.far_miles:g} miles from home, and half live within "
        f"{row[f'median_miles_{each}']} miles."
        for each in states_of(shown.view)
    ]
    return " ".join(said)


def _entries(states: tuple[str, ...], *, dots: bool) -> list[legend.Entry]:
    marks = {
        "today": legend.TODAY_DOT if dots else legend.TODAY,
        "run": legend.RUN_DOT if dots else legend.RUN,
    }
    return [marks[each] for each in states]


def _of(placements: str) -> str:
    return "today" if placements == "today" else "in the run"
