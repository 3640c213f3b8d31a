"""The map of the authorities, shaded by a column of a table, with its legend and its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from optimiser.report.table import Kind, Table, text_of
from optimiser.ui import legend, maps, rows, state
from optimiser.ui.frame import Shown
from optimiser.ui.legend import Entry


def draw(
    shown: Shown,
    table: Table,
    column: str,
    *,
    heading: str,
    texts: Iterable[str],
    sentence: str,
    key: str,
    scale: Callable[..., maps.Scale] = maps.scale,
    signed: bool = False,
    lines: Sequence[maps.Drawn] = (),
    circles: Sequence[maps.Drawn] = (),
    legends: Sequence[tuple[str, Sequence[Entry]]] = (),
) -> None:
    """One row of the table an authority, its total apart; a click chooses an authority, or lets it go.

    `heading` stands over the classes of the scale, `texts` are the tooltips in the table's order, `sentence`
    is the text alternative and stands below. `legends` are those of `lines` and `circles` drawn over it.
    """
    ground = maps.ground(shown.view)
    members = rows.body(table)
    figures, kind = members.frame[column], members.column(column).kind
    shading = scale(figures, whole=kind is Kind.COUNT)
    look = pd.DataFrame(
        {
            "code": members.frame["code"],
            "colour": [shading.colour(value) for value in figures],
            "label": rows.labels(members, column, signed=signed),
            "title": members.frame["authority"],
            "text": list(texts),
        }
    )
    drawing = maps.shaded(ground, look, selected=shown.authority)
    maps.draw(
        ground,
        replace(drawing, lines=list(lines), circles=list(circles)),
        alt=sentence,
        key=key,
        chosen=lambda code: state.put(authority=None if code == shown.authority else code),
    )
    missing = "Hidden or not known" if figures.isna().any() else ""
    classes = maps.legend(shading, lambda value: text_of(value, kind, signed=signed), missing=missing)
    for title, entries in ((heading, classes), *legends):
        legend.show(title, entries)
    st.caption(sentence)
    if ground.note:
        st.caption(ground.note)
