"""The months before the forecast, counted: children in care, those who came and those who left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.codes import CATEGORIES
from optimiser.demand.days import Days, birthdays, months_after
from optimiser.demand.naive import stock_shown
from optimiser.demand.prediction import ALL, areas_of, with_totals
from optimiser.demand.spells import OUT, Spells, known_on
from optimiser.demand.states import BAND_BIRTHDAYS, BANDS

MONTHS: Final = 24
"""The longest past that is counted."""

type Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """Arrays over (areas, months, bands and all, categories and all), by what was known on the last day.

    `days`: the ends of the months, the last of them the start of the forecast. `children`: in care on the
    day; `entered`, `left`: in the month that ends on it, by band and category on the day they came or left.
    """

    areas: tuple[str, ...]
    bands: tuple[str, ...]
    categories: tuple[str, ...]
    days: Days
    children: Counts
    entered: Counts
    left: Counts


def past_from_spells(spells: Spells, start: int) -> Past:
    """The months up to `start` that the returns of every authority cover, `MONTHS` of them at most."""
    known = known_on(spells, start)
    earliest = int(known.first_days.max())
    back = [int(months_after(np.array([start + 1]), -month)[0]) - 1 for month in range(MONTHS + 1)]
    edges = np.array([day for day in back if day >= earliest - 1][::-1], dtype=np.int64)
    entered = known.enters & (known.starts > edges[0])
    left = (known.next_kinds == OUT) & (known.ends > edges[0]) & (known.ends <= start)
    stocks = [stock_shown(known, int(day)) for day in edges[1:]]
    areas = areas_of(known.authorities)
    shape = (len(areas), 0, len(BANDS) + 1, len(CATEGORIES) + 1)
    return Past(
        areas=areas,
        bands=(*BANDS, ALL),
        categories=(*CATEGORIES, ALL),
        days=edges[1:],
        children=np.stack(stocks, axis=1) if stocks else np.empty(shape),
        entered=_events(known, entered, known.starts, edges),
        left=_events(known, left, known.ends, edges),
    )


def _events(known: Spells, which: NDArray[np.bool_], days: Days, edges: Days) -> Counts:
    """The spells chosen, by authority, month of the day, band on the day and category."""
    on, births = days[which], known.births[which]
    bands = np.zeros(len(on), dtype=np.int64)
    for years in BAND_BIRTHDAYS:
        bands += birthdays(births, years=years) <= on
    months = np.searchsorted(edges, on) - 1
    shape = (len(known.authorities), len(edges) - 1, len(BANDS), len(CATEGORIES))
    where = (known.authority[which], months, bands, np.maximum(known.kinds[which] - 1, 0))
    if not len(on):
        found = np.zeros(shape)
    else:
        size = int(np.prod(shape))
        found = np.bincount(np.ravel_multi_index(where, shape), minlength=size).reshape(shape).astype(float)
    cells = with_totals(with_totals(found, -1), -2)
    return with_totals(cells, 0) if len(cells) > 1 else cells
