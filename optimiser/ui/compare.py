"""Two runs side by side: what differs in policy and figures, where, for whom and why."""

from __future__ import annotations

import streamlit as st

from optimiser.errors import InputError
from optimiser.report.compare import (
    Comparison,
    changes,
    compare,
    compare_by_authority,
    compare_tiles,
    policy_differences,
)
from optimiser.report.table import Table, text_of
from optimiser.report.tiles import Tile
from optimiser.report.views import RunView
from optimiser.ui import authority_map, charts, frame, maps, rows, state, store, tiles
from optimiser.ui.frame import Shown

MEASURES = {
    "over": "Children over 20 miles from home",
    "share_over": "Share over 20 miles from home",
    "median_miles": "Median miles from home",
    "unplaced": "Children without a place",
    "weekly_cost": "Weekly cost",
    "outside": "Children placed out of area",
}
CHANGE_COLUMNS = (
    *("child_id", "authority", "what", "from_provision", "to_provision", "from_kind", "to_kind"),
    *("miles_a", "miles_b", "miles_difference", "score_a", "score_b", "score_difference", "why"),
)
WHAT = {
    "": "All changes",
    "moves": "Lives elsewhere",
    "gains a place": "Gains a place",
    "loses its place": "Loses its place",
}


def page() -> None:
    """The page."""
    shown = frame.open_page(
        "Compare two runs",
        "What changes between two runs: the figures, the map, the children and the reasons.",
        needs_compare=True,
    )
    run, other = _runs(shown)
    try:
        store.figures(compare, other, run)
    except InputError as error:
        frame.failed(error)
    st.markdown(f"**{run.name}** against **{other.name}**. A difference is {run.name} less {other.name}.")
    worked = store.figures(_published_tiles if shown.publication else _tiles, other, run)
    tiles.show([tiles.from_tile(each, before="before") for each in worked])
    _policy(run, other)
    worked_by = store.figures(_by_authority, other, run)
    by_authority = frame.as_shown(worked_by, publication=shown.publication)
    _map_of_difference(shown, by_authority)
    _children(shown)


def _runs(shown: Shown) -> tuple[RunView, RunView]:
    """The run and the one it is compared with; the frame has made sure of both."""
    if shown.run is None or shown.compare is None:
        frame.nothing("There are no two runs to compare.", link="plan")
    return shown.run, shown.compare


def _policy(run: RunView, other: RunView) -> None:
    """What the two policies say differently."""
    st.header("What was changed", anchor=False)
    table = store.figures(_policy_differences, other, run)
    if len(table.frame):
        frame.table(table)
    else:
        st.write("Both runs have the same policy.")


def _map_of_difference(shown: Shown, by_authority: Table) -> None:
    """The difference on the map and as bars, what each authority gains or loses."""
    st.header("What each authority gains or loses", anchor=False)
    key = state.choose("Difference in", list(MEASURES), key="measure", words=MEASURES.__getitem__)
    column = by_authority.column(f"{key}_difference")
    members = rows.body(by_authority)
    texts = [text_of(value, column.kind, signed=True) for value in members.frame[column.name]]
    sentence = _sentence(by_authority, key)
    left, right = st.columns([3, 2], gap="large")
    with left:
        authority_map.draw(
            shown,
            by_authority,
            column.name,
            heading=f"Difference: {MEASURES[key].lower()}",
            texts=[f"Difference, {MEASURES[key].lower()}: {text}" for text in texts],
            sentence=sentence,
            key="difference map",
            scale=maps.difference_scale,
            signed=True,
        )
    with right:
        st.markdown(f"**{MEASURES[key]}: more or less than before**")
        drawn = rows.chart_rows(rows.ordered(by_authority, column.name), label="authority", value=column.name)
        signed = rows.signed(drawn, column.kind)
        signed["text"] = signed["text"].str.removesuffix(" points")  # the axis says it
        charts.draw(
            charts.gains,
            signed,
            title=f"Difference, {column.unit}",
            kind=column.kind,
            alt_text=sentence,
            key="gains",
        )
    frame.data_behind("map", by_authority)


def _children(shown: Shown) -> None:
    """Which children change place, and why."""
    st.header("Which children change place, and why", anchor=False)
    if shown.publication:
        st.write(
            "Hidden in the publication view: a list of single children may not be published, as each could "
            "be recognised by authority, age and place."
        )
        return
    run, other = _runs(shown)
    table = store.figures(_changes, other, run)
    what = state.choose("Show", list(WHAT), key="what", words=WHAT.__getitem__, style="segmented")
    if what:
        table = rows.having(table, "what", what)
    if shown.authority:
        table = rows.having(table, "authority", shown.whose)
    if len(table.frame):
        frame.table(rows.columns(table, CHANGE_COLUMNS), height=420)
    else:
        st.write(
            f"No child of {shown.whose} is among these changes." if shown.authority else "There are none."
        )


# -- within ----------------------------------------------------------------------------------------


def _comparison(a: RunView, b: RunView) -> Comparison:
    return store.figures(compare, a, b)


def _tiles(a: RunView, b: RunView) -> tuple[Tile, ...]:
    return compare_tiles(_comparison(a, b))


def _published_tiles(a: RunView, b: RunView) -> tuple[Tile, ...]:
    return compare_tiles(_comparison(a, b), publication=True)


def _policy_differences(a: RunView, b: RunView) -> Table:
    return policy_differences(_comparison(a, b))


def _by_authority(a: RunView, b: RunView) -> Table:
    return compare_by_authority(_comparison(a, b))


def _changes(a: RunView, b: RunView) -> Table:
    return changes(_comparison(a, b))


def _sentence(by_authority: Table, key: str) -> str:
    column = f"{key}_difference"
    ends = rows.extremes(by_authority, label="authority", value=column, signed=True)
    known = ends or "no figure is known or may be published"
    total = rows.total_text(by_authority, column, signed=True)
    return f"Difference, {MEASURES[key].lower()}: {known}; whole region {total}."
