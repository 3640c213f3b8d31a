"""An import of Ofsted's register as the folder of a pack, with its licence and what it assumes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from optimiser.pack.ofsted import Import
from optimiser.pack.readme import DIRECTORY, OFSTED, readme_text
from optimiser.pack.region import Region
from optimiser.pack.tables import CHILDREN, COLUMNS
from optimiser.pack.write import write_pack


def import_readme(result: Import, region: Region) -> str:
    """README.md: what is real and what is assumed, and what became of every row."""
    return readme_text(
        f"{region.name} (homes of Ofsted's register)",
        [
            f"Real homes, **not synthetic**, of {len(region.authorities)} authorities at {region.as_at}. "
            "What the register does not say is assumed, as below and in the columns `location`, "
            "`places_source`, `vacancies_source` and `weekly_cost_source`. children.csv has a header only.",
            result.assumptions,
            "Rows that are not used stand in set_aside.csv, each with its reason.",
            [str(count) for count in result.files],
        ],
        [OFSTED, DIRECTORY],
    )


def write_import(result: Import, *, out: Path, region: Region) -> None:
    """Write provision.csv, region.toml, set_aside.csv, README.md, and a children.csv of a header only:
    every column of the contract.

    InputError where `out` exists already or cannot be written; then nothing is written.
    """
    write_pack(
        out,
        region=region,
        tables={
            "children": pd.DataFrame(columns=list(COLUMNS[CHILDREN]), dtype="str"),
            "provision": result.provision,
            "set_aside": result.set_aside,
        },
        readme=import_readme(result, region),
    )
