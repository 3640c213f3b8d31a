"""A CSV file of a return as cells: quickly where it is sound, and without losing a row where it is not."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pa_compute
import pyarrow.csv as pa_csv

from optimiser.demand.coded import Coded, blank_column, coded, index_of_arrow, joined
from optimiser.demand.returns import COLUMNS, EPISODES, HEADER, NEEDED_COLUMNS, PLATFORM_COLUMNS, UASC
from optimiser.demand.table_file import TableFile
from optimiser.errors import Fault
from optimiser.pack.faults import nearest, shown

ACCEPTED: Final = "a CSV file as the Department or a regional platform defines it"
_SPREADSHEET_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
_UTF_16_STARTS = (b"\xff\xfe", b"\xfe\xff")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINES_ABOVE_HEADER = 10
_DELIMITERS = (",", ";", "\t", "|")
_OTHER_NAMES = {"CHILDID": "CHILD", "CHILD_ID": "CHILD", "PL": "PLACE"}
_TRIMMED = ' \t\r\n\f\v"\0\u00a0\ufeff'
_BLOCK_BYTES = 4 << 20
_MOST_BLOCK_BYTES = (1 << 31) - 1
_ENCODED = pa.dictionary(pa.int32(), pa.binary())
_MARKS: Final = {HEADER: {"ETHNIC"}, EPISODES: {"DECOM", "RNE"}, UASC: {"DUC"}}
"""Columns that only this table has."""


def column_name(text: str) -> str:
    """The name of a column as the lists have it."""
    name = "_".join(text.strip().strip('"').upper().split())
    return _OTHER_NAMES.get(name, name)


def table_of_names(names: Sequence[str], file: str) -> str:
    """Which table it is, by its columns and else by the file's name; "" for one that is not read."""
    for table, marks in _MARKS.items():
        if marks <= set(names) and "SW_DECOM" not in names:
            return table
    stem = file.rpartition("/")[2].rpartition(".")[0].lower().replace("-", "_").replace(" ", "_")
    words = stem.split("_")
    for table in (HEADER, EPISODES, UASC):
        if table.lower() in words and not {"sw", "social"} & set(words):
            return table
    return ""


def _in_utf_8(content: bytes) -> bytes:
    """The content in UTF-8 without a mark; a byte that is not UTF-8 as an escape such as \\xe9, so
    that two such texts stay two."""
    if content.startswith(_UTF_16_STARTS):
        return content.decode("utf-16", errors="replace").encode()
    content = content.removeprefix(_BYTE_ORDER_MARK)
    if content.isascii():
        return content
    return content.decode("utf-8", errors="backslashreplace").encode()


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _header(content: bytes) -> tuple[list[str], str, int, int]:
    """Names, delimiter, line number (from 1) and end (bytes) of the header: the first line with CHILD in it.

    Where there is none, the first line.
    """
    start, first = 0, None
    for number in range(1, _LINES_ABOVE_HEADER + 1):
        stop = content.find(b"\n", start)
        end = len(content) if stop < 0 else stop + 1
        line = content[start:end].decode(errors="replace").strip()
        delimiter = _delimiter(line)
        names = [column_name(cell) for cell in line.split(delimiter)] if line else []
        found = (names, delimiter, number, end)
        if "CHILD" in names:
            return found
        if first is None and names:
            first = found
        start = end
        if start >= len(content):
            break
    return first or ([], ",", 1, len(content))


def _header_faults(file: str, table: str, names: Sequence[str], row: int) -> list[Fault]:
    """Columns that must be there and are not, or are there twice."""
    faults = []
    for column in (*COLUMNS[table], *PLATFORM_COLUMNS):
        if names.count(column) > 1:
            faults.append(Fault(file, row, column, f"the header has {column} twice", "each column once"))
    for column in NEEDED_COLUMNS[table]:
        if column not in names:
            near = nearest(column, tuple(name for name in names if name not in COLUMNS[table]), cutoff=0.75)
            what = f"there is no column {column}" + (f" (nearest: {shown(near)})" if near else "")
            faults.append(Fault(file, row, column, what, "a header with " + ", ".join(COLUMNS[table])))
    return faults


