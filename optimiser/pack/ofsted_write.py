"""An import of Ofsted's register as the folder of a pack, with its licence and what it assumes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from optimiser.pack.ofsted import Import
from optimiser.pack.region import Region
from optimiser.pack.write import write_pack

CHILDREN_HEADER: Final = (
    "child_id",
    "authority",
    "home_postcode",
    "age",
    "gender",
    "needs",
    "foster_care",
    "residential_care",
    "supported_accommodation",
    "sibling_group",
    "solo",
    "school_postcode",
)

SOURCE: Final = (
    (
        "source",
        "Ofsted, Children's social care in England: providers and places; supported accommodation premises",
    ),
    ("source of postcodes", "ONS Postcode Directory, November 2025"),
    ("licence", "Open Government Licence v3.0"),
    ("attribution", "Contains public sector information licensed under the Open Government Licence v3.0"),
    ("attribution", "Contains OS data © Crown copyright and database right 2025"),
    ("attribution", "Contains Royal Mail data © Royal Mail copyright and database right 2025"),
    ("attribution", "Source: Office for National Statistics licensed under the Open Government Licence v3.0"),
)


def source_table(result: Import) -> pd.DataFrame:
    """`item` and `value`: source, licence, attribution, the rows of each file, what is assumed."""
    rows = [
        (
            count.file,
            f"{count.rows_read} rows read = {count.rows_used} used + {count.rows_set_aside} set aside",
        )
        for count in result.files
    ]
    assumed = [("assumption", sentence) for sentence in result.assumptions]
    return pd.DataFrame([*SOURCE, *rows, *assumed], columns=["item", "value"], dtype="str")


def write_import(result: Import, *, out: Path, region: Region) -> None:
    """Write provision.csv, region.toml, set_aside.csv, source.csv, and a children.csv of a header only.

    InputError where `out` exists already or cannot be written; then nothing is written.
    """
    write_pack(
        out,
        region=region,
        tables={
            "children": pd.DataFrame(columns=list(CHILDREN_HEADER), dtype="str"),
            "provision": result.provision,
            "set_aside": result.set_aside,
            "source": source_table(result),
        },
    )
