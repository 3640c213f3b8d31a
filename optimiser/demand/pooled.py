"""Our forecast: every child ages by its own birthday, moves and leaves at pooled rates, and new ones come.

The distribution is a mixture over draws of the rates (what is not known of them) of the exact spread of the
children given the rates (chance): those in care now are independent, so their number in a cell is a sum of
yes-or-no draws; those to come are Poisson, thinned by the same chances (see `counts`). Steps are calendar
months. Within one the rates are those of the age at its beginning; a child's band is that of its own age.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from optimiser.demand.days import Days, completed_months, month_ends
from optimiser.demand.entries import EntryDraws, EntryPattern, chosen_entries, draw_entries
from optimiser.demand.flow import AGES, Flow, Month, flow_from_months, shown_by_band
from optimiser.demand.history import EIGHTEEN, History, history_from_spells
from optimiser.demand.prediction import with_totals
from optimiser.demand.rates import RateDraws, RatePattern, chosen_rates, draw_rates
from optimiser.demand.spells import Spells, known_on
from optimiser.demand.states import KINDS

DRAWS: Final = 1000
"""Draws of the children by default; the rates are drawn once for `REPEATS` of them."""
REPEATS: Final = 8
type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """What was learnt from the data known on the start day, before anything is drawn."""

    authorities: tuple[str, ...]
    start: int
    history: History
    rate_pattern: RatePattern
    entry_pattern: EntryPattern
    now: NDArray[np.int64]
    """Children in care on the start day: (authorities, months of age, kinds)."""


@dataclass(frozen=True)
class Future:
    """Rates and entries drawn for the months to come; what-ifs change this, and nothing before it.

    `moves[t][s, a, g, c, j]`: rates a day in month t – one array stands for all months that share it.
    `entries[s, a, t, g, c]`: mean entrants in the month. `days`: the ends of the months.
    """

    days: Days
    moves: tuple[Floats, ...]
    left_at_18: Floats
    entries: tuple[Floats, ...]
    """One array (draws, months, ages at entry, kinds) for every authority."""


def model_from_spells(spells: Spells, start: int) -> Model:
    """The model of what was known on the start day."""
    known = known_on(spells, start)
    history = history_from_spells(known, start)
    return Model(
        spells.authorities,
        start,
        history,
        chosen_rates(history),
        chosen_entries(history),
        _children_now(known, start),
    )


def _children_now(known: Spells, start: int) -> NDArray[np.int64]:
    here = known.ends > start
    ages = completed_months(known.births[here], np.array([start]))
    shape = (len(known.authorities), AGES, len(KINDS))
    where = (known.authority[here], np.clip(ages, 0, EIGHTEEN), known.kinds[here])
    return np.bincount(np.ravel_multi_index(where, shape), minlength=int(np.prod(shape))).reshape(shape)


def future_from_model(model: Model, end: int, *, seed: int, draws: int = DRAWS) -> Future:
    """Rates and entries of the months up to the day `end`, drawn with the seed."""
    random = default_rng([seed, 1])
    days = month_ends(model.start, end)
    samples = max(1, draws // REPEATS)
    rates: RateDraws = draw_rates(model.history, model.rate_pattern, random, samples)
    begins = np.insert(days[:-1], 0, model.start) + 1
    calendar = ((begins + days) // 2).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    lengths = (days - begins + 1).astype(float)
    found: EntryDraws = draw_entries(model.history, model.entry_pattern, calendar, lengths, random, samples)
    entries = tuple(
        found.rates[:, number, :, None, None] * found.mix[:, number, None]
        for number in range(len(model.authorities))
    )
    return Future(days, (rates.moves,) * len(days), rates.left_at_18, entries)


def flow_of_authority(model: Model, future: Future, number: int) -> Flow:
    """The flow of one authority's children through the future."""
    lengths = np.diff(np.insert(future.days, 0, model.start))
    views: dict[int, Floats] = {}
    months = []
    for month, moves in enumerate(future.moves):
        own = views.setdefault(id(moves), moves[:, min(number, moves.shape[1] - 1)])
        months.append(Month(own, future.entries[number][:, month], int(lengths[month])))
    return flow_from_months(model.now[number], months, future.left_at_18)


def mean_from_future(model: Model, future: Future) -> Floats:
    """The mean of `prediction_from_model` alone, (areas, months, bands, categories)."""
    flows = [flow_of_authority(model, future, number) for number in range(len(model.authorities))]
    mean = np.stack([(flow.mean + flow.to_come).mean(axis=1) for flow in flows])
    return with_totals(mean, 0) if len(flows) > 1 else mean


def now_shown(model: Model) -> Floats:
    """Children now, by area, band and category shown."""
    now = shown_by_band(model.now.astype(float))
    return with_totals(now, 0) if len(now) > 1 else now
