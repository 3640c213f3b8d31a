"""One table of all files together: cells, dates, the year and the authority of every row, and its
findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand.coded import Coded, Flags, constant_column, joined
from optimiser.demand.quality import REPAIRED, SET_ASIDE, USED, Findings
from optimiser.demand.return_files import authority_from_path, authority_from_text, year_from_path
from optimiser.demand.returns import COLUMNS, PLATFORM
from optimiser.demand.table_file import TableFile
from optimiser.demand.written_dates import ACCEPTED, written_dates
from optimiser.errors import Fault
from optimiser.pack.faults import shown
from optimiser.pack.region import Region

Dates = NDArray[np.datetime64]

DATES: Final = ("DECOM", "DEC", "DOB", "MC_DOB", "DUC")
NO_DATE: Final = np.datetime64("NaT", "s")
_FATAL_DATES: Final = ("DECOM", "DEC", "DOB")
"""Where one of these is written but is no date, the row cannot be used."""


@dataclass
class Rows:
    """`cells`: the text columns. `dates`: the date columns, NaT where blank or unreadable; `month_only` says
    of each row of DOB whether it is a month alone. `year`: as named, 0 where nothing names it; `year_end` is
    settled by the dates, later. `file`, `row`: where each row stands. `form`: of each file."""

    table: str
    cells: dict[str, Coded]
    dates: dict[str, Dates]
    unreadable: dict[str, Flags]
    month_only: Flags
    file: Coded
    row: NDArray[np.int32]
    platform: Flags
    year: NDArray[np.int16]
    authority: Coded
    findings: Findings

    def __len__(self) -> int:
        return len(self.row)


def authority_faults(files: Sequence[TableFile], region: Region | None) -> list[Fault]:
    """A file that does not say whose it is, in a region of several authorities."""
    if region is None or len(region.authorities) == 1:
        return []
    what = "neither the file nor its folders name an authority of the region, and it has no column LA"
    members = ", ".join(member.name for member in region.authorities)
    accepted = f"a folder or file named after one of {members}; or columns LA and YEAR"
    return [
        Fault(file.file, 0, "LA", what, accepted)
        for file in files
        if "LA" not in file.columns and not authority_from_path(file.file, region)
    ]


def _authority(file: TableFile, region: Region | None) -> Coded:
    """The authority of each row; blank where it cannot be told."""
    if "LA" in file.columns:
        written = file.columns["LA"]
        known = [authority_from_text(text, region) for text in written.texts.tolist()]
        if region is None:
            known = [code or text for code, text in zip(known, written.texts.tolist(), strict=True)]
        return written.mapped(known)
    code = authority_from_path(file.file, region)
    if not code and region is not None and len(region.authorities) == 1:
        code = region.authorities[0].code
    return constant_column(code, len(file.rows))


def _years(file: TableFile) -> tuple[NDArray[np.int16], Flags]:
    """The year of each row as named, 0 where nothing names it; and where the column YEAR is no year."""
    named = year_from_path(file.file)
    if "YEAR" not in file.columns:
        return np.full(len(file.rows), named, np.int16), np.zeros(len(file.rows), bool)
    written = file.columns["YEAR"]
    years = [_year(text) for text in written.texts.tolist()]
    if not named and any(years):
        weight = np.bincount(written.codes + 1, minlength=len(years) + 1)[1:] * (np.array(years) > 0)
        named = years[int(weight.argmax())]
    of_row = np.append(np.array(years, np.int16), np.int16(0))[written.codes]
    wrong: Flags = of_row == 0
    return np.where(wrong, np.int16(named), of_row), wrong


def _year(text: str) -> int:
    """A year as the column YEAR has it; 0 for anything else."""
    year = text.removesuffix(".0")
    return int(year) if year.isascii() and year.isdigit() and 2000 <= int(year) <= 2100 else 0


def rows_of_table(table: str, files: Sequence[TableFile], region: Region | None) -> Rows:
    """The files' rows one below the other, dates read; each cell that is no date has its finding."""
    here = [file for file in files if file.table == table]
    sizes = [len(file.rows) for file in here]
    findings = Findings(sum(sizes))
    cells = {name: joined([file.columns[name] for file in here]) for name in COLUMNS[table]}
    authority = joined([_authority(file, region) for file in here])
    years = [_years(file) for file in here]
    names = pd.Index([file.file for file in here], dtype="str")
    rows = Rows(
        table=table,
        cells=cells,
        dates={},
        unreadable={},
        month_only=np.zeros(sum(sizes), bool),
        file=Coded(np.repeat(np.arange(len(here), dtype=np.int32), sizes), names),
        row=np.concatenate([file.rows for file in here]),
        platform=np.repeat([file.form == PLATFORM for file in here], sizes),
        year=np.concatenate([year for year, _ in years]),
        authority=authority,
        findings=findings,
    )
    mended = np.concatenate([file.mended for file in here])
    findings.add("number of cells", "", mended, "cells are missing at the end: read as blank", REPAIRED)
    wrong = np.concatenate([wrong for _, wrong in years])
    findings.add("year", "YEAR", wrong, "YEAR is no year: the file's year is taken", REPAIRED)
    if region is not None:
        what = "the row's authority is no member of the region"
        findings.add("authority", "LA", authority.codes < 0, what, SET_ASIDE)
    for name in [name for name in COLUMNS[table] if name in DATES]:
        _read_dates(rows, name)
    return rows


def _read_dates(rows: Rows, name: str) -> None:
    """Turns a column of text into dates."""
    cells = rows.cells.pop(name)
    texts = cells.texts.tolist()
    read = written_dates(texts)
    rows.dates[name] = np.append(read.days, NO_DATE)[cells.codes]
    what = [f"{name} is {shown(text)}; accepted: {ACCEPTED}" for text in texts]
    action = SET_ASIDE if name in _FATAL_DATES else USED
    rows.findings.add_texts("date unreadable", name, cells, read.unreadable, what, action)
    as_read = [
        f"{name} is {shown(t)}, read as {d}"
        for t, d in zip(texts, read.days.astype("datetime64[D]"), strict=True)
    ]
    rows.findings.add_texts("date form", name, cells, read.repaired, as_read, REPAIRED)
    rows.unreadable[name] = cells.flags(read.unreadable)
    if name == "DOB":
        rows.month_only = cells.flags(read.month_only)
