"""An attack on suppressed tables: by enumerating every table that agrees, and by linear programmes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.report import interval

from optimiser.report.suppression import System, hidden_cells

Grid = list[list[int]]


def system_of(grid: Grid) -> System:
    """A table with the totals of its rows and columns and of all."""
    table = np.array(grid)
    system = System()
    rows, columns = table.shape
    system.add(("all",), int(table.sum()))
    for row in range(rows):
        system.add(("row", str(row)), int(table[row].sum()))
    for column in range(columns):
        system.add(("column", str(column)), int(table[:, column].sum()))
    for row, column in product(range(rows), range(columns)):
        system.add((str(row), str(column)), int(table[row, column]))
    for row in range(rows):
        system.add_sum(("row", str(row)), [(str(row), str(column)) for column in range(columns)])
    for column in range(columns):
        system.add_sum(("column", str(column)), [(str(row), str(column)) for row in range(rows)])
    system.add_sum(("all",), [("row", str(row)) for row in range(rows)])
    system.add_sum(("all",), [("column", str(column)) for column in range(columns)])
    return system


def assert_safe(system: System, hidden: frozenset[tuple[str, ...]]) -> None:
    """No count of 1 to 5 is shown, and none hidden can be told: neither to the digit nor as 1 to 5."""
    named = {"|".join(key): value for key, value in system.values.items()}
    known = {"|".join(key): float(value) for key, value in system.values.items() if key not in hidden}
    equations = [
        {"|".join(total): 1.0, **{"|".join(part): -1.0 for part in parts}} for total, parts in system.sums
    ]
    assert not [name for name in known if 0 < named[name] < 6]
    for key in hidden:
        least, most = interval(equations, known, "|".join(key))
        assert most - least >= 1.0, (key, least, most)
        assert most >= 6.0, (key, least, most)


@pytest.mark.parametrize(
    "grid",
    [
        [[3, 20], [15, 30]],
        [[1, 1], [1, 1]],
        [[2, 0, 9], [40, 12, 7], [0, 0, 8]],
        [[6, 1], [7, 8]],
        [[0, 0], [0, 4]],
        [[5, 60, 70], [80, 90, 100], [110, 120, 130]],
    ],
)
def test_small_tables_tell_nothing(grid: Grid) -> None:
    system = system_of(grid)
    assert_safe(system, hidden_cells(system))


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([0, 1, 2, 3, 5, 6, 8, 15, 40]), min_size=3, max_size=3),
        min_size=2,
        max_size=4,
    )
)
def test_any_table_tells_nothing(grid: Grid) -> None:
    system = system_of(grid)
    assert_safe(system, hidden_cells(system))


def test_every_whole_numbered_table_that_agrees_is_enumerated() -> None:
    """Independent of any solver: all 2 × 2 tables with what is shown of [[3, 20], [15, 30]]."""
    grid = [[3, 20], [15, 30]]
    system = system_of(grid)
    hidden = hidden_cells(system)
    shown = {key: value for key, value in system.values.items() if key not in hidden}
    found: set[int] = set()
    for a, b, c, d in product(range(40), repeat=4):
        told = {
            ("0", "0"): a, ("0", "1"): b, ("1", "0"): c, ("1", "1"): d,
            ("row", "0"): a + b, ("row", "1"): c + d, ("column", "0"): a + c, ("column", "1"): b + d,
            ("all",): a + b + c + d,
        }  # fmt: skip
        if all(told[key] == value for key, value in shown.items()):
            found.add(a)
    assert len(found) > 1
    assert max(found) >= 6


def test_zero_and_large_counts_without_a_small_one_are_all_shown() -> None:
    system = system_of([[0, 6], [7, 100]])
    assert hidden_cells(system) == frozenset()


def test_related_tables_are_safe_together() -> None:
    """Two tables share their totals: what one shows must not tell what the other hides."""
    system = system_of([[3, 20], [15, 30]])
    for name, number in (("near", 10), ("far", 13)):
        system.add(("distance", name), number)
    system.add_sum(("row", "0"), [("distance", "near"), ("distance", "far")])
    assert_safe(system, hidden_cells(system))


def test_what_another_publication_shows_stays_shown_where_it_can() -> None:
    system = system_of([[3, 20, 30], [15, 30, 40], [22, 25, 28]])
    shown = frozenset(key for key in system.values if key[0] in ("row", "column", "all"))
    hidden = hidden_cells(system, shown=shown)
    assert not hidden & shown
    assert_safe(system, hidden)
