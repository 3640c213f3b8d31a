"""certificate.json, read: the prices of the three tiers as whole numbers of billionths, each row checked.

A *row* here is an inequality that every allocation obeys; only such rows may carry a price.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from optimiser.verification.documents import Document, RefutedError, shown
from optimiser.verification.ground import Ground

FILE = "certificate.json"
FORMAT = 1
NANO = 10**9
"""Prices, scores and bounds are counted in billionths of a pound a week, of a child or of a group."""
MOST_PRICE = 10**9
_PRICE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)
_SCORE = re.compile(r"[0-9]{1,15}\.[0-9]{6}", re.ASCII)


@dataclass(frozen=True)
class Apart:
    """lives[a, p] + lives[b, p] ≤ 1 for two incompatible children."""

    a: int
    b: int
    place: int
    price: int


@dataclass(frozen=True)
class Cut:
    """Σ count(size of u) · lives[u, p] ≤ count(vacancies[p]); a child in `singles` counts 1 on its own, and
    the `group` (an index, or none) counts 1 where it is placed whole."""

    place: int
    count: tuple[int, ...]
    singles: tuple[int, ...]
    price: int
    group: int | None = None


@dataclass(frozen=True)
class Prices:
    """The prices of one tier in billionths, all ≥ 0; `unplaced` and `separated` are the tally paid back."""

    tier: int
    unplaced: int | None
    separated: int | None
    capacity: dict[int, int] = field(default_factory=dict)
    fewest_unplaced: int = 0
    fewest_separated: int = 0
    weekly_budget: int = 0
    authority_weekly_budget: dict[str, int] = field(default_factory=dict)
    share_near_home: int = 0
    apart: tuple[Apart, ...] = ()
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True)
class Bounds:
    """Least numbers of children unplaced and of groups separated, and least score in £ a week."""

    unplaced: int
    separated: int
    score: float | None


@dataclass(frozen=True)
class Certificate:
    """What the prices are said to prove, what the search says, and the prices."""

    certified_unplaced: int
    certified_separated: int
    certified_score: int
    """Millionths of a pound a week."""
    found: Bounds
    tiers: tuple[Prices, Prices, Prices]


def nano_from_text(document: Document, key: str, value: object) -> int:
    """A price as text, in billionths."""
    if not isinstance(value, str) or not _PRICE.fullmatch(value):
        raise document.refuted(key, f"is {shown(value)}, not a price of 0 or more with at most 9 decimals")
    units, _, decimals = value.partition(".")
    price = int(units) * NANO + int(decimals.ljust(9, "0"))
    if price > MOST_PRICE * NANO:
        raise document.refuted(key, f"is {shown(value)}, above £{MOST_PRICE}")
    return price


def certificate_from_document(document: Document, ground: Ground) -> Certificate:
    """The certificate of a run; the first thing in it that is no proof is refuted."""
    if document.whole("format") != FORMAT:
        raise document.refuted("format", f"is {document.whole('format')}; {FORMAT} is what can be checked")
    certified, found = document.table("certified"), document.table("found")
    score = certified.text("score")
    if not _SCORE.fullmatch(score):
        raise certified.refuted("score", f"is {shown(score)}, not £ a week with six decimals")
    tiers = document.tables("tiers")
    if len(tiers) != 3:
        raise document.refuted("tiers", f"has {len(tiers)} tiers, not 3")
    names = _Names(ground)
    one, two, three = (_prices(tier, number, names) for number, tier in enumerate(tiers, start=1))
    return Certificate(
        certified_unplaced=certified.whole("unplaced"),
        certified_separated=certified.whole("separated"),
        certified_score=int(score.replace(".", "")),
        found=Bounds(found.whole("unplaced"), found.whole("separated"), found.number_or_none("score")),
        tiers=(one, two, three),
    )


class _Names:
    """Identifiers back to indices."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._children = {name: index for index, name in enumerate(ground.children.id)}
        self._places = {name: index for index, name in enumerate(ground.places.id)}

    def child(self, document: Document, key: str, name: object) -> int:
        if not isinstance(name, str) or name not in self._children:
            raise document.refuted(key, f"names {shown(name)}, not a child of children.csv")
        return self._children[name]

    def place(self, document: Document, key: str, name: object) -> int:
        if not isinstance(name, str) or name not in self._places:
            raise document.refuted(key, f"names {shown(name)}, not a provision of provision.csv")
        return self._places[name]

    def group(self, document: Document, key: str, name: object) -> int | None:
        if name is not None and name not in self.ground.group_names:
            raise document.refuted(key, f"names {shown(name)}, not a sibling group of children.csv")
        return None if name is None else self.ground.group_names.index(str(name))


_KEYS = (
    "capacity",
    "fewest_unplaced",
    "fewest_separated",
    "weekly_budget",
    "authority_weekly_budget",
    "share_near_home",
    "incompatible",
    "small_places",
)


