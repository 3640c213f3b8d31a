"""The policy, read anew: policy.toml with the contract's defaults, and the copy in manifest.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from optimiser import terms
from optimiser.verification.documents import Document, number, shown

DEFAULT_PRICES: Mapping[str, float] = {
    "mile": 10.0,
    "far": 150.0,
    "far_miles": 20.0,
    "school_mile": 5.0,
    "suitable_not_preferred": 200.0,
    "requires_improvement": 100.0,
    "not_kinship": 500.0,
    "unplaced": 10_000.0,
    "separated": 500.0,
}
_OF_COOPERATION = ("unplaced", "separated")
"""Prices that move no child: a run of an earlier version, which did not know them, may leave them out."""
DEFAULT_LIMITS: Mapping[str, object] = {
    "max_miles": 60.0,
    "ofsted": ["outstanding", "good", "requires_improvement", "not_inspected"],
    "weekly_budget": "none",
    "min_share_within_far_miles": 0.0,
    "authority_weekly_budget": {},
}


@dataclass(frozen=True)
class Policy:
    """Prices in £ a week, and limits; a budget that is None does not bind."""

    prices: Mapping[str, float]
    max_miles: float
    ofsted: tuple[str, ...]
    weekly_budget: float | None
    share: float
    authority_weekly_budget: Mapping[str, float]
    split: str


def exact(value: float) -> Fraction:
    """The decimal number that was written, not the nearest binary one.

    >>> exact(0.1)
    Fraction(1, 10)
    """
    return Fraction(repr(value))


def _amount(document: Document, key: str, most: float = 1e15) -> float:
    found = document.number(key)
    if not 0 <= found <= most:
        raise document.refuted(key, f"is {shown(found)}, not from 0 to {most:g}")
    return found


def _known(document: Document, keys: Mapping[str, object]) -> Document:
    """The document with the defaults filled in; a key that is not the contract's is refuted."""
    for key in document.values:
        if key not in keys:
            raise document.refuted(key, "is no key of the policy")
    return Document(document.file, {**keys, **document.values}, document.where)


def policy_from_document(document: Document) -> Policy:
    """The policy of a TOML or JSON table; every key that is absent has the contract's default."""
    whole = _known(document, {"prices": {}, "limits": {}, "siblings": {}})
    prices = _known(whole.table("prices"), DEFAULT_PRICES)
    limits = _known(whole.table("limits"), DEFAULT_LIMITS)
    siblings = _known(whole.table("siblings"), {"split": "if_needed"})
    judgements = limits.texts("ofsted")
    for judgement in judgements:
        if judgement not in terms.JUDGEMENTS:
            raise limits.refuted("ofsted", f"holds {shown(judgement)}, which is no judgement")
    if siblings.text("split") not in terms.SPLITS:
        raise siblings.refuted("split", f"is {shown(siblings.text('split'))}")
    budget = None if limits.value("weekly_budget") == "none" else _amount(limits, "weekly_budget")
    budgets = limits.table("authority_weekly_budget")
    return Policy(
        prices={key: _amount(prices, key) for key in DEFAULT_PRICES},
        max_miles=_amount(limits, "max_miles"),
        ofsted=tuple(dict.fromkeys(judgements)),
        weekly_budget=budget,
        share=_amount(limits, "min_share_within_far_miles", 1.0),
        authority_weekly_budget={code: _amount(budgets, code) for code in sorted(budgets.values)},
        split=siblings.text("split"),
    )


def differences(stated: Document, policy: Policy) -> list[str]:
    """Lines for every key of the policy in the manifest that is not the policy's own, and for absent ones."""
    told: dict[tuple[str, str], object] = {
        **{("prices", key): value for key, value in policy.prices.items()},
        ("limits", "max_miles"): policy.max_miles,
        ("limits", "ofsted"): list(policy.ofsted),
        ("limits", "weekly_budget"): "none" if policy.weekly_budget is None else policy.weekly_budget,
        ("limits", "min_share_within_far_miles"): policy.share,
        ("limits", "authority_weekly_budget"): dict(policy.authority_weekly_budget),
        ("siblings", "split"): policy.split,
    }
    lines = []
    for (table, key), value in told.items():
        part = stated.table(table)
        if key in _OF_COOPERATION and key not in part.values:
            continue
        written = part.value(key)
        same = written == value and (number(written) is None) == (number(value) is None)
        if not same:
            lines.append(str(part.refuted(key, f"is {shown(written)}; the policy has {shown(value)}")))
    for table in stated.values:
        if table not in ("prices", "limits", "siblings"):
            lines.append(str(stated.refuted(table, "is no key of the policy")))
    return lines
