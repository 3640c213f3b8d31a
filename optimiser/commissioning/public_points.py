"""Where an option may be put without giving a child's home away: the middle of a postcode sector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.matching.instance import Floats
from optimiser.pack.postcodes import points_from_postcodes, postcodes_of_authorities

LEAST_POSTCODES = 10
"""Of a sector: fewer are an estate or a single building."""
LEAST_MILES = 0.05
"""From every child's home."""


def sector_points(authorities: Sequence[str], homes: Floats) -> pd.DataFrame:
    """The sectors of these authorities (GSS codes), sorted: sector ("NE8 3"), authority, easting, northing.

    The point is the mean of all postcodes of the sector, which is public and says nothing of the children; a
    sector whose mean is a child's home (`homes`: shape (children, 2), metres) is left out all the same. A
    sector belongs to the authority where most of its postcodes are.
    """
    pool = postcodes_of_authorities(authorities)
    compact = pool["postcode"].str.replace(" ", "")
    pool = pool.assign(sector=compact.str[:-3] + " " + compact.str[-3])
    counts = pool.groupby(["sector", "authority"], sort=True).size().rename("postcodes").reset_index()
    counts = counts.sort_values(["sector", "postcodes", "authority"], ascending=[True, False, True])
    most = counts.drop_duplicates("sector")
    most = most[most["postcodes"] >= LEAST_POSTCODES].reset_index(drop=True)
    at = points_from_postcodes(most["sector"])
    sectors = most[["sector", "authority"]].assign(easting=at["easting"], northing=at["northing"])
    sectors = sectors[at["precision"] == "sector"].reset_index(drop=True)
    near = miles_between(sectors[["easting", "northing"]].to_numpy(), homes).min(axis=1, initial=np.inf)
    return sectors[near >= LEAST_MILES].reset_index(drop=True)


def miles_between(one: Floats, other: Floats) -> Floats:
    """Shape (one, other): straight-line miles between points in metres, shape (n, 2)."""
    apart: Floats = np.hypot(*(one[:, None, :] - other[None, :, :]).transpose(2, 0, 1))
    return apart / terms.METRES_PER_MILE
