"""Audit: every run with who, when and with what, its proof made again, and the whole of it to take away."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from optimiser.errors import InputError
from optimiser.report import html_page, workbook
from optimiser.report.audit import RunRecord, run_record, run_zip, runs_in
from optimiser.ui import downloads, frame, state, store
from optimiser.ui.frame import Shown
from optimiser.ui.verdicts import Verdict, verdict_of

VERDICTS = "verdicts"


def page() -> None:
    """The page."""
    shown = frame.open_page(
        "Audit",
        "Every run: who made it, when, from what, and how good it is. Its proof can be checked again at any "
        "time, by a program that shares no code with the one that made it.",
        needs_run=False,
        opens_run=False,
    )
    listed = store.run_list(runs_in) if store.runs_folder().is_dir() else None
    if listed is None or listed.frame.empty:
        frame.nothing("There is no run yet.", link="plan")
    if shown.publication:
        st.caption("The list of runs has exact counts of children, so the publication view does not show it.")
    else:
        frame.table(listed, leave_out=("folder",))
    names = [str(name) for name in listed.frame["name"]]
    name = state.choose(
        "Run to look into",
        names,
        key="record",
        default=state.get("run") if state.get("run") in names else names[0],
    )
    folder = store.runs_folder() / name
    _verify(folder)
    _downloads(folder, shown)
    _record(run_record(folder))


# -- verification -------------------------------------------------------------------------------------


def _verify(folder: Path) -> None:
    """ "Verify now", and the verdict on the files as they are."""
    st.header(f"Does run {folder.name} hold?", anchor=False)
    st.markdown(
        "This checks every file against its hash, every child against every rule, every figure, and the "
        "proof that no better allocation exists."
    )
    verdicts = st.session_state.setdefault(VERDICTS, {})
    if st.button("Verify now", type="primary", icon=":material/verified:"):
        with st.spinner("Verifying: this takes a few seconds for a large region …"):
            verdicts[folder] = verdict_of(folder)
    verdict: Verdict | None = verdicts.get(folder)
    if verdict is None:
        return
    if verdict.of != store.stamp(folder):
        st.warning(
            "The files have changed since this run was last verified. Verify it again.",
            icon=":material/warning:",
        )
    elif verdict.proven:
        st.success(f"{verdict.statement}. Verified at {verdict.at:%H:%M:%S} UTC.", icon=":material/verified:")
    else:
        count = len(verdict.refutations)
        do = "s do" if count != 1 else " does"
        st.error(
            f"Refuted at {verdict.at:%H:%M:%S} UTC: {count} thing{do} not hold. Do not rely on this run.",
            icon=":material/gpp_bad:",
        )
        lines = pd.DataFrame({"What does not hold": verdict.refutations})
        st.dataframe(lines, hide_index=True, alt="What does not hold")


# -- to take away -------------------------------------------------------------------------------------


def _downloads(folder: Path, shown: Shown) -> None:
    """The run as a zip, a workbook and a page; the publication view has nothing that tells of one child."""
    st.header("Take it away", anchor=False)
    name = folder.name
    with st.container(horizontal=True):
        if not shown.publication:
            downloads.button("The whole run (zip)", lambda: run_zip(folder), f"{name}.zip")
        try:
            view = store.run_view(folder, shown.pack_view.folder)
        except InputError as error:
            st.warning(f"No workbook and no page can be made of this run: {error}", icon=":material/warning:")
            return
        for label, write, suffix in (
            ("Excel workbook", workbook, "xlsx"),
            ("Page to print (HTML)", html_page, "html"),
        ):
            made = partial(write, view, publication=shown.publication)
            downloads.button(label, made, f"{name}.{suffix}")
    st.caption(
        "The whole run tells of single children, so the publication view does not offer it."
        if shown.publication
        else "The whole run and the workbook hold personal data: keep them as you keep case files."
    )


# -- the record ---------------------------------------------------------------------------------------


def _record(record: RunRecord) -> None:
    """What the manifest says: the command, the hashes, the policy and the versions."""
    st.header("How it was made", anchor=False)
    if record.command:
        st.markdown("The command that makes the same run again:")
        st.code(record.command, language=None, wrap_lines=True)
    frame.table(record.policy())
    with st.expander("Files and versions"):
        frame.table(record.files())
        frame.table(record.versions())
