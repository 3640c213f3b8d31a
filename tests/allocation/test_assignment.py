"""Children alone and places: the market that holds all pairs, the auction, the tree, and the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from support.five import five
from support.random_packs import medium_tables

from benchmarks.problems import assignment, plenty, scarce
from optimiser.allocation.assignment import AssignmentMarket, is_assignment, market_of
from optimiser.allocation.auction import BID_GBP, SCARCE_BIDS_GBP, auctioned
from optimiser.allocation.columns import Columns, all_columns, columns_of_pairs
from optimiser.allocation.families import Tally
from optimiser.allocation.market import cheapest, improving, market_from_instance, near, within
from optimiser.allocation.matched import matched
from optimiser.allocation.prices import Objective, Prices, objective_of_tier
from optimiser.allocation.programme import Programme
from optimiser.allocation.relaxation import Clock
from optimiser.allocation.solve import allocate
from optimiser.allocation.start import start
from optimiser.matching.eligibility import eligible
from optimiser.matching.instance import Floats, Instance, instance_from_pack
from optimiser.matching.score import score
from optimiser.pack.policy import Limits
from optimiser.pack.read import read_pack

Cut = Callable[[Instance], Instance]
CUTS = pytest.mark.parametrize("cut", [plenty, scarce], ids=["plenty", "scarce"])
SEEDS = pytest.mark.parametrize("seed", [1, 2, 3, 4])


def given(seed: int, folder: Path) -> Instance:
    return instance_from_pack(read_pack(medium_tables(seed).write(folder / "pack")))


def held(instance: Instance) -> AssignmentMarket:
    market = market_of(instance)
    assert isinstance(market, AssignmentMarket)
    return market


def same(one: Columns, other: Columns) -> bool:
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(Columns)
    )


@pytest.mark.parametrize(
    "limits",
    [
        Limits(weekly_budget=1e6),
        Limits(authority_weekly_budget={"E08000037": 1e6}),
        Limits(min_share_within_far_miles=0.1),
    ],
)
def test_a_limit_shared_by_all_is_no_assignment(limits: Limits) -> None:
    alone = assignment(five())
    assert is_assignment(alone)
    assert not is_assignment(replace(alone, policy=replace(alone.policy, limits=limits)))


def test_who_must_live_with_or_without_others_is_no_assignment() -> None:
    alone = assignment(five())
    nobody = np.zeros_like(alone.children.solo)
    nobody[0] = True
    assert not is_assignment(replace(alone, children=replace(alone.children, solo=nobody)))
    assert not is_assignment(replace(alone, incompatible=np.array([[0, 1]])))
    assert not is_assignment(replace(alone, groups=((0, 1),), group_names=("g",)))
    assert not is_assignment(replace(alone, capacity=np.ones(len(alone.provisions))))


def test_what_is_too_large_is_not_held() -> None:
    alone = assignment(five())
    assert isinstance(market_of(alone), AssignmentMarket)
    assert not isinstance(market_of(alone, most_cells=1), AssignmentMarket)


@CUTS
@SEEDS
def test_sweeps_find_what_those_that_look_find(seed: int, cut: Cut, tmp_path: Path) -> None:
    instance = cut(given(seed, tmp_path))
    market, looks = held(instance), market_from_instance(instance)
    rng = np.random.default_rng(seed)
    below = rng.random(len(instance.children)) * 3_000
    for objective in (objective_of_tier(1, Tally()), Objective(4_000.0, 0.0, 1.0, Tally(2))):
        standing = {
            "capacity": rng.random(len(instance.provisions)) * 300 * max(objective.score, 0.001),
        }
        if objective.tally.unplaced is not None:
            standing["fewest_unplaced"] = np.array([700.0])
        prices = Prices(standing)
        for choice in (
            cheapest(0),
            cheapest(3),
            within(200.0),
            near(below, 25.0),
            improving(below, 2, 1e-6),
        ):
            bound, found = looks.sweep(objective, prices, choice)
            other_bound, other = market.sweep(objective, prices, choice)
            assert other_bound == pytest.approx(bound, rel=1e-12, abs=1e-9)
            assert same(found, other)


@CUTS
@SEEDS
def test_an_auction_leaves_nobody_far_from_their_cheapest_choice(seed: int, cut: Cut, tmp_path: Path) -> None:
    instance = cut(given(seed, tmp_path))
    ended = auctioned(held(instance), 20_000.0)
    placed = np.flatnonzero(ended.placement >= 0)
    at = ended.placement[placed]
    assert (np.bincount(at, minlength=len(instance.provisions)) <= instance.provisions.vacancies).all()
    assert eligible(instance, placed, at).all()
    columns = all_columns(instance)
    cost = np.full((len(instance.children), len(instance.provisions)), np.inf)
    cost[columns.unit, columns.provision] = columns.score + ended.price[columns.provision]
    bid = (BID_GBP if cut is plenty else SCARCE_BIDS_GBP)[-1]
    assert (cost[placed, at] <= cost[placed].min(axis=1) + bid + 1e-6).all()


@CUTS
@SEEDS
def test_the_tree_joins_all_without_a_ring(seed: int, cut: Cut, tmp_path: Path) -> None:
    instance = cut(given(seed, tmp_path))
    first = start(market_of(instance))
    tree, columns = first.tree, first.columns
    assert tree is not None
    children, root = len(instance.children), len(instance.children) + len(instance.provisions)
    able = columns.take(tree.columns)
    tail = np.concatenate(
        [able.unit, np.flatnonzero(tree.unplaced), children + np.flatnonzero(tree.capacity)]
    )
    head = np.concatenate([children + able.provision, np.full(len(tail) - len(able), root)])
    assert len(tail) == root
    graph = coo_array((np.ones(root), (tail, head)), shape=(root + 1, root + 1))
    assert connected_components(graph, directed=False)[0] == 1


@CUTS
@SEEDS
def test_the_first_programme_is_the_same_with_and_without_its_tree(
    seed: int, cut: Cut, tmp_path: Path
) -> None:
    instance = cut(given(seed, tmp_path))
    market = market_of(instance)
    first = start(market)
    assert first.tree is not None
    with_tree = Programme(instance, market.units, first.columns, first.objective)
    with_tree.begin_from_tree(first.tree)
    without = Programme(instance, market.units, first.columns, first.objective)
    one, other = with_tree.relax(), without.relax()
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(other.value, rel=1e-9)
    steps = [each.growing.highs.getInfo().simplex_iteration_count for each in (with_tree, without)]
    assert steps[0] < steps[1]


def best_matching(instance: Instance) -> tuple[int, float]:
    """Children unplaced and score of the best matching of children and seats, a seat a vacancy."""
    every = np.arange(len(instance.children))
    seat = np.repeat(np.arange(len(instance.provisions)), instance.provisions.vacancies)
    able = eligible(instance, every[:, None], seat[None, :])
    worth: Floats = np.where(able, score(instance, every[:, None], seat[None, :]), 0.0)
    left_out = len(every) * (worth.max(initial=0.0) + 1)
    cost = np.hstack([np.where(able, worth, 10 * left_out), np.full((len(every), len(every)), left_out)])
    child, chosen = linear_sum_assignment(cost)
    seated = chosen < len(seat)
    return int((~seated).sum()), float(worth[child[seated], chosen[seated]].sum())


@CUTS
@SEEDS
@pytest.mark.parametrize("gap", [1e-2, 1e-4, 1e-6])
def test_one_programme_ends_at_the_gap_asked_for_with_proofs_that_hold(
    gap: float, seed: int, cut: Cut, tmp_path: Path
) -> None:
    instance = cut(given(seed, tmp_path))
    market, looks = held(instance), market_from_instance(instance)
    found = matched(market, start(market), Clock(None), gap, lambda *_: None)
    assert found is not None
    unplaced, lowest = best_matching(instance)
    assert len(instance.children) - len(found.columns) == unplaced
    reached = found.columns.score.sum()
    assert lowest - 1e-6 <= reached <= lowest + gap * reached
    for proof, value in zip(found.proofs, (unplaced, 0, reached), strict=True):
        bound, _ = looks.sweep(objective_of_tier(proof.tier, proof.tally), proof.prices, cheapest(0))
        assert bound == pytest.approx(proof.bound, rel=1e-12, abs=1e-9)
        assert bound <= value + 1e-6
    assert found.proofs[0].bound == unplaced
    assert found.proofs[2].bound >= (1 - gap) * reached


@CUTS
@SEEDS
def test_who_could_live_where_the_unplaced_ask_says_whether_one_more_fits(
    seed: int, cut: Cut, tmp_path: Path
) -> None:
    instance = cut(given(seed, tmp_path))
    market = held(instance)
    best = allocate(instance).placement
    placed = np.flatnonzero(best >= 0)
    answer = columns_of_pairs(instance, market.units, placed, best[placed])
    wanted = market.wanted_by_unplaced(answer)
    assert wanted is not None
    inside = wanted[best[placed]].sum()
    assert inside == instance.provisions.vacancies[wanted].sum()
    for left_out in (0, len(answer) // 2, len(answer) - 1):
        fewer = answer.take(np.arange(len(answer)) != left_out)
        assert market.wanted_by_unplaced(fewer) is None


@CUTS
@SEEDS
def test_looks_part_by_part_are_one_look(seed: int, cut: Cut, tmp_path: Path) -> None:
    instance = cut(given(seed, tmp_path))
    market = held(instance)
    rng = np.random.default_rng(seed)
    price = rng.random(len(instance.provisions)) * 300
    below = rng.random(len(instance.children)) * 3_000
    whole, parts = (
        (looked.look(price, below=below), looked.look(price, within=30.0))
        for looked in (market, replace(market, at_once=50))
    )
    for one, other in zip(whole, parts, strict=True):
        assert all(np.array_equal(*each) for each in zip(one, other, strict=True))
    cost = market.score + price[market.provision]
    child = market.child_of(np.arange(len(cost)))
    assert np.array_equal(whole[0][1], np.flatnonzero(cost < below[child]))
    assert np.array_equal(whole[1][1], np.flatnonzero(cost <= whole[1][0][child] + 30.0))


@CUTS
@SEEDS
def test_the_answer_is_the_best_matching_twice(seed: int, cut: Cut, tmp_path: Path) -> None:
    instance = cut(given(seed, tmp_path))
    first, second = allocate(instance, gap=1e-9), allocate(instance, gap=1e-9)
    unplaced, lowest = best_matching(instance)
    assert first.tiers.unplaced == first.bounds.unplaced == unplaced
    assert first.tiers.score == pytest.approx(lowest, rel=1e-9)
    assert first.model_mps == second.model_mps
    assert np.array_equal(first.placement, second.placement)


def test_nobody_and_nowhere_to_live() -> None:
    alone = assignment(five())
    full = replace(alone.provisions, vacancies=np.zeros_like(alone.provisions.vacancies))
    solution = allocate(replace(alone, provisions=full))
    assert solution.tiers.unplaced == solution.bounds.unplaced == len(alone.children)
