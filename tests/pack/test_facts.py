"""The published figures: gaps filled, every fault named."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.figures import CODES, figures, write_figures

from optimiser.errors import InputError
from optimiser.pack.facts import BASE, read_facts


def test_figures_are_numbers_in_the_order_asked_for(tmp_path: Path) -> None:
    facts = read_facts(write_figures(tmp_path), CODES[::-1])
    assert facts.codes == list(CODES[::-1])
    assert facts.names()["E06000005"] == "Darlington"
    assert facts.table.loc["E06000005", BASE] == 266


def test_a_suppressed_count_takes_the_share_of_the_others(tmp_path: Path) -> None:
    rows = figures()
    rows["uasc"] = ["c", "30", "33"]
    facts = read_facts(write_figures(tmp_path, rows), CODES)
    base = facts.table[BASE]
    assert facts.table.loc[CODES[0], "uasc"] == round(63 / (base.iloc[1] + base.iloc[2]) * base.iloc[0])


def test_a_cost_that_is_not_reported_takes_the_median_of_the_others(tmp_path: Path) -> None:
    rows = figures()
    rows["residential_cost_gbp_per_week"] = ["-", "5000", "7000"]
    facts = read_facts(write_figures(tmp_path, rows), CODES)
    assert facts.table.loc[CODES[0], "residential_cost_gbp_per_week"] == 6000


def test_every_fault_is_named_with_file_row_and_column(tmp_path: Path) -> None:
    rows = figures()
    rows["uasc"] = ["many", "30", "33"]
    rows["female"] = ["100", "-5", "100"]
    rows[BASE] = ["332", "266", "c"]
    with pytest.raises(InputError) as raised:
        read_facts(write_figures(tmp_path, rows), CODES)
    places = [(fault.file, fault.row, fault.column) for fault in raised.value.faults]
    assert places == [
        ("figures.csv", 2, "uasc"),
        ("figures.csv", 3, "female"),
        ("figures.csv", 4, BASE),
    ]


def test_an_authority_that_is_not_there_gets_the_nearest_code(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_facts(write_figures(tmp_path), ["E08000038"])
    assert "E08000037" in raised.value.faults[0].accepted


def test_missing_columns_are_all_named(tmp_path: Path) -> None:
    rows = figures().drop(columns=["uasc", "la"])
    with pytest.raises(InputError) as raised:
        read_facts(write_figures(tmp_path, rows), CODES)
    assert {fault.column for fault in raised.value.faults} == {"uasc", "la"}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b'"code,la\n'])
def test_a_file_that_is_no_table_is_an_input_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "figures.csv"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_facts(path, CODES)
