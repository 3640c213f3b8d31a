"""What each key of policy.toml means, in one place: for the app's controls and for whoever reads a policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from optimiser.pack.policy import Limits, Policy, Prices

PRICES: Final = "Prices"
LIMITS: Final = "Limits"
SIBLINGS: Final = "Brothers and sisters"
AUTHORITY_BUDGETS: Final = "Budgets of authorities"

GROUPS: Final[Mapping[str, str]] = {
    PRICES: "What each thing is worth in £ a week. The optimiser adds them to the weekly cost of a place and "
    "looks for the lowest total, so a higher price makes a thing rarer.",
    LIMITS: "Limits are kept without exception, even where a child is left without a place.",
    SIBLINGS: "What is done where a sibling group fits into no single place.",
    AUTHORITY_BUDGETS: "The most that one authority’s children may cost in all. No figure means no limit.",
}
"""Group of keys → what it does, in the order of the file."""

POUNDS_A_WEEK: Final = "£ a week"
MILES: Final = "miles"
SHARE: Final = "share from 0 to 1"
CHOICE: Final = "one of these"
CHOICES: Final = "any of these"


@dataclass(frozen=True)
class Setting:
    """One key of policy.toml: `key` is table and name, `step` what one click of a control adds."""

    key: str
    group: str
    label: str
    unit: str
    meaning: str
    step: float = 1.0
    may_be_none: bool = False
    """Whether "none", no limit, is accepted."""


SETTINGS: Final = (
    Setting(
        "prices.mile",
        PRICES,
        "Each mile from home",
        POUNDS_A_WEEK,
        "For every mile between a child’s home and the place.",
    ),
    Setting(
        "prices.far",
        PRICES,
        "Living far from home",
        POUNDS_A_WEEK,
        "Once for a child who lives farther away than the distance below.",
        step=10.0,
    ),
    Setting(
        "prices.far_miles",
        PRICES,
        "What counts as far",
        MILES,
        "Beyond this distance from home a place counts as far. The Department for Education’s is 20 miles.",
    ),
    Setting(
        "prices.school_mile",
        PRICES,
        "Each mile from school",
        POUNDS_A_WEEK,
        "For every mile between the place and the school that a child should keep.",
    ),
    Setting(
        "prices.suitable_not_preferred",
        PRICES,
        "Not the preferred kind of care",
        POUNDS_A_WEEK,
        "Where a child lives in a suitable kind of care, but another kind is preferred.",
        step=10.0,
    ),
    Setting(
        "prices.requires_improvement",
        PRICES,
        "Ofsted: requires improvement",
        POUNDS_A_WEEK,
        "Where Ofsted judged the place to require improvement.",
        step=10.0,
    ),
    Setting(
        "prices.not_kinship",
        PRICES,
        "Away from kinship carers",
        POUNDS_A_WEEK,
        "Where relatives or friends could care for a child who lives elsewhere.",
        step=10.0,
    ),
    Setting(
        "prices.unplaced",
        PRICES,
        "Cooperation: a child without a place",
        POUNDS_A_WEEK,
        "What it counts when councils’ contributions are worked out. It moves no child: having fewest "
        "without a place comes first at any price.",
        step=500.0,
    ),
    Setting(
        "prices.separated",
        PRICES,
        "Cooperation: a sibling group separated",
        POUNDS_A_WEEK,
        "What it counts when councils’ contributions are worked out. It moves no child.",
        step=50.0,
    ),
    Setting(
        "limits.max_miles",
        LIMITS,
        "Greatest distance",
        MILES,
        "No child lives farther from home than this, except with kinship carers.",
        step=5.0,
    ),
    Setting(
        "limits.ofsted",
        LIMITS,
        "Ofsted judgements accepted",
        CHOICES,
        "Places with any other judgement are not used, except kinship carers.",
    ),
    Setting(
        "limits.weekly_budget",
        LIMITS,
        "Budget of the whole region",
        POUNDS_A_WEEK,
        "The most that all places together may cost. No figure means no limit.",
        step=1000.0,
        may_be_none=True,
    ),
    Setting(
        "limits.min_share_within_far_miles",
        LIMITS,
        "Least share of children near home",
        SHARE,
        "Of the children with a place, at least this share live within the distance that counts as far.",
        step=0.01,
    ),
    Setting(
        "limits.authority_weekly_budget",
        AUTHORITY_BUDGETS,
        "Budget",
        POUNDS_A_WEEK,
        "The most that this authority’s children may cost. No figure means no limit.",
        step=1000.0,
        may_be_none=True,
    ),
    Setting(
        "siblings.split",
        SIBLINGS,
        "May a sibling group be separated?",
        CHOICE,
        "If needed: keeping groups whole comes second to finding every child a place. Never: a group is "
        "placed whole, or none of its children has a place.",
    ),
)
"""Every key of policy.toml, in the order of the file."""

type Value = float | str | tuple[str, ...] | Mapping[str, float] | None


def values_of_policy(policy: Policy) -> dict[str, Value]:
    """Every key → its value, in the order of `SETTINGS`; None is "none".

    >>> values_of_policy(Policy())["prices.mile"]
    10.0
    """
    limits = policy.limits
    return {
        **{f"prices.{name}": value for name, value in asdict(policy.prices).items()},
        "limits.max_miles": limits.max_miles,
        "limits.ofsted": limits.ofsted,
        "limits.weekly_budget": limits.weekly_budget,
        "limits.min_share_within_far_miles": limits.min_share_within_far_miles,
        "limits.authority_weekly_budget": limits.authority_weekly_budget,
        "siblings.split": policy.split,
    }


def policy_from_values(values: Mapping[str, object]) -> Policy:
    """The policy with these values; a key that is not given keeps its default. Nothing is checked here.

    >>> policy_from_values({"prices.mile": 12.5}).prices.mile
    12.5
    """

    def of(table: str) -> dict[str, Any]:
        return {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{table}.")}

    return Policy(Prices(**of("prices")), Limits(**of("limits")), **of("siblings"))
