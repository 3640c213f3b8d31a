"""Points of a table: coordinates where they are given, and else the postcode's; and how fine they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.errors import Fault
from optimiser.pack.cells import numbers
from optimiser.pack.pack import Pack
from optimiser.pack.postcodes import points_from_postcodes
from optimiser.pack.tables import Table

_ACCEPTED_POSTCODE = (
    "a postcode of Great Britain, a sector such as M14 5 or an outward code such as M14; or coordinates"
)


def points_from_cells(table: Table, prefix: str, *, required: bool) -> tuple[pd.DataFrame, list[Fault]]:
    """Easting, northing (metres, EPSG:27700) and precision of `{prefix}easting` and its fellows.

    Coordinates win over a postcode. NaN, NaN and "" where there is neither, which is a fault where the point
    is required; so are half a coordinate and an unknown postcode.
    """
    east, north, post = (f"{prefix}{name}" for name in ("easting", "northing", "postcode"))
    cells = table.cells
    given_east, given_north, given_post = cells[east] != "", cells[north] != "", cells[post] != ""

    accepted = f"{east} and {north}, both or neither"
    faults = table.faults(
        given_east & ~given_north, north, f"{east} is given, but {north} is blank", accepted, reads=[east]
    )
    faults += table.faults(
        given_north & ~given_east, east, f"{north} is given, but {east} is blank", accepted, reads=[north]
    )
    if required:
        neither = ~given_east & ~given_north & ~given_post
        what = f"{east}, {north} and {post} are blank"
        faults += table.faults(neither, post, what, _ACCEPTED_POSTCODE, reads=[east, north])

    points = pd.DataFrame({"easting": numbers(cells[east]), "northing": numbers(cells[north])})
    both = given_east & given_north
    points["precision"] = np.where(both, "coordinates", "")
    asked = ~both & given_post
    if asked.any():
        points.loc[asked] = points_from_postcodes(cells.loc[asked, post])
        faults += table.faults(
            asked & points["easting"].isna(),
            post,
            lambda row: f"{post} is {table.shown(row, post)}, which is not in the directory",
            _ACCEPTED_POSTCODE,
        )
    return points, faults


def point_precision_counts(pack: Pack) -> pd.DataFrame:
    """How many points of the pack rest on coordinates, postcodes, sectors and outward codes.

    Index: home, school, avoid, provision; columns: `terms.PRECISIONS`. A school or a point to avoid that is
    not there counts nowhere.
    """
    precisions = {
        "home": pack.children["home_precision"],
        "school": pack.children["school_precision"],
        "avoid": pack.children["avoid_precision"],
        "provision": pack.provision["precision"],
    }
    columns = list(terms.PRECISIONS)
    counts = [[int((found == name).sum()) for name in columns] for found in precisions.values()]
    return pd.DataFrame(counts, index=list(precisions), columns=columns)


def coarser_precision(one: pd.Series[str], other: pd.Series[str]) -> pd.Series[str]:
    """What the distances between two columns of points rest on: the coarser precision of the two."""
    fineness = {name: index for index, name in enumerate(terms.PRECISIONS)}
    coarser = np.maximum(one.map(fineness).to_numpy(), other.map(fineness).to_numpy())
    return pd.Series([terms.PRECISIONS[index] for index in coarser], index=one.index, dtype="str")
