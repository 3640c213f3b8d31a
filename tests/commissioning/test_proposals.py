"""Options by rule: what is proposed for whom, at points that give no home away."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.commands import json_of, names_in, run_command
from support.packs import CHILDREN, PROVISION, REGION, Row, csv_text, little_pack

from optimiser.commissioning.medians import weighted_medians
from optimiser.commissioning.proposals import BEDS, proposed_options
from optimiser.commissioning.public_points import miles_between, sector_points
from optimiser.commissioning.typical_costs import FOSTER_GBP_A_WEEK, RESIDENTIAL_GBP_A_WEEK
from optimiser.errors import InputError
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs

GATESHEAD = "E08000037"


def child(name: str, **cells: object) -> Row:
    return {
        "child_id": name,
        "authority": GATESHEAD,
        "home_easting": 425000,
        "home_northing": 562000,
        "age": 9,
        "gender": "male",
        "residential_care": "unsuitable",
        **cells,
    }


def proposed(folder: Path, *children: Row, provision: tuple[Row, ...] = ()) -> dict[str, dict[Hashable, Any]]:
    rows = provision or ({**PROVISION[0], "kind": "supported_accommodation", "named_children": ""},)
    pack = read_pack(little_pack(folder, children=children, provision=rows))
    return {str(row["option_id"]): row for row in proposed_options(pack).to_dict(orient="records")}


def test_each_shortage_group_is_proposed_where_it_has_children(tmp_path: Path) -> None:
    options = proposed(
        tmp_path,
        *(child(f"s{number}", sibling_group="g") for number in range(3)),
        child("teen", age=15),
        child("mother", age=8, needs="Parent_And_Child_Placement"),
        child("trauma", needs="complex_trauma;wheelchair"),
        child("speaker", needs="needs_interpreter"),
        child("elsewhere", authority="E06000047", home_easting=427300, home_northing=542500, age=12),
    )
    assert sorted(options) == [
        "foster-E06000047-teenagers",
        *(
            f"foster-{GATESHEAD}-{name}"
            for name in ("language", "parent_and_child", "siblings_of_three", "teenagers", "therapeutic")
        ),
    ]
    assert options[f"foster-{GATESHEAD}-parent_and_child"]["skills"] == ("Parent_And_Child_Placement",)
    assert options[f"foster-{GATESHEAD}-therapeutic"]["skills"] == ("complex_trauma",)
    assert options[f"foster-{GATESHEAD}-siblings_of_three"]["places"] == 3
    assert options[f"foster-{GATESHEAD}-teenagers"]["weekly_cost"] == FOSTER_GBP_A_WEEK[GATESHEAD]
    assert all(option["kind"] == "foster_home" for option in options.values())


def test_units_are_what_the_vacancies_do_not_meet(tmp_path: Path) -> None:
    teens = [child(f"t{number}", age=13) for number in range(5)]
    household = {
        "provision_id": "p",
        "kind": "foster_home",
        "sector": "local_authority",
        "authority": GATESHEAD,
        "easting": 425000,
        "northing": 562000,
        "places": 3,
        "vacancies": 2,
        "weekly_cost": 400,
    }
    for name, cells, units in (
        ("some", {}, 3),
        ("young", {"age_max": 12}, 5),
        ("away", {"authority": "E06000047"}, 5),
    ):
        options = proposed(tmp_path / name, *teens, provision=({**household, **cells},))
        assert options[f"foster-{GATESHEAD}-teenagers"]["max_units"] == units


def test_homes_have_four_sizes_at_every_point_and_cost_what_is_published(tmp_path: Path) -> None:
    options = proposed(
        tmp_path,
        *(
            child(
                f"c{number}",
                age=10,
                residential_care="preferred",
                foster_care="unsuitable",
                needs="therapeutic",
            )
            for number in range(9)
        ),
    )
    assert len(options) == 2 * len(BEDS)
    for beds in BEDS:
        of_size = [option for option in options.values() if option["places"] == beds]
        assert len(of_size) == 2
        for option in of_size:
            assert option["capital_cost"] == {2: 300_000, 3: 450_000, 4: 600_000, 6: 900_000}[beds]
            full = float(str(option["weekly_cost"])) + float(str(option["standing_cost"])) / beds
            assert full == pytest.approx(RESIDENTIAL_GBP_A_WEEK[str(option["authority"])])
            assert option["skills"] == ("therapeutic",)


def test_a_rare_need_is_not_written_into_a_home(tmp_path: Path) -> None:
    children = [
        child(f"c{number}", age=10, residential_care="preferred", needs="rare" if number < 4 else "common")
        for number in range(9)
    ]
    homes = [each for each in proposed(tmp_path, *children).values() if each["kind"] == "childrens_home"]
    assert {each["skills"] for each in homes} == {("common",)}


def test_no_point_is_a_childs_home() -> None:
    everywhere = sector_points([GATESHEAD], np.empty((0, 2)))
    homes = everywhere[["easting", "northing"]].to_numpy()[:7] + np.array([3.0, -4.0])
    left = sector_points([GATESHEAD], homes)
    assert len(left) == len(everywhere) - 7
    assert miles_between(left[["easting", "northing"]].to_numpy(), homes).min() >= 0.05


def test_points_are_sectors_of_the_authority() -> None:
    points = sector_points([GATESHEAD, "E10000017"], np.empty((0, 2)))
    assert set(points["authority"]) == {GATESHEAD, "E10000017"}
    assert points["sector"].str.fullmatch(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9]").all()
    assert points["sector"].is_unique


def test_the_search_finds_the_towns() -> None:
    rng = np.random.default_rng(3)
    towns = np.array([[0.0, 0.0], [30_000.0, 0.0], [0.0, 40_000.0]])
    homes = np.concatenate([town + rng.normal(0, 900, (20, 2)) for town in towns])
    sites = np.concatenate([towns, rng.uniform(8_000, 60_000, (50, 2))])
    assert weighted_medians(miles_between(sites, homes), np.ones(60), 3).tolist() == [0, 1, 2]


@pytest.mark.parametrize("seed", range(20))
def test_an_exchange_leaves_no_better_exchange(seed: int) -> None:
    rng = np.random.default_rng(seed)
    miles, weight = rng.random((9, 14)), rng.random(14)

    def total(chosen: set[int]) -> float:
        return float((miles[sorted(chosen)] * weight).min(axis=0).sum())

    found = set(weighted_medians(miles, weight, 3).tolist())
    others = [found - {out} | {into} for out in found for into in set(range(9)) - found]
    assert len(found) == 3
    assert min(map(total, others)) >= total(found) - 1e-9


def test_the_order_of_rows_changes_nothing_and_the_table_reads_back(tmp_path: Path) -> None:
    source = sample_packs()["north-east-and-cumbria"]
    texts = {}
    for name in ("as_it_is", "shuffled"):
        pack = tmp_path / name
        pack.mkdir()
        for file in source.iterdir():
            lines = file.read_bytes().splitlines(keepends=True)
            if name == "shuffled" and file.name in ("children.csv", "provision.csv"):
                order = np.random.default_rng(1).permutation(len(lines) - 1) + 1
                lines = [lines[0], *(lines[place] for place in order.tolist())]
            (pack / file.name).write_bytes(b"".join(lines))
        result = run_command("options", pack, "--out", pack / "options.csv", "--json")
        assert set(json_of(result)["options"]) == {"childrens_home", "foster_home"}
        texts[name] = (pack / "options.csv").read_bytes()
        assert run_command("validate", pack).exit_code == 0
    assert texts["as_it_is"] == texts["shuffled"]
    again = run_command("options", tmp_path / "shuffled", "--out", tmp_path / "shuffled" / "options.csv")
    assert again.exit_code == 2
    assert "exists already" in again.stderr


def test_where_nothing_can_be_proposed(tmp_path: Path) -> None:
    pack = little_pack(tmp_path / "pack", children=[child("c", foster_care="unsuitable")], region=REGION)
    (pack / "provision.csv").write_text(csv_text([{**PROVISION[0], "named_children": ""}]), encoding="utf-8")
    with pytest.raises(InputError, match="nothing can be proposed"):
        proposed_options(read_pack(pack))
    assert run_command("options", pack, "--out", tmp_path / "options.csv").exit_code == 2
    assert names_in(tmp_path) == ["pack"]


def test_the_little_pack_has_children(tmp_path: Path) -> None:
    assert len(proposed_options(read_pack(little_pack(tmp_path, children=CHILDREN)))) > 0
