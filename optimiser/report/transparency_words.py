"""The words of the transparency record: for every rule, term, policy key, column and kind, by its name in the
code. The record is made from the code's own tables, so that one that has no words here stops it.
"""

from __future__ import annotations

from collections.abc import Mapping

RULES: Mapping[str, str] = {
    "age": "the place accepts children of the child's age",
    "gender": "the place accepts children of the child's gender",
    "needs": "the place has a skill for every need that is recorded of the child",
    "kind": "the child's plan does not call this kind of care unsuitable",
    "under_16": "supported accommodation takes nobody under 16",
    "named": "kinship carers take only the children they are named for",
    "max_miles": "the place is within the greatest distance from home, but for kinship carers",
    "ofsted": "Ofsted's judgement is one that the policy accepts, but for kinship carers",
    "avoid": "the place is far enough from a point that the child must be kept away from",
    "vacancy": "the place has a vacancy, and is empty where the child must live alone",
}
"""Rule of eligibility → what must hold."""

TERMS: Mapping[str, str] = {
    "weekly_cost": "the weekly cost of the place",
    "mile": "each mile from home",
    "far": "living farther from home than the policy's far miles",
    "school_mile": "each mile between the place and the school to keep",
    "suitable_not_preferred": "a kind of care that suits, where another is preferred",
    "requires_improvement": "a home that Ofsted says requires improvement",
    "not_kinship": "living away from relatives who could care",
}
"""Term of the score → what is counted in £ a week."""

MATCHING, REPORTS, IDENTITY = "eligibility or score", "reports only", "identity"
CHILD_COLUMNS: Mapping[str, str] = {
    "child_id": IDENTITY,
    "authority": "budgets, reports",
    **dict.fromkeys(("home_easting", "home_northing", "home_postcode"), MATCHING),
    **dict.fromkeys(("age", "date_of_birth", "gender"), "eligibility only"),
    "needs": "eligibility only",
    **dict.fromkeys(("foster_care", "residential_care", "supported_accommodation"), MATCHING),
    "sibling_group": "keeping siblings together",
    "solo": "eligibility and capacity",
    **dict.fromkeys(("school_easting", "school_northing", "school_postcode"), "score only"),
    **dict.fromkeys(("avoid_easting", "avoid_northing", "avoid_postcode", "avoid_miles"), "eligibility only"),
    "needed_by": REPORTS,
    **dict.fromkeys(("current_provision_id", "current_miles"), REPORTS),
    **dict.fromkeys(
        ("ethnicity", "uasc", "disability"), "fairness reports only: no part of the model reads it"
    ),
}
"""Column of children.csv → what it is used for."""

PROVISION_COLUMNS: Mapping[str, str] = {
    "provision_id": IDENTITY,
    **dict.fromkeys(("name", "provider", "sector"), REPORTS),
    "kind": MATCHING,
    "authority": REPORTS,
    **dict.fromkeys(("easting", "northing", "postcode"), MATCHING),
    **dict.fromkeys(("places", "vacancies"), "eligibility and capacity"),
    **dict.fromkeys(("age_min", "age_max", "genders", "skills"), "eligibility only"),
    "weekly_cost": "score and budgets",
    "ofsted": MATCHING,
    "named_children": MATCHING,
    "held_by": "sharing out what cooperation costs: no allocation reads it",
}
"""Column of provision.csv → what it is used for."""

SENSITIVE = ("age", "date_of_birth", "gender", "needs", "ethnicity", "uasc", "disability")
"""Columns that tell of protected characteristics, health or immigration."""

CHOSEN = "Chosen from the template's list when the record is published."
PUBLISHER = "Given by the publisher when the record is published."
"""What is said of fields that come of publishing."""

REASONS: Mapping[str, str] = {
    "no_eligible_place": "no place passes all the rules",
    "places_taken": "every place that does is taken",
    "budget": "a budget or the share near home stops it",
    "siblings": "no place could take the whole sibling group, and the policy never splits",
    "incompatible": "a child lives there with whom this one must not",
}
"""Why a child is left without a place → what it says."""

RISKS = (
    (
        "Wrong or missing data: a need nobody recorded, or a vacancy that is not one, leads to a wrong "
        "proposal.",
        "Packs are checked cell by cell, with every fault named; what is not known is said and never "
        "guessed; a person decides on each proposal.",
    ),
    (
        "Automation bias: a proposal is taken for a decision.",
        "Each proposal comes with its reasons, its alternatives, and what would change it; the program "
        "decides nothing and tells no other system.",
    ),
    (
        "Indirect discrimination: a rule or a price that is the same for all may weigh on one group more.",
        "Ethnicity, disability and unaccompanied status are never read by the model, and a test permutes "
        "each and asks for the same bytes; outcomes are compared by group below, with intervals.",
    ),
    (
        "Cost outweighs the child: prices in £ compare what no ledger compares.",
        "Children placed and siblings together come first and cannot be bought; every price is in the open, "
        "in the policy above.",
    ),
    (
        "Children are identified in what is published.",
        "Counts of 1 to 5 are hidden, with whatever would give them away; the record itself holds no more.",
    ),
    (
        "An altered or broken run is relied on.",
        "Every file is hashed; an independent check without a solver proves or refutes the run, and this "
        "record is made only of a run that it accepts.",
    ),
)
"""Risk, and what is done about it."""

LIMITS = (
    "It is as good as its data.",
    "Whether a child and a carer suit each other is more than these rules.",
    "It places children at one date and plans no moves.",
    "Children's wishes count only as far as somebody recorded them in the data.",
    "Comparisons of groups are adjusted for nothing.",
)
