"""The door for SSDA903 returns: a folder or a zip → `Return`, with every row accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser.demand import checks_of_cells, checks_of_episodes, people
from optimiser.demand.coded import Flags, blank_column, index_of_texts, union_of_texts
from optimiser.demand.people import Numbered
from optimiser.demand.quality import ACTIONS, QUALITY_COLUMNS, SET_ASIDE, USED, Quality
from optimiser.demand.return_files import ACCEPTED, content_of, files_of_return, year_from_path
from optimiser.demand.return_years import Years, settle_years
from optimiser.demand.returns import COLUMNS, EPISODES, HEADER, UASC, Return, Source
from optimiser.demand.rows import NO_DATE, Dates, Rows, authority_faults, rows_of_table
from optimiser.demand.standing import standing
from optimiser.demand.table_csv import table_from_csv
from optimiser.demand.table_file import TableFile
from optimiser.demand.table_xml import tables_from_xml
from optimiser.errors import Fault, InputError
from optimiser.pack.region import Region


def _read_files(path: Path) -> tuple[list[TableFile], list[str]]:
    """The tables of every file, by year and path, and the names of the files that are not read."""
    tables: list[TableFile] = []
    ignored: list[str] = []
    faults: list[Fault] = []
    for name, place, archive in files_of_return(path):
        suffix = name.rpartition(".")[2].lower()
        if suffix not in ("csv", "xml"):
            ignored.append(name)
            continue
        content, wrong = content_of(name, place, archive)
        found: list[TableFile] = []
        if not wrong and suffix == "csv":
            table, wrong = table_from_csv(name, content)
            found = [table] if table else []
        elif not wrong:
            found, wrong = tables_from_xml(name, content)
        if not found and not wrong:
            ignored.append(name)
        tables += found
        faults += wrong
    if faults:
        raise InputError(f"{path}: files of the return cannot be read", faults)
    present = {table.table for table in tables}
    for needed in (HEADER, EPISODES):
        if needed not in present:
            faults.append(Fault(path.name, 0, "", f"there is no {needed} file", ACCEPTED))
    if faults:
        raise InputError(f"{path} is no SSDA903 return", faults)
    return sorted(tables, key=lambda table: (year_from_path(table.file), table.file)), ignored


def _base(rows: Rows, numbers: Numbered, at: int, year_end: Years) -> dict[str, object]:
    """The columns that every table has."""
    return {
        "file": rows.file.categorical(),
        "row": rows.row,
        "year": rows.year,
        "year_end": year_end,
        "authority": numbers.authorities[at].categorical(blank=""),
        "CHILD": pd.Categorical.from_codes(numbers.names[at].codes, categories=numbers.names[at].texts),
        "child": numbers.child[at],
    }


def _frame(rows: Rows, numbers: Numbered, at: int, year_end: Years) -> pd.DataFrame:
    """The table as `Return` has it; its cells and dates are taken out of the rows, which are too many to hold
    twice."""
    month = people.dob_precision(rows).astype(np.int8) if "DOB" in rows.dates else None
    columns = _base(rows, numbers, at, year_end)
    for name in COLUMNS[rows.table][1:]:
        if name in rows.dates:
            columns[name] = rows.dates.pop(name)
        else:
            columns[name] = rows.cells.pop(name).categorical()
    if month is not None:
        precision = pd.Categorical.from_codes(month, categories=index_of_texts([people.DAY, people.MONTH]))
        columns["dob_precision"] = precision
    columns["action"] = pd.Categorical.from_codes(rows.findings.worst, categories=index_of_texts(ACTIONS))
    return pd.DataFrame(columns)


def _check(
    tables: Sequence[Rows], numbers: Numbered, ends: dict[str, Years]
) -> tuple[pd.DataFrame, Flags, Dates]:
    """Every check, in order; the children, and `current` and `ends` of the episodes."""
    episodes, header, uasc = tables
    for rows in tables:
        checks_of_cells.check_codes(rows, ends[rows.table])
    checks_of_cells.check_postcodes(episodes)
    checks_of_cells.check_urns(episodes)
    for rows, child in zip(tables[1:], numbers.child[1:], strict=True):
        people.check_people(rows, child, ends[rows.table])
    children = people.children_frame(numbers, header, uasc, ends[HEADER], ends[UASC])
    people.check_between_years(header, uasc, numbers, children)
    child, year_end = numbers.child[0], ends[EPISODES]
    born = np.append(children["DOB"].to_numpy(), NO_DATE)[child]
    checks_of_episodes.check_dates(episodes, child, year_end, born)
    checks_of_episodes.check_child(episodes, numbers, children)
    checks_of_episodes.check_ages(episodes, born)
    checks_of_episodes.check_pairs(episodes, year_end)
    current, closed = standing(episodes, child, year_end)
    current &= episodes.findings.usable
    return children, current, closed


def _notes(files: Sequence[TableFile]) -> pd.DataFrame:
    """The findings on whole files, and on rows that could not be split into cells."""
    rows = [
        (file.file, 0, column, "", kind, what, USED) for file in files for column, kind, what in file.notes
    ] + [(file.file, row, "", "", kind, what, SET_ASIDE) for file in files for row, kind, what in file.spoilt]
    return pd.DataFrame(rows, columns=list(QUALITY_COLUMNS))


def _quality(files: Sequence[TableFile], tables: Sequence[Rows], frames: Sequence[pd.DataFrame]) -> Quality:
    """All findings, by file and row."""
    parts = [_notes(files)]
    for rows, frame in zip(tables, frames, strict=True):
        parts.append(rows.findings.frame(file=frame["file"], row=frame["row"], child=frame["CHILD"]))
    return Quality(_stacked(parts))


def _stacked(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The parts one below the other; text columns stay categories."""
    columns: dict[str, object] = {}
    for name in QUALITY_COLUMNS:
        if name == "row":
            columns[name] = np.concatenate([part[name].to_numpy(np.int32) for part in parts])
            continue
        whole = [part[name].astype("category") for part in parts]
        texts = union_of_texts([pd.Index(part.cat.categories) for part in whole])
        texts = texts.sort_values() if name != "action" else index_of_texts(ACTIONS)
        codes = [
            np.append(texts.get_indexer(part.cat.categories), -1)[part.cat.codes.to_numpy()] for part in whole
        ]
        columns[name] = pd.Categorical.from_codes(np.concatenate(codes), categories=texts)
    findings = pd.DataFrame(columns)
    order = np.lexsort((findings["row"].to_numpy(), findings["file"].cat.codes.to_numpy()))
    return findings.iloc[order].reset_index(drop=True)


