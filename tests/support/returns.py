"""Synthetic SSDA903 returns: a small sound one, in every form, and fifty and more things that can be wrong.

Every child is invented; the postcodes are real ones of Salford.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import pandas as pd

from optimiser.demand.returns import COLUMNS, EPISODES, HEADER, UASC
from optimiser.pack.region import Authority, Region

REGION: Final = Region(
    "Two of Greater Manchester",
    pd.Timestamp("2024-03-31").date(),
    (Authority("E08000006", "Salford", "355"), Authority("E08000003", "Manchester", "352")),
)
HOME: Final = "M6 5EJ"
PLACE: Final = "M27 4AE"
OTHER_PLACE: Final = "M28 2QB"

JUNK: Final = (
    b'"',
    b"\0",
    b"\xff",
    b",",
    b"\n",
    b"\r",
    b";",
    b"99/99/9999",
    b"0001-01-01",
    b"\xef\xbb\xbf",
    b"99999",
    b"<",
)
"""What a damaged file may hold anywhere."""

Row = Mapping[str, str]
Files = dict[str, str]

_HEADER: Final = """
C1,F,01/05/2012,WBRI,A123456789012,0,
C2,M,11/02/2007,BAFR,A123456789013,0,
C3,M,09/08/2006,OOTH,UN5,0,
C4,F,02/01/2024,MWBC,UN1,0,
C5,F,15/03/2015,AIND,A123456789014,0,
C6,M,20/10/2010,WIRI,A123456789015,0,
"""
_EPISODES: Final = {
    2023: f"""
C1,10/06/2022,S,C1,N1,U6,PR1,01/11/2022,X1,,{HOME},{PLACE},1234567
C1,01/11/2022,P,C2,N1,U4,PR1,,,CARPL,{HOME},{OTHER_PLACE},1234567
C5,20/04/2022,S,V2,N5,U1,PR1,,,,{HOME},{PLACE},1234567
C6,01/02/2023,S,C2,N1,U6,PR1,,,,{HOME},{PLACE},1234567
""",
    2024: f"""
C1,01/11/2022,P,C2,N1,U4,PR1,20/12/2023,E4A,CARPL,{HOME},{OTHER_PLACE},1234567
C2,03/07/2023,S,C2,N6,K2,PR4,,,,{HOME},{OTHER_PLACE},7654321
C3,05/09/2023,S,V2,N8,H5,PR4,,,,,{PLACE},
C4,10/01/2024,S,E1,N1,U5,PR1,,,,{HOME},{PLACE},1234567
C5,20/04/2022,S,V2,N5,U1,PR1,,,,{HOME},{PLACE},1234567
C6,01/02/2023,S,C2,N1,U6,PR1,14/08/2023,X1,,{HOME},{PLACE},1234567
C6,14/08/2023,P,C2,N1,P1,PR0,14/02/2024,X1,CARPL,{HOME},{HOME},
C6,14/02/2024,P,C2,N1,U6,PR5,,,CARPL,{HOME},{OTHER_PLACE},1234568
""",
}
_UASC: Final = "C3,M,09/08/2006,\n"
_IN_HEADER: Final = {2023: ("C1", "C5", "C6"), 2024: ("C1", "C2", "C3", "C4", "C5", "C6")}


def _rows(table: str, text: str) -> list[Row]:
    return [dict(zip(COLUMNS[table], line, strict=True)) for line in csv.reader(io.StringIO(text.strip()))]


def sound_tables() -> dict[tuple[str, int], list[Row]]:
    """The rows of each table and year; the reader finds nothing wrong, but for C3, who has no home
    postcode."""
    tables: dict[tuple[str, int], list[Row]] = {}
    for year, episodes in _EPISODES.items():
        people = _rows(HEADER, _HEADER)
        if year < 2025:  # the Department's codes of sex until then
            people = [{**row, "SEX": {"M": "1", "F": "2"}[row["SEX"]]} for row in people]
        tables[HEADER, year] = [row for row in people if row["CHILD"] in _IN_HEADER[year]]
        tables[EPISODES, year] = _rows(EPISODES, episodes)
    tables[UASC, 2024] = [{**row, "SEX": "1"} for row in _rows(UASC, _UASC)]
    return tables


def csv_text(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """A CSV file of these columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[name] for name in columns] for row in rows)
    return out.getvalue()


