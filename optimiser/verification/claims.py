"""What prices prove, worked out by the checker's own reading and arithmetic before it is claimed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from optimiser.verification.bound import proof_from_prices
from optimiser.verification.certificate import FILE, FORMAT, NANO, certificate_from_document
from optimiser.verification.documents import (
    RefutedError,
    document_from_json,
    document_from_toml,
    sheet_from_csv,
)
from optimiser.verification.ground import Ground, ground_from_files
from optimiser.verification.policy import policy_from_document

MICRO = 10**6
"""The certified score is told in millionths of a pound a week."""


def ground_of_inputs(inputs: Mapping[str, bytes], *, by_road: bool) -> Ground:
    """The input files of a run, by name, as one value; raises `RefutedError` for what cannot be read."""
    region = document_from_toml("region.toml", input_of(inputs, "region.toml"))
    pairs = inputs.get("incompatible.csv")
    ground = ground_from_files(
        region,
        sheet_from_csv("children.csv", input_of(inputs, "children.csv")),
        sheet_from_csv("provision.csv", input_of(inputs, "provision.csv")),
        None if pairs is None else sheet_from_csv("incompatible.csv", pairs),
        policy_from_document(document_from_toml("policy.toml", inputs.get("policy.toml", b""))),
    )
    if not by_road:
        return ground
    from optimiser.verification.roads import with_road_miles

    name = Path(region.text("roads").strip()).name
    return with_road_miles(ground, name, input_of(inputs, name))


def input_of(inputs: Mapping[str, bytes], name: str) -> bytes:
    """The bytes of one input; raises `RefutedError` where it is missing."""
    if name not in inputs:
        raise RefutedError(name, "", "is missing, and with it all that rests on it")
    return inputs[name]


def certified_of_bounds(bounds: tuple[int, int, int]) -> tuple[int, int, int]:
    """Bounds in billionths as a certificate claims them: two whole numbers and millionths of a pound."""
    unplaced, separated = (max(0, -(-bound // NANO)) for bound in bounds[:2])
    return unplaced, separated, max(0, bounds[2] // (NANO // MICRO))


def pounds(millionths: int) -> str:
    """£ a week with six decimals."""
    return f"{millionths // MICRO}.{millionths % MICRO:06d}"


def claims_of_prices(
    inputs: Mapping[str, bytes], certificate: Mapping[str, object], *, by_road: bool
) -> dict[str, int | str]:
    """What the prices of `certificate` prove over every eligible pair of `inputs`.

    Whatever `certificate` claims itself is not looked at. Raises `RefutedError` where a priced row is not
    one that every allocation obeys, or an input cannot be read.
    """
    nothing: dict[str, object] = {"unplaced": 0, "separated": 0, "score": "0.000000"}
    blank = {
        "format": FORMAT,
        "certified": nothing,
        "found": {**nothing, "score": None},
        "tiers": certificate["tiers"],
    }
    document = document_from_json(FILE, json.dumps(blank).encode())
    ground = ground_of_inputs(inputs, by_road=by_road)
    proof = proof_from_prices(ground, certificate_from_document(document, ground).tiers)
    unplaced, separated, score = certified_of_bounds(proof.bounds)
    return {"unplaced": unplaced, "separated": separated, "score": pounds(score)}
