"""Makes data/synthetic-returns: `python data/make_returns.py`, the same bytes every time. Nobody is real.

Five years of three authorities in a regional platform's form: children who enter, move, grow and leave by
chance, from rates of the order England has (tests/support/histories.py), with rows that have something wrong.
"""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from support.histories import spells_from_truth, truth

from optimiser.demand.days import NEVER, date_from_day, day_from_date
from optimiser.demand.spells import Spells
from optimiser.pack.postcodes import postcodes_of_authorities

ROOT = Path(__file__).parents[1]
SEED = 2025
AUTHORITIES = {"E08000023": "South Tyneside", "E08000024": "Sunderland", "E08000037": "Gateshead"}
YEARS = range(2021, 2026)
ENTRIES_A_YEAR = 40.0
PLACES = (("U3", "U1"), ("U6", "U4", "U4"), ("K2",), ("H5", "K3"), ("P1", "A5"))
"""By our kinds: kinship, foster carers, residential, supported (K3 from 2024/25), other."""
PROVIDERS = (("PR1",), ("PR1", "PR4"), ("PR4", "PR4", "PR1"), ("PR4", "PR5"), ("PR0", "PR1"))
ETHNICITIES = ("WBRI", "WBRI", "WBRI", "WBRI", "MWAS", "BAFR", "APKN", "WOTH")
COLUMNS = (
    *("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC"),
    *("REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN", "LA", "YEAR"),
)
FAULTS = (
    ("DECOM", ""),
    ("PLACE", "U9"),
    ("DEC", "2019-02-30"),
    ("PL_POST", "NO POST"),
    ("LS", ""),
    ("REC", ""),
    ("CHILD", ""),
    ("PLACE", "u6"),
    ("DECOM", "3/7/23"),
    ("URN", "12AB"),
)
"""What is put into one row each: column and cell."""


def main() -> None:
    """Writes episodes.csv, header.csv and uasc.csv."""
    random = np.random.default_rng(SEED)
    known = truth(random, authorities=len(AUTHORITIES), entries=ENTRIES_A_YEAR, level=_level)
    first, last = date(YEARS[0] - 1, 4, 1), date(YEARS[-1], 3, 31)
    spells = spells_from_truth(known, random, first=first, last=last)
    pool = postcodes_of_authorities(AUTHORITIES)
    sectors = {
        code: sorted(
            {f"{text[:-3].strip()} {text[-3]}" for text in pool["postcode"][pool["authority"] == code]}
        )
        for code in AUTHORITIES
    }
    episodes = _with_faults(_episodes(spells, random, sectors))
    header, uasc = _people(spells, random, episodes)
    folder = Path(__file__).parent / "synthetic-returns"
    folder.mkdir(exist_ok=True)
    for name, rows in (("episodes", episodes), ("header", header), ("uasc", uasc)):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _level(days: NDArray[np.int64]) -> NDArray[np.float64]:
    """Entries grow by four in a hundred a year, and are highest in winter."""
    years = (days - day_from_date(date(2020, 4, 1))) / 365.25
    found: NDArray[np.float64] = 1.04**years * (1 + 0.15 * np.cos(2 * np.pi * (years - 0.75)))
    return found


def _child(spells: Spells, at: int) -> str:
    code = list(AUTHORITIES)[spells.authority[at]]
    return f"{100_000 + spells.children[at]}_{code}"


