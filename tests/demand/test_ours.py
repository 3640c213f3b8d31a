"""Our forecast: what is learnt against plain loops, the flow against each child followed alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.random import default_rng
from scipy.linalg import expm
from support.histories import spells_from_truth, truth

from optimiser.demand.counts import draw_counts
from optimiser.demand.days import NEVER, completed_months, date_from_day, day_from_date, month_ends
from optimiser.demand.flow import Month, flow_from_months
from optimiser.demand.history import CLASS_MONTHS, CLASSES, ENTRY_AGES, History, history_from_spells
from optimiser.demand.pooled import future_from_model, mean_from_future, model_from_spells
from optimiser.demand.rates import chosen_rates, draw_rates
from optimiser.demand.simulation import prediction_from_model
from optimiser.demand.spells import OUT, STAYS, Spells, known_on, stock_on
from optimiser.demand.states import KINDS

FIRST, ORIGIN, LAST = date(2019, 4, 1), date(2022, 3, 31), date(2023, 3, 31)


@pytest.fixture(scope="module")
def spells() -> Spells:
    known = truth(default_rng(5), authorities=3, entries=25.0)
    return spells_from_truth(known, default_rng(6), first=FIRST, last=LAST)


@pytest.fixture(scope="module")
def history(spells: Spells) -> History:
    origin = day_from_date(ORIGIN)
    return history_from_spells(known_on(spells, origin), origin)


def _age_in_months(born: date, day: date) -> int:
    months = (day.year - born.year) * 12 + day.month - born.month
    last_of_month = (day + timedelta(days=1)).day == 1
    return months - (born.day > day.day and not last_of_month)


def test_completed_months_is_that_of_plain_dates() -> None:
    random = default_rng(1)
    born = random.integers(0, 12000, 3000)
    day = born + random.integers(0, 7000, 3000)
    expected = [
        _age_in_months(date_from_day(int(b)), date_from_day(int(d))) for b, d in zip(born, day, strict=True)
    ]
    assert completed_months(born, day).tolist() == expected


def test_exposure_and_events_are_those_of_a_walk_through_every_day(spells: Spells, history: History) -> None:
    """The first authority, child by child and day by day."""
    days = np.zeros((CLASSES, len(KINDS)))
    events = np.zeros((CLASSES, len(KINDS), OUT + 1))
    entries = 0
    first, origin = day_from_date(FIRST), day_from_date(ORIGIN)
    for number in np.flatnonzero(spells.authority == 0):
        born = date_from_day(int(spells.births[number]))
        eighteenth = day_from_date(
            born.replace(year=born.year + 18, day=min(born.day, 28) if born.month == 2 else born.day)
        )
        begin, end, kind = int(spells.starts[number]), int(spells.ends[number]), int(spells.kinds[number])
        entries += bool(spells.enters[number]) and first <= begin <= origin
        for day in range(max(begin, first), min(end, origin + 1)):
            if not eighteenth - 31 <= day < eighteenth:
                age = _age_in_months(born, date_from_day(day))
                days[sum(age >= months for months in CLASS_MONTHS) - 1, kind] += 1
        if first <= end <= origin and not eighteenth - 31 <= end <= eighteenth + 5:
            age = _age_in_months(born, date_from_day(end - 1))
            events[sum(age >= months for months in CLASS_MONTHS) - 1, kind, spells.next_kinds[number]] += 1
    assert history.exposure[:, 0].sum(axis=0).tolist() == days.tolist()
    assert history.events[:, 0].sum(axis=0).tolist() == events.tolist()
    assert history.entries[:, 0].sum() == entries
    assert history.days[:, 0].sum() == origin + 1 - first


def test_what_came_later_is_not_known(spells: Spells) -> None:
    origin = day_from_date(ORIGIN)
    known = known_on(spells, origin)
    assert known.starts.max() <= origin
    assert known.ends[known.ends != NEVER].max() <= origin
    assert (known.next_kinds[known.ends == NEVER] == STAYS).all()
    assert stock_on(known, origin).tolist() == stock_on(spells, origin).tolist()


def test_rates_are_near_events_over_days_where_there_are_many() -> None:
    """60 months of one authority with 40,000 child-years: the posterior mean is the plain rate, to 3 %."""
    known = truth(default_rng(2), authorities=1, entries=4000.0, spread=0.0)
    spells = spells_from_truth(known, default_rng(3), first=date(2019, 4, 1), last=date(2023, 3, 31))
    origin = day_from_date(date(2023, 3, 31))
    history = history_from_spells(spells, origin)
    found = draw_rates(history, chosen_rates(history), default_rng(0), 400).moves.mean(axis=0)[0]
    many = history.events.sum(axis=(0, 1)) > 400
    assert many.sum() >= 8
    assert found[many] == pytest.approx(known.moves[0][many], rel=0.15)
    plain = history.events.sum(axis=(0, 1)) / np.maximum(history.exposure.sum(axis=(0, 1))[..., None], 1)
    assert found[many] == pytest.approx(plain[many], rel=0.03)


def test_an_authority_with_no_data_has_the_regions_rates(history: History) -> None:
    none = replace(history, events=history.events.copy(), exposure=history.exposure.copy())
    none.events[:, 2] = 0
    none.exposure[:, 2] = 0
    found = draw_rates(none, chosen_rates(none), default_rng(0), 800).moves
    days = none.exposure.sum(axis=(0, 1))[..., None]
    leaving = (found[:, 2].mean(axis=0) * days)[..., -1].sum()
    assert leaving == pytest.approx(none.events[..., -1].sum(), rel=0.1)


def test_flow_is_each_child_followed_alone() -> None:
    """Children of fixed ages and kinds, no entries: Σ p and Σ p² from matrix exponentials of their own."""
    random = default_rng(4)
    moves = random.random((2, CLASSES, len(KINDS), OUT + 1)) / 400
    moves[:, :, range(len(KINDS)), range(len(KINDS))] = 0
    now = np.zeros((217, len(KINDS)), dtype=np.int64)
    for age, kind, count in ((3, 1, 2), (11, 0, 1), (191, 3, 4), (214, 2, 3), (216, 1, 1)):
        now[age, kind] += count
    left = np.array([0.9, 1.0])
    months = [Month(moves, np.zeros((2, len(ENTRY_AGES), len(KINDS))), days) for days in (30, 31, 28)]
    flow = flow_from_months(now, months, left)
    for draw in range(2):
        mean = np.zeros((6, 7))
        squares = np.zeros((6, 7))
        for age, kind in np.argwhere(now).tolist():
            chance = np.eye(len(KINDS))[kind]
            grown = int(age)
            for month in months:
                rates = moves[draw, sum(grown >= begin for begin in CLASS_MONTHS) - 1]
                generator = rates[:, :-1] - np.diag(rates.sum(axis=1))
                chance = chance @ expm(generator * month.days)
                if grown == 215:
                    chance = chance * (1 - left[draw])
                grown = min(grown + 1, 216)
            band = sum(grown >= begin for begin in (12, 60, 120, 192))
            shown = np.array([*chance, chance[0] + chance[1], chance.sum()])
            for row in (band, 5):
                mean[row] += now[age, kind] * shown
                squares[row] += now[age, kind] * shown**2
        assert flow.mean[-1, draw] == pytest.approx(mean, abs=1e-9)
        assert flow.squares[-1, draw] == pytest.approx(squares, abs=1e-9)
    assert not flow.to_come.any()


def test_entrants_who_cannot_leave_add_up() -> None:
    entries = np.full((1, len(ENTRY_AGES), len(KINDS)), 0.5)
    none = np.zeros((1, CLASSES, len(KINDS), OUT + 1))
    months = [Month(none, entries, 30)] * 2
    flow = flow_from_months(np.zeros((217, len(KINDS)), dtype=np.int64), months, np.array([0.0]))
    assert flow.to_come[:, 0, -1, -1].tolist() == pytest.approx([entries.sum(), 2 * entries.sum()])


def test_counts_have_the_mean_and_variance_of_their_parts() -> None:
    """2,000 draws for 40 children of p = 0.3, 10 of 0.9, and Poisson 2: variance 8.4 + 0.9 + 2."""
    for scale in (1, 20):
        mean, squares = np.array([scale * 21.0]), np.array([scale * (40 * 0.09 + 10 * 0.81)])
        drawn = draw_counts(mean, squares, np.array([scale * 2.0]), default_rng(1), 20000)[:, 0]
        assert drawn.mean() == pytest.approx(scale * 23.0, rel=0.01)
        assert drawn.var() == pytest.approx(scale * 11.3, rel=0.05)
        assert drawn.min() >= 0


def test_a_child_that_cannot_leave_is_certain() -> None:
    assert (draw_counts(np.array([1.0]), np.array([1.0]), np.array([0.0]), default_rng(0), 50) == 1).all()
    assert (draw_counts(np.array([0.0]), np.array([0.0]), np.array([0.0]), default_rng(0), 50) == 0).all()


def test_the_prediction_adds_up_and_repeats(spells: Spells) -> None:
    model = model_from_spells(spells, day_from_date(ORIGIN))
    future = future_from_model(model, day_from_date(LAST), seed=3, draws=400)
    found = prediction_from_model(model, future, seed=3, keep_draws=True)
    again = prediction_from_model(
        model, future_from_model(model, day_from_date(LAST), seed=3, draws=400), seed=3, keep_draws=True
    )
    assert found.areas == ("E00000000", "E00000001", "E00000002", "all")
    assert (found.draws == again.draws).all()
    assert found.mean[-1] == pytest.approx(found.mean[:-1].sum(axis=0))
    assert found.mean[..., -1, :] == pytest.approx(found.mean[..., :-1, :].sum(axis=-2))
    assert found.mean[..., -1] == pytest.approx(found.mean[..., :5].sum(axis=-1))
    assert found.mean[..., 5] == pytest.approx(found.mean[..., 0] + found.mean[..., 1])
    assert found.mean == pytest.approx(mean_from_future(model, future))
    assert found.draws.mean(axis=0)[-1, :, -1, -1] == pytest.approx(found.mean[-1, :, -1, -1], rel=0.02)
    assert (np.diff(found.quantiles, axis=0) >= 0).all()
    assert found.now[-1, -1, -1] == stock_on(spells, day_from_date(ORIGIN)).sum()
    assert found.days.tolist() == month_ends(day_from_date(ORIGIN), day_from_date(LAST)).tolist()
    bare = prediction_from_model(model, future, seed=3).draws
    assert bare.size == 0
    assert bare.base is None  # or all draws stay in memory behind it


def test_shuffled_children_change_nothing(spells: Spells) -> None:
    """The forecast rests on counts alone."""
    origin = day_from_date(ORIGIN)
    model = model_from_spells(spells, origin)
    order = default_rng(9).permutation(len(spells.starts))
    columns = ("authority", "children", "births", "starts", "ends", "kinds", "enters", "next_kinds")
    shuffled = replace(spells, **{name: getattr(spells, name)[order] for name in columns})
    other = model_from_spells(shuffled, origin)
    assert (model.now == other.now).all()
    assert (model.history.events == other.history.events).all()
    assert model.rate_pattern == other.rate_pattern
