"""Every column of an instance, priced as far as a price can matter without ever listing them all.

Families that live near each other are looked at together, block by block, and the provisions each could
reach from the one that could at best be cheapest to the dearest. A block is done when no provision that is
left could matter at the prices, so that a sweep costs what is near the bound and not what there is.
Source: best-first nearest neighbours, Hjaltason and Samet 1999; partial pricing in column generation,
Desrosiers and Lübbecke 2005.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimiser import terms
from optimiser.allocation.columns import (
    NO_COLUMNS,
    Columns,
    Units,
    appended,
    columns_of_pairs,
    units_from_instance,
)
from optimiser.allocation.prices import (
    Charges,
    Objective,
    Prices,
    Worth,
    apart,
    paid_back,
    without_a_place,
    worth_from_cheapest,
)
from optimiser.matching.distance import home_miles
from optimiser.matching.eligibility import passing_pairs, profiles_from_instance
from optimiser.matching.instance import Bools, Floats, Instance, Ints
from optimiser.matching.score import score_of_kinds, score_of_quality
from optimiser.terms import METRES_PER_MILE

CHILDREN_PER_BLOCK = 96
FIRST_PROVISIONS = 256
"""How many provisions of a block are looked at first; each time twice as many."""

_MOST_PROVISIONS = 4_096
_CERTAIN = 1e-9
"""Relative: how far a least price is lowered, so that rounding hides no column."""

_KINSHIP = terms.KINDS.index(terms.KINSHIP)


@dataclass(frozen=True)
class Choice:
    """Which columns a sweep brings back: of each unit the cheapest `number`, within `slack` of its choice."""

    number: int | None = None
    slack: float = np.inf
    below: Floats | None = None
    """Shape (units,): the price of the cheapest column known; then only what costs less is of use."""
    tolerance: float = 0.0
    """How much less."""


def cheapest(number: int) -> Choice:
    """The `number` cheapest columns of each unit."""
    return Choice(number)


def within(slack: float) -> Choice:
    """The columns that an answer at most `slack` above the bound may use."""
    return Choice(slack=slack)


def near(below: Floats, slack: float, number: int | None = None) -> Choice:
    """What costs at most `slack` more than what is known, of each unit the cheapest `number`.

    No later round needs to look farther for long.
    """
    return Choice(number, below=below, tolerance=-slack)


def improving(below: Floats, number: int, tolerance: float) -> Choice:
    """The `number` cheapest columns of each unit with which a child or a group finds a cheaper choice.

    `below`: shape (units,), the price of each unit's cheapest column so far, inf where it has none.
    """
    return Choice(number, below=below, tolerance=tolerance)


@dataclass(frozen=True)
class Block:
    """Families of one size near each other, and the provisions that one of them at least could reach."""

    family: Ints
    """Shape (families, size): children."""
    unit: Ints
    """The children, family by family, then, where the size is above 1, the groups placed whole."""
    provision: Ints
    miles: Floats
    """Shape (provisions,): no home of the block is nearer."""


@dataclass(frozen=True)
class Market:
    """All columns of an instance, as blocks to look through."""

    instance: Instance
    units: Units
    blocks: tuple[Block, ...]
    slot: Ints
    """Shape (units,): the place of each unit in its block."""
    first: int
    """How many provisions of a block are looked at first."""

    @property
    def holds_all(self) -> bool:
        """A sweep costs so little that nothing is gained by looking at what is near the bound first."""
        return False

    def sweep(self, objective: Objective, prices: Prices, choice: Choice) -> tuple[float, Columns]:
        """The bound that `prices` prove over all columns, and the columns that `choice` takes.

        The bound holds for every allocation that the tally of `objective` allows, by weak duality.
        """
        units = len(self.units.number)
        best = np.full(units, np.inf) if choice.below is None else choice.below.copy()
        charges = Charges(self.instance, self.units, objective, prices)
        found = [_walk(self, block, objective, prices, charges, choice, best) for block in self.blocks]
        columns = appended(*(part for part, _ in found))
        price = np.concatenate([np.zeros(0), *(each for _, each in found)])
        worth = worth_from_cheapest(self.instance, objective, prices, best)
        chosen = columns.take(taken(self.instance, objective, prices, choice, worth, columns, price))
        bound = worth.total - paid_back(self.instance, self.units, objective, prices)
        return bound, chosen.take(np.lexsort((chosen.provision, chosen.unit)))

    def among(self, columns: Columns, objective: Objective, prices: Prices, choice: Choice) -> Columns:
        """What `choice` takes of some columns, as if there were no others but those it knows of."""
        price = Charges(self.instance, self.units, objective, prices).cost(columns)
        best = np.full(len(self.units.number), np.inf) if choice.below is None else choice.below.copy()
        np.minimum.at(best, columns.unit, price)
        worth = worth_from_cheapest(self.instance, objective, prices, best)
        return columns.take(taken(self.instance, objective, prices, choice, worth, columns, price))

    def saved_by(self, columns: Columns, objective: Objective, prices: Prices, known: Floats) -> float:
        """How much cheaper all units' choices together are with these columns; `known`: shape (units,)."""
        best, price = known.copy(), Charges(self.instance, self.units, objective, prices).cost(columns)
        np.minimum.at(best, columns.unit, price)
        before, after = (
            worth_from_cheapest(self.instance, objective, prices, each).total for each in (known, best)
        )
        return before - after


