"""A what-if applied to the rates and entries our forecast has drawn: the draws stay, so only the change
differs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.history import CLASS_MONTHS, ENTRY_AGES
from optimiser.demand.pooled import Future, Model
from optimiser.demand.states import KINDS
from optimiser.demand.strength import strength_by_month
from optimiser.demand.whatif import ENTRIES, EXITS, FOSTERING, Change
from optimiser.errors import Fault, InputError

type Floats = NDArray[np.float64]

_BEGINS = (0, 1, 5, 10, 13, 16, 17)
_ENDS = (0, 4, 9, 12, 15, 16, 17)
"""Whole years at which the classes of ages begin and end, for exits and moves."""
_YEAR = 365.25


def check_changes(changes: tuple[Change, ...], file: str) -> None:
    """Raises `InputError` where exits or moves are changed for ages that cut a class of ages in two."""
    faults = []
    for change in changes:
        if change.rate == ENTRIES:
            continue
        for key, age, known in (("age_from", change.age_from, _BEGINS), ("age_to", change.age_to, _ENDS)):
            if age not in known:
                accepted = f"{', '.join(map(str, known))}: exits and moves have one rate between these ages"
                faults.append(Fault(file, 0, f"{change.key}.{key}", f"is {age}", accepted))
    if faults:
        raise InputError(f"{file} cannot be applied", faults)


def changed_future(model: Model, future: Future, changes: tuple[Change, ...]) -> Future:
    """The future under the changes, one after the other."""
    for change in changes:
        strength = strength_by_month(change, model.start, future.days)
        chosen = [
            number
            for number, code in enumerate(model.authorities)
            if not change.authorities or code in change.authorities
        ]
        if change.rate == ENTRIES:
            lengths = np.diff(future.days, prepend=np.int64(model.start))
            future = replace(future, entries=_entries(future.entries, change, strength, chosen, lengths))
        else:
            future = replace(future, moves=_moves(future.moves, change, strength, chosen, model))
    return future


def _kinds_of(names: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which kinds the names mean; all where there is none."""
    return np.array(
        [
            not names or kind in names or (FOSTERING in names and number < 2)
            for number, kind in enumerate(KINDS)
        ]
    )


def _entries(
    entries: tuple[Floats, ...],
    change: Change,
    strength: Floats,
    chosen: list[int],
    lengths: NDArray[np.int64],
) -> tuple[Floats, ...]:
    years = np.array(ENTRY_AGES) // 12
    cells = np.outer((years >= change.age_from) & (years <= change.age_to), _kinds_of(change.categories))
    changed = list(entries)
    more = _shares_of_more(entries, cells, chosen) if change.how == "add" else None
    for at, number in enumerate(chosen):
        own = entries[number]
        on = strength[None, :, None, None] * cells
        if more is not None:
            changed[number] = own + change.amount * (lengths / _YEAR)[None, :, None, None] * on * more[at]
        elif change.how == "multiply":
            changed[number] = own * (1 + (change.amount - 1) * on)
        else:
            going = own * change.amount * on
            to = _kinds_of((change.to,))
            changed[number] = own - going
            goes_to = _spread_over(own, to)
            changed[number] = changed[number] + going.sum(axis=3, keepdims=True) * goes_to
    return tuple(changed)


def _shares_of_more(entries: tuple[Floats, ...], cells: NDArray[np.bool_], chosen: list[int]) -> list[Floats]:
    """How more entries are shared: as those of the chosen cells are, or evenly over them where there is
    none."""
    means = [entries[number].mean(axis=(0, 1)) * cells for number in chosen]
    total = sum(float(mean.sum()) for mean in means)
    if total > 0:
        return [mean / total for mean in means]
    return [cells / (cells.sum() * len(chosen)) for _ in means]


def _spread_over(entries: Floats, to: NDArray[np.bool_]) -> Floats:
    """The shares of the kinds `to` among themselves, by the entries; evenly where there is none."""
    mean = entries.mean(axis=(0, 1, 2)) * to
    return mean / mean.sum() if mean.sum() > 0 else to / to.sum()


def _moves(
    moves: tuple[Floats, ...], change: Change, strength: Floats, chosen: list[int], model: Model
) -> tuple[Floats, ...]:
    """Months with the same rates and the same strength share one array."""
    begins = np.array(CLASS_MONTHS) // 12
    classes = (begins >= change.age_from) & (begins <= change.age_to) & (begins < 18)
    kinds = _kinds_of(change.categories)
    to = np.append(_kinds_of((change.to,) if change.to and change.how != "share" else ()), False)
    if change.rate == EXITS:
        to = np.append(np.zeros(len(KINDS), dtype=bool), True)
    cells = (
        classes[:, None, None] & kinds[None, :, None] & to & ~np.eye(len(KINDS), len(KINDS) + 1, dtype=bool)
    )
    rows = np.isin(np.arange(len(model.authorities)), chosen)[: moves[0].shape[1]]
    where = (rows[:, None, None, None] & cells).astype(float)
    made: dict[tuple[int, float], Floats] = {}
    found = []
    for rates, on in zip(moves, strength, strict=True):
        if on == 0:
            found.append(rates)
            continue
        key = (id(rates), float(on))
        if key not in made:
            made[key] = _changed_rates(rates, change, float(on) * where, cells)
        found.append(made[key])
    return tuple(found)


def _changed_rates(rates: Floats, change: Change, on: Floats, cells: NDArray[np.bool_]) -> Floats:
    if change.how == "multiply":
        return rates * (1 + (change.amount - 1) * on)
    if change.how == "add":
        destinations = np.maximum(cells.sum(axis=2, keepdims=True), 1)
        return rates + change.amount / _YEAR * on / destinations
    going = rates * change.amount * on
    to = np.append(_kinds_of((change.to,)), False)
    own = np.eye(len(KINDS), len(KINDS) + 1, dtype=bool)
    allowed = to & ~own
    shares = allowed / np.maximum(allowed.sum(axis=1, keepdims=True), 1)
    going = going * allowed.any(axis=1)[:, None]
    found: Floats = rates - going + going.sum(axis=-1, keepdims=True) * shares
    return found
