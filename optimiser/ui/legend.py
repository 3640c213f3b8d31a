"""Legends of charts and maps, as text with a mark beside each: what a colour or a shape stands for."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import streamlit as st

from optimiser.ui import palette


class Mark(StrEnum):
    """What stands beside the words."""

    SQUARE = "square"
    FRAME = "frame"
    DISC = "disc"
    RING = "ring"
    ARROW = "arrow"


@dataclass(frozen=True)
class Entry:
    """One line of a legend."""

    text: str
    colour: str
    mark: Mark = Mark.SQUARE


TODAY: Final = Entry("Today’s placements", palette.TODAY, Mark.FRAME)
RUN: Final = Entry("The run", palette.RUN)
TODAY_DOT: Final = Entry("Today’s placements", palette.TODAY, Mark.RING)
RUN_DOT: Final = Entry("The run", palette.RUN, Mark.DISC)

_BOX = "display:inline-block;box-sizing:border-box;width:1rem;height:1rem;flex:none;"


def show(title: str, entries: Sequence[Entry]) -> None:
    """The legend on the page."""
    st.html(html_from(title, entries))


def html_from(title: str, entries: Sequence[Entry]) -> str:
    """The legend as HTML: a list that wraps, with the marks hidden from screen readers."""
    items = "".join(
        '<li style="display:inline-flex;align-items:center;gap:.4rem;margin:0 1rem .25rem 0">'
        f'<span aria-hidden="true" style="{_style(each)}">{"→" if each.mark is Mark.ARROW else ""}</span>'
        f"{html.escape(each.text)}</li>"
        for each in entries
    )
    heading = f"<b>{html.escape(title)}</b>" if title else ""
    return (
        f'<div style="font-size:.875rem;color:{palette.TEXT}">{heading}'
        '<ul style="list-style:none;margin:.25rem 0 0;padding:0;display:flex;flex-wrap:wrap">'
        f"{items}</ul></div>"
    )


def _style(entry: Entry) -> str:
    colour = entry.colour
    return {
        Mark.SQUARE: f"{_BOX}background:{colour};border:1px solid {palette.LINE}",
        Mark.FRAME: f"{_BOX}background:{palette.BACKGROUND};border:2px solid {colour}",
        Mark.DISC: f"{_BOX}background:{colour};border-radius:50%",
        Mark.RING: f"{_BOX}background:{palette.BACKGROUND};border:3px solid {colour};border-radius:50%",
        Mark.ARROW: f"color:{colour};font-weight:700;flex:none",
    }[entry.mark]
