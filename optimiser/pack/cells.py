"""What a cell may hold, and what it means: whole numbers, amounts, dates, yes or no, codes, lists.

A blank cell passes every rule here; whether a column may be blank is the table's affair. The functions
that convert expect cells that passed, and give the default for blank ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from optimiser.pack.faults import one_of

_WHOLE = re.compile(r"[+-]?[0-9]{1,15}(\.0*)?")
_DECIMAL = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]*)?|\.[0-9]+)")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
GSS_CODE = re.compile(r"[EWSN][0-9]{8}")

type Cells = pd.Series[str]


@dataclass(frozen=True)
class Cell:
    """What one cell of a column may hold: the words for it, and the test of a whole column at once.

    `codes` is the closed vocabulary, where there is one. `column` says the header must have the column;
    `required` that no cell may be blank; `unique` that no two may be the same.
    """

    accepted: str
    holds: Callable[[Cells], pd.Series[bool]]
    codes: tuple[str, ...] = ()
    column: bool = False
    required: bool = False
    unique: bool = False


def _each(cells: Cells, test: Callable[[str], bool]) -> pd.Series[bool]:
    """The test of every cell that is not blank, made once for each distinct text."""
    known = {cell: cell == "" or test(cell) for cell in set(cells)}
    return pd.Series([known[cell] for cell in cells], index=cells.index, dtype=bool)


def _number(cell: str) -> float:
    return float(cell) if _DECIMAL.fullmatch(cell) else math.nan


def numbers(cells: Cells) -> pd.Series[float]:
    """The cells as floats; NaN for blank ones and for anything that is not a plain decimal number."""
    return pd.Series([_number(cell) for cell in cells], index=cells.index, dtype="float64")


def whole_numbers(cells: Cells, default: int) -> pd.Series[int]:
    """The cells as whole numbers, the default where blank."""
    return numbers(cells).fillna(default).astype("int64")


def dates(cells: Cells) -> pd.Series[pd.Timestamp]:
    """The cells as dates; NaT for blank ones and for anything that is no ISO date of a real day."""
    days = pd.Series([cell if _ISO_DATE.fullmatch(cell) else "" for cell in cells], index=cells.index)
    return pd.to_datetime(days, format="%Y-%m-%d", errors="coerce")


def yes(cells: Cells) -> pd.Series[bool]:
    """Where the cells say yes."""
    return pd.Series([cell.lower() == "yes" for cell in cells], index=cells.index, dtype=bool)


def lists(cells: Cells) -> pd.Series:
    """The cells' lists, separated by ";", as sorted tuples without repeats; () where blank."""
    known: dict[str, tuple[str, ...]] = {}
    for cell in cells.unique():
        known[cell] = tuple(sorted({part.strip() for part in cell.split(";")} - {""}))
    return pd.Series([known[cell] for cell in cells], index=cells.index, dtype="object")


def text(*, column: bool = False, required: bool = False, unique: bool = False) -> Cell:
    """Any text."""
    accepted = "text" + (", in no other row" if unique else "")
    return Cell(accepted, lambda cells: cells.notna(), (), column, required, unique)


def code(codes: Sequence[str], *, column: bool = False, required: bool = False) -> Cell:
    """One of a closed vocabulary, spelt exactly."""
    return Cell(one_of(codes), lambda cells: _each(cells, codes.__contains__), tuple(codes), column, required)


def whole(low: int, high: int, *, column: bool = False, required: bool = False) -> Cell:
    """A whole number from `low` to `high`; "3.0" will do, as spreadsheets write it."""

    def holds(cells: Cells) -> pd.Series[bool]:
        return _each(cells, lambda cell: bool(_WHOLE.fullmatch(cell)) and low <= _number(cell) <= high)

    return Cell(f"a whole number from {low} to {high:,}", holds, (), column, required)


def amount(low: float, high: float, unit: str, *, column: bool = False, required: bool = False) -> Cell:
    """A plain decimal number from `low` to `high`, without thousands separators."""

    def holds(cells: Cells) -> pd.Series[bool]:
        return _each(cells, lambda cell: low <= _number(cell) <= high)

    accepted = f"{unit} from {low:,.0f} to {high:,.0f}, as a plain number such as 1234.5"
    return Cell(accepted, holds, (), column, required)


def day(*, column: bool = False, required: bool = False) -> Cell:
    """An ISO date."""

    def holds(cells: Cells) -> pd.Series[bool]:
        return (cells == "") | dates(cells).notna()

    return Cell("a date as YYYY-MM-DD", holds, (), column, required)


def yes_or_no() -> Cell:
    """`yes` or `no`, in either case."""
    return Cell("yes or no", lambda cells: _each(cells, lambda cell: cell.lower() in ("yes", "no")))


def _is_gss_code(cell: str) -> bool:
    return GSS_CODE.fullmatch(cell) is not None


def gss_code(*, column: bool = False, required: bool = False) -> Cell:
    """An ONS GSS code."""
    accepted = "an ONS GSS code: E, W, S or N and eight digits, such as E08000037"
    return Cell(accepted, lambda cells: _each(cells, _is_gss_code), (), column, required)


def easting() -> Cell:
    """Metres east on the national grid, inside Great Britain."""
    return amount(0, 700_000, "metres on the national grid (EPSG:27700) inside Great Britain, east")


def northing() -> Cell:
    """Metres north on the national grid, inside Great Britain."""
    return amount(0, 1_300_000, "metres on the national grid (EPSG:27700) inside Great Britain, north")
