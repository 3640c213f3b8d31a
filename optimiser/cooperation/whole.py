"""Whole children in whole homes: every authority alone, every sub-region, and all together.

Each case is placed as `allocate` does. Homes of the market cannot be halved, so here each goes whole to one
member (`Holdings.owner`); a place that an authority outside the region holds is used by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from optimiser.allocation.solve import allocate
from optimiser.cooperation.holdings import OUTSIDE, Holdings, coalition
from optimiser.matching.instance import Instance, Ints
from optimiser.pack.region import Group

ALONE, SUB_REGION, TOGETHER = "alone", "sub_region", "together"

type Placements = Mapping[str, Ints]
"""`alone`, `sub_region`, `together` → shape (children,): index of the provision, −1 for none."""
type Listener = Callable[[str], None]
"""Hears what is worked on."""


def placements(
    instance: Instance, holdings: Holdings, groups: Sequence[Group], *, gap: float, told: Listener
) -> Placements:
    """Who lives where in each case, to a relative tier-3 gap; −1 too for who is in no sub-region."""
    owner = holdings.owner(instance)
    found = {name: np.full(len(instance.children), -1, dtype=np.int64) for name in (ALONE, SUB_REGION)}
    for code in holdings.codes:
        told(code)
        _place(instance, found[ALONE], (code,), np.flatnonzero(owner == holdings.codes.index(code)), gap)
    for group in groups:
        told(group.name)
        theirs = np.flatnonzero(np.isin(owner, holdings.members(group.authorities)))
        _place(instance, found[SUB_REGION], group.authorities, theirs, gap)
    told("all together")
    found[TOGETHER] = np.full(len(instance.children), -1, dtype=np.int64)
    _place(instance, found[TOGETHER], holdings.codes, np.flatnonzero(holdings.holder != OUTSIDE), gap)
    return found


def _place(instance: Instance, place: Ints, codes: Sequence[str], provisions: Ints, gap: float) -> None:
    here = coalition(instance, codes, provisions)
    if len(here.child) and len(provisions):
        at = allocate(here.instance, gap=gap).placement
        place[here.child[at >= 0]] = provisions[at[at >= 0]]
