"""One child's page: where it lives and why there, or why nowhere and what would change that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from optimiser.report.child import ChildMap, ChildView, child
from optimiser.report.table import Kind, text_of
from optimiser.report.views import RunView
from optimiser.ui import charts, frame, legend, maps, palette, rows, state, store, tiles, words
from optimiser.ui.frame import Shown
from optimiser.ui.legend import Entry, Mark

SIBLING_COLUMNS = ("child_id", "authority", "age", "status", "kind_label", "place_name", "lives", "miles")
WITH_SIBLINGS = {
    "yes": "Lives with all siblings of the group.",
    "no": "Does not live with all siblings of the group.",
}


def one_child(shown: Shown, run: RunView, child_id: str) -> None:
    """The page of one child, below the title of the page."""
    st.button("Back to all children", icon=":material/arrow_back:", on_click=lambda: state.put(child=None))
    found: ChildView = store.figures(child, run, child_id)
    row = found.row
    st.header(f"Child {child_id}", anchor=False)
    tiles.show(_tiles(row))
    st.markdown(_who(row))
    left, right = st.columns([3, 2], gap="large")
    with left:
        if row["status"] == "placed":
            _place(found)
        else:
            _no_place(found)
    with right:
        _map(shown, found.map, placed=row["status"] == "placed")
    _alternatives(found)
    if len(found.siblings.frame):
        frame.table(rows.columns(found.siblings, SIBLING_COLUMNS))
    with st.expander("The whole explanation, as the command line gives it"):
        st.text(found.text)


def _tiles(row: Mapping[str, Any]) -> list[tiles.Figure]:
    if row["status"] != "placed":
        return [
            tiles.Figure("Place", "None", change=str(row["reason_text"]), is_better=False),
            tiles.Figure("Miles from home, today", text_of(row.get("current_miles"), Kind.MILES)),
        ]
    difference = row.get("miles_difference")
    known = difference is not None and not pd.isna(difference)
    change = round(float(difference), 1) if difference is not None and known else 0.0
    return [
        tiles.Figure(
            "Miles from home",
            text_of(row["miles"], Kind.MILES),
            change=text_of(change, Kind.MILES, signed=True) if change else "",
            before=f"today {text_of(row['current_miles'], Kind.MILES)}" if known else "today not known",
            is_better=change < 0 if change else None,
            rises=change > 0 if change else None,
        ),
        tiles.Figure("Weekly cost", text_of(row["weekly_cost"], Kind.MONEY), before="£ a week"),
        tiles.Figure(
            "Score", text_of(row["score"], Kind.MONEY), before="£ a week, the lower the better",
            help="What the place costs, and what the policy says its drawbacks are worth, in £ a week.",
        ),
    ]  # fmt: skip


def _who(row: Mapping[str, Any]) -> str:
    """The child in a sentence, without name or address."""
    said = [f"Age {row['age']:.0f}", str(row["gender"]), f"looked after by {row['authority']}"]
    if row["needs"]:
        said.append(f"needs: {str(row['needs']).replace('_', ' ')}")
    if row.get("sibling_group"):
        said.append(f"sibling group {row['sibling_group']}")
    return ", ".join(said) + "."


def _place(found: ChildView) -> None:
    """The place, and its score term by term."""
    row = found.row
    st.markdown(
        f"Lives in **{row['place_name'] or row['provision_id']}** ({words.OF_KIND[row['kind']].lower()}, "
        f"{row['provider'] or 'provider not known'}) in {row['lives'] or 'an authority that is not known'}."
    )
    if row["with_siblings"] in WITH_SIBLINGS:
        st.markdown(WITH_SIBLINGS[row["with_siblings"]])
    st.markdown("**What makes up the score, £ a week**")
    drawn = rows.chart_rows(found.terms, label="label", value="gbp_per_week")
    charts.draw(
        charts.bars,
        drawn,
        title="£ a week",
        kind=Kind.MONEY,
        alt_text=f"Score of £{row['score']:,.2f} a week: {rows.listed(drawn, most=7)}.",
        key="terms",
    )
    frame.data_behind("chart", found.terms)


def _no_place(found: ChildView) -> None:
    """Why there is no place, and the smallest change that would make one."""
    st.markdown(f"**Has no place:** {found.row['reason_text']}.")
    st.markdown("**What would change that**")
    st.info(
        found.change_text or "None of the changes that were looked at would make a place for this child.",
        icon=":material/lightbulb:",
    )
    if len(found.excluded.frame):
        frame.table(found.excluded)


def _alternatives(found: ChildView) -> None:
    """Places that would be better for this child, and why it is not there."""
    st.header("Alternatives considered", anchor=False)
    if len(found.alternatives.frame):
        frame.table(found.alternatives)
    elif found.row["status"] == "placed":
        st.write("No place that suits this child scores better than the one it has.")
    else:
        st.write("No place suits this child.")


def _map(shown: Shown, drawn: ChildMap, *, placed: bool) -> None:
    """Home authority, and the place: the point of a home, the hexagon of a family; home's address never."""
    ground = maps.ground(shown.view)
    shades = {drawn.home_authority: palette.SEQUENTIAL[1]}
    look = pd.DataFrame(
        {
            "code": list(ground.names),
            "colour": [shades.get(name, palette.BACKGROUND) for name in ground.names.values()],
            "label": "",
            "title": list(ground.names.values()),
            "text": ["Home authority" if name in shades else "" for name in ground.names.values()],
        }
    )
    ends = [drawn.home] if drawn.place is None else [drawn.home, drawn.place]
    distance = text_of(drawn.miles, Kind.MILES)
    sentence = f"Home is in {drawn.home_authority}; there is no place."
    if placed:
        lives = drawn.lives_authority or "an authority that is not known"
        sentence = f"Home is in {drawn.home_authority}, the place is in {lives}, {distance} miles from home."
    points = [(end.lon, end.lat) for end in ends]
    areas = maps.shaded(ground, look).areas
    maps.draw(
        ground,
        maps.journey(ground, areas, points, distance=f"{distance} miles"),
        alt=sentence,
        key="child map",
        bounds=maps.around(points),
    )
    entries = [Entry("The middle of the 10 km hexagon home is in, not its address", palette.TEXT, Mark.RING)]
    if drawn.place is not None:
        exact = drawn.place.precision == "home"
        text = "The home" if exact else "The middle of the 10 km hexagon the family is in"
        entries.append(Entry(text, maps.FLOW, Mark.DISC))
    legend.show("", entries)
    st.caption(sentence)
