"""Intervals that hold 95 times in 100, each by a standard method, in closed form and without a random draw.

Sources: for a share, Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
(1927); for two, Newcombe, "Interval estimation for the difference between independent proportions",
Statistics in Medicine 17 (1998), method 10; for a mean, Student, "The probable error of a mean", Biometrika 6
(1908); for two, Welch, "The generalization of Student's problem", Biometrika 34 (1947); for a median,
Thompson, "On confidence ranges for the median", Annals of Mathematical Statistics 7 (1936).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

LEVEL = 0.95
NORMAL = float(stats.norm.ppf(0.5 + LEVEL / 2.0))

type Floats = NDArray[np.float64]
type Interval = tuple[float, float]
"""From and to."""
UNKNOWN: Interval = (math.nan, math.nan)


def share_interval(count: int, base: int) -> Interval:
    """Wilson's score interval of count / base; not known of nobody.

    >>> [round(end, 4) for end in share_interval(81, 263)]
    [0.2553, 0.3662]
    """
    if not base:
        return UNKNOWN
    share, square = count / base, NORMAL**2
    middle = (share + square / (2.0 * base)) / (1.0 + square / base)
    half = NORMAL * math.sqrt(share * (1.0 - share) / base + square / (4.0 * base**2)) / (1.0 + square / base)
    low = 0.0 if count == 0 else middle - half
    return low, 1.0 if count == base else middle + half


def share_difference(count: int, base: int, other_count: int, other_base: int) -> Interval:
    """Newcombe's interval of the first share less the second; not known where either is of nobody.

    >>> [round(end, 4) for end in share_difference(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    if not base or not other_base:
        return UNKNOWN
    first, second = count / base, other_count / other_base
    low, high = share_interval(count, base)
    other_low, other_high = share_interval(other_count, other_base)
    return (
        first - second - math.hypot(first - low, other_high - second),
        first - second + math.hypot(high - first, second - other_low),
    )


def mean_interval(values: Floats) -> Interval:
    """Student's interval of a mean; not known of fewer than two."""
    number = len(values)
    if number < 2:
        return UNKNOWN
    mean, error = math.fsum(values) / number, math.sqrt(_variance(values) / number)
    half = float(stats.t.ppf(0.5 + LEVEL / 2.0, number - 1)) * error
    return mean - half, mean + half


def mean_difference(values: Floats, others: Floats) -> Interval:
    """Welch's interval of the first mean less the second; not known where either is of fewer than two."""
    if min(len(values), len(others)) < 2:
        return UNKNOWN
    parts = [_variance(each) / len(each) for each in (values, others)]
    difference = math.fsum(values) / len(values) - math.fsum(others) / len(others)
    error = sum(parts)
    if not error:
        return difference, difference
    freedom = error**2 / sum(
        part**2 / (len(each) - 1) for part, each in zip(parts, (values, others), strict=True)
    )
    half = float(stats.t.ppf(0.5 + LEVEL / 2.0, freedom)) * math.sqrt(error)
    return difference - half, difference + half


def median_ranks(number: int) -> tuple[int, int] | None:
    """Which of so many values in order, from 1, bound their median; None of fewer than six, who cannot.

    The widest rank r with P(X < r) ≤ 2.5 % for X of the binomial distribution of `number` and a half: no
    value need follow any distribution.

    >>> median_ranks(5), median_ranks(6), median_ranks(100)
    (None, (1, 6), (40, 61))
    """
    rank = int(stats.binom.ppf((1.0 - LEVEL) / 2.0, number, 0.5)) if number else 0
    return (rank, number + 1 - rank) if rank else None


def median_interval(values: Floats) -> Interval:
    """Thompson's interval of a median, from one of the values to another; not known of fewer than six."""
    ranks = median_ranks(len(values))
    if ranks is None:
        return UNKNOWN
    ordered = np.sort(values)
    return float(ordered[ranks[0] - 1]), float(ordered[ranks[1] - 1])


def _variance(values: Floats) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
