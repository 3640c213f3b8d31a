"""Who is left over where there is still room: placed one after another, when the clock ends a search.

Else a child would be said to find every place taken while one that may take it is free.
"""

from __future__ import annotations

import numpy as np

from optimiser.matching.eligibility import eligible_provisions
from optimiser.matching.instance import Instance, Ints, must_move_together
from optimiser.matching.score import score


def with_leftover(instance: Instance, placement: Ints) -> Ints:
    """The placement, shape (children,), with more children placed, each where it scores lowest.

    Room is as the contract has it: a vacancy each, every vacancy for a solo child, nobody with whom they must
    not live; a group that is never split goes together. It asks about no budget and no share.
    """
    children, vacancies = instance.children, instance.provisions.vacancies
    placement = placement.copy()
    living = np.bincount(placement[placement >= 0], minlength=len(vacancies))
    closed = np.zeros(len(vacancies), dtype=np.bool_)
    closed[placement[children.solo & (placement >= 0)]] = True
    for child in np.flatnonzero(placement < 0).tolist():
        together = must_move_together(instance, child)
        if placement[child] >= 0 or _incompatible_with(instance, together) & set(together):
            continue
        able = np.arange(len(vacancies))
        for each in together:
            able = np.intersect1d(able, eligible_provisions(instance, each))
        solo = bool(children.solo[list(together)].any())
        room = (vacancies[able] - living[able] >= len(together)) & ~closed[able]
        able = able[room & (living[able] == 0)] if solo else able[room]
        others = placement[sorted(_incompatible_with(instance, together))]
        able = np.setdiff1d(able, others)
        if len(able):
            worth = sum(score(instance, np.full(len(able), each), able) for each in together)
            chosen = int(able[np.argmin(worth)])
            placement[list(together)] = chosen
            living[chosen] += len(together)
            closed[chosen] |= solo
    return placement


def _incompatible_with(instance: Instance, children: tuple[int, ...]) -> set[int]:
    pairs = instance.incompatible
    first, second = np.isin(pairs[:, 0], children), np.isin(pairs[:, 1], children)
    return {*pairs[first, 1].tolist(), *pairs[second, 0].tolist()}
