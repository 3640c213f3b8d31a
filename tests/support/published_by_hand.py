"""The published method once more, row by row and day by day, from the words of the issue alone; slow on
purpose.

Nothing here comes from the product: plain Python, dictionaries and dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

BANDS = ("<1", "1 to <5", "5 to <10", "10 to <16", "16+")
FOSTERING = {"U1", "U2", "U3", "U4", "U5", "U6"}
RESIDENTIAL = {"K2", "P3", "R1", "S1"}
SUPPORTED = {"H5", "K3", "P2"}
ONE_DAY = timedelta(days=1)

type State = tuple[str, str]


@dataclass
class Row:
    child: str | None
    decom: date | None
    dec: date | None
    rne: str
    place: str | None
    year: int


@dataclass
class Head:
    child: str
    dob: date | None
    year: int


@dataclass
class Part:
    child: str
    begin: date
    end: date | None
    state: State


def category(place: str | None) -> str:
    if place in FOSTERING:
        return "Fostering"
    if place in RESIDENTIAL:
        return "Residential"
    return "Supported" if place in SUPPORTED else "Other"


def birthday(dob: date, years: int) -> date:
    try:
        return dob.replace(year=dob.year + years)
    except ValueError:
        return date(dob.year + years, 2, 28)


def cleaned(rows: list[Row], heads: list[Head]) -> tuple[list[Row], dict[str, date]]:
    births: dict[str, tuple[int, date | None]] = {}
    for head in heads:
        if head.child not in births or head.year >= births[head.child][0]:
            births[head.child] = (head.year, head.dob)
    dob = {child: born for child, (_, born) in births.items() if born is not None}
    kept = [row for row in rows if row.child is not None and row.decom is not None and row.child in dob]
    kept.sort(key=lambda row: (row.child, row.decom, row.dec is not None, row.dec or date.min))

    last: dict[tuple[str | None, date | None], Row] = {}
    for row in kept:
        last[row.child, row.decom] = row
    kept = [row for row in kept if last[row.child, row.decom] is row]

    seen: set[tuple[str | None, date | None]] = set()
    once = []
    for row in kept:
        if (row.child, row.dec) not in seen:
            seen.add((row.child, row.dec))
            once.append(row)

    ended = []
    for number, row in enumerate(once):
        following = once[number + 1] if number + 1 < len(once) else None
        dec = row.dec
        if following is not None and following.child == row.child:
            assert following.decom is not None
            if dec is None or dec > following.decom:
                dec = following.decom
        ended.append(Row(row.child, row.decom, dec, row.rne, row.place, row.year))

    merged: list[Row] = []
    for row in ended:
        if (
            merged
            and merged[-1].child == row.child
            and merged[-1].dec == row.decom
            and row.rne in ("L", "T", "U")
        ):
            merged[-1].dec = row.dec
        else:
            merged.append(row)
    return merged, dob


def run_of_data(rows: list[Row], all_rows: list[Row]) -> tuple[date, date]:
    dates = [row.decom for row in rows if row.decom] + [row.dec for row in rows if row.dec]
    last = max(dates)
    march = date(last.year, 3, 31)
    if march < last:
        march = date(last.year + 1, 3, 31)
    return date(min(row.year for row in all_rows) - 1, 4, 1), march


def band_of(days: int) -> str:
    age = days / 365.24
    if age < 1:
        return BANDS[0]
    if age < 5:
        return BANDS[1]
    if age < 10:
        return BANDS[2]
    return BANDS[3] if age < 16 else BANDS[4]


def split(rows: list[Row], dob: dict[str, date], data_end: date) -> list[Part]:
    parts = []
    for row in rows:
        assert row.child is not None
        assert row.decom is not None
        born, kind = dob[row.child], category(row.place)
        begin, band = row.decom, band_of((row.decom - born).days)
        for years, next_band in ((1, BANDS[1]), (5, BANDS[2]), (10, BANDS[3]), (16, BANDS[4])):
            day = birthday(born, years)
            if row.decom < day and (day < row.dec if row.dec else day <= data_end):
                parts.append(Part(row.child, begin, day, (band, kind)))
                begin, band = day, next_band
        parts.append(Part(row.child, begin, row.dec, (band, kind)))
    return parts


def stock(parts: list[Part], day: date) -> dict[State, int]:
    found: dict[State, int] = {}
    for part in parts:
        if part.begin <= day and (part.end is None or day < part.end):
            found[part.state] = found.get(part.state, 0) + 1
    return found


def forecast(
    rows: list[Row], heads: list[Head], *, start: date, end: date, reference: tuple[date, date]
) -> dict[State, float]:
    """Children in every state that occurs, on the day `end`."""
    clean, dob = cleaned(rows, heads)
    _, data_end = run_of_data(clean, rows)
    parts = split(clean, dob, data_end)
    transitions: dict[date, list[tuple[State, State | None]]] = {}
    entries: dict[State, int] = {}
    first, last = reference
    for number, part in enumerate(parts):
        before = parts[number - 1] if number else None
        after = parts[number + 1] if number + 1 < len(parts) else None
        if (
            before is None or before.child != part.child or before.end != part.begin
        ) and first <= part.begin <= last:
            entries[part.state] = entries.get(part.state, 0) + 1
        if part.end is not None:
            goes = after.state if after and after.child == part.child and after.begin == part.end else None
            transitions.setdefault(part.end, []).append((part.state, goes))
    totals: dict[tuple[State, State | None], float] = {}
    counted: dict[State, int] = {}
    day = first
    while day <= last:
        before_day = stock(parts, day - ONE_DAY)
        for state in before_day:
            counted[state] = counted.get(state, 0) + 1
        for state, goes in transitions.get(day, []):
            if goes != state and before_day.get(state, 0) > 0:
                totals[state, goes] = totals.get((state, goes), 0.0) + 1 / before_day[state]
        day += ONE_DAY
    rates = {pair: total / counted[pair[0]] for pair, total in totals.items()}
    days = (last - first).days + 1
    x = {state: float(count) for state, count in stock(parts, start).items()}
    for _ in range((end - start).days):
        following = dict(x)
        for (state, goes), rate in rates.items():
            moved = x.get(state, 0.0) * rate
            following[state] = following.get(state, 0.0) - moved
            if goes is not None:
                following[goes] = following.get(goes, 0.0) + moved
        for state, count in entries.items():
            following[state] = following.get(state, 0.0) + count / days
        x = following
    return x
