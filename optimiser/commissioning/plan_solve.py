"""Commissioning: how many units of each option to open, for all futures at once (contract, section 6)."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from optimiser.allocation.progress import Listener
from optimiser.allocation.relaxation import Clock
from optimiser.allocation.solution import Status
from optimiser.commissioning.outlook import offers_from_options, outlooks
from optimiser.commissioning.plan import Outcome, Plan, PlanProof, PlanTiers
from optimiser.commissioning.plan_bound import worth_of_units
from optimiser.commissioning.plan_evaluate import Allocations, Evaluated
from optimiser.commissioning.plan_search import EXACT, PlanSearch
from optimiser.errors import StoppedError
from optimiser.pack.commission import Commission
from optimiser.pack.futures import Future, future_of_pack
from optimiser.pack.pack import Pack

GAP = 1e-4
"""The relative tier-3 gap that counts as optimal where no other is asked for."""


def commission(
    pack: Pack,
    futures: Sequence[Future] | None = None,
    *,
    limits: Commission | None = None,
    gap: float = GAP,
    time_limit: float | None = None,
    progress: Listener | None = None,
    allocations: Allocations | None = None,
) -> Plan:
    """The best plan of section 6 of the contract, to a relative gap of `gap` in its third tier.

    `pack` is read with its options (`read_pack(…, commissioning=True)`); `futures` None is the pack's own
    children. `limits` takes the place of the pack's commission.toml. A `gap` below a billionth is taken as
    that. `time_limit` in seconds: with a plan by then it is `feasible` with the bounds reached, without one
    `StoppedError` is raised. `allocations`, made for this pack, remembers what was allocated, from one call
    to the next. The plan rests on the inputs and `gap` alone.
    """
    began, gap = time.monotonic(), max(gap, EXACT)
    clock = Clock(None if time_limit is None else began + time_limit)
    known = allocations if allocations is not None else Allocations(pack)
    asked = limits or pack.commission or Commission()
    chosen = [future_of_pack(pack)] if futures is None else list(futures)
    listed = outlooks(pack, sorted(chosen, key=lambda future: (future.folder, future.on)))
    offers = offers_from_options(pack.options, asked)
    search = PlanSearch(offers, listed, known, gap, clock, progress, began)
    stopped = False
    try:
        search.run()
    except StoppedError:
        stopped = True
        if search.best is None:
            raise
    best = search.best
    assert best is not None
    end = clock if not stopped else Clock(None)
    nothing = np.zeros(len(offers), dtype=np.int64)
    before = known.evaluated(offers, listed, nothing, gap, end)
    counts = best.key[:2] == (search.unplaced, search.separated)
    certified = _bound_at(best, search.proofs[-1])
    score = search.score if counts else certified
    bounds = PlanTiers(search.unplaced, search.separated, min(max(score, 0.0), best.tiers.score))
    proven = counts and best.tiers.score - bounds.score <= gap * abs(best.tiers.score)
    return Plan(
        pack=pack,
        commission=asked,
        offers=offers,
        outlooks=listed,
        units=best.units,
        outcomes=tuple(
            Outcome(outlook.future, outlook.weight, outlook.share, was, now)
            for outlook, was, now in zip(listed, before.allocated, best.allocated, strict=True)
        ),
        tiers=best.tiers,
        bounds=bounds,
        status=Status.OPTIMAL if proven else Status.FEASIBLE,
        marginal=worth_of_units(offers, listed, search.proofs[2].duals) - offers.weekly,
        proofs=tuple(search.proofs),
        certified_score=certified,
        gap_asked=gap,
        seconds=time.monotonic() - began,
    )


def _bound_at(plan: Evaluated, proof: PlanProof) -> float:
    """No plan with the counts of this one scores lower: the proof's prices at its counts."""
    more = plan.tiers.unplaced - (proof.tally.unplaced or 0.0)
    apart = plan.tiers.separated - (proof.tally.separated or 0.0)
    return proof.bound - proof.duals.unplaced * more - proof.duals.separated * apart
