"""Every key of policy.toml with its label, unit and meaning, and how policies differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optimiser.audit.manifest import policy_document
from optimiser.pack.policy import Policy
from optimiser.report.build import Builder
from optimiser.report.table import Table


@dataclass(frozen=True)
class PolicyKey:
    """One key: where it stands in policy.toml, and what it means to people."""

    key: str
    label: str
    unit: str
    meaning: str
    group: str


_PRICES, _LIMITS, _SIBLINGS = "What each thing is worth", "Limits", "Siblings"
POLICY_KEYS = (
    PolicyKey(
        "prices.mile",
        "A mile from home",
        "£ a week",
        "What each mile between home and the place counts.",
        _PRICES,
    ),
    PolicyKey(
        "prices.far",
        "Living far from home",
        "£ a week",
        "What it counts that a child lives more than the far miles from home.",
        _PRICES,
    ),
    PolicyKey(
        "prices.far_miles",
        "Far from home begins at",
        "miles",
        "Farther than this is far; the Department's tables use 20 miles.",
        _PRICES,
    ),
    PolicyKey(
        "prices.school_mile",
        "A mile from school",
        "£ a week",
        "What each mile between the place and the school to keep counts.",
        _PRICES,
    ),
    PolicyKey(
        "prices.suitable_not_preferred",
        "A kind of care that is not the preferred one",
        "£ a week",
        "Where the kind is suitable and another is preferred.",
        _PRICES,
    ),
    PolicyKey(
        "prices.requires_improvement",
        "A home that requires improvement",
        "£ a week",
        "Ofsted's judgement of the home.",
        _PRICES,
    ),
    PolicyKey(
        "prices.not_kinship",
        "Living away from relatives who could care",
        "£ a week",
        "A child with an eligible kinship place lives elsewhere.",
        _PRICES,
    ),
    PolicyKey(
        "prices.unplaced",
        "A child without a place, for contributions",
        "£ a week",
        "What it counts when councils' contributions are worked out; it moves no child.",
        _PRICES,
    ),
    PolicyKey(
        "prices.separated",
        "A sibling group separated, for contributions",
        "£ a week",
        "What it counts when councils' contributions are worked out; it moves no child.",
        _PRICES,
    ),
    PolicyKey(
        "limits.max_miles",
        "Greatest distance from home",
        "miles",
        "No place farther than this, but for kinship care.",
        _LIMITS,
    ),
    PolicyKey(
        "limits.ofsted",
        "Ofsted judgements accepted",
        "",
        "Homes with another judgement take no child.",
        _LIMITS,
    ),
    PolicyKey(
        "limits.weekly_budget",
        "Budget of the region",
        "£ a week",
        "All places together cost no more; none is no limit.",
        _LIMITS,
    ),
    PolicyKey(
        "limits.min_share_within_far_miles",
        "Least share living near home",
        "share",
        "Of the children placed, so many live within the far miles.",
        _LIMITS,
    ),
    PolicyKey(
        "limits.authority_weekly_budget",
        "Budgets of authorities",
        "£ a week",
        "By authority: its children's places together cost no more.",
        _LIMITS,
    ),
    PolicyKey(
        "siblings.split",
        "Split sibling groups",
        "",
        "if_needed: where they cannot all be placed together; never: together or not at all.",
        _SIBLINGS,
    ),
)


def flat_policy(document: Mapping[str, Any]) -> dict[str, str]:
    """Key → value as text, from the policy of a manifest.

    >>> flat_policy({"prices": {"mile": 10.0}, "siblings": {"split": "never"}})
    {'prices.mile': '10', 'siblings.split': 'never'}
    """
    return {
        f"{group}.{name}": _text(value)
        for group, values in document.items()
        for name, value in values.items()
    }


def differences_from_default(document: Mapping[str, Any]) -> list[str]:
    """A phrase for every key that is not the default, such as `prices.mile 15 (default 10)`."""
    default = flat_policy(policy_document(Policy()))
    return [
        f"{key} {value} (default {default.get(key, 'none')})"
        for key, value in flat_policy(document).items()
        if value != default.get(key)
    ]


def policy_table(document: Mapping[str, Any]) -> Table:
    """Every key of a run's policy: its value, the default, and whether they differ."""
    values, default = flat_policy(document), flat_policy(policy_document(Policy()))
    builder = Builder()
    _name_columns(builder)
    builder.text("value", "Value", [values.get(each.key, "") for each in POLICY_KEYS])
    builder.text("default", "Default", [default[each.key] for each in POLICY_KEYS])
    differs = [values.get(each.key, "") != default[each.key] for each in POLICY_KEYS]
    builder.text("differs", "Differs", ["yes" if differ else "no" for differ in differs])
    return builder.table("policy", "Policy", source=None)


def policy_differences_table(a: Mapping[str, Any], b: Mapping[str, Any]) -> Table:
    """The keys in which two policies differ."""
    first, second = flat_policy(a), flat_policy(b)
    keys = [each for each in POLICY_KEYS if first.get(each.key) != second.get(each.key)]
    builder = Builder()
    builder.text("key", "Key", [each.key for each in keys])
    builder.text("label", "Policy", [each.label for each in keys])
    builder.text("unit", "Unit", [each.unit for each in keys])
    builder.text("a", "First run", [first.get(each.key, "") for each in keys])
    builder.text("b", "Second run", [second.get(each.key, "") for each in keys])
    return builder.table("policy_differences", "How the policies differ", source=None)


def _name_columns(builder: Builder) -> None:
    builder.text("key", "Key", [each.key for each in POLICY_KEYS])
    builder.text("label", "Policy", [each.label for each in POLICY_KEYS])
    builder.text("unit", "Unit", [each.unit for each in POLICY_KEYS])


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
    if isinstance(value, Mapping):
        return "; ".join(f"{code} {_text(each)}" for code, each in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(str(each) for each in value)
    return str(value)
