"""Which rows stand: of all that returns say of one episode the latest, and where each one ends."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimiser.demand import codes
from optimiser.demand.checks_of_episodes import after_the_return, is_one_of
from optimiser.demand.coded import Flags
from optimiser.demand.people import Children, last_day_of, same_cells
from optimiser.demand.quality import REPAIRED, SET_ASIDE, USED
from optimiser.demand.return_years import Years
from optimiser.demand.rows import NO_DATE, Dates, Rows

Order = NDArray[np.int64]

_FIRST_DAY: Final = np.datetime64("1940-01-01", "D")
_BITS_OF_DAY: Final = 17
_BITS_OF_YEAR: Final = 9


def _in_order(rows: Rows, child: Children, year_end: Years) -> Order:
    """The usable rows by child, DECOM, return, DEC (blank first) and place in the files."""
    at = np.flatnonzero(rows.findings.usable)
    start = (rows.dates["DECOM"][at].astype("datetime64[D]") - _FIRST_DAY).astype(np.int64)
    year = year_end[at].astype(np.int64) - 1990
    key = (child[at].astype(np.int64) << (_BITS_OF_DAY + _BITS_OF_YEAR)) | (start << _BITS_OF_YEAR) | year
    order = at[np.argsort(key, kind="stable")]
    key.sort()
    tied = np.flatnonzero(key[1:] == key[:-1])
    if len(tied):
        tied = np.union1d(tied, tied + 1)
        rows_tied = order[tied]
        end = rows.dates["DEC"][rows_tied]
        shown = np.where(np.isnat(end), np.int64(-(1 << 62)), end.astype(np.int64))
        order[tied] = rows_tied[np.lexsort((rows_tied, shown, key[tied]))]
    return order


def _set_rivals_aside(rows: Rows, child: Children, year_end: Years, order: Order) -> None:
    """Of two rows of one return for one child and DECOM the last stands."""
    start = rows.dates["DECOM"]
    first, second = order[:-1], order[1:]
    again = (child[first] == child[second]) & (start[first] == start[second])
    again &= year_end[first] == year_end[second]
    first, second = first[again], second[again]
    same = same_cells(rows, first, second)
    rows.findings.add("repeated row", "", first[same], "the same row stands again in this return", SET_ASIDE)
    what = "another episode of the child in this return starts the same day"
    rows.findings.add("same start twice", "DECOM", first[~same], what, SET_ASIDE)


def standing(rows: Rows, child: Children, year_end: Years) -> tuple[Flags, Dates]:
    """`current` and `ends` of `Return.episodes`; findings on every row that is repaired or set aside for
    it."""
    start = rows.dates["DECOM"]
    order = _in_order(rows, child, year_end)
    current = np.zeros(len(rows), dtype=bool)
    if len(order):
        _set_rivals_aside(rows, child, year_end, order)
        next_same = (child[order[1:]] == child[order[:-1]]) & (start[order[1:]] == start[order[:-1]])
        order = order[np.append(~next_same, True)]
        current[order] = True
    ends = rows.dates["DEC"].copy()
    ends[after_the_return(ends, year_end)] = NO_DATE
    if len(order):
        _close(rows, child, year_end, order, ends)
    return current, ends


def _close(rows: Rows, child: Children, year_end: Years, order: Order, ends: Dates) -> None:
    """Ends each current episode no later than the child's next one starts."""
    start, findings = rows.dates["DECOM"], rows.findings
    first, second = order[:-1], order[1:]
    follows = child[first] == child[second]
    first, second = first[follows], second[follows]
    over, next_start, left = ends[first] > start[second], start[second], np.isnat(ends[first])
    what = "DEC is after the child's next DECOM: the episode ends there"
    findings.add("overlap", "DEC", first[over], what, REPAIRED)
    what = "DEC is blank, and a later episode of the child starts: the episode ends there"
    findings.add("open before a later episode", "DEC", first[left], what, REPAIRED)
    goes_on = is_one_of(rows.cells["REC"], {codes.CONTINUES})[first]
    gap = goes_on & (ends[first] < next_start)
    what = "REC says that a new episode begins the same day, and the next begins later"
    findings.add("gap", "REC", first[gap], what, USED)
    met = ends[first] == next_start
    reason = rows.cells["REC"].codes[first] >= 0
    what = "REC says that care ends, and the next episode begins the same day"
    findings.add("care goes on", "REC", first[met & ~goes_on & reason], what, USED)
    died = is_one_of(rows.cells["REC"], {codes.DIED})[first]
    findings.add(
        "episode after death", "REC", first[died], "REC says that the child died; an episode follows", USED
    )
    anew = is_one_of(rows.cells["RNE"], {"S"})[second]
    what = "RNE says that care starts, and the episode before ends the same day"
    findings.add("started again", "RNE", second[met & anew & goes_on], what, USED)
    what = "RNE says that care goes on, and no episode ends the day this one starts"
    not_anew = ~anew & (rows.cells["RNE"].codes[second] >= 0)
    findings.add("start without S", "RNE", second[not_anew & (ends[first] < next_start)], what, USED)
    ends[first[over | left]] = next_start[over | left]
    lasts = np.append(~follows, True)
    _close_forgotten(rows, year_end, order[lasts], ends)


def _close_forgotten(rows: Rows, year_end: Years, last: Order, ends: Dates) -> None:
    """Ends the open episode of a child whose authority has a later return without it.

    `last`: the last current episode of each child.
    """
    authorities = rows.authority.codes + 1
    latest = np.zeros(len(rows.authority.texts) + 1, np.int16)
    np.maximum.at(latest, authorities, year_end)
    forgotten = last[np.isnat(ends[last]) & (year_end[last] < latest[authorities[last]])]
    what = "open, and not in the authority's later return: taken to end on the return's last day"
    rows.findings.add("not followed up", "DEC", forgotten, what, REPAIRED)
    ends[forgotten] = last_day_of(year_end[forgotten])
