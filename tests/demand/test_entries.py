"""Entries: seasons, trends and drift are used where the history shows them, and not where it does not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from optimiser.demand.entries import chosen_entries, draw_entries
from optimiser.demand.history import CLASSES, ENTRY_AGES, History
from optimiser.demand.spells import OUT
from optimiser.demand.states import KINDS

MONTHS = 60


def _history(random: Generator, level: np.ndarray, authorities: int = 3) -> History:
    """Poisson entries of that mean a month in every authority."""
    shape = (MONTHS, authorities, len(ENTRY_AGES), len(KINDS))
    counts = random.poisson(
        np.broadcast_to(level[:, None, None, None] / (len(ENTRY_AGES) * len(KINDS)), shape)
    )
    return History(
        calendar=np.arange(MONTHS) % 12,
        days=np.full((MONTHS, authorities), 30.4),
        exposure=np.zeros((MONTHS, authorities, CLASSES, len(KINDS))),
        events=np.zeros((MONTHS, authorities, CLASSES, len(KINDS), OUT + 1)),
        entries=counts.astype(float),
        reached_18=0,
        left_at_18=0,
    )


def _mean_of_year(history: History) -> np.ndarray:
    found = draw_entries(
        history, chosen_entries(history), np.arange(12), np.full(12, 30.4), default_rng(0), 400
    )
    assert found.mix.sum(axis=(2, 3)) == pytest.approx(1.0)
    return np.asarray(found.rates.mean(axis=0).mean(axis=0))


def test_a_steady_level_stays_steady() -> None:
    plain = [chosen_entries(_history(default_rng(seed), np.full(MONTHS, 20.0))) for seed in range(8)]
    assert sum(each.seasonal or each.trending or each.discount < 1 for each in plain) <= 1
    assert _mean_of_year(_history(default_rng(1), np.full(MONTHS, 20.0))) == pytest.approx(20.0, rel=0.1)


def test_seasons_are_found_and_used() -> None:
    level = 20 * (1 + 0.5 * np.sin(2 * np.pi * np.arange(MONTHS) / 12))
    history = _history(default_rng(2), level)
    assert chosen_entries(history).seasonal
    assert _mean_of_year(history) == pytest.approx(level[:12], rel=0.25)


def test_a_level_that_fell_is_followed() -> None:
    level = np.where(np.arange(MONTHS) < 36, 20.0, 4.0)
    history = _history(default_rng(3), level)
    pattern = chosen_entries(history)
    assert pattern.discount < 1 or pattern.trending
    assert _mean_of_year(history) == pytest.approx(4.0, rel=0.4)


def test_growth_is_followed() -> None:
    history = _history(default_rng(4), 10 * np.exp(0.03 * np.arange(MONTHS)))
    assert _mean_of_year(history).mean() > history.entries.sum(axis=(2, 3))[-12:].mean()


def test_the_same_seed_draws_the_same() -> None:
    history = _history(default_rng(5), np.full(MONTHS, 20.0))
    pattern = chosen_entries(history)
    one, two = (
        draw_entries(history, pattern, np.arange(3), np.full(3, 30.0), default_rng(7), 50) for _ in range(2)
    )
    assert (one.rates == two.rates).all()
    assert (one.mix == two.mix).all()
