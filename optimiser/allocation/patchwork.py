"""A first relaxation of a large region, put together from tiles that are solved on their own.

The families are cut into tiles, and every provision goes to the tile whose children want it most at the first
prices. Each tile's relaxation is a programme of its own, two at a time; the whole goes on from their
columns and bases together. What they leave to it is the traffic between them, and a step in a tile costs what
the tile is, not what the region is. Only a beginning: whatever it gives, the search that follows is exact.
Source: crash bases, Maros 2003, Computational Techniques of the Simplex Method, chapter 9.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from optimiser.allocation.columns import (
    Columns,
    Units,
    appended,
    columns_of_pairs,
    members_of,
)
from optimiser.allocation.growing import AT_LOWER, BASIC, Statuses
from optimiser.allocation.market import Choice, Market, market_from_instance
from optimiser.allocation.prices import (
    Objective,
    Prices,
    cheapest_of,
    cost_at_prices,
    reduced_costs,
    worth_from_cheapest,
)
from optimiser.allocation.programme import Programme
from optimiser.allocation.relaxation import Clock, Relaxation, absent
from optimiser.allocation.start import Start
from optimiser.allocation.tiles import evenly, tiles
from optimiser.matching.instance import Floats, Instance, Ints, restricted
from optimiser.pack.policy import Limits

FAMILIES = 4_000
"""At most so many in a tile: about 5,000 children."""
LARGE = 4_000
"""With fewer children than this the whole is solved at once."""
SIDE_BY_SIDE = 2

_CLOSE = 3e-3
"""How near a tile's relaxation is brought to its bound."""
_KEPT_GBP = 60.0
"""£ a week: columns that cost so much more than their unit's choice are left behind."""
_LIKELY_GBP = 10.0
"""What a column weighs when a provision is given to a tile falls e-fold with so much reduced cost."""
_LIVES = 10.0
"""What a child of the greedy placement weighs in it."""
_BETWEEN = Choice(8, slack=100.0)
"""The columns between tiles that the whole begins with."""


@dataclass(frozen=True)
class Patchwork:
    """What the whole begins with: columns, and the statuses of its variables and rows."""

    columns: Columns
    statuses: Statuses


def patchwork(market: Market, first: Start, clock: Clock, *, families: int = FAMILIES) -> Patchwork:
    """The columns and the basis of all tiles together, and the columns between them.

    `families`: at most so many in a tile.
    """
    instance, units, objective = market.instance, market.units, first.objective
    listed = list(tiles(instance, families))
    of_unit, of_provision = _tile_of_each(market, first, listed)
    ours, theirs = of_unit[first.columns.unit], of_provision[first.columns.provision]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        begun = [
            pool.submit(
                _tile,
                instance,
                units,
                objective,
                np.sort(tile),
                np.flatnonzero(of_provision == number),
                first.columns.take((ours == number) & (theirs == number)),
                clock,
            )
            for number, tile in enumerate(listed)
        ]
        parts = [each.result() for each in begun]
    capacity = np.zeros(len(instance.provisions))
    of_units = np.zeros((2, len(units.number)), dtype=np.int64)
    of_places = np.full(len(capacity), BASIC)
    for part in parts:
        capacity[part.place] = part.price
        of_places[part.place] = part.of_place
        of_units[:, part.unit] = part.of_unit
    columns = appended(*(part.columns for part in parts))
    _, between = market.sweep(objective, Prices({"capacity": capacity}), _BETWEEN)
    between = between.take(absent(columns, between))
    children = len(instance.children)
    lives = [*(part.of_column for part in parts), np.full(len(between), AT_LOWER)]
    variable, row = of_units
    return Patchwork(
        appended(columns, between),
        Statuses(
            np.concatenate([variable, *lives]),
            np.concatenate([row[:children], of_places, row[children:]]),
        ),
    )


