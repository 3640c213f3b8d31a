"""children.csv from a return: who is looked after on a day, where home is, and where they live now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser import terms
from optimiser.demand import codes
from optimiser.demand.returns import Return
from optimiser.errors import Fault, InputError
from optimiser.pack.postcodes import points_from_postcodes, postcodes_of_authorities
from optimiser.pack.tables import CHILDREN, COLUMNS

METRES_PER_KILOMETRE: Final = 1000.0
KILOMETRES_PER_MILE: Final = 1.6093
"""The Department's mile, a third of a metre shorter than the contract's."""

HOME_OF_RETURN: Final = "return"
HOME_OF_PLACEMENT: Final = "current_place"
HOME_OF_AUTHORITY: Final = "authority"
"""Where a child's home comes from, in that order, because a pack needs one: HOME_POST; else the postcode of
the current place; else the mean of the authority's postcodes."""

GENDER_OF_SEX: Final = {"M": "male", "F": "female"}
SECTOR_OF_PROVIDER: Final = {
    "PR1": "local_authority",
    "PR2": "local_authority",
    "PR4": "private",
    "PR5": "voluntary",
}
ADDED_COLUMNS: Final = (
    *("current_place", "current_kind", "current_provider", "current_sector"),
    *("current_miles_precision", "home_source", "episode_start"),
)
"""Columns of children.csv beside the contract's: PLACE and PLACE_PROVIDER as written, the contract's kind and
sector of the two, what the distance rests on, where home comes from, and DECOM."""
CHILD_COLUMNS: Final = (*COLUMNS[CHILDREN], *ADDED_COLUMNS)
SET_ASIDE_COLUMNS: Final = ("child", "authority", "file", "row", "reason")

_ADULT: Final = 18

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Entered:
    """A window of days, both included: the children whose care starts in it."""

    first: date
    last: date


@dataclass(frozen=True)
class ChildrenOfReturn:
    """`children`: `CHILD_COLUMNS`, by authority and child. `set_aside`: `SET_ASIDE_COLUMNS`: children who are
    looked after and are not in the pack, each with the row and the reason."""

    children: pd.DataFrame
    set_aside: pd.DataFrame


def department_miles(home: Floats, place: Floats) -> Floats:
    """√(ΔE² + ΔN²) / 1000 / 1.6093 to one decimal, as the Department's PL_DISTANCE; shape (rows, 2), metres.

    >>> department_miles(np.array([[384000.0, 398000.0]]), np.array([[387000.0, 402000.0]]))
    array([3.1])
    """
    metres = np.sqrt(((home - place) ** 2).sum(axis=1))
    miles: Floats = np.round(metres / METRES_PER_KILOMETRE / KILOMETRES_PER_MILE, 1)
    return miles


def _check_date(found: Return, day: date, option: str) -> None:
    if not found.first_day <= day <= found.last_day:
        what = f"{day} is outside the returns, which run from {found.first_day} to {found.last_day}"
        accepted = f"a date from {found.first_day} to {found.last_day}"
        raise InputError(f"{option}: {what}", [Fault(option, 0, "", what, accepted)])


def _chosen(found: Return, as_at: date, entered: Entered | None) -> pd.DataFrame:
    """One episode a child: the one that is open on the day, or the latest in which care starts in the
    window."""
    episodes = found.episodes
    start, ends = episodes["DECOM"], episodes["ends"]
    if entered is None:
        day = pd.Timestamp(as_at)
        where = (start <= day) & (ends.isna() | (ends > day))
    else:
        where = start.between(pd.Timestamp(entered.first), pd.Timestamp(entered.last)) & (
            episodes["RNE"] == "S"
        )
    rows = episodes[where & episodes["current"]].sort_values(["child", "DECOM"], kind="stable")
    return rows.drop_duplicates("child", keep="last")


def _ages(born: pd.Series[pd.Timestamp], on: pd.Series[pd.Timestamp]) -> pd.Series[int]:
    """Whole years; 29 February counts from 1 March."""
    before = (born.dt.month > on.dt.month) | ((born.dt.month == on.dt.month) & (born.dt.day > on.dt.day))
    return (on.dt.year - born.dt.year - before).astype("int64")


def _homes(rows: pd.DataFrame, home: pd.DataFrame, lives: pd.DataFrame) -> pd.DataFrame:
    """Postcode or coordinates of each child's home, and `home_source`."""
    source = np.where(lives["easting"].notna(), HOME_OF_PLACEMENT, HOME_OF_AUTHORITY)
    source = np.where(home["easting"].notna(), HOME_OF_RETURN, source)
    table = pd.DataFrame({"home_source": source}, index=rows.index)
    written = rows["HOME_POST"].astype("str").where(source == HOME_OF_RETURN, rows["PL_POST"].astype("str"))
    table["home_postcode"] = written.where(source != HOME_OF_AUTHORITY, "")
    table["home_easting"] = table["home_northing"] = np.nan
    for code in sorted(set(rows.loc[source == HOME_OF_AUTHORITY, "authority"].astype("str"))):
        here = (source == HOME_OF_AUTHORITY) & (rows["authority"] == code)
        middle = postcodes_of_authorities([code])[["easting", "northing"]].mean().round()
        table.loc[here, ["home_easting", "home_northing"]] = middle.to_numpy()
    return table


