"""The ends of intervals by mid-p, against their definition count by count, and what they cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.demand.prediction import QUANTILES, quantiles_of


@given(st.lists(st.integers(0, 8), min_size=1, max_size=60))
def test_an_end_has_at_least_half_of_its_chance_inside(draws: list[int]) -> None:
    low95, low50, high50, high95 = quantiles_of(np.array(draws))

    def middle(count: float) -> float:
        """P(fewer) + half of P(so many)."""
        below = sum(draw < count for draw in draws) / len(draws)
        return below + sum(draw == count for draw in draws) / len(draws) / 2

    for low, chance in ((low95, QUANTILES[0]), (low50, QUANTILES[1])):
        assert middle(low) >= chance - 1e-12
        assert middle(low - 1) <= chance + 1e-12
    for high, chance in ((high50, QUANTILES[2]), (high95, QUANTILES[3])):
        assert middle(high) <= chance + 1e-12
        assert middle(high + 1) >= chance - 1e-12
    assert low95 <= low50 <= high50 <= high95


@pytest.mark.parametrize("mean", [0.02, 0.4, 1.5, 6.0, 40.0])
def test_whole_children_are_covered_about_as_often_as_said(mean: float) -> None:
    """Exactly, by the chances of a Poisson count: never far below, and no more than one count can add."""
    random = np.random.default_rng(int(100 * mean))
    low, _, _, high = quantiles_of(random.poisson(mean, 200_000))
    truth = random.poisson(mean, 200_000)
    cover = ((low <= truth) & (truth <= high)).mean()
    largest = np.bincount(truth).max() / len(truth)
    assert 0.95 - largest / 2 - 0.01 <= cover <= min(1.0, 0.95 + largest + 0.01)
