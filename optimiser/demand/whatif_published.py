"""A what-if applied to the published method's rates, month by month."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.codes import CATEGORIES
from optimiser.demand.days import Days
from optimiser.demand.published import OUT, PublishedRates
from optimiser.demand.states import BANDS
from optimiser.demand.strength import strength_by_month
from optimiser.demand.whatif import ENTRIES, EXITS, Change
from optimiser.errors import Fault, InputError

type Floats = NDArray[np.float64]

_BEGINS = (0, 1, 5, 10, 16)
_ENDS = (0, 4, 9, 15, 17)
_YEAR = 365.25


def check_published_changes(changes: tuple[Change, ...], file: str) -> None:
    """Raises `InputError` where a change needs what the published method does not tell apart."""
    faults = []
    for change in changes:

        def fault(key: str, what: str, accepted: str, stem: str = change.key) -> None:
            faults.append(Fault(file, 0, f"{stem}.{key}", what, f"{accepted}, with --method published"))

        if change.authorities:
            fault("authorities", "chooses authorities", "no authorities")
        if change.age_from not in _BEGINS:
            fault("age_from", f"is {change.age_from}", ", ".join(map(str, _BEGINS)))
        if change.age_to not in _ENDS:
            fault("age_to", f"is {change.age_to}", ", ".join(map(str, _ENDS)))
        for key, names in (("categories", change.categories), ("to", (change.to,) if change.to else ())):
            for name in names:
                if name not in CATEGORIES:
                    fault(key, f"has {name}", ", ".join(CATEGORIES))
    if faults:
        raise InputError(f"{file} cannot be applied", faults)


def rates_by_month(
    rates: PublishedRates, changes: tuple[Change, ...], *, start: int, days: Days
) -> list[PublishedRates]:
    """The rates of every month under the changes, one after the other. Where added rates would empty a state
    in less than a day they are what empties it in one."""
    strengths = [strength_by_month(change, start, days) for change in changes]
    found = []
    for month in range(len(days)):
        now = rates
        for change, strength in zip(changes, strengths, strict=True):
            now = _changed(now, change, float(strength[month])) if strength[month] else now
        found.append(now)
    return found


def _chosen(categories: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([not categories or name in categories for name in CATEGORIES])


def _changed(rates: PublishedRates, change: Change, on: float) -> PublishedRates:
    bands = np.array([change.age_from <= begin <= change.age_to for begin in _BEGINS])
    states = np.outer(bands, _chosen(change.categories)).ravel()
    if change.rate == ENTRIES:
        return PublishedRates(rates.moves, _entries(rates.entries, change, on, states))
    moves = rates.moves.copy()
    if change.rate == EXITS:
        cells = np.zeros_like(moves, dtype=bool)
        cells[states, OUT] = True
    else:
        cells = np.append(_within_band(), np.zeros((OUT, 1), dtype=bool), axis=1) & states[:, None]
        if change.to and change.how != "share":
            cells[:, :OUT] &= np.tile(_chosen((change.to,)), len(BANDS))
    if change.how == "multiply":
        moves[cells] *= 1 + (change.amount - 1) * on
    elif change.how == "add":
        moves += cells * (change.amount / _YEAR * on / np.maximum(cells.sum(axis=1, keepdims=True), 1))
    else:
        moves = _shared(moves, cells, change, on)
    total = moves.sum(axis=1, keepdims=True)
    return PublishedRates(moves / np.maximum(total, 1.0), rates.entries)


def _within_band() -> NDArray[np.bool_]:
    """Moves between categories of the same band."""
    bands = np.repeat(np.arange(len(BANDS)), len(CATEGORIES))
    found: NDArray[np.bool_] = (bands[:, None] == bands) & ~np.eye(OUT, dtype=bool)
    return found


def _entries(entries: Floats, change: Change, on: float, states: NDArray[np.bool_]) -> Floats:
    chosen = entries * states
    if change.how == "multiply":
        return entries + chosen * (change.amount - 1) * on
    if change.how == "add":
        share = chosen / chosen.sum() if chosen.sum() > 0 else states / states.sum()
        return entries + change.amount / _YEAR * on * share
    going = chosen * change.amount * on
    to = _chosen((change.to,))
    by_band = going.reshape(len(BANDS), -1).sum(axis=1)
    return entries - going + np.outer(by_band, to).ravel()


def _shared(moves: Floats, cells: NDArray[np.bool_], change: Change, on: float) -> Floats:
    going = moves * cells * change.amount * on
    to = CATEGORIES.index(change.to)
    own = np.arange(OUT) % len(CATEGORIES) == to
    going[own] = 0.0
    found = moves - going
    target = np.arange(OUT) // len(CATEGORIES) * len(CATEGORIES) + to
    found[np.arange(OUT), target] += going.sum(axis=1)
    return found