def _episodes(spells: Spells, random: Generator, sectors: dict[str, list[str]]) -> list[dict[str, str]]:
    """One row for each return of a year in which the episode was open."""
    rows: list[dict[str, str]] = []
    homes: dict[str, str] = {}
    for at in range(len(spells.children)):
        code = list(AUTHORITIES)[spells.authority[at]]
        child = _child(spells, at)
        home = homes.setdefault(child, str(random.choice(sectors[code])))
        near = sectors[str(random.choice(list(AUTHORITIES)))] if random.random() < 0.4 else sectors[code]
        kind, start, end = int(spells.kinds[at]), int(spells.starts[at]), int(spells.ends[at])
        place = str(random.choice(PLACES[kind]))
        if kind == 3:
            place = "K3" if start >= day_from_date(date(2024, 4, 1)) else "H5"
        alike = PLACES[4].index(place) if kind == 4 else int(random.integers(len(PROVIDERS[kind])))
        row = {
            "CHILD": child,
            "DECOM": str(date_from_day(start)),
            "RNE": "S" if spells.enters[at] else str(random.choice(["P", "B"])),
            "LS": str(random.choice(["C1", "C2", "C2", "V2"] if place != "P1" else ["C1", "C2"])),
            "CIN": str(random.choice(["N1", "N1", "N5", "N8"])),
            "PLACE": place,
            "PLACE_PROVIDER": PROVIDERS[kind][alike],
            "HOME_POST": home,
            "PL_POST": home if place == "P1" else str(random.choice(near)),
            "URN": "" if place == "P1" else str(1_000_000 + int(random.integers(400))),
            "LA": AUTHORITIES[code],
        }
        opens, closes = _closing(start), min(_closing(min(end, day_from_date(date(2030, 1, 1)))), YEARS[-1])
        for year in range(max(opens, YEARS[0]), closes + 1):
            ended = end != NEVER and end <= day_from_date(date(year, 3, 31))
            goes_on = spells.next_kinds[at] < 5
            rows.append(
                dict.fromkeys(COLUMNS, "")
                | row
                | {
                    "DEC": str(date_from_day(end)) if ended else "",
                    "REC": ("X1" if goes_on else _reason(spells, at)) if ended else "",
                    "REASON_PLACE_CHANGE": "CARPL" if ended and goes_on else "",
                    "YEAR": str(year),
                }
            )
    return sorted(rows, key=lambda each: (each["YEAR"], each["LA"], each["CHILD"], each["DECOM"]))


def _reason(spells: Spells, at: int) -> str:
    """E4A or E48, and E5 for those who leave at 18."""
    grown = spells.ends[at] - spells.births[at] >= 18 * 365
    return "E5" if grown else ("E4A", "E48")[int(spells.children[at]) % 2]


def _closing(day: int) -> int:
    """The year of the 31 March on or after the day."""
    when = date_from_day(day)
    return when.year + (when.month > 3)


def _with_faults(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Some rows far apart with something wrong, and one that stands twice."""
    found = [dict(row) for row in rows]
    for number, (column, cell) in enumerate(FAULTS):
        found[(number + 1) * len(found) // (len(FAULTS) + 2)][column] = cell
    return [*found, found[-1]]


def _people(
    spells: Spells, random: Generator, episodes: list[dict[str, str]]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """A row for each child and year; every thirtieth child of 16 and over is unaccompanied."""
    births = {_child(spells, at): int(spells.births[at]) for at in range(len(spells.children))}
    sexes = {child: str(random.choice(["F", "M"])) for child in births}
    origins = {child: str(random.choice(ETHNICITIES)) for child in births}
    pairs = sorted({(row["YEAR"], row["LA"], row["CHILD"]) for row in episodes if row["CHILD"] in births})
    header = []
    for year, authority, child in pairs:
        born = date_from_day(births[child]).replace(day=1)
        sex = sexes[child] if int(year) >= 2025 else {"M": "1", "F": "2"}[sexes[child]]
        header.append(
            {
                "CHILD": child,
                "SEX": sex,
                "DOB": str(born),
                "ETHNIC": origins[child],
                "UPN": "",
                "MOTHER": "0",
                "MC_DOB": "",
                "LA": authority,
                "YEAR": year,
            }
        )
    alone = {row["CHILD"] for row in episodes if row["PLACE"] in ("H5", "K3")}
    uasc = [
        {
            **{name: row[name] for name in ("CHILD", "SEX", "DOB")},
            "DUC": "",
            "LA": row["LA"],
            "YEAR": row["YEAR"],
        }
        for row in header
        if row["CHILD"] in alone and int(row["CHILD"].split("_")[0]) % 3 == 0
    ]
    return header, uasc


if __name__ == "__main__":
    main()
