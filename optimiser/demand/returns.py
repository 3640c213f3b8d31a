"""The SSDA903 return as a value: every row of Header, Episodes and UASC, typed, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from optimiser.demand.quality import Quality

HEADER: Final = "Header"
EPISODES: Final = "Episodes"
UASC: Final = "UASC"

COLUMNS: Final = {
    HEADER: ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"),
    EPISODES: (
        *("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC"),
        *("REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN"),
    ),
    UASC: ("CHILD", "SEX", "DOB", "DUC"),
}
"""The Department's columns, in its order."""
PLATFORM_COLUMNS: Final = ("LA", "YEAR")
"""What a regional platform adds: the authority's name, and the year in which the return ends."""
NEEDED_COLUMNS: Final = {
    HEADER: ("CHILD", "DOB"),
    EPISODES: ("CHILD", "DECOM", "RNE", "PLACE", "DEC", "REC"),
    UASC: ("CHILD",),
}
"""Without these a file cannot be read; any other column may be missing, and then its cells are blank."""

DEPARTMENT: Final = "department"
PLATFORM: Final = "platform"


@dataclass(frozen=True)
class Source:
    """One table of one file. `year`: the return's, as named. `rows_read` = used + repaired + set aside."""

    file: str
    table: str
    form: str
    year: int
    rows_read: int
    used: int
    repaired: int
    set_aside: int

    def __post_init__(self) -> None:
        if self.rows_read != self.used + self.repaired + self.set_aside:
            raise AssertionError(f"rows went missing: {self}")

    def __str__(self) -> str:
        return (
            f"{self.file} ({self.table}): {self.rows_read:,} rows read = {self.used:,} used "
            f"+ {self.repaired:,} repaired + {self.set_aside:,} set aside"
        )


@dataclass(frozen=True)
class Return:
    """Any number of returns, of any number of authorities. Frames are in file order, RangeIndex, nothing
    dropped; files stand in the order of year and path.

    All three frames: `file` (category), `row` (int32, as a spreadsheet shows it), `year` (int16, as named),
    `year_end` (int16, the year of the 31 March that closes the return, by its dates), `authority` (category:
    GSS code; the name as written where no code is known; "" where a return does not say), `CHILD` (category,
    as written), `child` (int32: one number for each authority and CHILD, the row of `children`; −1 where
    blank), `action` (category: used, repaired, set aside).

    `episodes`: the Department's columns; DECOM and DEC datetime64[s], NaT where blank or unreadable; codes,
    postcodes and URN categories, NaN where blank; codes in capitals, unknown ones as they stand. `current`
    (bool): the one row of each child and DECOM to use: not set aside, of the latest return that has it.
    `ends` (datetime64[s]): DEC with what the checks between rows repair; NaT where the episode is open.
    `header`: SEX (M, F, U), DOB, `dob_precision` (day or month: then the 1st stands for the month), ETHNIC,
    UPN, MOTHER, MC_DOB. `uasc`: SEX, DOB, `dob_precision`, DUC.
    `children`: one row a child: CHILD, authority, SEX, DOB, dob_precision, ETHNIC by the latest usable Header
    row, `uasc` (bool: in UASC) and DUC by the latest usable UASC row.
    """

    episodes: pd.DataFrame
    header: pd.DataFrame
    uasc: pd.DataFrame
    children: pd.DataFrame
    sources: tuple[Source, ...]
    ignored: tuple[str, ...]
    quality: Quality
    years: tuple[int, ...]
    first_day: date
    last_day: date
    as_at: date

    @property
    def rows_read(self) -> int:
        """Rows read in all files."""
        return sum(source.rows_read for source in self.sources)
