"""Tiles: one figure each, with what it was and by how much it differs, in words as well as in colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from optimiser.report.tiles import Tile

ACROSS = 4
ROOM = 32
"""Letters that fit below a figure, beside each other."""


@dataclass(frozen=True)
class Figure:
    """A tile, ready to show."""

    label: str
    value: str
    change: str = ""
    """The difference in words; empty where nothing is compared."""
    before: str = ""
    """What it was."""
    is_better: bool | None = None
    """None where neither is better."""
    rises: bool | None = None
    """None where there is no difference."""
    help: str = ""


def from_tile(tile: Tile, *, before: str) -> Figure:
    """A tile of the report: its figure, the difference, and what it was; `before` names the other side."""
    figure = Figure(tile.label, tile.value_text, help=" ".join(filter(None, (tile.meaning, tile.note))))
    if tile.difference is None:
        known = tile.today is not None
        return replace(figure, before=f"{before} {tile.today_text}") if known else figure
    rises = None if tile.difference == 0 else tile.difference > 0
    better = None if rises is None or not tile.better else rises == (tile.better == "higher")
    judged = {True: ", better", False: ", worse", None: ""}[better]
    return replace(
        figure,
        change=f"{tile.difference_text}{judged}",
        before=f"{before} {tile.today_text}",
        is_better=better,
        rises=rises,
    )


def _fits(figure: Figure) -> Figure:
    """What was before goes to the help where there is no room for it beside the difference."""
    if len(figure.change) + len(figure.before) <= ROOM:
        return figure
    said = f"{figure.before.capitalize()}. {figure.help}"
    return replace(figure, before="", help=said)


def show(figures: Sequence[Figure]) -> None:
    """The tiles, four beside each other where there is room."""
    for start in range(0, len(figures), ACROSS):
        columns = st.columns(ACROSS, gap="small")
        for column, each in zip(columns, map(_fits, figures[start : start + ACROSS]), strict=False):
            column.metric(
                each.label,
                each.value,
                delta=each.change or None,
                delta_color="gray" if each.is_better is None else "green" if each.is_better else "red",
                delta_arrow="off" if each.rises is None else "up" if each.rises else "down",
                delta_description=each.before or None,
                help=each.help or None,
                border=True,
                height="stretch",
            )
