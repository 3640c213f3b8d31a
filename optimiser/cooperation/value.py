"""The value of a set of authorities: the linear relaxation with the tiers priced, solved over all columns.

v(S) is the least of Σ score · lives + unplaced · children without a place + separated · groups separated,
in fractions, with the places that S holds and its shares of the market. Source: Owen 1975.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from optimiser.allocation.families import Tally
from optimiser.allocation.market import market_from_instance
from optimiser.allocation.prices import Objective, Prices
from optimiser.allocation.programme import Programme
from optimiser.allocation.relaxation import Clock, Relaxation
from optimiser.allocation.start import start
from optimiser.cooperation.holdings import Coalition, Holdings, coalition, exact
from optimiser.matching.instance import Floats, Instance

_SMALLEST = 1e-13
"""Relative to the value: what a column may still improve when nothing more is looked for."""
_NOISE = 1e-11
_FINE = 10**15
_DENOMINATOR = 50_000
"""Parts are fractions of small denominators; a float so near one is that fraction."""

type Parts = dict[tuple[str, str], Fraction]
"""(child or sibling group, provision) → the part of it that lives there."""


@dataclass(frozen=True)
class Value:
    """v(S) with the prices that prove it from below and the lives that prove it from above."""

    codes: tuple[str, ...]
    amount: float
    """£ a week, to solver tolerance."""
    prices: Prices
    children: Parts
    groups: Parts


def value_of(instance: Instance, holdings: Holdings, codes: Sequence[str]) -> Value:
    """The value of a set of authorities."""
    here = coalition(instance, codes)
    policy = instance.policy
    fixed = policy.prices.unplaced * here.left_out + policy.prices.separated * here.reaching
    capacity = holdings.capacity(instance, codes)
    cut = replace(here.instance, capacity=capacity)
    here = replace(here, instance=cut)
    if len(here.child) == 0:
        return Value(here.codes, fixed, Prices({}), {}, {})
    market = market_from_instance(cut)
    objective = Objective(policy.prices.unplaced, policy.prices.separated, 1.0, Tally())
    programme = Programme(cut, market.units, start(market).columns, objective)
    relaxation = Relaxation(market, programme, Clock(None), smallest=_SMALLEST)
    bounded = relaxation.over_all(lambda *_: None, close=0.0)
    lives = _Lives(here, holdings, programme, bounded.relaxed.lives)
    return Value(here.codes, bounded.bound + fixed, bounded.prices, *lives.parts())


class _Lives:
    """The relaxation's answer in exact fractions that keep every row."""

    def __init__(self, here: Coalition, holdings: Holdings, programme: Programme, lives: Floats) -> None:
        self._here, self._instance, self._programme = here, here.instance, programme
        self._holdings, self._members = holdings, holdings.members(here.codes)
        used = np.flatnonzero(lives > _NOISE)
        self._part = {at: _fraction(lives[at]) for at in used.tolist()}

    def parts(self) -> tuple[Parts, Parts]:
        """Of the children on their own, and of the groups placed whole."""
        self._keep_units()
        self._keep_places()
        self._keep_limits()
        ids, provisions = self._instance.children.id, self._instance.provisions.id
        children: Parts = {}
        groups: Parts = {}
        columns = self._programme.columns
        for at, part in self._part.items():
            unit, place = int(columns.unit[at]), str(provisions[columns.provision[at]])
            if part > 0 and unit < len(ids):
                children[str(ids[unit]), place] = part
            elif part > 0:
                groups[self._instance.group_names[unit - len(ids)], place] = part
        return children, groups

    def _keep_units(self) -> None:
        """No child lives more than once: the columns of a family are cut back together."""
        units, columns = self._programme.units, self._programme.columns
        by_child: dict[int, list[int]] = defaultdict(list)
        for at in self._part:
            first = int(units.first[columns.unit[at]])
            for child in units.member[first : first + int(units.number[columns.unit[at]])].tolist():
                by_child[child].append(at)
        for listed in by_child.values():
            self._cut(dict.fromkeys(listed, Fraction(1)), Fraction(1))

    def _keep_places(self) -> None:
        """No place is used beyond what the set may take of it."""
        columns = self._programme.columns
        by_place: dict[int, list[int]] = defaultdict(list)
        for at in self._part:
            by_place[int(columns.provision[at])].append(at)
        for place, listed in by_place.items():
            sizes = {at: Fraction(int(columns.size[at])) for at in listed}
            self._cut(sizes, self._bound(place))

    def _bound(self, place: int) -> Fraction:
        holdings, vacancies = self._holdings, int(self._instance.provisions.vacancies[place])
        holder = int(holdings.holder[place])
        if holder >= 0:
            return Fraction(vacancies if holder in self._members else 0)
        theirs = int(holdings.eligible[self._members, place].sum())
        return Fraction(vacancies * theirs, max(1, int(holdings.eligible[:, place].sum())))

    def _keep_limits(self) -> None:
        """Budgets and the share near home."""
        instance, units, columns = self._instance, self._programme.units, self._programme.columns
        limits = instance.policy.limits
        cost = instance.provisions.weekly_cost
        spent: dict[str, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        lacking: dict[int, Fraction] = {}
        for at in self._part:
            unit, number = columns.unit[at], int(units.number[columns.unit[at]])
            first = int(units.first[unit])
            each = exact(float(cost[columns.provision[at]]))
            for child in units.member[first : first + number].tolist():
                spent[str(instance.children.authority[child])][at] += each
                spent[""][at] += each
            lacking[at] = exact(limits.min_share_within_far_miles) * number - int(columns.near[at])
        if self._here.budget is not None:
            self._cut(spent[""], self._here.budget)
        for code, budget in limits.authority_weekly_budget.items():
            self._cut(spent[code], exact(budget))
        if limits.min_share_within_far_miles > 0:
            self._cut(lacking, Fraction(0))

    def _cut(self, coefficient: Mapping[int, Fraction], bound: Fraction) -> None:
        """Σ coefficient · part ≤ bound: what the solver's tolerance passed is taken off the largest."""
        excess = sum((each * self._part[at] for at, each in coefficient.items()), Fraction(0)) - bound
        while excess > 0:
            at = max(coefficient, key=lambda at: (coefficient[at] * self._part[at], -at))
            left = max(Fraction(0), self._part[at] - excess / coefficient[at])
            left = Fraction(math.floor(left * _FINE), _FINE)
            excess -= coefficient[at] * (self._part[at] - left)
            self._part[at] = left


def _fraction(part: float) -> Fraction:
    """The fraction of a small denominator that a part is, or the part rounded down."""
    near = Fraction(part).limit_denominator(_DENOMINATOR)
    return near if abs(float(near) - part) < _NOISE else Fraction(math.floor(part * _FINE), _FINE)
