"""Futures drawn from a pack and from a forecast: the same twice, families whole, totals as foretold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.commands import json_of, names_in, run_command
from support.packs import CHILDREN, Row, csv_text, little_pack

from optimiser.commissioning.futures_from_forecast import Quarter, drawn_children, quarters_from_forecast
from optimiser.commissioning.futures_from_pack import bootstrapped_children
from optimiser.commissioning.futures_write import drawn_from_forecast, files_of_futures
from optimiser.errors import InputError
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.futures import pack_of_future, read_futures
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs

GATESHEAD, DURHAM = "E08000037", "E06000047"


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_pack_gives_futures_that_read_back(tmp_path: Path) -> None:
    out = tmp_path / "futures"
    document = json_of(
        run_command("futures", "north-east-and-cumbria", "--n", "3", "--seed", "7", "--out", out, "--json")
    )
    pack = read_pack(sample_packs()["north-east-and-cumbria"])
    futures = read_futures(out, pack)
    assert [len(future.children) for future in futures] == document["children"]
    assert names_in(out) == ["f01", "f02", "f03", "futures.csv"]
    for future in futures:
        assert future.on == pack.region.as_at
        assert len(future.children) == pytest.approx(1500, rel=0.15)
        assert future.children["child_id"].is_unique
        instance = instance_from_pack(pack_of_future(pack, future))
        assert len(instance.provisions.named)
        assert len(instance.incompatible)
        assert (future.children["current_provision_id"] == "").all()
    again = tmp_path / "again"
    run_command("futures", "north-east-and-cumbria", "--n", "3", "--seed", "7", "--out", again)
    assert content(again) == content(out)
    other = tmp_path / "other"
    run_command("futures", "north-east-and-cumbria", "--n", "3", "--seed", "8", "--out", other)
    assert content(other) != content(out)


def test_sibling_groups_are_drawn_whole_and_copies_are_told_apart(tmp_path: Path) -> None:
    pack = read_pack(little_pack(tmp_path))
    for table in bootstrapped_children(pack, count=40, seed=1):
        sizes = Counter(table["sibling_group"])
        sizes.pop("", None)
        assert set(sizes.values()) <= {2}
        assert table["child_id"].is_unique
        for name, group in zip(table["child_id"], table["sibling_group"], strict=True):
            assert group in ("", "g1" + name[2:])


def test_each_family_comes_a_poisson_number_of_times(tmp_path: Path) -> None:
    tables = bootstrapped_children(read_pack(little_pack(tmp_path)), count=4000, seed=2)
    times = np.array([table["child_id"].str.startswith("c3").sum() for table in tables])
    # Without the futures that have no child: of two families both are absent e⁻² of the time.
    assert times.mean() == pytest.approx(1 / (1 - np.exp(-2)), abs=0.06)
    assert (times == 0).mean() == pytest.approx((np.exp(-1) - np.exp(-2)) / (1 - np.exp(-2)), abs=0.03)


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    one = read_pack(little_pack(tmp_path / "one"))
    other = read_pack(little_pack(tmp_path / "other", children=CHILDREN[::-1]))
    pairs = zip(
        bootstrapped_children(one, count=5, seed=3),
        bootstrapped_children(other, count=5, seed=3),
        strict=True,
    )
    for first, second in pairs:
        pd.testing.assert_frame_equal(first, second[first.columns])


def test_what_the_file_has_besides_is_kept_and_births_become_ages(tmp_path: Path) -> None:
    children = [
        {**CHILDREN[0], "age": "", "date_of_birth": "2015-06-30", "needed_by": "2025-04-01", "note": "seen"},
        CHILDREN[2],
    ]
    table = bootstrapped_children(read_pack(little_pack(tmp_path, children=children)), count=9, seed=1)
    rows = pd.concat(table).query("child_id.str.startswith('c1')")
    assert set(rows["age"]) == {"9"}
    assert set(rows["note"]) == {"seen"}
    assert not {"date_of_birth", "needed_by"} & set(rows.columns)


def forecast(folder: Path, rows: list[Row]) -> Path:
    folder.mkdir()
    (folder / "entrants.csv").write_text(csv_text(rows), encoding="utf-8")
    return folder


def cell(authority: str, age: str, category: str, mean: float, low: float = 0, high: float = 0) -> Row:
    return {
        "authority": authority,
        "from": "2026-04-01",
        "to": "2026-06-30",
        "age": age,
        "category": category,
        "mean": mean,
        "low_95": low,
        "high_95": high,
    }


def entrants(*, low: float, high: float) -> list[Row]:
    return [
        cell(GATESHEAD, "5", "Foster carers", 12),
        cell(GATESHEAD, "5", "Kinship", 50),
        cell(GATESHEAD, "5", "Fostering", 62),
        cell(GATESHEAD, "5", "Other", 40),
        cell(GATESHEAD, "16", "Supported", 4),
        cell(GATESHEAD, "18", "Supported", 30),
        cell(DURHAM, "10", "Residential", 8),
        cell(DURHAM, "all", "Residential", 8),
        cell("all", "10", "Residential", 8),
        cell("all", "all", "all", 24, low, high),
    ]


def test_entrants_come_as_foretold(tmp_path: Path) -> None:
    (quarter,) = quarters_from_forecast(forecast(tmp_path / "run", entrants(low=14, high=34)))
    assert quarter.begins == "2026-04-01"
    draws = [drawn_children(quarter, None, seed=1, index=index) for index in range(300)]
    every = pd.concat(draws)
    counts = every.groupby(["authority", "age"]).size() / 300
    assert counts[GATESHEAD, 5] == pytest.approx(12, rel=0.06)
    assert counts[GATESHEAD, 16] == pytest.approx(4, rel=0.1)
    assert counts[DURHAM, 10] == pytest.approx(8, rel=0.06)
    assert len(counts) == 3
    kinds = {5: "foster_care", 10: "residential_care", 16: "supported_accommodation"}
    for age, kind in kinds.items():
        assert set(every[every["age"] == age][kind]) == {"preferred"}


def test_a_wide_interval_makes_the_totals_vary(tmp_path: Path) -> None:
    (narrow,) = quarters_from_forecast(forecast(tmp_path / "narrow", entrants(low=15, high=33)))
    (wide,) = quarters_from_forecast(forecast(tmp_path / "wide", entrants(low=0, high=60)))

    def deviation(quarter: Quarter) -> float:
        return float(
            np.std([len(drawn_children(quarter, None, seed=5, index=index)) for index in range(300)])
        )

    assert deviation(narrow) == pytest.approx(np.sqrt(24), rel=0.15)
    assert deviation(wide) == pytest.approx(60 / 3.92, rel=0.25)


def test_profiles_are_borrowed_from_the_pack(tmp_path: Path) -> None:
    pack = read_pack(sample_packs()["north-east-and-cumbria"])
    run = forecast(tmp_path / "run", entrants(low=14, high=34))
    table = pd.concat([each.children for each in drawn_from_forecast(run, pack, count=30, seed=2)])
    assert (table["home_easting"].notna()).all()
    assert (table["needs"] != "").mean() > 0.05
    sizes = (
        table.assign(future=table["child_id"].str[:3]).query("sibling_group != ''").groupby("sibling_group")
    )
    assert len(sizes) > 5
    assert sizes.size().min() >= 2
    homes = set(zip(pack.children["home_easting"], pack.children["home_northing"], strict=True))
    assert set(zip(table["home_easting"], table["home_northing"], strict=True)) <= homes


def test_a_forecast_gives_a_folder_that_reads_back_the_same_twice(tmp_path: Path) -> None:
    run = forecast(tmp_path / "run", entrants(low=14, high=34))
    pack = read_pack(little_pack(tmp_path / "pack"))
    for name in ("one", "other"):
        result = run_command(
            "futures", run, "--n", "2", "--seed", "1", "--pack", tmp_path / "pack", "--out", tmp_path / name
        )
        assert result.exit_code == 0, result.stderr
    assert content(tmp_path / "one") == content(tmp_path / "other")
    one, _ = read_futures(tmp_path / "one", pack)
    assert one.on.isoformat() == "2026-04-01"
    assert one.children["child_id"].is_unique


def test_bands_of_the_published_method_are_ages(tmp_path: Path) -> None:
    bands = {"<1": range(1), "1 to <5": range(1, 5), "10 to <16": range(10, 16), "16+": range(16, 18)}
    rows = [cell(GATESHEAD, band, "Fostering", 20) for band in bands]
    (quarter,) = quarters_from_forecast(forecast(tmp_path / "run", rows))
    ages = Counter(drawn_children(quarter, None, seed=1, index=0)["age"])
    assert set(ages) == {age for years in bands.values() for age in years}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "authority,from\n",
        "authority,from,to,age,category,mean,low_95,high_95\nx,2026-04-01,,1,all,-1,0,0\n",
    ],
)
def test_a_forecast_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "entrants.csv").write_text(text, encoding="utf-8")
    result = run_command("futures", tmp_path, "--out", tmp_path / "futures", "--json")
    assert result.exit_code == 2
    assert json_of(result)["faults"][0]["file"] == "entrants.csv"
    assert names_in(tmp_path) == ["entrants.csv"]


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert run_command("futures", "gateshead-ten", "--out", tmp_path / "out").exit_code == 2
    refused = run_command("futures", "gateshead-ten", "--pack", "gateshead-ten", "--out", tmp_path / "new")
    assert refused.exit_code == 2
    with pytest.raises(InputError):
        files_of_futures([])
    empty = little_pack(tmp_path / "empty")
    header = (empty / "children.csv").read_text(encoding="utf-8").splitlines()[0]
    (empty / "children.csv").write_text(header + "\n", encoding="utf-8")
    (empty / "provision.csv").write_text(
        "\n".join((empty / "provision.csv").read_text(encoding="utf-8").splitlines()[:2]) + "\n",
        encoding="utf-8",
    )
    assert run_command("futures", empty, "--out", tmp_path / "new").exit_code == 2
    assert names_in(tmp_path) == ["empty", "out"]
