"""Futures from a forecast: a quarter's entrants drawn, with profiles borrowed from a pack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.errors import Fault, InputError
from optimiser.pack.pack import Pack
from optimiser.pack.postcodes import postcodes_of_authorities

ENTRANTS: Final = "entrants.csv"
COLUMNS: Final = ("authority", "from", "to", "age", "category", "mean", "low_95", "high_95")
ALL: Final = "all"
FOSTERING: Final = "Fostering"
CARE: Final[Mapping[str, str]] = {
    "Foster carers": "foster_care",
    FOSTERING: "foster_care",
    "Residential": "residential_care",
    "Supported": "supported_accommodation",
}
"""Category → the kind of care that is preferred. Children who come to kin or are placed otherwise (with
parents, in secure units) need no place found."""
ALSO_SUITABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "foster_care": (),
    "residential_care": ("foster_care",),
    "supported_accommodation": ("foster_care", "residential_care"),
}
NEAR_YEARS: Final = 3
"""Between a brother or sister who is borrowed and the child forecast."""
NORMAL_95: Final = 2 * 1.959964


@dataclass(frozen=True)
class Quarter:
    """The entrants of one quarter who need a place: expected numbers by authority, age and kind of care."""

    begins: str
    """ISO date."""
    cells: pd.DataFrame
    """authority, age (text), care, mean; sorted."""
    spread: float
    """Of the total beyond Poisson, as a share of its square."""


def quarters_from_forecast(folder: Path) -> list[Quarter]:
    """The quarters of a forecast's run folder, in order; InputError where entrants.csv cannot serve."""
    path = folder / ENTRANTS
    accepted = f"a folder that `optimiser forecast` wrote, with {ENTRANTS}"
    try:
        table = pd.read_csv(path, dtype={"authority": str, "age": str}, keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        fault = Fault(ENTRANTS, 0, "", "the file cannot be read", accepted)
        raise InputError(f"{path} cannot be read", [fault]) from error
    faults = [
        Fault(ENTRANTS, 1, name, "there is no such column", accepted) for name in COLUMNS if name not in table
    ]
    numbers = ["mean", "low_95", "high_95"]
    if not faults:
        table[numbers] = table[numbers].apply(pd.to_numeric, errors="coerce")
        wrong = table[numbers].isna().any(axis=1) | (table["mean"] < 0)
        faults = [
            Fault(ENTRANTS, row + 2, "mean", "a figure is no number", "numbers from 0")
            for row in np.flatnonzero(wrong).tolist()
        ]
    if faults or table.empty:
        raise InputError(
            f"{path} is no table of entrants", faults or [Fault(ENTRANTS, 0, "", "no rows", accepted)]
        )
    return [_quarter(str(begins), rows) for begins, rows in table.groupby("from", sort=True)]


def _quarter(begins: str, rows: pd.DataFrame) -> Quarter:
    categories = set(rows["category"])
    wanted = {name for name in CARE if name in categories}
    if "Foster carers" in wanted:
        wanted.discard(FOSTERING)
    areas = sorted(set(rows["authority"]) - {ALL}) or [ALL]
    cells = rows[rows["category"].isin(wanted) & (rows["age"] != ALL) & rows["authority"].isin(areas)]
    cells = cells.assign(care=cells["category"].map(CARE))[["authority", "age", "care", "mean"]]
    cells = cells.sort_values(["authority", "age", "care"], kind="stable", ignore_index=True)
    whole = rows[(rows["category"] == ALL) & (rows["age"] == ALL)]
    region = whole[whole["authority"] == ALL] if (whole["authority"] == ALL).any() else whole
    return Quarter(begins, cells, _spread(region))


def _spread(region: pd.DataFrame) -> float:
    """(variance − mean) / mean² of the total, by its 95 % interval; 0 where it is no wider than Poisson."""
    mean = float(region["mean"].sum())
    if mean <= 0:
        return 0.0
    deviation = float((region["high_95"] - region["low_95"]).sum()) / NORMAL_95
    return max(0.0, (deviation**2 - mean) / mean**2)


def _years(age: str) -> tuple[int, int]:
    """First and last year of an age or a band: "7", "<1", "10 to <16", "16+"."""
    low, high = re.fullmatch(r"(\d+)", age), re.fullmatch(r"(?:(\d+) to )?<(\d+)", age)
    if low:
        return int(low[1]), int(low[1])
    if high:
        return int(high[1] or 0), int(high[2]) - 1
    above = re.fullmatch(r"(\d+)\+", age)
    if above:
        return int(above[1]), terms.AGE_MAX
    raise InputError(f"{ENTRANTS} has the age {age!r}; accepted: whole years, or bands as 10 to <16")


def drawn_children(quarter: Quarter, pack: Pack | None, *, seed: int, index: int) -> pd.DataFrame:
    """One set of entrants, as children.csv has them: the same seed and index give the same children.

    Their number is Poisson in every cell, with one gamma factor for the region where the forecast's interval
    is wider. With a pack each child has needs, gender, suitabilities and home of one of its children: of the
    same authority and kind of care where there is one, and of the nearest age; brothers and sisters of that
    child come along as far as the forecast has children of about their age. Without one the home is a random
    postcode of the authority, and nothing is known but age, gender and the kind of care.
    """
    rng = np.random.default_rng([seed, index])
    factor = rng.gamma(1 / quarter.spread, quarter.spread) if quarter.spread > 0 else 1.0
    counts = rng.poisson(quarter.cells["mean"].to_numpy() * factor)
    donors = None if pack is None else pack.children.sort_values("child_id", kind="stable", ignore_index=True)
    maker = _Maker(rng, f"f{index + 1:02d}", donors)
    for authority, cells in quarter.cells.assign(count=counts).groupby("authority", sort=True):
        targets = [
            (int(rng.integers(low, min(high, terms.AGE_MAX) + 1)), str(care))
            for age, care, count in zip(cells["age"], cells["care"], cells["count"], strict=True)
            for low, high in [_years(age)]
            for _ in range(int(count))
            if low <= terms.AGE_MAX
        ]
        maker.add(str(authority), [targets[place] for place in rng.permutation(len(targets)).tolist()])
    return maker.table()


@cache
def _postcodes(authority: str) -> tuple[str, ...]:
    """Where people live in an authority, sorted."""
    return tuple(map(str, postcodes_of_authorities([authority])["postcode"]))


class _Maker:
    """Children one after another."""

    def __init__(self, rng: np.random.Generator, name: str, donors: pd.DataFrame | None) -> None:
        self.rng, self.name, self.donors = rng, name, donors
        self.rows: list[dict[str, object]] = []
        self.groups = 0

    def add(self, authority: str, targets: list[tuple[int, str]]) -> None:
        """A child for every target (age, kind of care) of an authority."""
        while targets:
            age, care = targets.pop()
            donor = self._donor(authority, age, care)
            if donor is None:
                self._row(authority, age, care, None, "")
                continue
            siblings = self._siblings(donor, targets)
            group = ""
            if siblings:
                self.groups += 1
                group = f"{self.name}-g{self.groups:04d}"
            for borrowed, (years, kind) in [(donor, (age, care)), *siblings]:
                self._row(authority, years, kind, borrowed, group)

    def _donor(self, authority: str, age: int, care: str) -> int | None:
        if self.donors is None or self.donors.empty:
            return None
        own = (self.donors["authority"] == authority).to_numpy()
        alike = (self.donors[care] == terms.PREFERRED).to_numpy()
        for pool in (own & alike, own, alike):
            if pool.any():
                apart = np.where(pool, np.abs(self.donors["age"].to_numpy() - age), 99)
                return int(self.rng.choice(np.flatnonzero(apart == apart.min())))
        return None

    def _siblings(self, donor: int, targets: list[tuple[int, str]]) -> list[tuple[int, tuple[int, str]]]:
        """The donor's brothers and sisters, each with the target taken for it."""
        if self.donors is None or not self.donors["sibling_group"][donor]:
            return []
        same = self.donors["sibling_group"] == self.donors["sibling_group"][donor]
        taken = []
        for row in np.flatnonzero(same).tolist():
            if row == donor or not targets:
                continue
            apart = [abs(age - int(self.donors["age"][row])) for age, _ in targets]
            nearest = int(np.argmin(apart))
            if apart[nearest] <= NEAR_YEARS:
                taken.append((row, targets.pop(nearest)))
        return taken

    def _row(self, authority: str, age: int, care: str, donor: int | None, group: str) -> None:
        suits: dict[str, object] = {
            column: terms.SUITABLE if column in ALSO_SUITABLE[care] else terms.UNSUITABLE
            for column in terms.CARE_COLUMNS
        }
        gender, needs, solo = str(self.rng.choice(["female", "male"])), "", "no"
        home: dict[str, object] = {"home_easting": np.nan, "home_northing": np.nan, "home_postcode": ""}
        if donor is not None and self.donors is not None:
            borrowed = self.donors.iloc[donor]
            suits |= {
                column: borrowed[column]
                for column in terms.CARE_COLUMNS
                if borrowed[column] != terms.PREFERRED
            }
            gender, needs = str(borrowed["gender"]), ";".join(borrowed["needs"])
            solo = "yes" if borrowed["solo"] and not group else "no"
            if borrowed["authority"] == authority:
                home |= {name: float(borrowed[name]) for name in ("home_easting", "home_northing")}
        if np.isnan(float(str(home["home_easting"]))):
            home["home_postcode"] = self._postcode(authority)
        if age < terms.AGE_OF_SUPPORTED_ACCOMMODATION:
            suits["supported_accommodation"] = terms.UNSUITABLE
            care = "foster_care" if care == "supported_accommodation" else care
        suits[care] = terms.PREFERRED
        self.rows.append(
            {
                "child_id": f"{self.name}-{len(self.rows) + 1:05d}",
                "authority": authority,
                **home,
                "age": age,
                "gender": gender,
                "needs": needs,
                **suits,
                "sibling_group": group,
                "solo": solo,
            }
        )

    def _postcode(self, authority: str) -> str:
        pool = _postcodes(authority)
        if not pool:
            fault = Fault(ENTRANTS, 0, "authority", f"no postcode of {authority} is known", "GSS codes")
            raise InputError(f"the children of {authority} cannot be given homes", [fault])
        return pool[int(self.rng.integers(len(pool)))]

    def table(self) -> pd.DataFrame:
        """All of them."""
        columns = [
            "child_id",
            "authority",
            "home_easting",
            "home_northing",
            "home_postcode",
            "age",
            "gender",
            "needs",
        ]
        return pd.DataFrame(self.rows, columns=[*columns, *terms.CARE_COLUMNS, "sibling_group", "solo"])
