"""quality.csv part by part: a return of ten million rows may have twenty million findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pa_compute

from optimiser.demand.coded import index_of_texts
from optimiser.demand.quality import QUALITY_COLUMNS, Quality

ROWS_A_PART: Final = 500_000
_QUOTED: Final = r'[,"\r\n]'


def quality_parts(quality: Quality) -> Iterator[bytes]:
    """The findings as a CSV file in UTF-8: the header, then so many lines at a time."""
    yield (",".join(QUALITY_COLUMNS) + "\n").encode()
    findings = quality.findings
    cells = {name: _cells(findings[name].cat.categories) for name in QUALITY_COLUMNS if name != "row"}
    last = pa_compute.binary_join_element_wise(cells[QUALITY_COLUMNS[-1]], _text("\n"), _text(""))
    cells[QUALITY_COLUMNS[-1]] = last
    for start in range(0, len(findings), ROWS_A_PART):
        part = findings.iloc[start : start + ROWS_A_PART]
        columns = [_column(part[name], cells.get(name)) for name in QUALITY_COLUMNS]
        lines = pa_compute.binary_join_element_wise(*columns, _text(","))
        size = pa_compute.sum(pa_compute.binary_length(lines)).as_py()
        yield lines.buffers()[2].slice(0, size).to_pybytes()


def _column(column: pd.Series, cells: pa.LargeStringArray | None) -> pa.LargeStringArray:
    """A column of findings as text."""
    if cells is None:
        return pa.array(column.to_numpy()).cast(pa.large_string())
    codes = column.cat.codes.to_numpy().astype(np.int64)
    return cells.take(pa.array(np.where(codes < 0, len(cells) - 1, codes)))


def _text(text: str) -> pa.LargeStringScalar:
    return pa.scalar(text, pa.large_string())


def _cells(texts: pd.Index) -> pa.LargeStringArray:
    """The texts as a CSV file has them, and a blank one after the last."""
    plain = pa.array([*index_of_texts(texts), ""], pa.large_string())
    doubled = pa_compute.replace_substring(plain, '"', '""')
    quoted = pa_compute.binary_join_element_wise(_text('"'), doubled, _text('"'), _text(""))
    return pa_compute.if_else(pa_compute.match_substring_regex(plain, _QUOTED), quoted, plain)
