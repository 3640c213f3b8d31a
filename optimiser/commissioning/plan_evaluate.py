"""What a plan is worth: every future allocated in the places there are under it, each once."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optimiser.allocation.relaxation import Clock
from optimiser.allocation.solution import Solution, Status
from optimiser.allocation.solve import allocate
from optimiser.commissioning.outlook import Offers, Outlook
from optimiser.commissioning.plan import Allocated, PlanTiers, units_cost
from optimiser.ensembles.ensemble import Ensemble
from optimiser.matching.instance import Instance, Ints, instance_from_pack
from optimiser.pack.futures import pack_of_future
from optimiser.pack.pack import Pack

type _Named = tuple[str, str, tuple[int, ...]]
"""The future's folder and date, and how many units of each option are open in it."""


@dataclass(frozen=True)
class Evaluated:
    """A plan with its tiers, and the bounds of the allocations under it; all as means over the futures."""

    units: Ints
    allocated: tuple[Allocated, ...]
    tiers: PlanTiers
    bounds: PlanTiers

    @property
    def key(self) -> tuple[float, float, float]:
        """The tiers in their order."""
        return self.tiers.unplaced, self.tiers.separated, self.tiers.score


@dataclass
class Allocations:
    """Allocations made so far, by future and the units open in it, so that none is made twice."""

    pack: Pack
    ensemble: Ensemble = field(default_factory=Ensemble)
    """Where they are made."""
    known: dict[_Named, tuple[float, Allocated]] = field(default_factory=dict)

    def of(
        self, outlooks: Sequence[Outlook], offers: Offers, units: Ints, gap: float, clock: Clock
    ) -> tuple[Allocated, ...]:
        """The allocation of every future with the units open, to the relative `gap`."""
        named = [_named(outlook, units) for outlook in outlooks]
        new = [at for at, name in enumerate(named) if not self._is_known(name, gap)]
        packs = [self._opened(outlooks[at], offers, named[at]) for at in new]
        instances = [instance_from_pack(pack) for pack in packs]
        left = clock.left() if new else None
        until = None if left is None else time.time() + left
        solutions = self.ensemble.made(_solved, [(instance, gap, until) for instance in instances])
        for at, pack, instance, solution in zip(new, packs, instances, solutions, strict=True):
            self.known[named[at]] = gap, Allocated(pack, instance, solution)
        return tuple(self.known[name][1] for name in named)

    def _is_known(self, named: _Named, gap: float) -> bool:
        if named not in self.known:
            return False
        asked, known = self.known[named]
        return asked <= gap or (known.solution.status == Status.OPTIMAL and known.solution.gap <= gap)

    def _opened(self, outlook: Outlook, offers: Offers, named: _Named) -> Pack:
        """The future's pack with the units that are open in it."""
        options, (_, _, units) = self.pack.options, named
        if options is None or not any(units):
            return outlook.pack
        number = dict(zip(offers.id.tolist(), units, strict=True))
        opened = options.assign(max_units=options["option_id"].map(number).astype("int64"))
        return pack_of_future(self.pack, outlook.future, opened)

    def evaluated(
        self, offers: Offers, outlooks: tuple[Outlook, ...], units: Ints, gap: float, clock: Clock
    ) -> Evaluated:
        """The plan with these units."""
        allocated = self.of(outlooks, offers, units, gap, clock)
        cost = units_cost(offers, units)
        reached = [each.solution.tiers for each in allocated]
        least = [each.solution.bounds for each in allocated]
        return Evaluated(
            units=units,
            allocated=allocated,
            tiers=PlanTiers(
                mean_of(outlooks, [tiers.unplaced for tiers in reached]),
                mean_of(outlooks, [tiers.separated for tiers in reached]),
                mean_of(outlooks, [tiers.score for tiers in reached]) + cost,
            ),
            bounds=PlanTiers(
                mean_of(outlooks, [tiers.unplaced for tiers in least]),
                mean_of(outlooks, [tiers.separated for tiers in least]),
                mean_of(outlooks, [tiers.score for tiers in least]) + cost,
            ),
        )


def _named(outlook: Outlook, units: Ints) -> _Named:
    """What an allocation of a future depends on: the future, and the units that are open by its date."""
    open_here = np.zeros(len(units), dtype=np.int64)
    there = np.unique(outlook.option[outlook.option >= 0])
    open_here[there] = units[there]
    return outlook.future.folder, outlook.future.on.isoformat(), tuple(open_here.tolist())


def _solved(instance: Instance, gap: float, until: float | None) -> Solution:
    """The allocation; it must end by `until`, seconds of the clock that all machines share."""
    return allocate(instance, gap=gap, time_limit=None if until is None else max(0.0, until - time.time()))


def mean_of(outlooks: tuple[Outlook, ...], figures: list[float] | list[int]) -> float:
    """Σ weight · figure / Σ weight over the futures."""
    weights = [outlook.weight for outlook in outlooks]
    total = math.fsum(weight * figure for weight, figure in zip(weights, figures, strict=True))
    return total / sum(weights)
