"""The tables of the contract: their columns, what each cell may hold, and the check of a file against it.

The schemas are pandera's, over cells of text, checked lazily: every cell that fails is found, not the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from optimiser import terms
from optimiser.errors import Fault
from optimiser.pack import cells
from optimiser.pack.cells import Cell
from optimiser.pack.csv_file import CsvFile
from optimiser.pack.faults import accepted_codes, nearest, printable, shown

MOST_PLACES = 10_000
MOST_WEEKLY_COST = 1_000_000
MOST_MILES = 10_000
MOST_UNITS = 10_000
MOST_CAPITAL = 1_000_000_000
MOST_WEIGHT = 1_000_000

CHILDREN = "children.csv"
PROVISION = "provision.csv"
INCOMPATIBLE = "incompatible.csv"
OPTIONS = "options.csv"
FUTURES = "futures.csv"

_SUITABILITY = cells.code(terms.SUITABILITIES)

_PROVISION: Mapping[str, Cell] = {
    "provision_id": cells.text(column=True, required=True, unique=True),
    "name": cells.text(),
    "provider": cells.text(),
    "kind": cells.code(terms.KINDS, column=True, required=True),
    "sector": cells.code(terms.SECTORS, column=True, required=True),
    "authority": cells.gss_code(),
    "easting": cells.easting(),
    "northing": cells.northing(),
    "postcode": cells.text(),
    "places": cells.whole(0, MOST_PLACES, column=True, required=True),
    "vacancies": cells.whole(0, MOST_PLACES, column=True, required=True),
    "age_min": cells.whole(terms.AGE_MIN, terms.AGE_MAX),
    "age_max": cells.whole(terms.AGE_MIN, terms.AGE_MAX),
    "genders": cells.code(terms.ACCEPTED_GENDERS),
    "skills": cells.text(),
    "weekly_cost": cells.amount(0, MOST_WEEKLY_COST, "£ a week", column=True, required=True),
    "ofsted": cells.code(terms.JUDGEMENTS),
    "named_children": cells.text(),
}
_HELD_BY = {"held_by": cells.gss_code()}

COLUMNS: Mapping[str, Mapping[str, Cell]] = {
    CHILDREN: {
        "child_id": cells.text(column=True, required=True, unique=True),
        "authority": cells.gss_code(column=True, required=True),
        "home_easting": cells.easting(),
        "home_northing": cells.northing(),
        "home_postcode": cells.text(),
        "age": cells.whole(terms.AGE_MIN, terms.AGE_MAX),
        "date_of_birth": cells.day(),
        "gender": cells.code(terms.GENDERS, column=True, required=True),
        "needs": cells.text(),
        **dict.fromkeys(terms.CARE_COLUMNS, _SUITABILITY),
        "sibling_group": cells.text(),
        "solo": cells.yes_or_no(),
        "school_easting": cells.easting(),
        "school_northing": cells.northing(),
        "school_postcode": cells.text(),
        "avoid_easting": cells.easting(),
        "avoid_northing": cells.northing(),
        "avoid_postcode": cells.text(),
        "avoid_miles": cells.amount(0, MOST_MILES, "miles"),
        "needed_by": cells.day(),
        "current_provision_id": cells.text(),
        "current_miles": cells.amount(0, MOST_MILES, "miles"),
        "ethnicity": cells.text(),
        "uasc": cells.text(),
        "disability": cells.text(),
    },
    PROVISION: {**_PROVISION, **_HELD_BY},
    INCOMPATIBLE: {
        "child_a": cells.text(column=True, required=True),
        "child_b": cells.text(column=True, required=True),
    },
    OPTIONS: {
        "option_id": cells.text(column=True, required=True, unique=True),
        **{name: cell for name, cell in _PROVISION.items() if name not in ("provision_id", "vacancies")},
        "max_units": cells.whole(0, MOST_UNITS, column=True, required=True),
        "capital_cost": cells.amount(0, MOST_CAPITAL, "£", column=True, required=True),
        "standing_cost": cells.amount(0, MOST_WEEKLY_COST, "£ a week"),
        "opens": cells.day(),
    },
    FUTURES: {
        "folder": cells.text(column=True, required=True, unique=True),
        "date": cells.day(column=True, required=True),
        "weight": cells.amount(0, MOST_WEIGHT, "a weight", column=True, required=True),
    },
}

ALTERNATIVES: Mapping[str, Sequence[Sequence[Sequence[str]]]] = {
    CHILDREN: ((("home_easting", "home_northing"), ("home_postcode",)), (("age",), ("date_of_birth",))),
    PROVISION: ((("easting", "northing"), ("postcode",)),),
    INCOMPATIBLE: (),
    OPTIONS: ((("easting", "northing"), ("postcode",)),),
    FUTURES: (),
}
"""Of each of these sets of columns the header must have one whole."""


@dataclass(frozen=True)
class Table:
    """One table of text against its schema: `cells` has every column of the contract, blank where absent.

    Index: the row a spreadsheet shows. `sound` has the same shape: False where the cell, or its whole row
    or column, has a fault already; such cells are blank. `written` has them as the file has them.
    """

    file: str
    written: pd.DataFrame
    cells: pd.DataFrame
    sound: pd.DataFrame

    def faults(
        self,
        wrong: pd.Series[bool],
        column: str,
        what: str | Callable[[int], str],
        accepted: str,
        *,
        reads: Sequence[str] = (),
        warning: bool = False,
    ) -> list[Fault]:
        """A fault in `column` at every row that is `wrong`, unless a cell it rests on has one already.

        `reads` are the other columns it rests on; `what` is one sentence, or makes one from the row.
        """
        if not wrong.to_numpy().any():
            return []
        told = wrong & self.sound[[column, *reads]].all(axis=1)
        return [
            Fault(self.file, row, column, what if isinstance(what, str) else what(row), accepted, warning)
            for row in self.cells.index[told].tolist()
        ]

    def shown(self, row: int, column: str) -> str:
        """The cell as a message shows it."""
        return shown(self.cells.at[row, column])


_PRESENT = pa.Check(lambda cells: cells != "", error="not blank")


def _schema(columns: Mapping[str, Cell]) -> pa.DataFrameSchema:
    """The pandera schema of a table of text; which columns there must be is the header's affair."""
    return pa.DataFrameSchema(
        {
            name: pa.Column(
                checks=[*([_PRESENT] if cell.required else []), pa.Check(cell.holds, error=cell.accepted)],
                unique=cell.unique,
                required=False,
                report_duplicates="exclude_first",
            )
            for name, cell in columns.items()
        }
    )


