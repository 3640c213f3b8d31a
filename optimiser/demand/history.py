"""What happened month by month: children's days in care, moves, exits and entries, by authority and age.

Occurrence and exposure (Hoem 1972, Statistica Neerlandica 26): a rate is events over the days in which they
could have happened, pooled over all the children of a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.days import NEVER, Days, birthdays, completed_months, months_after
from optimiser.demand.spells import OUT, STAYS, Spells
from optimiser.demand.states import KINDS

CLASS_MONTHS: Final = (0, 12, 60, 120, 156, 192, 204, 216)
"""Age in months at which a class of ages begins: the bands, cut finer where rates change fast; the last is
18+."""
CLASSES: Final = len(CLASS_MONTHS)
EIGHTEEN: Final = 216
"""Months of age at which care ends for nearly every child."""
LEAVING_DAYS: Final = 31
"""An exit so many days before the 18th birthday, or fewer, counts as leaving at 18."""
ENTRY_AGES: Final = (0, 1, *range(12, 216, 12))
"""Age in months at which a class of ages at entry begins: newborn, under one, then every year."""
KNOWN_AFTER: Final = 5
"""Days after the 18th birthday by which leaving at 18 shows."""

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Arrays by month (the last ends on the day of the origin), authority and the rest.

    `days`: days observed (months, authorities); `exposure`: child-days (months, authorities, classes, kinds);
    `events`: moves to a kind, or out (months, authorities, classes, kinds, kinds + 1); `entries`: (months,
    authorities, ages at entry, kinds); `calendar`: month of the year, 0–11. `reached_18`, `left_at_18`:
    children.
    """

    calendar: NDArray[np.int64]
    days: Floats
    exposure: Floats
    events: Floats
    entries: Floats
    reached_18: int
    left_at_18: int


def history_from_spells(spells: Spells, origin: int) -> History:
    """The history of what was known on the day of the origin, back to the first day any return covers."""
    first = int(spells.first_days.min())
    edges = _month_edges(first, origin)
    month_of_day = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    middle = (edges[:-1] + edges[1:]) // 2
    reached, left = _at_eighteen(spells, origin)
    return History(
        calendar=middle.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12,
        days=_days_observed(spells, edges),
        exposure=_exposure(spells, edges),
        events=_events(spells, edges, month_of_day),
        entries=_entries(spells, edges, month_of_day),
        reached_18=reached,
        left_at_18=left,
    )


def _month_edges(first: int, origin: int) -> Days:
    """The days on which months begin, counted back from the day after the origin to `first` or before it."""
    back = [origin + 1]
    while back[-1] > first:
        back.append(int(months_after(np.array([origin + 1]), -len(back))[0]))
    return np.array(back[::-1], dtype=np.int64)


def _days_observed(spells: Spells, edges: Days) -> Floats:
    begun = np.maximum(edges[:-1, None], spells.first_days)
    ended = np.minimum(edges[1:, None], spells.last_days + 1)
    found: Floats = np.maximum(ended - begun, 0).astype(float)
    return found


def _exposure(spells: Spells, edges: Days) -> Floats:
    """Child-days: each spell is cut at the birthdays that begin the classes of ages, and at the months."""
    authorities, kinds = len(spells.authorities), len(KINDS)
    days = int(edges[-1] - edges[0])
    first = spells.first_days[spells.authority]
    row = (spells.authority * kinds + spells.kinds) * (days + 1)
    found = np.zeros((len(edges) - 1, authorities, CLASSES, kinds))
    for number in range(CLASSES):
        begin = np.maximum(np.maximum(spells.starts, _class_day(spells, number)), first)
        end = np.minimum(np.minimum(spells.ends, _class_end(spells, number)), edges[-1])
        real = end > begin
        size = authorities * kinds * (days + 1)
        change = np.bincount(row[real] + begin[real] - edges[0], minlength=size)
        change -= np.bincount(row[real] + end[real] - edges[0], minlength=size)
        stocks = change.reshape(authorities, kinds, days + 1)[:, :, :-1].cumsum(axis=2)
        by_month = np.add.reduceat(stocks, edges[:-1] - edges[0], axis=2)
        found[:, :, number, :] = by_month.transpose(2, 0, 1)
    return found


def _class_day(spells: Spells, number: int) -> Days:
    return birthdays(spells.births, months=CLASS_MONTHS[number])


def _class_end(spells: Spells, number: int) -> Days:
    """The day a class ends: the birthday, less the days in which leaving counts as leaving at 18."""
    if number == CLASSES - 1:
        return np.full(len(spells.births), NEVER)
    end = birthdays(spells.births, months=CLASS_MONTHS[number + 1])
    return end - LEAVING_DAYS if CLASS_MONTHS[number + 1] == EIGHTEEN else end


def _events(spells: Spells, edges: Days, month_of_day: NDArray[np.int64]) -> Floats:
    """Ends of spells, by the class of the age on the day before."""
    eighteen = birthdays(spells.births, months=EIGHTEEN)
    counted = (
        (spells.next_kinds != STAYS)
        & (spells.ends >= spells.first_days[spells.authority])
        & (spells.ends <= edges[-1] - 1)
        & ~((spells.ends >= eighteen - LEAVING_DAYS) & (spells.ends <= eighteen + KNOWN_AFTER))
    )
    ends = spells.ends[counted]
    age = completed_months(spells.births[counted], ends - 1)
    classes = np.searchsorted(CLASS_MONTHS, age, side="right") - 1
    shape = (len(edges) - 1, len(spells.authorities), CLASSES, len(KINDS), OUT + 1)
    where = (
        month_of_day[ends - edges[0]],
        spells.authority[counted],
        np.maximum(classes, 0),
        spells.kinds[counted],
        spells.next_kinds[counted],
    )
    return _counted(where, shape)


def _entries(spells: Spells, edges: Days, month_of_day: NDArray[np.int64]) -> Floats:
    """Children who come into care, or back into it, before they are 18."""
    counted = (
        spells.enters
        & (spells.starts >= spells.first_days[spells.authority])
        & (spells.starts <= edges[-1] - 1)
    )
    starts = spells.starts[counted]
    age = completed_months(spells.births[counted], starts)
    young = age < EIGHTEEN
    classes = np.maximum(np.searchsorted(ENTRY_AGES, age[young], side="right") - 1, 0)
    shape = (len(edges) - 1, len(spells.authorities), len(ENTRY_AGES), len(KINDS))
    where = (
        month_of_day[starts[young] - edges[0]],
        spells.authority[counted][young],
        classes,
        spells.kinds[counted][young],
    )
    return _counted(where, shape)


def _counted(where: tuple[NDArray[np.int64], ...], shape: tuple[int, ...]) -> Floats:
    cells = np.ravel_multi_index(where, shape)
    return np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape).astype(float)


def _at_eighteen(spells: Spells, origin: int) -> tuple[int, int]:
    """Children in care 31 days before their 18th birthday, and those of them who left by 5 days after it."""
    eighteen = birthdays(spells.births, months=EIGHTEEN)
    before = eighteen - LEAVING_DAYS
    reached = (
        (spells.starts <= before)
        & (before < spells.ends)
        & (before >= spells.first_days[spells.authority])
        & (eighteen + KNOWN_AFTER <= origin)
    )
    stayed = (spells.starts <= eighteen + KNOWN_AFTER) & (eighteen + KNOWN_AFTER < spells.ends)
    still = np.isin(spells.children[reached], spells.children[stayed])
    return int(reached.sum()), int((~still).sum())