def _prices(document: Document, number: int, names: _Names) -> Prices:
    if document.whole("tier") != number:
        raise document.refuted("tier", f"is {document.whole('tier')}, not {number}")
    tally, prices = document.table("tally"), document.table("prices")
    for key in prices.values:
        if key not in _KEYS:
            raise prices.refuted(key, "is no family of rows")
    policy = names.ground.policy

    def price(key: str, bound: object) -> int:
        """The price of one row; a row without a bound has none."""
        worth = nano_from_text(prices, key, prices.values.get(key, "0"))
        if worth and bound is None:
            raise prices.refuted(key, "has a price, but there is no such limit")
        return worth

    unplaced, separated = tally.whole_or_none("unplaced"), tally.whole_or_none("separated")
    return Prices(
        tier=number,
        unplaced=unplaced,
        separated=separated,
        capacity=_capacity(prices, names),
        fewest_unplaced=price("fewest_unplaced", unplaced),
        fewest_separated=price("fewest_separated", separated),
        weekly_budget=price("weekly_budget", policy.weekly_budget),
        authority_weekly_budget=_budgets(prices, names),
        share_near_home=price("share_near_home", policy.share or None),
        apart=_apart(prices, names),
        cuts=_cuts(prices, names),
    )


def _capacity(prices: Document, names: _Names) -> dict[int, int]:
    if "capacity" not in prices.values:
        return {}
    capacity = prices.table("capacity")
    return {
        names.place(capacity, name, name): nano_from_text(capacity, name, value)
        for name, value in capacity.values.items()
    }


def _budgets(prices: Document, names: _Names) -> dict[str, int]:
    if "authority_weekly_budget" not in prices.values:
        return {}
    budgets = prices.table("authority_weekly_budget")
    for code in budgets.values:
        if code not in names.ground.policy.authority_weekly_budget:
            raise budgets.refuted(code, "has a price, but no budget")
    return {code: nano_from_text(budgets, code, value) for code, value in budgets.values.items()}


def _apart(prices: Document, names: _Names) -> tuple[Apart, ...]:
    if "incompatible" not in prices.values:
        return ()
    found = []
    for index, row in enumerate(prices.listed("incompatible")):
        key = f"incompatible[{index}]"
        if not isinstance(row, list) or len(row) != 4:
            raise prices.refuted(key, f"is {shown(row)}, not two children, a provision and a price")
        a, b = sorted(names.child(prices, key, name) for name in row[:2])
        if (a, b) not in names.ground.incompatible:
            raise prices.refuted(key, "is no pair of incompatible.csv")
        found.append(Apart(a, b, names.place(prices, key, row[2]), nano_from_text(prices, key, row[3])))
    return tuple(found)


def _cuts(prices: Document, names: _Names) -> tuple[Cut, ...]:
    if "small_places" not in prices.values:
        return ()
    found = []
    for row in prices.tables("small_places"):
        place = names.place(row, "provision", row.value("provision"))
        cut = Cut(
            place=place,
            count=_counts(row),
            singles=tuple(names.child(row, "singles", name) for name in row.listed("singles")),
            price=nano_from_text(row, "price", row.value("price")),
            group=names.group(row, "group", row.values.get("group")),
        )
        wrong = what_is_wrong(cut, names.ground)
        if wrong is not None:
            raise RefutedError(FILE, row.where, f"{wrong}, so whole numbers need not obey it")
        found.append(cut)
    return tuple(found)


def _counts(row: Document) -> tuple[int, ...]:
    counts = row.listed("count")
    found = [entry for entry in counts if isinstance(entry, int) and not isinstance(entry, bool)]
    if len(found) != len(counts) or any(not 0 <= entry <= 10_000 for entry in found):
        raise row.refuted("count", f"is {shown(counts)}, not a list of whole numbers")
    return tuple(found)


def _wrong_with_group(cut: Cut, group: int, ground: Ground) -> str | None:
    """Why a cut with a group is not valid; None where it is.

    With a group of s ≤ V / 2, f(size) = [size > V − s]: no two units of these sizes have room together, nor
    one of them with the group, so of all that count at most one lives there.
    """
    members, vacancies = ground.groups[group], int(ground.places.vacancies[cut.place])
    if cut.singles or 2 * len(members) > vacancies:
        return "there is no room for the group twice, or it stands with singles"
    if cut.count != tuple(int(size > vacancies - len(members)) for size in range(vacancies + 1)):
        return "the count does not fit the group"
    if any(ground.children.solo[child] for child in members):
        return "a group with a solo child takes every place"
    return None


def what_is_wrong(cut: Cut, ground: Ground) -> str | None:
    """Why a cut is not valid for whole numbers; None where it is.

    Without singles: units of sizes s with Σ s ≤ V have Σ f(s) ≤ f(Σ s) ≤ f(V), where f is superadditive
    and does not fall. With t singles, f(s) = max(0, s − (V − t)): if no other unit counts, at most t do; if
    some do, they leave less than V − t + … places, and for every place they take beyond V − t one single
    fewer has room, so the count stays at most t.
    """
    vacancies = int(ground.places.vacancies[cut.place])
    count = cut.count
    if len(count) != vacancies + 1 or count[0] != 0:
        return f"the count is not of 0 to {vacancies} vacancies"
    if cut.group is not None:
        return _wrong_with_group(cut, cut.group, ground)
    if cut.singles:
        taken = len(cut.singles)
        if len(set(cut.singles)) != taken or taken > vacancies:
            return "the singles are repeated, or more than the vacancies"
        if count != tuple(max(0, size - (vacancies - taken)) for size in range(vacancies + 1)):
            return "the count does not fit the singles"
        if vacancies > 1 and any(ground.children.solo[child] for child in cut.singles):
            return "a solo child is no single"
        return None
    if any(later < earlier for earlier, later in pairwise(count)):
        return "the count falls"
    for one in range(1, vacancies // 2 + 1):
        if any(count[one] + count[other] > count[one + other] for other in range(one, vacancies - one + 1)):
            return "the count is not superadditive"
    return None
