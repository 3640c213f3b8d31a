"""A forecast from a return: which method, from when to when, under which what-if; every figure of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.attribution import attributed, subsets_of
from optimiser.demand.days import Days, date_from_day, day_from_date, month_ends
from optimiser.demand.naive import naive_prediction
from optimiser.demand.past import Past, past_from_spells
from optimiser.demand.pooled import (
    DRAWS,
    Future,
    Model,
    future_from_model,
    mean_from_future,
    model_from_spells,
)
from optimiser.demand.prediction import NAIVE, OURS, PUBLISHED, Entrants, Prediction, areas_of
from optimiser.demand.published import check_days
from optimiser.demand.published_cleaning import births_of_rows, clean_rows
from optimiser.demand.published_prediction import (
    Learnt,
    entrants_from_rates,
    mean_from_rates,
    prediction_from_rates,
    rates_and_stock,
)
from optimiser.demand.returns import Return
from optimiser.demand.simulation import entrants_from_future, prediction_from_model
from optimiser.demand.spells import Spells, spells_from_return
from optimiser.demand.whatif import NOTHING, Change, WhatIf
from optimiser.demand.whatif_ours import changed_future, check_changes
from optimiser.demand.whatif_published import check_published_changes, rates_by_month
from optimiser.ensembles.ensemble import Ensemble
from optimiser.errors import InputError

MOST_MONTHS: Final = 120
"""The longest forecast: ten years."""

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """What is asked. `reference`: the published method's period for its rates, both days included."""

    method: str
    start: date
    end: date
    reference: tuple[date, date]
    seed: int = 0
    draws: int = DRAWS
    whatif: WhatIf = NOTHING
    whatif_file: str = ""


@dataclass(frozen=True)
class Attribution:
    """The gain in mean children that each change makes, arrays over (changes, areas, months, bands,
    categories); `shapley` None where the changes are too many for it."""

    changes: tuple[Change, ...]
    in_order: Floats
    shapley: Floats | None


@dataclass(frozen=True)
class Forecast:
    """The answer. `base`: without the what-if, None where there is none. `entrants` None for the naive
    method. `model`: what our method learnt, None for the others. `past`: the months before, None for the
    published method, which counts other children."""

    question: Question
    prediction: Prediction
    base: Prediction | None
    entrants: Entrants | None
    attribution: Attribution | None
    model: Model | None
    past: Past | None


def question_days(found: Return, *, start: date | None, end: date, method: str = OURS) -> tuple[date, date]:
    """The start, by default the last day the returns cover, and the end. Raises `InputError` out of bounds;
    those of the published method are the run of its own data, which is checked later."""
    begins = found.last_day if start is None else start
    if method != PUBLISHED and not found.first_day <= begins <= found.last_day:
        raise InputError(
            f"the forecast starts on {begins}; accepted: a day the returns cover, "
            f"{found.first_day} to {found.last_day}"
        )
    months = len(month_ends(day_from_date(begins), day_from_date(end))) if end > begins else 0
    if not 1 <= months <= MOST_MONTHS:
        raise InputError(
            f"the forecast ends on {end}; accepted: a day up to {MOST_MONTHS} months after {begins}"
        )
    return begins, end


def forecast_from_return(found: Return, question: Question, *, ensemble: Ensemble | None = None) -> Forecast:
    """The forecast of the question; `ensemble`: where it is simulated, in this process where none is given.

    Raises `InputError` where the return cannot answer it.
    """
    if question.method == PUBLISHED:
        return _published(found, question, ensemble)
    spells = spells_from_return(found)
    _check_covered(spells, question.start)
    if question.method == NAIVE:
        return _naive(spells, question, ensemble)
    return _ours(spells, question, ensemble)


def _check_covered(spells: Spells, start: date) -> None:
    """Every authority's returns must reach the start: a stock that is a year old is no stock."""
    late = [
        f"{code} ({date_from_day(int(last))})"
        for code, last in zip(spells.authorities, spells.last_days, strict=True)
        if last < day_from_date(start)
    ]
    if late:
        raise InputError(
            f"the returns of {', '.join(late)} end before {start}; accepted: returns of every authority "
            "up to the start, or an earlier start (--from)"
        )


