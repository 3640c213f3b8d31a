"""Every eligible pair, and every provision where a sibling group fits whole: the columns of the full models.

Only the rules and the score come from the optimiser (`optimiser.matching`), so that all peers have one
problem; nothing comes from the programme under test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.matching.eligibility import eligible
from optimiser.matching.instance import Floats, Instance, Ints
from optimiser.matching.score import is_far, score

CELLS_PER_BLOCK = 4_000_000


@dataclass(frozen=True)
class Pairs:
    """Arrays of one length, by child and then provision."""

    child: Ints
    provision: Ints
    score: Floats
    """£ a week."""
    near: Ints
    """1 where the place is within far_miles of home."""

    def __len__(self) -> int:
        return len(self.child)


@dataclass(frozen=True)
class Wholes:
    """A sibling group living whole in a provision: arrays of one length, by group and then provision."""

    group: Ints
    provision: Ints
    size: Ints
    """Vacancies taken: one a child, or all of them where one of the group is solo."""
    score: Floats
    near: Ints

    def __len__(self) -> int:
        return len(self.group)


def eligible_pairs(instance: Instance) -> Pairs:
    """All pairs that the ten rules allow."""
    children, provisions = len(instance.children), np.arange(len(instance.provisions))
    step = max(1, CELLS_PER_BLOCK // max(1, len(provisions)))
    parts = []
    for first in range(0, children, step):
        block = np.arange(first, min(first + step, children))
        c, p = np.nonzero(eligible(instance, block[:, None], provisions[None, :]))
        c = c + first
        parts.append((c, p, score(instance, c, p), (~is_far(instance, c, p)).astype(np.int64)))
    return Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def whole_groups(instance: Instance, pairs: Pairs) -> Wholes:
    """Where a group of two or more fits: all its children eligible, enough vacancies, no two incompatible."""
    group, width = instance.children.group, max(1, len(instance.provisions))
    number = np.array([len(members) for members in instance.groups], dtype=np.int64)
    solo = np.array([instance.children.solo[list(members)].any() for members in instance.groups], dtype=bool)
    peaceful = np.ones(len(number), dtype=bool)
    apart = group[instance.incompatible]
    peaceful[apart[(apart[:, 0] == apart[:, 1]) & (apart[:, 0] >= 0), 0]] = False

    theirs = group[pairs.child] >= 0
    key, which = np.unique(group[pairs.child[theirs]] * width + pairs.provision[theirs], return_inverse=True)
    g, p = key // width, key % width
    vacancies = instance.provisions.vacancies[p]
    fits = (np.bincount(which, minlength=len(key)) == number[g]) & (number[g] <= vacancies) & peaceful[g]
    total = np.bincount(which, pairs.score[theirs], minlength=len(key))
    near = np.bincount(which, pairs.near[theirs], minlength=len(key)).astype(np.int64)
    size = np.where(solo[g], vacancies, number[g])
    return Wholes(g[fits], p[fits], size[fits], total[fits], near[fits])
