"""What prices prove of the value of a set of authorities, and what a division of its places costs at most.

`accounts_of_prices` is weak duality, kept child by child: whoever is charged for what it takes at the prices
and chooses what is then cheapest pays no more than in any division of the places. What is rounded is rounded
so that the accounts fall. `cost_of_lives` adds up one division, rounded so that the cost rises.
Source: Owen 1975 (linear production games); Geoffrion 1974 (Lagrangian relaxation).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimiser import terms
from optimiser.verification.bound import reachable
from optimiser.verification.documents import RefutedError
from optimiser.verification.ground import Floats, Ground, Ints
from optimiser.verification.holdings import Holdings
from optimiser.verification.pairs import Pairs
from optimiser.verification.policy import exact

FILE = "certificate.json"
PICO = 10**12
"""Prices are counted in millionths of a millionth of a pound a week."""
_UNITS = tuple(10**digits for digits in range(12, 5, -1))
"""Scores are counted in the first of these, to the pound, in which they can be added up within 62 bits."""
_CELLS = 400_000
_NEVER = 2**62


@dataclass(frozen=True)
class Coalition:
    """A set of members, and of their children: those who may live on their own, the groups that are whole in
    the set, and what is fixed: children whom `split = "never"` leaves out, and groups that reach outside."""

    name: str
    members: tuple[int, ...]
    children: tuple[int, ...]
    groups: tuple[int, ...]
    left_out: tuple[int, ...]
    reaching: tuple[int, ...]


@dataclass(frozen=True)
class Prices:
    """Prices ≥ 0 in `PICO`ths of a pound: of a vacancy in each place, of a £ of a budget, of the share."""

    capacity: Mapping[int, int]
    weekly_budget: int = 0
    authority_weekly_budget: Mapping[str, int] | None = None
    share_near_home: int = 0


@dataclass(frozen=True)
class Lives:
    """Who lives where, in fractions: (child, place, part) and (group placed whole, place, part)."""

    children: tuple[tuple[int, int, Fraction], ...]
    groups: tuple[tuple[int, int, Fraction], ...]


def coalition(ground: Ground, name: str, codes: tuple[str, ...]) -> Coalition:
    """The children and groups of a set of authorities."""
    mine = [child for child, code in enumerate(ground.children.authority) if code in codes]
    inside = set(mine)
    whole = tuple(g for g, group in enumerate(ground.groups) if inside.issuperset(group))
    reaching = tuple(
        g for g, group in enumerate(ground.groups) if g not in whole and not inside.isdisjoint(group)
    )
    never = ground.policy.split == terms.SPLITS[1]
    out = {child for g in reaching for child in ground.groups[g]} & inside if never else set()
    return Coalition(
        name=name,
        members=tuple(ground.members.index(code) for code in codes),
        children=tuple(child for child in mine if child not in out),
        groups=whole,
        left_out=tuple(sorted(out)),
        reaching=reaching,
    )


# -- at prices --------------------------------------------------------------------------------------


def accounts_of_prices(
    ground: Ground, holdings: Holdings, here: Coalition, prices: Prices
) -> tuple[dict[str, Fraction], Fraction]:
    """Each member's account, £ a week, and what is fixed for the set: together they are at most its value.

    The account of a member is what its children pay at the prices, less the price of what it holds.
    """
    for unit in _UNITS:
        try:
            paid = _paid(ground, here, prices, unit)
        except OverflowError:
            continue
        fixed = _price(ground, "unplaced") * len(here.left_out)
        fixed += _price(ground, "separated") * len(here.reaching)
        accounts = dict.fromkeys((ground.members[member] for member in here.members), Fraction(0))
        for child, amount in paid.items():
            accounts[ground.children.authority[child]] += amount / unit
        for code, amount in _paid_back(ground, holdings, here, _in_unit(prices, unit)).items():
            accounts[code] -= amount / unit
        return accounts, fixed
    raise RefutedError(FILE, here.name, "prices or scores too large to be added up")


def _price(ground: Ground, name: str) -> Fraction:
    return exact(ground.policy.prices[name])


def _in_unit(prices: Prices, unit: int) -> Prices:
    """The prices in a coarser unit, rounded down: whatever the prices, the proof holds."""
    step = PICO // unit
    return Prices(
        capacity={place: price // step for place, price in prices.capacity.items()},
        weekly_budget=prices.weekly_budget // step,
        authority_weekly_budget={
            code: price // step for code, price in (prices.authority_weekly_budget or {}).items()
        },
        share_near_home=prices.share_near_home // step,
    )


def budget_of(ground: Ground, members: tuple[int, ...]) -> Fraction:
    """The part of the region's budget that a set of members has: by its number of children."""
    budget, children = ground.policy.weekly_budget, ground.children.authority
    if budget is None or not children:
        return Fraction(0)
    codes = {ground.members[member] for member in members}
    return exact(budget) * Fraction(sum(code in codes for code in children), len(children))


