"""One table of one file of a return: cells of text, before anything is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.coded import Coded, Flags, blank_column
from optimiser.demand.returns import DEPARTMENT, PLATFORM, PLATFORM_COLUMNS


@dataclass(frozen=True)
class TableFile:
    """`columns`: stripped cells by column, in file order. `rows`: where they stand, as a spreadsheet shows
    it.

    `mended`: rows whose number of cells was put right. `spoilt`: rows that could not be split into cells, as
    (row, kind, what), and are in no column. `notes`: (column, kind, what) on the file as a whole.
    """

    file: str
    table: str
    columns: Mapping[str, Coded]
    rows: NDArray[np.int32]
    mended: Flags
    spoilt: tuple[tuple[int, str, str], ...] = ()
    notes: tuple[tuple[str, str, str], ...] = field(default=())

    def without_cells(self) -> TableFile:
        """The file without its rows' cells, which take as much memory as everything made of them."""
        named = {name: blank_column(0) for name in PLATFORM_COLUMNS if name in self.columns}
        return replace(self, columns=named)

    @property
    def form(self) -> str:
        """The Department's form, or a regional platform's, which says authority and year in every row."""
        return PLATFORM if all(column in self.columns for column in PLATFORM_COLUMNS) else DEPARTMENT
