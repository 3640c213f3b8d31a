"""A CSV file as a table of text, with what is wrong with the file itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from optimiser.errors import Fault
from optimiser.pack.faults import printable, shown
from optimiser.pack.file_bytes import bytes_from_file

ACCEPTED = "a CSV file in UTF-8, comma-separated, with a header ('CSV UTF-8' in a spreadsheet's 'Save as')"
_ACCEPTED_TEXT = "text in UTF-8 (save the file as 'CSV UTF-8')"
_SPREADSHEET_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
_UTF_16_STARTS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class CsvFile:
    """`cells`: text stripped of white space, indexed by the row a spreadsheet shows, columns as headed.

    `header_row` is that of the header. What has its fault already, so that nothing more is said about it:
    `spoilt_rows`, whose cells cannot be told apart, and `spoilt_cells` (row, column), which cannot be read.
    """

    file: str
    cells: pd.DataFrame
    header_row: int
    spoilt_rows: frozenset[int]
    spoilt_cells: frozenset[tuple[int, str]]


def _bytes_fault(file: str, content: bytes) -> Fault | None:
    """What is wrong with the file as a whole, told from its first bytes."""
    if content.startswith(_SPREADSHEET_STARTS):
        return Fault(file, 0, "", "the file is a spreadsheet, not CSV", ACCEPTED)
    if content.startswith(_UTF_16_STARTS) or content[:200].count(b"\0") >= 20:
        return Fault(file, 0, "", "the file is in UTF-16 or is not text", ACCEPTED)
    if not content.strip():
        return Fault(file, 0, "", "the file is empty", ACCEPTED)
    return None


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not blank, with its row; blank lines count as rows, as spreadsheets have it."""
    for row, record in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
        cells = [cell.strip() for cell in record]
        if any(cells):
            yield row, cells


def _unreadable(cell: str) -> bool:
    """The cell holds a NUL, or a byte that is not UTF-8 (a lone surrogate, by `surrogateescape`)."""
    return "\0" in cell or any("\ud800" <= character <= "\udfff" for character in cell)


def _cleaned(cell: str) -> str:
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in cell)


def csv_from_bytes(file: str, content: bytes) -> tuple[CsvFile | None, list[Fault]]:
    """The file as text cells; None where it has no cells to speak of. Every fault found on the way."""
    whole = _bytes_fault(file, content)
    if whole is not None:
        return None, [whole]
    text = content.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff")
    suspect = "\0" in text or not text.isascii()
    faults: list[Fault] = []
    spoilt_rows: set[int] = set()
    spoilt_cells: set[tuple[int, str]] = set()
    header: list[str] | None = None
    header_row = row = 0
    rows: list[int] = []
    records: list[list[str]] = []
    try:
        for row, record in _records(text):
            cells = record
            if suspect and any(map(_unreadable, record)):
                names = [_cleaned(cell) for cell in record] if header is None else header
                for position in [place for place, cell in enumerate(record) if _unreadable(cell)]:
                    name = names[position] if position < len(names) else f"column {position + 1}"
                    what = f"the cell holds bytes that are not UTF-8 text: {shown(record[position])}"
                    faults.append(Fault(file, row, printable(name), what, _ACCEPTED_TEXT))
                    spoilt_cells.add((row, name))
                cells = [_cleaned(cell) for cell in record]
            if header is None:
                header, header_row = cells, row
                continue
            ragged = _ragged_fault(file, row, cells, header)
            if ragged is not None:
                faults.append(ragged)
                spoilt_rows.add(row)
            rows.append(row)
            records.append((cells + [""] * (len(header) - len(cells)))[: len(header)])
    except csv.Error as error:
        what = f"the quotes do not match, or a cell is too long, from here on ({error})"
        faults.append(Fault(file, row + 1, "", what, 'cells in "…", with "" for a quote inside one'))
    if header is None:
        return None, faults or [Fault(file, 0, "", "the file is empty", ACCEPTED)]
    table = pd.DataFrame(
        records, index=pd.Index(rows, dtype="int64"), columns=pd.Index(header, dtype=object), dtype=object
    )
    return CsvFile(file, table, header_row, frozenset(spoilt_rows), frozenset(spoilt_cells)), faults


def _ragged_fault(file: str, row: int, cells: list[str], header: list[str]) -> Fault | None:
    """A row with fewer cells than the header, or with something in a cell beyond it."""
    accepted = f"{len(header)} cells, as in the header"
    if len(cells) < len(header):
        return Fault(
            file, row, printable(header[len(cells)]), f"the row has {len(cells)} cells only", accepted
        )
    if any(cells[len(header) :]):
        return Fault(file, row, f"column {len(header) + 1}", f"the row has {len(cells)} cells", accepted)
    return None


def csv_from_file(path: Path, file: str) -> tuple[CsvFile | None, list[Fault]]:
    """The file at `path` as text cells, named `file` in its faults; None where it cannot be read."""
    content, faults = bytes_from_file(path, file, accepted=ACCEPTED)
    return (None, faults) if content is None else csv_from_bytes(file, content)
