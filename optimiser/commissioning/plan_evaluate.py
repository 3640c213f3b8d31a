"""What a plan is worth: every future allocated in the places there are under it, each once."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from optimiser.allocation.relaxation import Clock
from optimiser.allocation.solution import Status
from optimiser.allocation.solve import allocate
from optimiser.commissioning.outlook import Offers, Outlook
from optimiser.commissioning.plan import Allocated, PlanTiers, units_cost
from optimiser.matching.instance import Ints, instance_from_pack
from optimiser.pack.futures import pack_of_future
from optimiser.pack.pack import Pack

SIDE_BY_SIDE = 2
"""Futures at a time: HiGHS lets others run while it does."""


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
    known: dict[tuple[str, str, tuple[int, ...]], tuple[float, Allocated]] = field(default_factory=dict)

    def of(self, outlook: Outlook, offers: Offers, units: Ints, gap: float, clock: Clock) -> Allocated:
        """The future's allocation with the units open, to the relative `gap`."""
        open_here = np.zeros(len(units), dtype=np.int64)
        there = np.unique(outlook.option[outlook.option >= 0])
        open_here[there] = units[there]
        named = outlook.future.folder, outlook.future.on.isoformat(), tuple(open_here.tolist())
        if named in self.known:
            asked, known = self.known[named]
            if asked <= gap or (known.solution.status == Status.OPTIMAL and known.solution.gap <= gap):
                return known
        options = self.pack.options
        if options is None or not open_here.any():
            pack = outlook.pack
        else:
            number = dict(zip(offers.id.tolist(), open_here.tolist(), strict=True))
            opened = options.assign(max_units=options["option_id"].map(number).astype("int64"))
            pack = pack_of_future(self.pack, outlook.future, opened)
        instance = instance_from_pack(pack)
        solution = allocate(instance, gap=gap, time_limit=clock.left())
        self.known[named] = gap, Allocated(pack, instance, solution)
        return self.known[named][1]

    def evaluated(
        self, offers: Offers, outlooks: tuple[Outlook, ...], units: Ints, gap: float, clock: Clock
    ) -> Evaluated:
        """The plan with these units; its futures are allocated side by side."""
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            allocated = tuple(pool.map(lambda each: self.of(each, offers, units, gap, clock), outlooks))
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


def mean_of(outlooks: tuple[Outlook, ...], figures: list[float] | list[int]) -> float:
    """Σ weight · figure / Σ weight over the futures."""
    weights = [outlook.weight for outlook in outlooks]
    total = math.fsum(weight * figure for weight, figure in zip(weights, figures, strict=True))
    return total / sum(weights)
