"""Files as values: JSON, TOML and CSV, where whatever is amiss is a refutation that names the file."""

from __future__ import annotations

import csv
import io
import json
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date


class RefutedError(Exception):
    """One line: the file, the row or field, and what is wrong with it."""

    def __init__(self, file: str, where: str, what: str) -> None:
        super().__init__(line(file, where, what))


def line(file: str, where: str, what: str) -> str:
    """The line of a refutation, printable whatever stands in the file.

    >>> line("metrics.json", "gap", "is 1")
    'metrics.json: gap: is 1'
    """
    text = ": ".join(part for part in (file, where, what) if part)
    return "".join(c if c.isprintable() else "�" for c in text)


def shown(value: object) -> str:
    """The value as a message shows it, at most 60 characters long."""
    text = repr(value)[:200]
    return text if len(text) <= 60 else text[:59] + "…"


@dataclass(frozen=True)
class Document:
    """A table of keys in a JSON or TOML file; asking for what is missing or of another type refutes it."""

    file: str
    values: Mapping[str, object]
    where: str = ""

    def _path(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def refuted(self, key: str, what: str) -> RefutedError:
        """The refutation of one key."""
        return RefutedError(self.file, self._path(key), what)

    def value(self, key: str) -> object:
        """Whatever stands at the key."""
        if key not in self.values:
            raise self.refuted(key, "is missing")
        return self.values[key]

    def text(self, key: str) -> str:
        """The text at the key."""
        value = self.value(key)
        if not isinstance(value, str):
            raise self.refuted(key, f"is {shown(value)}, not text")
        return value

    def whole(self, key: str) -> int:
        """The whole number ≥ 0 at the key."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**12:
            raise self.refuted(key, f"is {shown(value)}, not a whole number of 0 or more")
        return value

    def whole_or_none(self, key: str) -> int | None:
        """The whole number ≥ 0 at the key, or None for null."""
        return None if self.value(key) is None else self.whole(key)

    def number(self, key: str) -> float:
        """The finite number at the key."""
        found = number(self.value(key))
        if found is None:
            raise self.refuted(key, f"is {shown(self.value(key))}, not a number")
        return found

    def number_or_none(self, key: str) -> float | None:
        """The finite number at the key, or None for null."""
        return None if self.value(key) is None else self.number(key)

    def table(self, key: str) -> Document:
        """The table at the key."""
        value = self.value(key)
        if not isinstance(value, dict):
            raise self.refuted(key, f"is {shown(value)}, not a table")
        return Document(self.file, value, self._path(key))

    def listed(self, key: str) -> list[object]:
        """The list at the key."""
        value = self.value(key)
        if not isinstance(value, list):
            raise self.refuted(key, f"is {shown(value)}, not a list")
        return value

    def tables(self, key: str) -> list[Document]:
        """The list of tables at the key."""
        found = []
        for index, entry in enumerate(self.listed(key)):
            if not isinstance(entry, dict):
                raise self.refuted(f"{key}[{index}]", f"is {shown(entry)}, not a table")
            found.append(Document(self.file, entry, f"{self._path(key)}[{index}]"))
        return found

    def texts(self, key: str) -> list[str]:
        """The list of texts at the key."""
        values = self.listed(key)
        for value in values:
            if not isinstance(value, str):
                raise self.refuted(key, f"holds {shown(value)}, not text")
        return [str(value) for value in values]


def number(value: object) -> float | None:
    """The value as a finite float; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int) and abs(value) > 10**300:
        return None
    return float(value) if math.isfinite(value) else None


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number")
    return value


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def document_from_json(file: str, content: bytes) -> Document:
    """The table of a JSON file in UTF-8, without NaN, infinities or repeated keys."""
    try:
        values = json.loads(
            content.decode("utf-8"),
            parse_float=_finite,
            parse_constant=_no_constant,
            object_pairs_hook=_each_key_once,
        )
    except (ValueError, RecursionError) as error:
        raise RefutedError(file, "", f"is not JSON ({error})") from error
    if not isinstance(values, dict):
        raise RefutedError(file, "", "is not a JSON table")
    return Document(file, values)


def document_from_toml(file: str, content: bytes) -> Document:
    """The values of a TOML file in UTF-8."""
    try:
        return Document(file, tomllib.loads(content.decode("utf-8").removeprefix("\ufeff")))
    except (ValueError, RecursionError) as error:
        raise RefutedError(file, "", f"is not TOML ({error})") from error


def day(document: Document, key: str) -> date:
    """The date at a key: a TOML date, or the same as text."""
    value = document.value(key)
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError as error:
            raise document.refuted(key, f"is {shown(value)}, not a date") from error
    if type(value) is not date:
        raise document.refuted(key, f"is {shown(value)}, not a date")
    return value


@dataclass(frozen=True)
class Sheet:
    """A CSV file as columns of text; `rows` are the rows a spreadsheet shows."""

    file: str
    rows: list[int]
    columns: Mapping[str, list[str]]

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str, *, required: bool = False) -> list[str]:
        """The cells of a column, blank where there is no such column and none is required."""
        if name in self.columns:
            return self.columns[name]
        if required:
            raise RefutedError(self.file, name, "the column is missing")
        return [""] * len(self.rows)

    def refuted(self, index: int, column: str, what: str) -> RefutedError:
        """The refutation of one cell; `index` counts rows from 0."""
        return RefutedError(self.file, f"row {self.rows[index]}, {column}", what)

    def line(self, index: int, column: str, what: str) -> str:
        """The same as a line."""
        return str(self.refuted(index, column, what))


def _records(file: str, text: str) -> Iterator[tuple[int, list[str]]]:
    try:
        for row, record in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            if any(cell.strip() for cell in record):
                yield row, record
    except csv.Error as error:
        raise RefutedError(file, "", f"is not CSV ({error})") from error


def sheet_from_csv(file: str, content: bytes, *, strip: bool = True) -> Sheet:
    """A CSV file with a header; cells stripped of white space unless it is told otherwise."""
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise RefutedError(file, "", f"is not UTF-8 text ({error.reason} at byte {error.start})") from error
    records = _records(file, text)
    header = [cell.strip() for cell in next(records, (0, []))[1]]
    if not header:
        raise RefutedError(file, "", "is empty")
    names = [name for name in header if name]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RefutedError(file, twice[0], "the column stands twice")
    rows, cells = [], []
    for row, record in records:
        if len(record) < len(header) or any(cell.strip() for cell in record[len(header) :]):
            raise RefutedError(file, f"row {row}", f"has {len(record)} cells; the header has {len(header)}")
        rows.append(row)
        cells.append(record)
    columns = {
        name: [record[at].strip() if strip else record[at] for record in cells]
        for at, name in enumerate(header)
        if name
    }
    return Sheet(file, rows, columns)
