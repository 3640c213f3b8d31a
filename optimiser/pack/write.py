"""A pack written as a folder, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser.pack.folder import Content, write_folder
from optimiser.pack.policy import Policy
from optimiser.pack.policy_file import POLICY, policy_to_toml
from optimiser.pack.readme import README
from optimiser.pack.region import Region
from optimiser.pack.region_file import REGION, region_to_toml


def _cell(value: object) -> str:
    """A value as the contract's cells have it: blank for none, yes/no, lists by ";", plain decimals."""
    if isinstance(value, (tuple, list, set, frozenset)):
        return ";".join(map(str, value))
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else np.format_float_positional(value, trim="-")
    return "" if value is None or value is pd.NA or value is pd.NaT else str(value)


def cells_from_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table as text cells, column for column, without its index."""
    columns = {str(name): [_cell(value) for value in table[name].tolist()] for name in table.columns}
    return pd.DataFrame(columns, dtype="str")


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as a CSV file of text cells."""
    return cells_from_table(table).to_csv(index=False, lineterminator="\n").encode()


def write_pack(
    folder: Path,
    *,
    region: Region,
    tables: Mapping[str, pd.DataFrame],
    policy: Policy | None = None,
    readme: str | None = None,
    others: Mapping[str, Content] | None = None,
) -> None:
    """Write a pack: region.toml, one CSV per table ("children" → children.csv), copies of the files that draw
    the region, and policy.toml, README.md and files of any other kind where given.

    The folder is there whole or not at all; InputError where it exists already or cannot be written, OSError
    where a file that draws the region cannot be read.
    """
    files: dict[str, Content] = {REGION: region_to_toml(region).encode()}
    files |= {f"{name.removesuffix('.csv')}.csv": csv_bytes(table) for name, table in tables.items()}
    if policy is not None:
        files[POLICY] = policy_to_toml(policy).encode()
    if readme is not None:
        files[README] = readme.encode()
    files |= {drawn.name: drawn.read_bytes() for drawn in (region.boundaries, region.roads) if drawn}
    write_folder(folder, files | dict(others or {}))