def market_from_instance(
    instance: Instance, *, per_block: int = CHILDREN_PER_BLOCK, first: int = FIRST_PROVISIONS
) -> Market:
    """The market of an instance: about `per_block` children to a block, `first` provisions looked at first.

    Neither number makes a difference to what a sweep finds.
    """
    blocks = tuple(_blocks(instance, per_block))
    slot = np.zeros(len(instance.children) + len(instance.groups), dtype=np.int64)
    for block in blocks:
        slot[block.unit] = np.arange(len(block.unit))
    return Market(instance, units_from_instance(instance), blocks, slot, first)


# -- blocks -----------------------------------------------------------------------------------------


def _blocks(instance: Instance, per_block: int) -> Iterator[Block]:
    """Families of one size, by the care they need and where they live; every child once."""
    alone = np.flatnonzero(instance.children.group < 0)
    sizes = np.array([len(group) for group in instance.groups], dtype=np.int64)
    yield from _blocks_of(instance, alone[:, None], np.zeros(0, dtype=np.int64), per_block)
    for size in np.unique(sizes).tolist():
        group = np.flatnonzero(sizes == size)
        family = np.array([instance.groups[g] for g in group.tolist()])
        yield from _blocks_of(instance, family, group, per_block)


def _blocks_of(instance: Instance, family: Ints, group: Ints, per_block: int) -> Iterator[Block]:
    children = instance.children
    first = family[:, 0]
    care = (children.suitability[first] > 0) @ (1 << np.arange(len(terms.KINDS)))
    keys = (first, _curve(instance, first), *children.needs[first].T, care)
    order = np.lexsort(keys)
    number = max(1, per_block // family.shape[1])
    for start in range(0, len(order), number):
        rows = order[start : start + number]
        yield _block(instance, family[rows], group[rows] if len(group) else group)


def _curve(instance: Instance, child: Ints) -> Ints:
    """The cells of a grid of 2 miles along a curve that keeps near ones near. Source: Morton 1966."""
    cells = [
        ((metres[child] - metres.min(initial=np.inf)) // (2 * METRES_PER_MILE)).astype(np.int64)
        for metres in (instance.children.home_easting, instance.children.home_northing)
    ]
    curve = np.zeros(len(child), dtype=np.int64)
    for bit in range(16):
        for axis, cell in enumerate(cells):
            curve |= ((cell >> bit) & 1) << (2 * bit + axis)
    return curve


def _block(instance: Instance, family: Ints, group: Ints) -> Block:
    children, provisions, policy = instance.children, instance.provisions, instance.policy
    child, profiles = family.ravel(), profiles_from_instance(instance)
    able = profiles.allowed[np.unique(profiles.child[child])].any(axis=0)[profiles.provision]
    able &= provisions.kind != _KINSHIP
    named = provisions.named
    able[named[np.isin(named[:, 1], child), 0]] = True
    reach = np.flatnonzero(able)
    if instance.home_road_miles is not None:
        miles = home_miles(instance, child[:, None], reach[None, :]).min(axis=0)
    else:
        east, north = children.home_easting[child], children.home_northing[child]
        away = [
            np.maximum(0.0, np.maximum(homes.min() - metres[reach], metres[reach] - homes.max()))
            for homes, metres in ((east, provisions.easting), (north, provisions.northing))
        ]
        miles = np.sqrt(away[0] ** 2 + away[1] ** 2) / METRES_PER_MILE
    miles = miles * (1 - _CERTAIN)
    near = (miles <= policy.limits.max_miles) | (provisions.kind[reach] == _KINSHIP)
    reach, miles = reach[near], miles[near]
    return Block(family, np.concatenate([child, len(children) + group]), reach, miles)


# -- one block at prices ----------------------------------------------------------------------------


def _least(
    instance: Instance, objective: Objective, prices: Prices, provision: Ints, miles: Floats
) -> Floats:
    """No child whose home is no nearer than `miles` costs less there at the prices; the two broadcast."""
    standing, score, policy = prices.standing, instance.policy.prices, instance.policy
    cost = instance.provisions.weekly_cost[provision]
    least = objective.score * (cost + score_of_quality(instance)[provision])
    rounding, of_near = objective.score * score.far, 0.0
    if "capacity" in standing:
        least = least + standing["capacity"][provision]
    if "weekly_budget" in standing:
        least = least + standing["weekly_budget"].sum() * cost
    if "share_near_home" in standing:
        of_near = standing["share_near_home"].sum()
        least = least + of_near * (policy.limits.min_share_within_far_miles - 1)
        rounding = rounding + of_near
    if objective.score or of_near or "weekly_budget" in standing:
        least = least - _CERTAIN * (np.abs(least) + rounding)
    if objective.score or of_near:
        least = (objective.score * score.mile) * miles + least
        least += (objective.score * score.far + of_near) * (miles > score.far_miles)
    return np.broadcast_to(least, miles.shape)


def _miles(instance: Instance, child: Ints, provision: Ints) -> Floats:
    """Shape (child, provision): the miles between them or a trifle less; faster than to the last bit."""
    if instance.home_road_miles is not None:
        return home_miles(instance, child[:, None], provision[None, :]) * (1 - _CERTAIN)
    children, provisions = instance.children, instance.provisions
    east = children.home_easting[child][:, None] - provisions.easting[provision]
    north = children.home_northing[child][:, None] - provisions.northing[provision]
    east *= east
    north *= north
    east += north
    np.sqrt(east, out=east)
    east *= (1 - _CERTAIN) / METRES_PER_MILE
    return east


def _worth_a_look(
    market: Market,
    objective: Objective,
    prices: Prices,
    family: Ints,
    provision: Ints,
    ceiling: tuple[Floats, Floats],
) -> tuple[Ints, Ints]:
    """The eligible pairs of a child of the families and a provision that can be of use, child by child.

    `ceiling`: as `_Search.ceiling` has it. What costs too much for the home's distance, the kind and the
    provision alone is left out before any pair is listed.
    """
    instance, profiles = market.instance, profiles_from_instance(market.instance)
    child, kind = family.ravel(), instance.provisions.kind[provision]
    miles = _miles(instance, child, provision)
    kinds = objective.score * score_of_kinds(instance)[child] * (1 - _CERTAIN)
    able = profiles.allowed[profiles.child[child]][:, profiles.provision[provision]]
    least = np.where(able, _least(instance, objective, prices, provision, miles) + kinds[:, kind], np.inf)
    alone, whole = ceiling
    of_use: Bools = least < alone.reshape(-1, 1)
    if family.shape[1] > 1:
        together = least.reshape(*family.shape, -1).sum(axis=1) < whole[:, None]
        of_use |= np.repeat(together, family.shape[1], axis=0)
    row, column = np.divmod(np.flatnonzero(of_use), max(1, len(provision)))
    return passing_pairs(instance, child[row], provision[column])


def _walk(
    market: Market,
    block: Block,
    objective: Objective,
    prices: Prices,
    charges: Charges,
    choice: Choice,
    best: Floats,
) -> tuple[Columns, Floats]:
    """The columns of a block that could matter, with their prices; `best` falls to each unit's cheapest."""
    instance, units, slot = market.instance, market.units, market.slot
    least = _least(instance, objective, prices, block.provision, block.miles)
    search = _Search(market, block, objective, prices, choice, best[block.unit])
    order = np.flatnonzero(least < search.highest().max(initial=-np.inf))
    order = order[np.lexsort((block.miles[order], least[order]))]
    start, number = 0, market.first
    while start < len(order):
        highest = search.highest()
        active = np.flatnonzero(highest > least[order[start]])
        if not len(active):
            break
        here = order[start : start + number]
        here = here[: np.searchsorted(least[here], highest.max())]
        c, p = _worth_a_look(
            market, objective, prices, block.family[active], block.provision[here], search.ceiling(active)
        )
        new = columns_of_pairs(instance, units, c, p)
        search.offer(new, charges.cost(new), slot[new.unit])
        start, number = start + len(here), min(2 * number, _MOST_PROVISIONS)
    best[block.unit] = search.cheapest
    return search.columns, search.price


class _Search:
    """What is known of a block while its provisions are looked through; units by their place in the block."""

    def __init__(
        self,
        market: Market,
        block: Block,
        objective: Objective,
        prices: Prices,
        choice: Choice,
        cheapest: Floats,
    ) -> None:
        self.cheapest = cheapest
        self.columns, self.price = NO_COLUMNS, np.zeros(0)
        self._at = np.zeros(0, dtype=np.int64)
        self._choice, self._known = choice, cheapest.copy()
        self._shape = block.family.shape
        self._without, self._apart = without_a_place(objective, prices), apart(objective, prices)
        children = len(market.instance.children)
        self._absent = np.concatenate(
            [
                ~market.units.alone[block.family.ravel()],
                ~market.units.whole[block.unit[block.family.size :] - children],
            ]
        )
        self._ceiling = self._ceilings()

    def offer(self, new: Columns, price: Floats, at: Ints) -> None:
        """Takes note of new columns, their prices and their units' places in the block."""
        np.minimum.at(self.cheapest, at, price)
        kept = np.flatnonzero(price <= self._ceiling[at]) if self._choice.number != 0 else at[:0]
        self.columns = appended(self.columns, new.take(kept))
        self.price = np.concatenate([self.price, price[kept]])
        self._at = np.concatenate([self._at, at[kept]])
        self._ceiling = self._ceilings()
        kept = np.flatnonzero(self.price <= self._ceiling[self._at])
        if len(kept) < len(self._at):
            self.columns, self.price, self._at = self.columns.take(kept), self.price[kept], self._at[kept]

    def highest(self) -> Floats:
        """Shape (families,): no column is of use where a child of the family costs at least so much."""
        number, size = self._shape
        single = self._ceiling[: number * size].reshape(self._shape).max(axis=1)
        return single if size == 1 else np.maximum(single, self._ceiling[number * size :] / size)

    def ceiling(self, family: Ints) -> tuple[Floats, Floats]:
        """No dearer column of these families is of use.

        Shape (family, size), of a child on its own, and (family,), of a group placed whole; empty where there
        are no groups.
        """
        number, size = self._shape
        alone, whole = self._ceiling[: number * size], self._ceiling[number * size :]
        return alone.reshape(self._shape)[family], whole[family] if size > 1 else whole

    def _ceilings(self) -> Floats:
        """Shape (units of the block,): no dearer column is of use."""
        choice, (number, size) = self._choice, self._shape
        known = self.cheapest if choice.below is None else self._known
        child = np.minimum(known[: number * size], self._without)
        ceiling = child
        if size > 1:
            split = child.reshape(self._shape).sum(axis=1) + self._apart
            ceiling = np.concatenate([child, np.minimum(known[number * size :], split)])
        if choice.below is not None:
            ceiling = ceiling + max(0.0, -choice.tolerance)
        elif choice.number != 0:
            ceiling = ceiling + choice.slack
        if choice.number:
            rank = rank_by_owner(self._at, self.price)
            last = np.flatnonzero(rank == choice.number - 1)
            ceiling = ceiling.copy()
            ceiling[self._at[last]] = np.minimum(ceiling[self._at[last]], self.price[last])
        return np.where(self._absent, -np.inf, ceiling)


def taken(
    instance: Instance,
    objective: Objective,
    prices: Prices,
    choice: Choice,
    worth: Worth,
    columns: Columns,
    price: Floats,
) -> Ints:
    """The positions that `choice` takes of columns at their prices, the cheapest choices being `worth`."""
    unit, children = columns.unit, len(instance.children)
    if choice.below is None:
        found = np.flatnonzero(price - worth.base[unit] <= choice.slack)
    else:
        known = worth_from_cheapest(instance, objective, prices, choice.below)
        group = np.where(unit < children, instance.children.group[unit % children], -1)
        better_apart = np.append(worth.split < known.base[children:] - choice.tolerance, True)
        below = np.where(group >= 0, choice.below[unit], known.base[unit])
        found = np.flatnonzero((price < below - choice.tolerance) & better_apart[group])
    if choice.number is not None:
        found = found[rank_by_owner(unit[found], price[found]) < choice.number]
    return found


def rank_by_owner(owner: Ints, price: Floats) -> Ints:
    """0 for the cheapest of each owner, 1 for the next; ties in their order."""
    order = np.lexsort((price, owner))
    by_owner = owner[order]
    first = np.flatnonzero(np.r_[True, by_owner[1:] != by_owner[:-1]][: len(owner)])
    rank = np.empty(len(owner), dtype=np.int64)
    rank[order] = np.arange(len(owner)) - np.repeat(first, np.diff(np.r_[first, len(owner)]))
    return rank
