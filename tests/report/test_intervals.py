"""Intervals against published examples, SciPy's own, and counting every possible outcome."""

from __future__ import annotations

from math import comb, isnan

import numpy as np
import pytest
from scipy import stats

from optimiser.report.intervals import (
    mean_difference,
    mean_interval,
    median_interval,
    median_ranks,
    share_difference,
    share_interval,
)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((10, 10), (0, 10), (0.6075, 1.0000)),
    ],
)
def test_newcombe_s_own_table(
    first: tuple[int, int], second: tuple[int, int], expected: tuple[float, float]
) -> None:
    """Newcombe (1998), table II, method 10."""
    assert share_difference(*first, *second) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("base", [1, 2, 7, 40])
def test_shares_are_scipy_s(base: int) -> None:
    for count in range(base + 1):
        theirs = stats.binomtest(count, base).proportion_ci(method="wilson")
        assert share_interval(count, base) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_means_are_scipy_s() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.exponential(5.0, 30), rng.exponential(9.0, 7)
    theirs = stats.t.interval(0.95, len(one) - 1, one.mean(), stats.sem(one))
    assert mean_interval(one) == pytest.approx(theirs)
    welch = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert mean_difference(one, other) == pytest.approx((welch.low, welch.high))


@pytest.mark.parametrize("number", [6, 7, 9, 25, 60])
def test_a_median_is_held_95_times_in_100_whatever_the_values(number: int) -> None:
    """Each value is below the median like a coin; one rank narrower would hold it less often than that."""
    ranks = median_ranks(number)
    assert ranks is not None
    low, high = ranks

    def held(low: int, high: int) -> float:
        return sum(comb(number, below) for below in range(low, high)) / 2.0**number

    assert held(low, high) >= 0.95
    assert held(low + 1, high - 1) < 0.95
    values = np.arange(1.0, number + 1.0)[::-1]
    assert median_interval(values) == (float(low), float(high))


def test_what_cannot_be_known_is_not() -> None:
    few = np.array([3.0])
    assert all(isnan(end) for end in share_interval(0, 0))
    assert all(isnan(end) for end in share_difference(1, 2, 0, 0))
    assert all(isnan(end) for end in mean_interval(few))
    assert all(isnan(end) for end in mean_difference(few, np.array([1.0, 2.0])))
    assert all(isnan(end) for end in median_interval(np.ones(5)))
    assert mean_difference(np.ones(3), np.zeros(2)) == (1.0, 1.0)
