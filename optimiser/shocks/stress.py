"""Each shock in turn: the region allocated again after it, exactly, from what is known of it before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimiser.allocation.changed import Known, allocate_changed
from optimiser.allocation.solution import Solution
from optimiser.ensembles.ensemble import Ensemble
from optimiser.ensembles.task import Task
from optimiser.matching.distance import home_miles
from optimiser.matching.instance import Instance, instance_from_pack, restricted
from optimiser.pack.pack import Pack
from optimiser.shocks.shock import CLOSES, Shock, closed_provisions, pack_after

BASE_GAP = 1e-4
"""The region as it is, is allocated to this gap, or to the one asked for where that is less."""


@dataclass(frozen=True)
class Outcome:
    """An allocation in figures. `score_within`: no allocation scores lower by more, £ a week."""

    children: int
    unplaced: int
    separated: int
    score: float
    score_within: float
    weekly_cost: float
    miles: float
    status: str


@dataclass(frozen=True)
class Stress:
    """The region before, and after each shock."""

    shocks: tuple[Shock, ...]
    before: Outcome
    after: tuple[Outcome, ...]
    lost: pd.DataFrame
    """One row a shock: provisions that close, their places, vacancies, the children who live there already,
    and the children whom the allocation before places there."""


def stress(
    pack: Pack,
    choose: Callable[[pd.Series[int]], Sequence[Shock]],
    *,
    gap: float,
    ensemble: Ensemble,
) -> Stress:
    """Allocates the region, `choose`s the shocks by the children placed in each provision, and goes on.

    `gap`: the relative tier-3 gap to which each is proven; tiers 1 and 2 are always proven.
    """
    instance = instance_from_pack(pack)
    solution, known = ensemble.run(
        [Task("before", allocate_changed, (instance, None), {"gap": min(gap, BASE_GAP)})]
    )[0]
    placed = _placed(instance, solution)
    shocks = tuple(choose(placed))
    tasks = [_task(pack, instance, known, shock, gap) for shock in shocks]
    after = tuple(ensemble.run(tasks))
    before = outcome(instance, solution)
    return Stress(shocks, before, after, pd.DataFrame([_lost(pack, shock, placed) for shock in shocks]))


def outcome(instance: Instance, solution: Solution) -> Outcome:
    """The figures of a solution."""
    placed = np.flatnonzero(solution.placement >= 0)
    provision = solution.placement[placed]
    return Outcome(
        children=len(instance.children),
        unplaced=solution.tiers.unplaced,
        separated=solution.tiers.separated,
        score=solution.tiers.score,
        score_within=max(0.0, solution.tiers.score - solution.bounds.score),
        weekly_cost=float(instance.provisions.weekly_cost[provision].sum()),
        miles=float(home_miles(instance, placed, provision).sum()),
        status=str(solution.status),
    )


def after_closing(instance: Instance, known: Known, closed: tuple[str, ...], gap: float) -> Outcome:
    """The figures of the allocation without some provisions."""
    left = np.flatnonzero(~np.isin(instance.provisions.id, closed))
    return after_change(restricted(instance, np.arange(len(instance.children)), left), known, gap)


def after_change(instance: Instance, known: Known, gap: float) -> Outcome:
    """The figures of the allocation of a changed instance, from what is known of the one before."""
    return outcome(instance, allocate_changed(instance, known, gap=gap)[0])


def _task(pack: Pack, instance: Instance, known: Known, shock: Shock, gap: float) -> Task[Outcome]:
    name = repr((shock.effect, shock.amount, shock.seed, dict(shock.chosen), shock.councils))
    if shock.effect == CLOSES:
        return Task(name, after_closing, (instance, known, closed_provisions(pack, shock), gap))
    return Task(name, after_change, (instance_from_pack(pack_after(pack, shock)), known, gap))


def _placed(instance: Instance, solution: Solution) -> pd.Series[int]:
    provision = solution.placement[solution.placement >= 0]
    number = np.bincount(provision, minlength=len(instance.provisions))
    return pd.Series(number, index=pd.Index(instance.provisions.id.astype(object)))


def _lost(pack: Pack, shock: Shock, placed: pd.Series[int]) -> dict[str, int]:
    closed = closed_provisions(pack, shock) if shock.effect == CLOSES else ()
    rows = pack.provision[pack.provision["provision_id"].isin(closed)]
    places, vacancies = int(rows["places"].sum()), int(rows["vacancies"].sum())
    return {
        "provisions": len(rows),
        "places": places,
        "vacancies": vacancies,
        "living_there": places - vacancies,
        "placed_there": int(placed.reindex(list(closed)).fillna(0).sum()),
    }
