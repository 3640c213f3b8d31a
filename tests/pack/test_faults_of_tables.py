"""Every fault of the three tables: the file, the row a spreadsheet shows, and the column."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.packs import CHILDREN, PROVISION, Row, altered, csv_text, little_pack

from optimiser.errors import Fault, InputError
from optimiser.pack.read import read_pack

C, P, PAIRS = "children.csv", "provision.csv", "incompatible.csv"


def faults_of(folder: Path) -> list[Fault]:
    """Every fault of a pack that is refused."""
    with pytest.raises(InputError) as caught:
        read_pack(folder)
    return list(caught.value.faults)


def places(faults: list[Fault]) -> list[tuple[str, int, str]]:
    return [(fault.file, fault.row, fault.column) for fault in faults]


CHILD_FAULTS: list[tuple[int, Row, str, str]] = [
    # index of the child (its row is two more), cells, column of the fault, part of its text
    (0, {"child_id": ""}, "child_id", "child_id is blank"),
    (1, {"child_id": "c1"}, "child_id", "the same as in row 2"),
    (0, {"authority": ""}, "authority", "blank"),
    (0, {"authority": "Gateshead"}, "authority", "GSS code"),
    (0, {"authority": "E08000036"}, "authority", "nearest: 'E08000037'"),
    (1, {"gender": "femal"}, "gender", "nearest: 'female'"),
    (1, {"gender": "Male"}, "gender", "nearest: 'male'"),
    (1, {"gender": ""}, "gender", "blank"),
    (2, {"foster_care": "suitible"}, "foster_care", "nearest: 'suitable'"),
    (2, {"residential_care": "no"}, "residential_care", "preferred, suitable or unsuitable"),
    (2, {"supported_accommodation": "x"}, "supported_accommodation", "preferred, suitable or unsuitable"),
    (1, {"solo": "maybe"}, "solo", "yes or no"),
    (0, {"age": "19"}, "age", "age is 19; accepted: a whole number from 0 to 17"),
    (0, {"age": "-1"}, "age", "0 to 17"),
    (0, {"age": "9.5"}, "age", "0 to 17"),
    (0, {"age": "nan"}, "age", "0 to 17"),
    (0, {"age": "٣"}, "age", "0 to 17"),
    (0, {"age": "", "date_of_birth": ""}, "age", "age is blank"),
    (0, {"age": "", "date_of_birth": "2025-04-01"}, "date_of_birth", "after 2025-03-31"),
    (0, {"age": "", "date_of_birth": "2007-03-31"}, "date_of_birth", "18"),
    (0, {"age": "", "date_of_birth": "2012-02-30"}, "date_of_birth", "YYYY-MM-DD"),
    (0, {"age": "", "date_of_birth": "31/03/2012"}, "date_of_birth", "YYYY-MM-DD"),
    (0, {"date_of_birth": "2014-12-01"}, "age", "date_of_birth makes it 10"),
    (0, {"home_northing": ""}, "home_northing", "home_easting is given"),
    (0, {"home_easting": ""}, "home_easting", "home_northing is given"),
    (2, {"school_easting": ""}, "school_easting", "school_northing is given"),
    (2, {"avoid_northing": ""}, "avoid_northing", "avoid_easting is given"),
    (0, {"home_easting": "-1.6"}, "home_easting", "inside Great Britain"),
    (0, {"home_northing": "1300001"}, "home_northing", "inside Great Britain"),
    (0, {"home_easting": "700000.5"}, "home_easting", "inside Great Britain"),
    (2, {"school_northing": "inf"}, "school_northing", "inside Great Britain"),
    (0, {"home_easting": "", "home_northing": ""}, "home_postcode", "are blank"),
    (0, {"home_easting": "", "home_northing": "", "home_postcode": "NE99 9ZZ"}, "home_postcode", "NE99 9ZZ"),
    (
        0,
        {"home_easting": "", "home_northing": "", "home_postcode": "BT1 5GS"},
        "home_postcode",
        "Great Britain",
    ),
    (0, {"school_postcode": "nowhere"}, "school_postcode", "directory"),
    (2, {"avoid_miles": ""}, "avoid_miles", "avoid_miles is blank"),
    (2, {"avoid_easting": "", "avoid_northing": ""}, "avoid_easting", "no point to avoid"),
    (2, {"avoid_miles": "-1"}, "avoid_miles", "miles from 0"),
    (0, {"current_miles": "far"}, "current_miles", "miles from 0"),
    (0, {"needed_by": "soon"}, "needed_by", "YYYY-MM-DD"),
]

PROVISION_FAULTS: list[tuple[int, Row, str, str]] = [
    (0, {"provision_id": ""}, "provision_id", "blank"),
    (1, {"provision_id": "p1"}, "provision_id", "the same as in row 2"),
    (0, {"kind": "foster home"}, "kind", "nearest: 'foster_home'"),
    (0, {"kind": ""}, "kind", "blank"),
    (0, {"sector": "council"}, "sector", "local_authority, private, voluntary or health"),
    (0, {"authority": "Gateshead"}, "authority", "GSS code"),
    (0, {"genders": "both"}, "genders", "any, female or male"),
    (1, {"ofsted": "Good"}, "ofsted", "nearest: 'good'"),
    (0, {"vacancies": 4}, "vacancies", "vacancies is 4, but places is 3"),
    (0, {"vacancies": ""}, "vacancies", "blank"),
    (0, {"places": "three"}, "places", "a whole number"),
    (0, {"places": "10001"}, "places", "10,000"),
    (0, {"age_min": "12", "age_max": "11"}, "age_min", "age_min is 12, but age_max is 11"),
    (0, {"age_max": "18"}, "age_max", "0 to 17"),
    (0, {"weekly_cost": ""}, "weekly_cost", "blank"),
    (0, {"weekly_cost": "£520"}, "weekly_cost", "plain number"),
    (0, {"weekly_cost": "1,200"}, "weekly_cost", "plain number"),
    (0, {"weekly_cost": "-1"}, "weekly_cost", "from 0"),
    (0, {"weekly_cost": "1000000.01"}, "weekly_cost", "1,000,000"),
    (0, {"weekly_cost": "1e3"}, "weekly_cost", "plain number"),
    (0, {"northing": ""}, "northing", "easting is given"),
    (0, {"easting": "900000"}, "easting", "inside Great Britain"),
    (0, {"easting": "", "northing": ""}, "postcode", "are blank"),
    (0, {"easting": "", "northing": "", "postcode": "QQ1 1QQ"}, "postcode", "directory"),
    (2, {"named_children": ""}, "named_children", "without named_children"),
    (2, {"named_children": "c3;c9;c8"}, "named_children", "'c8', 'c9', not in children.csv"),
]


@pytest.mark.parametrize(("index", "cells", "column", "text"), CHILD_FAULTS)
def test_a_fault_of_a_child_stands_at_its_row_and_column(
    tmp_path: Path, index: int, cells: Row, column: str, text: str
) -> None:
    faults = faults_of(little_pack(tmp_path / "pack", children=altered(CHILDREN, index, **cells)))
    assert (C, index + 2, column) in places(faults)
    assert any(text in str(fault) for fault in faults if fault.column == column)
    assert {(fault.row, fault.column) for fault in faults if not fault.warning} == {(index + 2, column)}


@pytest.mark.parametrize(("index", "cells", "column", "text"), PROVISION_FAULTS)
def test_a_fault_of_a_provision_stands_at_its_row_and_column(
    tmp_path: Path, index: int, cells: Row, column: str, text: str
) -> None:
    faults = faults_of(little_pack(tmp_path / "pack", provision=altered(PROVISION, index, **cells)))
    assert places(faults) == [(P, index + 2, column)]
    assert text in str(faults[0])


@pytest.mark.parametrize(
    ("pair", "column"),
    [
        ({"child_a": "c1", "child_b": "c9"}, "child_b"),
        ({"child_a": "c9", "child_b": "c1"}, "child_a"),
        ({"child_a": "c1", "child_b": "c1"}, "child_b"),
        ({"child_a": "", "child_b": "c1"}, "child_a"),
    ],
)
def test_a_fault_of_an_incompatible_pair(tmp_path: Path, pair: Row, column: str) -> None:
    pairs = [{"child_a": "c1", "child_b": "c3"}, pair]
    assert places(faults_of(little_pack(tmp_path / "pack", incompatible=pairs))) == [(PAIRS, 3, column)]


def test_warnings_do_not_stop(tmp_path: Path) -> None:
    """Siblings across authorities, repeated and sibling pairs, named children of a foster home."""
    pack = read_pack(
        little_pack(
            tmp_path / "pack",
            children=altered(CHILDREN, 1, authority="E06000047"),
            provision=altered(PROVISION, 0, named_children="c1"),
            incompatible=[
                {"child_a": "c3", "child_b": "c1"},
                {"child_a": "c1", "child_b": "c3"},
                {"child_a": "c2", "child_b": "c1"},
            ],
        )
    )
    assert places(list(pack.warnings)) == [
        (C, 3, "sibling_group"),
        (P, 2, "named_children"),
        (PAIRS, 3, "child_b"),
        (PAIRS, 4, "child_b"),
    ]
    assert all(fault.warning for fault in pack.warnings)
    assert pack.incompatible.to_numpy().tolist() == [["c1", "c3"], ["c1", "c2"]]
    assert pack.provision["named_children"].tolist() == [(), (), ("c3",)]


def test_all_faults_of_all_files_come_together(tmp_path: Path) -> None:
    folder = little_pack(
        tmp_path / "pack",
        children=altered(altered(CHILDREN, 0, age="19"), 2, gender="boy"),
        provision=altered(PROVISION, 0, kind="tent"),
        incompatible=[{"child_a": "c1", "child_b": "c9"}],
        region='as_at = "soon"\n',
        policy="[prices]\nmiles = 3\n",
    )
    assert places(faults_of(folder)) == [
        ("region.toml", 0, "authority"),
        ("region.toml", 0, "name"),
        ("region.toml", 1, "as_at"),
        (C, 2, "age"),
        (C, 4, "gender"),
        (P, 2, "kind"),
        (PAIRS, 2, "child_b"),
        ("policy.toml", 2, "prices.miles"),
    ]


@pytest.mark.parametrize(
    ("file", "rows", "dropped", "column"),
    [
        (C, CHILDREN, ["child_id"], "child_id"),
        (C, CHILDREN, ["authority"], "authority"),
        (C, CHILDREN, ["gender"], "gender"),
        (C, CHILDREN, ["age"], "age"),
        (C, CHILDREN, ["home_easting", "home_northing"], "home_easting"),
        (C, CHILDREN, ["home_northing"], "home_northing"),
        (P, PROVISION, ["provision_id"], "provision_id"),
        (P, PROVISION, ["weekly_cost"], "weekly_cost"),
        (P, PROVISION, ["easting"], "easting"),
    ],
)
def test_a_missing_column_is_one_fault_in_the_header(
    tmp_path: Path, file: str, rows: tuple[Row, ...], dropped: list[str], column: str
) -> None:
    folder = little_pack(tmp_path / "pack")
    kept = [{name: cell for name, cell in row.items() if name not in dropped} for row in rows]
    (folder / file).write_text(csv_text(kept), encoding="utf-8")
    assert places(faults_of(folder)) == [(file, 1, column)]


def test_a_column_misspelt_is_named(tmp_path: Path) -> None:
    folder = little_pack(tmp_path / "pack")
    text = (folder / P).read_text(encoding="utf-8")
    (folder / P).write_text(text.replace("weekly_cost", "Weekly cost"), encoding="utf-8")
    assert "nearest in the header: 'Weekly cost'" in str(faults_of(folder)[0])
    (folder / P).write_text(text.replace("age_min", "age_mim"), encoding="utf-8")
    (warning,) = read_pack(folder).warnings
    assert (warning.row, warning.column, warning.warning) == (1, "age_mim", True)


@pytest.mark.parametrize(
    ("content", "row", "column"),
    [
        (b"", 0, ""),
        (b"\n\n", 0, ""),
        (b"PK\x03\x04rest of a workbook", 0, ""),
        (b"\xd0\xcf\x11\xe0rest of an old workbook", 0, ""),
        ("child_a,child_b\n".encode("utf-16"), 0, ""),
        ("child_a,child_b\nc1,c2\n".encode("utf-16-le"), 0, ""),
        (b"child_a;child_b\nc1;c3\n", 1, "child_a"),
        (b"child_a,child_b,child_b\nc1,c3,c3\n", 1, "child_b"),
        (b"child_a,child_b\nc1,c3,c2\n", 2, "column 3"),
        (b"child_a,child_b\n\nc1\n", 3, "child_b"),
        (b'child_a,child_b\nc1,"c3\n', 2, ""),
        (b'child_a,child_b\nc1,"c3"x\n', 2, ""),
        (b"child_a,child_b,note\nc1,c3,caf\xe9\n", 2, "note"),
        (b"child_a,child_b\nc1,c\x003\n", 2, "child_b"),
    ],
)
def test_a_file_that_is_no_such_csv(tmp_path: Path, content: bytes, row: int, column: str) -> None:
    folder = little_pack(tmp_path / "pack")
    (folder / PAIRS).write_bytes(content)
    assert places(faults_of(folder)) == [(PAIRS, row, column)]


def test_rows_are_those_a_spreadsheet_shows(tmp_path: Path) -> None:
    """Blank lines count, and a line break inside a cell does not."""
    folder = little_pack(tmp_path / "pack")
    (folder / PAIRS).write_text('child_a,child_b,note\n\nc1,c3,"two\nlines"\n,,\nc1,c9,\n', encoding="utf-8")
    assert places(faults_of(folder)) == [(PAIRS, 5, "child_b")]


@pytest.mark.parametrize("file", [C, P, "region.toml"])
def test_a_missing_file(tmp_path: Path, file: str) -> None:
    folder = little_pack(tmp_path / "pack")
    (folder / file).unlink()
    assert (file, 0, "") in places(faults_of(folder))


def test_no_folder_is_a_fault(tmp_path: Path) -> None:
    assert places(faults_of(tmp_path / "nowhere")) == [("nowhere", 0, "")]
