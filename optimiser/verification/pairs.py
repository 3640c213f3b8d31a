"""Who may live where and what it is worth, pair by pair, from the contract's sections 2 and 3.

Every function takes indices of children `c` and of places `p` that broadcast together: equally long for
single pairs, or a column and a row for a whole block.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimiser import terms
from optimiser.verification.ground import Bools, Floats, Ground, Ints, Points

_KINSHIP = terms.KINDS.index(terms.KINSHIP)
_SUPPORTED = terms.KINDS.index(terms.SUPPORTED_ACCOMMODATION)
_IMPROVE = terms.JUDGEMENTS.index(terms.REQUIRES_IMPROVEMENT)


def _straight_miles(one: Points, c: Ints, other: Points, p: Ints) -> Floats:
    east = one.east[c] - other.east[p]
    north = one.north[c] - other.north[p]
    miles: Floats = np.sqrt(east * east + north * north) / terms.METRES_PER_MILE
    return miles


@dataclass(frozen=True)
class Pairs:
    """The pairs of one ground."""

    ground: Ground

    def miles(self, c: Ints, p: Ints) -> Floats:
        """Miles from home."""
        if self.ground.home_road_miles is not None:
            return self.ground.home_road_miles[c, p]
        return _straight_miles(self.ground.children.home, c, self.ground.places.point, p)

    def school_miles(self, c: Ints, p: Ints) -> Floats:
        """Miles from the school to keep; NaN where there is none."""
        if self.ground.school_road_miles is not None:
            return self.ground.school_road_miles[c, p]
        return _straight_miles(self.ground.children.school, c, self.ground.places.point, p)

    def is_far(self, miles: Floats) -> Bools:
        """Farther from home than far_miles."""
        far: Bools = miles > self.ground.policy.prices["far_miles"]
        return far

    def allowed(self, c: Ints, p: Ints, miles: Floats) -> Bools:
        """All ten rules of eligibility; `miles` as `self.miles(c, p)` gives them."""
        kids, homes = self.ground.children, self.ground.places
        kin = homes.kind[p] == _KINSHIP
        open_to = self._inspected[p] & (homes.vacancies[p] >= 1)
        age = kids.age[c]
        good: Bools = open_to & (homes.age_min[p] <= age) & (age <= homes.age_max[p])
        wanted = homes.gender[p]
        good = good & ((wanted == -1) | (wanted == kids.gender[c]))
        for word in range(kids.needs.shape[1]):
            good &= (kids.needs[c, word] & ~homes.skills[p, word]) == 0
        for kind in np.unique(homes.kind[p]).tolist():
            suits = kids.level[c, kind] > 0
            if kind == _SUPPORTED:
                suits = suits & (age >= terms.AGE_OF_SUPPORTED_ACCOMMODATION)
            good &= suits | (homes.kind[p] != kind)
        good &= (miles <= self.ground.policy.max_miles) | kin
        good &= ~kids.solo[c] | (homes.vacancies[p] == homes.places[p])
        if np.isfinite(kids.avoid_miles[c]).any():
            good &= ~(_straight_miles(kids.avoid, c, homes.point, p) < kids.avoid_miles[c])
        if kin.any():
            self._keep_named(good, c, p, kin)
        return good

    def _keep_named(self, good: Bools, c: Ints, p: Ints, kin: Bools) -> None:
        """Kinship carers take only the children they are for."""
        places, children = np.broadcast_arrays(p, c)
        found = np.nonzero(good & kin)
        good[found] = np.isin(places[found] * len(self.ground.children.id) + children[found], self._named)

    @cached_property
    def _named(self) -> Ints:
        width = len(self.ground.children.id)
        keys = [p * width + c for p, children in self.ground.places.named.items() for c in children]
        return np.array(keys, dtype=np.int64)

    @cached_property
    def _open_to_named(self) -> Ints:
        places = self._named // max(1, len(self.ground.children.id))
        return self._named[~np.isin(places, sorted(self.ground.unopened))]

    @cached_property
    def _inspected(self) -> Bools:
        accepted = [terms.JUDGEMENTS.index(name) for name in self.ground.policy.ofsted]
        homes = self.ground.places
        inspected: Bools = np.isin(homes.judgement, accepted) | (homes.kind == _KINSHIP)
        return inspected

    @cached_property
    def has_kinship(self) -> Bools:
        """Shape (children,): the child has at least one eligible kinship place that is open."""
        width = len(self.ground.children.id)
        able = np.zeros(width, dtype=np.bool_)
        if len(self._open_to_named):
            p, c = np.divmod(self._open_to_named, width)
            able[c[self.allowed(c, p, self.miles(c, p))]] = True
        return able

    @cached_property
    def _prefers(self) -> Bools:
        prefers: Bools = (self.ground.children.level == 2).any(axis=1)
        return prefers

    def score(self, c: Ints, p: Ints, miles: Floats) -> Floats:
        """£ a week, the terms added up in the contract's order; `miles` as `self.miles(c, p)` gives them."""
        kids, homes, prices = self.ground.children, self.ground.places, self.ground.policy.prices
        total: Floats = homes.cost[p] + prices["mile"] * miles
        total += prices["far"] * self.is_far(miles)
        if np.isfinite(kids.school.east[c]).any():
            school = self.school_miles(c, p)
            total += prices["school_mile"] * np.where(np.isnan(school), 0.0, school)
        second_best = np.zeros(total.shape, dtype=np.bool_)
        for kind in np.unique(homes.kind[p]).tolist():
            second_best |= ((kids.level[c, kind] == 1) & self._prefers[c]) & (homes.kind[p] == kind)
        total += prices["suitable_not_preferred"] * second_best
        total += prices["requires_improvement"] * (homes.judgement[p] == _IMPROVE)
        total += prices["not_kinship"] * (self.has_kinship[c] & (homes.kind[p] != _KINSHIP))
        return total
