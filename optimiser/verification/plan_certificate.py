"""certificate.json of a plan: what its prices prove of every plan, in exact fractions.

For prices ≥ 0 each future is bounded as an allocation is, with one unit of every option there; what the rows
of an option's places pay back is taken from that bound and is what a unit is worth. So

    bound = Σ share · bound of the future + Σ over options of the least of n · (cost − worth + limits' prices)
            for n = 0 … max_units − Σ price · limit − Σ price · tally.

Source: Geoffrion 1974 (Lagrangian relaxation).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from optimiser.verification.bound import proof_from_prices
from optimiser.verification.certificate import FILE, NANO, Prices, certificate_from_document, nano_from_text
from optimiser.verification.certificate import FORMAT as PRICES_FORMAT
from optimiser.verification.documents import Document, RefutedError, Sheet, document_from_json
from optimiser.verification.ground import Ground
from optimiser.verification.plan_inputs import Limits, PlanInputs, whole_of

FORMAT = "plan 1"
_DAYS_A_YEAR, _DAYS_A_WEEK = 365.25, 7


@dataclass(frozen=True)
class Option:
    """One row of options.csv."""

    id: str
    kind: str
    max_units: int
    capital: Fraction
    standing: Fraction
    weekly: float
    """£ a week for a unit: standing cost and capital over the payback."""


@dataclass(frozen=True)
class PlanProof:
    """What the prices prove for the counts of a plan, and what a unit of each option is worth in tier 3."""

    unplaced: float
    separated: float
    score: Fraction
    worth: Mapping[str, Fraction]
    """option_id → £ a week."""


def options_of_sheet(sheet: Sheet, limits: Limits) -> list[Option]:
    """The options in the order of the file."""
    found = []
    weeks = limits.payback_years * _DAYS_A_YEAR / _DAYS_A_WEEK
    for index, name in enumerate(sheet.column("option_id")):
        capital, standing = (_amount(sheet, index, column) for column in ("capital_cost", "standing_cost"))
        found.append(
            Option(
                id=name,
                kind=sheet.column("kind")[index],
                max_units=whole_of(sheet, index, "max_units", sheet.column("max_units")[index]),
                capital=capital,
                standing=standing,
                weekly=float(standing) + float(capital) / weeks,
            )
        )
    return found


def _amount(sheet: Sheet, index: int, column: str) -> Fraction:
    cell = sheet.column(column)[index]
    try:
        value = Fraction(cell or "0")
    except (ValueError, ZeroDivisionError) as error:
        raise sheet.refuted(index, column, "is no amount") from error
    if value < 0:
        raise sheet.refuted(index, column, "is below 0")
    return value


def claims_of_plan(
    inputs: PlanInputs, certificate: Mapping[str, object], unplaced: Sequence[int], separated: Sequence[int]
) -> dict[str, float | str]:
    """What the prices of `certificate` prove of a plan with these counts, by future."""
    document = document_from_json(FILE, json.dumps(dict(certificate)).encode())
    return claims_of_proof(prove(inputs, document, mean(inputs, unplaced), mean(inputs, separated)))


def mean(inputs: PlanInputs, counts: Sequence[int]) -> Fraction:
    """Σ weight · count / Σ weight over the futures."""
    weights = [future.weight for future in inputs.futures]
    total = sum((weight * count for weight, count in zip(weights, counts, strict=True)), Fraction(0))
    return total / sum(weights, Fraction(0))


def claims_of_proof(proof: PlanProof) -> dict[str, float | str]:
    """The claims as certificate.json has them."""
    millionths = max(0, math.floor(proof.score * 10**6))
    return {
        "unplaced": proof.unplaced,
        "separated": proof.separated,
        "score": f"{millionths // 10**6}.{millionths % 10**6:06d}",
    }


def prove(inputs: PlanInputs, document: Document, unplaced: Fraction, separated: Fraction) -> PlanProof:
    """The bounds of the three tiers, for plans with means of at most `unplaced` and `separated`."""
    limits, tiers = inputs.limits, document.tables("tiers")
    options = options_of_sheet(inputs.options, limits)
    if len(tiers) != 3:
        raise document.refuted("tiers", f"has {len(tiers)} tiers, not 3")
    total = sum((future.weight for future in inputs.futures), Fraction(0))
    bounds = [Fraction(0), Fraction(0), Fraction(0)]
    worth: list[dict[str, Fraction]] = [{}, {}, {}]
    for future in inputs.futures:
        ground = inputs.ground(future, None)
        share = future.weight / total
        read = certificate_from_document(_of_future(document, tiers, future.folder), ground)
        for tier, (own, bound) in enumerate(
            zip(read.tiers, proof_from_prices(ground, read.tiers).bounds, strict=True)
        ):
            paid = _paid_back(ground, own)
            bounds[tier] += share * Fraction(bound + sum(paid.values()), NANO)
            for name, value in paid.items():
                option = name.rpartition("#")[0]
                worth[tier][option] = worth[tier].get(option, Fraction(0)) + share * Fraction(value, NANO)
    for tier, row in enumerate(tiers):
        prices = row.table("prices")
        if tier:
            bounds[tier] -= _price(prices, "fewest_unplaced") * unplaced
        if tier == 2:
            bounds[tier] -= _price(prices, "fewest_separated") * separated
        bounds[tier] += _units(prices, options, limits, worth[tier], with_cost=tier == 2)
    return PlanProof(
        unplaced=rounded_up(bounds[0], inputs),
        separated=rounded_up(bounds[1], inputs),
        score=bounds[2],
        worth=worth[2],
    )


def rounded_up(bound: Fraction, inputs: PlanInputs) -> float:
    """The least mean of whole numbers that a bound allows."""
    weights = [future.weight for future in inputs.futures]
    scale = math.lcm(*(weight.denominator for weight in weights))
    common = math.gcd(*(int(weight * scale) for weight in weights))
    parts = int(sum(weights, Fraction(0)) * scale / common)
    return max(0, math.ceil(bound * parts)) / parts


def _of_future(document: Document, tiers: list[Document], folder: str) -> Document:
    """The prices of one future as a certificate of its own; what all futures share pays back nothing."""
    nothing: dict[str, object] = {"unplaced": 0, "separated": 0, "score": "0.000000"}
    rows = []
    for number, row in enumerate(tiers, start=1):
        prices = row.table("prices")
        tally = {
            key: prices.values.get(key, "0")
            for key, first in (("fewest_unplaced", 2), ("fewest_separated", 3))
            if number >= first
        }
        own = prices.table("futures").table(folder)
        rows.append(
            {
                "tier": row.whole("tier") if row.whole("tier") == number else -1,
                "tally": {"unplaced": 0, "separated": 0},
                "prices": {**own.values, **tally},
            }
        )
    values: dict[str, object] = {
        "format": PRICES_FORMAT,
        "certified": nothing,
        "found": {**nothing, "score": None},
        "tiers": rows,
    }
    return Document(document.file, values, document.where)


def _paid_back(ground: Ground, prices: Prices) -> dict[str, int]:
    """Option's place → billionths that its rows pay back: what one unit of it is worth."""
    paid: dict[int, int] = dict.fromkeys(ground.unopened, 0)
    for place in ground.unopened:
        paid[place] += prices.capacity.get(place, 0) * int(ground.places.vacancies[place])
    for cut in prices.cuts:
        if cut.place in paid:
            paid[cut.place] += cut.price * cut.count[-1]
    for row in prices.apart:
        if row.place in paid:
            paid[row.place] += row.price
    return {ground.places.id[place]: value for place, value in paid.items()}


