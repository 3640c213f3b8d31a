"""The children of a return: one number each, and what Header and UASC say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand.coded import Coded, Flags, index_of_texts, joined
from optimiser.demand.quality import SET_ASIDE, USED
from optimiser.demand.return_years import Years
from optimiser.demand.rows import NO_DATE, Dates, Rows

Children = NDArray[np.int32]

ONE_DAY: Final = np.timedelta64(1, "D")
MONTH: Final = "month"
DAY: Final = "day"
_ROWS_THAT_TELL: Final = 20
"""So many dates of birth in a file of the Department's form, all on the 1st, are cut to the month."""
_OLDEST: Final = 26


@dataclass(frozen=True)
class Numbered:
    """`child`: for each table the number of each row's child, −1 where CHILD is blank.

    `name`, `authority`: CHILD and authority of each number; `names`: every row's CHILD by table, sorted.
    """

    child: tuple[Children, ...]
    names: tuple[Coded, ...]
    authorities: tuple[Coded, ...]
    name: Coded
    authority: Coded

    def __len__(self) -> int:
        return len(self.name)


def _split(column: Coded, sizes: Sequence[int]) -> tuple[Coded, ...]:
    parts = np.split(column.codes, np.cumsum(sizes)[:-1])
    return tuple(Coded(part, column.texts) for part in parts)


