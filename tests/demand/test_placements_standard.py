"""The placements standard's sheet with its traps: found, read, and joined to a pack."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.returns import csv_text, write_files

from optimiser.demand.placements_sheet import SHEET_COLUMNS, read_sheet
from optimiser.demand.placements_standard import write_joined
from optimiser.errors import InputError

_ROW = dict.fromkeys(SHEET_COLUMNS, "") | {
    "child_ID": "C1",
    "when_placement_is_needed_by": "< 5days",
    "number_of_siblings_to_place_with": "NA",
    "specific_communication_and_language_requirements": "BSL; Other",
    "additional_support": "Therapeutic Support",
    "who_can_the_child_be_cared_for_alongside": "SOLO placement recommended",
    "foster_care_suitability": "preferred",
    "residential_care_suitability": "Suitable but not Preferred",
    "supported_accommodation": "Not specified",
    "risk_to_child_self_harm": "Risk present",
    "cost_core_weekly": "£4,000",
    "cost_total_weekly": "4000.00",
    "provider_URN": "1234567",
    "placement_type": "Foster",
    "Date_entry_referral": "01/03/2024",
    "date_entry_placement": "05/03/2024",
}
_HELP = _ROW | {"child_ID": "Unique identifier of the child", "placement_type": "Choose one"}
_EXAMPLE = _ROW | {"child_ID": "Example: 1001"}


def _sheet(folder: Path, *rows: dict[str, str]) -> Path:
    text = "Data Collection" + "," * 43 + "\n" + csv_text(SHEET_COLUMNS, [_HELP, _EXAMPLE, *rows])
    return write_files(folder, {"sheet.csv": text}) / "sheet.csv"


def test_the_sheet_has_44_columns() -> None:
    assert len(SHEET_COLUMNS) == len(set(SHEET_COLUMNS)) == 44


def test_titles_help_and_letter_case(tmp_path: Path) -> None:
    sheet = read_sheet(_sheet(tmp_path, _ROW))
    assert (sheet.rows_read, sheet.used, sheet.repaired, sheet.set_aside) == (3, 1, 0, 2)
    assert sheet.quality.findings["kind"].tolist() == ["help or example"] * 2
    row = sheet.rows.loc[2]
    assert row["row"] == 5
    assert row["when_placement_is_needed_by"] == "< 5 days"
    assert (row["foster_care_suitability"], row["residential_care_suitability"]) == ("preferred", "suitable")
    assert (row["risk_to_child_self_harm"], row["cost_core_weekly"]) == ("yes", 4000.0)
    assert row["date_entry_placement"] == "2024-03-05"


def test_faults_are_told_and_rows_kept(tmp_path: Path) -> None:
    faulty = [
        _ROW | {"child_ID": ""},
        _ROW | {"foster_care_suitability": "Maybe"},
        _ROW | {"cost_total_weekly": "lots"},
        _ROW | {"cost_total_weekly": "99", "cost_core_weekly": "99"},
        _ROW | {"cost_other_weekly": "10"},
        _ROW | {"Date_entry_referral": "yesterday"},
        _ROW | {"Date_entry_referral": "1/3/24"},
    ]
    sheet = read_sheet(_sheet(tmp_path, *faulty))
    assert sheet.rows_read == sheet.used + sheet.repaired + sheet.set_aside == 9
    told = sheet.quality.findings[["row", "kind"]].to_numpy().tolist()[2:]
    assert [(row, str(kind)) for row, kind in told] == [
        (5, "no child"),
        (6, "unknown answer"),
        (7, "number unreadable"),
        (8, "cost unusual"),
        (9, "cost not a sum"),
        (10, "date unreadable"),
        (11, "date form"),
    ]


def test_what_is_no_sheet_is_refused(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"a.csv": "name,age\nx,1\n", "b.csv": "child_ID,dol\n1,Yes\n", "c.csv": "PK\x03\x04"}
    )
    for name in ("a.csv", "b.csv", "c.csv", "none.csv"):
        with pytest.raises(InputError):
            read_sheet(tmp_path / name)


def test_a_pack_gets_what_the_sheet_says(tmp_path: Path) -> None:
    children = "child_id,authority,home_postcode,age,gender,needs\n"
    children += "C1,E08000006,M6 5EJ,9,female,\nC2,E08000006,M6 5EJ,9,male,esol\n"
    write_files(tmp_path / "pack", {"children.csv": children, "region.toml": "name = 'x'\n"})
    later = _ROW | {"date_entry_placement": "06/03/2024", "foster_care_suitability": "Unsuitable"}
    sheet = read_sheet(_sheet(tmp_path, later, _ROW, _ROW | {"child_ID": "C9"}))
    joined = write_joined(tmp_path / "pack", sheet, out=tmp_path / "out")
    first, second = joined.children.to_dict(orient="records")
    assert (first["needs"], first["solo"], first["foster_care"]) == (
        "bsl;therapeutic_support",
        "yes",
        "unsuitable",
    )
    assert (first["current_provision_id"], first["cost_core_weekly"]) == ("1234567", "4000")
    assert (second["needs"], second["foster_care"]) == ("esol", "")
    assert joined.set_aside["reason"].tolist() == [
        "a later row of the child stands",
        "no such child_id in the pack",
    ]
    assert (tmp_path / "out" / "region.toml").is_file()
    assert (tmp_path / "out" / "placements_quality.csv").is_file()
