"""Is the oracle to be trusted? Two unrelated searches agree, and agree with the contract read by hand.

Failures name the seed: `small_tables(seed).write(folder)` makes the pack.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from support.corners import CORNERS, SIBLING, SOLO_SIBLING, beds, corner
from support.oracle import Best, Placement, faults_of, read_case
from support.oracle_search import best_by_enumeration, best_by_milp
from support.random_packs import CARE, Tables, small_tables


def _tiers(best: Best) -> tuple[int, int, float]:
    return (best.unplaced, best.separated, best.score)


@cache
def _few(seed: int) -> Tables:
    return small_tables(seed, children=(2, 8), provisions=(2, 6))


@pytest.mark.parametrize("start", range(0, 60, 10))
def test_two_searches_agree(start: int, tmp_path: Path) -> None:
    wrong = []
    for seed in range(start, start + 10):
        case = read_case(_few(seed).write(tmp_path / str(seed)))
        one, other = best_by_enumeration(case), best_by_milp(case)
        if _tiers(one)[:2] != _tiers(other)[:2] or abs(one.score - other.score) > 1e-6:
            wrong.append(f"seed {seed}: {_tiers(one)} by enumeration, {_tiers(other)} by milp")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", CORNERS)
def test_corners_of_the_contract(name: str, tmp_path: Path) -> None:
    tables, tiers = CORNERS[name]
    case = read_case(tables.write(tmp_path / "pack"))
    assert _tiers(best_by_enumeration(case)) == pytest.approx(tiers)
    assert _tiers(best_by_milp(case)) == pytest.approx(tiers)


@pytest.mark.parametrize(
    ("placement", "fault"),
    [
        ({"a": "p", "b": "p", "x": "p"}, "p: 3 children in 2 vacancies"),
        ({"a": "p", "b": None, "x": "p"}, "p: a is solo, yet lives with ['x']"),
        ({"a": "p", "b": "q", "x": None}, "s: split, which the policy forbids"),
        ({"a": "q", "b": "q", "x": None}, "('a', 'q') is not eligible"),
        ({"a": "p", "b": "p", "x": "q"}, "weekly_budget: £1500.0 spent of £1200.0"),
        ({"a": "p", "b": "p"}, "the placement does not name every child exactly once"),
    ],
)
def test_the_checker_names_what_is_broken(placement: Placement, fault: str, tmp_path: Path) -> None:
    children = {"a": SOLO_SIBLING, "b": SIBLING, "x": {}}
    tables = corner(children, {"p": beds(2), "q": beds(2, 3)}, "never", "")
    tables.policy["limits"] = {"weekly_budget": 1200.0}
    assert fault in faults_of(read_case(tables.write(tmp_path / "pack")), placement)


# Does every feature bind? Taking it out must change the optimum, or make another placement optimal.


def _column(name: str, text: str = "") -> Callable[[Tables], None]:
    def blank(tables: Tables) -> None:
        for row in (*tables.children, *tables.provision):
            if name in row:
                row[name] = text

    return blank


def _limit(name: str) -> Callable[[Tables], None]:
    return lambda tables: tables.policy.get("limits", {}).pop(name, None)


def _price(name: str) -> Callable[[Tables], None]:
    return lambda tables: tables.policy.setdefault("prices", {}).update({name: 0.0})


def _all_vacant(tables: Tables) -> None:
    for row in tables.provision:
        row["vacancies"] = row["places"]


def _no_kin(tables: Tables) -> None:
    tables.provision = [
        {**row, "kind": "foster_home", "named_children": ""} if row["kind"] == "kinship" else row
        for row in tables.provision
    ]


FEATURES: dict[str, Callable[[Tables], None]] = {
    **{name: _column(name) for name in ("solo", "sibling_group", "needs", "genders", "age_min", "age_max")},
    **{name: _column(name) for name in (*CARE, "school_easting", "ofsted")},
    "avoid_miles": _column("avoid_miles", "0"),
    "vacancies": _all_vacant,
    "kinship": _no_kin,
    "incompatible": lambda tables: tables.incompatible.clear(),
    "split": lambda tables: tables.policy.pop("siblings", None),
    **{name: _limit(name) for name in ("max_miles", "min_share_within_far_miles")},
    **{name: _limit(name) for name in ("weekly_budget", "authority_weekly_budget")},
    **{name: _price(name) for name in ("mile", "far", "school_mile", "suitable_not_preferred")},
    **{name: _price(name) for name in ("requires_improvement", "not_kinship")},
}


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_binds_in_three_small_packs(feature: str, tmp_path: Path) -> None:
    assert len(list(islice((seed for seed in range(120) if _binds(feature, seed, tmp_path)), 3))) == 3


def _binds(feature: str, seed: int, folder: Path) -> bool:
    tables = _few(seed)
    without = tables.copy()
    FEATURES[feature](without)
    if without == tables:
        return False
    case, freed = (read_case(each.write(folder / f"{seed}{each is tables}")) for each in (tables, without))
    best, better = best_by_enumeration(case), best_by_enumeration(freed)
    return _tiers(best) != pytest.approx(_tiers(better)) or bool(faults_of(freed, best.placement))
