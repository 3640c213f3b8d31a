"""Disclosure control: the Department's rule for what may be published, applied to any table in one way.

Source: Department for Education, "Children looked after in England including adoptions" and "Children looked
after: a focus on placement location", methodology, rounding and suppression: numbers that would identify a
child are replaced by `c`, with secondary suppression where needed. docs/figures.md says what is hidden.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from optimiser.errors import InputError
from optimiser.report.suppression import LEAST_SHOWN, is_small
from optimiser.report.table import Column, Kind, Level, Table

LEAST_BASE = LEAST_SHOWN
"""Shares, medians, means and money of fewer children are hidden."""
LEAST_WHOLE = 4 * LEAST_SHOWN
"""A median whose base is hidden is shown only for populations of at least so many."""
NOTE = (
    "c: hidden to protect confidentiality. Counts of 1 to 5 are hidden, and others so that nothing can be "
    "worked out from totals; so are shares, distances and money that rest on hidden counts."
)


def publishable(table: Table) -> bool:
    """Whether the table may be shown in the publication view at all: children and homes may not."""
    return table.level is Level.AGGREGATE


def published(table: Table) -> Table:
    """The table as it may be published: what is hidden is NaN in `frame` and True in `hidden`.

    Raises `InputError` for a table whose rows are children or homes.
    """
    if not publishable(table):
        raise InputError(f"{table.title} cannot be published: each row is one {table.level.value}")
    if table.hidden is not None:
        return table
    hidden = pd.DataFrame(False, index=table.frame.index, columns=table.frame.columns)
    for column in table.columns:
        if column.kind is not Kind.TEXT:
            hidden[column.name] = _hidden_counts(table, column)
    for column in table.columns:
        for count in column.rests_on:
            hidden[column.name] |= hidden[count] & ~_evident(table, hidden, count, column.whole)
        if column.of_total and len(hidden):
            hidden[column.name] |= bool(hidden[column.base].iloc[-1])
        if column.rests_on and column.kind is not Kind.COUNT and table.column(column.base).unit != "places":
            base = table.frame[column.base].to_numpy(dtype=np.float64)
            hidden[column.name] |= (base > 0) & (base < LEAST_BASE)
    frame = table.frame.copy()
    for column in table.columns:
        if column.kind is not Kind.TEXT:
            shown = frame[column.name].astype("float64").mask(hidden[column.name])
            frame[column.name] = shown.round(1) if column.kind is Kind.MILES and column.rests_on else shown
    notes = (*table.notes, NOTE) if hidden.to_numpy().any() else table.notes
    return replace(table, frame=frame, hidden=hidden, notes=notes)


def _hidden_counts(table: Table, column: Column) -> np.ndarray:
    """What the view hides of a column with keys; a count without keys is a mistake: `ValueError`."""
    if table.keys is not None and column.name in table.keys and table.source is not None:
        cells = table.source.hidden_cells
        return np.array([key in cells for key in table.keys[column.name]], dtype=bool)
    if column.kind is Kind.COUNT and not column.rests_on:
        raise ValueError(f"{table.name}: nothing says which counts of {column.name} are hidden")
    return np.zeros(len(table.frame), dtype=bool)


def _evident(table: Table, hidden: pd.DataFrame, count: str, whole: str) -> np.ndarray:
    """True where half of a whole that is shown, and not small, is in a hidden count: it is no small one.

    It depends on nothing but that half, so what it lets out of a count of 1 to 5 is only: less than half.
    """
    if not whole:
        return np.zeros(len(table.frame), dtype=bool)
    of = table.frame[whole].to_numpy(dtype=np.float64)
    part = table.frame[count].to_numpy(dtype=np.float64)
    return ~hidden[whole].to_numpy() & (of >= LEAST_WHOLE) & (2.0 * part >= of)


def small_in(table: Table) -> pd.DataFrame:
    """True for every count of 1 to 5 that the table shows."""
    shown = {
        column.name: [
            column.kind is Kind.COUNT and not np.isnan(value) and is_small(int(abs(value)))
            for value in (
                table.frame[column.name] if column.kind is not Kind.TEXT else np.zeros(len(table.frame))
            )
        ]
        for column in table.columns
    }
    return pd.DataFrame(shown, index=table.frame.index)
