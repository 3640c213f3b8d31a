"""Spoils a pack's files the way users, spreadsheets and file systems do; every mutation is seeded."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

TABLES = ("children.csv", "provision.csv", "incompatible.csv")
TOMLS = ("region.toml", "policy.toml")

CELLS = (
    "",
    " ",
    "nan",
    "NaN",
    "inf",
    "-1",
    "0",
    "3.0",
    "3.5",
    "17",
    "18",
    "1e3",
    "1,000",
    "£500",
    "9" * 400,
    "1" * 5000,
    "yes",
    "YES",
    "maybe",
    "good",
    "kinship",
    "foster-home",
    "E08000037",
    "E0800003",
    "2020-02-30",
    "2012-02-29",
    "0001-01-01",
    "9999-12-31",
    "31/03/2025",
    "NE8 1AA",
    "NE8",
    "BT1 5GS",
    "ZZ9 9ZZ",
    "é",
    "٣",
    "c1;c1;;nobody",
    "c1",
    ";;;",
    '"',
    'a"b',
    '"open',
    "a,b,c",
    "two\nlines",
    "=1+1",
    "[red]bold[/red]",
    "\x00",
    "\x1b[31m",
    "\ufeff",
    "\u202e",
)
TOML_VALUES = (
    "",
    "nan",
    "inf",
    "-5",
    "1e400",
    "9" * 5000,
    "true",
    '"none"',
    '"nine"',
    "[]",
    '["good", 3]',
    "{}",
    "{ a = 1 }",
    "2025-02-30",
    "2025-03-31",
    "2025-03-31T10:00:00",
    "10:00:00",
    '"\\u0000"',
    "[[[[[]]]]]",
    "'unclosed",
)


def _file(folder: Path, rng: Random, names: tuple[str, ...] = TABLES + TOMLS) -> Path:
    return rng.choice(sorted(folder / name for name in names if (folder / name).exists()))


def _flip_bytes(folder: Path, rng: Random) -> str:
    path = _file(folder, rng)
    content = bytearray(path.read_bytes())
    for _ in range(rng.randint(1, 8)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    path.write_bytes(bytes(content))
    return f"bytes flipped in {path.name}"


def _insert_bytes(folder: Path, rng: Random) -> str:
    path = _file(folder, rng)
    content = path.read_bytes()
    place = rng.randrange(len(content) + 1)
    path.write_bytes(content[:place] + rng.randbytes(rng.randint(1, 20)) + content[place:])
    return f"bytes inserted in {path.name}"


def _grid(path: Path) -> list[list[str]]:
    return [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]


def _write_grid(path: Path, grid: list[list[str]]) -> None:
    text = "\n".join(",".join(row) for row in grid) + "\n"
    path.write_bytes(text.encode("utf-8"))


def _replace_cells(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TABLES)
    grid = _grid(path)
    told = []
    for _ in range(rng.randint(1, 4)):
        row = rng.randrange(len(grid)) if rng.random() < 0.1 else rng.randrange(1, len(grid))
        column = rng.randrange(len(grid[row]))
        value = rng.choice(CELLS)
        quoted = '"' + value.replace('"', '""') + '"' if rng.random() < 0.5 else value
        grid[row][column] = quoted
        told.append(f"{row + 1}:{column + 1} = {value[:20]!r}")
    _write_grid(path, grid)
    return f"cells replaced in {path.name}: {', '.join(told)}"


def _swap_cells(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TABLES)
    grid = _grid(path)
    row = rng.randrange(1, len(grid))
    rng.shuffle(grid[row])
    _write_grid(path, grid)
    return f"cells of row {row + 1} of {path.name} shuffled"


def _drop_column(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TABLES)
    grid = _grid(path)
    column = rng.randrange(len(grid[0]))
    name = grid[0][column]
    _write_grid(path, [row[:column] + row[column + 1 :] for row in grid])
    return f"column {name} dropped from {path.name}"


def _double_column(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TABLES)
    grid = _grid(path)
    column = rng.randrange(len(grid[0]))
    _write_grid(path, [[*row, row[column]] for row in grid])
    return f"column {grid[0][column]} doubled in {path.name}"


def _rename_column(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TABLES)
    grid = _grid(path)
    column = rng.randrange(len(grid[0]))
    name = grid[0][column]
    grid[0][column] = rng.choice(
        [name.upper(), name[1:], name + "s", f" {name} ", "", "x", name.replace("_", " ")]
    )
    _write_grid(path, grid)
    return f"column {name} of {path.name} renamed {grid[0][column]!r}"


def _double_row(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TABLES)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    row = rng.randrange(len(lines))
    lines.insert(rng.randrange(len(lines) + 1), lines[row])
    path.write_bytes("".join(lines).encode("utf-8"))
    return f"row {row + 1} of {path.name} doubled"


def _drop_rows(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TABLES)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = rng.randrange(len(lines))
    path.write_bytes("".join(lines[:kept]).encode("utf-8"))
    return f"only {kept} lines of {path.name} kept"


def _blank_lines(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TABLES)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for _ in range(rng.randint(1, 3)):
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(["\n", "\r\n", " \n", ",,,,\n"]))
    path.write_bytes("".join(lines).encode("utf-8"))
    return f"blank lines in {path.name}"


def _ragged(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TABLES)
    grid = _grid(path)
    row = rng.randrange(len(grid))
    grid[row] = grid[row][: rng.randrange(len(grid[row]))] if rng.random() < 0.5 else [*grid[row], "more", ""]
    _write_grid(path, grid)
    return f"row {row + 1} of {path.name} ragged"


def _encode(folder: Path, rng: Random) -> str:
    path = _file(folder, rng)
    encoding = rng.choice(
        ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "utf-8-sig", "cp037"]
    )
    text = path.read_text(encoding="utf-8")
    place = rng.randrange(len(text) + 1)
    path.write_bytes((text[:place] + "é£" + text[place:]).encode(encoding))
    return f"{path.name} in {encoding}"


def _truncate(folder: Path, rng: Random) -> str:
    path = _file(folder, rng)
    content = path.read_bytes()
    kept = rng.randrange(len(content))
    path.write_bytes(content[:kept])
    return f"{path.name} cut off after {kept} bytes"


def _spreadsheet(folder: Path, rng: Random) -> str:
    path = _file(folder, rng)
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("xl/workbook.xml", path.read_bytes())
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + path.read_bytes()
    path.write_bytes(rng.choice([saved.getvalue(), old]))
    return f"a spreadsheet saved as {path.name}"


def _separators(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TABLES)
    mark = rng.choice([";", "\t", "|", "\r", "\n"])
    path.write_bytes(path.read_bytes().replace(b",", mark.encode()))
    return f"{mark!r} for commas in {path.name}"


def _line_ends(folder: Path, rng: Random) -> str:
    path = _file(folder, rng)
    ends = rng.choice([b"\r\n", b"\r", b"\n\r", b"\n\n", b"\x0b", b"\xe2\x80\xa8"])
    path.write_bytes(path.read_bytes().replace(b"\n", ends))
    return f"lines of {path.name} end in {ends!r}"


def _remove(folder: Path, rng: Random) -> str:
    path = _file(folder, rng)
    path.unlink()
    if rng.random() < 0.3:
        path.mkdir()
        return f"{path.name} is a folder"
    if rng.random() < 0.3:
        path.write_bytes(b"")
        return f"{path.name} is empty"
    return f"{path.name} is missing"


def _toml_value(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TOMLS)
    lines = path.read_text(encoding="utf-8").split("\n")
    row = rng.choice([index for index, line in enumerate(lines) if "=" in line])
    lines[row] = lines[row].split("=")[0] + "= " + rng.choice(TOML_VALUES)
    path.write_bytes("\n".join(lines).encode("utf-8"))
    return f"line {row + 1} of {path.name} is {lines[row][:40]!r}"


def _toml_line(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TOMLS)
    lines = path.read_text(encoding="utf-8").split("\n")
    row = rng.randrange(len(lines))
    done = rng.choice(["dropped", "doubled", "misspelt", "moved"])
    line = lines.pop(row)
    if done == "doubled":
        lines[row:row] = [line, line]
    elif done == "misspelt":
        place = rng.randrange(len(line) + 1)
        lines.insert(row, line[:place] + rng.choice("xq[]=.\"'#é ") + line[place + 1 :])
    elif done == "moved":
        lines.insert(rng.randrange(len(lines) + 1), line)
    path.write_bytes("\n".join(lines).encode("utf-8"))
    return f"line {row + 1} of {path.name} {done}"


def _toml_deep(folder: Path, rng: Random) -> str:
    path = _file(folder, rng, TOMLS)
    path.write_bytes(path.read_bytes() + b"\n[deep]\nx = " + b"[" * 5000 + b"]" * 5000 + b"\n")
    return f"{path.name} nested deep"


MUTATIONS: tuple[Callable[[Path, Random], str], ...] = (
    _flip_bytes,
    _insert_bytes,
    _replace_cells,
    _replace_cells,
    _replace_cells,
    _swap_cells,
    _drop_column,
    _double_column,
    _rename_column,
    _double_row,
    _drop_rows,
    _blank_lines,
    _ragged,
    _encode,
    _truncate,
    _spreadsheet,
    _separators,
    _line_ends,
    _remove,
    _toml_value,
    _toml_value,
    _toml_line,
    _toml_deep,
)


def mutate(folder: Path, rng: Random) -> str:
    """Spoil one file of the pack in `folder`, which is to be whole before; says what was done.

    Some mutations leave a pack that is still right (a blank line, a byte-order mark, another valid cell).
    """
    return rng.choice(MUTATIONS)(folder, rng)
