"""A folder of futures: futures.csv, and a children.csv for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from optimiser.commissioning.futures_from_forecast import ENTRANTS, drawn_children, quarters_from_forecast
from optimiser.commissioning.futures_from_pack import bootstrapped_children
from optimiser.errors import InputError
from optimiser.pack.folder import write_folder
from optimiser.pack.pack import Pack
from optimiser.pack.tables import CHILDREN, FUTURES
from optimiser.pack.write import csv_bytes

MOST_FUTURES = 1000


@dataclass(frozen=True)
class Drawn:
    """One future: its date, its children as children.csv has them."""

    on: date
    children: pd.DataFrame


def drawn_from_pack(pack: Pack, *, count: int, seed: int) -> list[Drawn]:
    """`count` quarters like the pack's, at the date of its data; see `bootstrapped_children`."""
    tables = bootstrapped_children(pack, count=count, seed=seed)
    return [Drawn(pack.region.as_at, table) for table in tables]


def drawn_from_forecast(folder: Path, pack: Pack | None, *, count: int, seed: int) -> list[Drawn]:
    """`count` quarters of the forecast, its quarters in turn, each at its first day; see `drawn_children`."""
    quarters = quarters_from_forecast(folder)
    drawn = []
    for index in range(count):
        quarter = quarters[index % len(quarters)]
        children = drawn_children(quarter, pack, seed=seed, index=index)
        drawn.append(Drawn(date.fromisoformat(quarter.begins), children))
    return drawn


def is_forecast(folder: Path) -> bool:
    """The folder is one that `optimiser forecast` wrote."""
    return (folder / ENTRANTS).is_file()


def files_of_futures(drawn: Sequence[Drawn]) -> dict[str, bytes]:
    """futures.csv, each future weighing the same, and `f01/children.csv` and so on."""
    if not 1 <= len(drawn) <= MOST_FUTURES:
        raise InputError(f"{len(drawn)} futures; accepted: 1 to {MOST_FUTURES:,}")
    width = max(2, len(str(len(drawn))))
    names = [f"f{number:0{width}d}" for number in range(1, len(drawn) + 1)]
    dates = [each.on.isoformat() for each in drawn]
    files = {FUTURES: csv_bytes(pd.DataFrame({"folder": names, "date": dates, "weight": 1}))}
    return files | {
        f"{name}/{CHILDREN}": csv_bytes(each.children) for name, each in zip(names, drawn, strict=True)
    }


def write_futures(out: Path, drawn: Sequence[Drawn]) -> None:
    """Writes the folder whole or not at all; raises `InputError` where `out` exists or cannot be written."""
    write_folder(out, files_of_futures(drawn))
