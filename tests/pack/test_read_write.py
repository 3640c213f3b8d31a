"""A pack read whole, with its defaults; and written whole or not at all."""

from __future__ import annotations

import doctest
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from support.packs import CHILDREN, PROVISION, altered, csv_text, little_pack

from optimiser.errors import InputError
from optimiser.pack import faults, toml_file
from optimiser.pack.points import coarser_precision, point_precision_counts
from optimiser.pack.policy import Policy
from optimiser.pack.read import read_pack
from optimiser.pack.write import write_pack


def test_defaults_and_types(tmp_path: Path) -> None:
    pack = read_pack(little_pack(tmp_path / "pack"))
    children, provision = pack.children, pack.provision
    assert pack.warnings == ()
    assert pack.policy == Policy()
    assert list(pack.files) == ["region.toml", "children.csv", "provision.csv"]
    assert children["supported_accommodation"].tolist() == ["unsuitable", "unsuitable", "preferred"]
    assert children["foster_care"].tolist() == ["suitable"] * 3
    assert children["needs"].tolist() == [("autism", "epilepsy"), (), ()]
    assert children["solo"].tolist() == [False] * 3
    assert children["home_precision"].tolist() == ["coordinates"] * 3
    assert children["school_precision"].tolist() == ["", "", "coordinates"]
    assert np.isnan(children["avoid_miles"]).tolist() == [True, True, False]
    assert provision["age_min"].tolist() == [0, 16, 0]
    assert provision["age_max"].tolist() == [17, 17, 17]
    assert provision["genders"].tolist() == ["any"] * 3
    assert provision["ofsted"].tolist() == ["not_inspected", "good", "not_inspected"]
    assert provision["named_children"].tolist() == [(), (), ("c3",)]
    assert pack.incompatible.empty
    assert children["age"].dtype == provision["places"].dtype == np.int64


