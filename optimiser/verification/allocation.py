"""allocations.csv, rebuilt row by row from the inputs and from where each child is said to live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimiser import terms
from optimiser.verification.documents import RefutedError, Sheet, line, shown
from optimiser.verification.ground import Bools, Floats, Ground, Ints
from optimiser.verification.pairs import Pairs
from optimiser.verification.policy import exact

FILE = "allocations.csv"
COLUMNS = (
    "child_id", "authority", "status", "provision_id", "kind", "provider", "sector", "miles",
    "school_miles", "weekly_cost", "score", "over_far_miles", "with_siblings", "reason",
)  # fmt: skip
_POUND = Fraction(1, 1_000_000)
"""A budget may be passed by a millionth of a pound: decimal fractions added up in binary."""
_SHARE = Fraction(1, 10**9)


@dataclass(frozen=True)
class Allocation:
    """Who lives where, unrounded; one entry per child, in the order of children.csv.

    `place` is −1, and the figures NaN, for a child without a place.
    """

    place: Ints
    miles: Floats
    school_miles: Floats
    cost: Floats
    score: Floats
    far: Bools
    whole: tuple[bool, ...]
    """For each sibling group: all of it lives in one provision."""
    reason: tuple[str, ...]

    @property
    def placed(self) -> Bools:
        """Which children have a place."""
        placed: Bools = self.place >= 0
        return placed

    @property
    def unplaced(self) -> int:
        """How many children have none."""
        return int((self.place < 0).sum())

    @property
    def separated(self) -> int:
        """How many sibling groups do not live together."""
        return self.whole.count(False)


def allocation_from_sheet(ground: Ground, sheet: Sheet, lines: list[str]) -> Allocation:
    """The allocation, with a line for each cell that is not what the inputs make it and each rule it breaks.

    Raises `RefutedError` where it cannot be told who lives where.
    """
    place = _placement(ground, sheet)
    allocation = _figured(ground, place, tuple(sheet.column("reason")))
    _check_cells(ground, sheet, allocation, lines)
    _check_pairs(ground, sheet, allocation, lines)
    _check_places(ground, allocation, lines)
    _check_limits(ground, allocation, lines)
    return allocation


def _placement(ground: Ground, sheet: Sheet) -> Ints:
    for column in COLUMNS:
        sheet.column(column, required=True)
    children = ground.children.id
    if len(sheet) != len(children):
        raise RefutedError(FILE, "", f"has {len(sheet)} rows; children.csv has {len(children)}")
    for index, (written, child) in enumerate(zip(sheet.column("child_id"), children, strict=True)):
        if written != child:
            raise sheet.refuted(index, "child_id", f"is {shown(written)}; children.csv has {shown(child)}")
    number_of = {name: index for index, name in enumerate(ground.places.id)}
    place = []
    for index, name in enumerate(sheet.column("provision_id")):
        if name and name not in number_of:
            raise sheet.refuted(index, "provision_id", f"{shown(name)} is not in provision.csv")
        place.append(number_of[name] if name else -1)
    return np.array(place, dtype=np.int64)


def _figured(ground: Ground, place: Ints, reason: tuple[str, ...]) -> Allocation:
    c = np.flatnonzero(place >= 0)
    p = place[c]
    pairs = Pairs(ground)
    near = pairs.miles(c, p)

    def spread(values: Floats) -> Floats:
        column = np.full(len(place), np.nan)
        column[c] = values
        return column

    far = np.zeros(len(place), dtype=np.bool_)
    far[c] = pairs.is_far(near)
    homes = [set(place[list(group)].tolist()) for group in ground.groups]
    return Allocation(
        place=place,
        miles=spread(near),
        school_miles=spread(pairs.school_miles(c, p)),
        cost=spread(ground.places.cost[p]),
        score=spread(pairs.score(c, p, near)),
        far=far,
        whole=tuple(len(home) == 1 and -1 not in home for home in homes),
        reason=reason,
    )


def _check_cells(ground: Ground, sheet: Sheet, allocation: Allocation, lines: list[str]) -> None:
    """Every cell is what the inputs make it, given where the child lives."""
    for column, cells in _expected(ground, allocation).items():
        for index, (written, right) in enumerate(zip(sheet.column(column), cells, strict=True)):
            if written != right:
                lines.append(sheet.line(index, column, f"is {shown(written)}; it should be {shown(right)}"))
    for index, (reason, placed) in enumerate(zip(allocation.reason, allocation.placed, strict=True)):
        if (placed and reason) or (not placed and reason not in terms.REASONS):
            lines.append(sheet.line(index, "reason", f"is {shown(reason)}"))


def _expected(ground: Ground, allocation: Allocation) -> Mapping[str, list[str]]:
    homes, group = ground.places, ground.children.group.tolist()
    place = allocation.place.tolist()

    def of_place(values: list[str]) -> list[str]:
        return ["" if p < 0 else values[p] for p in place]

    def figure(values: Floats, decimals: int) -> list[str]:
        return ["" if np.isnan(value) else f"{value:.{decimals}f}" for value in values.tolist()]

    return {
        "authority": ground.children.authority,
        "status": ["unplaced" if p < 0 else "placed" for p in place],
        "kind": of_place([terms.KINDS[kind] for kind in homes.kind.tolist()]),
        "provider": of_place(homes.provider),
        "sector": of_place(homes.sector),
        "miles": figure(allocation.miles, 3),
        "school_miles": figure(allocation.school_miles, 3),
        "weekly_cost": figure(allocation.cost, 2),
        "score": figure(allocation.score, 2),
        "over_far_miles": [
            "" if p < 0 else "yes" if far else "no"
            for p, far in zip(place, allocation.far.tolist(), strict=True)
        ],
        "with_siblings": [
            "" if p < 0 or g < 0 else "yes" if allocation.whole[g] else "no"
            for p, g in zip(place, group, strict=True)
        ],
    }


def _check_pairs(ground: Ground, sheet: Sheet, allocation: Allocation, lines: list[str]) -> None:
    """Every child may live where it does, apart from whom it must not live with, and groups are not split."""
    c = np.flatnonzero(allocation.placed)
    p = allocation.place[c]
    allowed = Pairs(ground).allowed(c, p, allocation.miles[c])
    children, homes = ground.children.id, ground.places.id
    for child in c[~allowed].tolist():
        home = homes[int(allocation.place[child])]
        lines.append(sheet.line(child, "provision_id", f"{children[child]} may not live in {home}"))
    place = allocation.place.tolist()
    for a, b in sorted(ground.incompatible):
        if place[a] >= 0 and place[a] == place[b]:
            what = f"{children[a]} and {children[b]} must not both live in {homes[place[a]]}"
            lines.append(sheet.line(b, "provision_id", what))
    if ground.policy.split == "never":
        for name, group, whole in zip(ground.group_names, ground.groups, allocation.whole, strict=True):
            if not whole and any(place[child] >= 0 for child in group):
                lines.append(sheet.line(group[0], "provision_id", f"sibling group {name} is split"))


def _check_places(ground: Ground, allocation: Allocation, lines: list[str]) -> None:
    """No provision has more children than vacancies, and a solo child lives alone or with its whole group."""
    living: dict[int, list[int]] = defaultdict(list)
    for child, place in enumerate(allocation.place.tolist()):
        if place >= 0:
            living[place].append(child)
    groups = {tuple(group) for group in ground.groups}
    for place, children in living.items():
        name, vacancies = ground.places.id[place], int(ground.places.vacancies[place])
        if len(children) > vacancies:
            lines.append(line(FILE, name, f"{len(children)} children for {vacancies} vacancies"))
        solo = [ground.children.id[child] for child in children if ground.children.solo[child]]
        if solo and len(children) > 1 and tuple(children) not in groups:
            lines.append(line(FILE, name, f"the solo child {solo[0]} shares it"))


def _check_limits(ground: Ground, allocation: Allocation, lines: list[str]) -> None:
    """Budgets hold to a millionth of a pound, and enough children live near home."""
    policy = ground.policy
    placed = np.flatnonzero(allocation.placed).tolist()
    spent: dict[str, Fraction] = defaultdict(Fraction)
    for child in placed:
        spent[ground.children.authority[child]] += exact(float(allocation.cost[child]))
    if policy.weekly_budget is not None:
        total = sum(spent.values(), Fraction(0))
        if total > exact(policy.weekly_budget) + _POUND:
            lines.append(line(FILE, "weekly_cost", f"£{float(total):,.2f} passes limits.weekly_budget"))
    for code, budget in policy.authority_weekly_budget.items():
        if spent[code] > exact(budget) + _POUND:
            what = f"£{float(spent[code]):,.2f} passes limits.authority_weekly_budget.{code}"
            lines.append(line(FILE, "weekly_cost", what))
    near = len(placed) - int(allocation.far.sum())
    if near < exact(policy.share) * len(placed) - _SHARE:
        what = f"{near} of {len(placed)} live near home: below limits.min_share_within_far_miles"
        lines.append(line(FILE, "over_far_miles", what))


def check_reasons(
    ground: Ground, sheet: Sheet, allocation: Allocation, has_place: Bools, lines: list[str]
) -> None:
    """A reason is one that can hold: the limit, the siblings or the incompatible child it rests on exists."""
    policy, group = ground.policy, ground.children.group.tolist()
    named = {child for pair in ground.incompatible for child in pair}
    for child in np.flatnonzero(~allocation.placed).tolist():
        reason = allocation.reason[child]
        family = ground.groups[group[child]] if group[child] >= 0 else (child,)
        authorities = {ground.children.authority[member] for member in family}
        can_hold = {
            "no_eligible_place": not has_place[child],
            "places_taken": True,
            "budget": policy.weekly_budget is not None
            or policy.share > 0
            or not authorities.isdisjoint(policy.authority_weekly_budget),
            "siblings": len(family) > 1,
            "incompatible": not named.isdisjoint(family),
        }
        only_reason = not has_place[child] and reason != "no_eligible_place"
        if reason in can_hold and (only_reason or not can_hold[reason]):
            lines.append(sheet.line(child, "reason", f"is {shown(reason)}, which cannot be"))
