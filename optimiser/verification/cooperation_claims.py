"""The certificate of a cooperation, read, and what its prices and divisions prove of every set in it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from optimiser.verification.claims import ground_of_inputs, input_of
from optimiser.verification.cooperation_bound import (
    FILE,
    PICO,
    Coalition,
    Lives,
    Prices,
    accounts_of_prices,
    coalition,
    cost_of_lives,
)
from optimiser.verification.documents import (
    Document,
    RefutedError,
    document_from_json,
    document_from_toml,
    shown,
)
from optimiser.verification.ground import Ground
from optimiser.verification.holdings import Holdings, holdings_of_ground

FORMAT = 1
ALONE, SUB_REGION, TOGETHER = "alone", "sub_region", "together"
SCOPES = (ALONE, SUB_REGION, TOGETHER)
TOLERANCE = Fraction(1, 10**6)
"""£ a week: contributions fall short of v(all) by no more."""
_NANO = 10**9
_PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?", re.ASCII)
_PART = re.compile(r"[0-9]{1,40}(/[1-9][0-9]{0,39})?", re.ASCII)


@dataclass(frozen=True)
class Proven:
    """What is proven of one set, £ a week: its value lies between `least` and `most`."""

    coalition: Coalition
    least: Fraction
    most: Fraction
    accounts: Mapping[str, Fraction]
    """Member → what its children pay at the prices, less the price of what it holds."""
    costs: Mapping[str, Fraction]
    """Member → what its children cost in the division of the places."""


@dataclass(frozen=True)
class Claims:
    """What is proven of every set: `(scope, name)` → proof. Names are codes, or those of sub-regions."""

    ground: Ground
    holdings: Holdings
    proven: Mapping[tuple[str, str], Proven]
    sub_regions: Mapping[str, tuple[str, ...]]

    def contributions(self) -> list[dict[str, str]]:
        """The rows of contributions.csv, in the order of region.toml; £ a week to a billionth.

        A contribution is the member's account in the set of all, rounded down: so the contributions of any
        set are at most its value, and what all fall short of v(all) by is the rounding.
        """
        together = self.proven[TOGETHER, ""]
        rows = []
        for code in self.ground.members:
            alone = math.ceil(self.proven[ALONE, code].most * _NANO)
            contribution = math.floor(together.accounts[code] * _NANO)
            rows.append(
                {
                    "authority": code,
                    "children": str(self.ground.children.authority.count(code)),
                    "alone": pounds(alone),
                    "together": pounds(round(together.costs[code] * _NANO)),
                    "contribution": pounds(contribution),
                    "saving": pounds(alone - contribution),
                }
            )
        return rows

    def of_sub_regions(self) -> list[dict[str, str]]:
        """The rows of sub_regions.csv: what members cost alone, as a sub-region, and in the whole region."""
        by_code = {row["authority"]: row for row in self.contributions()}
        rows = []
        for name, codes in self.sub_regions.items():
            one = math.ceil(self.proven[SUB_REGION, name].most * _NANO)
            alone, contribution = (
                sum(_nano(by_code[code][column]) for code in codes) for column in (ALONE, "contribution")
            )
            rows.append(
                {
                    "sub_region": name,
                    "authorities": ";".join(codes),
                    "alone": pounds(alone),
                    "as_one": pounds(one),
                    "contribution": pounds(contribution),
                    "saving_as_one": pounds(alone - one),
                    "saving_in_region": pounds(one - contribution),
                }
            )
        return rows

    def shortfall(self) -> Fraction:
        """By how much all contributions may be below v(all), £ a week."""
        total = sum(Fraction(row["contribution"]) for row in self.contributions())
        return self.proven[TOGETHER, ""].most - total


def pounds(billionths: int) -> str:
    """£ with nine decimals."""
    sign, amount = "-" if billionths < 0 else "", abs(billionths)
    return f"{sign}{amount // _NANO}.{amount % _NANO:09d}"


def _nano(text: str) -> int:
    return int(Fraction(text) * _NANO)


def sub_regions_of(region: Document, members: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Name → codes of the sub-regions of region.toml."""
    if "groups" not in region.values:
        return {}
    found = {
        group.text("name").strip(): tuple(group.texts("authorities")) for group in region.tables("groups")
    }
    for name, codes in found.items():
        if not codes or not set(codes) <= set(members):
            raise region.refuted("groups", f"{shown(name)} is not of members alone")
    listed = [code for codes in found.values() for code in codes]
    if len(set(listed)) < len(listed):
        raise region.refuted("groups", "an authority is in two sub-regions")
    return found


