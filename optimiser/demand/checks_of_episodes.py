"""Each row of Episodes by itself: its dates, its child, and codes that exclude one another."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand import codes
from optimiser.demand.coded import Coded, Flags, flags_of_texts
from optimiser.demand.days import BLANK, Days, birthdays
from optimiser.demand.people import ONE_DAY, Children, Numbered, last_day_of
from optimiser.demand.quality import REPAIRED, SET_ASIDE, USED
from optimiser.demand.return_years import Years
from optimiser.demand.rows import Dates, Rows

_ADULT: Final = 18
_YEARS_OF_URN_RULES: Final = 2023
"""The first return for which the rules on URNs are established."""


def is_one_of(cells: Coded, wanted: Collection[str]) -> Flags:
    """The rows whose text is one of these."""
    return cells.flags(flags_of_texts(cells.texts, frozenset(wanted).__contains__))


def _days(dates: Dates) -> Days:
    found: Days = dates.astype("datetime64[D]").astype(np.int64)
    return found


def after_the_return(dates: Dates, year_end: Years) -> Flags:
    """Dates a return cannot know of. The day after its last is the end of an episode that lasted it out."""
    found: Flags = dates > last_day_of(year_end) + ONE_DAY
    return found


def check_dates(rows: Rows, child: Children, year_end: Years, born: Dates) -> None:
    """The dates of a row. `born`: the date of birth of each row's child."""
    findings, start, end = rows.findings, rows.dates["DECOM"], rows.dates["DEC"]
    findings.add("no child", "CHILD", child < 0, "CHILD is blank", SET_ASIDE)
    blank = np.isnat(start) & ~rows.unreadable["DECOM"]
    findings.add("no start", "DECOM", blank, "DECOM is blank", SET_ASIDE)
    findings.add("impossible date order", "DEC", end < start, "DEC is before DECOM", SET_ASIDE)
    findings.add(
        "impossible date order", "DECOM", start < born, "DECOM is before the date of birth", SET_ASIDE
    )
    what = "DECOM is after the return's last day"
    findings.add("after the return", "DECOM", start > last_day_of(year_end), what, SET_ASIDE)
    what = "DEC is after the return's last day: the episode is taken as open"
    findings.add("after the return", "DEC", after_the_return(end, year_end), what, REPAIRED)


def check_child(rows: Rows, numbers: Numbered, children: pd.DataFrame) -> None:
    """The child has a row in Header, and a date of birth there."""
    child, header_child, _ = numbers.child
    has_header = np.zeros(len(numbers) + 1, bool)
    has_header[header_child] = True
    has_header[-1] = True
    lost = ~has_header[child]
    rows.findings.add("missing header", "CHILD", lost, "the child has no row in Header", SET_ASIDE)
    unborn = np.append(children["DOB"].isna().to_numpy(), False)[child] & ~lost
    what = "no usable row of Header gives the child's date of birth"
    rows.findings.add("no date of birth", "CHILD", unborn, what, SET_ASIDE)


def _younger(rows: Rows, where: Flags, born: Dates, years: int) -> NDArray[np.integer]:
    """The rows, of those where it holds, whose child is younger than that when they start."""
    at = np.flatnonzero(where)
    birth, start = _days(born[at]), _days(rows.dates["DECOM"][at])
    known = (birth != BLANK) & (start != BLANK)
    at, birth, start = at[known], birth[known], start[known]
    young: NDArray[np.integer] = at[start < birthdays(birth, years=years)]
    return young


def check_ages(rows: Rows, born: Dates) -> None:
    """Ages at the start against the least age of a code, and against 18."""
    place = rows.cells["PLACE"]
    for code, listed in codes.PLACES.items():
        if listed.age_min and code in place.texts:
            young = _younger(rows, is_one_of(place, {code}), born, listed.age_min)
            what = f"the child is under {listed.age_min} at the start, too young for {code}"
            rows.findings.add("minimum age", "PLACE", young, what, USED)
    custody = is_one_of(rows.cells["REASON_PLACE_CHANGE"], {codes.CUSTODY})
    young = _younger(rows, custody, born, codes.AGE_OF_CUSTODY)
    what = f"the child is under {codes.AGE_OF_CUSTODY}, too young for {codes.CUSTODY}"
    rows.findings.add("minimum age", "REASON_PLACE_CHANGE", young, what, USED)
    lived = (rows.dates["DECOM"] - born).astype("timedelta64[D]").astype(np.int64)
    old = ~np.isnat(born) & ~np.isnat(rows.dates["DECOM"]) & (lived >= _ADULT * 365)
    grown = np.setdiff1d(np.flatnonzero(old), _younger(rows, old, born, _ADULT), assume_unique=True)
    short = is_one_of(rows.cells["LS"], {"V2"}) & is_one_of(rows.cells["PLACE"], {"K2"})
    what = f"the child is {_ADULT} or over at the start"
    rows.findings.add(f"{_ADULT} or over", "DECOM", grown[~short[grown]], what, USED)


