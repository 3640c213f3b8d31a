"""Plain English for the codes of the contract, and figures with their units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from optimiser import terms

NONE: Final = "–"
"""What stands where there is no figure."""

OF_KIND: Final[Mapping[str, str]] = {
    terms.KINSHIP: "Kinship carers",
    terms.FOSTER_HOME: "Foster home",
    terms.CHILDRENS_HOME: "Children’s home",
    terms.SUPPORTED_ACCOMMODATION: "Supported accommodation",
}

OF_SECTOR: Final[Mapping[str, str]] = {
    "local_authority": "Local authority",
    "private": "Private",
    "voluntary": "Voluntary",
    "health": "Health service",
}

OF_JUDGEMENT: Final[Mapping[str, str]] = {
    "outstanding": "Outstanding",
    "good": "Good",
    terms.REQUIRES_IMPROVEMENT: "Requires improvement",
    "inadequate": "Inadequate",
    "not_inspected": "Not yet inspected",
}

OF_REASON: Final[Mapping[str, str]] = {
    "no_eligible_place": "No place suits the child",
    "places_taken": "Every place that suits is taken",
    "budget": "The budget is spent",
    "siblings": "No place for the whole sibling group",
    "incompatible": "Must not live with a child who is there",
}

OF_RULE: Final[Mapping[str, str]] = {
    "age": "Age accepted",
    "gender": "Gender accepted",
    "needs": "Needs met",
    "kind": "Kind of care suitable",
    "under_16": "No supported accommodation under 16",
    "named": "Kinship carers named for the child",
    "max_miles": "Within the greatest distance",
    "ofsted": "Ofsted judgement accepted",
    "avoid": "Away from the place to avoid",
    "vacancy": "Has a vacancy",
}

OF_TERM: Final[Mapping[str, str]] = {
    "weekly_cost": "Weekly cost of the place",
    "mile": "Miles from home",
    "far": "Living far from home",
    "school_mile": "Miles from the school to keep",
    "suitable_not_preferred": "Not the preferred kind of care",
    "requires_improvement": "Ofsted: requires improvement",
    "not_kinship": "Away from kinship carers",
}

OF_STATUS: Final[Mapping[str, str]] = {
    "optimal": "optimal: proven, to within its gap",
    "feasible": "feasible: stopped before the proof was complete",
}


def count(number: int | None) -> str:
    """A whole number with commas.

    >>> count(1500), count(None)
    ('1,500', '–')
    """
    return NONE if number is None else f"{number:,}"


def miles(distance: float | None) -> str:
    """Miles to a tenth.

    >>> miles(2.449)
    '2.4 miles'
    """
    return NONE if distance is None else f"{distance:,.1f} miles"


def pounds_a_week(amount: float | None) -> str:
    """Whole pounds a week; a minus stands before the £.

    >>> pounds_a_week(2209204.4), pounds_a_week(-35.2)
    ('£2,209,204 a week', '−£35 a week')
    """
    if amount is None:
        return NONE
    return f"{'−' if round(amount) < 0 else ''}£{abs(amount):,.0f} a week"


def share(part: float | None) -> str:
    """A share as a percentage to a tenth.

    >>> share(0.1007)
    '10.1%'
    """
    return NONE if part is None else f"{part:.1%}"


def moment(utc: str) -> str:
    """The time of a manifest, in words.

    >>> moment("2025-04-01T09:30:00Z")
    '1 April 2025, 09:30 UTC'
    """
    at = datetime.strptime(utc, "%Y-%m-%dT%H:%M:%SZ")
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
