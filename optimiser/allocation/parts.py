"""A bound in whole numbers by parts of the region: what the relaxation alone cannot see.

The families are cut into tiles, and every provision belongs to the tile that wants it most. A column whose
family and provision belong to one tile is a variable of that tile's programme, which has every row of its
children and its provisions. A column between two tiles has a copy in each: one has the family and takes no
place, the other takes the place and has no family, and their costs sum to the column's. However they do, the
least costs of all tiles sum to a bound on every allocation. Divided at the prices of the relaxation, with the
reduced cost halved, they start from the relaxation's bound, and whole numbers within a tile raise it.
Columns whose reduced cost is above `REACH_GBP` have no variable of their own: a unit may leave for half of
that, and somebody unknown may take the place for the other half.
Source: Guignard and Kim 1987 (Lagrangian decomposition); Geoffrion 1974.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pulp

from optimiser.allocation.columns import Columns, join, members_of_units
from optimiser.allocation.families import small_places
from optimiser.allocation.highs import (
    INFINITY,
    add_rows,
    add_variables,
    listed,
    nothing_listed,
    solver_of,
)
from optimiser.allocation.market import Market, cheapest, near
from optimiser.allocation.prices import (
    Objective,
    Prices,
    apart,
    cheapest_of,
    cost_at_prices,
    paid_back,
    without_a_place,
)
from optimiser.allocation.relaxation import Clock
from optimiser.allocation.tiles import tiles
from optimiser.matching.instance import Bools, Floats, Ints

REACH_GBP = 50.0
CHILDREN = 1_600
"""At most so many in a tile."""
SIDE_BY_SIDE = 2
_NODES = 20
_LITTLE_GBP = 0.1
_LIKELY_GBP = 10.0
"""What a column weighs when a provision is given to a tile falls e-fold with so much reduced cost."""


def bound_by_parts(
    market: Market,
    objective: Objective,
    prices: Prices,
    own: Columns,
    clock: Clock,
    *,
    children: int = CHILDREN,
    reach: float = REACH_GBP,
) -> float:
    """No allocation that the tally of `objective` allows costs less; at least about the bound of `prices`.

    `own`: the columns of the programme that found the prices, which hold every unit its `cuts` name;
    `children`: at most so many in a tile; `reach`: see `REACH_GBP`.
    """
    split = _split(market, objective, prices, own, reach)
    parts = list(_parts(market, split, children))
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        bounds = list(pool.map(lambda part: part.bound(clock), parts))
    return float(sum(bounds)) - paid_back(market.instance, market.units, objective, _of_no_place(prices))


def _of_no_place(prices: Prices) -> Prices:
    """The prices that no provision's own rows have."""
    standing = {name: price for name, price in prices.standing.items() if name != "capacity"}
    return replace(prices, standing=standing, cuts=(), cut_price=np.zeros(0))


@dataclass(frozen=True)
class _Split:
    """Every column near the prices, and what it costs its family and its place; £ a week."""

    columns: Columns
    price: Floats
    """With all that the prices charge."""
    charge: Floats
    """Of it, what the rows of the provision charge: capacity, and few places."""
    reduced: Floats
    worth: Floats
    """Shape (units,): the cheapest choice; inf where a unit has no column."""
    leave: Floats
    """Shape (units,): what a unit's columns that are not listed cost at least, without the place."""
    unplaced: float
    separated: float
    prices: Prices
    reach: float