def department_files(tables: Mapping[tuple[str, int], Sequence[Row]], *, folder: str = "") -> Files:
    """The Department's form: a folder for each year."""
    return {
        f"{folder}{year}/{table.lower()}.csv": csv_text(COLUMNS[table], rows)
        for (table, year), rows in tables.items()
    }


def _iso(text: str) -> str:
    return "-".join(reversed(text.split("/"))) if text else ""


def platform_files(tables: Mapping[tuple[str, int], Sequence[Row]], *, authority: str, suffix: str) -> Files:
    """A regional platform's form: one file a table, ISO dates, LA and YEAR, suffixed identifiers, dates of
    birth cut to the month, postcodes cut to the sector."""
    files: Files = {}
    for table in COLUMNS:
        rows = []
        for (name, year), found in tables.items():
            for row in found if name == table else ():
                new = {**row, "LA": authority, "YEAR": str(year), "CHILD": f"{row['CHILD']}_{suffix}"}
                for column in {"DECOM", "DEC", "DOB", "DUC", "MC_DOB"} & set(row):
                    new[column] = _iso(row[column])
                for column in {"HOME_POST", "PL_POST"} & set(row):
                    new[column] = row[column][:-2]
                if "DOB" in new:
                    new["DOB"] = new["DOB"][:8] + "01"
                rows.append(new)
        files[f"ssda903_{table}.csv"] = csv_text([*COLUMNS[table], "LA", "YEAR"], rows)
    return files


def xml_text(tables: Mapping[tuple[str, int], Sequence[Row]], year: int) -> str:
    """The Department's XML of one year."""
    parts = ["<?xml version='1.0' encoding='utf-8'?>", "<EXPSSDA903>"]
    alone = {row["CHILD"]: row for row in tables.get((UASC, year), ())}

    def leaves(row: Row, names: Mapping[str, str]) -> str:
        return "".join(f"<{tag}>{escape(row[name])}</{tag}>" for name, tag in names.items() if row[name])

    for person in tables[HEADER, year]:
        tags = {**{name: name for name in COLUMNS[HEADER]}, "CHILD": "CHILDID"}
        duc = alone.get(person["CHILD"], {}).get("DUC", "")
        unaccompanied = f"<UASC>1</UASC><DUC>{duc}</DUC>" if person["CHILD"] in alone else "<UASC>0</UASC>"
        parts.append(f"<CHILD><HEADER>{leaves(person, tags)}{unaccompanied}</HEADER>")
        tags = {name: name for name in COLUMNS[EPISODES][1:]} | {"PLACE": "PL"}
        for row in tables[EPISODES, year]:
            if row["CHILD"] == person["CHILD"]:
                parts.append(f"<EPISODE>{leaves(row, tags)}</EPISODE>")
        parts.append("</CHILD>")
    return "\n".join([*parts, "</EXPSSDA903>"])


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The files in the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def _file(table: str, year: int) -> str:
    return f"Salford/{year}/{table.lower()}.csv"


@dataclass(frozen=True)
class Slip:
    """One thing wrong: cells changed in a row of a table (or a line of its file), and what the reader says of
    it.

    `row` counts from 0. `line`: makes another line, or lines, of the row's line. `extra`: rows put at the
    end. `drop`: the row is left out. `at`: the row, from 0, that the finding is on, if another one; −1 for
    the file as a whole; `found_in`: table and year of it, if others.
    """

    name: str
    kind: str
    action: str
    table: str = EPISODES
    year: int = 2024
    row: int = 1
    cells: Row = field(default_factory=dict)
    line: Callable[[str], str] | None = None
    extra: tuple[Row, ...] = ()
    at: int | None = None
    drop: bool = False
    found_in: tuple[str, int] | None = None

    def files(self) -> Files:
        """The sound return with the slip in it."""
        tables = sound_tables()
        rows = list(tables[self.table, self.year])
        rows[self.row] = {**rows[self.row], **self.cells}
        rows += [{**rows[self.row], **cells} for cells in self.extra]
        if self.drop:
            del rows[self.row]
        tables[self.table, self.year] = rows
        files = department_files(tables, folder="Salford/")
        if self.line is not None:
            file = _file(self.table, self.year)
            lines = files[file].split("\n")
            lines[self.row + 1] = self.line(lines[self.row + 1])
            files[file] = "\n".join(lines)
        return files

    @property
    def file(self) -> str:
        """The file that the finding is in."""
        return _file(*(self.found_in or (self.table, self.year)))

    @property
    def found_at(self) -> int:
        """The row of the finding as a spreadsheet shows it."""
        place = self.row if self.at is None else self.at
        return place + 2 if place >= 0 else 0


