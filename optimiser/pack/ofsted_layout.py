"""Ofsted's sheets, read by header: any number of title lines, columns in any order, names of any year."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd

from optimiser.errors import Fault, InputError
from optimiser.pack.faults import one_of

_COMMON: Final = MappingProxyType(
    {
        "urn": ("URN", "Unique reference number", "Unique reference number (URN)", "Provider URN"),
        "type": ("Provision type", "Provider type", "Type of provision", "Provision type description"),
        "status": ("Registration status", "Provider status", "Status"),
        "registered": ("Registration date", "Date registered", "Date of registration"),
        "sector": ("Sector", "Ownership", "Provider sector"),
        "places": (
            "Places",
            "Number of registered places",
            "Registered places",
            "Max users",
            "Maximum users",
        ),
        "organisation": (
            "Organisation name",
            "Organisation which owns the provider",
            "Organisation",
            "Owner name",
        ),
    }
)
REGISTER_COLUMNS: Final = MappingProxyType(
    {
        **_COMMON,
        "name": ("Name", "Setting name", "Provider name"),
        "postcode": ("Postcode", "Setting address postcode", "Post code"),
        "authority": ("Local authority", "LA name", "Local authority name", "LA"),
        "constituency": ("Parliamentary constituency", "Constituency"),
        "short_breaks": (
            "Short-break-only children's home",
            "Short break only children's home",
            "Short breaks only",
            "Short break only",
        ),
        "judgement": (
            "Overall experiences and progress of children and young people",
            "Overall experiences and progress",
            "Overall effectiveness",
            "Latest overall effectiveness",
            "Overall judgement",
            "Latest full inspection overall outcome",
        ),
    }
)
"""Field → headers that carry it in the sheet of providers and places, this year's first."""

PREMISES_COLUMNS: Final = MappingProxyType(
    {
        **_COMMON,
        "name": ("Provider name", "Name", "Setting name"),
        "category": ("Service category", "Category"),
        "authority": ("Premises local authority", "Premises LA name"),
        "constituency": ("Premises parliamentary constituency",),
    }
)
"""Field → headers that carry it in the sheet of supported accommodation premises."""

REQUIRED: Final = ("urn", "type", "authority", "sector")
_OTHER_SHEET: Final = {
    "premises local authority": "this is the sheet of supported accommodation premises, not the register",
    "local authority": "this is the register of providers, not the sheet of supported accommodation premises",
}


@dataclass(frozen=True)
class Sheet:
    """One sheet: `rows` has `row` (the number a spreadsheet shows) and one column of text per field.

    A field whose header the sheet lacks is "" throughout, and not in `present`. `as_at` is the first date
    of the title lines, such as 31 March 2025; None where they give none.
    """

    file: str
    rows: pd.DataFrame
    present: frozenset[str]
    as_at: date | None


def plain(cell: str) -> str:
    """Case, kind of apostrophe, notes in brackets and spacing forgotten: for comparing headers and codes.

    >>> plain("Service category (Note 4)")
    'service category'
    """
    text = cell.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold()
    if text.endswith(")") and " (note" in text:
        text = text[: text.rindex(" (note")]
    return " ".join(text.split())


def _text(path: Path) -> str:
    """UTF-8 with or without a byte-order mark, else Windows-1252: Ofsted has published both."""
    accepted = "a CSV file as Ofsted publishes it, in UTF-8 or Windows-1252"
    try:
        content = path.read_bytes()
    except OSError as error:
        what = f"the file cannot be read ({error.strerror})"
        raise InputError(f"{path.name} cannot be read.", [Fault(path.name, 0, "", what, accepted)]) from error
    if content.startswith(b"PK"):
        what = "the file is a workbook (.xlsx or .ods)"
        fault = Fault(path.name, 0, "", what, "its sheet of providers saved as CSV")
        raise InputError(f"{path.name} is not a CSV file.", [fault])
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    fault = Fault(path.name, 0, "", "the bytes are no text", accepted)
    raise InputError(f"{path.name} is not a CSV file.", [fault])


def _records(path: Path) -> list[list[str]]:
    """Every line as its cells, spacing trimmed; the first is row 1 of a spreadsheet."""
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    records: list[list[str]] = []
    try:
        records.extend([" ".join(cell.split()) for cell in record] for record in reader)
    except csv.Error as error:
        fault = Fault(path.name, len(records) + 1, "", f"the row is no CSV ({error})", "a CSV file")
        raise InputError(f"{path.name} is not a CSV file.", [fault]) from error
    return records


def _header_at(records: Sequence[Sequence[str]], file: str) -> int:
    names = {plain(name) for name in _COMMON["urn"]}
    for index, record in enumerate(records):
        if any(plain(cell) in names for cell in record):
            return index
    accepted = f"a row of headers with a cell {one_of([repr(name) for name in _COMMON['urn']])}"
    raise InputError(
        f"{file} is not a sheet of Ofsted's register.",
        [Fault(file, 0, "URN", "no row is the header: none has a cell URN", accepted)],
    )


def _positions(header: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Field → column; where several headers would do, the alias named first."""
    at = {plain(cell): index for index, cell in reversed(list(enumerate(header)))}
    found = {
        field: [at[plain(name)] for name in names if plain(name) in at] for field, names in columns.items()
    }
    return {field: places[0] for field, places in found.items() if places}


def _as_at(titles: Sequence[Sequence[str]]) -> date | None:
    for cell in (cell for record in titles for cell in record):
        for words in re.findall(r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b", cell):
            try:
                return datetime.strptime(words, "%d %B %Y").date()
            except ValueError:
                continue
    return None


def read_sheet(path: Path, columns: Mapping[str, Sequence[str]]) -> Sheet:
    """The sheet's rows by field; the header is the first row with a cell `URN`. Blank rows do not count.

    InputError where there is no header, or it lacks a required column.
    """
    records = _records(path)
    top = _header_at(records, path.name)
    header = records[top]
    positions = _positions(header, columns)
    hints = [hint for name, hint in _OTHER_SHEET.items() if name in map(plain, header)]
    faults = [
        Fault(
            path.name,
            top + 1,
            columns[field][0],
            "; ".join(
                ["the column is missing", *hints] if field == "authority" else ["the column is missing"]
            ),
            f"a column headed {one_of([repr(name) for name in columns[field]])}",
        )
        for field in REQUIRED
        if field not in positions
    ]
    if faults:
        raise InputError(f"{path.name} lacks columns.", faults)
    body = [(number, cells) for number, cells in enumerate(records[top + 1 :], start=top + 2) if any(cells)]
    rows = {
        field: [
            cells[positions[field]] if field in positions and positions[field] < len(cells) else ""
            for _, cells in body
        ]
        for field in columns
    }
    frame = pd.DataFrame(rows, dtype="str")
    frame.insert(0, "row", pd.Series([number for number, _ in body], dtype="int64"))
    return Sheet(path.name, frame, frozenset(positions), _as_at(records[:top]))