def _tile_of_each(market: Market, first: Start, listed: list[Ints]) -> tuple[Ints, Ints]:
    """Shape (units,) and (provisions,): the tile of each."""
    instance, units, columns = market.instance, market.units, first.columns
    of_child = np.zeros(len(instance.children), dtype=np.int64)
    for number, tile in enumerate(listed):
        of_child[tile] = number
    of_unit = of_child[units.member[units.first]]
    price = cost_at_prices(instance, units, columns, first.objective, first.prices)
    known = cheapest_of(columns, price, len(units.number))
    above = price - worth_from_cheapest(instance, first.objective, first.prices, known).base[columns.unit]
    weight = columns.size * np.exp(-np.maximum(0.0, above) / _LIKELY_GBP)
    wanted = np.zeros((len(instance.provisions), len(listed)))
    np.add.at(wanted, (columns.provision, of_unit[columns.unit]), weight)
    np.add.at(
        wanted, (first.greedy.provision, of_unit[first.greedy.unit]), _LIVES * first.greedy.size.astype(float)
    )
    children = np.bincount(of_child, minlength=len(listed))
    return of_unit, evenly(wanted, instance.provisions.vacancies, children / len(of_child))


@dataclass(frozen=True)
class _Tile:
    """A tile's relaxation, solved; units and provisions by their index in the whole."""

    unit: Ints
    place: Ints
    price: Floats
    """Shape (place,): of a vacancy."""
    columns: Columns
    of_column: Ints
    """Shape (columns,): statuses."""
    of_unit: Ints
    """Shape (2, unit): of the child's or group's own variable, and of its row."""
    of_place: Ints
    """Shape (place,): of the row of its capacity."""


def _tile(
    instance: Instance,
    units: Units,
    objective: Objective,
    child: Ints,
    place: Ints,
    columns: Columns,
    clock: Clock,
) -> _Tile:
    """The relaxation of the children and provisions of a tile, from its `columns`, with no limits shared."""
    limits = Limits(instance.policy.limits.max_miles, instance.policy.limits.ofsted)
    part = restricted(replace(instance, policy=replace(instance.policy, limits=limits)), child, place)
    group = np.unique(instance.children.group[child])
    unit = np.concatenate([child, len(instance.children) + group[group >= 0]])
    market = market_from_instance(part)
    own = replace(
        columns,
        unit=np.searchsorted(unit, columns.unit),
        provision=np.searchsorted(place, columns.provision),
    )
    programme = Programme(part, market.units, own, objective)
    bounded = Relaxation(market, programme, clock).over_all(lambda *_: None, close=_CLOSE)
    found = programme.statuses()
    of_column, row = found.variables[len(unit) :], found.rows
    above = reduced_costs(part, market.units, programme.columns, objective, bounded.prices)
    kept = (above <= _KEPT_GBP) | (of_column != AT_LOWER)
    near = programme.columns.take(kept)
    near = replace(near, unit=unit[near.unit], provision=place[near.provision])
    of_whole, at = _columns_of_whole(instance, units, near)
    children, places = len(child), len(place)
    return _Tile(
        unit,
        place,
        bounded.prices.standing.get("capacity", np.zeros(len(place))),
        of_whole,
        of_column[kept][at],
        np.stack([found.variables[: len(unit)], np.concatenate([row[:children], row[children + places :]])]),
        row[children : children + places],
    )


def _columns_of_whole(instance: Instance, units: Units, columns: Columns) -> tuple[Columns, Ints]:
    """The same columns with what they score in the whole, and the position of each in `columns`.

    Whose kin carer is in another tile is told so in the whole alone.
    """
    position, child = members_of(units, columns)
    width = len(instance.provisions)
    pair = np.unique(child * width + columns.provision[position])
    made = columns_of_pairs(instance, units, pair // width, pair % width)
    key = columns.unit * width + columns.provision
    order = np.argsort(key)
    found = made.take(np.isin(made.unit * width + made.provision, key))
    return found, order[np.searchsorted(key[order], found.unit * width + found.provision)]