_ASIDE, _REPAIRED, _USED = "set aside", "repaired", "used"

SLIPS: Final = (
    # Lines
    Slip("too few cells", "number of cells", _REPAIRED, line=lambda line: line.rsplit(",", 1)[0]),
    Slip("too many cells", "number of cells", _ASIDE, line=lambda line: f"{line},more"),
    Slip("one cell", "number of cells", _ASIDE, line=lambda line: line.split(",", maxsplit=1)[0]),
    Slip("blank cells", "blank row", _ASIDE, line=lambda line: "," * line.count(",")),
    Slip("blank line between", "blank row", _ASIDE, line=lambda line: f"\n{line}"),
    Slip("open quote", "quotes", _USED, line=lambda line: f'"{line}', at=-1),
    Slip("bytes of another code", "unknown code", _USED, cells={"CIN": "N\ufffd"}),
    # Identity
    Slip("no child", "no child", _ASIDE, cells={"CHILD": ""}),
    Slip("missing header", "missing header", _ASIDE, cells={"CHILD": "C9"}),
    Slip("header without birth", "no date of birth", _ASIDE, table=HEADER, cells={"DOB": ""}),
    Slip("no child in header", "no child", _ASIDE, table=HEADER, cells={"CHILD": " "}),
    Slip("header twice", "child twice", _ASIDE, table=HEADER, extra=({"DOB": "12/02/2007"},)),
    Slip("header repeated", "repeated row", _ASIDE, table=HEADER, extra=({},)),
    Slip("header without episodes", "no episodes", _USED, table=HEADER, extra=({"CHILD": "C8"},), at=6),
    Slip(
        "born another day",
        "date of birth differs",
        _USED,
        table=HEADER,
        year=2023,
        cells={"DOB": "15/03/2014"},
    ),
    Slip("another sex", "sex differs", _USED, table=HEADER, year=2023, cells={"SEX": "1"}),
    Slip("uasc not in header", "missing header", _ASIDE, table=UASC, row=0, cells={"CHILD": "C9"}),
    Slip(
        "uasc born another day",
        "date of birth differs",
        _USED,
        table=UASC,
        row=0,
        cells={"DOB": "09/08/2005"},
    ),
    # Dates
    Slip("no start", "no start", _ASIDE, cells={"DECOM": ""}),
    Slip("no such day", "date unreadable", _ASIDE, cells={"DECOM": "31/02/2024"}),
    Slip("month before day", "date unreadable", _ASIDE, cells={"DECOM": "07/23/2023"}),
    Slip("words for an end", "date unreadable", _ASIDE, cells={"DEC": "ongoing"}),
    Slip("birth unreadable", "date unreadable", _ASIDE, table=HEADER, cells={"DOB": "unknown"}),
    Slip("duc unreadable", "date unreadable", _USED, table=UASC, row=0, cells={"DUC": "18th birthday"}),
    Slip("short year", "date form", _REPAIRED, cells={"DECOM": "3/7/23"}),
    Slip("serial day", "date form", _REPAIRED, cells={"DECOM": "45110"}),
    Slip("month by name", "date form", _REPAIRED, cells={"DECOM": "03-Jul-2023"}),
    Slip("end before start", "impossible date order", _ASIDE, cells={"DEC": "02/07/2023", "REC": "E8"}),
    Slip("start before birth", "impossible date order", _ASIDE, row=3, cells={"DECOM": "01/01/2024"}),
    Slip("born after the return", "impossible date order", _ASIDE, table=HEADER, cells={"DOB": "01/04/2024"}),
    Slip(
        "mother after child",
        "impossible date order",
        _USED,
        table=HEADER,
        row=0,
        cells={"MOTHER": "1", "MC_DOB": "01/05/2011"},
    ),
    Slip(
        "uasc ends before birth",
        "impossible date order",
        _USED,
        table=UASC,
        row=0,
        cells={"DUC": "01/01/2001"},
    ),
    Slip("start after the return", "after the return", _ASIDE, cells={"DECOM": "01/07/2032"}),
    Slip("end after the return", "after the return", _REPAIRED, cells={"DEC": "01/07/2024", "REC": "E8"}),
    Slip("born long ago", "date of birth unlikely", _USED, table=HEADER, cells={"DOB": "11/02/1957"}),
    # Codes
    Slip("unknown place", "unknown code", _USED, cells={"PLACE": "Q7"}),
    Slip("unknown sex", "unknown code", _USED, table=HEADER, cells={"SEX": "9"}),
    Slip("unknown ethnicity", "unknown code", _USED, table=HEADER, cells={"ETHNIC": "WHITE"}),
    Slip("small letters", "spelling", _REPAIRED, cells={"PLACE": "k2"}),
    Slip("code of later years", "code of another year", _USED, row=2, cells={"PLACE": "K3"}),
    Slip("sex of later years", "code of another year", _USED, table=HEADER, cells={"SEX": "U"}),
    Slip("code of earlier years", "code of another year", _USED, row=0, cells={"REC": "E43"}),
    Slip("no reason for the episode", "blank", _USED, cells={"RNE": ""}),
    Slip("no place", "blank", _USED, cells={"PLACE": ""}),
    Slip("mother of another kind", "mother", _USED, table=HEADER, row=0, cells={"MOTHER": "yes"}),
    Slip("mother and male", "mother", _USED, table=HEADER, cells={"MOTHER": "1"}),
    Slip("no provider", "provider missing", _USED, cells={"PLACE_PROVIDER": ""}),
    Slip("provider of a parent", "provider and place", _USED, cells={"PLACE_PROVIDER": "PR0"}),
    Slip("provider of a temporary place", "provider and place", _USED, cells={"PLACE": "T0", "URN": ""}),
    Slip("status and place", "legal status and place", _USED, row=0, cells={"LS": "V4"}),
    Slip("no number", "URN missing", _USED, cells={"URN": ""}),
    Slip("number not asked for", "URN not allowed", _USED, row=6, cells={"URN": "1234567"}),
    Slip("number with letters", "URN malformed", _USED, cells={"URN": "ABC"}),
    # Ages
    Slip("too young for the place", "minimum age", _USED, row=3, cells={"PLACE": "S1"}),
    Slip("too young for custody", "minimum age", _USED, row=3, cells={"REASON_PLACE_CHANGE": "CUSTOD"}),
    Slip(
        "grown up", "18 or over", _USED, table=HEADER, cells={"DOB": "11/02/2005"}, found_in=(EPISODES, 2024)
    ),
    # Postcodes
    Slip("no postcode", "postcode malformed", _USED, cells={"PL_POST": "Salford"}),
    Slip("postcode that is not", "postcode unknown", _USED, cells={"PL_POST": "M27 4ZZ"}),
    Slip("Northern Ireland", "postcode not of Great Britain", _USED, cells={"PL_POST": "BT1 1AA"}),
    Slip("home blank", "home missing", _USED, cells={"HOME_POST": ""}),
    Slip("placement blank", "placement postcode missing", _USED, cells={"PL_POST": ""}),
    Slip("lives at home", "home is the placement", _USED, cells={"PL_POST": HOME}),
    # Between cells and rows
    Slip("reason without end", "reason without end", _USED, cells={"REC": "E8"}),
    Slip("end without reason", "end without reason", _USED, cells={"DEC": "01/08/2023"}),
    Slip(
        "long holiday of the carer",
        "temporary too long",
        _USED,
        row=6,
        cells={"PLACE": "T3", "PLACE_PROVIDER": ""},
    ),
    Slip("row repeated", "repeated row", _ASIDE, extra=({},)),
    Slip("same start", "same start twice", _ASIDE, extra=({"PLACE": "R1", "URN": ""},)),
    Slip("overlap", "overlap", _REPAIRED, row=5, cells={"DEC": "01/09/2023"}),
    Slip("left open", "open before a later episode", _REPAIRED, row=5, cells={"DEC": "", "REC": ""}),
    Slip("gap", "gap", _USED, row=5, cells={"DEC": "01/08/2023"}),
    Slip("after death", "episode after death", _USED, row=5, cells={"REC": "E2"}),
    Slip("care goes on", "care goes on", _USED, row=5, cells={"REC": "E8"}),
    Slip("started again", "started again", _USED, row=6, cells={"RNE": "S"}),
    Slip("goes on after a gap", "start without S", _USED, row=6, cells={"DECOM": "20/08/2023"}),
    Slip("forgotten", "not followed up", _REPAIRED, row=4, drop=True, at=2, found_in=(EPISODES, 2023)),
)
"""Rows are those of `sound_tables`; what each is called, and what a return with it is found to be."""
