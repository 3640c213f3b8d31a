"""What the next place of each sort in each authority would change, by solving again with that place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from optimiser.allocation.again import Again
from optimiser.allocation.solution import Solution
from optimiser.commissioning.proposals import next_places
from optimiser.ensembles.ensemble import Ensemble
from optimiser.matching.instance import Instance, instance_from_pack, restricted
from optimiser.pack.commission import Commission
from optimiser.pack.pack import Pack

PENCE = 2
"""Decimals of £."""
TOGETHER = 4
"""So many places are one task: what they begin from is worked out once for them."""
COLUMNS = (
    "authority",
    "sort",
    "places",
    "unplaced_change",
    "separated_change",
    "saving_gbp_per_week",
    "within_gbp_per_week",
    "cost_gbp_per_week",
    "solved",
)


@dataclass(frozen=True)
class NextPlace:
    """What one more place changes: the allocation with it less the allocation without."""

    unplaced_change: int
    """Children without a place: −1 where the place gives one more child a home."""
    separated_change: int
    saving: float
    """£ a week less score; below 0 where an earlier tier improved at the cost of the third."""
    within: float
    """£ a week: the true saving is no farther than this from `saving`."""
    solved: bool
    """False where the prices of the allocation prove that nothing changes."""


@dataclass(frozen=True)
class _Question:
    """One allocation, and further provisions to be asked about one by one."""

    everything: Instance
    """With all further provisions."""
    instance: Instance
    solution: Solution
    gap: float
    asked: tuple[int, ...]
    """The further provisions, by index of `everything`."""


def next_places_table(
    pack: Pack,
    instance: Instance,
    solution: Solution,
    *,
    gap: float,
    commission: Commission | None = None,
    ensemble: Ensemble | None = None,
) -> pd.DataFrame:
    """One row for each sort of place (`proposals.SORTS`) in each authority where it is proposed.

    `instance` is that of `pack` in straight lines, `solution` its allocation to `gap`. `cost_gbp_per_week` is
    what the place costs filled or not: standing cost, and capital over the years of `commission`. Money is to
    the penny. Columns as `COLUMNS`. `ensemble`: where the places are asked; in this process by default.
    """
    offered = next_places(pack)
    rows = offered[list(pack.provision.columns)]
    everything = instance_from_pack(
        replace(pack, provision=pd.concat([pack.provision, rows], ignore_index=True))
    )
    at = np.searchsorted(everything.provisions.id, offered["provision_id"].to_numpy(dtype=np.str_))
    asked = tuple(at.tolist())
    question = _Question(everything, instance, replace(solution, model_mps=b"", seconds=0.0), gap, asked)
    parts = [(question, asked[begin : begin + TOGETHER]) for begin in range(0, len(asked), TOGETHER)]
    found = [each for part in (ensemble or Ensemble()).made(_answered, parts) for each in part]
    weeks = (commission or Commission()).payback_weeks
    return pd.DataFrame(
        {
            "authority": offered["authority"].to_numpy(dtype=object),
            "sort": offered["sort"].to_numpy(dtype=object),
            "places": offered["places"].to_numpy(dtype=np.int64),
            "unplaced_change": [each.unplaced_change for each in found],
            "separated_change": [each.separated_change for each in found],
            "saving_gbp_per_week": [round(each.saving, PENCE) + 0.0 for each in found],
            "within_gbp_per_week": [round(each.within, PENCE) + 0.0 for each in found],
            "cost_gbp_per_week": (offered["standing_cost"] + offered["capital_cost"] / weeks).round(PENCE),
            "solved": ["yes" if each.solved else "no" for each in found],
        },
        columns=list(COLUMNS),
    )


def _answered(question: _Question, provisions: Sequence[int]) -> list[NextPlace]:
    """What each of some further provisions changes."""
    again = Again(question.instance, question.solution, gap=question.gap)
    return [_answer(question, again, provision) for provision in provisions]


def _answer(question: _Question, again: Again, provision: int) -> NextPlace:
    kept = np.setdiff1d(np.arange(len(question.everything.provisions)), _others(question.asked, provision))
    children = np.arange(len(question.everything.children))
    instance = restricted(question.everything, children, kept)
    outcome = again.with_provision(instance, int(np.searchsorted(kept, provision)))
    before = question.solution
    slack = (before.tiers.score - before.bounds.score, outcome.tiers.score - outcome.bounds.score)
    return NextPlace(
        unplaced_change=outcome.tiers.unplaced - before.tiers.unplaced,
        separated_change=outcome.tiers.separated - before.tiers.separated,
        saving=before.tiers.score - outcome.tiers.score,
        within=max(0.0, *slack),
        solved=outcome.solved,
    )


def _others(asked: Sequence[int], provision: int) -> list[int]:
    return [other for other in asked if other != provision]
