"""The frame that every page has: its title, what is shown, the choosers, tables with their download, and the
words for an empty page or a fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit.navigation.page import StreamlitPage

from optimiser.errors import Fault, InputError
from optimiser.pack.pack import Pack
from optimiser.report.disclosure import published
from optimiser.report.table import Column, Kind, Table, csv_bytes, text_frame, text_of
from optimiser.report.views import PackView, RunView
from optimiser.ui import downloads, state, store, words

CODES = ("code", "home_code", "lives_code", "authority_code", "term", "rule", "why_not")
"""Columns that only programs read: in the downloads, not on the page."""
PAGES = "pages"
NO_RUN = "-"
"""In the address: today's placements alone, although there are runs."""
FAULT_COLUMNS: Final = {
    "file": "File",
    "row": "Row",
    "column": "Column",
    "what": "What is wrong",
    "accepted": "What would be accepted",
}


@dataclass(frozen=True)
class Shown:
    """What a page shows: the run where there is one, the run it is compared with, and for whom."""

    view: PackView | RunView
    """The run, or the pack alone where there is no run."""
    run: RunView | None
    compare: RunView | None
    pack_view: PackView
    authority: str
    """GSS code, or empty for the whole region."""
    publication: bool

    @property
    def pack(self) -> Pack:
        """The pack as it was read."""
        return self.pack_view.pack

    @property
    def names(self) -> Mapping[str, str]:
        """GSS code → name of the members."""
        return {each.code: each.name for each in self.pack_view.region.authorities}

    @property
    def whose(self) -> str:
        """The chosen authority by name, else the whole region."""
        return self.names.get(self.authority, "Whole region")


def open_page(
    title: str, sentence: str, *, needs_run: bool = True, needs_compare: bool = False, opens_run: bool = True
) -> Shown:
    """Title, sentence, choosers, and what they show; stops with a sentence where there is nothing to show.

    A page that does not open the run can show one whose files have been altered.
    """
    st.title(title, anchor=False)
    st.markdown(sentence)
    with st.sidebar:
        folder, pack_view = _chosen_pack()
        run = _chosen_run(folder, key="run", label="Run")
        compare = (
            _chosen_run(folder, key="compare", label="Compare with", apart_from=run) if needs_compare else ""
        )
        authority = _chosen_authority(pack_view)
        publication = state.switch(
            "Publication view",
            key="publication",
            help="Figures as the Department for Education publishes them: counts of 1 to 5 as “c”, and with "
            "them whatever they could be worked out from.",
        )
    if needs_run and not run:
        st.caption(pack_view.region.name)
        nothing("There is no run to show here yet. A run finds the best place for every child.", link="plan")
    run_view = _opened(run, folder) if run and opens_run else None
    compare_view = _opened(compare, folder) if compare else None
    if needs_compare and compare_view is None:
        nothing("There is only one run. Plan another one, and compare the two here.", link="plan")
    shown = Shown(run_view or pack_view, run_view, compare_view, pack_view, authority, publication)
    if publication:
        _check_publishable(shown)
    _say_what_is_shown(shown, run_is_shown=opens_run)
    return shown


def table(shown_table: Table, *, height: int | None = None, leave_out: Sequence[str] = ()) -> None:
    """A table of the report room: its caption, its figures, its notes, and a download of the same figures.

    Codes, and the columns that are left out, are in the download alone.
    """
    st.markdown(f"**{shown_table.title}**")
    below = _money_below_nothing(shown_table)
    st.dataframe(
        _display(shown_table, below),
        hide_index=True,
        column_config={column.label: _column(column, shown_table, below) for column in shown_table.columns},
        column_order=[
            column.label for column in shown_table.columns if column.name not in (*CODES, *leave_out)
        ],
        height="auto" if height is None else height,
        placeholder="not known",
        alt=shown_table.title,
    )
    for note in shown_table.notes:
        st.caption(note)
    downloads.button(
        "Download as CSV",
        lambda: csv_bytes(shown_table),
        f"{shown_table.name}.csv",
        key=f"csv:{shown_table.name}",
    )


def data_behind(what: str, shown_table: Table, *, leave_out: Sequence[str] = ()) -> None:
    """The data table of a chart or a map, folded away below it."""
    with st.expander(f"Data behind this {what}"):
        table(shown_table, leave_out=leave_out)


def as_shown(worked: Table, *, publication: bool) -> Table:
    """The table, with the Department's disclosure control where the publication view is on."""
    return published(worked) if publication else worked


def nothing(sentence: str, *, link: str | None = None) -> NoReturn:
    """An empty page: a sentence, where to go next, and no more."""
    st.info(sentence, icon=":material/info:")
    if link is not None:
        page_link(link)
    st.stop()


def refused(error: InputError) -> None:
    """What is wrong with what the reader gave, with every fault."""
    st.error(str(error), icon=":material/error:")
    if error.faults:
        faults(error.faults)


def failed(error: InputError) -> NoReturn:
    """What cannot be shown, with every fault, and no more."""
    refused(error)
    st.stop()


def faults(found: Sequence[Fault]) -> None:
    """Every fault in a table: file, row, column, what is wrong and what would be accepted."""
    rows = pd.DataFrame(
        [{heading: getattr(each, key) for key, heading in FAULT_COLUMNS.items()} for each in found]
    )
    rows["Row"] = ["whole file" if each.row == 0 else str(each.row) for each in found]
    st.dataframe(rows, hide_index=True, alt="Faults in the region pack")
    st.caption("Row 1 is the header, as a spreadsheet counts. Correct these in the files, then try again.")


