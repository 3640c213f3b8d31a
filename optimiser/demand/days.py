"""Dates as whole numbers: days since 1 January 1970, and calendar years and months after a date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

type Days = NDArray[np.int64]

BLANK: Final = np.iinfo(np.int64).min
"""The day of a blank date: what numpy makes of NaT."""
NEVER: Final = np.int64(1 << 40)
"""The end of what has not ended."""
_EPOCH = date(1970, 1, 1)
_MONTH = np.timedelta64(1, "M")


def days_from_series(dates: pd.Series[pd.Timestamp]) -> Days:
    """Days since 1970, one a row; `BLANK` where there is no date."""
    found: Days = dates.to_numpy().astype("datetime64[D]").astype(np.int64)
    return found


def day_from_date(day: date) -> int:
    """Days since 1970.

    >>> day_from_date(date(1970, 2, 1))
    31
    """
    return (day - _EPOCH).days


def date_from_day(day: int) -> date:
    """The date so many days after 1 January 1970.

    >>> date_from_day(31)
    datetime.date(1970, 2, 1)
    """
    return _EPOCH + timedelta(days=int(day))


def months_after(days: Days, months: int) -> Days:
    """The same day of the month so many calendar months later, or that month's last day where it has none:
    29 February and twelve months is 28 February."""
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    day_of_month = (dates - month.astype("datetime64[D]")).astype(np.int64)
    later = month + np.timedelta64(months, "M")
    length = ((later + _MONTH).astype("datetime64[D]") - later.astype("datetime64[D]")).astype(np.int64)
    found: Days = later.astype("datetime64[D]").astype(np.int64) + np.minimum(day_of_month, length - 1)
    return found


def birthdays(births: Days, *, years: int = 0, months: int = 0) -> Days:
    """The day of every child's birthday; 28 February for 29 February where there is none.

    Looked up in a table of the days between the first birth and the last, which are few beside the rows.
    """
    if not len(births):
        return births
    first, last = int(births.min()), int(births.max())
    table = months_after(np.arange(first, last + 1), 12 * years + months)
    found: Days = table[births - first]
    return found


def completed_months(births: Days, days: Days) -> Days:
    """Whole calendar months from birth to the day; a day of the month that the month lacks counts as its
    last.

    The arrays are broadcast against each other.
    """
    born_month, born_day, _ = _calendar(births)
    month, day, length = _calendar(days)
    return month - born_month - (np.minimum(born_day, length - 1) > day)


def _calendar(days: Days) -> tuple[Days, Days, Days]:
    """Months since January 1970, day of the month from 0, and days in that month."""
    if not days.size:
        return days, days, days
    first, last = int(days.min()), int(days.max())
    table = np.arange(first, last + 1).astype("datetime64[D]")
    months = table.astype("datetime64[M]")
    begins = months.astype("datetime64[D]")
    lengths = ((months + _MONTH).astype("datetime64[D]") - begins).astype(np.int64)
    place = days - first
    of_month = (table - begins).astype(np.int64)
    return months.astype(np.int64)[place], of_month[place], lengths[place]


def month_ends(start: int, end: int) -> Days:
    """The days one, two, … calendar months after `start`, to the first on or after `end`.

    From the last day of a month the steps go from last day to last day.

    >>> [str(date_from_day(day)) for day in month_ends(day_from_date(date(2025, 3, 31)), 20_270)]
    ['2025-04-30', '2025-05-31', '2025-06-30', '2025-07-31']
    """
    _, day, length = _calendar(np.array([start]))
    ahead = int(day[0] == length[0] - 1)
    steps: list[int] = []
    while not steps or steps[-1] < end:
        steps.append(int(months_after(np.array([start + ahead]), len(steps) + 1)[0]) - ahead)
    return np.array(steps, dtype=np.int64)
