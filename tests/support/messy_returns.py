"""Rows of returns with all that the published method's cleaning is for, and the files that hold them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from support import published_by_hand as by_hand
from support.published_by_hand import Head, Row

PLACES = ("U1", "U4", "U6", "K2", "P3", "R1", "S1", "H5", "K3", "P2", "P1", "A3", "Z1", "??", None)
RNE = ("S", "P", "L", "T", "U", "B")
EPISODES = ("CHILD", "DECOM", "RNE", "PLACE", "DEC", "REC")


def messy_rows(seed: int, children: int) -> tuple[list[Row], list[Head]]:
    """Returns of three years with all that the cleaning is for: repeats, blanks, overlaps, continuations,
    ties."""
    random = np.random.default_rng(seed)
    first = date(2019, 4, 1)
    rows: list[Row] = []
    heads: list[Head] = []
    for number in range(children):
        child = f"C{number}"
        born = first - timedelta(days=int(random.integers(-300, 6400)))
        if random.random() < 0.1:
            born = date(2012 if random.random() < 0.5 else 2004, 2, 29)
        for year in (2020, 2021, 2022):
            if random.random() < 0.8:
                heads.append(Head(child, None if random.random() < 0.03 else born, year))
        day = max(first - timedelta(days=400), born) + timedelta(days=int(random.integers(0, 700)))
        if random.random() < 0.2:
            day = by_hand.birthday(born, int(random.choice([1, 5, 10, 16])))
        for _ in range(int(random.integers(1, 6))):
            length = int(random.integers(0, 400))
            end: date | None = day + timedelta(days=length)
            if random.random() < 0.15:
                end = None
            if random.random() < 0.15:
                end = by_hand.birthday(born, int(random.choice([5, 10, 16])))
            row = Row(
                None if random.random() < 0.02 else child,
                None if random.random() < 0.02 else day,
                end,
                str(random.choice(RNE)),
                PLACES[int(random.integers(len(PLACES)))],
                int(random.choice([2020, 2021, 2022])),
            )
            rows.append(row)
            if random.random() < 0.3:
                rows.append(Row(row.child, row.decom, None, row.rne, "K2", row.year))
            gap = int(random.choice([0, 0, 0, 0, 5, -30]))
            day = (end or day + timedelta(days=length)) + timedelta(days=gap)
    order = random.permutation(len(rows))
    rows = [
        rows[number]
        for number in order
        if rows[number].decom is None or rows[number].decom < date(2022, 3, 31)
    ]
    heads = [heads[number] for number in random.permutation(len(heads))]
    return rows, heads


def write_return(folder: Path, rows: Sequence[Row], heads: Sequence[Head]) -> None:
    """The rows as the Department's files, a folder a year."""
    folder.mkdir(parents=True)
    for year in sorted({row.year for row in rows} | {head.year for head in heads}):
        (folder / str(year)).mkdir()
        with (folder / str(year) / "episodes.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(EPISODES)
            for row in rows:
                if row.year == year:
                    dates = _text(row.decom), _text(row.dec)
                    writer.writerow([row.child, dates[0], row.rne, row.place, dates[1], ""])
        with (folder / str(year) / "header.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("CHILD", "SEX", "DOB", "ETHNIC"))
            for head in heads:
                if head.year == year:
                    writer.writerow([head.child, "F", _text(head.dob), "WBRI"])


def read_by_hand(*folders: Path) -> tuple[list[Row], list[Head]]:
    """The rows of the files, read with the standard library alone: year by year, folder by folder."""
    rows: list[Row] = []
    heads: list[Head] = []
    years = sorted({place.name for folder in folders for place in folder.iterdir()})
    for place in [folder / year for year in years for folder in folders if (folder / year).is_dir()]:
        with (place / "episodes.csv").open(newline="", encoding="utf-8") as file:
            for cells in csv.DictReader(file):
                dates = _date(cells["DECOM"]), _date(cells["DEC"])
                rows.append(
                    Row(cells["CHILD"] or None, *dates, cells["RNE"], cells["PLACE"], int(place.name))
                )
        with (place / "header.csv").open(newline="", encoding="utf-8") as file:
            heads += [Head(c["CHILD"], _date(c["DOB"]), int(place.name)) for c in csv.DictReader(file)]
    return rows, heads


def _text(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _date(text: str) -> date | None:
    return datetime.strptime(text, "%d/%m/%Y").date() if text else None
