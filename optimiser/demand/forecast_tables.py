"""The tables of a forecast: long, one cell a row, ready for a spreadsheet or the optimiser."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand.costs import costs_by_month
from optimiser.demand.days import Days, date_from_day, day_from_date
from optimiser.demand.forecast import Attribution, Forecast
from optimiser.demand.past import Past
from optimiser.demand.prediction import ALL, Entrants, Prediction
from optimiser.demand.states import KINDS
from optimiser.demand.whatif import Costs

INTERVALS: Final = ("low_95", "low_50", "high_50", "high_95")
"""The columns of the quantiles, in their order."""
_DIGITS = 9

type Floats = NDArray[np.float64]


def _dates(days: Days) -> list[str]:
    return [str(date_from_day(int(day))) for day in days]


def _long(arrays: dict[str, Floats], axes: dict[str, list[str]]) -> pd.DataFrame:
    """One row a cell: the names of the axes, then the arrays' figures."""
    index = pd.MultiIndex.from_product(list(axes.values()), names=list(axes))
    frame = pd.DataFrame({name: values.ravel() for name, values in arrays.items()}, index=index)
    return frame.round(_DIGITS).reset_index()


def _intervals(quantiles: Floats) -> dict[str, Floats]:
    return dict(zip(INTERVALS, quantiles, strict=True))


def forecast_table(found: Forecast) -> pd.DataFrame:
    """Children in care: `authority, day, band, category, now, mean, low_95, low_50, high_50, high_95`, and
    under a what-if `base_mean`, the mean without it. `now`: counted on the start day."""
    shown = found.prediction
    arrays = {
        "now": np.broadcast_to(shown.now[:, None], shown.mean.shape),
        "mean": shown.mean,
        **_intervals(shown.quantiles),
    }
    if found.base is not None:
        arrays["base_mean"] = found.base.mean
    return _long(arrays, _axes(shown))


def _axes(shown: Prediction) -> dict[str, list[str]]:
    return {
        "authority": list(shown.areas),
        "day": _dates(shown.days),
        "band": list(shown.bands),
        "category": list(shown.categories),
    }


def entrants_table(found: Entrants) -> pd.DataFrame:
    """Children who come into care and need a place: `authority, from, to, age, category, mean` and the
    intervals."""
    quarters = [" ".join(pair) for pair in zip(_dates(found.begins), _dates(found.ends), strict=True)]
    axes = {
        "authority": list(found.areas),
        "quarter": quarters,
        "age": list(found.ages),
        "category": list(found.categories),
    }
    table = _long({"mean": found.mean, **_intervals(found.quantiles)}, axes)
    both = table.pop("quarter").str.split(" ", expand=True)
    table.insert(1, "from", both[0])
    table.insert(2, "to", both[1])
    return table


def futures_table(found: Entrants) -> pd.DataFrame:
    """Simulated quarters of entrants, cells that have a child: `future, authority, from, to, age, category,
    children`. The futures are equally likely; category is one of our own five."""
    future, area, quarter, age, kind = np.nonzero(found.futures)
    return pd.DataFrame(
        {
            "future": future + 1,
            "authority": np.array(found.areas)[area],
            "from": np.array(_dates(found.begins))[quarter],
            "to": np.array(_dates(found.ends))[quarter],
            "age": age,
            "category": np.array(KINDS)[kind],
            "children": found.futures[future, area, quarter, age, kind],
        }
    )


def past_table(found: Past) -> pd.DataFrame:
    """The months before: `authority, day, band, category, children, entered, left`."""
    arrays = {"children": found.children, "entered": found.entered, "left": found.left}
    table = _long(
        arrays,
        {
            "authority": list(found.areas),
            "day": _dates(found.days),
            "band": list(found.bands),
            "category": list(found.categories),
        },
    )
    return table.astype(dict.fromkeys(arrays, "int64"))


def costs_table(found: Forecast) -> pd.DataFrame:
    """£ of every month for the mean: `authority, day, category, cost_gbp`, and under a what-if
    `base_cost_gbp`."""
    costs = found.question.whatif.costs
    arrays = {"cost_gbp": _costs(found.prediction, costs, found)}
    if found.base is not None:
        arrays["base_cost_gbp"] = _costs(found.base, costs, found)
    axes = _axes(found.prediction)
    del axes["band"]
    axes["category"] = [*costs.weekly, ALL]
    return _long({name: values.round(2) for name, values in arrays.items()}, axes)


def _costs(shown: Prediction, costs: Costs, found: Forecast) -> Floats:
    mean = shown.mean[:, :, shown.bands.index(ALL)]
    start = day_from_date(found.question.start)
    priced = costs_by_month(mean, shown.categories, costs, start=start, days=shown.days)
    return np.concatenate([priced, priced.sum(axis=-1, keepdims=True)], axis=-1)


def attribution_table(found: Forecast, made: Attribution) -> pd.DataFrame:
    """What each change makes of the difference to the base: `change, authority, day, category, in_order,
    shapley` (children), and with costs `in_order_gbp, shapley_gbp` (£ of the month)."""
    shown = found.prediction
    band = shown.bands.index(ALL)
    costs = found.question.whatif.costs
    kinds = {"in_order": made.in_order, "shapley": made.shapley}
    arrays: dict[str, Floats] = {}
    for name, gain in kinds.items():
        if gain is None:
            continue
        arrays[name] = gain[:, :, :, band]
        if costs.weekly:
            arrays[f"{name}_gbp"] = _gain_in_pounds(arrays[name], shown, costs, found)
    axes = _axes(shown)
    del axes["band"]
    return _long(arrays, {"change": [change.name for change in made.changes], **axes})


def _gain_in_pounds(gain: Floats, shown: Prediction, costs: Costs, found: Forecast) -> Floats:
    """The cost of the gain in each category; in `ALL` that of the categories that are priced."""
    start = day_from_date(found.question.start)
    priced = costs_by_month(gain, shown.categories, costs, start=start, days=shown.days)
    pounds = np.zeros_like(gain)
    pounds[..., [shown.categories.index(name) for name in costs.weekly]] = priced
    pounds[..., shown.categories.index(ALL)] = priced.sum(axis=-1)
    return pounds.round(2)
