"""Where a child can stand: five age bands by category of placement, as the published method draws them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand.codes import CATEGORIES, CATEGORY_OF_PLACE

BANDS: Final = ("<1", "1 to <5", "5 to <10", "10 to <16", "16+")
BAND_BIRTHDAYS: Final = (1, 5, 10, 16)
"""The birthdays, in years, on which a child passes from one band to the next."""
STATES: Final = tuple((band, category) for band in BANDS for category in CATEGORIES)
"""Band by band; the state's number is band × 4 + category."""

KINSHIP: Final = "Kinship"
FOSTER_CARERS: Final = "Foster carers"
KINDS: Final = (KINSHIP, FOSTER_CARERS, "Residential", "Supported", "Other")
"""Our own categories: Fostering in two, with relatives or friends (U1–U3) and with other carers (U4–U6)."""
_RELATIVES = ("U1", "U2", "U3")


def category_of_rows(places: pd.Series[str]) -> NDArray[np.int64]:
    """The number in `CATEGORIES` of every row's PLACE code; Other where it is blank or unknown."""
    return _of_rows(places, [_category(code) for code in _codes(places)], other=len(CATEGORIES) - 1)


def kind_of_rows(places: pd.Series[str]) -> NDArray[np.int64]:
    """The number in `KINDS` of every row's PLACE code; Other where it is blank or unknown."""
    kinds = []
    for code in _codes(places):
        category = _category(code)
        kinds.append((0 if code in _RELATIVES else 1) if category == 0 else category + 1)
    return _of_rows(places, kinds, other=len(KINDS) - 1)


def _codes(places: pd.Series[str]) -> list[str]:
    return [str(code) for code in places.cat.categories]


def _category(code: str) -> int:
    return CATEGORIES.index(CATEGORY_OF_PLACE.get(code, CATEGORIES[-1]))


def _of_rows(places: pd.Series[str], numbers: list[int], *, other: int) -> NDArray[np.int64]:
    """A number by code; the code -1 of a blank cell picks the last of the list."""
    return np.array([*numbers, other], dtype=np.int64)[places.cat.codes.to_numpy()]