def test_what_spreadsheets_do_to_a_file_is_accepted(tmp_path: Path) -> None:
    """A byte-order mark, CRLF, white space, 3.0 for 3, YES, empty cells at the end, other columns."""
    children = altered(CHILDREN, 0, age=" 9.0 ", solo="YES", needs=" epilepsy ;; autism;autism", note="x")
    folder = little_pack(tmp_path / "pack", children=children)
    text = (folder / "children.csv").read_text(encoding="utf-8").replace("authority", " authority ", 1)
    text = text.replace("\n", ",,\r\n").replace("g1", " g1 ") + ",,,,\r\n\r\n"
    (folder / "children.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    pack = read_pack(folder)
    assert pack.warnings == ()
    assert pack.children["age"].tolist() == [9, 12, 16]
    assert pack.children["solo"].tolist() == [True, False, False]
    assert pack.children["needs"].tolist()[0] == ("autism", "epilepsy")
    assert pack.children["sibling_group"].tolist() == ["g1", "g1", ""]


@pytest.mark.parametrize(
    ("born", "age"),
    [("2007-04-01", 17), ("2025-03-31", 0), ("2009-03-31", 16), ("2009-04-01", 15), ("2012-02-29", 13)],
)
def test_an_age_from_a_date_of_birth(tmp_path: Path, born: str, age: int) -> None:
    children = altered(CHILDREN, 0, age=None, date_of_birth=born)
    pack = read_pack(little_pack(tmp_path / "pack", children=children))
    assert pack.children["age"].tolist() == [age, 12, 16]
    expected = "unsuitable" if age < 16 else "suitable"
    assert pack.children["supported_accommodation"].tolist()[0] == expected


def test_coordinates_win_over_postcodes_and_precisions_are_counted(tmp_path: Path) -> None:
    children = altered(CHILDREN, 0, home_postcode="M14 5")
    children = altered(children, 1, home_easting=None, home_northing=None, home_postcode="M14 5")
    children = altered(children, 2, school_easting=None, school_northing=None, school_postcode="NE8")
    provision = altered(PROVISION, 0, easting=None, northing=None, postcode="ne81aa")
    pack = read_pack(little_pack(tmp_path / "pack", children=children, provision=provision))
    assert pack.children["home_precision"].tolist() == ["coordinates", "sector", "coordinates"]
    assert pack.children["home_easting"].tolist()[0] == 425000.0
    counts = point_precision_counts(pack)
    assert counts.loc["home"].to_dict() == {"coordinates": 2, "postcode": 0, "sector": 1, "outward": 0}
    assert counts.loc["school"].to_dict() == {"coordinates": 0, "postcode": 0, "sector": 0, "outward": 1}
    assert counts.loc["provision"].to_dict() == {"coordinates": 2, "postcode": 1, "sector": 0, "outward": 0}
    coarser = coarser_precision(pack.children["home_precision"], pack.provision["precision"])
    assert coarser.tolist() == ["postcode", "sector", "coordinates"]


def test_no_children_and_no_provision_are_a_pack(tmp_path: Path) -> None:
    folder = little_pack(tmp_path / "pack")
    for file, rows in (("children.csv", CHILDREN), ("provision.csv", PROVISION)):
        (folder / file).write_text(csv_text(rows).split("\n")[0] + "\n", encoding="utf-8")
    pack = read_pack(folder)
    assert len(pack.children) == len(pack.provision) == 0
    assert pack.children["age"].dtype == np.int64


def test_a_pack_written_reads_back_the_same(tmp_path: Path) -> None:
    pairs = [{"child_a": "c3", "child_b": "c1"}]
    pack = read_pack(little_pack(tmp_path / "pack", incompatible=pairs, policy="[prices]\nmile = 0.1\n"))
    tables = {"children": pack.children, "provision.csv": pack.provision, "incompatible": pack.incompatible}
    write_pack(tmp_path / "deep" / "copy", region=pack.region, tables=tables, policy=pack.policy)
    copy = read_pack(tmp_path / "deep" / "copy")
    pd.testing.assert_frame_equal(copy.children, pack.children)
    pd.testing.assert_frame_equal(copy.provision, pack.provision)
    pd.testing.assert_frame_equal(copy.incompatible, pack.incompatible)
    assert (copy.region, copy.policy, copy.warnings) == (pack.region, pack.policy, ())


def test_boundaries_are_written_beside_the_tables(tmp_path: Path) -> None:
    folder = little_pack(tmp_path / "pack")
    region = (folder / "region.toml").read_text(encoding="utf-8")
    (folder / "region.toml").write_text(f'boundaries = "map.geojson"\n{region}', encoding="utf-8")
    (folder / "map.geojson").write_text("{}", encoding="utf-8")
    pack = read_pack(folder)
    write_pack(
        tmp_path / "copy", region=pack.region, tables={"children": pack.children, "provision": pack.provision}
    )
    assert read_pack(tmp_path / "copy").files["map.geojson"] == tmp_path / "copy" / "map.geojson"


def test_nothing_is_left_where_writing_fails(tmp_path: Path) -> None:
    """A folder that exists is refused; a file of the region that is gone leaves nothing behind, nor does a
    file where the folder should be."""
    pack = read_pack(little_pack(tmp_path / "pack"))
    with pytest.raises(InputError, match="exists already"):
        write_pack(tmp_path / "pack", region=pack.region, tables={})
    (tmp_path / "out").mkdir()
    (tmp_path / "map.geojson").write_text("{}", encoding="utf-8")
    gone = type(pack.region)(
        pack.region.name, pack.region.as_at, pack.region.authorities, boundaries=tmp_path / "gone.geojson"
    )
    with pytest.raises(FileNotFoundError):
        write_pack(tmp_path / "out" / "copy", region=gone, tables={"children": pack.children})
    with pytest.raises(InputError, match="is a file"):
        write_pack(tmp_path / "map.geojson" / "copy", region=pack.region, tables={})
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("module", [faults, toml_file])
def test_the_examples_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
