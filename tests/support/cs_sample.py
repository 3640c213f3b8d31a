"""Five years of synthetic returns that the registry package `cs-demand-model` 0.5.1 carries: its files, not
its code."""

from __future__ import annotations

import csv
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path

from support.published_by_hand import Head, Row

YEARS = range(2017, 2022)


def sample_zip() -> Path:
    """The zip of the returns, a folder a year. The module is found, and not imported."""
    return _folder() / "v1.zip"


def _folder() -> Path:
    found = find_spec("cs_demand_model_samples")
    assert found is not None, "the test dependency cs-demand-model is not installed"
    assert found.origin is not None
    return Path(found.origin).parent


def _date(text: str) -> date | None:
    return datetime.strptime(text, "%d/%m/%Y").date() if text else None


def sample_rows() -> tuple[list[Row], list[Head]]:
    """The rows of Episodes and Header of every year, read on their own."""
    rows: list[Row] = []
    heads: list[Head] = []
    for year in YEARS:
        with (_folder() / "combined" / f"{year}-episodes.csv").open(newline="") as file:
            for cells in csv.DictReader(file):
                dates = _date(cells["DECOM"]), _date(cells["DEC"])
                rows.append(Row(cells["CHILD"], *dates, cells["RNE"], cells["PLACE"], year))
        with (_folder() / "combined" / f"{year}-header.csv").open(newline="") as file:
            heads += [Head(cells["CHILD"], _date(cells["DOB"]), year) for cells in csv.DictReader(file)]
    return rows, heads
