"""Older months count for less: the discounting of dynamic models, with its weight chosen by back-testing.

With discount δ a month that lies k months back has weight δ^k (West & Harrison 1997, Bayesian Forecasting and
Dynamic Models, ch. 2; for counts Harvey & Fernandes 1989, Journal of Business & Economic Statistics 7). δ = 1
weighs all months alike, as for a rate that does not change.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

DISCOUNTS: Final = (1.0, 0.98, 0.95, 0.9, 0.8)
HORIZON: Final = 6
"""Months ahead at which candidates are compared, on every month of the history as an origin."""
WORTH: Final = 2.0
"""How much better, in log score, a candidate must be than a simpler one before it is taken."""
LEAST_MONTHS: Final = 12
"""Months of history before the first origin."""

type Floats = NDArray[np.float64]


def log_gamma(values: Floats | np.float64 | float) -> Floats:
    """ln Γ of each value, all above 0; by the standard library, since scipy's takes longer to import than
    all the logarithms here."""
    found: Floats = np.vectorize(math.lgamma, otypes=[np.float64])(values)
    return found


def discounted(values: Floats, discount: float) -> Floats:
    """Σ_k δ^k · value k months back: the first axis (months, the last the newest) summed away."""
    weights = discount ** np.arange(len(values) - 1, -1, -1.0)
    return np.tensordot(weights, values, axes=1)


def running(values: Floats, discount: float) -> Floats:
    """`discounted` of the months before each month: an array of the same shape, zero at the first."""
    found = np.zeros_like(values)
    for month in range(1, len(values)):
        found[month] = discount * found[month - 1] + values[month - 1]
    return found


def log_score(count: Floats | np.float64, mean: Floats, shape: Floats | np.float64) -> Floats:
    """ln P(count) under the negative binomial of that mean and shape: a Poisson count of a gamma rate."""
    mean = np.maximum(mean, 1e-9)
    chance = shape / (shape + mean)
    found: Floats = (
        log_gamma(count + shape)
        - log_gamma(shape)
        - log_gamma(count + 1)
        + shape * np.log(chance)
        + count * np.log1p(-chance)
    )
    return found


def ahead(values: Floats, months: int) -> Floats:
    """The sum over the months from each month on, `months` of them; shorter by `months` − 1."""
    total = np.concatenate([np.zeros((1, *values.shape[1:])), values.cumsum(axis=0)])
    found: Floats = total[months:] - total[:-months]
    return found
