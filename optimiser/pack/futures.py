"""Futures: sets of children to be placed, each with a date and a weight, that one plan should serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from optimiser.errors import Fault, InputError
from optimiser.pack.cells import numbers
from optimiser.pack.children import children_from_cells
from optimiser.pack.csv_file import csv_from_file
from optimiser.pack.faults import in_order
from optimiser.pack.options import provision_with_units
from optimiser.pack.pack import Pack
from optimiser.pack.read import finished
from optimiser.pack.relations import faults_of_members, faults_of_siblings
from optimiser.pack.tables import CHILDREN, FUTURES, Table, table_from_csv

ACCEPTED_FOLDER = f"the name of a folder beside {FUTURES} that holds a {CHILDREN}"


@dataclass(frozen=True)
class Future:
    """One set of children to be placed."""

    folder: str
    """Its name; "" for the pack's own children."""
    on: date
    weight: float
    """Above 0; a mean over futures divides by the sum of the weights."""
    children: pd.DataFrame
    """As `Pack.children`; ages are those on the day."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """The name of every file read, as `2027-q1/children.csv` → its path."""


def future_of_pack(pack: Pack) -> Future:
    """The pack's own children at the date of its data: the one future where no others are given."""
    return Future("", pack.region.as_at, 1.0, pack.children)


def read_futures(folder: Path, pack: Pack) -> tuple[Future, ...]:
    """The futures of a folder, in the order of futures.csv; those of weight 0 are left out.

    Raises InputError with every fault of every file. Their authorities are members of the pack's region.
    """
    if not folder.is_dir():
        fault = Fault(folder.name, 0, "", "there is no such folder", f"a folder with {FUTURES}")
        raise InputError(f"no futures: {folder} is not a folder", [fault])
    csv, faults = csv_from_file(folder / FUTURES, FUTURES)
    futures: list[Future] = []
    if csv is not None:
        table, cell_faults = table_from_csv(csv)
        weights = numbers(table.cells["weight"]).fillna(0.0)
        faults += cell_faults + _faults_of_folders(table, folder)
        if not len(table.cells) or (table.sound["weight"].all() and not (weights > 0).any()):
            what = "there is no future with a weight above 0"
            faults.append(Fault(FUTURES, 0, "", what, "at least one row with a weight above 0"))
        for row, name, on, weight in zip(
            table.cells.index.tolist(),
            table.cells["folder"].tolist(),
            table.cells["date"].tolist(),
            weights.tolist(),
            strict=True,
        ):
            if not _is_inside(name) or not on or not (folder / name).is_dir():
                continue
            day = date.fromisoformat(on)
            children, child_faults = _children(folder / name, day, pack.region.codes)
            faults += [replace(fault, file=f"{name}/{fault.file}") for fault in child_faults]
            if children is not None and weight > 0 and row in table.cells.index:
                file = f"{name}/{CHILDREN}"
                futures.append(Future(name, day, weight, children, {file: folder / file}))
    stopping = sum(not fault.warning for fault in faults)
    if stopping:
        raise InputError(
            f"{folder}: {stopping} fault{'s' if stopping != 1 else ''} in the futures",
            in_order(faults, (FUTURES,)),
        )
    return tuple(futures)


def _is_inside(name: str) -> bool:
    return bool(name) and Path(name).name == name and name not in (".", "..")


def _faults_of_folders(table: Table, folder: Path) -> list[Fault]:
    """Names that are no folder beside futures.csv."""
    names = table.cells["folder"]
    wrong = [bool(name) and not (_is_inside(name) and (folder / name).is_dir()) for name in names]
    return table.faults(
        pd.Series(wrong, index=names.index, dtype=bool),
        "folder",
        lambda row: f"folder is {table.shown(row, 'folder')}, and there is no such folder",
        ACCEPTED_FOLDER,
    )


def _children(folder: Path, on: date, codes: Sequence[str]) -> tuple[pd.DataFrame | None, list[Fault]]:
    csv, faults = csv_from_file(folder / CHILDREN, CHILDREN)
    if csv is None:
        return None, faults
    table, cell_faults = table_from_csv(csv)
    children, child_faults = children_from_cells(table, on)
    faults += (
        cell_faults + child_faults + faults_of_siblings(table) + faults_of_members(table, "authority", codes)
    )
    return finished(children), faults


def pack_of_future(pack: Pack, future: Future, options: pd.DataFrame | None = None) -> Pack:
    """The pack with the future's children, and with every unit of the options that is open by then.

    Pairs who must not live together, and the children whom kin would care for, count where the future has
    those child_ids. `options`: as `Pack.options`; None adds no unit.
    """
    known = set(future.children["child_id"])
    provision = pack.provision
    if options is not None:
        provision = provision_with_units(provision, options, future.on)
    named = [tuple(name for name in names if name in known) for names in provision["named_children"]]
    pairs = pack.incompatible
    both = pairs["child_a"].isin(known) & pairs["child_b"].isin(known)
    return replace(
        pack,
        children=future.children,
        provision=provision.assign(named_children=pd.Series(named, index=provision.index, dtype=object)),
        incompatible=pairs[both].reset_index(drop=True),
    )