def _ours(spells: Spells, question: Question, ensemble: Ensemble | None) -> Forecast:
    changes = question.whatif.changes
    check_changes(changes, question.whatif_file)
    seed = question.seed
    model = model_from_spells(spells, day_from_date(question.start))
    base = future_from_model(model, day_from_date(question.end), seed=seed, draws=question.draws)
    future = changed_future(model, base, changes)
    subsets = subsets_of(changes)
    each = (ensemble or Ensemble()).made(_mean_under, [(model, base, chosen) for chosen in subsets])
    means = dict(zip(subsets, each, strict=True))
    return Forecast(
        question,
        prediction_from_model(model, future, seed=seed, ensemble=ensemble),
        prediction_from_model(model, base, seed=seed, ensemble=ensemble) if changes else None,
        entrants_from_future(model, future, seed=seed, ensemble=ensemble),
        _attributed(changes, means.__getitem__),
        model,
        past_from_spells(spells, day_from_date(question.start)),
    )


def _mean_under(model: Model, base: Future, changes: tuple[Change, ...]) -> Floats:
    """The mean of the base under some of the changes."""
    return mean_from_future(model, changed_future(model, base, changes))


def _published(found: Return, question: Question, ensemble: Ensemble | None) -> Forecast:
    changes = question.whatif.changes
    check_published_changes(changes, question.whatif_file)
    start, days = (
        day_from_date(question.start),
        month_ends(day_from_date(question.start), day_from_date(question.end)),
    )
    areas, learnt = _published_rates(found, question)

    def under(chosen: tuple[Change, ...]) -> list[Learnt]:
        return [(rates_by_month(rates[0], chosen, start=start, days=days), stock) for rates, stock in learnt]

    def by[Found](method: Callable[..., Found], chosen: tuple[Change, ...]) -> Found:
        return method(
            areas,
            under(chosen),
            start=start,
            days=days,
            seed=question.seed,
            draws=question.draws,
            ensemble=ensemble,
        )

    return Forecast(
        question,
        by(prediction_from_rates, changes),
        by(prediction_from_rates, ()) if changes else None,
        by(entrants_from_rates, changes),
        _attributed(changes, lambda chosen: mean_from_rates(under(chosen), start=start, days=days)),
        None,
        None,
    )


def _published_rates(found: Return, question: Question) -> tuple[tuple[str, ...], list[Learnt]]:
    """The rates and stock of every authority, each from its own rows, and of all rows together."""
    codes = found.episodes["authority"].cat.codes.to_numpy()
    names = found.episodes["authority"].cat.categories
    present = sorted((str(name), number) for number, name in enumerate(names) if (codes == number).any())
    births = births_of_rows(found.episodes, found.header)
    whole = clean_rows(found.episodes, births)
    check_days(whole, start=question.start, end=question.end, reference=question.reference)
    learnt: list[Learnt] = []
    if len(present) > 1:
        for _, number in present:
            own = codes == number
            clean = clean_rows(found.episodes[own], births[own])
            rates, stock = rates_and_stock(clean, question.start, question.reference)
            learnt.append(([rates], stock))
    rates, stock = rates_and_stock(whole, question.start, question.reference)
    learnt.append(([rates], stock))
    return areas_of(tuple(name for name, _ in present)), learnt


def _naive(spells: Spells, question: Question, ensemble: Ensemble | None) -> Forecast:
    if question.whatif.changes:
        raise InputError(
            "a what-if changes rates, which the naive method has none of; accepted: another method"
        )
    start = day_from_date(question.start)
    days: Days = month_ends(start, day_from_date(question.end))
    found = naive_prediction(spells, start, days, seed=question.seed, draws=question.draws, ensemble=ensemble)
    return Forecast(question, found, None, None, None, None, past_from_spells(spells, start))


def _attributed(
    changes: tuple[Change, ...], forecast: Callable[[tuple[Change, ...]], Floats]
) -> Attribution | None:
    return Attribution(changes, *attributed(changes, forecast)) if changes else None
