"""Shocks: what each closure, rise in price or council that leaves would do, the worst first."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from optimiser.errors import InputError
from optimiser.report.ensembles import output_of, shocks
from optimiser.report.table import Kind
from optimiser.shocks.shocks_file import SHOCKS
from optimiser.shocks.stress_run import STRESS
from optimiser.ui import charts, downloads, ensembles, frame, rows, state, store
from optimiser.ui.frame import Shown

MOST_BARS = 15
NOUN = "stress test"
USUAL = "usual"
CLOSING = {
    "provider": "Each of the largest providers closes",
    "provision": "Each of the largest homes and carers closes",
    "authority": "All homes in the area of each authority close",
    USUAL: "The usual: carers leave, prices rise, a council leaves",
}
FIGURES = {
    "unplaced_change": ("More children without a place", Kind.NUMBER),
    "separated_change": ("More sibling groups separated", Kind.NUMBER),
    "mean_miles_change": ("More miles from home, mean", Kind.MILES),
    "weekly_cost_change": ("More weekly cost", Kind.MONEY),
}


def page() -> None:
    """The page."""
    shown = frame.open_page(
        "Shocks",
        "What would happen if a home, a provider or a council were lost, or prices rose: the region "
        "allocated again after each.",
        needs_run=False,
        opens_run=False,
    )
    if shown.publication:
        st.write("Hidden in the publication view: what one home or provider has can be single children.")
        return
    folder = ensembles.chosen(shown, "stress", holds=STRESS, label="Stress test", begin=_begin)
    if folder is not None:
        try:
            _show(folder)
        except InputError as error:
            frame.failed(error)


def _show(folder: Path) -> None:
    """The worst as a chart, all as a table, and the file that makes them again."""
    figure = state.choose(
        "Figure", list(FIGURES), key="figure", words=lambda each: FIGURES[each][0], style="segmented"
    )
    table = store.opened(shocks, folder)
    file = output_of(folder, SHOCKS)
    label, kind = FIGURES[figure]
    ranked = rows.first(rows.ordered(table, figure), MOST_BARS)
    drawn = rows.chart_rows(ranked, label="shock", value=figure)
    drawn["label"] = drawn["label"].str.removesuffix(" closes")
    make = charts.gains if (drawn["value"] < 0).any() else charts.bars
    sentence = f"{label}: {rows.listed(drawn)}."
    charts.draw(make, drawn, title=label, kind=kind, alt_text=sentence, key="shocks")
    st.caption(sentence)
    frame.table(table, height=420 if len(table.frame) > MOST_BARS else None, leave_out=("rank",))
    downloads.button("Download the shocks as a file to run again", file, SHOCKS)


def _begin(shown: Shown, first: bool) -> None:
    """What happens, and how often; starts it. Open where there is no stress test to look at."""
    if first:
        st.info("No stress test of this region pack has been made yet.", icon=":material/info:")
    with st.expander("Make a stress test", icon=":material/bolt:", expanded=first):
        with st.form("stress", border=False):
            close = st.radio("What happens", list(CLOSING), format_func=CLOSING.__getitem__)
            top = st.number_input("Closures, at most", min_value=1, max_value=1000, value=20, width=240)
            sent = st.form_submit_button("Make it", type="primary", icon=":material/play_arrow:")
        options = () if close == USUAL else ("--close", str(close), "--top", str(top))
        ensembles.begin(shown, "stress", NOUN, options, sent=sent)
