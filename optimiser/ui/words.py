"""Plain English for the codes of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from optimiser import terms

OF_KIND: Final[Mapping[str, str]] = {
    terms.KINSHIP: "Kinship carers",
    terms.FOSTER_HOME: "Foster home",
    terms.CHILDRENS_HOME: "Children’s home",
    terms.SUPPORTED_ACCOMMODATION: "Supported accommodation",
}

OF_JUDGEMENT: Final[Mapping[str, str]] = {
    "outstanding": "Outstanding",
    "good": "Good",
    terms.REQUIRES_IMPROVEMENT: "Requires improvement",
    "inadequate": "Inadequate",
    "not_inspected": "Not yet inspected",
}

OF_STATUS: Final[Mapping[str, str]] = {
    "optimal": "optimal: proven, to within its gap",
    "feasible": "feasible: stopped before the proof was complete",
}
