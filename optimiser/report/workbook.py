"""The Excel workbook: every table on a sheet of its own, numbers as numbers, and what they mean."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from optimiser.report.contents import aggregate_tables, personal_tables, provenance
from optimiser.report.disclosure import NOTE
from optimiser.report.policy_keys import policy_table
from optimiser.report.table import HIDDEN, Kind, Table
from optimiser.report.tiles import Tile, kind_of_difference, published_tiles, tiles
from optimiser.report.views import RunView, View

FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.SHARE: "0.0%",
    Kind.POINTS: "0.0",
    Kind.MILES: "#,##0.0",
    Kind.MONEY: "£#,##0.00",
    Kind.NUMBER: "#,##0.###",
}
"""How Excel shows a kind of figure; the cell holds every digit."""
_TITLE_ROW, _HEADER_ROW = 0, 2
_WIDEST, _NARROWEST = 44, 9


def workbook(view: View, *, publication: bool = False) -> bytes:
    """The workbook of a view; with `publication` under disclosure control and without children and homes.

    The same view gives the same bytes: the time in it is the run's.
    """
    tables = list(aggregate_tables(view, publication=publication))
    if not publication:
        tables += personal_tables(view)
    title = f"{view.region.name}: placements"
    out, book = _book(title, view)
    writer = _Writer(book)
    said = NOTE if publication else "This workbook holds personal data: it is not for publication."
    writer.notes(view, tables, title, said)
    writer.tiles(published_tiles(view) if publication else tiles(view))
    for table in tables:
        writer.table(table)
    if isinstance(view, RunView):
        writer.table(policy_table(view.manifest["policy"]))
    book.close()
    return out.getvalue()


def tables_workbook(view: View, tables: Sequence[Table], title: str, said: str) -> bytes:
    """A workbook of these tables alone, with a sentence on who may see it; the same every time."""
    out, book = _book(title, view)
    writer = _Writer(book)
    writer.notes(view, tables, title, said)
    for table in tables:
        writer.table(table)
    book.close()
    return out.getvalue()


def _book(title: str, view: View) -> tuple[io.BytesIO, Workbook]:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, "created": _moment(view)})
    return out, book


def _moment(view: View) -> datetime:
    """When the run ended, or the date of the data; of a form Excel keeps."""
    if isinstance(view, RunView):
        return datetime.strptime(str(view.manifest["end"]), "%Y-%m-%dT%H:%M:%SZ")
    return datetime.combine(view.region.as_at, datetime.min.time(), tzinfo=UTC).replace(tzinfo=None)


class _Writer:
    """One workbook being written; holds its formats."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._right = book.add_format({"align": "right"})
        self._formats: dict[tuple[Kind, bool], Format] = {}

    def notes(self, view: View, tables: Sequence[Table], title: str, said: str) -> None:
        """What the figures come from and what every column means."""
        sheet = self._book.add_worksheet("notes")
        sheet.write_string(0, 0, title, self._title)
        row = 2
        for label, value in provenance(view):
            sheet.write_string(row, 0, label)
            sheet.write_string(row, 1, value, self._wrap)
            row += 1
        sheet.write_string(row + 1, 0, said, self._wrap)
        row += 3
        for column, heading in enumerate(("Sheet", "Column", "Heading", "Unit", "Meaning")):
            sheet.write_string(row, column, heading, self._bold)
        for table in tables:
            for each in table.columns:
                row += 1
                for column, text in enumerate(
                    (table.name[:31], each.name, each.label, each.unit, each.meaning)
                ):
                    sheet.write_string(row, column, text)
        sheet.set_column(0, 4, 30)

    def tiles(self, found: tuple[Tile, ...]) -> None:
        """The region's figures."""
        sheet = self._book.add_worksheet("tiles")
        sheet.write_string(_TITLE_ROW, 0, "The region in figures", self._title)
        for column, heading in enumerate(("Measure", "Unit", "This run", "Today", "Difference", "Note")):
            sheet.write_string(_HEADER_ROW, column, heading, self._bold)
        for row, tile in enumerate(found, start=_HEADER_ROW + 1):
            sheet.write_string(row, 0, tile.label)
            sheet.write_string(row, 1, tile.unit)
            for column, (value, text, kind) in enumerate(
                (
                    (tile.value, tile.value_text, tile.kind),
                    (tile.today, tile.today_text, tile.kind),
                    (tile.difference, tile.difference_text, kind_of_difference(tile.kind)),
                ),
                start=2,
            ):
                self._number(sheet, row, column, value, text, kind, total=False)
            sheet.write_string(row, 5, tile.note)
        sheet.freeze_panes(_HEADER_ROW + 1, 1)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 4, 16)

    def table(self, table: Table) -> None:
        """One table on one sheet: title, headings that stay in sight, figures, notes."""
        sheet = self._book.add_worksheet(table.name[:31])
        sheet.write_string(_TITLE_ROW, 0, table.title, self._title)
        rows = len(table.frame)
        for column, each in enumerate(table.columns):
            sheet.write_string(_HEADER_ROW, column, each.label, self._bold)
            values = table.frame[each.name].tolist()
            hidden = [False] * rows if table.hidden is None else table.hidden[each.name].tolist()
            longest = max((len(str(value)) for value in values), default=0) if each.kind is Kind.TEXT else 12
            sheet.set_column(column, column, min(max(longest, _NARROWEST), _WIDEST))
            for row, (value, hide) in enumerate(zip(values, hidden, strict=True), start=_HEADER_ROW + 1):
                total = table.total and row == _HEADER_ROW + rows
                if each.kind is Kind.TEXT:
                    sheet.write_string(row, column, str(value), *((self._bold,) if total else ()))
                else:
                    shown = None if hide or np.isnan(value) else float(value)
                    self._number(sheet, row, column, shown, HIDDEN if hide else "", each.kind, total=total)
        sheet.freeze_panes(_HEADER_ROW + 1, 1)
        if rows:
            sheet.autofilter(_HEADER_ROW, 0, _HEADER_ROW + rows - int(table.total), len(table.columns) - 1)
        for number, note in enumerate(table.notes):
            sheet.write_string(_HEADER_ROW + rows + 2 + number, 0, note)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEADER_ROW)

    def _number(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        value: float | None,
        text: str,
        kind: Kind,
        *,
        total: bool,
    ) -> None:
        if value is None:
            sheet.write_string(row, column, text, self._right)
        else:
            sheet.write_number(row, column, value, self._format(kind, total))

    def _format(self, kind: Kind, total: bool) -> Format:
        if (kind, total) not in self._formats:
            said = {"num_format": FORMATS[kind], "bold": total}
            self._formats[kind, total] = self._book.add_format(said)
        return self._formats[kind, total]
