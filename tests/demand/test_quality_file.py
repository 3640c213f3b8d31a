"""quality.csv, written part by part, is what pandas writes of the same findings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimiser.demand import quality_file
from optimiser.demand.quality import ACTIONS, QUALITY_COLUMNS, Quality
from optimiser.demand.quality_file import quality_parts

TEXTS = ["", "plain", "a, b", 'he said "no"', "two\nlines", "é ü £", "cr\rhere", "'", " spaces ", ";"]


def _quality(rows: int) -> Quality:
    random = np.random.default_rng(rows)
    columns: dict[str, object] = {}
    for name in QUALITY_COLUMNS:
        if name == "row":
            columns[name] = random.integers(0, 10**6, rows).astype(np.int32)
            continue
        texts = ACTIONS if name == "action" else TEXTS
        lowest = 0 if name == "action" else -1
        codes = random.integers(lowest, len(texts), rows)
        columns[name] = pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype="str"))
    return Quality(pd.DataFrame(columns))


def test_the_bytes_are_those_of_pandas() -> None:
    for rows in (0, 1, 7, 2_000):
        quality = _quality(rows)
        expected = quality.findings.to_csv(index=False, lineterminator="\n").encode()
        assert b"".join(quality_parts(quality)) == expected


def test_parts_join_where_one_ends() -> None:
    quality = _quality(quality_file.ROWS_A_PART + 3)
    parts = list(quality_parts(quality))
    assert len(parts) == 3
    assert sum(part.count(b",") >= 6 for part in parts) == 3
    lines = parts[2].decode().splitlines()
    assert b"".join(parts).decode().endswith("\n".join(lines[-2:]) + "\n")
