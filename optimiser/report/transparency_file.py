"""The transparency record as a file: Markdown, one HTML page that prints well, or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape
from itertools import groupby
from types import MappingProxyType

from optimiser.report.page import document_html, table_html
from optimiser.report.table import Table, text_frame
from optimiser.report.transparency import STANDARD, Record


def markdown_of(record: Record) -> bytes:
    """The record as Markdown, UTF-8."""
    lines = [f"# {record.title}", "", f"{STANDARD}.", ""]
    for section, entries in groupby(record.entries, key=lambda entry: entry.section):
        lines += [f"## {section}", ""]
        for entry in entries:
            lines += [f"### {entry.name}", ""]
            for said in entry.said:
                lines += [_cell(said), ""]
            for table in entry.tables:
                lines += [*_table(table), ""]
    return ("\n".join(lines).rstrip() + "\n").encode()


def html_of(record: Record) -> bytes:
    """The record as one self-contained page."""
    parts = [f"<header><h1>{escape(record.title)}</h1><p>{escape(STANDARD)}.</p></header><main>"]
    for section, entries in groupby(record.entries, key=lambda entry: entry.section):
        parts.append(f"<h2>{escape(section)}</h2>")
        for entry in entries:
            said = "".join(f"<p>{escape(each)}</p>" for each in entry.said)
            parts.append(f"<h3>{escape(entry.name)}</h3>{said}{''.join(map(table_html, entry.tables))}")
    return document_html(record.title, "".join(parts) + "</main>")


def json_of(record: Record) -> bytes:
    """The record as JSON: sections, their fields, and tables by heading."""
    document = {
        "title": record.title,
        "standard": STANDARD,
        "fields": [
            {
                "section": entry.section,
                "name": entry.name,
                "said": list(entry.said),
                "tables": [
                    {"title": table.title, "rows": text_frame(table).to_dict("records")}
                    for table in entry.tables
                ],
            }
            for entry in record.entries
        ],
        "to_be_filled": list(record.to_fill),
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


FORMATS: Mapping[str, Callable[[Record], bytes]] = MappingProxyType(
    {".md": markdown_of, ".html": html_of, ".json": json_of}
)
"""Suffix of the file → how it is written."""


def _table(table: Table) -> list[str]:
    shown = text_frame(table)
    rows = [list(shown.columns), ["---"] * len(shown.columns), *shown.to_numpy().tolist()]
    return [f"**{table.title}**", "", *(f"| {' | '.join(map(_cell, row))} |" for row in rows)]


def _cell(text: str) -> str:
    """Text that no Markdown reader takes for markup: names of the pack stand in it."""
    return "".join(f"\\{mark}" if mark in "|\\`*_<>[]#" else mark for mark in " ".join(str(text).split()))