def page_link(name: str, label: str | None = None, **changes: str | None) -> None:
    """A link to another page, by its name in the address, with the choices of this one and these changes."""
    page: StreamlitPage | None = st.session_state.get(PAGES, {}).get(name)
    if page is not None:
        st.page_link(
            page,
            label=label or page.title,
            query_params=state.address(**changes),
            icon=":material/arrow_forward:",
        )


# -- choosers ---------------------------------------------------------------------------------------


def _chosen_pack() -> tuple[Path, PackView]:
    """The pack of the address, else that of its run, else that of the latest run, else the sample."""
    packs = store.packs()
    if not packs:
        nothing("There is no region pack here. Upload one on the page “Plan a run”.", link="plan")
    labels = sorted(store.runs(), key=lambda label: label.name != state.get("run"))
    of_runs = [name for label in labels for name in packs if packs[name].resolve() == Path(label.pack)]
    name = state.choose(
        "Region pack",
        _with_missing(list(packs), state.get("pack")),
        key="pack",
        default=next(iter([*of_runs, *[name for name in packs if name == store.DEFAULT_PACK], *packs])),
        forgets=("run", "compare", "authority"),
        help="The region’s children and places, as a folder of spreadsheets.",
    )
    if name not in packs:
        nothing(f"There is no region pack called {name} here. Choose another one.")
    try:
        return packs[name], store.pack_view(packs[name])
    except InputError as error:
        failed(error)


def _chosen_run(pack: Path, *, key: str, label: str, apart_from: str | None = None) -> str:
    """Name of the run, the latest unless the address has another; empty where there is none."""
    names = [run.name for run in store.runs_of_pack(pack) if run.name != apart_from]
    if apart_from is None:
        names.append(NO_RUN)
    if not names:
        return ""
    name = state.choose(
        label,
        _with_missing(names, state.get(key)),
        key=key,
        words=lambda name: "None: today’s placements only" if name == NO_RUN else name,
    )
    if name not in names:
        nothing(f"There is no run called {name} for this region pack. Choose another one.")
    return "" if name == NO_RUN else name


def _with_missing(names: list[str], wanted: str) -> list[str]:
    """The names, and the one that the address asks for although it is not there: never shown as another."""
    return names if not wanted or wanted in names else [*names, wanted]


def _chosen_authority(pack_view: PackView) -> str:
    names = {each.code: each.name for each in pack_view.region.authorities}
    return state.choose(
        "Authority",
        ["", *names],
        key="authority",
        words=lambda code: names.get(code, "Whole region"),
        help="Shows the figures of one authority’s children.",
    )


def _opened(name: str, pack: Path) -> RunView:
    try:
        return store.run_view(store.runs_folder() / name, pack)
    except InputError as error:
        failed(error)


def _check_publishable(shown: Shown) -> None:
    """Stops with a sentence where no way of hiding counts would protect every child."""
    for view in (shown.view, shown.compare):
        try:
            if view is not None:
                store.figures(_hidden, view)
        except InputError as error:
            failed(error)


def _hidden(view: PackView | RunView) -> int:
    return len(view.hidden_cells)


def _say_what_is_shown(shown: Shown, *, run_is_shown: bool) -> None:
    """One line, so that nobody takes one run or region for another, and the publication banner."""
    region = shown.pack_view.region
    said = [region.name, f"as at {region.as_at.day} {region.as_at:%B %Y}"]
    if shown.run is None and run_is_shown:
        said.append("today’s placements, no run")
    elif shown.run is not None:
        said.append(f"run {shown.run.name} ({words.OF_STATUS[str(shown.run.metrics['status'])]})")
    if shown.compare is not None:
        said.append(f"compared with {shown.compare.name}")
    if run_is_shown:
        said.append(shown.whose)
    st.caption(" · ".join(said))
    if shown.publication:
        st.info(
            "Publication view: counts of 1 to 5 show as “c”, with any figure they could be worked out from. "
            "Tables and downloads are the same. Single children and homes are not shown.",
            icon=":material/visibility_off:",
        )


# -- tables -----------------------------------------------------------------------------------------


def _display(shown_table: Table, below: Sequence[str]) -> pd.DataFrame | Styler:
    """Numbers that sort as numbers; as text where some are hidden, so that “c” can stand for them."""
    if shown_table.hidden is not None:
        return text_frame(shown_table)
    labels = {column.name: column.label for column in shown_table.columns}
    numbers = shown_table.frame[list(labels)].rename(columns=labels)
    return numbers.style.format(dict.fromkeys(below, _money_text)) if below else numbers


def _money_text(value: object) -> str:
    return text_of(value, Kind.MONEY)


def _money_below_nothing(shown_table: Table) -> list[str]:
    """Headings of the money that is below nothing somewhere: a number's format has no place for a sign before
    the £, so each such cell brings its text. None of a table longer than pandas makes such texts for."""
    frame = shown_table.frame
    if shown_table.hidden is not None or frame.size > pd.get_option("styler.render.max_elements"):
        return []
    money = [column for column in shown_table.columns if column.kind is Kind.MONEY]
    return [column.label for column in money if (frame[column.name] < 0).any()]


def _column(column: Column, shown_table: Table, below: Sequence[str]) -> Any:
    if column.kind is Kind.TEXT or shown_table.hidden is not None:
        side: Literal["left", "right"] = "left" if column.kind is Kind.TEXT else "right"
        return st.column_config.TextColumn(help=column.meaning, alignment=side)
    shape = None if column.label in below else _FORMATS[column.kind]
    return st.column_config.NumberColumn(help=column.meaning, format=shape)


_FORMATS: Final = {
    Kind.COUNT: "localized",
    Kind.SHARE: "percent",
    Kind.POINTS: "%.1f",
    Kind.MILES: "%.1f",
    Kind.MONEY: "£%,.0f",
    Kind.NUMBER: "localized",
    Kind.ESTIMATE: "%.1f",
}
