"""placements.csv and tiers.csv of a cooperation: who lives where alone, as a sub-region and together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np

from optimiser import terms
from optimiser.verification.cooperation_bound import budget_of
from optimiser.verification.cooperation_claims import SCOPES, SUB_REGION, TOGETHER, Claims
from optimiser.verification.documents import RefutedError, Sheet, line, shown
from optimiser.verification.ground import Floats, Ground, Ints
from optimiser.verification.pairs import Pairs
from optimiser.verification.policy import exact

PLACEMENTS = "placements.csv"
TIERS = "tiers.csv"
TIER_COLUMNS = (
    "scope", "set", "authority", "children", "unplaced", "sibling_groups", "separated_groups",
    "score_total", "weekly_cost_total", "mean_miles", "over_far_miles",
)  # fmt: skip
_POUND = Fraction(1, 1_000_000)


def check_placements(claims: Claims, sheet: Sheet, lines: list[str]) -> dict[str, Ints]:
    """Scope → the place of each child, −1 for none; a line for each rule that a placement breaks."""
    ground = claims.ground
    if sheet.column("child_id", required=True) != ground.children.id:
        raise RefutedError(PLACEMENTS, "child_id", "does not list the children as children.csv does")
    if sheet.column("authority", required=True) != ground.children.authority:
        raise RefutedError(PLACEMENTS, "authority", "is not that of children.csv")
    number_of = {name: index for index, name in enumerate(ground.places.id)}
    found = {}
    for scope in SCOPES:
        cells = sheet.column(scope, required=True)
        for index, name in enumerate(cells):
            if name and name not in number_of:
                raise sheet.refuted(index, scope, f"{shown(name)} is not in provision.csv")
        found[scope] = np.array([number_of[name] if name else -1 for name in cells], dtype=np.int64)
        _check(claims, scope, found[scope], lines)
    return found


def _sets(claims: Claims, scope: str) -> dict[str, tuple[str, ...]]:
    """Name → codes of the sets of a scope, no code in two."""
    if scope == SUB_REGION:
        return dict(claims.sub_regions)
    members = claims.ground.members
    return {"": members} if scope == TOGETHER else {code: (code,) for code in members}


def _check(claims: Claims, scope: str, place: Ints, lines: list[str]) -> None:
    ground = claims.ground
    c = np.flatnonzero(place >= 0)
    p = place[c]
    pairs = Pairs(ground)
    miles = pairs.miles(c, p)
    allowed = pairs.allowed(c, p, miles)
    set_of = {code: name for name, codes in _sets(claims, scope).items() for code in codes}
    living: dict[int, list[int]] = defaultdict(list)
    for child, at, good in zip(c.tolist(), p.tolist(), allowed.tolist(), strict=True):
        living[at].append(child)
        code, owner = ground.children.authority[child], int(claims.holdings.owner[at])
        theirs = owner >= 0 and code in set_of and set_of[code] == set_of.get(ground.members[owner])
        if not (good and theirs):
            what = f"{ground.children.id[child]} may not live in {ground.places.id[at]} {scope}"
            lines.append(line(PLACEMENTS, scope, what))
    lines.extend(_broken(ground, scope, place, living))
    for name, codes in _sets(claims, scope).items():
        lines.extend(_passed(ground, f"{scope} {name}".rstrip(), codes, place))


def _broken(ground: Ground, scope: str, place: Ints, living: Mapping[int, list[int]]) -> Iterator[str]:
    """Vacancies, solo children, incompatible children, groups that must not be split."""
    groups = {tuple(group) for group in ground.groups}
    for at, children in living.items():
        if len(children) > ground.places.vacancies[at]:
            yield line(PLACEMENTS, scope, f"more children in {ground.places.id[at]} than vacancies")
        solo = any(ground.children.solo[child] for child in children)
        if solo and len(children) > 1 and tuple(children) not in groups:
            yield line(PLACEMENTS, scope, f"a solo child shares {ground.places.id[at]}")
    for a, b in sorted(ground.incompatible):
        if place[a] >= 0 and place[a] == place[b]:
            what = f"{ground.children.id[a]} and {ground.children.id[b]} must not live together"
            yield line(PLACEMENTS, scope, what)
    if ground.policy.split == terms.SPLITS[1]:
        for name, group in zip(ground.group_names, ground.groups, strict=True):
            homes = set(place[list(group)].tolist())
            if len(homes) > 1:
                yield line(PLACEMENTS, scope, f"sibling group {name} is split")


def _passed(ground: Ground, name: str, codes: tuple[str, ...], place: Ints) -> Iterator[str]:
    """Budgets and the share near home of one set."""
    policy = ground.policy
    mine = [c for c, code in enumerate(ground.children.authority) if code in codes and place[c] >= 0]
    spent: dict[str, Fraction] = defaultdict(Fraction)
    for child in mine:
        spent[ground.children.authority[child]] += exact(float(ground.places.cost[place[child]]))
    members = tuple(ground.members.index(code) for code in codes)
    if policy.weekly_budget is not None and sum(spent.values()) > budget_of(ground, members) + _POUND:
        yield line(PLACEMENTS, name, "passes limits.weekly_budget")
    for code, budget in policy.authority_weekly_budget.items():
        if spent[code] > exact(budget) + _POUND:
            yield line(PLACEMENTS, name, f"passes limits.authority_weekly_budget.{code}")
    pairs, c = Pairs(ground), np.array(mine, dtype=np.int64)
    near = len(mine) - int(pairs.is_far(pairs.miles(c, place[c])).sum()) if mine else 0
    if near < exact(policy.share) * len(mine) - Fraction(1, 10**9):
        yield line(PLACEMENTS, name, "has too few children near home")


def check_tiers(claims: Claims, place: Mapping[str, Ints], sheet: Sheet, lines: list[str]) -> None:
    """tiers.csv is what the placements make it, cell by cell."""
    right = tier_rows(claims, place)
    for column in TIER_COLUMNS:
        cells = sheet.column(column, required=True)
        if len(cells) != len(right):
            raise RefutedError(TIERS, "", f"has {len(cells)} rows, not {len(right)}")
        for index, (written, row) in enumerate(zip(cells, right, strict=True)):
            if written != row[column]:
                lines.append(
                    sheet.line(index, column, f"is {shown(written)}; it should be {shown(row[column])}")
                )


def tier_rows(claims: Claims, place: Mapping[str, Ints]) -> list[dict[str, str]]:
    """The rows of tiers.csv: alone, as sub-regions and together, each authority and then the whole.

    `set` names a sub-region; alone and together its members' figures stand too, without a row for each.
    """
    ground = claims.ground
    rows = []
    for scope in SCOPES:
        sets = claims.sub_regions if scope == SUB_REGION else {"": ground.members}
        figures = _Figures(ground, place[scope])
        for name, codes in sets.items():
            for code in codes:
                rows.append({"scope": scope, "set": name, "authority": code, **figures.of((code,))})
            rows.append({"scope": scope, "set": name, "authority": "", **figures.of(codes)})
        if scope != SUB_REGION:
            rows += [
                {"scope": scope, "set": name, "authority": "", **figures.of(codes)}
                for name, codes in claims.sub_regions.items()
            ]
    return rows


class _Figures:
    """The figures of a placement."""

    def __init__(self, ground: Ground, place: Ints) -> None:
        self._ground, self._place = ground, place
        c = np.flatnonzero(place >= 0)
        p = place[c]
        pairs = Pairs(ground)
        miles = pairs.miles(c, p)
        self._miles, self._score, self._cost = (np.full(len(place), np.nan) for _ in range(3))
        self._miles[c], self._score[c] = miles, pairs.score(c, p, miles)
        self._cost[c] = ground.places.cost[p]
        self._far = np.zeros(len(place), dtype=np.bool_)
        self._far[c] = pairs.is_far(miles)
        homes = [set(place[list(group)].tolist()) for group in ground.groups]
        self._whole = [len(home) == 1 and -1 not in home for home in homes]

    def of(self, codes: tuple[str, ...]) -> dict[str, str]:
        """Of the children of some authorities; a group counts where any child of it is theirs."""
        authority = self._ground.children.authority
        mine = np.array([code in codes for code in authority], dtype=np.bool_)
        living = mine & (self._place >= 0)
        whole = [
            whole
            for group, whole in zip(self._ground.groups, self._whole, strict=True)
            if any(mine[child] for child in group)
        ]

        def total(values: Floats) -> float:
            return math.fsum(values[living].tolist())

        placed = int(living.sum())
        return {
            "children": str(int(mine.sum())),
            "unplaced": str(int(mine.sum()) - placed),
            "sibling_groups": str(len(whole)),
            "separated_groups": str(whole.count(False)),
            "score_total": f"{total(self._score):.2f}",
            "weekly_cost_total": f"{total(self._cost):.2f}",
            "mean_miles": f"{total(self._miles) / placed:.3f}" if placed else "",
            "over_far_miles": str(int(self._far[living].sum())),
        }