def _sources(files: Sequence[TableFile], frames: dict[str, pd.DataFrame]) -> tuple[Source, ...]:
    """The count of each table of each file."""
    found = []
    for table, frame in frames.items():
        here = [file for file in files if file.table == table]
        sizes = np.cumsum([0, *(len(file.rows) for file in here)])
        actions = frame["action"].cat.codes.to_numpy()
        years = frame["year"].to_numpy()
        for file, start, stop in zip(here, sizes[:-1], sizes[1:], strict=True):
            used, repaired, aside = np.bincount(actions[start:stop], minlength=len(ACTIONS)).tolist()
            year = int(years[start:stop].max(initial=0)) or year_from_path(file.file)
            read, spoilt = int(stop - start) + len(file.spoilt), len(file.spoilt)
            found.append(Source(file.file, table, file.form, year, read, used, repaired, aside + spoilt))
    return tuple(sorted(found, key=lambda source: (source.file, source.table)))


def read_return(path: Path, *, region: Region | None = None, as_at: date | None = None) -> Return:
    """Every return in the folder or zip, read and checked.

    With `region`, rows of authorities that are no members are set aside. `as_at`: the date the reader asks
    about; None: the last day of the latest return. InputError where a file cannot be read at all, a needed
    column or table is missing, or a file does not say whose it is in a region of several authorities.
    """
    files, ignored = _read_files(path)
    faults = authority_faults(files, region)
    if faults:
        raise InputError(f"{path}: files that do not say which authority they are of", faults)
    if not any(file.table == UASC for file in files):
        files = [*files, _empty_uasc()]
    episodes, header, uasc = (rows_of_table(table, files, region) for table in (EPISODES, HEADER, UASC))
    if not len(episodes) or not len(header):
        fault = Fault(path.name, 0, "", "Episodes or Header have no rows", "a return with a child or more")
        raise InputError(f"{path}: there is nothing to read", [fault])
    files = [file.without_cells() for file in files]
    tables = (episodes, header, uasc)
    ends = settle_years(episodes, header, uasc)
    numbers = people.numbered(tables)
    children, current, closed = _check(tables, numbers, ends)
    frames = {rows.table: _frame(rows, numbers, at, ends[rows.table]) for at, rows in enumerate(tables)}
    quality = _quality(files, tables, [frames[rows.table] for rows in tables])
    frames[EPISODES]["current"] = current
    frames[EPISODES]["ends"] = closed
    first, last = int(ends[EPISODES].min()), int(ends[EPISODES].max())
    last_day = date(last, 3, 31)
    return Return(
        episodes=frames[EPISODES],
        header=frames[HEADER],
        uasc=frames[UASC],
        children=children,
        sources=tuple(source for source in _sources(files, frames) if source.file),
        ignored=tuple(ignored),
        quality=quality,
        years=tuple(np.unique(episodes.year).tolist()),
        first_day=date(first - 1, 4, 1),
        last_day=last_day,
        as_at=as_at or last_day,
    )


def _empty_uasc() -> TableFile:
    """Stands where there is no UASC file: no child is unaccompanied."""
    columns = {name: blank_column(0) for name in COLUMNS[UASC]}
    return TableFile("", UASC, columns, np.empty(0, np.int32), np.empty(0, bool))
