"""Supply: how full it is, where one more place is worth most, who has it, what a leaving provider closes."""

from __future__ import annotations

import streamlit as st

from optimiser.report.supply import (
    concentration,
    concentration_figures,
    if_provider_leaves,
    limits_worth,
    occupancy,
    providers,
    worth,
    worth_by,
    worth_by_authority,
)
from optimiser.report.table import Kind, Table
from optimiser.report.views import RunView
from optimiser.ui import authority_map, charts, figures, frame, legend, rows, state, store
from optimiser.ui.frame import Shown

BY_WORDS = {"authority": "Authority", "kind": "Kind of place", "provider": "Provider"}
MOST_BARS = 15
SECTIONS = {
    "occupancy": "How full",
    "worth": "One more place",
    "concentration": "Providers",
    "leaving": "If a provider leaves",
}


def page() -> None:
    """The page."""
    shown = frame.open_page(
        "Supply",
        "How full the region’s homes are, where one more place is worth most, and who provides them.",
        needs_run=False,
    )
    section = state.choose(
        "Show", list(SECTIONS), key="section", words=SECTIONS.__getitem__, style="segmented"
    )
    {"occupancy": _occupancy, "worth": _worth, "concentration": _concentration, "leaving": _leaving}[section](
        shown
    )


def _occupancy(shown: Shown) -> None:
    """Share of places taken, before and after the run."""
    st.header("How full the homes are", anchor=False)
    by = state.choose("By", list(BY_WORDS), key="by", words=BY_WORDS.__getitem__, style="segmented")
    table = figures.table(shown, occupancy, by)
    states = ("before", "after") if "share_taken_after" in table.frame else ("before",)
    ranked = rows.first(rows.ordered(table, "places"), MOST_BARS)
    drawn = rows.ring_and_disc(ranked, label="label", stem="share_taken", states=states)
    last = f"share_taken_{states[-1]}"
    sentence = (
        f"Share of places taken by {BY_WORDS[by].lower()}: "
        f"{rows.extremes(ranked, label='label', value=last)}; whole region {rows.total_text(table, last)}."
    )
    entries = [legend.Entry("Before the run", legend.TODAY_DOT.colour, legend.Mark.RING)]
    if len(states) == 2:
        entries.append(legend.Entry("After the run", legend.RUN_DOT.colour, legend.Mark.DISC))
    legend.show("", entries)
    charts.draw(
        charts.dots,
        drawn,
        states=("today", "run")[: len(states)],
        title="Share of places taken",
        kind=Kind.SHARE,
        alt_text=sentence,
        key="occupancy",
    )
    st.caption(sentence)
    if len(table.frame) - 1 > MOST_BARS:
        st.caption(f"The {MOST_BARS} with the most places are drawn; the table has all.")
    frame.table(table, height=380 if len(table.frame) > MOST_BARS else None)


def _worth(shown: Shown) -> None:
    """Shadow prices on the map and in tables."""
    st.header("Where one more place is worth most", anchor=False)
    run = _run(shown)
    st.markdown(
        "What one more vacancy would save the region, in £ a week of score, with as many children placed "
        "as now. It is the price of the place in the best allocation, and holds for the first one only."
    )
    table = figures.table(shown, worth_by_authority)
    column = "mean_gbp_per_week"
    ends = rows.extremes(table, label="authority", value=column)
    sentence = f"Worth of one more place, £ a week, mean by authority: {ends}."
    left, right = st.columns([3, 2], gap="large")
    with left:
        _worth_map(shown, table, column, sentence)
    with right:
        st.markdown("**Worth of one more place, £ a week, mean of the authority’s homes**")
        charts.draw(
            charts.bars,
            rows.chart_rows(rows.ordered(table, column), label="authority", value=column),
            title="£ a week",
            kind=Kind.MONEY,
            selected=shown.names.get(shown.authority, ""),
            alt_text=sentence,
            key="worth",
        )
    frame.data_behind("map", table)
    by = figures.table(shown, worth_by)
    if shown.authority:
        by = rows.having(by, "authority_code", shown.authority)
    frame.table(by, height=380)
    if shown.publication:
        st.write("Single homes are not published: the table by home is hidden in the publication view.")
    else:
        single = rows.ordered(store.figures(worth, run), "worth_gbp_per_week")
        if shown.authority:
            single = rows.having(single, "authority_code", shown.authority)
        frame.table(single, height=380)
    limits = figures.table(shown, limits_worth)
    if len(limits.frame):
        frame.table(limits)
    else:
        st.caption("No limit of the policy is binding in this run.")


def _worth_map(shown: Shown, table: Table, column: str, sentence: str) -> None:
    texts = rows.texts(rows.body(table))
    authority_map.draw(
        shown,
        table,
        column,
        heading="Worth of one more place, £ a week",
        texts=[
            f"One more place: {mean} a week (mean)\nMost: {most} a week\nHomes and families: {number}"
            for mean, most, number in zip(
                texts[column], texts["most_gbp_per_week"], texts["provisions"], strict=True
            )
        ],
        sentence=sentence,
        key="worth map",
    )


def _concentration(shown: Shown) -> None:
    """Share of places and spend by provider."""
    st.header("How much rests on few providers", anchor=False)
    table = figures.table(shown, concentration)
    figure = "share_places"
    if "share_weekly_cost_run" in table.frame:
        offered = {"share_places": "Share of places", "share_weekly_cost_run": "Share of spend in the run"}
        figure = state.choose(
            "Figure", list(offered), key="share", words=offered.__getitem__, style="segmented"
        )
    ranked = rows.first(rows.ordered(table, figure), MOST_BARS)
    drawn = rows.chart_rows(ranked, label="provider", value=figure)
    sentence = f"{table.column(figure).label}: {rows.listed(drawn)}."
    charts.draw(
        charts.bars,
        drawn,
        title=table.column(figure).label,
        kind=Kind.SHARE,
        alt_text=sentence,
        key="concentration",
    )
    st.caption(sentence)
    frame.table(figures.table(shown, concentration_figures))
    frame.table(table, height=380)


def _leaving(shown: Shown) -> None:
    """What closes if a provider leaves."""
    st.header("What closes if a provider leaves", anchor=False)
    if shown.publication:
        st.write("Hidden in the publication view: what one provider has can be single homes and children.")
        return
    named = store.figures(providers, shown.view)
    if not named:
        frame.nothing("This region pack names no providers.")
    provider = state.choose("Provider", list(named), key="provider", words=lambda name: name or "Not named")
    table = store.figures(if_provider_leaves, shown.view, provider)
    totals = rows.texts(table).iloc[-1]
    closes = f"{totals['provisions']} homes or families with {totals['places']} places close"
    said = f"If **{provider or 'those without a named provider'}** leaves, {closes}"
    if "placed_run" in totals:
        said += f", and {totals['placed_run']} children whom the run places there need another place"
    st.markdown(f"{said}.")
    frame.table(table)


# -- within ----------------------------------------------------------------------------------------


def _run(shown: Shown) -> RunView:
    if shown.run is None:
        frame.nothing("What a place is worth comes from a run, and there is none here yet.", link="plan")
    return shown.run
