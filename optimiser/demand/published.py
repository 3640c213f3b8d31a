"""The published method: daily rates of moving between 20 states, entries a day, and one-day steps.

Stock S_i(d): children in state i on day d; an episode counts from DECOM, and not on DEC.
Rate r_ij, i ≠ j (j may be "left care"): the mean over the days d of the reference period with S_i(d−1) > 0
of N_ij(d) / S_i(d−1), N_ij(d) being the transitions on day d; growing into the next age band is one of them.
Entries λ_i: entries into i in the period / its days, first and last included.
Forecast: x ← P x + λ, one day at a time, P_ji = r_ij and P_ii = 1 − Σ_j r_ij.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.codes import CATEGORIES
from optimiser.demand.days import NEVER, Days, birthdays, date_from_day, day_from_date
from optimiser.demand.published_cleaning import CleanEpisodes
from optimiser.demand.states import BAND_BIRTHDAYS, STATES
from optimiser.errors import InputError

DAYS_A_YEAR = 365.24
OUT = len(STATES)
"""Where a child that leaves care goes."""
STAYS = OUT + 1
"""What follows an episode that has not ended."""

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """Episodes cut at the band birthdays: each part stays in one state from `starts` to `ends` (not on it).

    `next_states`: the state the child is in on the day of the end, `OUT` or `STAYS`. `enters`: the child was
    not in care the day before.
    """

    states: NDArray[np.int64]
    starts: Days
    ends: Days
    next_states: NDArray[np.int64]
    enters: NDArray[np.bool_]


@dataclass(frozen=True)
class PublishedRates:
    """`moves[i, j]`: from state i to state j, or `OUT`, a day; 0 where i = j. `entries[i]`: a day."""

    moves: Floats
    entries: Floats

    def one_day(self) -> Floats:
        """P of the module's docstring: column i says where the children of state i are the day after."""
        step = self.moves[:, :OUT].T.copy()
        step[np.diag_indices(OUT)] = 1 - self.moves.sum(axis=1)
        return step


def parts_from_episodes(clean: CleanEpisodes) -> Parts:
    """Every episode, cut at the birthdays strictly inside it.

    The first part's band is that of the age at DECOM in days / 365.24; after a cut it is the birthday's own.
    (On a birthday itself days / 365.24 may still be short of it: an episode that starts that day stays in the
    lower band until its next birthday.) Birthdays after the run of the data cut nothing.
    """
    age = (clean.starts - clean.births) / DAYS_A_YEAR
    first_states = _state(np.searchsorted(BAND_BIRTHDAYS, age, side="right"), clean.categories)
    linked = np.zeros(len(age), dtype=bool)
    linked[:-1] = (clean.children[1:] == clean.children[:-1]) & (clean.starts[1:] == clean.ends[:-1])
    following = np.where(clean.ends == NEVER, STAYS, OUT)
    following[:-1][linked[:-1]] = first_states[1:][linked[:-1]]
    enters = ~np.insert(linked[:-1], 0, np.zeros(min(1, len(age)), dtype=bool))

    pieces: list[tuple[NDArray[np.int64], Days, Days, NDArray[np.int64], NDArray[np.bool_]]] = []
    ends = clean.ends
    for band, years in reversed(list(enumerate(BAND_BIRTHDAYS, start=1))):
        days = birthdays(clean.births, years=years)
        cut = (clean.starts < days) & (days < clean.ends) & (days <= clean.last_day)
        states = _state(np.full(int(cut.sum()), band), clean.categories[cut])
        pieces.append((states, days[cut], ends[cut], following[cut], np.zeros(len(states), dtype=bool)))
        ends = np.where(cut, days, ends)
        following[cut] = states
    pieces.append((first_states, clean.starts, ends, following, enters))
    return Parts(*(np.concatenate(columns) for columns in zip(*pieces, strict=True)))


def _state(bands: NDArray[np.int64], categories: NDArray[np.int64]) -> NDArray[np.int64]:
    return bands * len(CATEGORIES) + categories


def stocks_by_day(parts: Parts, first: int, last: int) -> Floats:
    """Children in every state on every day from `first` to `last`: an array of (states, days)."""
    days = last - first + 1
    real = parts.ends > parts.starts
    columns = days + 1
    begun = np.clip(parts.starts[real] - first, 0, days) + parts.states[real] * columns
    ended = np.clip(parts.ends[real] - first, 0, days) + parts.states[real] * columns
    change = np.bincount(begun, minlength=OUT * columns) - np.bincount(ended, minlength=OUT * columns)
    stocks: Floats = change.reshape(OUT, columns)[:, :days].cumsum(axis=1).astype(float)
    return stocks


def rates_from_parts(parts: Parts, reference: tuple[date, date]) -> PublishedRates:
    """The rates of the reference period, both its days included."""
    first, last = (day_from_date(day) for day in reference)
    days = last - first + 1
    before = stocks_by_day(parts, first - 1, last - 1)
    shares = np.divide(1.0, before, out=np.zeros_like(before), where=before > 0)
    counted = (before > 0).sum(axis=1)
    moved = (parts.next_states != STAYS) & (parts.ends >= first) & (parts.ends <= last)
    sources, targets = parts.states[moved], parts.next_states[moved]
    weights = shares[sources, parts.ends[moved] - first]
    total = np.bincount(sources * (OUT + 1) + targets, weights=weights, minlength=OUT * (OUT + 1))
    moves = total.reshape(OUT, OUT + 1) / np.maximum(counted, 1)[:, None]
    moves[np.diag_indices(OUT)] = 0.0
    entered = parts.enters & (parts.starts >= first) & (parts.starts <= last)
    return PublishedRates(moves, np.bincount(parts.states[entered], minlength=OUT) / days)


def lines_from_rates(rates: PublishedRates, stock: Floats, days: int) -> Floats:
    """Children in every state on the start day and each of the days after it: (days + 1, states)."""
    step = rates.one_day()
    lines = np.empty((days + 1, OUT))
    lines[0] = stock
    for day in range(days):
        lines[day + 1] = step @ lines[day] + rates.entries
    return lines


def published_lines(clean: CleanEpisodes, *, start: date, end: date, reference: tuple[date, date]) -> Floats:
    """The published forecast: an array of (days from `start` to `end`, both included; states).

    Raises `InputError` where a day of the reference period, or the start, lies outside the run of the data.
    """
    check_days(clean, start=start, end=end, reference=reference)
    parts = parts_from_episodes(clean)
    rates = rates_from_parts(parts, reference)
    day = day_from_date(start)
    return lines_from_rates(rates, stocks_by_day(parts, day, day)[:, 0], day_from_date(end) - day)


def check_days(clean: CleanEpisodes, *, start: date, end: date, reference: tuple[date, date]) -> None:
    """Raises `InputError` unless the days lie in the run of the data, and in their order."""
    if clean.last_day < clean.first_day:
        raise InputError("no episode has a child, a start and a date of birth; accepted: a return with some")
    first, last = date_from_day(clean.first_day), date_from_day(clean.last_day)
    for what, day in (
        ("start", start),
        ("reference period", reference[0]),
        ("reference period", reference[1]),
    ):
        if not first <= day <= last:
            raise InputError(
                f"the {what} has {day}, outside the data; accepted: a day from {first} to {last}"
            )
    if reference[1] < reference[0]:
        raise InputError(f"the reference period ends on {reference[1]}, before it begins on {reference[0]}")
    if end <= start:
        raise InputError(f"the forecast ends on {end}; accepted: a day after its start, {start}")