def _price(prices: Document, key: str) -> Fraction:
    return Fraction(nano_from_text(prices, key, prices.values.get(key, "0")), NANO)


def _units(
    prices: Document, options: list[Option], limits: Limits, worth: Mapping[str, Fraction], *, with_cost: bool
) -> Fraction:
    """The least that the units add, over every number of them; less what the limits pay back."""
    capital, standing = _price(prices, "capital"), _price(prices, "standing_weekly")
    kinds = (
        prices.table("max_units") if "max_units" in prices.values else Document(prices.file, {}, prices.where)
    )
    for key, price, limit in (
        ("capital", capital, limits.capital),
        ("standing_weekly", standing, limits.standing_weekly),
    ):
        if price and limit is None:
            raise prices.refuted(key, "has a price, but there is no such limit")
    for kind in kinds.values:
        if kind not in limits.max_units:
            raise kinds.refuted(kind, "has a price, but there is no such limit")
    total = -capital * (limits.capital or 0) - standing * (limits.standing_weekly or 0)
    total -= sum((_price(kinds, kind) * limits.max_units[kind] for kind in kinds.values), Fraction(0))
    for option in options:
        each = capital * option.capital + standing * option.standing - worth.get(option.id, Fraction(0))
        if with_cost:
            each += Fraction(option.weekly)
        if option.kind in kinds.values:
            each += _price(kinds, option.kind)
        total += min(Fraction(0), option.max_units * each)
    return total


def claimed(document: Document) -> dict[str, float | str]:
    """What a certificate says that its prices prove."""
    certified = document.table("certified")
    if document.text("format") != FORMAT:
        raise RefutedError(FILE, "format", f"is not {FORMAT}, which is what can be checked")
    return {
        "unplaced": certified.number("unplaced"),
        "separated": certified.number("separated"),
        "score": certified.text("score"),
    }
