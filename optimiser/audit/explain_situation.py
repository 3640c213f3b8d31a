"""The allocation as it stands: who would move together, who lives where, and what every limit leaves.

A *mover* is what would move as one: a sibling group that lives together (or, where groups are never
split, any group), else a child on its own. Nothing here looks at what could be; that is for its readers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimiser.allocation.check import lives_together
from optimiser.matching.instance import Bools, Floats, Instance, Ints
from optimiser.matching.score import is_far

POUNDS = 1e-6
"""A budget may be passed by this much, £ a week: what `allocation.check` allows."""
SHARE = 1e-9


@dataclass(frozen=True)
class Situation:
    """One placement of an instance; `placement` as in `Solution`."""

    instance: Instance
    placement: Ints

    @cached_property
    def movers(self) -> tuple[tuple[int, ...], ...]:
        """Every child in exactly one mover, children ascending."""
        never = self.instance.policy.split == "never"
        whole = [group for group in self.instance.groups if never or lives_together(self.placement, group)]
        grouped = {child for group in whole for child in group}
        single = [(child,) for child in range(len(self.placement)) if child not in grouped]
        return tuple(sorted([*whole, *single]))

    @cached_property
    def mover(self) -> Ints:
        """Shape (children,): the index of each child's mover."""
        index = np.empty(len(self.placement), dtype=np.int64)
        for at, members in enumerate(self.movers):
            index[list(members)] = at
        return index

    @cached_property
    def number(self) -> Ints:
        """Shape (movers,): how many children each has."""
        return np.bincount(self.mover, minlength=len(self.movers))

    @cached_property
    def solo(self) -> Bools:
        """Shape (movers,): the mover takes all places of a provision, for one of it is solo."""
        found = np.zeros(len(self.movers), dtype=np.bool_)
        found[self.mover[self.instance.children.solo]] = True
        return found

    @cached_property
    def home(self) -> Ints:
        """Shape (movers,): the provision of each, −1 without a place."""
        return self.placement[np.array([members[0] for members in self.movers], dtype=np.int64)]

    @cached_property
    def living(self) -> Mapping[int, tuple[int, ...]]:
        """Provision → the movers placed there, ascending; provisions without any are absent."""
        found: dict[int, tuple[int, ...]] = {}
        for at in np.flatnonzero(self.home >= 0).tolist():
            found[int(self.home[at])] = (*found.get(int(self.home[at]), ()), at)
        return found

    @cached_property
    def occupied(self) -> Ints:
        """Shape (provisions,): children placed there."""
        placed = self.placement[self.placement >= 0]
        return np.bincount(placed, minlength=len(self.instance.provisions))

    @cached_property
    def shut(self) -> Bools:
        """Shape (provisions,): a solo child, or a group with one, lives there and nobody may join."""
        found = np.zeros(len(self.instance.provisions), dtype=np.bool_)
        found[self.home[self.solo & (self.home >= 0)]] = True
        return found

    @cached_property
    def apart(self) -> Mapping[int, frozenset[int]]:
        """Child → the children who must not live in the same provision."""
        found: dict[int, set[int]] = {}
        for a, b in self.instance.incompatible.tolist():
            found.setdefault(a, set()).add(b)
            found.setdefault(b, set()).add(a)
        return {child: frozenset(others) for child, others in found.items()}

    @cached_property
    def at_odds(self) -> Bools:
        """Shape (movers,): two of the mover's own children are incompatible, so it cannot live anywhere."""
        found = np.zeros(len(self.movers), dtype=np.bool_)
        a, b = self.mover[self.instance.incompatible].T
        found[a[a == b]] = True
        return found

    def kept_out(self, mover: int) -> Mapping[int, tuple[int, ...]]:
        """Provision → the children living there who are incompatible with the mover."""
        found: dict[int, tuple[int, ...]] = {}
        for other in sorted({other for c in self.movers[mover] for other in self.apart.get(c, ())}):
            if self.placement[other] >= 0:
                at = int(self.placement[other])
                found[at] = (*found.get(at, ()), other)
        return found

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """Every budget that is set, in the contract's order, with what is spent."""
        policy = self.instance.policy.limits
        everyone = np.ones(len(self.placement), dtype=np.bool_)
        found = []
        if policy.weekly_budget is not None:
            found.append(self._budget("weekly_budget", "", policy.weekly_budget, everyone))
        for code, budget in sorted(policy.authority_weekly_budget.items()):
            theirs = self.instance.children.authority == code
            found.append(self._budget("authority_weekly_budget", code, budget, theirs))
        return tuple(found)

    def _budget(self, name: str, code: str, budget: float, children: Bools) -> Limit:
        placed = self.placement[children & (self.placement >= 0)]
        spent = float(self.instance.provisions.weekly_cost[placed].sum())
        counted = np.bincount(self.mover[children], minlength=len(self.movers))
        return Limit(name, code, budget, spent, counted)

    @cached_property
    def near(self) -> int:
        """How many placed children live within `far_miles` of home."""
        placed = np.flatnonzero(self.placement >= 0)
        return len(placed) - int(is_far(self.instance, placed, self.placement[placed]).sum())

    @cached_property
    def placed(self) -> int:
        """How many children have a place."""
        return int((self.placement >= 0).sum())

    def over_budget(self, limit: Limit, movers: Ints) -> Floats:
        """Shape (movers, provisions): £ a week over the budget, were each to live there; ≤ 0 is within it."""
        cost = self.instance.provisions.weekly_cost
        home = self.home[movers]
        counted = limit.counted[movers].astype(np.float64)
        now = np.where(home >= 0, cost[home], 0.0) * counted
        after: Floats = (limit.spent - now - limit.budget)[:, None] + counted[:, None] * cost[None, :]
        # A mover whom the budget does not count cannot pass it.
        return np.where(counted[:, None] > 0, after, -np.inf)

    def near_after(self, movers: Ints, near: Ints) -> tuple[Ints, Ints]:
        """Children near home and children placed, were each mover to live there.

        `near`, shape (movers, provisions), counts the mover's children who would be near home.
        """
        home = self.home[movers]
        row = np.arange(len(movers))
        now = np.where(home >= 0, near[row, home], 0)
        placed = self.placed + np.where(home >= 0, 0, self.number[movers])
        return self.near - now[:, None] + near, placed


@dataclass(frozen=True)
class Limit:
    """A budget, £ a week, with what the placement spends of it."""

    name: str
    authority: str
    """GSS code, or "" for the region."""
    budget: float
    spent: float
    counted: Ints
    """Shape (movers,): how many of each mover's children it counts."""
