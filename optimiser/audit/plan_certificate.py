"""The certificate of a plan: prices for every future, and of what the futures share, that prove each tier."""

from __future__ import annotations

from collections.abc import Mapping

from optimiser.audit.certificate import Document, borne_out, document_of_prices, price_text
from optimiser.audit.plan_metrics import folder_of
from optimiser.commissioning.plan import Plan, PlanProof
from optimiser.verification.plan_certificate import FORMAT, claims_of_plan
from optimiser.verification.plan_inputs import PlanInputs


def certificate_from_plan(plan: Plan, inputs: PlanInputs) -> Document:
    """The certificate of a plan; raises `SolverError` where the checker does not bear it out."""
    allocated = [outcome.after.solution.tiers for outcome in plan.outcomes]
    return borne_out(
        {"format": FORMAT, "tiers": [_tier(plan, proof) for proof in plan.proofs]},
        lambda document: claims_of_plan(
            inputs,
            document,
            [tiers.unplaced for tiers in allocated],
            [tiers.separated for tiers in allocated],
        ),
        claimed=plan.certified_score,
        tiers=plan.tiers,
        bounds=plan.bounds,
        what="plan",
    )


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
