"""What the children forecast would cost: places × £ a week × weeks × inflation since the start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.days import Days
from optimiser.demand.whatif import Costs

type Floats = NDArray[np.float64]


def costs_by_month(
    mean: Floats, categories: tuple[str, ...], costs: Costs, *, start: int, days: Days
) -> Floats:
    """£ of every month for each category that has a cost, (…, months, categories priced).

    `mean`: children at the end of each month, (…, months, categories); the whole month is charged for them,
    at the prices of its middle.
    """
    lengths = np.diff(days, prepend=start)
    years = (days - lengths / 2 - start) / 365.25
    weeks = lengths / 7 * (1 + costs.inflation) ** years
    columns = [categories.index(name) for name in costs.weekly]
    prices = np.array(list(costs.weekly.values()))
    found: Floats = mean[..., columns] * weeks[:, None] * prices
    return found
