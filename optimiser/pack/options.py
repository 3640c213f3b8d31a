"""options.csv: what could be opened or recruited, and each unit of it as a provision of its own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
import pandas as pd

from optimiser.errors import Fault
from optimiser.pack import cells
from optimiser.pack.provision import offered_from_cells
from optimiser.pack.tables import PROVISION, Table

UNIT_MARK = "#"
"""Between the option and the number of its unit: `option_id#1`."""


def unit_id(option_id: str, number: int) -> str:
    """The provision_id of a unit; units are counted from 1.

    >>> unit_id("teenagers", 2)
    'teenagers#2'
    """
    return f"{option_id}{UNIT_MARK}{number}"


def options_from_cells(table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """The options as `Pack.options` has them, but indexed by spreadsheet row; and every contradiction."""
    options, faults = offered_from_cells(table, "option_id")
    written = table.cells
    options["max_units"] = cells.whole_numbers(written["max_units"], 0)
    options["capital_cost"] = cells.numbers(written["capital_cost"])
    options["standing_cost"] = cells.numbers(written["standing_cost"]).fillna(0.0)
    options["opens"] = written["opens"]
    return options, faults


def faults_of_units(table: Table, options: pd.DataFrame, provision_ids: Collection[str]) -> list[Fault]:
    """An option of which a unit would have the name of a provision."""
    names: dict[str, list[tuple[int, str]]] = {}
    for name in provision_ids:
        stem, mark, number = name.rpartition(UNIT_MARK)
        if mark and number.isdecimal() and number == str(int(number)):
            names.setdefault(stem, []).append((int(number), name))
    taken: dict[int, str] = {}
    columns = options["option_id"].tolist(), options["max_units"].tolist()
    for row, option, most in zip(options.index.tolist(), *columns, strict=True):
        for unit, name in names.get(option, []):
            if 1 <= unit <= most:
                taken.setdefault(row, name)
    rows = pd.Series(options.index.isin(list(taken)), index=options.index)
    return table.faults(
        rows,
        "option_id",
        lambda row: f"a unit of it would be called {taken[row]}, which {PROVISION} has already",
        "an option_id whose units no provision is named after",
        reads=["max_units"],
    )


def units_from_options(options: pd.DataFrame, on: date | None = None) -> pd.DataFrame:
    """One provision for each unit that can take children `on` that day (None: whenever it opens).

    `options`: as `Pack.options`. Columns: those of `Pack.provision`, all places vacant; then `option_id`,
    `unit` (from 1), `capital_cost` (£), `standing_cost` (£ a week). In the order of the options.
    """
    there = options
    if on is not None:
        there = options[(options["opens"] == "") | (options["opens"] <= on.isoformat())]
    counts = there["max_units"].to_numpy()
    rows = np.repeat(np.arange(len(there)), counts)
    units = there.iloc[rows].reset_index(drop=True)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    names = [unit_id(option, n) for option, n in zip(units["option_id"], number.tolist(), strict=True)]
    units.insert(0, "provision_id", pd.Series(names, index=units.index, dtype="str"))
    units.insert(list(units.columns).index("places") + 1, "vacancies", units["places"])
    units["held_by"] = pd.Series("", index=units.index, dtype="str")
    kept = ["option_id", "capital_cost", "standing_cost"]
    costs = units[kept]
    units = units.drop(columns=[*kept, "max_units", "opens"])
    units["option_id"] = costs["option_id"]
    units["unit"] = number
    units["capital_cost"] = costs["capital_cost"]
    units["standing_cost"] = costs["standing_cost"]
    return units


def provision_with_units(
    provision: pd.DataFrame, options: pd.DataFrame, on: date | None = None
) -> pd.DataFrame:
    """The provision there is, then every unit that can take children `on` that day; columns as
    `Pack.provision`."""
    units = units_from_options(options, on)
    return pd.concat([provision, units[list(provision.columns)]], ignore_index=True)