def _whole_fault(file: str, content: bytes) -> Fault | None:
    if content.startswith(_SPREADSHEET_STARTS):
        return Fault(file, 0, "", "the file is a spreadsheet, not CSV", f"{ACCEPTED} (save it as CSV)")
    if content[:200].count(b"\0") >= 20:
        return Fault(file, 0, "", "the file is not text", ACCEPTED)
    return None


class _Reader:
    """Reads the body of a file with pyarrow; keeps the rows that have too few or too many cells."""

    def __init__(self, names: Sequence[str], delimiter: str, wanted: Sequence[str]) -> None:
        self.names = [name if names.index(name) == at else f"{name}#{at}" for at, name in enumerate(names)]
        self.delimiter = delimiter
        self.wanted = list(wanted)
        self.ragged: list[tuple[int, str]] = []

    def _ragged(self, row: Any) -> str:  # pyarrow publishes no types
        self.ragged.append((row.number, row.text))
        return "skip"

    def _table(self, body: pa.Buffer, *, quoted: bool, block_bytes: int) -> pa.Table:
        self.ragged = []
        return pa_csv.read_csv(
            pa.BufferReader(body),
            read_options=pa_csv.ReadOptions(
                use_threads=False, block_size=block_bytes, column_names=self.names
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=self.delimiter,
                quote_char='"' if quoted else False,
                ignore_empty_lines=False,
                invalid_row_handler=self._ragged,
            ),
            convert_options=pa_csv.ConvertOptions(
                include_columns=self.wanted,
                column_types=dict.fromkeys(self.wanted, _ENCODED),
                strings_can_be_null=False,
                null_values=[],
                check_utf8=False,
            ),
        )

    def read(self, body: pa.Buffer, *, quoted: bool) -> dict[str, Coded]:
        """The wanted columns; ArrowInvalid where the quotes do not match."""
        try:
            table = self._table(body, quoted=quoted, block_bytes=_BLOCK_BYTES)
        except pa.ArrowInvalid:
            if quoted or body.size <= _BLOCK_BYTES:
                raise
            # A line longer than a block: the whole file as one block has none.
            table = self._table(body, quoted=quoted, block_bytes=min(body.size + 1, _MOST_BLOCK_BYTES))
        columns = {}
        for name in self.wanted:
            columns[name] = _stripped(table[name])
            table = table.drop_columns([name])
        return columns


def _stripped(column: Any) -> Coded:  # a chunked array of pyarrow, which publishes no types
    """The column with its cells stripped of white space and quotes."""
    if column.num_chunks == 0:
        return blank_column(0)
    whole = column.unify_dictionaries().combine_chunks()
    whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
    codes = whole.indices.to_numpy(zero_copy_only=False)
    trimmed = pa_compute.utf8_trim(whole.dictionary.cast(pa.large_string()), characters=_TRIMMED)
    texts = index_of_arrow(trimmed)
    return Coded(codes, texts).mapped(texts)


def _broken(columns: dict[str, Coded], ragged: Sequence[tuple[int, str]]) -> bool:
    """A cell that goes over a line break: a quote that is opened and not closed."""
    return any("\n" in text for _, text in ragged) or any(
        column.texts.str.contains("\n", regex=False).any() for column in columns.values() if len(column.texts)
    )


def _mended(
    text: str, names: Sequence[str], delimiter: str, *, quoted: bool
) -> tuple[dict[str, str] | None, str]:
    """The row's cells by name where its number of cells can be put right, and what was wrong with it.

    Cells that are missing at the end were cut off blank; cells beyond the header that are blank are dropped.
    """
    line = text.rstrip("\r\n")
    cells = next(csv.reader([line], delimiter=delimiter), []) if quoted else line.split(delimiter)
    what = f"the row has {len(cells)} cells, the header {len(names)}"
    beyond = [cell for cell in cells[len(names) :] if cell.strip()]
    if beyond or len(cells) < 2:
        return None, what
    padded = [cell.strip(' "\t\r') for cell in cells[: len(names)]] + [""] * (len(names) - len(cells))
    return dict(zip(names, padded, strict=True)), what


