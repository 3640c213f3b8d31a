"""`verify` on a cooperation: proven as it was written, refuted once anything in it is not true."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from support.bundles import RunFolder
from support.random_packs import AUTHORITIES, Tables, small_tables

from optimiser.cooperation.run import cooperation_from_pack, csv_bytes, write_cooperation
from optimiser.errors import InputError
from optimiser.verification.verify import verify_run

SEED = 113


def _tables() -> Tables:
    tables = small_tables(SEED, children=(12, 12), provisions=(8, 8))
    tables.region["groups"] = [{"name": "Tyne", "authorities": [AUTHORITIES[0][0], AUTHORITIES[1][0]]}]
    return tables


def _made(folder: Path, tables: Tables) -> RunFolder:
    pack = tables.write(folder / "pack")
    write_cooperation(folder / "run", cooperation_from_pack(pack))
    return RunFolder(pack, folder / "run")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return _made(tmp_path_factory.mktemp("made"), _tables())


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_bytes(csv_bytes(list(rows[0]), rows))


def _refuted(made: RunFolder, *told: str) -> None:
    verdict = verify_run(made.run, pack=made.pack)
    assert not verdict.proven
    for part in told:
        assert part in verdict.statement


def test_a_run_as_written_is_proven(made: RunFolder) -> None:
    verdict = verify_run(made.run)
    assert verdict.proven
    assert verdict.statement.startswith("PROVEN: of the 3 authorities none")
    assert verdict.figures["sets"] == 7


def test_the_same_inputs_give_the_same_bytes_and_the_order_of_rows_does_not_matter(
    tmp_path: Path, made: RunFolder
) -> None:
    again = _made(tmp_path / "again", _tables())
    for path in sorted(made.run.iterdir()):
        if path.name != "manifest.json":
            assert (again.run / path.name).read_bytes() == path.read_bytes()
    shuffled = _made(tmp_path / "shuffled", _tables().shuffled(5))
    for name in ("contributions.csv", "sub_regions.csv", "tiers.csv"):
        assert (shuffled.run / name).read_bytes() == (made.run / name).read_bytes()
    of_child = {row["child_id"]: row for row in _rows(made.run / "placements.csv")}
    assert all(row == of_child[row["child_id"]] for row in _rows(shuffled.run / "placements.csv"))


def test_a_policy_of_its_own_travels_with_the_run(tmp_path: Path) -> None:
    pack = _tables().write(tmp_path / "pack")
    policy = tmp_path / "other.toml"
    policy.write_text("[prices]\nunplaced = 3000.0\n", encoding="utf-8")
    write_cooperation(tmp_path / "run", cooperation_from_pack(pack, policy=policy))
    policy.unlink()
    assert verify_run(tmp_path / "run").proven


def test_a_folder_that_is_there_already_is_refused(tmp_path: Path) -> None:
    found = cooperation_from_pack(_tables().write(tmp_path / "pack"))
    (tmp_path / "run").mkdir()
    with pytest.raises(InputError, match="exists already"):
        write_cooperation(tmp_path / "run", found)


@pytest.mark.parametrize("column", ["contribution", "alone", "together", "saving", "children"])
def test_a_figure_that_was_altered(tmp_path: Path, made: RunFolder, column: str) -> None:
    other = made.copy(tmp_path)
    rows = _rows(other.run / "contributions.csv")
    rows[0][column] = f"{Fraction(rows[0][column]) + 1:.9f}" if column != "children" else "999"
    _write(other.run / "contributions.csv", rows)
    _refuted(other, "is not the file whose hash the manifest gives")
    other.mend()
    _refuted(other, f"contributions.csv: row 2, {column}")


def test_a_pound_shifted_from_one_council_to_another(tmp_path: Path, made: RunFolder) -> None:
    other = made.copy(tmp_path)
    rows = _rows(other.run / "contributions.csv")
    for row, pound in zip(rows, (1, -1), strict=False):
        row["contribution"] = f"{float(row['contribution']) + pound:.9f}"
        row["saving"] = f"{float(row['saving']) - pound:.9f}"
    _write(other.run / "contributions.csv", rows)
    other.mend()
    _refuted(other, "contributions.csv: row 2, contribution", "contributions.csv: row 3, contribution")


def _first(parts: dict[str, Any]) -> tuple[dict[str, Any], str]:
    inner = next(iter(parts.values()))
    return inner, next(iter(inner))


def _more_than_there_is(sets: list[Any]) -> None:
    inner, place = _first(sets[0]["children"] or sets[0]["groups"])
    inner[place] = "2"


def _divided_by_nothing(sets: list[Any]) -> None:
    inner, place = _first(sets[0]["children"] or sets[0]["groups"])
    inner[place] = "1/00"


def _dear_beyond_counting(sets: list[Any]) -> None:
    sets[0]["prices"]["capacity"] = dict.fromkeys(sets[0]["prices"]["capacity"], "999999999")


def _nothing_lives_anywhere(sets: list[Any]) -> None:
    for entry in sets:
        entry["children"], entry["groups"] = {}, {}


def _no_price(sets: list[Any]) -> None:
    sets[0]["prices"]["capacity"] = {}


def _below_zero(sets: list[Any]) -> None:
    sets[0]["prices"]["capacity"] = dict.fromkeys(sets[0]["prices"]["capacity"], "-1")


def _of_no_home(sets: list[Any]) -> None:
    sets[0]["prices"]["capacity"]["nowhere"] = "1"


def _of_no_limit(sets: list[Any]) -> None:
    sets[0]["prices"]["authority_weekly_budget"]["E06000047"] = "1"


def _a_set_fewer(sets: list[Any]) -> None:
    sets.pop()


def _told_lower(sets: list[Any]) -> None:
    sets[1]["most"] = "0.000000000"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_more_than_there_is, "lives more than once"),
        (_divided_by_nothing, "not a part of a place"),
        (_dear_beyond_counting, "short of what all cost together"),
        (_nothing_lives_anywhere, "short of what all cost together"),
        (_no_price, "short of what all cost together"),
        (_below_zero, "not a price of 0 or more"),
        (_of_no_home, "is not in provision.csv"),
        (_of_no_limit, "has a price, but no budget"),
        (_a_set_fewer, "sets, not"),
        (_told_lower, "sets[1].most"),
    ],
)
def test_a_certificate_that_was_altered(
    tmp_path: Path, made: RunFolder, change: Callable[[list[Any]], None], told: str
) -> None:
    other = made.copy(tmp_path)
    other.alter("certificate.json", lambda document: change(document["sets"]))
    _refuted(other, told)


@pytest.mark.parametrize("scope", ["alone", "sub_region", "together"])
def test_a_child_moved(tmp_path: Path, made: RunFolder, scope: str) -> None:
    other = made.copy(tmp_path)
    rows = _rows(other.run / "placements.csv")
    placed = next(row for row in rows if row[scope])
    homes = [row["provision_id"] for row in _rows(other.pack / "provision.csv")]
    for home in homes:
        if home == placed[scope]:
            continue
        moved = [{**row, scope: home} if row is placed else row for row in rows]
        _write(other.run / "placements.csv", moved)
        other.mend()
        _refuted(other, ".csv")


def test_a_figure_of_the_tiers_altered(tmp_path: Path, made: RunFolder) -> None:
    rows = _rows(made.run / "tiers.csv")
    for column in ("unplaced", "separated_groups", "weekly_cost_total", "over_far_miles"):
        other = made.copy(tmp_path / column)
        altered = [{**row, column: "7"} if index == 0 else row for index, row in enumerate(rows)]
        _write(other.run / "tiers.csv", altered)
        other.mend()
        _refuted(other, f"tiers.csv: row 2, {column}")


def test_places_held_by_another(tmp_path: Path, made: RunFolder) -> None:
    other = made.copy(tmp_path)
    rows = _rows(other.pack / "provision.csv")
    priced: Mapping[str, str] = {}

    def read(document: dict[str, Any]) -> None:
        nonlocal priced
        priced = document["sets"][0]["prices"]["capacity"]

    other.alter("certificate.json", read)
    assert priced
    for row in rows:
        row["held_by"] = AUTHORITIES[2][0] if row["provision_id"] in priced else row.get("held_by", "")
    _write(other.pack / "provision.csv", rows)
    other.mend()
    _refuted(other)
