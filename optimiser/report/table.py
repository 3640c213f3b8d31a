"""The one form in which figures leave this room: a frame, and what each of its columns means."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd

type Key = tuple[str, ...]
"""What a count counts: (state, dimension, value, …, what). The same key is the same children in any table."""

HIDDEN = "c"
"""What stands for a figure that is hidden, as in the Department's tables."""
NOT_KNOWN = "not known"
MINUS = "−"
"""The minus of typography, as wide as the plus: what people read, never what programs do."""
TOTAL = "Whole region"


class Kind(StrEnum):
    """What a column holds; it decides how the column is shown, and how it is hidden."""

    COUNT = "count"
    """How many children (or sibling groups): 1 to 5 are hidden in publication."""
    SHARE = "share"
    """0 to 1."""
    POINTS = "points"
    """Percentage points, 100 for the whole: what one share differs from another by."""
    MILES = "miles"
    MONEY = "money"
    """£ a week."""
    NUMBER = "number"
    """A number that counts no children."""
    ESTIMATE = "estimate"
    """A forecast, to a tenth of a child."""
    TEXT = "text"


class Level(StrEnum):
    """What a row stands for; only aggregates can be published."""

    AGGREGATE = "aggregate"
    CHILD = "child"
    HOME = "home"


@dataclass(frozen=True)
class Column:
    """One column: its name in the frame, its heading, what it means and in which unit."""

    name: str
    label: str
    meaning: str = ""
    unit: str = ""
    kind: Kind = Kind.TEXT
    rests_on: tuple[str, ...] = ()
    """Count columns that the figure is made of; the first is its base. Hidden with any of them, and where
    the base is under `disclosure.LEAST_BASE`."""
    whole: str = ""
    """For a median: the count column that its base is part of. Shown though its base is hidden, where the
    whole is shown, at least `disclosure.LEAST_WHOLE`, and at least half of it is in the base."""

    of_total: bool = False
    """A share of the total row's count: hidden altogether where that is hidden."""

    @property
    def base(self) -> str:
        """The count column that says how many the figure is of; "" where it rests on none."""
        return self.rests_on[0] if self.rests_on else ""


class Hides(Protocol):
    """A view that knows which of its counts are hidden in publication."""

    @property
    def hidden_cells(self) -> frozenset[Key]: ...


@dataclass(frozen=True)
class Table:
    """A table of figures. In `frame`, NaN is not known, not applicable or (where `hidden` says so) hidden."""

    name: str
    title: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    total: bool = False
    """The last row is the total."""
    notes: tuple[str, ...] = ()
    level: Level = Level.AGGREGATE
    hidden: pd.DataFrame | None = None
    """Same shape as `frame`: what is hidden; None where the table is not published."""
    keys: pd.DataFrame | None = field(default=None, repr=False, compare=False)
    """`Key` of every count, by the frame's rows and count columns; None in it is a count nobody need hide."""
    source: Hides | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if [column.name for column in self.columns] != list(self.frame.columns):
            raise ValueError(f"{self.name}: {list(self.frame.columns)} are not the columns described")

    def column(self, name: str) -> Column:
        """The column of that name; `KeyError` where there is none."""
        return {column.name: column for column in self.columns}[name]

    @cached_property
    def texts(self) -> pd.DataFrame:
        """Every cell as people read it, headings instead of names; worked out once, and not to be altered."""
        shown = {}
        for column in self.columns:
            texts = [text_of(value, column.kind) for value in self.frame[column.name].tolist()]
            if self.hidden is not None:
                hidden = self.hidden[column.name].tolist()
                texts = [HIDDEN if hide else text for text, hide in zip(texts, hidden, strict=True)]
            shown[column.label] = texts
        return pd.DataFrame(shown, index=self.frame.index, dtype="str")

    def with_notes(self, *notes: str) -> Table:
        """The same table with more sentences under it."""
        return replace(self, notes=(*self.notes, *notes))


def text_frame(table: Table) -> pd.DataFrame:
    """The table as people read it: every cell text, headings instead of names."""
    return table.texts.copy(deep=False)


def text_of(value: object, kind: Kind, *, signed: bool = False) -> str:
    """One value as text; a number that is not there is `not known`.

    >>> text_of(0.1234, Kind.SHARE), text_of(-1234.5, Kind.MONEY), text_of(2.5, Kind.MILES, signed=True)
    ('12.3%', '−£1,234', '+2.5')
    """
    if kind is Kind.TEXT:
        return "" if value is None or value is np.nan else str(value)
    if value is None or not isinstance(value, (int, float, np.number)) or np.isnan(value):
        return NOT_KNOWN
    scale, digits = _SHOWN.get(kind, (1.0, 0 if float(value).is_integer() else 2))
    number = round(scale * float(value), digits) + 0.0  # never −0
    before, after = {Kind.SHARE: ("", "%"), Kind.POINTS: ("", " points"), Kind.MONEY: ("£", "")}.get(
        kind, ("", "")
    )
    return f"{sign_of(number, signed=signed)}{before}{abs(number):,.{digits}f}{after}"


def sign_of(number: float, *, signed: bool = False) -> str:
    """What stands before a figure and its £: a minus below nothing; above it a plus where `signed`."""
    return MINUS if number < 0 else "+" if signed and number > 0 else ""


_SHOWN = {
    Kind.SHARE: (100.0, 1),
    Kind.POINTS: (1.0, 1),
    Kind.MILES: (1.0, 1),
    Kind.MONEY: (1.0, 0),
    Kind.ESTIMATE: (1.0, 1),
}
"""Kind → what a value is multiplied with, and decimals, as people read it; any other has two, or none."""


def csv_bytes(table: Table) -> bytes:
    """The table as CSV, UTF-8: full digits, `c` where hidden, blank where not known."""
    frame = table.frame.astype(object).where(table.frame.notna(), "")
    for column in table.columns:
        if column.kind in (Kind.COUNT, Kind.NUMBER):
            whole = [_whole(value) for value in frame[column.name]]
            frame[column.name] = pd.Series(whole, index=frame.index, dtype=object)
    if table.hidden is not None:
        frame = frame.mask(table.hidden, HIDDEN)
    out = io.StringIO()
    frame.to_csv(out, index=False, lineterminator="\n")
    return out.getvalue().encode()


def _whole(value: object) -> object:
    """A whole number without its `.0`."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