def check_pairs(rows: Rows, year_end: Years) -> None:
    """Cells that exclude or need one another."""
    place, provider, status = (rows.cells[name] for name in ("PLACE", "PLACE_PROVIDER", "LS"))
    findings = rows.findings
    for code, places in codes.FORBIDDEN_PLACES_OF_PROVIDER.items():
        if code in provider.texts:
            wrong = is_one_of(provider, {code}) & is_one_of(place, places)
            findings.add(
                "provider and place", "PLACE_PROVIDER", wrong, f"{code} cannot provide this PLACE", USED
            )
    for code, places in codes.FORBIDDEN_PLACES_OF_STATUS.items():
        if code in status.texts:
            wrong = is_one_of(status, {code}) & is_one_of(place, places)
            findings.add("legal status and place", "LS", wrong, f"{code} does not go with this PLACE", USED)
    without = is_one_of(place, codes.NO_PROVIDER)
    blank = provider.codes < 0
    listed = is_one_of(place, codes.PLACES)
    findings.add(
        "provider missing", "PLACE_PROVIDER", blank & ~without & listed, "PLACE_PROVIDER is blank", USED
    )
    what = "PLACE_PROVIDER is given for a PLACE without a provider"
    findings.add("provider and place", "PLACE_PROVIDER", ~blank & without, what, USED)
    _check_urn(rows, year_end)
    _check_ends(rows)
    _check_stay(rows)
    _check_homes(rows)


def _check_urn(rows: Rows, year_end: Years) -> None:
    place, urn = rows.cells["PLACE"], rows.cells["URN"].codes >= 0
    now = year_end >= _YEARS_OF_URN_RULES
    needed = is_one_of(place, [code for code, listed in codes.PLACES.items() if listed.urn is True])
    barred = is_one_of(place, [code for code, listed in codes.PLACES.items() if listed.urn is False])
    what = "URN is blank: the PLACE needs one, unless it is outside England"
    rows.findings.add("URN missing", "URN", now & needed & ~urn, what, USED)
    rows.findings.add(
        "URN not allowed", "URN", now & barred & urn, "URN is given for a PLACE without one", USED
    )


def _check_ends(rows: Rows) -> None:
    """An episode that has ended says why, and one that has not does not."""
    ended = ~np.isnat(rows.dates["DEC"])
    reason = rows.cells["REC"].codes >= 0
    rows.findings.add("end without reason", "REC", ended & ~reason, "DEC is given, and REC is blank", USED)
    open_ = ~ended & reason & ~rows.unreadable["DEC"]
    rows.findings.add("reason without end", "DEC", open_, "REC is given, and DEC is blank", USED)


def _check_stay(rows: Rows) -> None:
    """Temporary placements are short."""
    place = rows.cells["PLACE"]
    stay = (rows.dates["DEC"] - rows.dates["DECOM"]).astype("timedelta64[D]").astype(np.int64)
    known = ~np.isnat(rows.dates["DEC"]) & ~np.isnat(rows.dates["DECOM"])
    for code, listed in codes.PLACES.items():
        if listed.most_days and code in place.texts:
            long = is_one_of(place, {code}) & known & (stay > listed.most_days)
            what = f"{code} lasts longer than {listed.most_days} days"
            rows.findings.add("temporary too long", "PLACE", long, what, USED)


def _check_homes(rows: Rows) -> None:
    """Home is where the child lives only with its parents."""
    home, lives = rows.cells["HOME_POST"], rows.cells["PL_POST"]
    there = np.append(lives.texts.get_indexer(home.texts), -1)[home.codes]
    parents = is_one_of(rows.cells["PLACE"], {"P1"})
    same = (there >= 0) & (there == lives.codes) & ~parents
    full = lives.flags(flags_of_texts(lives.texts, lambda text: text[-4:-3] == " "))
    what = "PL_POST is HOME_POST, and the child is not placed with parents"
    rows.findings.add("home is the placement", "PL_POST", same & full, what, USED)
    what = "HOME_POST is blank: no distance"
    needed = (home.codes < 0) & ~is_one_of(rows.cells["LS"], codes.SHORT_BREAKS)
    rows.findings.add("home missing", "HOME_POST", needed, what, USED)
    what = "PL_POST is blank: no distance"
    rows.findings.add("placement postcode missing", "PL_POST", lives.codes < 0, what, USED)
