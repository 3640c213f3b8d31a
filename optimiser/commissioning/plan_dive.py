"""A likely plan from the relaxation: units rounded a few at a time, over the columns admitted so far.

Only a plan to try: it is worth what the futures' allocations under it are, and what is proven of all plans is
proven elsewhere. Every step keeps what is whole and opens the parts that are nearest to a whole unit, as far
as the limits leave room. Source: the diving heuristics of Achterberg 2007, section 9.2.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from optimiser.allocation.programme import TallyError
from optimiser.allocation.relaxation import Clock, relaxed_in_time
from optimiser.commissioning.outlook import Offers
from optimiser.commissioning.plan_programme import Mixed, PlanProgramme
from optimiser.matching.instance import Ints

_WHOLE = 1e-6
_AT_ONCE = 0.25
"""Of the options that are open in parts, what share is settled in one step."""


def dive(programme: PlanProgramme, mixed: Mixed, clock: Clock) -> Mixed | None:
    """The relaxation at the whole units found from `mixed`, some of whose units are open in parts, or None.

    The programme's units are left bounded as the dive ended. Where the counts settled before cannot be kept
    with all that one step opens, options are settled one at a time.
    """
    offers = programme.offers
    lower, upper = np.zeros(len(offers), dtype=np.int64), offers.max_units.copy()
    share = _AT_ONCE
    while True:
        part = mixed.units - np.floor(mixed.units + _WHOLE)
        parts = np.flatnonzero(part > _WHOLE)
        if not len(parts):
            return mixed
        chosen = parts[np.lexsort((parts, -part[parts]))][: max(1, int(share * len(parts)))]
        kept = np.maximum(lower, np.floor(mixed.units + _WHOLE).astype(np.int64))
        more, less = _opened(offers, kept, upper, chosen)
        found = _relaxed(programme, more, less, clock)
        if found is None and len(chosen) > 1:
            share = 0.0
            continue
        if found is None:
            more, less = lower, upper.copy()
            less[chosen] = kept[chosen]
            found = _relaxed(programme, more, less, clock)
        if found is None:
            return None
        lower, upper, mixed = more, less, found


def _opened(offers: Offers, kept: Ints, upper: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    """One unit more of each of the chosen, where the limits leave room; else no more than are kept."""
    lower, upper = kept.copy(), upper.copy()
    for option in chosen.tolist():
        lower[option] += 1
        if not _fits(offers, lower):
            lower[option], upper[option] = kept[option], kept[option]
    return lower, upper


def _fits(offers: Offers, units: Ints) -> bool:
    return all(float(limit.each @ units.astype(np.float64)) <= limit.most for limit in offers.limits)


def _relaxed(programme: PlanProgramme, lower: Ints, upper: Ints, clock: Clock) -> Mixed | None:
    programme.bound_units(lower, upper)
    with suppress(TallyError):
        return relaxed_in_time(programme, clock)
    return None
