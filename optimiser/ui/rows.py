"""Rows of a report's table as charts, maps and sentences need them: picked and ordered, never worked out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from optimiser.report.table import HIDDEN, Kind, Table, sign_of, text_frame, text_of

THOUSANDS = 1_000
"""From here on a map gives £ in thousands."""


def texts(table: Table) -> pd.DataFrame:
    """The cells as text, under the columns' names rather than their headings."""
    return text_frame(table).set_axis(list(table.frame.columns), axis=1)


def body(table: Table) -> Table:
    """The table without its total."""
    return where(table, np.arange(len(table.frame)) < len(table.frame) - 1) if table.total else table


def where(table: Table, keep: Iterable[bool]) -> Table:
    """The rows to keep, in their order, without a total."""
    mask = np.fromiter(keep, dtype=np.bool_, count=len(table.frame))
    return _picked(table, np.flatnonzero(mask))


def having(table: Table, column: str, value: str) -> Table:
    """The rows that have this value."""
    return where(table, table.frame[column] == value)


def ordered(table: Table, column: str, *, down: bool = True) -> Table:
    """The rows without the total by a column, what has no figure last; ties keep their order."""
    rows = body(table)
    order = (
        rows.frame[column]
        .reset_index(drop=True)
        .sort_values(ascending=not down, kind="stable", na_position="last")
    )
    return _picked(rows, order.index.to_numpy())


def first(table: Table, most: int) -> Table:
    """The first rows, without a total."""
    rows = body(table)
    return _picked(rows, np.arange(min(most, len(rows.frame))))


def columns(table: Table, names: Sequence[str]) -> Table:
    """The table with these columns alone, of those it has; for what is not published further."""
    kept = [name for name in names if name in table.frame]
    hidden = None if table.hidden is None else table.hidden[kept]
    return replace(
        table, columns=tuple(map(table.column, kept)), frame=table.frame[kept], hidden=hidden, keys=None
    )


def chart_rows(table: Table, *, label: str, value: str) -> pd.DataFrame:
    """label, value and text, in the table's order, without the total."""
    rows = body(table)
    return pd.DataFrame(
        {
            "label": rows.frame[label].astype(str).to_numpy(),
            "value": rows.frame[value].to_numpy(dtype=np.float64),
            "text": texts(rows)[value].to_numpy(),
        }
    )


def state_rows(table: Table, *, label: str, stem: str, states: Iterable[str]) -> pd.DataFrame:
    """label, and value_{state} and text_{state} of the columns `{stem}_{state}`, without the total."""
    rows = body(table)
    shown = texts(rows)
    columns: dict[str, object] = {"label": rows.frame[label].astype(str).to_numpy()}
    for state in states:
        columns[f"value_{state}"] = rows.frame[f"{stem}_{state}"].to_numpy(dtype=np.float64)
        columns[f"text_{state}"] = shown[f"{stem}_{state}"].to_numpy()
    return pd.DataFrame(columns)


def ring_and_disc(table: Table, *, label: str, stem: str, states: Sequence[str]) -> pd.DataFrame:
    """The same of any one or two states: the first as a hollow mark of a chart, the second as a filled."""
    marks = dict(zip(states, ("today", "run"), strict=False))
    drawn = state_rows(table, label=label, stem=stem, states=states)
    named = {f"{what}_{each}": f"{what}_{marks[each]}" for what in ("value", "text") for each in states}
    return drawn.rename(columns=named)


def extremes(table: Table, *, label: str, value: str, signed: bool = False) -> str:
    """`most in A (12), least in B (3)`: the ends of a column, without the total; "" where none is known."""
    rows = ordered(table, value)
    known = int(rows.frame[value].notna().sum())
    if not known:
        return ""
    names, figures = rows.frame[label].tolist(), texts(rows)[value].tolist()
    if signed:
        kind = table.column(value).kind
        figures = [text_of(each, kind, signed=True) for each in rows.frame[value]]
    if known == 1:
        return f"{names[0]} {figures[0]}"
    return f"most in {names[0]} ({figures[0]}), least in {names[known - 1]} ({figures[known - 1]})"


def total_text(table: Table, column: str, *, signed: bool = False) -> str:
    """The text of the total row; empty where the table has none."""
    if signed and table.total and not np.isnan(total := table.frame[column].iloc[-1]):
        return text_of(total, table.column(column).kind, signed=True)
    return str(texts(table)[column].iloc[-1]) if table.total and len(table.frame) else ""


def labels(table: Table, column: str, *, signed: bool = False) -> list[str]:
    """The figures of a column as short as a map's labels must be: money in thousands, "" where not known.

    A hidden figure stays `c`.
    """
    kind = table.column(column).kind
    return [
        _short(value, kind, signed=signed) or (text if text == HIDDEN else "")
        for value, text in zip(table.frame[column], texts(table)[column], strict=True)
    ]


def listed(chart: pd.DataFrame, *, most: int = 3) -> str:
    """`A 12, B 7 and C 3`: the first rows of a chart in words."""
    each = [f"{label} {text}" for label, text in zip(chart["label"], chart["text"], strict=True)][:most]
    return " and ".join([", ".join(each[:-1]), each[-1]]) if len(each) > 1 else "".join(each)


def signed(chart: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """The same rows of a chart, their figures with a plus where they are more than nothing."""
    known = chart["value"].notna()
    shown = [text_of(value, kind, signed=True) for value in chart["value"]]
    return chart.assign(text=chart["text"].mask(known, pd.Series(shown, index=chart.index)))


def _short(value: float, kind: Kind, *, signed: bool) -> str:
    if np.isnan(value):
        return ""
    if kind is Kind.SHARE:
        share = round(value, 2)  # a sign only where a figure is left: never −0%
        return f"{sign_of(share, signed=signed)}{abs(share):.0%}"
    if kind is Kind.POINTS:
        points = round(value, 1)
        return f"{sign_of(points, signed=signed)}{abs(points):.1f}"
    if kind is Kind.MONEY and abs(value) >= THOUSANDS:
        thousands = abs(value) / THOUSANDS
        return f"{sign_of(value, signed=signed)}£{thousands:,.{0 if thousands >= 100 else 1}f}k"
    return text_of(value, kind, signed=signed)


def _picked(table: Table, at: np.ndarray) -> Table:
    def rows(frame: pd.DataFrame | None) -> pd.DataFrame | None:
        if frame is None or frame.columns.empty:
            return frame
        return frame.iloc[at].reset_index(drop=True)

    return replace(
        table,
        frame=table.frame.iloc[at].reset_index(drop=True),
        hidden=rows(table.hidden),
        keys=rows(table.keys),
        total=False,
    )
