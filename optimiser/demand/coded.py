"""A column of text held as numbers: ten million cells as codes into the few texts that differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pa_compute
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]


_STR = pd.StringDtype("pyarrow", na_value=np.nan)

type Arrow = pa.LargeStringArray


def index_of_texts(texts: Sequence[str] | pd.Index) -> pd.Index:
    """The texts as pandas' `str`."""
    return texts if isinstance(texts, pd.Index) and texts.dtype == _STR else index_of_arrow(_arrow(texts))


def index_of_arrow(texts: Arrow) -> pd.Index:
    """The texts as pandas' `str`, without a copy."""
    found: pd.Index = pd.Index(texts.to_pandas(types_mapper={pa.large_string(): _STR}.get), copy=False)
    return found


def _arrow(texts: Sequence[str] | pd.Index) -> Arrow:
    """The texts as one array of Arrow."""
    found = pa.array(texts, pa.large_string())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def union_of_texts(parts: Sequence[pd.Index]) -> pd.Index:
    """Every text of the parts once, in the order of the first."""
    return index_of_arrow(pa_compute.unique(pa.concat_arrays([_arrow(part) for part in parts])))


def distinct_of(texts: Arrow) -> tuple[Codes, Arrow]:
    """For each text the place of its like among the distinct ones, and those, in the order of the first."""
    encoded = texts.dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary


@dataclass(frozen=True)
class Coded:
    """`texts`: each text once. `codes`: for every row the place of its text, −1 where the cell is blank."""

    codes: Codes
    texts: pd.Index

    def __len__(self) -> int:
        return len(self.codes)

    def flags(self, flag_of_text: Flags, *, blank: bool = False) -> Flags:
        """For every row the flag of its text; `blank` where the cell is blank."""
        found: Flags = np.append(flag_of_text, blank)[self.codes]
        return found

    def take(self, rows: NDArray[np.integer] | Flags) -> Coded:
        """The rows chosen, in their order."""
        return Coded(self.codes[rows], self.texts)

    def mapped(self, text_of_text: Sequence[str] | pd.Index) -> Coded:
        """Every text replaced by another, "" meaning blank; those that become the same are one."""
        place, distinct = distinct_of(_arrow(text_of_text))
        blank = pa_compute.index(distinct, "").as_py()
        if blank >= 0:
            place = np.where(place == blank, -1, place - (place > blank)).astype(np.int32)
            distinct = pa.concat_arrays([distinct[:blank], distinct[blank + 1 :]])
        return Coded(np.append(place, np.int32(-1))[self.codes], index_of_arrow(distinct))

    def sorted(self) -> Coded:
        """The same cells; only texts that a row has, in order."""
        used = np.flatnonzero(np.bincount(self.codes + 1, minlength=len(self.texts) + 1)[1:])
        texts = _arrow(self.texts).take(pa.array(used))
        order = pa_compute.array_sort_indices(texts)
        place = np.full(len(self.texts) + 1, -1, dtype=np.int32)
        place[used[order.to_numpy()]] = np.arange(len(used), dtype=np.int32)
        return Coded(place[self.codes], index_of_arrow(texts.take(order)))

    def categorical(self, *, blank: str | None = None) -> pd.Categorical:
        """The cells as pandas has them, the texts in order; blank ones NaN, or the text given."""
        ordered = self.sorted()
        if blank is None or not (ordered.codes < 0).any():
            return pd.Categorical.from_codes(ordered.codes, categories=ordered.texts)
        texts = ordered.texts.insert(0, blank)
        return pd.Categorical.from_codes(ordered.codes + 1, categories=texts)


def blank_column(rows: int) -> Coded:
    """A column of blank cells."""
    return Coded(np.full(rows, -1, dtype=np.int32), pd.Index([], dtype="str"))


def constant_column(text: str, rows: int) -> Coded:
    """The same text in every row; blank where it is ""."""
    return Coded(np.zeros(rows, dtype=np.int32), pd.Index([text], dtype="str")).mapped([text])


def coded(cells: Sequence[str]) -> Coded:
    """A column from its cells."""
    return Coded(np.arange(len(cells), dtype=np.int32), pd.Index([], dtype="str")).mapped(cells)


def joined(columns: Sequence[Coded]) -> Coded:
    """The columns one below the other."""
    if len(columns) == 1:
        return columns[0]
    place, distinct = distinct_of(pa.concat_arrays([_arrow(column.texts) for column in columns]))
    starts = np.cumsum([0, *(len(column.texts) for column in columns)])
    codes = np.empty(sum(len(column) for column in columns), dtype=np.int32)
    row = 0
    for start, column in zip(starts, columns, strict=False):
        own = np.append(place[start : start + len(column.texts)], np.int32(-1))
        codes[row : row + len(column)] = own[column.codes]
        row += len(column)
    return Coded(codes, index_of_arrow(distinct))


def flags_of_texts(texts: pd.Index, test: Callable[[str], bool]) -> Flags:
    """The test of each text."""
    return np.fromiter((test(text) for text in texts.tolist()), dtype=bool, count=len(texts))
