"""options.csv and commission.toml: what they mean, and every fault at its place."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support.commands import json_of, run_command
from support.packs import Row, csv_text, little_pack

from optimiser.errors import InputError
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.commission import Commission, CommissionLimits
from optimiser.pack.commission_file import commission_from_toml
from optimiser.pack.futures import future_of_pack, pack_of_future
from optimiser.pack.options import provision_with_units, units_from_options
from optimiser.pack.read import read_pack

HOME: Row = {
    "option_id": "home",
    "kind": "childrens_home",
    "sector": "local_authority",
    "authority": "E08000037",
    "easting": 425000,
    "northing": 562000,
    "places": 4,
    "weekly_cost": 5000,
    "max_units": 2,
    "capital_cost": 500000,
}
CARERS: Row = {
    "option_id": "carers",
    "kind": "foster_home",
    "sector": "local_authority",
    "postcode": "DH1 3",
    "easting": "",
    "northing": "",
    "places": 1,
    "age_min": 11,
    "skills": "therapeutic;language_support",
    "weekly_cost": 600,
    "max_units": 3,
    "capital_cost": 20000,
    "standing_cost": 12.5,
    "opens": "2025-09-01",
}


def pack_with(folder: Path, *options: Row, commission: str | None = None) -> Path:
    pack = little_pack(folder / "pack")
    (pack / "options.csv").write_text(csv_text(list(options)), encoding="utf-8")
    if commission is not None:
        (pack / "commission.toml").write_text(commission, encoding="utf-8")
    return pack


def options_of(folder: Path, *rows: Row) -> pd.DataFrame:
    options = read_pack(pack_with(folder, *rows), commissioning=True).options
    assert options is not None
    return options


def test_a_pack_without_options_has_none(tmp_path: Path) -> None:
    pack = little_pack(tmp_path / "pack")
    assert read_pack(pack).options is None
    read = read_pack(pack, commissioning=True)
    assert read.options is not None
    assert len(read.options) == 0
    assert read.commission == Commission()
    assert len(pack_of_future(read, future_of_pack(read), read.options).provision) == len(read.provision)


def test_what_is_blank_has_its_default(tmp_path: Path) -> None:
    home, carers = options_of(tmp_path, HOME, CARERS).to_dict(orient="records")
    assert (home["standing_cost"], home["opens"], home["age_max"], home["genders"]) == (0.0, "", 17, "any")
    assert (home["ofsted"], home["skills"], home["precision"]) == ("not_inspected", (), "coordinates")
    assert (carers["standing_cost"], carers["opens"], carers["precision"]) == (12.5, "2025-09-01", "sector")
    assert carers["skills"] == ("language_support", "therapeutic")


def test_every_unit_is_a_provision_with_all_its_places_vacant(tmp_path: Path) -> None:
    units = units_from_options(options_of(tmp_path, HOME, CARERS))
    assert units["provision_id"].tolist() == ["home#1", "home#2", "carers#1", "carers#2", "carers#3"]
    assert units["vacancies"].tolist() == units["places"].tolist() == [4, 4, 1, 1, 1]
    assert units["option_id"].tolist() == ["home", "home", "carers", "carers", "carers"]
    assert units["unit"].tolist() == [1, 2, 1, 2, 3]
    assert units["capital_cost"].tolist() == [500_000.0, 500_000.0, 20_000.0, 20_000.0, 20_000.0]


@pytest.mark.parametrize(("on", "open_then"), [("2025-08-31", 2), ("2025-09-01", 5)])
def test_a_unit_is_there_from_the_day_it_opens(tmp_path: Path, on: str, open_then: int) -> None:
    options = options_of(tmp_path, HOME, CARERS)
    assert len(units_from_options(options, date.fromisoformat(on))) == open_then


def test_units_stand_in_the_instance_like_any_provision(tmp_path: Path) -> None:
    pack = read_pack(pack_with(tmp_path, HOME, CARERS), commissioning=True)
    assert pack.options is not None
    table = provision_with_units(pack.provision, pack.options)
    assert table.columns.tolist() == pack.provision.columns.tolist()
    assert table.dtypes.tolist() == pack.provision.dtypes.tolist()
    wide = instance_from_pack(pack_of_future(pack, future_of_pack(pack), pack.options))
    assert sorted(set(wide.provisions.id) - set(pack.provision["provision_id"])) == ["home#1", "home#2"]
    assert wide.provisions.vacancies[list(wide.provisions.id).index("home#2")] == 4


@pytest.mark.parametrize(
    ("changed", "column", "says"),
    [
        ({"option_id": ""}, "option_id", "blank"),
        ({"max_units": ""}, "max_units", "a whole number from 0 to 10,000"),
        ({"max_units": "2.5"}, "max_units", "a whole number"),
        ({"capital_cost": ""}, "capital_cost", "£ from 0"),
        ({"capital_cost": "£500,000"}, "capital_cost", "plain number"),
        ({"standing_cost": "-1"}, "standing_cost", "£ a week from 0"),
        ({"opens": "1/9/2025"}, "opens", "YYYY-MM-DD"),
        ({"opens": "2025-02-30"}, "opens", "YYYY-MM-DD"),
        ({"kind": "foster home"}, "kind", "nearest: 'foster_home'"),
        ({"places": "-1"}, "places", "a whole number from 0"),
        ({"age_min": 12, "age_max": 8}, "age_min", "age_max is 8"),
        ({"kind": "kinship"}, "named_children", "kinship carers without named_children"),
        ({"kind": "kinship", "named_children": "c9"}, "named_children", "names 'c9', not in children.csv"),
        ({"easting": "", "northing": ""}, "postcode", "are blank"),
    ],
)
def test_a_fault_stands_at_its_row_and_column(tmp_path: Path, changed: Row, column: str, says: str) -> None:
    row = {**dict.fromkeys([*CARERS, "age_max", "named_children"], ""), **HOME, **changed}
    with pytest.raises(InputError) as caught:
        read_pack(pack_with(tmp_path, {**row, **HOME, "option_id": "first"}, row), commissioning=True)
    found = [fault for fault in caught.value.faults if fault.row == 3]
    assert [(fault.file, fault.column) for fault in found if says in str(fault)] == [("options.csv", column)]


def test_a_unit_may_not_have_the_name_of_a_provision(tmp_path: Path) -> None:
    pack = pack_with(tmp_path, {**HOME, "max_units": 1})
    provision = (pack / "provision.csv").read_text(encoding="utf-8")
    first = provision.splitlines()[1].split(",")[0]
    (pack / "provision.csv").write_text(provision.replace(first, "home#1"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_pack(pack, commissioning=True)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column) == ("options.csv", 2, "option_id")
    assert "home#1" in fault.what


def test_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    pack = pack_with(tmp_path, {**HOME, "max_units": "many"}, commission="[limits]\ncapital = -3\n")
    (pack / "policy.toml").write_text("[prices]\nmile = -1\n", encoding="utf-8")
    result = run_command("validate", pack, "--json")
    assert result.exit_code == 2
    places = [(fault["file"], fault["row"], fault["column"]) for fault in json_of(result)["faults"]]
    assert places == [
        ("options.csv", 2, "max_units"),
        ("policy.toml", 2, "prices.mile"),
        ("commission.toml", 2, "limits.capital"),
    ]


def test_validate_counts_the_options(tmp_path: Path) -> None:
    pack = pack_with(tmp_path, HOME, CARERS)
    assert json_of(run_command("validate", pack, "--json"))["options"] == 2
    assert "3 provisions, 2 options, no faults" in run_command("validate", pack).stdout


def test_every_key_of_commission_toml(tmp_path: Path) -> None:
    path = tmp_path / "commission.toml"
    text = """\
