"""A pack written as a folder, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser.errors import Fault, InputError
from optimiser.pack.policy import Policy
from optimiser.pack.policy_file import POLICY, policy_to_toml
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


def _write_files(
    folder: Path, region: Region, tables: Mapping[str, pd.DataFrame], policy: Policy | None
) -> None:
    (folder / REGION).write_text(region_to_toml(region), encoding="utf-8", newline="\n")
    for name, table in tables.items():
        path = folder / f"{name.removesuffix('.csv')}.csv"
        cells_from_table(table).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    if policy is not None:
        (folder / POLICY).write_text(policy_to_toml(policy), encoding="utf-8", newline="\n")
    for drawn in (region.boundaries, region.roads):
        if drawn is not None:
            shutil.copyfile(drawn, folder / drawn.name)


def write_pack(
    folder: Path, *, region: Region, tables: Mapping[str, pd.DataFrame], policy: Policy | None = None
) -> None:
    """Write a pack: region.toml, one CSV per table ("children" → children.csv), policy.toml where given.

    The files that draw the region are copied beside them. The folder is built under another name and then
    renamed, so that it is there whole or not at all; InputError where it exists already or cannot be written.
    """
    if folder.exists() or folder.is_symlink():
        fault = Fault(folder.name, 0, "", "the folder exists already", "a name that is free")
        raise InputError(f"{folder} exists already: choose another name or remove it", [fault])
    building: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{folder.name}.partial-", dir=folder.parent))
        _write_files(building, region, tables, policy)
        building.chmod(0o755)
        os.rename(building, folder)
        building = None
    except OSError as error:
        fault = Fault(
            folder.name, 0, "", f"the folder cannot be written ({error.strerror})", "a folder one may write"
        )
        raise InputError(f"{folder} cannot be written ({error.strerror})", [fault]) from error
    finally:
        if building is not None:
            shutil.rmtree(building, ignore_errors=True)
