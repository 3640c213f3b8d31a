"""Every point is the fewest miles an independent solver finds within its budget, and its price picks it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from support.commands import json_of, run_command
from support.oracle import miles, read_case
from support.oracle_search import best_by_milp
from support.random_packs import small_tables

from optimiser.ensembles.ensemble import Ensemble
from optimiser.frontier.frontier import DEAR, frontier, policy_of
from optimiser.frontier.frontier_run import frontier_table
from optimiser.frontier.point import Point, Spot, Supported, prices_that_pick, undominated
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.pack import Pack
from optimiser.pack.policy_file import policy_to_toml
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs

GAP = 1e-7
SEEDS = (4013, 4015, 4021, 4024)
PRICES = np.geomspace(0.01, 5_000, 25)


@contextmanager
def _pack(
    seed: int, children: tuple[int, int] = (7, 9), provisions: tuple[int, int] = (7, 9)
) -> Iterator[tuple[Pack, Path]]:
    tables = small_tables(seed, children=children, provisions=provisions)
    tables.policy.get("limits", {}).pop("weekly_budget", None)
    with TemporaryDirectory() as folder:
        yield read_pack(tables.write(Path(folder))), Path(folder)


@cache
def _points(seed: int) -> tuple[Point, ...]:
    with _pack(seed) as (pack, _):
        return tuple(frontier(instance_from_pack(pack), 6, gap=GAP, ensemble=Ensemble()))


def _best(pack: Pack, folder: Path, mile: float, budget: float | None) -> tuple[int, int, float]:
    """The tiers an independent solver finds at a price of a mile within a budget."""
    (folder / "policy.toml").write_text(policy_to_toml(policy_of(pack.policy, mile, budget)))
    best = best_by_milp(read_case(folder))
    return best.unplaced, best.separated, best.score


@pytest.mark.parametrize("seed", SEEDS)
def test_every_point_is_what_an_independent_solver_finds_within_its_budget(seed: int) -> None:
    with _pack(seed) as (pack, folder):
        for point in _points(seed):
            unplaced, separated, score = _best(pack, folder, DEAR, point.budget)
            assert (point.unplaced, point.separated) == (unplaced, separated)
            assert point.spot.at(DEAR) == pytest.approx(score, rel=2 * GAP)
            assert point.miles_bound <= point.spot.miles
            assert point.budget is None or point.spot.cost <= point.budget + 1e-6


def _assert_held(pack: Pack, folder: Path, points: Sequence[Point], gap: float) -> None:
    """Each keeps the gap, against the fewest miles an independent solver finds within what it costs."""
    for point in points:
        within = policy_of(pack.policy, DEAR, point.spot.cost + 1e-6)
        (folder / "policy.toml").write_text(policy_to_toml(within))
        case = read_case(folder)
        alone = {(c, h): miles(case.children[c].home, case.houses[h].at) for c, h in case.score}
        best = best_by_milp(replace(case, score=alone))
        assert (point.unplaced, point.separated) == (best.unplaced, best.separated)
        assert point.is_proven(gap)
        assert point.gap <= max(gap, 1e-9)
        assert point.miles_bound <= best.score + 1e-7
        assert point.spot.miles * (1 - max(gap, 1e-9)) <= best.score + 1e-7


@pytest.mark.parametrize("gap", [1e-2, 0.0])
@pytest.mark.parametrize("seed", range(14))
def test_every_point_keeps_the_gap_and_none_that_costs_no_more_is_nearer(seed: int, gap: float) -> None:
    with _pack(seed, children=(4, 9)) as (pack, folder):
        points = frontier(instance_from_pack(pack), 5, gap=gap, ensemble=Ensemble())
        assert points
        _assert_held(pack, folder, points, gap)


def test_twenty_points_of_a_region_with_room() -> None:
    """Where every child has a place and some to choose from, money buys miles all along."""
    with _pack(3, children=(24, 24), provisions=(60, 60)) as (pack, folder):
        points = frontier(instance_from_pack(pack), 20, gap=1e-2, ensemble=Ensemble())
        assert 12 <= len(points) <= 20
        assert {point.unplaced for point in points} == {0}
        assert all(a.spot.cost < b.spot.cost and a.spot.miles > b.spot.miles for a, b in pairwise(points))
        _assert_held(pack, folder, points, 1e-2)


def test_a_point_that_is_not_proven_says_so() -> None:
    points = [Point(Spot(1, 100), 1, 99, 0, 0), Point(Spot(2, 50), None, 49, 0, 0)]
    assert list(frontier_table(points, 9, gap=0.01)["status"]) == ["optimal", "feasible"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_price_picks_its_point_and_none_picks_one_that_is_not_supported(seed: int) -> None:
    with _pack(seed) as (pack, folder):
        for point in _points(seed):
            assert point.supported is not Supported.UNKNOWN
            if point.price is not None:
                _, _, least = _best(pack, folder, point.price, None)
                assert point.spot.at(point.price) == pytest.approx(least, rel=2 * GAP)
                continue
            for price in PRICES.tolist():
                _, _, least = _best(pack, folder, price, None)
                assert point.spot.at(price) > least


def test_the_packs_show_both_kinds_of_points() -> None:
    kinds = {point.supported for seed in SEEDS for point in _points(seed)}
    assert kinds == {Supported.YES, Supported.NO}


@pytest.mark.parametrize("seed", SEEDS)
def test_no_point_is_dominated_and_more_money_always_buys_nearer_places(seed: int) -> None:
    spots = [point.spot for point in _points(seed)]
    assert all(a.cost < b.cost and a.miles > b.miles for a, b in pairwise(spots))


def test_dominated_points_and_copies_are_left_out() -> None:
    def point(cost: float, miles: float) -> Point:
        return Point(Spot(cost, miles), None, 0.0, 0, 0)

    points = [point(3, 1), point(1, 3), point(3, 3), point(1, 3), point(2, 2)]
    assert undominated(points, [each.spot for each in points]) == [point(1, 3), point(2, 2), point(3, 1)]
    assert undominated([point(2, 2)], [Spot(2, 1)]) == []


def test_prices_that_pick_a_spot_lie_between_the_slopes_to_its_neighbours() -> None:
    spots = [Spot(0, 10), Spot(4, 6), Spot(16, 4)]
    assert prices_that_pick(spots[1], spots) == (1.0, 6.0)
    least, highest = prices_that_pick(Spot(11, 5.5), [*spots, Spot(11, 5.5)])
    assert least > highest


def test_a_run_is_the_same_on_one_process_and_two_and_its_policies_run_again(tmp_path: Path) -> None:
    written = []
    for workers in ("1", "2"):
        out = tmp_path / workers
        asked = ("frontier", "gateshead-ten", "--points", "4", "--gap", "1e-7", "--workers", workers)
        assert run_command(*asked, "--out", out).exit_code == 0
        files = sorted(path for path in out.rglob("*.*") if path.name != "manifest.json")
        written.append([(path.relative_to(out), path.read_bytes()) for path in files])
    assert written[0] == written[1]
    copied = tmp_path / "pack"
    shutil.copytree(sample_packs()["gateshead-ten"], copied)
    shutil.copy(tmp_path / "1" / "policies" / "01.toml", copied / "policy.toml")
    again = run_command("allocate", copied, "--gap", "1e-7", "--out", tmp_path / "again", "--json")
    cost = (tmp_path / "1" / "frontier.csv").read_text().splitlines()[1].split(",")[1]
    assert json_of(again)["metrics"]["weekly_cost_total"] == float(cost)
    assert run_command("verify", tmp_path / "again").exit_code == 0