def sets_of(
    members: tuple[str, ...], sub_regions: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Scope, name and codes of every set that a certificate must prove."""
    yield TOGETHER, "", members
    for code in members:
        yield ALONE, code, (code,)
    for name, codes in sub_regions.items():
        yield SUB_REGION, name, codes


def claims_of_certificate(
    inputs: Mapping[str, bytes], certificate: Mapping[str, object], *, by_road: bool
) -> Claims:
    """What `certificate` proves of `inputs`; its own claims are not looked at.

    Raises `RefutedError` for a price that no row bears, a division that breaks a rule, or a set left out.
    """
    document = document_from_json(FILE, json.dumps(certificate).encode())
    return claims_of_document(document, inputs, by_road=by_road)


def claims_of_document(document: Document, inputs: Mapping[str, bytes], *, by_road: bool) -> Claims:
    """The same of a certificate that was read."""
    if document.whole("format") != FORMAT:
        raise document.refuted("format", f"is {document.whole('format')}; {FORMAT} is what can be checked")
    ground = ground_of_inputs(inputs, by_road=by_road)
    region = document_from_toml("region.toml", input_of(inputs, "region.toml"))
    sub_regions = sub_regions_of(region, ground.members)
    holdings = holdings_of_ground(ground)
    wanted = list(sets_of(ground.members, sub_regions))
    written = document.tables("sets")
    if len(written) != len(wanted):
        raise document.refuted("sets", f"has {len(written)} sets, not {len(wanted)}")
    proven = {}
    for entry, (scope, name, codes) in zip(written, wanted, strict=True):
        if (entry.text("scope"), entry.text("name")) != (scope, name):
            raise entry.refuted("name", f"is not {scope} {name}".rstrip())
        here = coalition(ground, f"{scope} {name}".rstrip(), codes)
        accounts, fixed = accounts_of_prices(ground, holdings, here, _prices(entry.table("prices"), ground))
        costs = cost_of_lives(ground, holdings, here, _lives(entry, ground))
        least = sum(accounts.values(), fixed)
        most = sum(costs.values(), Fraction(0))
        if least > most:
            raise entry.refuted("", "the prices and the division of the places contradict each other")
        proven[scope, name] = Proven(here, least, most, accounts, costs)
    return Claims(ground, holdings, proven, sub_regions)


def told_of(proven: Proven) -> dict[str, str]:
    """What a certificate says of a set's value."""
    return {
        "least": pounds(math.floor(proven.least * _NANO)),
        "most": pounds(math.ceil(proven.most * _NANO)),
    }


def _prices(document: Document, ground: Ground) -> Prices:
    for key in document.values:
        if key not in ("capacity", "weekly_budget", "authority_weekly_budget", "share_near_home"):
            raise document.refuted(key, "is no family of rows")
    number_of = {name: index for index, name in enumerate(ground.places.id)}
    capacity = document.table("capacity")
    for name in capacity.values:
        if name not in number_of:
            raise capacity.refuted(name, "is not in provision.csv")
    budgets = document.table("authority_weekly_budget")
    policy = ground.policy
    for code in budgets.values:
        if code not in policy.authority_weekly_budget:
            raise budgets.refuted(code, "has a price, but no budget")
    weekly, share = _price(document, "weekly_budget"), _price(document, "share_near_home")
    if (weekly and policy.weekly_budget is None) or (share and not policy.share):
        raise document.refuted("", "has a price of a limit that there is not")
    return Prices(
        capacity={number_of[name]: _price(capacity, name) for name in capacity.values},
        weekly_budget=weekly,
        authority_weekly_budget={code: _price(budgets, code) for code in budgets.values},
        share_near_home=share,
    )


def _price(document: Document, key: str) -> int:
    written = document.text(key)
    if not _PRICE.fullmatch(written):
        raise document.refuted(key, f"is {shown(written)}, not a price of 0 or more with at most 12 decimals")
    return int(Fraction(written) * PICO)


def _lives(document: Document, ground: Ground) -> Lives:
    return Lives(
        children=_parts(document.table("children"), ground.children.id, ground.places.id),
        groups=_parts(document.table("groups"), list(ground.group_names), ground.places.id),
    )


def _parts(document: Document, units: list[str], places: list[str]) -> tuple[tuple[int, int, Fraction], ...]:
    """(unit, place, part) of a table of tables of parts."""
    unit_of = {name: index for index, name in enumerate(units)}
    place_of = {name: index for index, name in enumerate(places)}
    found = []
    for name in document.values:
        if name not in unit_of:
            raise document.refuted(name, "is in no row of children.csv")
        here = document.table(name)
        for place in here.values:
            part = here.text(place)
            if place not in place_of or not _PART.fullmatch(part):
                raise RefutedError(FILE, f"{here.where}.{place}", f"is {shown(part)}, not a part of a place")
            found.append((unit_of[name], place_of[place], Fraction(part)))
    return tuple(found)