def _without_blank(columns: dict[str, Coded], rows: Any) -> tuple[dict[str, Coded], Any, list[int]]:
    """The rows that are not blank throughout, and where blank ones stand between others."""
    blank = np.ones(len(rows), dtype=bool)
    for column in columns.values():
        blank &= column.codes < 0
    if not blank.any():
        return columns, rows, []
    kept = ~blank
    last = rows[kept].max(initial=0)
    inside = [int(row) for row in rows[blank] if row < last]
    return {name: column.take(kept) for name, column in columns.items()}, rows[kept], inside


def table_from_csv(file: str, content: bytes) -> tuple[TableFile | None, list[Fault]]:
    """The file as a table; None, without a fault, where it is none of the three tables.

    A fault where the file as a whole cannot be read or a needed column is missing.
    """
    content = _in_utf_8(content)
    names, delimiter, header_row, end = _header(content)
    table = table_of_names(names, file)
    if not table:
        return None, []
    fault = _whole_fault(file, content)
    if fault is not None:
        return None, [fault]
    if not names:
        empty = {column: blank_column(0) for column in COLUMNS[table]}
        note = ("", "empty file", "the file is empty")
        return TableFile(file, table, empty, np.empty(0, np.int32), np.empty(0, bool), (), (note,)), []
    faults = _header_faults(file, table, names, header_row)
    if faults:
        return None, faults
    return _table(file, table, content, names, delimiter, header_row, end), []


def _table(
    file: str, table: str, content: bytes, names: list[str], delimiter: str, header_row: int, end: int
) -> TableFile:
    known = (*COLUMNS[table], *PLATFORM_COLUMNS)
    wanted = [name for name in known if name in names]
    notes = [
        (name, "column missing", f"there is no column {name}: its cells are read as blank")
        for name in COLUMNS[table]
        if name not in names
    ]
    reader = _Reader(names, delimiter, wanted)
    body = pa.py_buffer(content)[end:]
    quoted = True
    if body.size == 0:
        columns = {name: blank_column(0) for name in wanted}
    else:
        try:
            columns = reader.read(body, quoted=True)
            quoted = not _broken(columns, reader.ragged)
        except pa.ArrowInvalid:
            quoted = False
        if not quoted:
            columns = reader.read(body, quoted=False)
            notes.append(("", "quotes", "the quotes do not match: every line is read as a row"))
    return _assembled(file, table, columns, reader, header_row, tuple(notes), quoted=quoted)


def _assembled(
    file: str,
    table: str,
    columns: dict[str, Coded],
    reader: _Reader,
    header_row: int,
    notes: tuple[tuple[str, str, str], ...],
    *,
    quoted: bool,
) -> TableFile:
    """The sound rows and those that could be mended, in file order; the others by what is wrong with them."""
    sound = len(columns[reader.wanted[0]])
    numbers = np.arange(1, sound + len(reader.ragged) + 1, dtype=np.int32)
    numbers = np.delete(numbers, [number - 1 for number, _ in reader.ragged]) + np.int32(header_row)
    columns, numbers, blanks = _without_blank(columns, numbers)
    spoilt = [(row, "blank row", "every cell of the row is blank") for row in blanks]
    added: list[dict[str, str]] = []
    places: list[int] = []
    for number, text in reader.ragged:
        cells, what = _mended(text, reader.names, reader.delimiter, quoted=quoted)
        if cells is None:
            spoilt.append((number + header_row, "number of cells", what))
        else:
            added.append(cells)
            places.append(number + header_row)
    mended = np.zeros(len(numbers) + len(added), dtype=bool)
    if added:
        rows = np.append(numbers, np.array(places, dtype=np.int32))
        order = np.argsort(rows, kind="stable")
        columns = {
            name: joined([column, coded([cells[name] for cells in added])]).take(order)
            for name, column in columns.items()
        }
        mended[len(numbers) :] = True
        numbers, mended = rows[order], mended[order]
    for name in COLUMNS[table]:
        columns.setdefault(name, blank_column(len(numbers)))
    return TableFile(file, table, columns, numbers, mended, tuple(sorted(spoilt)), notes)