def _split(market: Market, objective: Objective, prices: Prices, own: Columns, reach: float) -> _Split:
    instance, units = market.instance, market.units
    number, children = len(units.number), len(instance.children)
    _, first = market.sweep(objective, prices, cheapest(1))
    least = cheapest_of(first, cost_at_prices(instance, units, first, objective, prices), number)
    slack = reach * max(1.0, float(units.number.max(initial=0)) / 2)
    _, listed = market.sweep(objective, prices, near(least, slack))
    named = {(unit, cut.provision) for cut in prices.cuts for unit in cut.singles}
    of_cuts = np.array(
        [at in named for at in zip(own.unit.tolist(), own.provision.tolist(), strict=True)], dtype=np.bool_
    )
    columns = join([first, listed, own.take(of_cuts)])
    price = cost_at_prices(instance, units, columns, objective, prices)
    charge = price - cost_at_prices(instance, units, columns, objective, _of_no_place(prices))
    unplaced, separated = without_a_place(objective, prices), apart(objective, prices)
    group = instance.children.group
    child = np.minimum(least[:children], unplaced)
    divided = separated + np.bincount(
        group[group >= 0], weights=child[group >= 0], minlength=len(instance.groups)
    )
    whole = np.minimum(least[children:], divided)
    worth = np.concatenate([child, whole])
    reduced = price - worth[columns.unit]
    kept = reduced <= reach
    kept |= np.array(
        [at in named for at in zip(columns.unit.tolist(), columns.provision.tolist(), strict=True)],
        dtype=np.bool_,
    )
    far = np.zeros(children, dtype=np.bool_)
    far[group >= 0] = (divided - whole >= slack)[group[group >= 0]]
    leave = np.concatenate([np.where(far, child - reach / 2, child + reach / 2), whole + reach / 2])
    return _Split(
        columns=columns.take(kept),
        price=price[kept],
        charge=charge[kept],
        reduced=np.maximum(0.0, reduced[kept]),
        worth=np.where(np.isfinite(least), worth, np.inf),
        leave=leave,
        unplaced=unplaced,
        separated=separated,
        prices=prices,
        reach=reach,
    )


# -- one tile ----------------------------------------------------------------------------------------


def _parts(market: Market, split: _Split, children: int) -> Iterator[_Part]:
    """The programmes of all tiles."""
    instance, units, columns = market.instance, market.units, split.columns
    listed = list(tiles(instance, children))
    of_child = np.zeros(len(instance.children), dtype=np.int64)
    for number, tile in enumerate(listed):
        of_child[tile] = number
    of_unit = of_child[units.member[units.first]]
    wanted = np.zeros((len(instance.provisions), len(listed)))
    weight = columns.size * np.exp(-split.reduced / _LIKELY_GBP)
    np.add.at(wanted, (columns.provision, of_unit[columns.unit]), weight)
    of_provision = np.where(wanted.any(axis=1), wanted.argmax(axis=1), -1)
    for number, tile in enumerate(listed):
        yield _part(market, split, np.sort(tile), of_unit == number, np.flatnonzero(of_provision == number))


@dataclass(frozen=True)
class _Part:
    """One tile's programme in whole numbers: Σ value · variable ≤ or = `high`, variables from 0 to `most`."""

    cost: Floats
    most: Floats
    low: Floats
    high: Floats
    row: Ints
    variable: Ints
    value: Floats

    def bound(self, clock: Clock) -> float:
        """No whole answer of the tile costs less."""
        highs = solver_of(pulp.LpProblem("part", pulp.LpMinimize), whole_numbers=True)
        add_variables(highs, self.cost, self.most, nothing_listed(len(self.cost)), integral=True)
        order = np.argsort(self.variable, kind="stable")
        counted = listed(self.row[order], self.variable[order], self.value[order], len(self.high))
        add_rows(highs, self.low, self.high, counted)
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", _LITTLE_GBP)
        highs.setOptionValue("mip_max_nodes", _NODES)
        seconds = clock.left()
        if seconds is not None:
            highs.setOptionValue("time_limit", seconds)
        highs.run()
        return float(highs.getInfo().mip_dual_bound)


