"""A column of text held as numbers: ten million cells as codes into the few texts that differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]


def index_of_texts(texts: Sequence[str] | pd.Index) -> pd.Index:
    """The texts as pandas' `str`."""
    found: pd.Index = pd.Index(pd.Series(texts, dtype="str"))
    return found


def union_of_texts(parts: Sequence[pd.Index]) -> pd.Index:
    """Every text of the parts once, in the order of the first."""
    return index_of_texts(pd.unique(np.concatenate([part.to_numpy(dtype=object) for part in parts])).tolist())


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
        found, distinct = pd.factorize(index_of_texts(text_of_text))
        place = found.astype(np.int32)
        blank = distinct.get_indexer(index_of_texts([""]))[0]
        if blank >= 0:
            place[place == blank] = -1
            place[place > blank] -= 1
            distinct = distinct.delete(blank)
        return Coded(np.append(place, np.int32(-1)).astype(np.int32)[self.codes], distinct)

    def sorted(self) -> Coded:
        """The same cells; only texts that a row has, in order."""
        used = np.flatnonzero(np.bincount(self.codes + 1, minlength=len(self.texts) + 1)[1:])
        used = used[self.texts[used].argsort()]
        place = np.full(len(self.texts) + 1, -1, dtype=np.int32)
        place[used] = np.arange(len(used), dtype=np.int32)
        return Coded(place[self.codes], self.texts[used])

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
    place, distinct = pd.factorize(index_of_texts(cells))
    return Coded(place.astype(np.int32), distinct).mapped(distinct)


def joined(columns: Sequence[Coded]) -> Coded:
    """The columns one below the other."""
    if len(columns) == 1:
        return columns[0]
    place, distinct = pd.factorize(pd.Index(np.concatenate([c.texts.to_numpy(object) for c in columns])))
    starts = np.cumsum([0, *(len(column.texts) for column in columns)])
    codes = [
        np.append(place[start : start + len(column.texts)], -1).astype(np.int32)[column.codes]
        for start, column in zip(starts, columns, strict=False)
    ]
    return Coded(np.concatenate(codes), pd.Index(distinct, dtype="str"))


def flags_of_texts(texts: pd.Index, test: Callable[[str], bool]) -> Flags:
    """The test of each text."""
    return np.fromiter((test(text) for text in texts.tolist()), dtype=bool, count=len(texts))
