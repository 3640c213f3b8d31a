"""The year in which each return ends, by its name and by its dates.

The Department and the platforms name a return by the year of the 31 March that closes it. Some exports name
it by the year in which it begins: then the dates of a return named 2017 go on to 31 March 2018.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.coded import Flags
from optimiser.demand.rows import Dates, Rows

Years = NDArray[np.int16]

_SHARE_OF_A_YEAR: Final = 0.1
"""A return has at least this share of its episodes begin in its own year; fewer are slips of the pen."""


def closing_years(dates: Dates) -> Years:
    """The year of the 31 March on or after each date; 0 for NaT."""
    known = ~np.isnat(dates)
    months = dates[known].astype("datetime64[M]").astype(np.int64)
    found = np.zeros(len(dates), np.int16)
    found[known] = (1970 + (months + 9) // 12).astype(np.int16)
    return found


def named_by_beginning(episodes: Rows) -> bool:
    """Whether returns are named by the year in which they begin."""
    closing = closing_years(episodes.dates["DECOM"])
    known = (episodes.year > 0) & (closing > 0)
    after = known & (closing == episodes.year + 1)
    return bool(after.sum() > _SHARE_OF_A_YEAR * max(int(known.sum()), 1))


def _latest_year(closing: Years) -> int:
    """The latest year in which a tenth of the dates lie; 0 without dates."""
    years, counts = np.unique(closing[closing > 0], return_counts=True)
    if not len(years):
        return 0
    return int(years[counts >= _SHARE_OF_A_YEAR * counts.sum()].max(initial=years[counts.argmax()]))


def _by_file(rows: Rows, where: Flags) -> Iterator[tuple[str, NDArray[np.integer]]]:
    """The rows where it holds, file by file, and the file's name."""
    at = np.flatnonzero(where)
    files = rows.file.codes[at]
    for file in np.unique(files).tolist():
        yield str(rows.file.texts[file]), at[files == file]


def _folder(file: str) -> str:
    return file.rpartition("/")[0]


def settle_years(episodes: Rows, *others: Rows) -> dict[str, Years]:
    """`year_end` of every row, by table; fills in `year` where nothing names it.

    A file that names no year has the latest that its dates fill; Header and UASC have that of the Episodes in
    their folder, and else of all.
    """
    shift = int(named_by_beginning(episodes))
    closing = closing_years(episodes.dates["DECOM"])
    of_folder: dict[str, int] = {}
    for file, here in _by_file(episodes, episodes.year == 0):
        year = _latest_year(closing[here]) or _latest_year(closing)
        of_folder[_folder(file)] = max(year, of_folder.get(_folder(file), 0))
    latest = max([int(episodes.year.max(initial=0)) + shift, *of_folder.values()])
    ends = {}
    for rows in (episodes, *others):
        end = np.where(rows.year > 0, rows.year + shift, 0).astype(np.int16)
        for file, unnamed in _by_file(rows, end == 0):
            end[unnamed] = of_folder.get(_folder(file), latest)
            rows.year[unnamed] = end[unnamed]
        ends[rows.table] = end
    return ends
