"""How much of the difference between two forecasts each change makes.

In order: what the mean gains as each change is added after those before it. Shapley: its gain averaged over
all orders in which the changes could be added (Shapley 1953, A value for n-person games), so that no order is
preferred; both add up to the whole difference. The means of all forecasts rest on the same draws.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.whatif import Change

SHAPLEY_UP_TO: Final = 5
"""Changes up to which every subset is forecast (32 forecasts)."""

type Floats = NDArray[np.float64]
type Forecaster = Callable[[tuple[Change, ...]], Floats]


def subsets_of(changes: tuple[Change, ...]) -> list[tuple[Change, ...]]:
    """The changes under which `attributed` asks for figures, each in their order; none without a change."""
    if not changes:
        return []
    if len(changes) > SHAPLEY_UP_TO:
        return [changes[:count] for count in range(len(changes) + 1)]
    return [chosen for size in range(len(changes) + 1) for chosen in combinations(changes, size)]


def attributed(changes: tuple[Change, ...], forecast: Forecaster) -> tuple[Floats, Floats | None]:
    """The gain of every change in order, and by Shapley where they are few: arrays with a first axis of
    changes.

    `forecast` gives the figures under the changes handed to it, in their order.
    """
    made: dict[tuple[int, ...], Floats] = {}

    def under(chosen: tuple[int, ...]) -> Floats:
        if chosen not in made:
            made[chosen] = forecast(tuple(changes[number] for number in chosen))
        return made[chosen]

    count = len(changes)
    in_order = np.stack([under(tuple(range(n + 1))) - under(tuple(range(n))) for n in range(count)])
    if count > SHAPLEY_UP_TO:
        return in_order, None
    shapley = np.zeros_like(in_order)
    for number in range(count):
        others = [other for other in range(count) if other != number]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for chosen in combinations(others, size):
                with_it = tuple(sorted((*chosen, number)))
                shapley[number] += weight * (under(with_it) - under(chosen))
    return in_order, shapley
