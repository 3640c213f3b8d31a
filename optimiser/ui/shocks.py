"""Shocks: what each closure, rise in price or council that leaves would do, the worst first."""

from __future__ import annotations

import streamlit as st

from optimiser.errors import InputError
from optimiser.report.ensembles import output_of, shocks
from optimiser.report.table import Kind
from optimiser.shocks.shocks_file import SHOCKS
from optimiser.shocks.stress_run import STRESS
from optimiser.ui import charts, frame, rows, state, store
from optimiser.ui.tradeoffs import command

MOST_BARS = 15
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
    found = store.runs_of_pack(shown.pack_view.folder, holds=STRESS)
    if found:
        folders = {label.name: label.folder for label in found}
        name = state.choose("Stress test", list(folders), key="stress")
        figure = state.choose(
            "Figure", list(FIGURES), key="figure", words=lambda each: FIGURES[each][0], style="segmented"
        )
        try:
            table = shocks(folders[name])
            file = output_of(folders[name], SHOCKS)
        except InputError as error:
            frame.failed(error)
        label, kind = FIGURES[figure]
        ranked = rows.first(rows.ordered(table, figure), MOST_BARS)
        drawn = rows.chart_rows(ranked, label="shock", value=figure)
        sentence = f"{label}: {rows.listed(drawn)}."
        charts.draw(charts.bars, drawn, title=label, kind=kind, alt_text=sentence, key="shocks")
        st.caption(sentence)
        frame.table(table, height=420 if len(table.frame) > MOST_BARS else None)
        st.download_button(
            "Download the shocks as a file to run again",
            file,
            file_name=SHOCKS,
            mime="application/toml",
            on_click="ignore",
            icon=":material/download:",
        )
    else:
        st.info("No stress test of this region pack has been made yet.", icon=":material/info:")
    st.header("Make a stress test", anchor=False)
    st.markdown("On the machine that serves this app; `--close` is `provider`, `provision` or `authority`:")
    st.code(command("stress", shown, "--close", "provider", "--top", "20"), language="sh")
