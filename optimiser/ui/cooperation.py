"""Cooperation: who gains and who pays, sub-regions, what pooling buys and what it does not."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from optimiser.cooperation.findings import MEASURES
from optimiser.errors import InputError
from optimiser.report.cooperation import (
    KIND,
    KINDS,
    NOTHING,
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
from optimiser.report.table import Kind, Table, text_of
from optimiser.ui import charts, demand_inputs, figures, frame, legend, maps, rows, state, store
from optimiser.ui.frame import Shown
from optimiser.ui.uploads import slug

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
class Order:
    """The cooperation of a pack, to be worked out."""

    name: str
    runs: Path
    pack: Path
    noun: str = "cooperation"
    steps: tuple[str, ...] = ("Working out every authority alone, and all together",)

    @property
    def out(self) -> Path:
        """Its folder, beside the runs."""
        return self.runs / self.name

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """`optimiser cooperate …`."""
        return (("optimiser", "cooperate", str(self.pack), "--out", str(self.out)),)


@dataclass(frozen=True)
class Opened:
    """The cooperation that is shown."""

    shown: Shown
    folder: Path

    def table(self, function: Callable[..., Table]) -> Table:
        """A table of the report room, published where asked."""
        return figures.table(self.shown, function, str(self.folder), store.stamp(self.folder))


def page() -> None:
    """The page."""
    shown = frame.open_page(
        "Cooperation",
        "What it is worth to place children together rather than each council alone, who should bear how "
        "much of the cost, and what pooling does not buy.",
        needs_run=False,
        opens_run=False,
    )
    folder = _chosen(shown)
    opened = Opened(shown, folder)
    section = state.choose(
        "Show", list(SECTIONS), key="section", words=SECTIONS.__getitem__, style="segmented"
    )
    {"who": _who, "compared": _compared, "sub_regions": _sub_regions, "away": _away}[section](opened)


def _chosen(shown: Shown) -> Path:
    """The cooperation of the address, else the last by name; the form to work one out where there is none."""
    going_on = demand_inputs.follow("cooperation")
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
        open_cooperation(str(made[name]))
    except InputError as error:
        frame.failed(error)
    return made[name]


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
    stem = f"{KIND}-{slug(shown.pack.folder.name) or 'pack'}"
    runs = store.runs_folder()
    taken = {each.name for each in runs.iterdir()} if runs.is_dir() else set()
    name = next(name for name in (f"{stem}-{number}" for number in range(1, 100_000)) if name not in taken)
    label = "Work it out" if primary else "Work it out again"
    if st.button(label, type="primary" if primary else "secondary", icon=":material/handshake:"):
        try:
            job = demand_inputs.forecaster().submit(Order(name, runs, shown.pack.folder))
        except InputError as error:
            frame.failed(error)
        state.put(job=job.key)
        st.rerun()


def _who(opened: Opened) -> None:
    """Contributions as a map, bars and a table."""
    st.header("Who gains and who pays", anchor=False)
    table = opened.table(contributions)
    figure = state.choose("Figure", list(FIGURES), key="figure", words=FIGURES.__getitem__, style="segmented")
    ends = rows.extremes(table, label="authority", value=figure)
    sentence = f"{FIGURES[figure]}, £ a week: {ends}; whole region {rows.total_text(table, figure)}."
    left, right = st.columns([3, 2], gap="large")
    with left:
        _map(opened, rows.body(table), figure, sentence)
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


def _map(opened: Opened, members: Table, figure: str, sentence: str) -> None:
    shown = opened.shown
    ground = maps.ground(shown.view)
    scale = maps.scale if figure == "saving" else maps.difference_scale
    shading = scale(members.frame[figure])
    texts = rows.texts(members)
    areas = pd.DataFrame(
        {
            "code": members.frame["code"],
            "colour": [shading.colour(value) for value in members.frame[figure]],
            "label": rows.labels(members, figure),
            "title": members.frame["authority"],
            "text": [
                f"Alone: {alone} a week\nContribution: {contribution} a week\nSaving: {saving} a week"
                for alone, contribution, saving in zip(
                    texts["alone"], texts["contribution"], texts["saving"], strict=True
                )
            ],
        }
    )
    maps.draw(
        ground,
        maps.shaded(ground, areas, selected=shown.authority),
        alt=sentence,
        key="cooperation map",
        chosen=lambda code: state.put(authority=None if code == shown.authority else code),
    )
    legend.show(
        f"{FIGURES[figure]}, £ a week", maps.legend(shading, lambda value: text_of(value, Kind.MONEY))
    )
    st.caption(sentence)


def _compared(opened: Opened) -> None:
    """Whole children: every authority alone against all together, and what pooling does not buy."""
    st.header("Alone and together", anchor=False)
    if opened.shown.publication:
        st.write(NOT_PUBLISHED.format("who has no place alone can be single children."))
        return
    st.subheader("What pooling does not buy", anchor=False)
    said = store.figures(sentences, opened.shown.view, str(opened.folder), store.stamp(opened.folder))
    for sentence in said or (NOTHING,):
        st.markdown(f"- {sentence}")
    labels = {measure.column: measure.label for measure in MEASURES}
    column = state.choose("Measure", list(labels), key="measure", words=labels.__getitem__)
    table = opened.table(compared)
    drawn = rows.state_rows(table, label="authority", stem=column, states=("alone", "together"))
    drawn = drawn.rename(columns=lambda name: name.replace("alone", "today").replace("together", "run"))
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
    pack, folder = opened.shown.pack.folder, opened.folder
    st.markdown("Made and checked without the app, byte for byte:")
    policy = folder / "inputs" / "policy.toml"
    words = ["optimiser", "cooperate", str(pack), "--out", f"{folder}-again"]
    words += ["--policy", str(policy)] if policy.is_file() else []
    st.code(shlex.join(words), language=None, wrap_lines=True)
    st.code(
        shlex.join(["optimiser", "verify", str(folder), "--pack", str(pack)]), language=None, wrap_lines=True
    )
    if opened.shown.publication:
        st.write(NOT_PUBLISHED.format("the files tell of single children. The tables have their downloads."))
        return
    st.download_button(
        "Download a page that prints well",
        lambda: html_page_of_cooperation(opened.shown.view, str(folder)),
        file_name="cooperation.html",
        on_click="ignore",
        icon=":material/download:",
    )
    for name in FILES:
        st.download_button(
            f"Download {name}",
            (folder / name).read_bytes(),
            file_name=name,
            on_click="ignore",
            icon=":material/download:",
            key=f"file:{name}",
        )
    st.caption("placements.csv says who lives where: it is personal data.")
