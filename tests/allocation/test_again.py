"""The allocation with one provision more, gone on with, is the allocation solved from nothing."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from support.random_packs import medium_tables, small_tables
from support.small import child, home, small_pack

from optimiser import terms
from optimiser.allocation.again import Again
from optimiser.allocation.check import tiers_of_placement
from optimiser.allocation.solve import allocate
from optimiser.matching.instance import Instance, instance_from_pack, restricted
from optimiser.pack.read import read_pack

GAP = 1e-9


def without(instance: Instance, provision: int) -> Instance:
    everyone, places = np.arange(len(instance.children)), np.arange(len(instance.provisions))
    return restricted(instance, everyone, np.delete(places, provision))


def assert_the_same(instance: Instance, provision: int) -> bool:
    """Whether it had to be solved again, and that what comes out is the allocation of the whole instance."""
    less = without(instance, provision)
    before, whole = allocate(less, gap=GAP), allocate(instance, gap=GAP)
    found = Again(less, before, gap=GAP).with_provision(instance, provision)
    assert (found.tiers.unplaced, found.tiers.separated) == (whole.tiers.unplaced, whole.tiers.separated)
    assert found.tiers.score == pytest.approx(whole.tiers.score, rel=2 * GAP, abs=1e-6)
    assert found.bounds.score <= whole.tiers.score + 1e-6
    assert found.tiers.score - found.bounds.score <= GAP * found.tiers.score + 1e-6
    assert astuple(found.tiers)[:2] == astuple(found.bounds)[:2]
    assert astuple(found.tiers) <= astuple(tiers_of_placement(instance, moved(before.placement, provision)))
    return found.solved


def others_than_kin(instance: Instance) -> list[int]:
    kin = terms.KINDS.index(terms.KINSHIP)
    return [int(each) for each in np.flatnonzero(instance.provisions.kind != kin)]


def moved(placement: np.ndarray, provision: int) -> np.ndarray:
    return placement + (placement >= provision)


@pytest.mark.parametrize("seed", range(25))
def test_small_regions_of_every_feature(seed: int, tmp_path: Path) -> None:
    pack = read_pack(small_tables(seed, provisions=(3, 6)).write(tmp_path / "pack"))
    instance = instance_from_pack(pack)
    for provision in others_than_kin(instance):
        assert_the_same(instance, provision)


def test_a_larger_region(tmp_path: Path) -> None:
    instance = instance_from_pack(read_pack(medium_tables(1).write(tmp_path / "pack")))
    solved = [assert_the_same(instance, provision) for provision in others_than_kin(instance)[::16]]
    assert any(solved)


def test_a_kin_carer_is_refused() -> None:
    kin = home("b", kind="kinship", named_children=("c",))
    instance = instance_from_pack(small_pack([child("c")], [home("a"), kin]))
    less = without(instance, 1)
    with pytest.raises(ValueError, match="kin carer"):
        Again(less, allocate(less), gap=GAP).with_provision(instance, 1)


def test_what_prices_prove_is_not_solved() -> None:
    near, far = home("a", miles=1.0), home("z", miles=30.0)
    instance = instance_from_pack(small_pack([child("c")], [near, far]))
    assert not assert_the_same(instance, 1)
    assert assert_the_same(instance, 0)


def test_a_place_nobody_may_have_changes_nothing_to_the_penny() -> None:
    closed = home("z", age_min=16)
    instance = instance_from_pack(small_pack([child("c")], [home("a"), closed]))
    less = without(instance, 1)
    before = allocate(less)
    found = Again(less, before, gap=0.0).with_provision(instance, 1)
    assert (found.tiers, found.solved) == (before.tiers, False)


def test_ties_are_not_broken_by_where_the_place_stands_among_the_others() -> None:
    instance = instance_from_pack(small_pack([child("c")], [home("a", weekly_cost=900.0), home("b")]))
    assert_the_same(instance, 0)
    assert_the_same(instance, 1)
