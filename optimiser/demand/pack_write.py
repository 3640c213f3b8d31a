"""A pack from a return as a folder: the children, the quality of the return, and a register's provision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd

from optimiser.demand.pack_from_return import (
    HOME_OF_AUTHORITY,
    HOME_OF_PLACEMENT,
    ChildrenOfReturn,
    Entered,
    children_of_return,
)
from optimiser.demand.quality_file import quality_parts
from optimiser.demand.returns import Return
from optimiser.errors import InputError
from optimiser.pack.csv_file import csv_from_file
from optimiser.pack.provision import provision_from_cells
from optimiser.pack.readme import DIRECTORY, readme_text
from optimiser.pack.region import Region
from optimiser.pack.relations import faults_of_named
from optimiser.pack.tables import CHILDREN, COLUMNS, PROVISION, Table, table_from_csv
from optimiser.pack.write import cells_from_table, write_pack

QUALITY: Final = "quality.csv"


def provision_table(path: Path | None, children: pd.DataFrame) -> pd.DataFrame:
    """The provision.csv of a file or a pack, as it stands; a header alone where there is none.

    A return says nothing of supply. InputError with every fault of the file, and where it names children of
    kinship carers who are not among these.
    """
    if path is None:
        return pd.DataFrame(columns=list(COLUMNS[PROVISION]), dtype="str")
    file = path / PROVISION if path.is_dir() else path
    csv, faults = csv_from_file(file, PROVISION)
    if csv is not None:
        table, cell_faults = table_from_csv(csv)
        provision, more = provision_from_cells(table)
        written = cells_from_table(children[list(COLUMNS[CHILDREN])])
        known = Table(CHILDREN, written, written, written.notna())
        faults += cell_faults + more + faults_of_named(table, provision["named_children"], known)
    stopping = [fault for fault in faults if not fault.warning]
    if stopping or csv is None:
        raise InputError(f"{file} cannot be used", stopping)
    return csv.cells


def _readme(found: Return, made: ChildrenOfReturn, region: Region, entered: Entered | None) -> str:
    """README.md: whose children these are, what is assumed, and what became of every row."""
    chosen = f"whose episode is open on {region.as_at}"
    if entered is not None:
        chosen = f"whose care started from {entered.first} to {entered.last}"
    source = made.children["home_source"]
    miles = pd.to_numeric(made.children["current_miles"]).notna()
    return readme_text(
        f"{region.name} (children of the SSDA903 return)",
        [
            f"The {len(made.children):,} children {chosen}, by the returns of {len(found.years)} years. "
            "**Personal data where the returns are**: keep this folder as you keep them.",
            [
                f"{len(made.set_aside):,} children who are looked after then are not in children.csv: "
                "set_aside.csv says why.",
                f"{int((source == HOME_OF_PLACEMENT).sum()):,} have no home postcode that is known: home is "
                "where they live now (home_source = current_place).",
                f"{int((source == HOME_OF_AUTHORITY).sum()):,} have neither: home is the middle of their "
                "authority's postcodes (home_source = authority).",
                f"{int(miles.sum()):,} have a distance from home today, reckoned as the Department does; it "
                "is blank for unaccompanied children, respite and unknown postcodes.",
                "A return says nothing of needs, suitability, schools and siblings: those columns are blank.",
            ],
            "quality.csv lists everything that is wrong with the rows of the return, and what was done.",
            [str(count) for count in found.sources],
        ],
        [DIRECTORY],
    )


def write_return_pack(
    found: Return,
    *,
    out: Path,
    region: Region,
    as_at: date,
    entered: Entered | None = None,
    provision: Path | None = None,
) -> ChildrenOfReturn:
    """Write children.csv, provision.csv, region.toml (of that date), quality.csv, set_aside.csv and
    README.md.

    InputError where `out` exists already, the returns do not cover the date, or the provision has faults;
    then nothing is written.
    """
    made = children_of_return(found, as_at=as_at, entered=entered)
    dated = replace(region, as_at=as_at)
    write_pack(
        out,
        region=dated,
        tables={
            "children": made.children,
            "provision": provision_table(provision, made.children),
            "set_aside": made.set_aside,
        },
        readme=_readme(found, made, dated, entered),
        others={QUALITY: partial(quality_parts, found.quality)},
    )
    return made
