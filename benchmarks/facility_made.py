"""Instances of facility location made here, seeded, like the families that are published."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.facility_instances import euclidean_median, every_pair
from optimiser.commissioning.facility import Facilities

ROOM = 1.05
"""Capacity of the sites opened, for all units, where there is one."""


def made_instance(units: int, sites: int, *, capacitated: bool, seed: int) -> Facilities:
    """p-median, p = sites/10: points in a square, weights 1 to 20, cost weight × distance."""
    rng = np.random.default_rng(seed)
    site, unit = rng.random((sites, 1, 2)) * 100, rng.random((1, units, 2)) * 100
    weight = rng.integers(1, 21, units).astype(np.float64)
    cost = np.hypot(*(site - unit).transpose(2, 0, 1)) * weight
    number = sites // 10
    capacity = np.ceil(ROOM * weight.sum() / number) if capacitated else np.inf
    return every_pair(weight, np.full(sites, capacity), cost, np.zeros(sites), number)


def like_beasley(points: int, medians: int, *, full: float, seed: int) -> Facilities:
    """p-median as pmedcap: points on a grid of 100 × 100, demand 1 to 20; `full`: demand for capacity."""
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 21, points).astype(np.float64)
    capacity = float(np.ceil(size.sum() / medians / full))
    return euclidean_median(rng.integers(1, 101, (points, 2)).astype(np.float64), size, capacity, medians)


def like_holmberg(sites: int, units: int, *, room: float, seed: int) -> Facilities:
    """Single-source as Holmberg, Rönnqvist and Yuan (1999): demand 10 to 50, opening 300 to 700, the distance
    as cost; `room`: capacity of all sites for all demand."""
    rng = np.random.default_rng(seed)
    apart = rng.random((sites, 1, 2)) * 200 - rng.random((1, units, 2)) * 200
    size = rng.integers(10, 51, units).astype(np.float64)
    capacity = rng.uniform(0.5, 1.5, sites)
    capacity = np.ceil(capacity * room * size.sum() / capacity.sum())
    cost = np.round(np.hypot(apart[:, :, 0], apart[:, :, 1]))
    return every_pair(size, capacity, cost, rng.integers(300, 701, sites).astype(np.float64))


def like_diaz(sites: int, units: int, *, room: float, seed: int) -> Facilities:
    """Single-source as Díaz and Fernández (2002) and Yang, Chu and Chen (2012), after Cornuéjols, Sridharan
    and Thizy (1991): demand 5 to 35, capacity 10 to 160 up to `room`, opening by the root of the capacity,
    ten times demand × distance in a square of side 1 as cost."""
    rng = np.random.default_rng(seed)
    apart = rng.random((sites, 1, 2)) - rng.random((1, units, 2))
    size = rng.integers(5, 36, units).astype(np.float64)
    capacity = rng.uniform(10, 160, sites)
    capacity = np.ceil(capacity * room * size.sum() / capacity.sum())
    opening = np.round(rng.uniform(0, 90, sites) + rng.uniform(100, 110, sites) * np.sqrt(capacity))
    cost = np.round(10 * size * np.hypot(apart[:, :, 0], apart[:, :, 1]))
    return every_pair(size, capacity, cost, opening)


def hard_ones() -> Iterator[tuple[str, Facilities]]:
    """Name and instance: tight ones, and larger ones, of each family."""
    for points, medians, full, seed in (
        (100, 10, 0.96, 0),
        (100, 10, 0.94, 1),
        (100, 10, 0.90, 2),
        (100, 10, 0.97, 9),
        (200, 20, 0.95, 0),
    ):
        name = f"beasley-{points}-{medians}-{full:.2f}"
        yield name, like_beasley(points, medians, full=full, seed=seed)
    for sites, units, room, seed in ((20, 50, 1.5, 0), (20, 50, 1.5, 1), (30, 90, 2, 0), (30, 150, 2, 0)):
        name = f"holmberg-{sites}-{units}-{room:.1f}-{seed}"
        yield name, like_holmberg(sites, units, room=room, seed=seed)
    for sites, units, room, seed in ((20, 50, 1.5, 0), (20, 50, 1.5, 1), (30, 200, 2.5, 0)):
        name = f"diaz-{sites}-{units}-{room:.1f}-{seed}"
        yield name, like_diaz(sites, units, room=room, seed=seed)