def numbered(tables: Sequence[Rows]) -> Numbered:
    """One number for each authority and CHILD, in their order."""
    sizes = [len(rows) for rows in tables]
    names = joined([rows.cells["CHILD"] for rows in tables]).sorted()
    authorities = joined([rows.authority for rows in tables]).sorted()
    base = np.int64(len(names.texts) + 1)
    keys = (authorities.codes.astype(np.int64) + 1) * base + names.codes
    keys[names.codes < 0] = -1
    place, distinct = pd.factorize(keys, sort=True)
    blank = int(len(distinct) > 0 and distinct[0] == -1)
    distinct = distinct[blank:]
    child = (place - blank).astype(np.int32)
    return Numbered(
        child=tuple(np.split(child, np.cumsum(sizes)[:-1])),
        names=_split(names, sizes),
        authorities=_split(authorities, sizes),
        name=Coded((distinct % base).astype(np.int32), names.texts),
        authority=Coded((distinct // base - 1).astype(np.int32), authorities.texts),
    )


def set_repeats_aside(rows: Rows, child: Children, year_end: Years, *, one_a_year: bool = True) -> None:
    """Of rows for one child in one return the last stands; those before it are set aside."""
    known = np.flatnonzero((child >= 0) & rows.findings.usable)
    order = known[np.lexsort((known, year_end[known], child[known]))]
    if len(order) < 2 or not one_a_year:
        return
    first, second = order[:-1], order[1:]
    again = (child[first] == child[second]) & (year_end[first] == year_end[second])
    first, second = first[again], second[again]
    same = same_cells(rows, first, second)
    rows.findings.add("repeated row", "", first[same], "the same row stands again below", SET_ASIDE)
    what = "the child has another row in this return, further down, that says something else"
    rows.findings.add("child twice", "CHILD", first[~same], what, SET_ASIDE)


def same_cells(rows: Rows, first: NDArray[np.integer], second: NDArray[np.integer]) -> Flags:
    """Whether each pair of rows says the same in every cell."""
    same = np.ones(len(first), dtype=bool)
    for cells in rows.cells.values():
        same &= cells.codes[first] == cells.codes[second]
    for dates in rows.dates.values():
        same &= dates[first].astype(np.int64) == dates[second].astype(np.int64)
    return same


def last_day_of(year_end: Years) -> Dates:
    """31 March of each year."""
    months = ((year_end.astype(np.int64) - 1970) * 12 + 3).astype("datetime64[M]")
    return (months.astype("datetime64[D]") - ONE_DAY).astype("datetime64[s]")


def dob_precision(rows: Rows) -> Flags:
    """Where a date of birth is a month alone: written so, or every one of the file on the 1st."""
    dob = rows.dates["DOB"]
    month = dob.astype("datetime64[M]").astype("datetime64[s]")
    first, known = dob == month, ~np.isnat(dob)
    files = len(rows.file.texts)
    at = rows.file.codes
    dates_of_file = np.bincount(at[known], minlength=files)
    firsts_of_file = np.bincount(at[known & first], minlength=files)
    platform = np.zeros(files, bool)
    platform[at[rows.platform]] = True
    tells = (dates_of_file > 0) & (platform | (dates_of_file >= _ROWS_THAT_TELL))
    found: Flags = rows.month_only | ((firsts_of_file == dates_of_file) & tells)[at] & known
    return found


def check_people(rows: Rows, child: Children, year_end: Years) -> None:
    """What Header and UASC rows say by themselves."""
    findings, dob = rows.findings, rows.dates["DOB"]
    findings.add("no child", "CHILD", child < 0, "CHILD is blank", SET_ASIDE)
    blank = np.isnat(dob) & ~rows.unreadable["DOB"]
    if rows.table == "Header":
        findings.add("no date of birth", "DOB", blank, "DOB is blank", SET_ASIDE)
    ends = last_day_of(year_end)
    what = "DOB is after the return's last day"
    findings.add("impossible date order", "DOB", dob > ends, what, SET_ASIDE)
    old = (ends - dob).astype("timedelta64[D]").astype(np.int64) > _OLDEST * 366
    findings.add(
        "date of birth unlikely",
        "DOB",
        old & ~np.isnat(dob),
        f"older than {_OLDEST} at the return's end",
        USED,
    )
    if "MC_DOB" in rows.dates:
        _check_mothers(rows)
    if "DUC" in rows.dates:
        early = rows.dates["DUC"] < dob
        findings.add("impossible date order", "DUC", early, "DUC is before DOB", USED)
    set_repeats_aside(rows, child, year_end)


def _check_mothers(rows: Rows) -> None:
    """MOTHER is 0 or 1, of a girl; her child is born after her."""
    cells = rows.cells["MOTHER"] = rows.cells["MOTHER"].mapped(
        [text.removesuffix(".0") for text in rows.cells["MOTHER"].texts.tolist()]
    )
    wrong = np.array([text not in ("0", "1") for text in cells.texts.tolist()], bool)
    what = [f"MOTHER is {text!r}; accepted: 0 or 1" for text in cells.texts.tolist()]
    rows.findings.add_texts("mother", "MOTHER", cells, wrong, what, USED)
    mother = cells.flags(np.array([text == "1" for text in cells.texts.tolist()], bool))
    boy = rows.cells["SEX"].flags(np.array([text == "M" for text in rows.cells["SEX"].texts.tolist()], bool))
    rows.findings.add("mother", "MOTHER", mother & boy, "MOTHER is 1, and SEX is male", USED)
    early = rows.dates["MC_DOB"] <= rows.dates["DOB"]
    rows.findings.add("impossible date order", "MC_DOB", early, "MC_DOB is not after DOB", USED)


def _last(rows: NDArray[np.integer], child: Children, count: int) -> NDArray[np.int64]:
    """The last of these rows of each child, −1 where it has none."""
    found = np.full(count, -1, dtype=np.int64)
    found[child[rows]] = rows
    return found


def _taken(cells: Coded, at: NDArray[np.int64]) -> pd.Categorical:
    """The cell in each row, NaN where there is none."""
    return Coded(np.append(cells.codes, np.int32(-1))[at], cells.texts).categorical()


def children_frame(
    numbers: Numbered, header: Rows, uasc: Rows, header_end: Years, uasc_end: Years
) -> pd.DataFrame:
    """`Return.children`; the latest usable row of each table stands."""
    _, header_child, uasc_child = numbers.child
    count = len(numbers)
    usable = np.flatnonzero(header.findings.usable & (header_child >= 0))
    head = _last(usable[np.argsort(header_end[usable], kind="stable")], header_child, count)
    usable = np.flatnonzero(uasc.findings.usable & (uasc_child >= 0))
    alone = _last(usable[np.argsort(uasc_end[usable], kind="stable")], uasc_child, count)
    month = np.append(dob_precision(header), False)[head]
    return pd.DataFrame(
        {
            "CHILD": pd.Categorical.from_codes(numbers.name.codes, categories=numbers.name.texts),
            "authority": numbers.authority.categorical(blank=""),
            "SEX": _taken(header.cells["SEX"], head),
            "DOB": np.append(header.dates["DOB"], NO_DATE)[head],
            "dob_precision": pd.Categorical.from_codes(
                month.astype(np.int8), categories=index_of_texts([DAY, MONTH])
            ),
            "ETHNIC": _taken(header.cells["ETHNIC"], head),
            "uasc": alone >= 0,
            "DUC": np.append(uasc.dates["DUC"], NO_DATE)[alone],
        }
    )


def check_between_years(header: Rows, uasc: Rows, numbers: Numbered, children: pd.DataFrame) -> None:
    """Rows that differ from the child's latest, and children of whom another table knows nothing."""
    episodes_child, header_child, uasc_child = numbers.child
    dob = children["DOB"].to_numpy()
    for rows, child in ((header, header_child), (uasc, uasc_child)):
        known = (child >= 0) & rows.findings.usable
        own = rows.dates["DOB"]
        other = np.append(dob, NO_DATE)[child]
        differs = known & ~np.isnat(own) & ~np.isnat(other) & (own != other)
        what = "DOB is not that of the child's latest Header row, which stands"
        rows.findings.add("date of birth differs", "DOB", differs, what, USED)
    _check_sex(header, header_child, children)
    has_episodes = np.zeros(len(numbers) + 1, bool)
    has_episodes[episodes_child] = True
    has_episodes[-1] = True
    lonely = ~has_episodes[header_child]
    header.findings.add("no episodes", "CHILD", lonely, "the child has no row in Episodes", USED)
    has_header = np.zeros(len(numbers) + 1, bool)
    has_header[header_child] = True
    has_header[-1] = True
    lost = ~has_header[uasc_child]
    uasc.findings.add("missing header", "CHILD", lost, "the child has no row in Header", SET_ASIDE)


def _check_sex(header: Rows, child: Children, children: pd.DataFrame) -> None:
    cells = header.cells["SEX"]
    place = pd.Index(children["SEX"].cat.categories).get_indexer(cells.texts)
    own = np.append(place, -1)[cells.codes]
    other = np.append(children["SEX"].cat.codes.to_numpy(), np.int8(-1))[child]
    differs = (child >= 0) & (own >= 0) & (other >= 0) & (own != other) & header.findings.usable
    header.findings.add("sex differs", "SEX", differs, "SEX is not that of the child's latest row", USED)
