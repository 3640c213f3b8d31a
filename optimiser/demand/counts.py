"""Whole children, drawn: given the rates, those in care now are independent and those to come are Poisson."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


NORMAL_FROM: Final = 25.0
"""Variance from which a normal of the same skewness stands for the sum of the two."""


def draw_counts(
    mean: Floats, squares: Floats, to_come: Floats, random: Generator, repeats: int
) -> NDArray[np.int64]:
    """Children in cells, `repeats` draws for each on a new first axis.

    `mean` is Σ p over the children in care now, p the chance that a child is in the cell, and `squares` Σ p².
    Their number is a sum of unlike yes-or-no draws; it is drawn as the binomial of the same mean and variance
    (up to the rounding of its number of trials; Ehm 1991, Statistics & Probability Letters 11, bounds the
    error). `to_come`: mean of the children not in care yet, whose number is Poisson as each comes and goes on
    its own. Where the variance is `NORMAL_FROM` or more, the sum is a normal corrected for skewness
    (Cornish & Fisher 1938, Revue de l'Institut International de Statistique 5), rounded.
    """
    trials = np.ceil(np.divide(mean**2, squares, out=np.zeros_like(mean), where=squares > 1e-300) - 1e-9)
    chance = np.clip(np.divide(mean, trials, out=np.zeros_like(mean), where=trials > 0), 0.0, 1.0)
    spread = mean * (1 - chance)
    variance = spread + to_come
    many = variance >= NORMAL_FROM
    found = np.empty((repeats, *mean.shape), dtype=np.int64)
    few = ~many
    size = (repeats, int(few.sum()))
    found[:, few] = random.binomial(trials[few].astype(np.int64), chance[few], size=size)
    found[:, few] += random.poisson(to_come[few], size=size)
    deviation = np.sqrt(variance[many])
    skewness = (spread * (1 - 2 * chance) + to_come)[many] / deviation**3
    normal = random.standard_normal((repeats, int(many.sum())))
    normal += skewness / 6 * (normal**2 - 1)
    found[:, many] = np.maximum(np.rint((mean + to_come)[many] + normal * deviation), 0).astype(np.int64)
    return found