payback_years = 20
[limits]
capital = 3e6
standing_weekly = 20000
max_units = { childrens_home = 4, foster_home = 0 }
"""
    path.write_text(text, encoding="utf-8")
    read, faults = commission_from_toml(path)
    assert faults == []
    limits = CommissionLimits(3e6, 20_000.0, {"childrens_home": 4, "foster_home": 0})
    assert read == Commission(limits, 20.0)
    assert read.payback_weeks == pytest.approx(20 * 365.25 / 7)


def test_payback_years_may_stand_in_the_table(tmp_path: Path) -> None:
    path = tmp_path / "commission.toml"
    path.write_text('[limits]\ncapital = "none"\npayback_years = 5\n', encoding="utf-8")
    assert commission_from_toml(path) == (Commission(payback_years=5.0), [])


@pytest.mark.parametrize(
    ("text", "row", "key", "says"),
    [
        ("[limits]\ncapital = -1\n", 2, "limits.capital", '"none"'),
        ('[limits]\ncapital = "lots"\n', 2, "limits.capital", "£ from 0"),
        ("[limits]\nstanding_weekly = nan\n", 2, "limits.standing_weekly", "£ a week"),
        ("[limits]\nmax_units = 3\n", 2, "limits.max_units", "kind = whole number"),
        ("[limits]\nmax_units = {childrens_home = 1.5}\n", 2, "limits.max_units.childrens_home", "whole"),
        (
            "[limits.max_units]\nchildrens_hom = 1\n",
            2,
            "limits.max_units.childrens_hom",
            "nearest: 'childrens_home'",
        ),
        ("[limits]\ncapitol = 1\n", 2, "limits.capitol", "nearest: 'limits.capital'"),
        ("[limit]\ncapital = 1\n", 1, "limit", "there is no key"),
        ("payback_years = 0\n", 1, "payback_years", "years from 0.1"),
        ("payback_years = 5\n[limits]\npayback_years = 6\n", 3, "limits.payback_years", "given twice"),
        ("limits = 3\n", 1, "limits", "a table"),
        ("[limits\n", 1, "", "not TOML"),
    ],
)
def test_a_fault_of_commission_toml(tmp_path: Path, text: str, row: int, key: str, says: str) -> None:
    path = tmp_path / "commission.toml"
    path.write_text(text, encoding="utf-8")
    _, (fault,) = commission_from_toml(path)
    assert (fault.file, fault.row, fault.column) == ("commission.toml", row, key)
    assert says in str(fault)


def test_the_commission_of_the_dictionary_is_the_default(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```toml\n(payback_years.*?)^```$", page, re.MULTILINE | re.DOTALL)
    path = tmp_path / "commission.toml"
    path.write_text(block, encoding="utf-8")
    assert commission_from_toml(path) == (Commission(), [])
