"""Whoever a search leaves over when the clock ends it has no place that would take them."""

from __future__ import annotations

import math
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from support.random_packs import medium_tables, small_tables

from optimiser.allocation.check import check_placement
from optimiser.allocation.leftover import with_leftover
from optimiser.allocation.solve import allocate
from optimiser.audit.reasons import PLACES_TAKEN, unplaced_reasons
from optimiser.errors import SolverError, StoppedError
from optimiser.matching.instance import Instance, Ints, instance_from_pack
from optimiser.pack.read import read_pack

SEEDS = range(3000, 3024)


def instance_of(seed: int, folder: Path) -> Instance:
    tables = medium_tables(seed) if seed % 4 == 0 else small_tables(seed)
    return instance_from_pack(read_pack(tables.write(folder / "pack")))


def could_move_in(instance: Instance, placement: Ints, child: int) -> bool:
    """One eligible place takes the child as the placement stands: tried provision by provision."""
    for provision in range(len(instance.provisions)):
        tried = placement.copy()
        tried[child] = provision
        try:
            check_placement(instance, tried)
        except SolverError:
            continue
        return True
    return False


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_left_over_where_there_is_room(seed: int, tmp_path: Path) -> None:
    instance = instance_of(seed, tmp_path)
    limits = instance.policy.limits
    budgets = limits.weekly_budget is not None or bool(limits.authority_weekly_budget)
    nobody = np.full(len(instance.children), -1, dtype=np.int64)
    placement = with_leftover(instance, nobody)
    if not budgets and limits.min_share_within_far_miles == 0:
        check_placement(instance, placement)
    for child, reason in unplaced_reasons(instance, placement).items():
        if reason == PLACES_TAKEN:
            assert not could_move_in(instance, placement, child)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_answer_out_of_time_says_no_false_reason_and_every_bound(seed: int, tmp_path: Path) -> None:
    instance = instance_of(seed, tmp_path)
    try:
        solution = allocate(instance, time_limit=0.0)
    except StoppedError:
        return
    check_placement(instance, solution.placement)
    for child, reason in unplaced_reasons(instance, solution.placement).items():
        if reason == PLACES_TAKEN:
            assert not could_move_in(instance, solution.placement, child)
    certified = [math.ceil(proof.bound - 1e-6) for proof in solution.proofs[:2]]
    assert [solution.bounds.unplaced, solution.bounds.separated] == certified
    assert astuple(solution.bounds)[:2] <= astuple(allocate(instance).tiers)[:2]
