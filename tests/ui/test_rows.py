"""Figures as short as a map's labels must be."""

from __future__ import annotations

import pandas as pd
import pytest

from optimiser.report.table import Column, Kind, Table
from optimiser.ui import rows


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (Kind.POINTS, [-0.04, 0.04, -0.06, 2.5], ["0.0", "0.0", "−0.1", "+2.5"]),
        (Kind.SHARE, [-0.004, 0.004, -0.006, 0.25], ["0%", "0%", "−1%", "+25%"]),
        (Kind.MONEY, [-0.4, 0.4, -1_234.0, 150_000.0], ["£0", "£0", "−£1.2k", "+£150k"]),
    ],
)
def test_a_label_has_a_sign_only_where_a_figure_is_left(
    kind: Kind, values: list[float], expected: list[str]
) -> None:
    table = Table("table", "Table", (Column("x", "X", kind=kind),), pd.DataFrame({"x": values}))
    assert rows.labels(table, "x", signed=True) == expected
