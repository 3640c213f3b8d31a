"""Tiles: one figure each, with what it was and by how much it differs, in words as well as in colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from optimiser.report.table import Kind, text_of
from optimiser.report.tiles import NOTHING, Tile, kind_of_difference

ACROSS = 4


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
        said = tile.today_text != NOTHING
        return replace(figure, before=f"{before} {tile.today_text}") if said else figure
    kind = kind_of_difference(tile.kind)
    figure = with_difference(figure, tile.difference, kind, better=tile.better)
    return replace(figure, before=f"{before} {tile.today_text}")


def with_difference(figure: Figure, difference: float, kind: Kind, *, better: str) -> Figure:
    """The tile with a difference; `better` is `higher`, `lower` or "". None that can be seen is none."""
    text = text_of(difference, kind, signed=True)
    rises = None if text == text_of(0.0, kind) else difference > 0
    is_better = None if rises is None or not better else rises == (better == "higher")
    judged = {True: ", better", False: ", worse", None: ""}[is_better]
    return replace(figure, change=f"{text}{judged}", is_better=is_better, rises=rises)


def show(figures: Sequence[Figure]) -> None:
    """The tiles, four beside each other, on a phone two."""
    with st.container(key=f"tiles {figures[0].label}", gap="small"):
        _rows(figures)


def _rows(figures: Sequence[Figure]) -> None:
    for start in range(0, len(figures), ACROSS):
        columns = st.columns(ACROSS, gap="small")
        for column, each in zip(columns, figures[start : start + ACROSS], strict=False):
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
