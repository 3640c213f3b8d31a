"""The optimiser itself."""

from __future__ import annotations

import numpy as np

from benchmarks.answer import Say
from optimiser.commissioning.facility import Facilities
from optimiser.commissioning.facility_solve import solve as facility_solve
from optimiser.matching.instance import Ints


def solve(instance: Facilities, say: Say) -> tuple[Ints, Ints]:
    """`solve`, to proven optimality."""
    say("solving")
    found = facility_solve(instance)
    if not found.optimal:
        raise RuntimeError(f"a gap of {found.gap} is left")
    return found.site_of_unit, np.flatnonzero(found.opened)
