"""The certificate of a cooperation: for every set it names, prices and a division of the places.

What they prove is worked out by the checker's own reading and exact arithmetic before anything is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping

from optimiser.audit.certificate import Document, named_prices, price_text
from optimiser.cooperation.value import Parts, Value
from optimiser.errors import SolverError
from optimiser.matching.instance import Instance
from optimiser.verification.cooperation_claims import (
    FORMAT,
    TOGETHER,
    TOLERANCE,
    Claims,
    claims_of_certificate,
    told_of,
)
from optimiser.verification.documents import RefutedError

_DECIMALS = 12
"""Of a price."""

type Named = tuple[str, str]
"""Scope and name of a set."""


def certified(
    instance: Instance, values: Mapping[Named, Value], inputs: Mapping[str, bytes], *, by_road: bool
) -> tuple[Document, Claims]:
    """The certificate of the values and what it proves.

    Raises `SolverError` where the checker does not bear them out, or finds that contributions fall short of
    v(all) by more than a millionth of a pound.
    """
    sets = [{**_named(key), **_proof(instance, value)} for key, value in values.items()]
    try:
        claims = claims_of_certificate(inputs, {"format": FORMAT, "sets": sets}, by_road=by_road)
    except RefutedError as refuted:
        raise SolverError(f"the proof does not hold, and nothing is written: {refuted}") from refuted
    short = claims.shortfall()
    if short > TOLERANCE:
        together = values[TOGETHER, ""].amount
        raise SolverError(
            f"contributions fall £{float(short):.9f} a week short of £{together:.2f}, more than "
            f"£{float(TOLERANCE):.6f}: the prices do not prove the value of all, and nothing is written"
        )
    told = [
        {**_named(key), **told_of(claims.proven[key]), **_proof(instance, value)}
        for key, value in values.items()
    ]
    return {"format": FORMAT, "sets": told}, claims


def _named(key: Named) -> Document:
    scope, name = key
    return {"scope": scope, "name": name}


def _proof(instance: Instance, value: Value) -> Document:
    standing = value.prices.standing
    one = {
        name: price_text(float(standing[name][0]), decimals=_DECIMALS) if name in standing else "0"
        for name in ("weekly_budget", "share_near_home")
    }
    codes = sorted(code for code in instance.policy.limits.authority_weekly_budget if code in value.codes)
    return {
        "prices": {
            "capacity": named_prices(
                instance.provisions.id.tolist(), standing.get("capacity", ()), decimals=_DECIMALS
            ),
            **one,
            "authority_weekly_budget": named_prices(
                codes, standing.get("authority_weekly_budget", ()), decimals=_DECIMALS
            ),
        },
        "children": _parts(value.children),
        "groups": _parts(value.groups),
    }


def _parts(parts: Parts) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for (unit, place), part in sorted(parts.items()):
        found.setdefault(unit, {})[place] = str(part)
    return found
