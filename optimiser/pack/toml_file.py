"""A TOML file as values, with the line each key stands on: what spreadsheets call the row."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from optimiser.errors import Fault
from optimiser.pack.faults import printable, shown
from optimiser.pack.file_bytes import bytes_from_file

ACCEPTED = "a TOML file in UTF-8"
_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_TABLE = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_ARRAY = re.compile(rf"\s*\[\[\s*({_DOTTED})\s*\]\]")
_PAIR = re.compile(rf"\s*({_DOTTED})\s*=")


@dataclass(frozen=True)
class TomlFile:
    """The values of a TOML file. `lines`: dotted key ("authority[1].code" inside arrays of tables) → line."""

    file: str
    values: Mapping[str, object]
    lines: Mapping[str, int] = field(default_factory=dict)

    def line(self, key: str) -> int:
        """The line of the key, or of the nearest table around it; 0 where neither is found."""
        while key not in self.lines and "." in key:
            key = key.rpartition(".")[0]
        return self.lines.get(key, 0)

    def fault(self, key: str, what: str, accepted: str, *, warning: bool = False) -> Fault:
        """A fault at the line of `key`."""
        return Fault(self.file, self.line(key), printable(key), what, accepted, warning)


def _plain(dotted: str) -> str:
    return ".".join(part.strip("\"'") for part in re.findall(_KEY, dotted))


def _lines(text: str) -> dict[str, int]:
    """Where each key stands, line by line; keys inside inline tables are not looked for."""
    lines: dict[str, int] = {}
    seen: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if array := _ARRAY.match(line):
            name = _plain(array[1])
            table = f"{name}[{seen[name]}]."
            seen[name] += 1
        elif header := _TABLE.match(line):
            table = f"{_plain(header[1])}."
        elif pair := _PAIR.match(line):
            lines.setdefault(table + _plain(pair[1]), number)
            continue
        else:
            continue
        lines.setdefault(table.removesuffix("."), number)
    return lines


def _syntax_fault(file: str, error: ValueError) -> Fault:
    place = re.search(r"\(at line (\d+), column \d+\)", str(error))
    what = re.sub(r" \(at .*\)$", "", str(error))
    what = "".join(c if c.isprintable() else " " for c in what)[:200]
    return Fault(file, int(place[1]) if place else 0, "", f"this is not TOML: {what}", ACCEPTED)


def toml_from_bytes(file: str, content: bytes) -> tuple[TomlFile | None, list[Fault]]:
    """The file's values; None where it is not TOML, with the fault that says where."""
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wrong = shown(content[error.start : error.start + 1].hex())
        return None, [Fault(file, line, "", f"the byte {wrong} is not UTF-8 text", ACCEPTED)]
    try:
        values = tomllib.loads(text)
    except ValueError as error:
        return None, [_syntax_fault(file, error)]
    except RecursionError:
        return None, [Fault(file, 0, "", "the values are nested too deep", ACCEPTED)]
    return TomlFile(file, values, _lines(text)), []


def toml_from_file(path: Path, file: str) -> tuple[TomlFile | None, list[Fault]]:
    """The values of the file at `path`, named `file` in its faults; None where it cannot be read."""
    content, faults = bytes_from_file(path, file, accepted=ACCEPTED)
    return (None, faults) if content is None else toml_from_bytes(file, content)


def toml_text(text: str) -> str:
    """The text as a TOML string.

    >>> toml_text('The "North"')
    '"The \\\\"North\\\\""'
    """
    escaped = {'"': '\\"', "\\": "\\\\"}
    characters = (escaped.get(c, c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in text)
    return '"' + "".join(characters) + '"'
