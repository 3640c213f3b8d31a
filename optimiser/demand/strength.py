"""How much of a change is in force in each month of a forecast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.days import Days, day_from_date
from optimiser.demand.whatif import Change

DAYS_A_MONTH = 30.4375

type Floats = NDArray[np.float64]


def strength_by_month(change: Change, start: int, days: Days) -> Floats:
    """For every month that ends on one of `days`, the mean over its days of the change's strength: 0 outside
    `from` to `until`, growing evenly from 0 to 1 over `over_months` from `from`, 1 after."""
    every = np.arange(start + 1, int(days[-1]) + 1)
    begin = start + 1 if change.start is None else day_from_date(change.start)
    end = int(days[-1]) if change.until is None else day_from_date(change.until)
    on = ((every >= begin) & (every <= end)).astype(float)
    if change.over_months > 0:
        on *= np.clip((every - begin + 1) / (change.over_months * DAYS_A_MONTH), 0.0, 1.0)
    first = np.insert(days[:-1], 0, start) - start
    found: Floats = np.add.reduceat(on, first) / np.diff(np.append(first, len(on)))
    return found
