"""Games small enough to be solved on paper: everybody lives on one spot, and a place costs £500 a week.

A child without a place counts £10,000, a separated sibling group £500.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.corners import SIBLING, SOLO, beds, corner
from support.random_packs import Tables

from optimiser.cooperation.run import Cooperation, cooperation_from_pack

A, B, C = "E08000037", "E08000021", "E06000047"
OF_B = {"authority": B}
HELD_BY_A = {"sector": "local_authority", "authority": A}


def _cooperation(tmp_path: Path, tables: Tables) -> Cooperation:
    return cooperation_from_pack(tables.write(tmp_path / "pack"))


def _pounds(found: Cooperation, column: str) -> dict[str, float]:
    return {row["authority"]: float(row[column]) for row in found.contributions}


def test_who_holds_the_scarce_places_gains_all(tmp_path: Path) -> None:
    """A has two places for three children, one of them its own. Alone: A £500, B £20,000; together two
    places and one child without: £11,000. One more place would save £9,500, so that is the price of each:
    A's child pays £10,000 and A is paid £19,000; each of B's children pays £10,000."""
    tables = corner({"a": {}, "b1": OF_B, "b2": OF_B}, {"p": beds(2, None, **HELD_BY_A)}, "if_needed", "")
    found = _cooperation(tmp_path, tables)
    assert _pounds(found, "alone") == pytest.approx({A: 500, B: 20_000, C: 0}, abs=1e-6)
    assert _pounds(found, "contribution") == pytest.approx({A: -9_000, B: 20_000, C: 0}, abs=1e-6)
    assert _pounds(found, "saving") == pytest.approx({A: 9_500, B: 0, C: 0}, abs=1e-6)
    assert sum(_pounds(found, "together").values()) == pytest.approx(11_000, abs=1e-6)


def test_the_market_is_shared_by_eligible_children(tmp_path: Path) -> None:
    """One place for three children, one of A's and two of B's: A may take a third of it, B two thirds.
    Alone A places a third of a child (£500 / 3 + £20,000 / 3), B two thirds of one of two."""
    tables = corner({"a": {}, "b1": OF_B, "b2": OF_B}, {"p": beds(1)}, "if_needed", "")
    found = _cooperation(tmp_path, tables)
    alone = {A: 500 / 3 + 20_000 / 3, B: 1_000 / 3 + 40_000 / 3, C: 0}
    assert _pounds(found, "alone") == pytest.approx(alone, abs=1e-6)
    assert _pounds(found, "contribution") == pytest.approx(alone, abs=1e-6)


def test_half_of_a_home_is_half_of_a_place_for_a_solo_child(tmp_path: Path) -> None:
    """A home of two vacancies, a solo child of A and another of B: each may take one of the two vacancies,
    and half of a child who needs both."""
    tables = corner({"a": SOLO, "b": OF_B}, {"p": beds(2)}, "if_needed", "")
    assert _pounds(_cooperation(tmp_path, tables), "alone") == pytest.approx({A: 5_250, B: 500, C: 0})


def test_siblings_of_two_authorities_are_separated_for_each_of_them(tmp_path: Path) -> None:
    """Each has a home of its own for its child, and the group counts as separated: £1,000 each. Together
    they live in A's home: £1,000 in all. There is room to spare, so places have no price, and the two share
    alike in what keeping them together costs: nothing."""
    children = {"a": SIBLING, "b": {**SIBLING, **OF_B}}
    homes = {"p": beds(2, None, **HELD_BY_A), "q": beds(1, held_by=B)}
    found = _cooperation(tmp_path, corner(children, homes, "if_needed", ""))
    assert _pounds(found, "alone") == pytest.approx({A: 1_000, B: 1_000, C: 0})
    assert _pounds(found, "contribution") == pytest.approx({A: 500, B: 500, C: 0}, abs=1e-6)
    never = _cooperation(tmp_path / "never", corner(children, homes, "never", ""))
    assert _pounds(never, "alone") == pytest.approx({A: 10_500, B: 10_500, C: 0})


@pytest.mark.parametrize(
    ("home", "alone"),
    [
        ({"sector": "local_authority", "authority": A}, 500),
        ({"sector": "local_authority", "authority": B}, 10_000),
        ({"sector": "local_authority", "authority": B, "held_by": A}, 500),
        ({"sector": "local_authority", "authority": "E06000057"}, 10_000),
        ({"sector": "local_authority", "authority": ""}, 500),
        ({"sector": "private", "authority": B}, 500),
        ({"sector": "private", "authority": A, "held_by": B}, 10_000),
        ({"sector": "private", "kind": "kinship", "named_children": "a", "authority": A}, 500),
        ({"sector": "private", "kind": "kinship", "named_children": "a", "authority": B}, 10_000),
    ],
)
def test_who_holds_a_place(tmp_path: Path, home: dict[str, str], alone: float) -> None:
    found = _cooperation(tmp_path, corner({"a": {}}, {"p": beds(1, None, **home)}, "if_needed", ""))
    assert _pounds(found, "alone")[A] == pytest.approx(alone)


def test_prices_are_the_policys(tmp_path: Path) -> None:
    tables = corner({"a": SIBLING, "b": SIBLING}, {"p": beds(1, None, **HELD_BY_A)}, "if_needed", "")
    tables.policy = {"prices": {"unplaced": 2_000.0, "separated": 30.0}}
    assert _pounds(_cooperation(tmp_path, tables), "alone")[A] == pytest.approx(500 + 2_000 + 30)


def test_whole_homes_go_to_whom_is_owed_most(tmp_path: Path) -> None:
    """Three market homes of one place, one child of A and two of B eligible in each: of every three, one is
    A's. The first goes to B, who is owed two thirds of it; then A is owed two thirds; then B again."""
    children = {"a": {}, "b1": OF_B, "b2": OF_B}
    homes = {f"p{number}": beds(1) for number in range(3)}
    found = _cooperation(tmp_path, corner(children, homes, "if_needed", ""))
    alone = {row["child_id"]: row["alone"] for row in found.placements}
    assert alone["a"] == "p1"
    assert {alone["b1"], alone["b2"]} == {"p0", "p2"}
    together = {row["together"] for row in found.placements}
    assert together == {"p0", "p1", "p2"}
