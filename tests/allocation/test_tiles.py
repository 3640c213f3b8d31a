"""Tiles: every child in one, neighbours together, siblings never apart, none larger than asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.random_packs import medium_tables

from optimiser.allocation.tiles import tiles
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
