"""Facility location: the files are read as they are described, and every peer solves the same problem."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from benchmarks.facility import Line
from benchmarks.facility_file import instance_from_file, write_instance
from benchmarks.facility_instances import capacitated_median, optima_from_readme, single_source
from benchmarks.facility_made import made_instance
from benchmarks.facility_peers import PEERS, SPOPT
from optimiser.commissioning.facility import Facilities, value_of

OURS = [peer for peer in PEERS if peer != SPOPT]


def _value(peer: str, instance: Facilities) -> float:
    site_of_unit, opened = import_module(f"benchmarks.facility_peers.{peer}").solve(instance, lambda _: None)
    open_sites = np.zeros(len(instance.capacity), dtype=np.bool_)
    open_sites[opened] = True
    return value_of(instance, site_of_unit, open_sites)


def test_single_source_is_read_as_described() -> None:
    instance = single_source("2 3\n10 100\n20 200.5\n4 5 6\n1 2 3\n7 8 9.25\n")
    assert instance.capacity.tolist() == [10.0, 20.0]
    assert instance.opening.tolist() == [100.0, 200.5]
    assert instance.size.tolist() == [4.0, 5.0, 6.0]
    cost = dict(zip(zip(instance.site, instance.unit, strict=True), instance.cost, strict=True))
    assert (cost[0, 2], cost[1, 0], cost[1, 2]) == (3.0, 7.0, 9.25)
    assert instance.number_open is None


def test_a_median_is_read_as_described() -> None:
    instance, optimum = capacitated_median(" 1 5\n 3 1 120\n 1 0 0 7\n 2 3 4 8\n 3 1 1 9\n")
    assert optimum == 5.0
    assert instance.number_open == 1
    assert instance.size.tolist() == [7.0, 8.0, 9.0]
    assert set(instance.capacity) == {120.0}
    cost = dict(zip(zip(instance.site, instance.unit, strict=True), instance.cost, strict=True))
    assert (cost[0, 1], cost[1, 0], cost[0, 2], cost[2, 2]) == (5.0, 5.0, 1.0, 0.0)


def test_optima_stand_in_the_readme() -> None:
    assert optima_from_readme("| p1 | 50 × 16 | 932615.75 |\n| p9 | 50 × 25 | 796,648.44 |\n") == {
        "p1": 932615.75,
        "p9": 796648.44,
    }


@pytest.mark.parametrize("capacitated", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_every_peer_gives_the_same_value(capacitated: bool, seed: int, tmp_path: Path) -> None:
    instance = made_instance(40, 20, capacitated=capacitated, seed=seed)
    write_instance(tmp_path / "instance.npz", instance)
    instance = instance_from_file(tmp_path / "instance.npz")
    values = [_value(peer, instance) for peer in OURS]
    assert values == pytest.approx([values[0]] * len(OURS))


def test_free_numbers_survive_the_file(tmp_path: Path) -> None:
    instance = single_source("2 3\n10 100\n20 200.5\n4 5 6\n1 2 3\n7 8 9.25\n")
    write_instance(tmp_path / "instance.npz", instance)
    again = instance_from_file(tmp_path / "instance.npz")
    assert again.number_open is None
    assert [_value(peer, again) for peer in OURS] == pytest.approx([_value("ours", instance)] * len(OURS))


def test_a_line_says_whether_the_optimum_is_reached() -> None:
    ours = Line("p1", 50, 16, "ours", 0.5, 0.4, 200.0, 932615.745, 932615.75, 60.0, "")
    assert ours.text(ours) == (
        "| p1 | 50 × 16 | optimiser | 0.50 | 0.40 | 200 | 932,615.74 | reached | 1.0 |"
    )
    wrong = Line("p1", 50, 16, "highs_arrays", 1.0, 0.9, 200.0, 932700.0, 932615.75, 60.0, "")
    assert wrong.text(ours).endswith("| 932,700.00 | not: 932,615.75 | 2.0 |")
    over = Line("p1", 50, 16, "plain_pulp", None, 60.0, 200.0, None, 932615.75, 60.0, "over 60 s (solving)")
    assert over.text(ours).endswith("| over 60 s (solving) | 60.00 | 200 | – | – | > 120.0 |")
