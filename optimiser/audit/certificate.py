"""The certificate: the prices that prove each tier's bound, for a check without a solver.

Weak duality: at any prices ≥ 0 of rows that every allocation obeys, no allocation costs less than what its
units' cheapest choices cost, less what the rows pay back. The figures claimed are worked out by the checker's
own reading and exact arithmetic; where they fall short of the search's own, no certificate is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from optimiser.allocation.families import Rounding
from optimiser.allocation.prices import Prices
from optimiser.allocation.proof import TierProof
from optimiser.allocation.solution import Solution, Tiers
from optimiser.commissioning.plan import PlanTiers
from optimiser.errors import SolverError
from optimiser.matching.instance import Instance
from optimiser.pack.pack import Pack
from optimiser.verification.certificate import FORMAT
from optimiser.verification.claims import claims_of_prices
from optimiser.verification.documents import RefutedError

_DISAGREEMENT = 1e-6
"""Relative: more than rounding prices and scores to billionths can take from a bound."""
DECIMALS = 9
"""Of a price, unless another number is asked for."""

Document = dict[str, object]


def certificate_from_solution(
    pack: Pack,
    instance: Instance,
    solution: Solution,
    *,
    by_road: bool,
    inputs: Mapping[str, bytes] | None = None,
) -> Document:
    """The certificate of a solution; raises `SolverError` where the checker does not bear it out.

    `inputs` takes the place of the pack's files.
    """
    files = inputs or {name: path.read_bytes() for name, path in pack.files.items()}
    return borne_out(
        {"format": FORMAT, "tiers": [_tier(instance, proof) for proof in solution.proofs]},
        lambda document: claims_of_prices(files, document, by_road=by_road),
        claimed=solution.proofs[2].bound,
        tiers=solution.tiers,
        bounds=solution.bounds,
        what="allocation",
    )


def borne_out(
    document: Document,
    checked: Callable[[Document], Mapping[str, float | str]],
    *,
    claimed: float,
    tiers: Tiers | PlanTiers,
    bounds: Tiers | PlanTiers,
    what: str,
) -> Document:
    """The certificate: `document`, the prices, with what the checker finds that they prove.

    `claimed`: what the search says they prove of the score, £ a week; raises `SolverError` where the checker
    does not bear it out. `what`: the word for what is certified.
    """
    try:
        certified = checked(document)
    except RefutedError as refuted:
        raise SolverError(
            f"the proof of the {what} does not hold, and it is not given: {refuted}"
        ) from refuted
    if float(certified["score"]) < min(claimed, tiers.score) - _DISAGREEMENT * max(1.0, abs(claimed)):
        raise SolverError(
            f"the model claims a bound of £{claimed:.6f} a week, the checker finds £{certified['score']}: "
            f"the two read the pack differently, and no {what} is given"
        )
    found = {"unplaced": bounds.unplaced, "separated": bounds.separated, "score": bounds.score}
    return {"format": document["format"], "certified": certified, "found": found, "tiers": document["tiers"]}


def _tier(instance: Instance, proof: TierProof) -> Document:
    return {
        "tier": proof.tier,
        "tally": {"unplaced": proof.tally.unplaced, "separated": proof.tally.separated},
        "prices": document_of_prices(instance, proof.prices),
    }


def document_of_prices(instance: Instance, prices: Prices) -> Document:
    """The prices of the rows of one instance, those that are nothing left out."""
    children, provisions = instance.children.id, instance.provisions.id
    standing = prices.standing
    codes = sorted(instance.policy.limits.authority_weekly_budget)
    one = {
        name: price_text(float(standing[name][0]))
        for name in ("fewest_unplaced", "fewest_separated", "weekly_budget", "share_near_home")
        if name in standing
    }
    return {
        "capacity": named_prices(provisions.tolist(), standing.get("capacity", ())),
        **{name: price for name, price in one.items() if price != "0"},
        "authority_weekly_budget": named_prices(codes, standing.get("authority_weekly_budget", ())),
        "incompatible": [
            [str(children[at.a]), str(children[at.b]), str(provisions[at.provision]), price_text(price)]
            for at, price in zip(prices.apart, prices.apart_price.tolist(), strict=True)
            if price_text(price) != "0"
        ],
        "small_places": [
            _rounding(instance, cut, price)
            for cut, price in zip(prices.cuts, prices.cut_price.tolist(), strict=True)
            if price_text(price) != "0"
        ],
    }


def _rounding(instance: Instance, cut: Rounding, price: float) -> Document:
    children = len(instance.children)
    groups = [instance.group_names[unit - children] for unit in cut.singles if unit >= children]
    return {
        "provision": str(instance.provisions.id[cut.provision]),
        "count": list(cut.count),
        "singles": [str(instance.children.id[unit]) for unit in cut.singles if unit < children],
        **({"group": groups[0]} if groups else {}),
        "price": price_text(price),
    }


def named_prices(
    names: Iterable[str], prices: Iterable[float], *, decimals: int = DECIMALS
) -> dict[str, str]:
    """Name → its price, where that is not 0."""
    texts = [price_text(float(price), decimals=decimals) for price in prices]
    return {name: text for name, text in zip(names, texts, strict=False) if text != "0"}


def price_text(price: float, *, decimals: int = DECIMALS) -> str:
    """A price in decimal digits: at any price the proof holds."""
    return f"{price:.{decimals}f}".rstrip("0").rstrip(".")
