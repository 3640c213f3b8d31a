"""The door: a region pack's folder, parsed whole, or every fault of every file at once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from optimiser.errors import Fault, InputError
from optimiser.pack.children import children_from_cells
from optimiser.pack.commission import Commission
from optimiser.pack.commission_file import COMMISSION, commission_from_toml
from optimiser.pack.csv_file import csv_from_bytes, csv_from_file
from optimiser.pack.faults import in_order
from optimiser.pack.options import faults_of_units, options_from_cells
from optimiser.pack.pack import Pack
from optimiser.pack.policy import Policy
from optimiser.pack.policy_file import POLICY, PolicyFile, policy_file_from_toml
from optimiser.pack.provision import provision_from_cells
from optimiser.pack.region import Region
from optimiser.pack.region_file import REGION, region_from_toml
from optimiser.pack.relations import (
    faults_of_members,
    faults_of_named,
    faults_of_siblings,
    incompatible_pairs,
)
from optimiser.pack.tables import (
    CHILDREN,
    COLUMNS,
    INCOMPATIBLE,
    OPTIONS,
    PROVISION,
    Table,
    table_from_csv,
)

ORDER = (REGION, CHILDREN, PROVISION, INCOMPATIBLE, OPTIONS, POLICY, COMMISSION)
_NO_PAIRS = {"child_a": pd.Series(dtype="str"), "child_b": pd.Series(dtype="str")}


def _table(folder: Path, file: str) -> tuple[Table | None, list[Fault]]:
    """A table of the folder against its schema; None where it is not there or is no CSV."""
    csv, faults = csv_from_file(folder / file, file)
    if csv is None:
        return None, faults
    table, cell_faults = table_from_csv(csv)
    return table, faults + cell_faults


def _files(folder: Path, region: Region, policy: Path | None, *, commissioning: bool) -> dict[str, Path]:
    """The name of every input file → its path."""
    files = {name: folder / name for name in (REGION, CHILDREN, PROVISION)}
    for name in (INCOMPATIBLE, *((OPTIONS, COMMISSION) if commissioning else ())):
        if (folder / name).exists():
            files[name] = folder / name
    if policy is not None:
        files[POLICY] = policy
    for drawn in (region.boundaries, region.roads):
        if drawn is not None:
            files[drawn.name] = drawn
    return files


def finished(table: pd.DataFrame) -> pd.DataFrame:
    """The table without its spreadsheet rows, its text columns of pandas' `str`; lists stay tuples."""
    lists = [name for name in ("needs", "skills", "named_children") if name in table]
    columns = {
        name: column.astype("str") if column.dtype == object and name not in lists else column
        for name, column in table.items()
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def _options(
    folder: Path, children: Table | None, provision: pd.DataFrame | None
) -> tuple[pd.DataFrame, list[Fault]]:
    """The options, none where there is no file, and every fault of them."""
    if (folder / OPTIONS).exists():
        table, faults = _table(folder, OPTIONS)
    else:
        empty, _ = csv_from_bytes(OPTIONS, ",".join(COLUMNS[OPTIONS]).encode())
        if empty is None:
            return pd.DataFrame(), []
        table, faults = table_from_csv(empty)
    if table is None:
        return pd.DataFrame(), faults
    options, option_faults = options_from_cells(table)
    faults += option_faults
    if children is not None:
        faults += faults_of_named(table, options["named_children"], children)
    if provision is not None:
        faults += faults_of_units(table, options, provision["provision_id"].tolist())
    return options, faults


def read_pack(folder: Path, *, policy: Path | None = None, commissioning: bool = False) -> Pack:
    """The pack in `folder`, complete and without a fault; `policy` takes the place of its policy.toml.

    With `commissioning` its options.csv and commission.toml are read too, where they are there.

    Raises InputError with every fault of every file, warnings among them. A pack with warnings alone is read,
    and carries them.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        accepted = f"a folder with {REGION}, {CHILDREN} and {PROVISION}"
        fault = Fault(folder.name, 0, "", f"the pack {what}", accepted)
        raise InputError(f"no pack: {folder} {what}", [fault])

    region, as_at, faults = region_from_toml(folder / REGION)
    child_table, child_faults = _table(folder, CHILDREN)
    provision_table, provision_faults = _table(folder, PROVISION)
    faults = faults + child_faults + provision_faults

    policy_path = policy if policy is not None or not (folder / POLICY).exists() else folder / POLICY
    chosen = PolicyFile(Policy(), None)
    if policy_path is not None:
        chosen, policy_faults = policy_file_from_toml(policy_path)
        faults += policy_faults

    children = provision = pairs = None
    if child_table is not None:
        children, child_faults = children_from_cells(child_table, as_at)
        faults += child_faults + faults_of_siblings(child_table)
    if provision_table is not None:
        provision, provision_faults = provision_from_cells(provision_table)
        faults += provision_faults
        if child_table is not None:
            faults += faults_of_named(provision_table, provision["named_children"], child_table)
    pairs = pd.DataFrame(_NO_PAIRS)
    if (folder / INCOMPATIBLE).exists():
        pair_table, pair_faults = _table(folder, INCOMPATIBLE)
        faults += pair_faults
        if pair_table is not None and child_table is not None:
            pairs, pair_faults = incompatible_pairs(pair_table, child_table)
            faults += pair_faults
    if region is not None:
        faults += chosen.faults_of_members(region.codes)
        if child_table is not None:
            faults += faults_of_members(child_table, "authority", region.codes)
        if provision_table is not None:
            faults += faults_of_members(provision_table, "held_by", region.codes)

    options = commission = None
    if commissioning:
        options, option_faults = _options(folder, child_table, provision)
        faults += option_faults
        commission = Commission()
        if (folder / COMMISSION).exists():
            commission, commission_faults = commission_from_toml(folder / COMMISSION)
            faults += commission_faults

    faults = in_order(faults, ORDER)
    stopping = sum(not fault.warning for fault in faults)
    if stopping or region is None or children is None or provision is None:
        raise InputError(f"{folder}: {stopping} fault{'s' if stopping != 1 else ''} in the pack", faults)
    return Pack(
        folder=folder,
        region=region,
        policy=chosen.policy,
        children=finished(children),
        provision=finished(provision),
        incompatible=pairs,
        files=_files(folder, region, policy_path, commissioning=commissioning),
        warnings=tuple(faults),
        options=None if options is None else finished(options),
        commission=commission,
    )
