"""Tiles: every child in one, neighbours together, siblings never apart, none larger than asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.random_packs import medium_tables

from optimiser.allocation.tiles import evenly, tiles
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.read import read_pack


@pytest.mark.parametrize("most", [7, 20, 33, 1_000])
def test_every_child_is_in_one_tile_with_its_siblings(most: int, tmp_path: Path) -> None:
    """So many tiles as are needed, and about as large as each other."""
    folder = medium_tables(30, children=(90, 100), provisions=(20, 30)).write(tmp_path / "pack")
    instance = instance_from_pack(read_pack(folder))
    families = int((instance.children.group < 0).sum()) + len(instance.groups)

    listed = list(tiles(instance, most))

    assert sorted(np.concatenate(listed).tolist()) == list(range(len(instance.children)))
    assert len(listed) == max(1, -(-families // most))
    tile_of = np.zeros(len(instance.children), dtype=np.int64)
    for number, tile in enumerate(listed):
        tile_of[tile] = number
    assert all(len(set(tile_of[list(group)])) == 1 for group in instance.groups)
    heads = [group[0] for group in instance.groups] + np.flatnonzero(instance.children.group < 0).tolist()
    sizes = np.bincount(tile_of[heads])
    assert sizes.max() - sizes.min() <= 1 + len(listed).bit_length()
    assert sizes.max() <= most


def test_a_tile_short_of_vacancies_gets_those_the_other_wants_least_more() -> None:
    """Four provisions: the first tile wants three of them most, the third of these by the least."""
    wanted = np.array([[10.0, 1.0], [10.0, 5.0], [10.0, 9.0], [1.0, 10.0]])
    half = np.array([0.5, 0.5])
    assert evenly(wanted, np.ones(4, dtype=np.int64), half).tolist() == [0, 0, 1, 1]
    assert evenly(wanted, np.array([1, 1, 1, 3]), half).tolist() == [0, 0, 0, 1]
    assert evenly(wanted, np.array([1, 1, 2, 0]), np.array([0.25, 0.75])).tolist() == [0, 1, 1, 1]


def test_nobody_is_given_a_provision_that_only_another_wants() -> None:
    """However few vacancies the second tile has, it cannot use those of the first."""
    wanted = np.array([[1.0, 0.0], [3.0, 0.0], [0.0, 2.0]])
    assert evenly(wanted, np.ones(3, dtype=np.int64), np.array([0.5, 0.5])).tolist() == [0, 0, 1]


def test_where_there_is_no_vacancy_each_provision_goes_to_who_wants_it() -> None:
    wanted = np.array([[1.0, 2.0], [3.0, 0.5]])
    assert evenly(wanted, np.zeros(2, dtype=np.int64), np.array([0.5, 0.5])).tolist() == [1, 0]
