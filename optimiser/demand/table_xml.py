"""The Department's XML return as the same tables: one CHILD element with a HEADER and its EPISODEs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree import ElementTree

import numpy as np

from optimiser.demand.coded import coded
from optimiser.demand.returns import COLUMNS, EPISODES, HEADER, UASC
from optimiser.demand.table_file import TableFile
from optimiser.errors import Fault

_OTHER_TAGS: Final = {"CHILDID": "CHILD", "PL": "PLACE"}

Cells = Mapping[str, str]


def _tag(element: ElementTree.Element) -> str:
    """The element's name without its namespace, as the CSV names the column."""
    tag = str(element.tag).rpartition("}")[2].upper()
    return _OTHER_TAGS.get(tag, tag)


def _cells(element: ElementTree.Element) -> Cells:
    """The texts of an element's own leaves."""
    return {_tag(leaf): (leaf.text or "").strip() for leaf in element if len(leaf) == 0}


def _rows(child: ElementTree.Element) -> Iterator[tuple[str, Cells]]:
    """The rows of a child: its header, its UASC row where there is one, its episodes."""
    own = _cells(child)
    for part in child:
        if _tag(part) == "HEADER":
            own = {**own, **_cells(part)}
    yield HEADER, own
    if own.get("UASC", "") not in ("", "0") or own.get("DUC"):
        yield UASC, own
    for part in child:
        if _tag(part) == "EPISODE":
            yield EPISODES, {"CHILD": own.get("CHILD", ""), **_cells(part)}


def tables_from_xml(file: str, content: bytes) -> tuple[list[TableFile], list[Fault]]:
    """The tables of the file; none, without a fault, where it is XML of another kind.

    A row's number is its place among the rows of its table, counted from 2, as in the CSV of the same return.
    """
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        return [], [Fault(file, 0, "", f"the file is not sound XML ({error})", "the Department's XML return")]
    rows: dict[str, list[Cells]] = {HEADER: [], EPISODES: [], UASC: []}
    children = [child for child in root.iter() if _tag(child) == "CHILD" and len(child)]
    for child in children:
        for table, cells in _rows(child):
            rows[table].append(cells)
    if not children:
        return [], []
    tables = []
    for table, found in rows.items():
        columns = {name: coded([cells.get(name, "") for cells in found]) for name in COLUMNS[table]}
        numbers = np.arange(2, len(found) + 2, dtype=np.int32)
        tables.append(TableFile(file, table, columns, numbers, np.zeros(len(found), dtype=bool)))
    return tables, []
