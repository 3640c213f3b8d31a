"""The certificate of a plan: prices for every future, and of what the futures share, that prove each tier."""

from __future__ import annotations

from collections.abc import Mapping

from optimiser.audit.certificate import Document, document_of_prices, price_text
from optimiser.audit.plan_metrics import folder_of
from optimiser.commissioning.plan import Plan, PlanProof
from optimiser.errors import SolverError
from optimiser.verification.documents import RefutedError
from optimiser.verification.plan_certificate import FORMAT, claims_of_plan
from optimiser.verification.plan_inputs import PlanInputs

_DISAGREEMENT = 1e-6


def certificate_from_plan(plan: Plan, inputs: PlanInputs) -> Document:
    """The certificate of a plan; raises `SolverError` where the checker does not bear it out."""
    document: Document = {"format": FORMAT, "tiers": [_tier(plan, proof) for proof in plan.proofs]}
    try:
        certified = claims_of_plan(
            inputs,
            document,
            [outcome.after.solution.tiers.unplaced for outcome in plan.outcomes],
            [outcome.after.solution.tiers.separated for outcome in plan.outcomes],
        )
    except RefutedError as refuted:
        raise SolverError(f"the proof of the plan does not hold, and it is not given: {refuted}") from refuted
    claimed = plan.certified_score
    if float(certified["score"]) < min(claimed, plan.tiers.score) - _DISAGREEMENT * max(1.0, abs(claimed)):
        raise SolverError(
            f"the plan claims a bound of £{claimed:.6f} a week, the checker finds £{certified['score']}: "
            "the two read the pack differently, and no plan is given"
        )
    bounds = plan.bounds
    found = {"unplaced": bounds.unplaced, "separated": bounds.separated, "score": bounds.score}
    return {"format": FORMAT, "certified": certified, "found": found, "tiers": document["tiers"]}


def _tier(plan: Plan, proof: PlanProof) -> Document:
    duals = proof.duals
    limits: dict[str, object] = {}
    of_kind: dict[str, str] = {}
    for limit, price in zip(plan.offers.limits, duals.limits.tolist(), strict=True):
        if limit.kind:
            of_kind[limit.kind] = price_text(price)
        else:
            limits[limit.name] = price_text(price)
    shared: Mapping[str, object] = {**limits, **({"max_units": of_kind} if of_kind else {})}
    return {
        "tier": proof.tier,
        "prices": {
            "fewest_unplaced": price_text(duals.unplaced),
            "fewest_separated": price_text(duals.separated),
            **shared,
            "futures": {
                folder_of(outcome): document_of_prices(outlook.instance, prices)
                for outcome, outlook, prices in zip(plan.outcomes, plan.outlooks, duals.each, strict=True)
            },
        },
    }
