"""The closed vocabularies of the public contract, and its units.

Distances are miles (1 mile = 1,609.344 m) between EPSG:27700 coordinates in metres; money is £ a week.
"""

from __future__ import annotations

from typing import Final

METRES_PER_MILE: Final = 1609.344
CRS: Final = "EPSG:27700"

KINSHIP: Final = "kinship"
FOSTER_HOME: Final = "foster_home"
CHILDRENS_HOME: Final = "childrens_home"
SUPPORTED_ACCOMMODATION: Final = "supported_accommodation"
KINDS: Final = (KINSHIP, FOSTER_HOME, CHILDRENS_HOME, SUPPORTED_ACCOMMODATION)

SECTORS: Final = ("local_authority", "private", "voluntary", "health")

REQUIRES_IMPROVEMENT: Final = "requires_improvement"
JUDGEMENTS: Final = (
    "outstanding",
    "good",
    REQUIRES_IMPROVEMENT,
    "inadequate",
    "not_inspected",
)

GENDERS: Final = ("female", "male", "other")
ACCEPTED_GENDERS: Final = ("any", "female", "male")

PREFERRED: Final = "preferred"
SUITABLE: Final = "suitable"
UNSUITABLE: Final = "unsuitable"
SUITABILITIES: Final = (PREFERRED, SUITABLE, UNSUITABLE)

CARE_COLUMNS: Final = ("foster_care", "residential_care", "supported_accommodation")
CARE_COLUMN_OF_KIND: Final = {
    KINSHIP: "foster_care",
    FOSTER_HOME: "foster_care",
    CHILDRENS_HOME: "residential_care",
    SUPPORTED_ACCOMMODATION: "supported_accommodation",
}

SPLITS: Final = ("if_needed", "never")

AGE_MIN: Final = 0
AGE_MAX: Final = 17
AGE_OF_SUPPORTED_ACCOMMODATION: Final = 16

RULES: Final = (
    "age",
    "gender",
    "needs",
    "kind",
    "under_16",
    "named",
    "max_miles",
    "ofsted",
    "avoid",
    "vacancy",
)
"""The ten rules of eligibility, in the contract's order (section 2)."""

SCORE_TERMS: Final = (
    "weekly_cost",
    "mile",
    "far",
    "school_mile",
    "suitable_not_preferred",
    "requires_improvement",
    "not_kinship",
)
"""The terms of the score, £ a week, in the contract's order (section 3)."""

REASONS: Final = ("no_eligible_place", "places_taken", "budget", "siblings", "incompatible")
"""Why a child has no place (section 4)."""

PRECISIONS: Final = ("coordinates", "postcode", "sector", "outward")
"""What a point rests on, from the finest."""
