"""What the next place of each sort in each authority would change, by solving again with that place."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.reduction import ForkingPickler
from types import MappingProxyType

import numpy as np
import pandas as pd

from optimiser.allocation.again import Again
from optimiser.allocation.solution import Solution
from optimiser.commissioning.proposals import next_places
from optimiser.matching.instance import Instance, instance_from_pack, restricted
from optimiser.pack.commission import Commission
from optimiser.pack.pack import Pack

PENCE = 2
"""Decimals of £."""
FEW = 4
"""So many places are asked one after another; of more, each processor asks its share."""
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
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """One row for each sort of place (`proposals.SORTS`) in each authority where it is proposed.

    `instance` is that of `pack` in straight lines, `solution` its allocation to `gap`. `cost_gbp_per_week` is
    what the place costs filled or not: standing cost, and capital over the years of `commission`. Money is to
    the penny. Columns as `COLUMNS`. `progress` hears how many places are done, and of how many.
    """
    offered = next_places(pack)
    rows = offered[list(pack.provision.columns)]
    everything = instance_from_pack(
        replace(pack, provision=pd.concat([pack.provision, rows], ignore_index=True))
    )
    at = np.searchsorted(everything.provisions.id, offered["provision_id"].to_numpy(dtype=np.str_))
    question = _Question(everything, instance, solution, gap, tuple(at.tolist()))
    found = _answers(question, progress)
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


def _answers(question: _Question, progress: Callable[[int, int], None] | None) -> list[NextPlace]:
    asked, processors = question.asked, os.cpu_count() or 1
    found: list[NextPlace] = []
    if len(asked) <= FEW or processors == 1:
        again = Again(question.instance, question.solution, gap=question.gap)
        for provision in asked:
            found.append(_answer(question, again, provision))
            _tell(progress, len(found), len(asked))
        return found
    ForkingPickler.register(MappingProxyType, _plain)
    pool = ProcessPoolExecutor(processors, get_context("spawn"), initializer=_begin, initargs=(question,))
    try:
        for answer in pool.map(_asked, asked):
            found.append(answer)
            _tell(progress, len(found), len(asked))
    finally:
        pool.shutdown(cancel_futures=True)
    return found


def _plain(
    mapping: MappingProxyType[str, object],
) -> tuple[Callable[[dict[str, object]], MappingProxyType[str, object]], tuple[dict[str, object]]]:
    """How a read-only mapping goes to another process."""
    return _read_only, (dict(mapping),)


def _read_only(mapping: dict[str, object]) -> MappingProxyType[str, object]:
    return MappingProxyType(mapping)


_BEGUN: list[tuple[_Question, Again]] = []
"""What a process of its own was given to work on; nothing in any other."""


def _begin(question: _Question) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    _BEGUN[:] = [(question, Again(question.instance, question.solution, gap=question.gap))]


def _asked(provision: int) -> NextPlace:
    ((question, again),) = _BEGUN
    return _answer(question, again, provision)


def _tell(progress: Callable[[int, int], None] | None, done: int, of: int) -> None:
    if progress is not None:
        progress(done, of)


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