SCHEMAS: Mapping[str, pa.DataFrameSchema] = {file: _schema(columns) for file, columns in COLUMNS.items()}


def _failures(file: str, frame: pd.DataFrame) -> list[tuple[int, str]]:
    """Row and column of every cell that fails the file's schema."""
    try:
        SCHEMAS[file].validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        if cases["index"].isna().any():
            raise  # a check that broke, not a cell that failed it
        places = zip(cases["index"].tolist(), cases["column"].tolist(), strict=True)
        return sorted({(int(row), str(column)) for row, column in places})
    return []


def _what(cell: Cell, column: str, value: str, first: int | None) -> tuple[str, str]:
    """What is wrong with a cell that failed, and what would be accepted."""
    if value == "":
        return f"{column} is blank", cell.accepted
    if first is not None:
        return f"{column} is the same as in row {first}", cell.accepted
    return f"{column} is {shown(value)}", accepted_codes(value, cell.codes) if cell.codes else cell.accepted


def _cell_faults(file: str, frame: pd.DataFrame, failed: list[tuple[int, str]]) -> list[Fault]:
    """A fault for each of these cells; a repeated identifier is faulted by the row it repeats."""
    firsts: dict[str, dict[str, int]] = {}
    for column in {column for _, column in failed if COLUMNS[file][column].unique}:
        written = frame[column].iloc[::-1]
        firsts[column] = dict(zip(written.tolist(), written.index.tolist(), strict=True))
    faults = []
    for row, column in failed:
        value = str(frame.at[row, column])
        first = firsts[column].get(value) if column in firsts else None
        what, accepted = _what(COLUMNS[file][column], column, value, first)
        faults.append(Fault(file, row, column, what, accepted))
    return faults


def _header_faults(csv: CsvFile, names: list[str]) -> tuple[list[Fault], set[str]]:
    """Columns that are missing, twice there or nearly there; and the columns that are spoilt by it."""
    file, row, columns = csv.file, csv.header_row, COLUMNS[csv.file]
    strangers = tuple(name for name in dict.fromkeys(names) if name not in columns and name != "")
    faults: list[Fault] = []
    spoilt: set[str] = set()

    def missing(column: str, accepted: str) -> None:
        near = nearest(column, strangers, cutoff=0.8)
        hint = f" (nearest in the header: {shown(near)})" if near else ""
        faults.append(Fault(file, row, column, f"there is no column {column}{hint}", accepted))

    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        what = "the header is one cell: the file is not comma-separated"
        faults.append(Fault(file, row, next(iter(columns)), what, "cells separated by commas"))
        return faults, set(columns)
    for column in columns:
        if names.count(column) > 1:
            faults.append(Fault(file, row, column, f"the header has {column} twice", "each column once"))
            spoilt.add(column)
        if columns[column].column and column not in names:
            missing(column, f"a column {column}: {columns[column].accepted}")
            spoilt.add(column)
    for choices in ALTERNATIVES[file]:
        if not any(set(choice) <= set(names) for choice in choices):
            first = next(column for column in choices[0] if column not in names)
            missing(first, "a column " + " or ".join(" and ".join(choice) for choice in choices))
            spoilt.update(column for choice in choices for column in choice)
    absent = tuple(column for column in columns if column not in names and column not in spoilt)
    for name in strangers:
        near = nearest(name, absent, cutoff=0.85)
        if near is not None:
            what = f"the unknown column {shown(name)} is not read"
            faults.append(
                Fault(file, row, printable(name), what, f"{near}, if that is what it is", warning=True)
            )
    return faults, spoilt


def table_from_csv(csv: CsvFile) -> tuple[Table, list[Fault]]:
    """The file against its schema: the cells that are right, and a fault for every one that is not."""
    columns = COLUMNS[csv.file]
    names = [str(name) for name in csv.cells.columns]
    faults, spoilt_columns = _header_faults(csv, names)
    once = csv.cells.loc[:, [name in columns and name not in spoilt_columns for name in names]]
    failed = [
        (row, column)
        for row, column in _failures(csv.file, once)
        if row not in csv.spoilt_rows and (row, column) not in csv.spoilt_cells
    ]
    faults += _cell_faults(csv.file, once, failed)

    full = once.reindex(columns=pd.Index(columns, dtype=object), fill_value="")
    sound = pd.DataFrame(True, index=full.index, columns=full.columns)
    sound.loc[sorted(csv.spoilt_rows)] = False
    sound[sorted(spoilt_columns)] = False
    for row, column in [*failed, *csv.spoilt_cells]:
        if column in columns:
            sound.at[row, column] = False
    cells = full if sound.to_numpy().all() else full.where(sound, "")
    return Table(csv.file, full, cells, sound), faults
