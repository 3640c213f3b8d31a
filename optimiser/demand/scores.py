"""How good a forecast was: error of its mean, cover and width of its intervals, and CRPS of the whole of it.

CRPS(F, y) = E|X − y| − ½ E|X − Z|, X and Z independent draws from F: in children; the smaller the better;
the absolute error where F is one number. It is proper: no other forecast than one's true belief scores
better on average (Gneiting & Raftery 2007, Journal of the American Statistical Association 102, section
4.2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.prediction import Counts

type Floats = NDArray[np.float64]


def crps_of_draws(draws: Counts, actual: Floats) -> Floats:
    """CRPS of each cell; `draws` has a first axis of draws before the axes of `actual`."""
    ordered = np.sort(draws, axis=0).astype(float)
    count = len(ordered)
    distance = np.abs(ordered - actual).mean(axis=0)
    weights = 2 * np.arange(1, count + 1) - count - 1
    found: Floats = distance - np.tensordot(weights, ordered, axes=1) / count**2
    return found
