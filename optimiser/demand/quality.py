"""The data-quality record of a return: one finding for every thing wrong with a row, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand.coded import Coded, Flags, index_of_texts

USED: Final = "used"
REPAIRED: Final = "repaired"
SET_ASIDE: Final = "set aside"
ACTIONS: Final = (USED, REPAIRED, SET_ASIDE)
"""What becomes of a row, from the mildest: used as it stands, used after a repair, not used."""

QUALITY_COLUMNS: Final = ("file", "row", "column", "child", "kind", "what", "action")

Rows = NDArray[np.integer]


@dataclass(frozen=True)
class Quality:
    """`findings`: `QUALITY_COLUMNS`, by file and row; every column but `row` is a category.

    `row` is the one a spreadsheet shows (the header is row 1), and 0 for a finding on the file as a whole.
    A row may have several findings; it is set aside if one of them says so. Findings `used` are warnings.
    """

    findings: pd.DataFrame

    def counts(self) -> pd.DataFrame:
        """How many findings there are of each kind and action: columns kind, column, action, findings."""
        keys = ["kind", "column", "action"]
        counted = self.findings.groupby(keys, observed=True).size().rename("findings").reset_index()
        counted[keys] = counted[keys].astype("str")
        return counted.sort_values(
            ["findings", *keys], ascending=[False, True, True, True], ignore_index=True
        )


@dataclass(frozen=True)
class _Part:
    """Findings of one kind in one column: the rows of the table, and for each the place of its sentence."""

    column: str
    kind: str
    action: int
    rows: NDArray[np.int32]
    what: NDArray[np.int32]


@dataclass
class Findings:
    """Collects the findings on one table's rows; rows are numbered from 0, in file order.

    `worst`: for every row the worst of its actions so far, as its place in `ACTIONS`.
    """

    rows: int
    worst: NDArray[np.int8] = field(init=False)
    _parts: list[_Part] = field(default_factory=list)
    _sentences: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.worst = np.zeros(self.rows, dtype=np.int8)

    @property
    def usable(self) -> Flags:
        """The rows that are not set aside so far."""
        found: Flags = self.worst < ACTIONS.index(SET_ASIDE)
        return found

    def add(self, kind: str, column: str, where: Flags | Rows, what: str, action: str) -> None:
        """The same sentence for every row where it holds."""
        rows = (np.flatnonzero(where) if where.dtype == np.bool_ else where).astype(np.int32)
        if len(rows):
            sentence = self._sentence(what)
            self._put(
                _Part(column, kind, ACTIONS.index(action), rows, np.full(len(rows), sentence, np.int32))
            )

    def add_texts(
        self, kind: str, column: str, cells: Coded, wrong: Flags, what: Sequence[str], action: str
    ) -> None:
        """One sentence for each text of the column; a finding for every row whose text is `wrong`."""
        if not wrong.any():
            return
        rows = np.flatnonzero(cells.flags(wrong)).astype(np.int32)
        if len(rows):
            places = np.array([self._sentence(what[t]) if bad else 0 for t, bad in enumerate(wrong.tolist())])
            self._put(
                _Part(column, kind, ACTIONS.index(action), rows, places[cells.codes[rows]].astype(np.int32))
            )

    def _sentence(self, what: str) -> int:
        return self._sentences.setdefault(what, len(self._sentences))

    def _put(self, part: _Part) -> None:
        self._parts.append(part)
        self.worst[part.rows] = np.maximum(self.worst[part.rows], part.action)

    def frame(self, *, file: pd.Series, row: pd.Series, child: pd.Series) -> pd.DataFrame:
        """The findings; the three columns are those of the table they are on."""
        at = np.concatenate([np.empty(0, np.int32), *(part.rows for part in self._parts)])
        sizes = [len(part.rows) for part in self._parts]
        sentences = list(self._sentences)
        what = np.concatenate([np.empty(0, np.int32), *(part.what for part in self._parts)])
        action = np.repeat([part.action for part in self._parts], sizes).astype(np.int8)
        return pd.DataFrame(
            {
                "file": file.array[at],
                "row": row.to_numpy()[at],
                "column": _repeated([part.column for part in self._parts], sizes),
                "child": child.array[at],
                "kind": _repeated([part.kind for part in self._parts], sizes),
                "what": pd.Categorical.from_codes(what, categories=pd.Index(sentences, dtype="str")),
                "action": pd.Categorical.from_codes(action, categories=pd.Index(ACTIONS, dtype="str")),
            }
        )


def _repeated(texts: Sequence[str], sizes: Sequence[int]) -> pd.Categorical:
    """Each text so many times."""
    place, distinct = pd.factorize(index_of_texts(texts))
    return pd.Categorical.from_codes(np.repeat(place, sizes), categories=distinct)
