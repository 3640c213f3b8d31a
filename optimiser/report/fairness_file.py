"""The tables of fairness as a file: CSV, one HTML page that prints well, or an Excel workbook."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Protocol

from optimiser.report import outcomes as out
from optimiser.report.disclosure import NOTE
from optimiser.report.fairness import (
    fairness_csv,
    fairness_miles,
    fairness_shares,
    fairness_tables,
    method_notes,
    short_table,
)
from optimiser.report.page import document_html, provenance_html, table_html
from optimiser.report.views import RunView
from optimiser.report.workbook import tables_workbook

TITLE = "Fairness"
EXACT = "Not for publication: small counts are shown."


class Write(Protocol):
    """What makes the bytes of a file."""

    def __call__(self, view: RunView, *, publication: bool) -> bytes: ...


def fairness_page(view: RunView, *, publication: bool) -> bytes:
    """One self-contained page, a section for every way to group children; figures as people read them."""
    title = f"{TITLE}: {view.region.name}, run {view.name}"
    said = (NOTE if publication else EXACT, *method_notes())
    parts = [f"<header><h1>{escape(title)}</h1>{''.join(f'<p>{escape(each)}</p>' for each in said)}</header>"]
    parts.append(f"<main>{table_html(short_table(fairness_shares(view, out.ALL, publication=publication)))}")
    for dimension in out.PUBLISHED if publication else out.DIMENSIONS:
        parts.append(f"<h2>{escape(out.DIMENSIONS[dimension])}</h2>")
        for make in (fairness_shares, fairness_miles):
            parts.append(table_html(short_table(make(view, dimension, publication=publication))))
    return document_html(title, f"{''.join(parts)}{provenance_html(view)}</main>")


def fairness_workbook(view: RunView, *, publication: bool) -> bytes:
    """The workbook: every table on a sheet of its own, every digit."""
    tables = fairness_tables(view, publication=publication)
    return tables_workbook(
        view, tables, f"{view.region.name}: {TITLE.lower()}", NOTE if publication else EXACT
    )


FORMATS: Mapping[str, Write] = MappingProxyType(
    {".csv": fairness_csv, ".html": fairness_page, ".xlsx": fairness_workbook}
)
"""Suffix of the file → how it is written."""