def _paid_back(ground: Ground, holdings: Holdings, here: Coalition, prices: Prices) -> dict[str, Fraction]:
    """What each member is paid for what it holds, in the prices' unit."""
    back: dict[str, Fraction] = {}
    budgets = ground.policy.authority_weekly_budget
    for member in here.members:
        code = ground.members[member]
        total = sum(
            (price * holdings.bound(ground, (member,), place) for place, price in prices.capacity.items()),
            Fraction(0),
        )
        total += prices.weekly_budget * budget_of(ground, (member,))
        if code in budgets:
            total += (prices.authority_weekly_budget or {}).get(code, 0) * exact(budgets[code])
        back[code] = total
    return back


def _paid(ground: Ground, here: Coalition, prices: Prices, unit: int) -> dict[int, Fraction]:
    """What each child pays at the prices, in `unit`s of a pound. A group's children share alike in what it
    pays more, or less, than they would apart."""
    rates = _Rates(ground, _in_unit(prices, unit), unit)
    unplaced = math.floor(_price(ground, "unplaced") * unit)
    separated = math.floor(_price(ground, "separated") * unit)
    rates.check(max(unplaced, separated))
    never = ground.policy.split == terms.SPLITS[1]
    paid: dict[int, Fraction] = {}
    for families in _blocks(ground, here):
        rows = np.array([child for family in families for child in family], dtype=np.int64)
        block = _Block(rates, rows)
        alone = np.minimum(block.alone, unplaced).tolist()
        first = 0
        for family in families:
            at = range(first, first + len(family))
            first += len(family)
            apart = [unplaced if never and len(family) > 1 else alone[row] for row in at]
            more = Fraction(0)
            if len(family) > 1:
                whole = min(sum(apart) + separated, block.together(at))
                more = Fraction(whole - sum(apart), len(family))
            for child, amount in zip(family, apart, strict=True):
                paid[child] = amount + more
    return paid


