"""Public instances of facility location, as the OR-Library writes them, with their published optima.

Source: J. E. Beasley, OR-Library: distributing test problems by electronic mail, J. Opl Res. Soc. 41 (1990).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimiser.commissioning.facility import Facilities
from optimiser.matching.instance import Floats

FOLDER = Path(__file__).parents[2] / "shared" / "reference" / "instances"
PENNY = 0.005
"""Published optima have two decimals at most."""


@dataclass(frozen=True)
class Published:
    """An instance, and its published optimum where one is known."""

    name: str
    instance: Facilities
    optimum: float | None


def published_instances(folder: Path = FOLDER) -> list[Published]:
    """Every instance of the folder, in the order of the names; optima of `sscflp` stand in its README.md."""
    readme = folder / "README.md"
    optima = optima_from_readme(readme.read_text(encoding="utf-8")) if readme.is_file() else {}
    single = [
        Published(path.stem, single_source(path.read_text()), optima.get(path.stem.removeprefix("sscflp_")))
        for path in sorted(folder.glob("sscflp_*.txt"))
    ]
    median = [
        Published(path.stem, *capacitated_median(path.read_text()))
        for path in sorted(folder.glob("pmedcap*.txt"))
    ]
    return median + single


def optima_from_readme(text: str) -> dict[str, float]:
    """`| p1 | 50 × 16 | 932615.75 |` → {"p1": 932615.75}."""
    rows = re.findall(r"^\| (p\d+) \|[^|]*\| ([\d.,]+) \|$", text, re.MULTILINE)
    return {name: float(optimum.replace(",", "")) for name, optimum in rows}


def every_pair(
    size: Floats, capacity: Floats, cost: Floats, opening: Floats, number_open: int | None = None
) -> Facilities:
    """Every site may serve every unit. `cost`: shape (sites, units)."""
    sites, units = cost.shape
    return Facilities(
        size=size,
        capacity=capacity,
        unit=np.tile(np.arange(units), sites),
        site=np.repeat(np.arange(sites), units),
        cost=cost.ravel(),
        opening=opening,
        number_open=number_open,
    )


def single_source(text: str) -> Facilities:
    """Sites and customers; capacity and opening cost of each site; demands; costs site by site."""
    sites, units, *numbers = map(float, text.split())
    m, n = int(sites), int(units)
    values = np.array(numbers)
    of_site = values[: 2 * m].reshape(m, 2)
    cost = values[2 * m + n : 2 * m + n + m * n].reshape(m, n)
    return every_pair(values[2 * m : 2 * m + n], of_site[:, 0], cost, of_site[:, 1])


def capacitated_median(text: str) -> tuple[Facilities, float]:
    """Number and optimum; points, medians, capacity; index, x, y, demand of every point."""
    values = np.array(text.split(), dtype=np.float64)
    n, medians, capacity = int(values[2]), int(values[3]), float(values[4])
    points = values[5 : 5 + 4 * n].reshape(n, 4)
    return euclidean_median(points[:, 1:3], points[:, 3], capacity, medians), float(values[1])


def euclidean_median(points: Floats, size: Floats, capacity: float, medians: int) -> Facilities:
    """Every point may be a median of that capacity; distance is rounded down. `points`: shape (n, 2)."""
    apart = points[:, None, :] - points[None, :, :]
    miles = np.floor(np.sqrt((apart**2).sum(axis=2)))
    n = len(points)
    return every_pair(size, np.full(n, capacity), miles, np.zeros(n), medians)
