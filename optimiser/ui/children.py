"""The children: a table to search, sort and filter, and one child's page with the reasons for its place."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from optimiser import terms
from optimiser.report.children import children
from optimiser.report.table import Column, Kind, Table, csv_bytes
from optimiser.ui import downloads, frame, rows, state, store, words
from optimiser.ui.child import one_child
from optimiser.ui.frame import Shown

FIRST_COLUMNS = (
    "child_id",
    "authority",
    "age",
    "miles",
    "miles_difference",
    "needs",
    "status",
    "kind_label",
    "place_name",
    "lives",
    "weekly_cost",
    "score",
    "with_siblings",
    "reason_text",
)
"""What the table shows of each child; the download has every column."""
SEARCHED = ("child_id", "authority", "needs", "place_name", "provider", "lives", "sibling_group")
SORTS = {
    "miles": "Miles from home, farthest first",
    "miles_difference": "More miles than today, most first",
    "score": "Score, highest first",
    "weekly_cost": "Weekly cost, highest first",
    "child_id": "Child ID",
}
FORMATS = {Kind.MILES: "%.1f", Kind.MONEY: "£%,.0f", Kind.SHARE: "percent"}
STATUS = {"": "All", "placed": "With a place", "unplaced": "Without a place", "far": "Far from home"}


def page() -> None:
    """The page."""
    shown = frame.open_page(
        "Children",
        "Every child: where the run places them, why there, and what else was possible.",
    )
    if shown.publication:
        frame.nothing(
            "This page is hidden in the publication view. It shows single children, and a child could be "
            "recognised by authority, age and place. Switch the publication view off at the side to see it."
        )
    run = shown.run
    if run is None:
        frame.nothing("There is no run to show here yet.", link="plan")
    table = store.figures(children, run)
    chosen = state.get("child")
    if chosen and chosen in set(table.frame["child_id"]):
        one_child(shown, run, chosen)
        return
    if chosen:
        st.warning(f"There is no child {chosen} in this run.", icon=":material/warning:")
    _list(shown, table)


def _list(shown: Shown, table: Table) -> None:
    found = _sorted(_filtered(shown, table))
    total = len(table.frame)
    if not len(found.frame):
        frame.nothing(f"None of the {total:,} children fits these filters. Clear one of them.")
    st.markdown(f"**{len(found.frame):,} of {total:,} children**")
    _table(found)
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        _open_by_id(found)
    with right:
        downloads.button("Download as CSV", lambda: csv_bytes(found), "children.csv")
    for note in table.notes:
        st.caption(note)


def _filtered(shown: Shown, table: Table) -> Table:
    """The children that fit search and filters; a search matches any part of a word, capitals or not."""
    first, second = st.columns(2)
    with first:
        sought = state.type_in(
            "Search", key="search", placeholder="Child, place, provider, authority or need"
        )
        status = state.choose("Show", list(STATUS), key="status", words=STATUS.__getitem__)
    with second:
        kinds = state.choose_many(
            "Kinds of place", list(terms.KINDS), key="kinds", words=lambda kind: words.OF_KIND[kind]
        )
        needs = state.choose_many("Needs", _needs(table), key="needs", words=_need_words)
    rows_of = table.frame
    keep = np.ones(len(rows_of), dtype=np.bool_)
    if shown.authority:
        keep &= rows_of["authority_code"].to_numpy() == shown.authority
    if sought:
        text = rows_of[list(SEARCHED)].astype(str).agg(" ".join, axis=1).str.casefold()
        keep &= text.str.contains(sought.casefold(), regex=False).to_numpy()
    if status == "far":
        keep &= rows_of["over"].to_numpy() == "yes"
    elif status:
        keep &= rows_of["status"].to_numpy() == status
    if kinds:
        keep &= rows_of["kind"].isin(kinds).to_numpy()
    if needs:
        each = rows_of["needs"].astype(str).str.split("; ")
        keep &= np.array([set(needs) <= set(of_child) for of_child in each])
    return rows.where(table, keep)


def _sorted(table: Table) -> Table:
    by = state.choose("Sort by", list(SORTS), key="sort", words=SORTS.__getitem__)
    return rows.ordered(table, by, down=by != "child_id")


def _table(found: Table) -> None:
    """A click on a row, or space on its box, opens the child's page."""
    ids = found.frame["child_id"].tolist()

    def opened() -> None:
        picked = st.session_state["children rows"].selection.rows
        if picked:
            state.put(child=ids[picked[0]])

    columns = [found.column(name) for name in FIRST_COLUMNS if name in found.frame]
    st.dataframe(
        found.frame[[column.name for column in columns]],
        hide_index=True,
        column_config={column.name: _column(column) for column in columns},
        key="children rows",
        on_select=opened,
        selection_mode="single-row",
        height=460,
        alt="Children, one a row; the download has every column",
    )
    st.caption("Choose a row by its box at the left to open the child’s page; a heading sorts.")


def _open_by_id(found: Table) -> None:
    """The same for the keyboard."""
    state.choose(
        "Open the page of a child",
        ["", *found.frame["child_id"].tolist()],
        key="child",
        words=lambda child: child or "Choose a child",
    )


def _column(column: Column) -> Any:
    """Numbers stay numbers, so that a click on the heading sorts them as such."""
    if column.kind is Kind.TEXT:
        return st.column_config.TextColumn(column.label, help=column.meaning)
    return st.column_config.NumberColumn(column.label, help=column.meaning, format=FORMATS.get(column.kind))


def _needs(table: Table) -> list[str]:
    return sorted({need for cell in table.frame["needs"].astype(str) for need in cell.split("; ") if need})


def _need_words(code: str) -> str:
    return code.replace("_", " ").capitalize()
