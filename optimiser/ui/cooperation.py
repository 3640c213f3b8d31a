"""Cooperation: who gains and who pays, sub-regions, what pooling buys and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from optimiser.cooperation.findings import MEASURES
from optimiser.errors import InputError
from optimiser.report.cooperation import (
    KIND,
    KINDS,
    NOTHING,
    CooperationFiles,
    compared,
    compared_sub_regions,
    contributions,
    cooperations_in,
    html_page_of_cooperation,
    inputs_of,
    open_cooperation,
    sentences,
    sub_regions,
)
from optimiser.report.table import Kind, Table
from optimiser.ui import (
    authority_map,
    charts,
    downloads,
    figures,
    frame,
    jobs,
    legend,
    maps,
    rows,
    state,
    store,
)
from optimiser.ui.frame import Shown
from optimiser.ui.names import next_name, slug, taken_in

SECTIONS = {
    "who": "Who gains, who pays",
    "compared": "Alone and together",
    "sub_regions": "Sub-regions",
    "away": "Take it away",
}
FIGURES = {"saving": "Saving by cooperating", "pays": "Paid to others", "contribution": "Contribution"}
STATES = {"today": "Alone", "run": "Together"}
FILES = ("contributions.csv", "sub_regions.csv", "tiers.csv", "placements.csv", "certificate.json")
NOT_PUBLISHED = "Hidden in the publication view: {}"


@dataclass(frozen=True)
class Opened:
    """The cooperation that is shown."""

    shown: Shown
    files: CooperationFiles

    def table(self, function: Callable[..., Table]) -> Table:
        """A table of the report room, published where asked."""
        return figures.table(self.shown, function, self.files)


def page() -> None:
    """The page."""
    shown = frame.open_page(
        "Cooperation",
        "What it is worth to place children together rather than each council alone, who should bear how "
        "much of the cost, and what pooling does not buy.",
        needs_run=False,
        opens_run=False,
    )
    opened = Opened(shown, _chosen(shown))
    section = state.choose(
        "Show", list(SECTIONS), key="section", words=SECTIONS.__getitem__, style="segmented"
    )
    {"who": _who, "compared": _compared, "sub_regions": _sub_regions, "away": _away}[section](opened)


def _chosen(shown: Shown) -> CooperationFiles:
    """The cooperation of the address, else the last by name; the form to work one out where there is none."""
    going_on = jobs.follow("cooperation")
    made = {each.name: each for each in _of_pack(shown.pack.folder)}
    if not made:
        if going_on:
            st.stop()
        st.markdown("Nobody has worked out yet what cooperating is worth to this region.")
        _begin(shown, primary=True)
        st.stop()
    with st.sidebar:
        name = state.choose("Cooperation", sorted(made, reverse=True), key="cooperation")
        if not going_on:
            _begin(shown, primary=False)
    try:
        return store.opened(open_cooperation, made[name])
    except InputError as error:
        frame.failed(error)


def _of_pack(pack: Path) -> list[Path]:
    """The cooperations worked out from the files that this pack has now."""
    hashes = store.hashes_of_pack(pack)
    return [
        each
        for each in cooperations_in(store.runs_folder())
        if hashes and all(inputs_of(each).get(name) == hashed for name, hashed in hashes.items())
    ]


def _begin(shown: Shown, *, primary: bool) -> None:
    """A button that has the headless command carried out."""
    folder, runs = shown.pack.folder, store.runs_folder()
    label = "Work it out" if primary else "Work it out again"
    if st.button(label, type="primary" if primary else "secondary", icon=":material/handshake:"):
        name = next_name(f"{KIND}-{slug(folder.name) or 'pack'}", taken_in(runs))
        steps = ("Working out every authority alone, and all together",)
        jobs.begin(jobs.Order("cooperate", KIND, name, runs, folder, steps))


def _who(opened: Opened) -> None:
    """Contributions as a map, bars and a table."""
    st.header("Who gains and who pays", anchor=False)
    table = opened.table(contributions)
    figure = state.choose("Figure", list(FIGURES), key="figure", words=FIGURES.__getitem__, style="segmented")
    ends = rows.extremes(table, label="authority", value=figure)
    sentence = f"{FIGURES[figure]}, £ a week: {ends}; whole region {rows.total_text(table, figure)}."
    left, right = st.columns([3, 2], gap="large")
    with left:
        _map(opened, table, figure, sentence)
    with right:
        st.markdown(f"**{FIGURES[figure]}, £ a week**")
        drawn = rows.chart_rows(rows.ordered(table, figure), label="authority", value=figure)
        charts.draw(
            charts.bars if figure == "saving" else charts.gains,
            drawn,
            title="£ a week",
            kind=Kind.MONEY,
            alt_text=sentence,
            key="contributions",
        )
    frame.table(table)
    st.markdown(
        "No council, and no group of councils, would pay less by leaving: that is proven for every set of "
        "them. Scarce places are dear, so whoever holds them gains most."
    )


def _map(opened: Opened, table: Table, figure: str, sentence: str) -> None:
    texts = rows.texts(rows.body(table))
    authority_map.draw(
        opened.shown,
        table,
        figure,
        heading=f"{FIGURES[figure]}, £ a week",
        texts=[
            f"Alone: {alone} a week\nContribution: {contribution} a week\nSaving: {saving} a week"
            for alone, contribution, saving in zip(
                texts["alone"], texts["contribution"], texts["saving"], strict=True
            )
        ],
        sentence=sentence,
        key="cooperation map",
        scale=maps.scale if figure == "saving" else maps.difference_scale,
    )


def _compared(opened: Opened) -> None:
    """Whole children: every authority alone against all together, and what pooling does not buy."""
    st.header("Alone and together", anchor=False)
    if opened.shown.publication:
        st.write(NOT_PUBLISHED.format("who has no place alone can be single children."))
        return
    st.subheader("What pooling does not buy", anchor=False)
    said = store.figures(sentences, opened.shown.view, opened.files)
    for sentence in said or (NOTHING,):
        st.markdown(f"- {sentence}")
    labels = {measure.column: measure.label for measure in MEASURES}
    column = state.choose("Measure", list(labels), key="measure", words=labels.__getitem__)
    table = opened.table(compared)
    drawn = rows.ring_and_disc(table, label="authority", stem=column, states=("alone", "together"))
    totals = [rows.total_text(table, f"{column}_{side}") for side in ("alone", "together")]
    sentence = f"{labels[column]}: {totals[0]} alone, {totals[1]} together in the whole region."
    legend.show(
        "",
        [
            legend.Entry(STATES["today"], legend.TODAY_DOT.colour, legend.Mark.RING),
            legend.Entry(STATES["run"], legend.RUN_DOT.colour, legend.Mark.DISC),
        ],
    )
    charts.draw(
        charts.dots,
        drawn,
        states=tuple(STATES),
        title=labels[column],
        kind=KINDS.get(column, Kind.NUMBER),
        words=STATES,
        alt_text=sentence,
        key="compared",
    )
    st.caption(sentence)
    frame.table(table)


def _sub_regions(opened: Opened) -> None:
    """What a sub-region saves by itself, and what the whole region saves further."""
    st.header("Sub-regions", anchor=False)
    if opened.shown.publication:
        st.write(NOT_PUBLISHED.format("with the authorities’ figures they could tell of single children."))
        return
    table = opened.table(sub_regions)
    if len(table.frame) == 0:
        st.write(
            "This region pack names no sub-regions: add [[groups]] to region.toml, and work it out anew."
        )
        return
    frame.table(table)
    frame.table(opened.table(compared_sub_regions))


def _away(opened: Opened) -> None:
    """The files, and the commands that make and check them."""
    st.header("Take it away", anchor=False)
    pack, folder = opened.shown.pack.folder, opened.files.folder
    st.markdown("Made and checked without the app, byte for byte:")
    policy = folder / "inputs" / "policy.toml"
    words = ["optimiser", "cooperate", str(pack), "--out", f"{folder}-again"]
    downloads.command([*words, *(["--policy", str(policy)] if policy.is_file() else [])])
    downloads.command(["optimiser", "verify", str(folder), "--pack", str(pack)])
    if opened.shown.publication:
        st.write(NOT_PUBLISHED.format("the files tell of single children. The tables have their downloads."))
        return
    downloads.button(
        "Download a page that prints well",
        lambda: html_page_of_cooperation(opened.shown.view, opened.files),
        "cooperation.html",
    )
    for name in FILES:
        downloads.button(f"Download {name}", (folder / name).read_bytes(), name)
    st.caption("placements.csv says who lives where: it is personal data.")
