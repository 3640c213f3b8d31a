"""The inputs of one future's run: the pack's files with the future's children and the units that are open."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date

from optimiser.pack.futures import Future
from optimiser.pack.options import unit_id
from optimiser.pack.pack import Pack

_NOT_PROVISION = ("option_id", "max_units", "capital_cost", "standing_cost", "opens")
_LEFT_OUT = (
    "children.csv",
    "provision.csv",
    "incompatible.csv",
    "region.toml",
    "options.csv",
    "commission.toml",
)
type Rows = list[dict[str, str]]


def inputs_of_future(pack: Pack, future: Future, units: Mapping[str, int]) -> dict[str, bytes]:
    """Name of every file → its bytes; `units`: option_id → units open, whatever their dates.

    Cells are those of the pack's files. A file that the future does not change is the pack's, byte for byte.
    """
    read = {name: path.read_bytes() for name, path in pack.files.items()}
    mine = next((path.read_bytes() for path in future.files.values()), read["children.csv"])
    files = {
        "region.toml": _region(read["region.toml"], pack.region.as_at, future.on),
        "children.csv": mine,
        "provision.csv": _provision(
            read["provision.csv"], read.get("options.csv"), set(future.children["child_id"]), future.on, units
        ),
    }
    if "incompatible.csv" in read:
        pairs = _pairs(read["incompatible.csv"], set(future.children["child_id"]))
        files |= {} if pairs is None else {"incompatible.csv": pairs}
    return files | {name: content for name, content in read.items() if name not in _LEFT_OUT}


def _region(content: bytes, was: date, on: date) -> bytes:
    """region.toml with the future's date: ages are those on the day."""
    if was == on:
        return content
    text = content.decode("utf-8-sig")
    return re.sub(r"(?m)^[ \t]*as_at[ \t]*=.*$", f"as_at = {on.isoformat()}", text, count=1).encode()


def _provision(
    content: bytes, options: bytes | None, known: set[str], on: date, units: Mapping[str, int]
) -> bytes:
    """provision.csv, then the units; named children who are not in the future are left out."""
    header, rows = _table(content)
    named = [";".join(_known(row.get("named_children", ""), known)) for row in rows]
    offered_header, offered = ([], []) if options is None else _table(options)
    more = [
        {**row, "provision_id": unit_id(row["option_id"], number), "vacancies": row["places"]}
        for row in offered
        if not row.get("opens") or row["opens"] <= on.isoformat()
        for number in range(1, units.get(row["option_id"], 0) + 1)
    ]
    if not more and all(
        names == ";".join(_known(row.get("named_children", ""), None))
        for names, row in zip(named, rows, strict=True)
    ):
        return content
    header += [name for name in offered_header if more and name not in (*_NOT_PROVISION, *header)]
    for row, names in zip(rows, named, strict=True):
        row["named_children"] = names
    for row in more:
        row["named_children"] = ";".join(_known(row.get("named_children", ""), known))
    return _csv(header, rows + more)


def _pairs(content: bytes, known: set[str]) -> bytes | None:
    """incompatible.csv with the pairs of the future; None where there is none."""
    header, rows = _table(content)
    kept = [row for row in rows if row["child_a"] in known and row["child_b"] in known]
    if len(kept) == len(rows):
        return content
    return _csv(header, kept) if kept else None


def _known(cell: str, known: set[str] | None) -> list[str]:
    names = [name.strip() for name in cell.split(";") if name.strip()]
    return [name for name in names if known is None or name in known]


def _table(content: bytes) -> tuple[list[str], Rows]:
    listed = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    header = [name.strip() for name in listed[0]]
    rows = [
        dict(zip(header, (cell.strip() for cell in cells), strict=False))
        for cells in listed[1:]
        if any(cell.strip() for cell in cells)
    ]
    return header, rows


def _csv(header: list[str], rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, extrasaction="ignore", restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