def _part(market: Market, split: _Split, child: Ints, ours: Bools, provision: Ints) -> _Part:
    """The programme of the children `child`, whose units are `ours`, and of the provisions."""
    instance, units, every = market.instance, market.units, split.columns
    children = len(instance.children)
    group = np.flatnonzero(ours[children:])
    cuts = [at for at, cut in enumerate(split.prices.cuts) if cut.provision in set(provision.tolist())]
    row_of_child = np.full(children, -1)
    row_of_child[child] = np.arange(len(child))
    row_of_group = np.full(len(instance.groups), -1)
    row_of_group[group] = len(child) + np.arange(len(group))
    row_of_place = np.full(len(instance.provisions), -1)
    row_of_place[provision] = len(child) + len(group) + np.arange(len(provision))
    families, places = len(child) + len(group), len(provision)

    lives_here, is_here = ours[every.unit], row_of_place[every.provision] >= 0
    rows = np.flatnonzero(lives_here | is_here)
    family, place = lives_here[rows], is_here[rows]
    columns, half = every.take(rows), split.reduced[rows] / 2
    own = split.price[rows] - split.charge[rows]
    alone = np.where(family, split.price[rows] - half, half - split.charge[rows])
    leaver = np.flatnonzero(ours & np.isfinite(split.worth))
    taker = _takers(market, split, provision, cuts)

    cost = [
        np.full(len(child), split.unplaced),
        np.full(len(group), split.separated),
        np.where(family & place, own, alone),
        split.leave[leaver],
        split.reach / 2 - taker.charge,
    ]
    begins = np.cumsum([0, *map(len, cost)])
    entries = [
        (row_of_child[child], begins[0] + np.arange(len(child)), np.ones(len(child))),
        (row_of_group[group], begins[1] + np.arange(len(group)), np.ones(len(group))),
    ]
    in_family = np.flatnonzero(family)
    for unit, variable in (
        (columns.unit[in_family], begins[2] + in_family),
        (leaver, begins[3] + np.arange(len(leaver))),
    ):
        at, member = members_of_units(units, unit)
        whole = np.flatnonzero(unit >= children)
        entries.append((row_of_child[member], variable[at], np.ones(len(member))))
        entries.append((row_of_group[unit[whole] - children], variable[whole], np.ones(len(whole))))
    in_place = np.flatnonzero(place)
    counted = small_places(
        instance, units, columns.take(in_place), [split.prices.cuts[at] for at in cuts]
    ).lives
    entries += [
        (
            row_of_place[columns.provision[in_place]],
            begins[2] + in_place,
            columns.size[in_place].astype(float),
        ),
        (families + places + counted.row, begins[2] + in_place[counted.variable], counted.coefficient),
        (row_of_place[taker.provision], begins[4] + np.arange(len(taker.size)), taker.size.astype(float)),
        (families + places + taker.cut, begins[4] + taker.cut_taker, taker.cut_count),
    ]
    most = np.ones(begins[-1])
    most[begins[4] :] = instance.provisions.vacancies[taker.provision] // taker.size
    high = np.concatenate(
        [
            np.ones(families),
            instance.provisions.vacancies[provision].astype(float),
            [float(split.prices.cuts[at].count[-1]) for at in cuts],
        ]
    )
    low = np.where(np.arange(len(high)) < families, 1.0, -INFINITY)
    row, variable, value = (np.concatenate(each) for each in zip(*entries, strict=True))
    return _Part(np.concatenate(cost), most, low, high, row, variable, value)


@dataclass(frozen=True)
class _Takers:
    """Somebody unknown who takes so many places of a provision: one for every size that may be."""

    provision: Ints
    size: Ints
    charge: Floats
    cut: Ints
    """With the next two: position in the tile's cuts, of the taker, and what it counts there."""
    cut_taker: Ints
    cut_count: Floats


def _takers(market: Market, split: _Split, provision: Ints, cuts: Sequence[int]) -> _Takers:
    """Those whom the prices charge more than they must pay at least; nobody else would come."""
    vacancies, capacity = market.instance.provisions.vacancies, split.prices.standing["capacity"]
    largest = int(market.units.number.max(initial=0))
    size_most = int(vacancies[provision].max(initial=0))
    charge = capacity[provision, None] * np.arange(size_most + 1)
    row = {p: index for index, p in enumerate(provision.tolist())}
    for at in cuts:
        cut = split.prices.cuts[at]
        charge[row[cut.provision], : len(cut.count)] += split.prices.cut_price[at] * np.array(cut.count)
    size = np.broadcast_to(np.arange(size_most + 1), charge.shape)
    most = vacancies[provision, None]
    may_be = (size >= 1) & (size <= most) & ((size <= largest) | (size == most))
    at_place, sizes = np.nonzero(may_be & (charge > split.reach / 2))
    by_place: dict[int, list[int]] = {}
    for taker, index in enumerate(at_place.tolist()):
        by_place.setdefault(int(provision[index]), []).append(taker)
    counted = [
        (number, taker, float(count[sizes[taker]]))
        for number, (p, count) in enumerate(
            (split.prices.cuts[at].provision, split.prices.cuts[at].count) for at in cuts
        )
        for taker in by_place.get(p, ())
        if count[sizes[taker]]
    ]
    return _Takers(
        provision=provision[at_place],
        size=sizes,
        charge=charge[at_place, sizes],
        cut=np.array([number for number, _, _ in counted], dtype=np.int64),
        cut_taker=np.array([taker for _, taker, _ in counted], dtype=np.int64),
        cut_count=np.array([count for _, _, count in counted]),
    )
