"""The verifier's own look-up of postcodes agrees to the digit with the pack's."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimiser.pack.postcodes import points_from_postcodes
from optimiser.verification.postcodes import point_of_postcode

CODES = (
    "NE8 1HH", "ne81hh", " Ne8  1hH ", "NE8 1", "NE81", "NE8", "NE1", "NE1 4", "NE14", "M14 5", "M14", "M1",
    "M1 1", "M11", "BT1 1AA", "BT1", "NE99 9", "", " ", "1AA", "QQ1 1QQ", "NE8 1HHX", "NE8 1H", "É1", "N",
    "NE8  1", "N E81HH", "NE8 1 HH", "W1A",
)  # fmt: skip


def test_the_same_points_as_the_pack() -> None:
    table = points_from_postcodes(pd.Series(CODES, dtype="str"))
    for code, (east, north, precision) in zip(CODES, table.itertuples(index=False), strict=True):
        point = point_of_postcode(code)
        if np.isnan(east):
            assert point is None, code
        else:
            assert point == (east, north, precision), code
    assert int(table["easting"].notna().sum()) > 12
