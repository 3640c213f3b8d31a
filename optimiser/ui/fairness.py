"""Fairness: what the run gives to groups of children, beside all others, and its transparency record."""

from __future__ import annotations

from functools import partial

import streamlit as st

from optimiser.errors import InputError
from optimiser.report import outcomes
from optimiser.report.fairness import chart_rows, fairness_csv, fairness_miles, fairness_shares, sentence
from optimiser.report.fairness_file import fairness_page, fairness_workbook
from optimiser.report.table import Kind, Table
from optimiser.report.transparency import Record, transparency_record
from optimiser.report.transparency_file import FORMATS
from optimiser.report.views import RunView
from optimiser.ui import charts, downloads, frame, legend, palette, state, store
from optimiser.ui.frame import Shown
from optimiser.ui.verdicts import kept_verdict

MILES = "miles"
SECTIONS = {"groups": "Groups compared", "record": "Transparency record"}
ON_PAGE = ("dimension", "by", "outcome", "outcome_label", "of", "others_base", "others_count")
"""Columns that the download has and the page leaves out."""


def page() -> None:
    """The page."""
    shown = frame.open_page(
        "Fairness",
        "What the run gives to groups of children: each beside all others, with how sure that is.",
    )
    if shown.run is None:
        return
    _hold(shown.run)
    section = state.choose(
        "Show", list(SECTIONS), key="section", words=SECTIONS.__getitem__, style="segmented"
    )
    try:
        (_groups if section == "groups" else _record)(shown, shown.run)
    except InputError as error:
        frame.failed(error)


def _hold(run: RunView) -> None:
    """Stops where the independent check does not accept the run: no figure of it is shown."""
    verdict = kept_verdict(run.folder, run.pack.folder)
    if verdict.proven:
        st.caption("Verified: the independent check accepts this run.")
        return
    st.error(
        f"The independent check does not accept this run, so nothing is compared: {verdict.refutations[0]}",
        icon=":material/gpp_bad:",
    )
    frame.page_link("audit", record=run.name)
    st.stop()


def _groups(shown: Shown, run: RunView) -> None:
    """One way to group children and one outcome, as chart and table."""
    st.header("Groups compared", anchor=False)
    st.markdown(
        "The model never reads ethnicity, disability or unaccompanied status; it reads age and gender only "
        "to see who may live where. What it gives may differ all the same, by where children live and what "
        "they need."
    )
    offered = outcomes.PUBLISHED if shown.publication else tuple(outcomes.DIMENSIONS)
    labels = {each.key: each.label for each in outcomes.outcomes(run)} | {MILES: "Miles from home"}
    left, right = st.columns(2)
    with left:
        by = state.choose("Compare by", offered, key="by", words=outcomes.DIMENSIONS.__getitem__)
    with right:
        outcome = state.choose("Outcome", list(labels), key="outcome", words=labels.__getitem__)
    table, whole = (_table(shown, run, each, outcome) for each in (by, outcomes.ALL))
    said = sentence(table, whole)
    miles = outcome == MILES
    title = "Mean miles from home" if miles else f"Share: {labels[outcome].lower()}"
    legend.show(
        title,
        [
            legend.Entry("The group", palette.RUN, legend.Mark.DISC),
            legend.Entry("95 times in 100: the line", palette.RUN),
            legend.Entry("All children: the dashed line", palette.TEXT),
        ],
    )
    charts.draw(
        charts.intervals,
        chart_rows(table),
        title="Miles" if miles else "Share",
        kind=Kind.MILES if miles else Kind.SHARE,
        whole=float(chart_rows(whole)["value"].iloc[0]),
        alt_text=f"{title}, by {outcomes.DIMENSIONS[by].lower()}. {said}",
        key=f"fairness:{by}:{outcome}",
    )
    st.caption(said)
    frame.table(table, leave_out=ON_PAGE)
    _downloads(shown, run)


def _table(shown: Shown, run: RunView, by: str, outcome: str) -> Table:
    if outcome == MILES:
        return store.figures(fairness_miles, run, by, publication=shown.publication)
    return store.figures(fairness_shares, run, by, outcome, publication=shown.publication)


def _downloads(shown: Shown, run: RunView) -> None:
    """Every figure of every group, in three forms, and the command that makes them."""
    st.header("Take all of it away", anchor=False)
    publication = shown.publication
    with st.container(horizontal=True):
        for label, write, suffix in (
            ("All figures (CSV)", fairness_csv, "csv"),
            ("Excel workbook", fairness_workbook, "xlsx"),
            ("Page to print (HTML)", fairness_page, "html"),
        ):
            made = partial(write, run, publication=publication)
            downloads.button(label, made, f"{run.name}-fairness.{suffix}")
    st.markdown("The same without this app:")
    words = ["optimiser", "fairness", str(run.folder), "--pack", str(run.pack.folder), "--out"]
    words += ["fairness.csv", *(["--publication"] if publication else [])]
    downloads.command(words)


def _record(shown: Shown, run: RunView) -> None:
    """The record to take away, and what is missing in it."""
    del shown
    st.header("Algorithmic transparency record", anchor=False)
    st.markdown(
        "A public body that lets a program shape decisions about people says so in a record of a standard "
        "form. This one is made from the program’s own rules and this run’s own files, with figures as "
        "published."
    )
    record = store.figures(_unfilled_record, run)
    with st.container(horizontal=True):
        for label, suffix in (
            ("Record (HTML)", ".html"),
            ("Record (Markdown)", ".md"),
            ("Record (JSON)", ".json"),
        ):
            made = partial(FORMATS[suffix], record)
            downloads.button(label, made, f"{run.name}-transparency{suffix}")
    st.markdown("**What only your organisation knows**")
    st.write("The record says “To be filled by the organisation” at each of these; put them into owner.toml:")
    st.markdown("\n".join(f"- {each}" for each in record.entries[-1].said))
    words = ["optimiser", "transparency", str(run.folder), "--pack", str(run.pack.folder)]
    downloads.command([*words, "--owner", "owner.toml", "--out", "transparency.html"])


def _unfilled_record(run: RunView) -> Record:
    return transparency_record(run, owner={})