def _miles(
    rows: pd.DataFrame, uasc: NDArray[np.bool_], home: pd.DataFrame, lives: pd.DataFrame
) -> pd.DataFrame:
    """`current_miles` and what it rests on; blank for unaccompanied children, respite and unknown
    postcodes."""
    points = ["easting", "northing"]
    miles = department_miles(home[points].to_numpy(), lives[points].to_numpy())
    blank = uasc | rows["LS"].isin(codes.SHORT_BREAKS).to_numpy() | np.isnan(miles)
    order = list(terms.PRECISIONS)
    coarser = [
        "" if none else max(one, other, key=order.index)
        for one, other, none in zip(home["precision"], lives["precision"], blank, strict=True)
    ]
    return pd.DataFrame(
        {"current_miles": np.where(blank, np.nan, miles), "current_miles_precision": coarser},
        index=rows.index,
    )


def _identifiers(rows: pd.DataFrame) -> pd.Series[str]:
    """CHILD; with the authority's code where two authorities use the same one."""
    name = rows["CHILD"].astype("str")
    return name.mask(name.duplicated(keep=False), name + "_" + rows["authority"].astype("str"))


def _mapped(column: pd.Series, of_code: dict[str, str]) -> pd.Series[str]:
    return column.astype("str").map(of_code).fillna("").astype("str")


def _table(rows: pd.DataFrame, people: pd.DataFrame, ages: pd.Series[int]) -> pd.DataFrame:
    """`CHILD_COLUMNS` of these episodes; `people`: the rows of `Return.children` of the same children."""
    home = points_from_postcodes(rows["HOME_POST"].astype("str").fillna(""))
    lives = points_from_postcodes(rows["PL_POST"].astype("str").fillna(""))
    table = pd.DataFrame("", index=rows.index, columns=list(CHILD_COLUMNS), dtype="object")
    table["child_id"] = _identifiers(rows)
    table["authority"] = rows["authority"].astype("str")
    for part in (_homes(rows, home, lives), _miles(rows, people["uasc"].to_numpy(), home, lives)):
        for name in part:
            table[name] = part[name]
    table["age"] = ages
    table["gender"] = _mapped(people["SEX"], GENDER_OF_SEX).replace("", "other").to_numpy()
    label = {code: listed.meaning for code, listed in codes.ETHNICITIES.items()}
    table["ethnicity"] = _mapped(people["ETHNIC"], label).to_numpy()
    table["uasc"] = np.where(people["uasc"], "yes", "no")
    table["current_place"] = rows["PLACE"].astype("str").fillna("")
    table["current_provider"] = rows["PLACE_PROVIDER"].astype("str").fillna("")
    kind = {code: place.kind for code, place in codes.PLACES.items()}
    table["current_kind"] = _mapped(rows["PLACE"], kind)
    table["current_sector"] = _mapped(rows["PLACE_PROVIDER"], SECTOR_OF_PROVIDER)
    registered = table["current_kind"].isin([terms.CHILDRENS_HOME, terms.SUPPORTED_ACCOMMODATION])
    urn = rows["URN"].astype("str").fillna("").replace(codes.URN_PLACEHOLDER, "")
    table["current_provision_id"] = urn.where(registered, "")
    table["episode_start"] = rows["DECOM"].dt.strftime("%Y-%m-%d")
    return table


def children_of_return(found: Return, *, as_at: date, entered: Entered | None = None) -> ChildrenOfReturn:
    """The children whose episode is open at the end of the day `as_at`, or who entered care in the window.

    Ages are those on `as_at`, or on the day of entry. What a return does not hold (needs, suitability,
    school, siblings) stays blank. InputError where the returns do not cover the dates.
    """
    if entered is None:
        _check_date(found, as_at, "--as-at")
    else:
        for day in (entered.first, entered.last):
            _check_date(found, day, "--entered")
    rows = _chosen(found, as_at, entered)
    people = found.children.iloc[rows["child"].to_numpy()]
    born = pd.Series(people["DOB"].to_numpy(), index=rows.index)
    on = rows["DECOM"] if entered is not None else pd.Series(pd.Timestamp(as_at), index=rows.index)
    ages = _ages(born, on)
    grown = ages >= _ADULT
    unplaced = rows["authority"] == ""
    table = _table(
        rows[~grown & ~unplaced], people[(~grown & ~unplaced).to_numpy()], ages[~grown & ~unplaced]
    )
    aside = rows.assign(child=rows["CHILD"].astype("str"), reason=f"{_ADULT} or over")
    aside["reason"] = aside["reason"].mask(unplaced, "the authority is not known")
    return ChildrenOfReturn(
        table.sort_values(["authority", "child_id"], ignore_index=True),
        aside.loc[grown | unplaced, list(SET_ASIDE_COLUMNS)].reset_index(drop=True),
    )