def _blocks(ground: Ground, here: Coalition) -> Iterator[list[tuple[int, ...]]]:
    """The families of a set – groups that are whole in it, and every other child – near each other."""
    grouped = {child for g in here.groups for child in ground.groups[g]}
    families = [ground.groups[g] for g in here.groups]
    families += [(child,) for child in here.children if child not in grouped]
    home = ground.children.home
    band = (np.nan_to_num(home.north) // 30_000.0).astype(np.int64)
    families.sort(key=lambda family: (band[family[0]], home.east[family[0]], family[0]))
    most = max(48, _CELLS // max(1, len(ground.places.id)))
    for start in range(0, len(families), most):
        yield families[start : start + most]


class _Rates:
    """The prices as what each place charges, in one unit."""

    def __init__(self, ground: Ground, prices: Prices, unit: int) -> None:
        self.ground, self.unit = ground, unit
        self.pairs = Pairs(ground)
        self.most = 2**59 // max((len(group) for group in ground.groups), default=1)
        charge = [prices.capacity.get(place, 0) for place in range(len(ground.places.id))]
        self.capacity = self._listed(charge)
        self.whole_home = np.array(
            [
                min(price * vacancies, _NEVER // 4)
                for price, vacancies in zip(charge, ground.places.vacancies.tolist(), strict=True)
            ],
            dtype=np.int64,
        )
        """What a unit pays that takes all vacancies; no more than what is dearer than any other choice."""
        self.near = prices.share_near_home
        self.least_near = math.floor(prices.share_near_home * exact(ground.policy.share))
        self.check(self.near)
        self.costs = self._costs(prices)

    def check(self, amount: float) -> None:
        """`OverflowError` where an amount is too large to be added up in this unit."""
        if amount > self.most:
            raise OverflowError

    def _listed(self, amounts: list[int]) -> Ints:
        self.check(max(amounts, default=0))
        return np.array(amounts, dtype=np.int64)

    def _costs(self, prices: Prices) -> dict[str, Ints]:
        """Authority → what the budgets charge for one of its children in each place, rounded down."""
        budgets = prices.authority_weekly_budget or {}
        if not prices.weekly_budget and not any(budgets.values()):
            return {}
        cost = [exact(value) for value in self.ground.places.cost.tolist()]
        return {
            code: self._listed(
                [math.floor((prices.weekly_budget + budgets.get(code, 0)) * each) for each in cost]
            )
            for code in self.ground.members
        }


class _Block:
    """All pairs of some children and the places that any of them could reach, at prices."""

    def __init__(self, rates: _Rates, rows: Ints) -> None:
        ground, pairs = rates.ground, rates.pairs
        self._rates, self._rows = rates, rows
        self._columns = reachable(ground, rows)
        c, p = rows[:, None], self._columns[None, :]
        miles = pairs.miles(c, p)
        self._good = pairs.allowed(c, p, miles)
        score = np.where(self._good, pairs.score(c, p, miles), 0.0)
        rates.check(float(score.max(initial=0.0)) * rates.unit)
        self._part = rounded_down(score, rates.unit)
        if rates.costs:
            authority = ground.children.authority
            self._part += np.array([rates.costs[authority[child]][self._columns] for child in rows.tolist()])
        if rates.near:
            self._part += rates.least_near
            self._part[~pairs.is_far(miles)] -= rates.near
        self._capacity = rates.capacity[self._columns]
        self._whole_home = rates.whole_home[self._columns]
        self._vacancies = ground.places.vacancies[self._columns]
        self._solo = ground.children.solo[rows]

    @property
    def alone(self) -> Ints:
        """Shape (rows,): the cheapest place of each child on its own, `_NEVER` where there is none."""
        charge = np.where(self._solo[:, None], self._whole_home[None, :], self._capacity[None, :])
        price = np.where(self._good, self._part + charge, _NEVER)
        return np.asarray(price.min(axis=1, initial=_NEVER))

    def together(self, at: range) -> int:
        """The cheapest place for all of the group at these rows, `_NEVER` where there is none."""
        rows = slice(at.start, at.stop)
        family = self._rows[rows].tolist()
        if any(a in family and b in family for a, b in self._rates.ground.incompatible):
            return _NEVER
        good = self._good[rows].all(axis=0) & (self._vacancies >= len(family))
        charge = self._whole_home if self._solo[rows].any() else len(family) * self._capacity
        price = np.where(good, self._part[rows].sum(axis=0) + charge, _NEVER)
        return int(price.min(initial=_NEVER))


def rounded_down(score: Floats, unit: int) -> Ints:
    """Scores in `unit`s of a pound, rounded down by more than floats can be wrong."""
    whole: Ints = np.floor(score * unit).astype(np.int64)
    return whole - 1 - (whole >> 50)


def rounded_up(score: float, unit: int) -> int:
    """A score in `unit`s of a pound, rounded up by more than floats can be wrong."""
    whole = math.ceil(score * unit)
    return whole + 1 + (whole >> 50)


# -- one division of the places ---------------------------------------------------------------------


def cost_of_lives(ground: Ground, holdings: Holdings, here: Coalition, lives: Lives) -> dict[str, Fraction]:
    """What each member's children cost where they live in this division, £ a week; a separated group's
    children share alike. The sum is no less than the set's value.

    Raises `RefutedError` where the division breaks a rule.
    """
    _check_units(ground, here, lives)
    _check_rows(ground, holdings, here, lives)
    unplaced, separated = _price(ground, "unplaced"), _price(ground, "separated")
    cost = dict.fromkeys((ground.members[member] for member in here.members), Fraction(0))
    placed: dict[int, Fraction] = defaultdict(Fraction)
    authority = ground.children.authority
    each = _each_child(ground, lives)
    for (child, _, part), score in zip(each, _scores(ground, each), strict=True):
        placed[child] += part
        cost[authority[child]] += part * Fraction(rounded_up(score, PICO), PICO)
    together: dict[int, Fraction] = defaultdict(Fraction)
    for group, _, part in lives.groups:
        together[group] += part
    inside = {*here.children, *here.left_out}
    for child in inside:
        cost[authority[child]] += unplaced * (1 - placed[child])
    for group in (*here.groups, *here.reaching):
        family = [child for child in ground.groups[group] if child in inside]
        for child in family:
            cost[authority[child]] += separated * (1 - together[group]) / len(family)
    return cost


def _each_child(ground: Ground, lives: Lives) -> list[tuple[int, int, Fraction]]:
    """Child by child, those of groups placed whole too."""
    whole = [(child, place, part) for g, place, part in lives.groups for child in ground.groups[g]]
    return [*lives.children, *whole]


def _scores(ground: Ground, each: list[tuple[int, int, Fraction]]) -> list[float]:
    if not each:
        return []
    pairs = Pairs(ground)
    c = np.array([child for child, _, _ in each], dtype=np.int64)
    p = np.array([place for _, place, _ in each], dtype=np.int64)
    miles = pairs.miles(c, p)
    for at in np.flatnonzero(~pairs.allowed(c, p, miles)).tolist():
        what = f"{ground.children.id[c[at]]} may not live in {ground.places.id[p[at]]}"
        raise RefutedError(FILE, "lives", what)
    scores: list[float] = pairs.score(c, p, miles).tolist()
    return scores


def _check_units(ground: Ground, here: Coalition, lives: Lives) -> None:
    """Every part is above 0; nobody lives more than once, nor on its own where groups must not be split."""
    never = ground.policy.split == terms.SPLITS[1]
    taken: dict[int, Fraction] = defaultdict(Fraction)
    allowed = set(here.children)
    if never:
        allowed -= {child for g in here.groups for child in ground.groups[g]}
    for child, _, part in lives.children:
        if child not in allowed or part <= 0:
            raise RefutedError(FILE, here.name, f"{ground.children.id[child]} cannot live on its own so")
        taken[child] += part
    for group, place, part in lives.groups:
        family = ground.groups[group]
        apart = any(a in family and b in family for a, b in ground.incompatible)
        fits = len(family) <= int(ground.places.vacancies[place])
        if group not in here.groups or part <= 0 or apart or not fits:
            raise RefutedError(FILE, here.name, f"{ground.group_names[group]} cannot be placed whole so")
        for child in family:
            taken[child] += part
    for child, part in taken.items():
        if part > 1:
            raise RefutedError(FILE, here.name, f"{ground.children.id[child]} lives more than once")


def _check_rows(ground: Ground, holdings: Holdings, here: Coalition, lives: Lives) -> None:
    """Vacancies, budgets and the share near home hold exactly."""
    children, places = ground.children, ground.places
    used: dict[int, Fraction] = defaultdict(Fraction)
    for child, place, part in lives.children:
        used[place] += part * (int(places.vacancies[place]) if children.solo[child] else 1)
    for group, place, part in lives.groups:
        family = list(ground.groups[group])
        solo = children.solo[family].any()
        used[place] += part * (int(places.vacancies[place]) if solo else len(family))
    for place, taken in used.items():
        if taken > holdings.bound(ground, here.members, place):
            raise RefutedError(FILE, here.name, f"more is used of {places.id[place]} than the set has")
    policy = ground.policy
    each = _each_child(ground, lives)
    spent: dict[str, Fraction] = defaultdict(Fraction)
    if policy.weekly_budget is not None or policy.authority_weekly_budget:
        cost = [exact(value) for value in places.cost.tolist()]
        for child, place, part in each:
            spent[children.authority[child]] += part * cost[place]
    over = policy.weekly_budget is not None and sum(spent.values()) > budget_of(ground, here.members)
    for code, budget in policy.authority_weekly_budget.items():
        over = over or spent[code] > exact(budget)
    if over:
        raise RefutedError(FILE, here.name, "a budget is passed")
    if policy.share > 0 and each:
        pairs = Pairs(ground)
        c, p = (np.array([row[at] for row in each], dtype=np.int64) for at in (0, 1))
        far = pairs.is_far(pairs.miles(c, p)).tolist()
        near = sum((part for (_, _, part), away in zip(each, far, strict=True) if not away), Fraction(0))
        if near < exact(policy.share) * sum((part for _, _, part in each), Fraction(0)):
            raise RefutedError(FILE, here.name, "too few children live near home")
