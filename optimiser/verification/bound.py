"""The bound of each tier by weak duality, over all eligible pairs, in whole numbers of billionths.

For prices ≥ 0 on rows that every allocation obeys, an allocation costs no less than

    Σ over children without siblings of their cheapest choice + Σ over sibling groups of theirs
    − what the rows pay back (Σ price · bound),

because each choice is charged for what it takes of every row, and an allocation takes no more of a row
than its bound. Whatever is rounded is rounded so that the bound falls, never rises.
Source: Geoffrion 1974 (Lagrangian relaxation).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimiser import terms
from optimiser.verification.certificate import FILE, NANO, Prices
from optimiser.verification.documents import RefutedError
from optimiser.verification.ground import Bools, Floats, Ground, Ints
from optimiser.verification.pairs import Pairs
from optimiser.verification.policy import exact

CELLS_PER_BLOCK = 400_000
_FEWEST_ROWS = 48
_NEVER = 2**62

type Extra = tuple[int, int]
"""Index of a place, and billionths added to the price of one unit there."""


@dataclass(frozen=True)
class Proof:
    """What the prices prove: billionths of a child, of a group and of a pound a week."""

    bounds: tuple[int, int, int]
    has_place: Bools
    """Shape (children,): some provision is eligible for the child."""


def _most(ground: Ground) -> int:
    """No part of a price may be above this, so that those of the largest group add up within 62 bits."""
    return 2**59 // max((len(group) for group in ground.groups), default=1)


def proof_from_prices(
    ground: Ground, tiers: tuple[Prices, Prices, Prices], *, cells: int = CELLS_PER_BLOCK
) -> Proof:
    """The bounds that the prices of the three tiers prove, each worked out over every eligible pair.

    `cells`: how many pairs are looked at together, about; it makes no difference to the bounds.
    """
    pairs = Pairs(ground)
    charges = [_Charges(ground, prices) for prices in tiers]
    sums = [0, 0, 0]
    has_place = np.zeros(len(ground.children.id), dtype=np.bool_)
    for rows, grouped in _blocks(ground, cells):
        block = _Block(pairs, rows, grouped)
        has_place[rows] = block.good.any(axis=1)
        for index, charge in enumerate(charges):
            sums[index] += block.cheapest(charge)
    one, two, three = (total - charge.paid_back for total, charge in zip(sums, charges, strict=True))
    return Proof((one, two, three), has_place)


def _blocks(ground: Ground, cells: int) -> Iterator[tuple[Ints, list[int]]]:
    """Children near each other, as indices, sibling groups first and whole; and the groups' sizes."""
    width = max(1, len(ground.places.id))
    most = max(_FEWEST_ROWS, cells // width)
    home = ground.children.home
    band = (np.nan_to_num(home.north) // 30_000.0).astype(np.int64)
    families = [*ground.groups, *((int(c),) for c in np.flatnonzero(ground.children.group < 0))]
    families.sort(key=lambda family: (band[family[0]], home.east[family[0]], family[0]))
    block: list[tuple[int, ...]] = []
    filled = 0
    for family in families:
        if block and filled + len(family) > most:
            yield _ordered(block)
            block, filled = [], 0
        block.append(family)
        filled += len(family)
    if block:
        yield _ordered(block)


def _ordered(families: list[tuple[int, ...]]) -> tuple[Ints, list[int]]:
    groups = [family for family in families if len(family) > 1]
    singles = [family for family in families if len(family) == 1]
    rows = np.array([child for family in groups + singles for child in family], dtype=np.int64)
    return rows, [len(family) for family in groups]


class _Charges:
    """The prices of one tier as what each unit pays in each place, in billionths."""

    def __init__(self, ground: Ground, prices: Prices) -> None:
        self.prices = prices
        self.without = NANO * (prices.tier == 1) + prices.fewest_unplaced
        self.apart = NANO * (prices.tier == 2) + prices.fewest_separated
        self._ground = ground
        self._most = _most(ground)
        self._vacancies = ground.places.vacancies.tolist()
        sizes = {1, *(len(group) for group in ground.groups)}
        self.by_size = {size: self._by_size([size] * len(self._vacancies)) for size in sorted(sizes)}
        self.of_solo = self._by_size(self._vacancies)
        self.of_child: dict[int, list[Extra]] = defaultdict(list)
        self.of_group: dict[int, list[Extra]] = defaultdict(list)
        self._list_extras()
        self.costs = self._costs()
        self.paid_back = self._paid_back()
        self._check_size()

    def _by_size(self, sizes: list[int]) -> Ints:
        """capacity · size + Σ cuts price · count(size), for one size in each place."""
        capacity = self.prices.capacity
        charge = [capacity.get(place, 0) * size for place, size in enumerate(sizes)]
        for cut in self.prices.cuts:
            size = sizes[cut.place]
            if size < len(cut.count):
                charge[cut.place] += cut.price * cut.count[size]
        if max(charge, default=0) > self._most:
            raise RefutedError(FILE, f"tiers[{self.prices.tier - 1}]", "prices too large to be added up")
        return np.array(charge, dtype=np.int64)

    def _list_extras(self) -> None:
        children = self._ground.children
        for row in self.prices.apart:
            for child in (row.a, row.b):
                self.of_child[child].append((row.place, row.price))
                if children.group[child] >= 0:
                    self.of_group[int(children.group[child])].append((row.place, row.price))
        for cut in self.prices.cuts:
            for child in cut.singles:
                size = len(cut.count) - 1 if children.solo[child] else 1
                self.of_child[child].append((cut.place, cut.price * (1 - cut.count[size])))
            if cut.group is not None:
                self.of_group[cut.group].append((cut.place, cut.price))

    def _costs(self) -> dict[str, Ints]:
        """Authority → what the budgets charge for one of its children in each place, rounded down."""
        prices = self.prices
        if not prices.weekly_budget and not prices.authority_weekly_budget:
            return {}
        cost = [exact(value) for value in self._ground.places.cost.tolist()]
        charged = {}
        for code in self._ground.members:
            price = prices.weekly_budget + prices.authority_weekly_budget.get(code, 0)
            paid = [price * each for each in cost]
            if max(paid, default=Fraction(0)) > self._most:
                raise RefutedError(FILE, f"tiers[{prices.tier - 1}]", "prices too large to be added up")
            charged[code] = np.array([math.floor(each) for each in paid], dtype=np.int64)
        return charged

    def _paid_back(self) -> int:
        """Σ price · bound over all rows, rounded up."""
        prices, policy = self.prices, self._ground.policy
        total = sum(price * self._vacancies[place] for place, price in prices.capacity.items())
        total += sum(cut.price * cut.count[-1] for cut in prices.cuts)
        total += sum(row.price for row in prices.apart)
        total += prices.fewest_unplaced * (prices.unplaced or 0)
        total += prices.fewest_separated * (prices.separated or 0)
        if policy.weekly_budget is not None:
            total += math.ceil(prices.weekly_budget * exact(policy.weekly_budget))
        for code, price in prices.authority_weekly_budget.items():
            total += math.ceil(price * exact(policy.authority_weekly_budget[code]))
        return int(total)

    def _check_size(self) -> None:
        listed = [*self.of_child.values(), *self.of_group.values()]
        rows = sum(more for extras in listed for _, more in extras)
        share = self.prices.share_near_home
        parts = {"no place": self.without, "apart": self.apart, "rows": rows, "share_near_home": share}
        for name, most in parts.items():
            if most > self._most:
                raise RefutedError(FILE, f"tiers[{self.prices.tier - 1}]", f"prices of {name} too large")

    @property
    def least_near(self) -> int:
        """What the share near home charges for one child, near or not, rounded down."""
        return math.floor(self.prices.share_near_home * exact(self._ground.policy.share))

    @property
    def by_pair(self) -> bool:
        """Whether the price of a child in a place rests on more than the place and the size."""
        return self.prices.tier == 3 or bool(self.costs) or bool(self.prices.share_near_home)


class _Block:
    """All pairs of some children and every place that any of them could reach."""

    def __init__(self, pairs: Pairs, rows: Ints, group_sizes: list[int]) -> None:
        self._ground = pairs.ground
        self._rows = rows
        self._sizes = np.array(group_sizes, dtype=np.int64)
        self._grouped = int(self._sizes.sum())
        self._starts = np.cumsum(self._sizes) - self._sizes
        self._columns = reachable(self._ground, rows)
        self._at = {int(place): column for column, place in enumerate(self._columns.tolist())}
        c, p = rows[:, None], self._columns[None, :]
        miles = pairs.miles(c, p)
        self.good: Bools = pairs.allowed(c, p, miles)
        self._far = pairs.is_far(miles)
        score = np.where(self.good, pairs.score(c, p, miles), 0.0)
        self._nano = _billionths(score, _most(self._ground))
        self._solo = self._ground.children.solo[rows]
        self._wholes = self._whole_groups() if len(self._sizes) else None

    def _whole_groups(self) -> Bools:
        """Shape (groups, columns): every child may live there, no two are incompatible, and all fit."""
        whole: Bools = np.logical_and.reduceat(self.good[: self._grouped], self._starts, axis=0)
        whole &= self._sizes[:, None] <= self._ground.places.vacancies[self._columns][None, :]
        group = self._ground.children.group
        here = {int(group[self._rows[start]]): index for index, start in enumerate(self._starts.tolist())}
        for a, b in self._ground.incompatible:
            if group[a] >= 0 and group[a] == group[b] and int(group[a]) in here:
                whole[here[int(group[a])]] = False
        return whole

    def cheapest(self, charge: _Charges) -> int:
        """Σ over the families of the block of their cheapest choice at the tier's prices."""
        part = self._part(charge) if charge.by_pair else None
        alone = np.minimum(self._alone(charge, part), charge.without).tolist()
        total = sum(alone[self._grouped :])
        if self._wholes is not None:
            whole = self._together(charge, part, self._wholes).tolist()
            for index, start in enumerate(self._starts.tolist()):
                split = charge.apart + sum(alone[start : start + int(self._sizes[index])])
                total += min(split, whole[index])
        return int(total)

    def _part(self, charge: _Charges) -> Ints:
        """Shape (rows, columns): score, budgets and share of one child."""
        part = self._nano.copy() if charge.prices.tier == 3 else np.zeros_like(self._nano)
        if charge.costs:
            authority = self._ground.children.authority
            part += np.array([charge.costs[authority[c]][self._columns] for c in self._rows.tolist()])
        if charge.prices.share_near_home:
            part += charge.least_near
            part[~self._far] -= charge.prices.share_near_home
        return part

    def _alone(self, charge: _Charges, part: Ints | None) -> Ints:
        """For each row the cheapest place on its own, `_NEVER` where there is none."""
        price = charge.by_size[1][self._columns][None, :]
        price = np.broadcast_to(price, self.good.shape) if part is None else part + price
        price = np.where(self.good, price, _NEVER)
        for row in np.flatnonzero(self._solo).tolist():
            single = (
                charge.of_solo[self._columns] if part is None else (charge.of_solo[self._columns] + part[row])
            )
            price[row] = np.where(self.good[row], single, _NEVER)
        for row, child in enumerate(self._rows.tolist()):
            for place, more in charge.of_child.get(child, ()):
                column = self._at.get(place)
                if column is not None and self.good[row, column]:
                    price[row, column] += more
        best = price.min(axis=1, initial=_NEVER)
        if self._ground.policy.split == terms.SPLITS[1]:
            best[: self._grouped] = _NEVER
        return np.asarray(best)

    def _together(self, charge: _Charges, part: Ints | None, wholes: Bools) -> Ints:
        """For each group the cheapest place for all of it, `_NEVER` where there is none."""
        solo = np.logical_or.reduceat(self._solo[: self._grouped], self._starts)
        price = np.array(
            [
                (charge.of_solo if alone else charge.by_size[size])[self._columns]
                for size, alone in zip(self._sizes.tolist(), solo.tolist(), strict=True)
            ]
        )
        if part is not None:
            price = price + np.add.reduceat(part[: self._grouped], self._starts, axis=0)
        price = np.where(wholes, price, _NEVER)
        for index, start in enumerate(self._starts.tolist()):
            group = int(self._ground.children.group[self._rows[start]])
            for place, more in charge.of_group.get(group, ()):
                column = self._at.get(place)
                if column is not None and wholes[index, column]:
                    price[index, column] += more
        return np.asarray(price.min(axis=1, initial=_NEVER))


def reachable(ground: Ground, rows: Ints) -> Ints:
    """Every place that can be eligible for one of the rows, and some that are not.

    Left out: places farther than max_miles from the rectangle around all the homes, and kinship carers who
    are for none of the children.
    """
    places = ground.places
    kin = places.kind == terms.KINDS.index(terms.KINSHIP)
    near: Bools = ~kin & (places.vacancies > 0)
    if ground.home_road_miles is None:
        metres = ground.policy.max_miles * terms.METRES_PER_MILE * (1 + 1e-9) + 1.0
        for homes, point in (
            (ground.children.home.east[rows], places.point.east),
            (ground.children.home.north[rows], places.point.north),
        ):
            near &= (point >= homes.min() - metres) & (point <= homes.max() + metres)
    here = set(rows.tolist())
    near[[place for place, named in places.named.items() if not here.isdisjoint(named)]] = True
    return np.flatnonzero(near)


def _billionths(score: Floats, most: int) -> Ints:
    """Scores in billionths, rounded down by one more than floats can be wrong."""
    if score.max(initial=0.0) * NANO > most:
        raise RefutedError("policy.toml", "prices", "scores too large to be added up")
    nano: Ints = np.floor(score * NANO).astype(np.int64)
    return nano - 1 - (nano >> 50)
