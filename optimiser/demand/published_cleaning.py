"""The published method's cleaning of the raw rows, step by step in its own order, losses and all.

These are the steps of the demand model that regional cooperatives in England use today, as issue 5 of this
product words them; ours are elsewhere. What it drops, it drops silently; so does this.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand.days import BLANK, NEVER, Days, date_from_day, day_from_date, days_from_series
from optimiser.demand.states import category_of_rows

_CONTINUES = ("L", "T", "U")


@dataclass(frozen=True)
class CleanEpisodes:
    """Episodes after cleaning, by child and then start. `starts`, `ends`: days, `NEVER` for an open end.

    `children`: a number a child; `categories`: a number of `CATEGORIES`; `births`: days. `first_day` and
    `last_day` are what the method calls the run of the data, both included.
    """

    children: NDArray[np.int64]
    births: Days
    starts: Days
    ends: Days
    categories: NDArray[np.int64]
    first_day: int
    last_day: int


@dataclass(frozen=True)
class _Rows:
    """Rows by child, start and end; `ends` has `BLANK` for a blank DEC."""

    children: NDArray[np.int64]
    births: Days
    starts: Days
    ends: Days
    categories: NDArray[np.int64]
    continues: NDArray[np.bool_]

    def taken(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> _Rows:
        return _Rows(
            self.children[which],
            self.births[which],
            self.starts[which],
            self.ends[which],
            self.categories[which],
            self.continues[which],
        )


def clean_episodes(episodes: pd.DataFrame, header: pd.DataFrame) -> CleanEpisodes:
    """The raw rows cleaned: `episodes` with CHILD, DECOM, DEC, RNE, PLACE, year; `header` with CHILD, DOB,
    year.

    CHILD, RNE and PLACE are categories, dates `datetime64`; rows in the order of the files, which breaks
    ties. Of no episode at all the run of the data is empty: `last_day` < `first_day`.
    """
    return clean_rows(episodes, births_of_rows(episodes, header))


def clean_rows(episodes: pd.DataFrame, births: Days) -> CleanEpisodes:
    """`clean_episodes` where every row's date of birth is known already (`BLANK`: there is none)."""
    rows = _sorted_rows(episodes, births)
    rows = rows.taken(_last_of_each_start(rows))
    rows = rows.taken(_first_of_each_end(rows))
    rows = _cut_at_next_start(rows)
    rows = _without_continuations(rows)
    first_day, last_day = _run_of_the_data(episodes, rows)
    ends = np.where(rows.ends == BLANK, NEVER, rows.ends)
    return CleanEpisodes(rows.children, rows.births, rows.starts, ends, rows.categories, first_day, last_day)


def births_of_rows(episodes: pd.DataFrame, header: pd.DataFrame) -> Days:
    """The date of birth of every episode's child, from the child's latest header row; `BLANK` without one."""
    categories, known = episodes["CHILD"].cat.categories, header["CHILD"].cat.categories
    same = known.is_(categories) or known.equals(categories)
    place_of_code = np.arange(len(known)) if same else categories.get_indexer(known)
    order = np.argsort(header["year"].to_numpy(), kind="stable")
    place = np.append(place_of_code, -1)[header["CHILD"].cat.codes.to_numpy()[order]]
    births = days_from_series(header["DOB"])[order]
    by_code = np.full(len(categories) + 1, BLANK, dtype=np.int64)
    by_code[place[place >= 0]] = births[place >= 0]
    return by_code[episodes["CHILD"].cat.codes.to_numpy()]


def _sorted_rows(episodes: pd.DataFrame, births: Days) -> _Rows:
    """The rows that have CHILD, DECOM and date of birth, by child, start and end, a blank end first;
    stable."""
    children = episodes["CHILD"].cat.codes.to_numpy().astype(np.int64)
    starts = days_from_series(episodes["DECOM"])
    whole = (children >= 0) & (starts != BLANK) & (births != BLANK)
    continues = np.array([*(str(code) in _CONTINUES for code in episodes["RNE"].cat.categories), False])
    rows = _Rows(
        children,
        births,
        starts,
        days_from_series(episodes["DEC"]),
        category_of_rows(episodes["PLACE"]),
        continues[episodes["RNE"].cat.codes.to_numpy()],
    ).taken(whole)
    return rows.taken(stable_order(rows.children, rows.starts, rows.ends))


def stable_order(first: NDArray[np.int64], *then: NDArray[np.int64]) -> NDArray[np.int64]:
    """The stable order by the first, then the others; `BLANK` comes before every day."""
    key = first
    for column in then:
        known = column[column != BLANK]
        low = int(known.min()) - 1 if len(known) else 0
        span = int(known.max()) - low + 1 if len(known) else 1
        key = key * span + np.where(column == BLANK, 0, column - low)
    return np.argsort(key, kind="stable")


def _last_of_each_start(rows: _Rows) -> NDArray[np.bool_]:
    """Of rows with the same child and start, the last."""
    same = (rows.children[1:] == rows.children[:-1]) & (rows.starts[1:] == rows.starts[:-1])
    return ~np.append(same, np.zeros(min(1, len(rows.children)), dtype=bool))


def _first_of_each_end(rows: _Rows) -> NDArray[np.bool_]:
    """Of rows with the same child and end, the first; blank ends count as equal."""
    order = stable_order(rows.children, rows.ends)
    children, ends = rows.children[order], rows.ends[order]
    keep = np.ones(len(order), dtype=bool)
    keep[order[1:]] = (children[1:] != children[:-1]) | (ends[1:] != ends[:-1])
    return keep


def _next_starts(rows: _Rows) -> Days:
    """The start of the child's next row; `NEVER` at its last."""
    following = np.full(len(rows.children), NEVER, dtype=np.int64)
    same = rows.children[1:] == rows.children[:-1]
    following[:-1][same] = rows.starts[1:][same]
    return following


def _cut_at_next_start(rows: _Rows) -> _Rows:
    """An end that is blank, or later than the child's next start, becomes that start."""
    following = _next_starts(rows)
    ends = np.where(
        (following != NEVER) & ((rows.ends == BLANK) | (rows.ends > following)), following, rows.ends
    )
    return _Rows(rows.children, rows.births, rows.starts, ends, rows.categories, rows.continues)


def _without_continuations(rows: _Rows) -> _Rows:
    """A row of RNE L, T or U that starts on the day the child's previous row ended is dropped; the kept row
    takes the end of the last of the run."""
    if not len(rows.children):
        return rows
    dropped = np.zeros(len(rows.children), dtype=bool)
    dropped[1:] = (
        (rows.children[1:] == rows.children[:-1]) & (rows.starts[1:] == rows.ends[:-1]) & rows.continues[1:]
    )
    kept = np.flatnonzero(~dropped)
    last_of_run = np.append(kept[1:], len(dropped)) - 1
    ends = rows.ends[last_of_run]
    rows = rows.taken(kept)
    return _Rows(rows.children, rows.births, rows.starts, ends, rows.categories, rows.continues)


def _run_of_the_data(episodes: pd.DataFrame, rows: _Rows) -> tuple[int, int]:
    """1 April of the first year less one, to the first 31 March on or after the last date."""
    if not len(rows.children):
        return 0, -1
    last = max(int(rows.starts.max()), int(rows.ends.max()))
    year = date_from_day(last).year
    march = day_from_date(date_from_day(last).replace(month=3, day=31))
    if march < last:
        march = day_from_date(date_from_day(last).replace(year=year + 1, month=3, day=31))
    april = day_from_date(date_from_day(last).replace(year=int(episodes["year"].min()) - 1, month=4, day=1))
    return april, march
