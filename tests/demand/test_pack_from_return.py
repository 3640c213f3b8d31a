"""Children of a return as a pack: who is in it, how far they live from home, and that it validates."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from support import returns
from support.returns import HOME, OTHER_PLACE, REGION
from typer.testing import CliRunner

from optimiser.commands import importing
from optimiser.demand.pack_from_return import Entered, children_of_return, department_miles
from optimiser.demand.pack_write import write_return_pack
from optimiser.demand.reading import read_return
from optimiser.demand.returns import EPISODES, Return
from optimiser.errors import InputError
from optimiser.pack.postcodes import points_from_postcodes
from optimiser.pack.read import read_pack
from optimiser.pack.region_file import region_to_toml

AS_AT = date(2024, 3, 31)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Return:
    files = returns.department_files(returns.sound_tables(), folder="Salford/")
    return read_return(returns.write_files(tmp_path_factory.mktemp("return"), files), region=REGION)


def _by_child(table: pd.DataFrame) -> dict[str, dict[str, object]]:
    rows = table.to_dict(orient="records")
    return {str(row["child_id"]): {str(name): value for name, value in row.items()} for row in rows}


def test_who_is_looked_after_on_the_day(found: Return) -> None:
    last = _by_child(children_of_return(found, as_at=AS_AT).children)
    assert sorted(last) == ["C2", "C3", "C4", "C5", "C6"]
    earlier = _by_child(children_of_return(found, as_at=date(2023, 8, 14)).children)
    assert sorted(earlier) == ["C1", "C2", "C5", "C6"]
    assert (
        earlier["C6"]["current_place"] == "P1"
    )  # the episode that ends that day is over, the next has begun
    ages = {child: row["age"] for child, row in last.items()}
    assert ages == {"C2": 17, "C3": 17, "C4": 0, "C5": 9, "C6": 13}


def test_where_they_live(found: Return) -> None:
    made = _by_child(children_of_return(found, as_at=AS_AT).children)
    assert made["C2"]["current_kind"] == "childrens_home"
    assert (made["C2"]["current_provider"], made["C2"]["current_sector"]) == ("PR4", "private")
    assert made["C2"]["current_provision_id"] == "7654321"
    assert (made["C5"]["current_kind"], made["C5"]["current_provision_id"]) == ("kinship", "")
    assert {row["uasc"] for row in made.values()} == {"yes", "no"}
    assert made["C3"]["home_source"] == "current_place"
    assert {row["home_source"] for child, row in made.items() if child != "C3"} == {"return"}


def test_miles_are_the_departments(found: Return) -> None:
    points = points_from_postcodes(pd.Series([HOME, OTHER_PLACE]))
    east, north = np.diff(points[["easting", "northing"]].to_numpy(), axis=0)[0]
    by_hand = round(math.sqrt(east**2 + north**2) / 1000 / 1.6093, 1)
    made = _by_child(children_of_return(found, as_at=AS_AT).children)
    assert made["C2"]["current_miles"] == by_hand > 0
    assert math.isnan(float(str(made["C3"]["current_miles"])))  # unaccompanied


def test_a_mile_of_the_department() -> None:
    home = np.array([[0.0, 0.0], [0.0, 0.0]])
    place = np.array([[1609.3 * 12, 0.0], [1609.3 * 0.3, 1609.3 * 0.4]])
    assert department_miles(home, place).tolist() == [12.0, 0.5]


def test_respite_has_no_distance(tmp_path: Path) -> None:
    tables = returns.sound_tables()
    tables[EPISODES, 2024] = [
        {**row, "LS": "V3"} if row["CHILD"] == "C2" else row for row in tables[EPISODES, 2024]
    ]
    files = returns.department_files(tables, folder="Salford/")
    read = read_return(returns.write_files(tmp_path, files), region=REGION)
    made = _by_child(children_of_return(read, as_at=AS_AT).children)
    assert math.isnan(float(str(made["C2"]["current_miles"])))


def test_sectors_give_a_distance_that_says_so(tmp_path: Path) -> None:
    files = returns.platform_files(returns.sound_tables(), authority="Salford", suffix="355")
    read = read_return(returns.write_files(tmp_path, files), region=REGION)
    made = _by_child(children_of_return(read, as_at=AS_AT).children)
    assert made["C2_355"]["current_miles_precision"] == "sector"


def test_who_entered_in_a_window(found: Return) -> None:
    window = Entered(date(2023, 6, 1), date(2024, 1, 31))
    made = _by_child(children_of_return(found, as_at=AS_AT, entered=window).children)
    assert {child: (row["age"], row["episode_start"]) for child, row in made.items()} == {
        "C2": (16, "2023-07-03"),
        "C3": (17, "2023-09-05"),
        "C4": (0, "2024-01-10"),
    }


def test_a_day_outside_the_returns_is_refused(found: Return) -> None:
    with pytest.raises(InputError, match="2024-04-01 is outside the returns"):
        children_of_return(found, as_at=date(2024, 4, 1))


def test_the_pack_validates(found: Return, tmp_path: Path) -> None:
    write_return_pack(found, out=tmp_path / "pack", region=REGION, as_at=AS_AT)
    pack = read_pack(tmp_path / "pack")
    assert pack.region.as_at == AS_AT
    assert pack.children["child_id"].tolist() == ["C2", "C3", "C4", "C5", "C6"]
    assert len(pack.provision) == 0
    assert pack.warnings == ()
    quality = pd.read_csv(tmp_path / "pack" / "quality.csv")
    assert quality["kind"].tolist() == ["home missing"]


def test_provision_comes_from_another_pack(found: Return, tmp_path: Path) -> None:
    supply = "provision_id,name,provider,kind,sector,authority,postcode,places,vacancies,weekly_cost\n"
    supply += f"7654321,Home,Firm,childrens_home,private,E08000006,{OTHER_PLACE},3,1,5000\n"
    returns.write_files(tmp_path, {"supply/provision.csv": supply, "bad.csv": "name\nx\n"})
    write_return_pack(found, out=tmp_path / "pack", region=REGION, as_at=AS_AT, provision=tmp_path / "supply")
    assert read_pack(tmp_path / "pack").provision["provision_id"].tolist() == ["7654321"]
    with pytest.raises(InputError):
        write_return_pack(
            found, out=tmp_path / "other", region=REGION, as_at=AS_AT, provision=tmp_path / "bad.csv"
        )
    assert not (tmp_path / "other").exists()


def test_the_command(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(importing.ssda903)
    files = returns.department_files(returns.sound_tables(), folder="Salford/")
    returns.write_files(tmp_path / "returns", {**files, "Salford/2024/oc2.csv": "CHILD\n"})
    returns.write_files(tmp_path, {"region.toml": region_to_toml(REGION)})
    arguments = [
        str(tmp_path / "returns"),
        "--region",
        str(tmp_path / "region.toml"),
        "--as-at",
        "2024-03-31",
    ]
    ended = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "pack")])
    assert ended.exit_code == 0, ended.output
    assert "8 rows read = 8 used + 0 repaired + 0 set aside" in ended.output
    assert "not read: Salford/2024/oc2.csv" in ended.output
    assert (tmp_path / "pack" / "children.csv").is_file()
    window = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "two"), "--entered", "2024"])
    assert window.exit_code == 2
