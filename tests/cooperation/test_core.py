"""Contributions of random packs against an independent linear programme, for every set of authorities."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.game import every_set, game_of_folder
from support.random_packs import Tables, medium_tables, small_tables

from optimiser.cooperation.run import Cooperation, cooperation_from_pack, write_cooperation
from optimiser.verification.verify import verify_run

CLOSE = 1e-6
"""£ a week (contract, section 7)."""


def _pack(tables: Tables, folder: Path, seed: int) -> Path:
    """The tables as a pack whose places are held by others than stand there in every third of them."""
    codes = [entry["code"] for entry in tables.region["authority"]]
    for index, row in enumerate(tables.provision):
        row["held_by"] = codes[(index + seed) % len(codes)] if (index + seed) % 3 == 0 else ""
    if seed % 2:
        tables.region["groups"] = [{"name": "North", "authorities": codes[:2]}]
    return tables.write(folder)


def _check(found: Cooperation, folder: Path) -> None:
    game = game_of_folder(folder)
    contribution = {row["authority"]: float(row["contribution"]) for row in found.contributions}
    assert list(contribution) == list(game.members)
    for members in every_set(game.members):
        assert sum(contribution[code] for code in members) <= game.value(members) + CLOSE
    assert sum(contribution.values()) == pytest.approx(game.value(game.members), abs=CLOSE)
    for row in found.contributions:
        assert float(row["alone"]) == pytest.approx(game.value([row["authority"]]), abs=CLOSE)
        assert float(row["saving"]) >= 0
    together = sum(float(row["together"]) for row in found.contributions)
    assert together == pytest.approx(game.value(game.members), abs=CLOSE)
    for row in found.sub_regions:
        value = game.value(row["authorities"].split(";"))
        assert float(row["as_one"]) == pytest.approx(value, abs=CLOSE)


@pytest.mark.parametrize("seed", range(40))
def test_no_set_of_authorities_would_pay_less_alone(tmp_path: Path, seed: int) -> None:
    folder = _pack(small_tables(seed), tmp_path / "pack", seed)
    found = cooperation_from_pack(folder)
    _check(found, folder)
    write_cooperation(tmp_path / "run", found)
    verdict = verify_run(tmp_path / "run", pack=folder)
    assert verdict.proven, verdict.statement


@pytest.mark.parametrize("seed", range(2))
def test_with_budget_and_share_of_the_region(tmp_path: Path, seed: int) -> None:
    folder = _pack(medium_tables(seed, children=(40, 60), provisions=(25, 40)), tmp_path / "pack", seed)
    _check(cooperation_from_pack(folder), folder)


@pytest.mark.parametrize("unplaced", [0.0, 1_000_000.0])
def test_any_price_of_a_child_without_a_place(tmp_path: Path, unplaced: float) -> None:
    tables = medium_tables(7, children=(40, 40), provisions=(20, 20))
    tables.policy.setdefault("prices", {})["unplaced"] = unplaced
    folder = _pack(tables, tmp_path / "pack", 7)
    found = cooperation_from_pack(folder)
    _check(found, folder)
    write_cooperation(tmp_path / "run", found)
    assert verify_run(tmp_path / "run").proven


def test_a_region_without_children_or_without_places(tmp_path: Path) -> None:
    tables = small_tables(3, children=(6, 6), provisions=(4, 4))
    tables.policy, tables.incompatible = {}, []
    nobody = tables.copy()
    nobody.provision = [{**row, "vacancies": "0"} for row in nobody.provision]
    found = cooperation_from_pack(nobody.write(tmp_path / "full"))
    assert all(float(row["saving"]) == pytest.approx(0, abs=CLOSE) for row in found.contributions)
    empty = tables.copy()
    for child in empty.children:
        child["authority"] = "E08000037"
    rest = cooperation_from_pack(empty.write(tmp_path / "one"))
    assert [row["children"] for row in rest.contributions] == ["6", "0", "0"]
    assert [float(row["alone"]) for row in rest.contributions[1:]] == [0.0, 0.0]
