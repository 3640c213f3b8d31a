"""Stays in care, as our methods read them: one spell is one child in one kind of placement without a
break."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand.days import BLANK, NEVER, Days, birthdays, day_from_date, days_from_series
from optimiser.demand.published_cleaning import stable_order
from optimiser.demand.returns import Return
from optimiser.demand.states import BAND_BIRTHDAYS, BANDS, KINDS, kind_of_rows
from optimiser.errors import InputError

OUT = len(KINDS)
"""What follows a spell where the child leaves care."""
STAYS = OUT + 1
"""What follows a spell that has not ended."""


@dataclass(frozen=True)
class Spells:
    """Spells by child and then start, one element a spell.

    `authority`: a number of `authorities` (codes, in order); `births`, `starts`, `ends` (not in the kind on
    that day; `NEVER` where open): days; `kinds`: a number of `KINDS`; `enters`: the child was not in care the
    day before; `next_kinds`: the kind on the day of the end, `OUT` or `STAYS`.
    `first_days`, `last_days`: for every authority, the days its returns cover.
    """

    authorities: tuple[str, ...]
    authority: NDArray[np.int64]
    children: NDArray[np.int64]
    births: Days
    starts: Days
    ends: Days
    kinds: NDArray[np.int64]
    enters: NDArray[np.bool_]
    next_kinds: NDArray[np.int64]
    first_days: Days
    last_days: Days


def spells_from_return(found: Return) -> Spells:
    """The spells of the rows marked `current`. Raises `InputError` where there is none."""
    episodes = found.episodes
    rows = episodes[episodes["current"].to_numpy()]
    if rows.empty:
        raise InputError(
            "no episode of the return can be used; accepted: a return with some (see its findings)"
        )
    authorities, first_days, last_days = _covered(rows)
    codes = rows["authority"].cat.categories.get_indexer(pd.Index(authorities))
    number = np.full(len(rows["authority"].cat.categories) + 1, -1)
    number[codes] = np.arange(len(authorities))
    children = rows["child"].to_numpy().astype(np.int64)
    births = days_from_series(found.children["DOB"])[children]
    starts = days_from_series(rows["DECOM"])
    ends = days_from_series(rows["ends"])
    ends = np.where(ends == BLANK, NEVER, ends)
    kinds = kind_of_rows(rows["PLACE"])
    authority = number[rows["authority"].cat.codes.to_numpy()]
    keep = (births != BLANK) & (ends > starts)
    order = np.flatnonzero(keep)[stable_order(children[keep], starts[keep])]
    return spells_from_stays(
        authorities,
        *(column[order] for column in (authority, children, births, starts, ends, kinds)),
        first_days=first_days,
        last_days=last_days,
    )


def _covered(rows: pd.DataFrame) -> tuple[tuple[str, ...], Days, Days]:
    """The authorities that have rows, in the order of their codes, and the days their returns cover."""
    years = rows.groupby("authority", observed=True)["year_end"].agg(["min", "max"]).sort_index()
    first = [day_from_date(pd.Timestamp(int(year) - 1, 4, 1).date()) for year in years["min"]]
    last = [day_from_date(pd.Timestamp(int(year), 3, 31).date()) for year in years["max"]]
    return tuple(map(str, years.index)), np.array(first, dtype=np.int64), np.array(last, dtype=np.int64)


def spells_from_stays(
    authorities: tuple[str, ...],
    authority: NDArray[np.int64],
    children: NDArray[np.int64],
    births: Days,
    starts: Days,
    ends: Days,
    kinds: NDArray[np.int64],
    *,
    first_days: Days,
    last_days: Days,
) -> Spells:
    """Spells of stays sorted by child and start that do not overlap; one kind without a break is one
    spell."""
    follows = np.zeros(len(children), dtype=bool)
    follows[1:] = (children[1:] == children[:-1]) & (starts[1:] == ends[:-1])
    heads = np.flatnonzero(~(follows & (kinds == np.roll(kinds, 1))))
    tails = np.append(heads[1:], len(children)) - 1
    ends, kinds, enters = ends[tails], kinds[heads], ~follows[heads]
    next_kinds = np.where(ends == NEVER, STAYS, OUT)
    linked = ~enters[1:]
    next_kinds[:-1][linked] = kinds[1:][linked]
    return Spells(
        authorities, authority[heads], children[heads], births[heads], starts[heads], ends, kinds,
        enters, next_kinds, first_days, last_days,
    )  # fmt: skip


def known_on(spells: Spells, day: int) -> Spells:
    """What was known at the end of the day: nothing that began later, and no end that came later."""
    begun = spells.starts <= day
    open_still = spells.ends[begun] > day
    return replace(
        spells,
        authority=spells.authority[begun],
        children=spells.children[begun],
        births=spells.births[begun],
        starts=spells.starts[begun],
        ends=np.where(open_still, NEVER, spells.ends[begun]),
        kinds=spells.kinds[begun],
        enters=spells.enters[begun],
        next_kinds=np.where(open_still, STAYS, spells.next_kinds[begun]),
        last_days=np.minimum(spells.last_days, day),
    )


def stock_on(spells: Spells, day: int) -> NDArray[np.int64]:
    """Children in care on the day: an array of (authorities, bands, kinds)."""
    here = (spells.starts <= day) & (day < spells.ends)
    bands = np.zeros(int(here.sum()), dtype=np.int64)
    for years in BAND_BIRTHDAYS:
        bands += birthdays(spells.births[here], years=years) <= day
    shape = (len(spells.authorities), len(BANDS), len(KINDS))
    cells = np.ravel_multi_index((spells.authority[here], bands, spells.kinds[here]), shape)
    return np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape)
