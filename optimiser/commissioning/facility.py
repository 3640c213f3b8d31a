"""Which sites to open and which one of them serves each unit, whole: an instance as arrays.

Single-source capacitated facility location, and with a number to open the capacitated p-median.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.solution import relative_gap
from optimiser.errors import Fault, InputError
from optimiser.matching.instance import Bools, Floats, Ints

FITS = 1e-9
"""Of a capacity, relative: sizes and capacities that are decimals may miss each other by so much."""


@dataclass(frozen=True)
class Facilities:
    """Units to be served, sites to be opened, and what both cost. Nothing is less than 0 but pair costs.

    A pair that is not listed cannot be: it is absent, never a large cost.
    """

    size: Floats
    """Shape (units,): what each takes of its site's capacity."""
    capacity: Floats
    """Shape (sites,); infinity where there is none."""
    unit: Ints
    """Shape (pairs,): index of the unit."""
    site: Ints
    """Shape (pairs,): index of the site; each pair once."""
    cost: Floats
    """Shape (pairs,): of serving the unit, whole, from the site."""
    opening: Floats
    """Shape (sites,): the cost of opening each."""
    number_open: int | None = None
    """Exactly so many sites are opened; None where that is free."""

    def __post_init__(self) -> None:
        faults = [
            Fault("facilities", 0, name, what, accepted)
            for name, what, accepted, wrong in self._checks()
            if wrong
        ]
        if faults:
            raise InputError("the arrays are no instance of facility location", faults)

    def _checks(self) -> list[tuple[str, str, str, bool]]:
        units, sites = len(self.size), len(self.capacity)
        shapes = len({len(self.unit), len(self.site), len(self.cost)}) > 1 or len(self.opening) != sites
        apart = (
            "unit, site, cost, opening",
            "the lengths differ",
            "one entry a pair, and one a site",
            shapes,
        )
        if shapes:
            return [apart]
        within = bool(
            (self.unit >= 0).all()
            and (self.unit < units).all()
            and (self.site >= 0).all()
            and (self.site < sites).all()
        )
        doubled = len(np.unique(self.unit * max(sites, 1) + self.site)) < len(self.unit)
        number = self.number_open
        return [
            ("unit, site", "an index is out of range", "indices of size and of capacity", not within),
            ("unit, site", "a pair is listed twice", "each pair once", within and doubled),
            ("size", "not all are finite and ≥ 0", "numbers from 0", not _from_0(self.size, finite=True)),
            ("capacity", "not all are ≥ 0", "numbers from 0, or infinity", not _from_0(self.capacity)),
            (
                "opening",
                "not all are finite and ≥ 0",
                "numbers from 0",
                not _from_0(self.opening, finite=True),
            ),
            ("cost", "not all are finite", "finite numbers", not np.isfinite(self.cost).all()),
            (
                "number_open",
                f"number_open is {number}",
                f"none, or a whole number from 0 to {sites}",
                number is not None and not 0 <= number <= sites,
            ),
        ]


def _from_0(values: Floats, *, finite: bool = False) -> bool:
    return bool((values >= 0).all() and (not finite or np.isfinite(values).all()))


@dataclass(frozen=True)
class Located:
    """An answer: which sites are open and which serves each unit. `optimal`: value and bound meet."""

    site_of_unit: Ints
    """Shape (units,)."""
    opened: Bools
    """Shape (sites,)."""
    value: float
    """Opening and serving."""
    bound: float
    """No answer costs less."""
    optimal: bool

    @property
    def gap(self) -> float:
        """(value − bound) / |value|; 0 where both are the same."""
        return relative_gap(self.value, self.bound)


def value_of(instance: Facilities, site_of_unit: Ints, opened: Bools) -> float:
    """What an answer costs, counted from the instance alone; raises ValueError where it breaks a rule."""
    units, sites = len(instance.size), len(instance.capacity)
    listed = np.full((units, sites), np.nan)
    listed[instance.unit, instance.site] = instance.cost
    cost = listed[np.arange(units), site_of_unit]
    load = np.bincount(site_of_unit, weights=instance.size, minlength=sites)
    if np.isnan(cost).any():
        raise ValueError("a unit is served by a site that is no pair of it")
    if not opened[site_of_unit].all():
        raise ValueError("a unit is served by a closed site")
    if (load > instance.capacity * (1 + FITS)).any():
        raise ValueError("a site serves more than its capacity")
    if instance.number_open is not None and int(opened.sum()) != instance.number_open:
        raise ValueError(f"{int(opened.sum())} sites are open, not {instance.number_open}")
    return float(cost.sum() + instance.opening[opened].sum())
