"""Dates as returns write them: dd/mm/yyyy, ISO, and the forms spreadsheets make of the two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.coded import Flags

ACCEPTED: Final = "a date as dd/mm/yyyy or yyyy-mm-dd"
_MIDNIGHT = r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?Z?)?"
_BRITISH = re.compile(rf"([0-9]{{2}})/([0-9]{{2}})/([0-9]{{4}}){_MIDNIGHT}")
_ISO = re.compile(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){_MIDNIGHT}")
_LOOSE_BRITISH = re.compile(rf"([0-9]{{1,2}})[/.\- ]([0-9]{{1,2}})[/.\- ]([0-9]{{2}}|[0-9]{{4}}){_MIDNIGHT}")
_LOOSE_ISO = re.compile(rf"([0-9]{{4}})[/.]?([0-9]{{2}})[/.]?([0-9]{{2}}){_MIDNIGHT}")
_MONTH_ONLY = re.compile(r"([0-9]{4})-([0-9]{2})")
_NAMED_MONTH = re.compile(r"([0-9]{1,2})[ \-]([A-Za-z]{3})[A-Za-z]*[ \-]([0-9]{2}|[0-9]{4})")
_SERIAL = re.compile(r"([1-5][0-9]{4})(?:\.0+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SERIAL_ZERO = date(1899, 12, 30)
_YEARS = range(1940, 2101)
_CENTURY_TURNS = 50
"""Two digits below this are of this century."""


@dataclass(frozen=True)
class WrittenDates:
    """One entry a text. `days`: datetime64[s], NaT where it is no date. `repaired`: not written as a return
    should, but plain. `month_only`: the text has no day, and the 1st stands for the month."""

    days: NDArray[np.datetime64]
    repaired: Flags
    month_only: Flags

    @property
    def unreadable(self) -> Flags:
        """Where the text is no date."""
        found: Flags = np.isnat(self.days)
        return found


def _day(year: str, month: int, day: int) -> date | None:
    whole = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < _CENTURY_TURNS else 1900)
    try:
        return date(whole, month, day) if whole in _YEARS else None
    except ValueError:
        return None


def _loose(text: str) -> date | None:
    """A date in a form that is not a return's, but can be only one day."""
    if match := _LOOSE_BRITISH.fullmatch(text):
        return _day(match[3], int(match[2]), int(match[1]))
    if match := _LOOSE_ISO.fullmatch(text):
        return _day(match[1], int(match[2]), int(match[3]))
    if (match := _NAMED_MONTH.fullmatch(text)) and match[2].lower() in _MONTHS:
        return _day(match[3], _MONTHS.index(match[2].lower()) + 1, int(match[1]))
    if match := _SERIAL.fullmatch(text):
        return _SERIAL_ZERO + timedelta(days=int(match[1]))
    return None


def date_from_text(text: str) -> tuple[date | None, bool, bool]:
    """The date, whether it was repaired, and whether its day is missing.

    >>> date_from_text("05/04/2019"), date_from_text("5.4.19")
    ((datetime.date(2019, 4, 5), False, False), (datetime.date(2019, 4, 5), True, False))
    >>> date_from_text("31/02/2019")
    (None, False, False)
    """
    if match := _BRITISH.fullmatch(text):
        return _day(match[3], int(match[2]), int(match[1])), False, False
    if match := _ISO.fullmatch(text):
        return _day(match[1], int(match[2]), int(match[3])), False, False
    if match := _MONTH_ONLY.fullmatch(text):
        return _day(match[1], int(match[2]), 1), False, True
    found = _loose(text)
    return found, found is not None, False


def written_dates(texts: Sequence[str]) -> WrittenDates:
    """The date of each text."""
    read = [date_from_text(text) for text in texts]
    return WrittenDates(
        np.array([day for day, _, _ in read], dtype="datetime64[s]"),
        np.array([repaired for _, repaired, _ in read], dtype=bool),
        np.array([month for _, _, month in read], dtype=bool),
    )
