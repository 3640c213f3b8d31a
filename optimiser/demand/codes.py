"""The code lists of the SSDA903 return, 2016/17 to 2026/27.

Years are those in which a return ends: 2025 is the return for 1 April 2024 to 31 March 2025. Sources: the
code lists of the sector's open-source validator and regional platform for the Department's guides; where the
two differ (H5, P2, Z1) a code counts as valid in the year that either allows. Labels of Z11 to Z14 are not in
either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from optimiser import terms

FIRST_YEAR: Final = 2017
LAST_YEAR: Final = 2027

FOSTERING: Final = "Fostering"
RESIDENTIAL: Final = "Residential"
SUPPORTED: Final = "Supported"
OTHER: Final = "Other"
CATEGORIES: Final = (FOSTERING, RESIDENTIAL, SUPPORTED, OTHER)
"""The published method's four categories of placement."""

URN_PLACEHOLDER: Final = "X" * 7
"""Stands where an adoption agency's number is not known."""


@dataclass(frozen=True)
class Code:
    """One code: what it means, and the first and last return in which it is valid (by the year it ends)."""

    meaning: str
    first_year: int = FIRST_YEAR
    last_year: int = LAST_YEAR


@dataclass(frozen=True)
class Place:
    """One placement code. `category`: the published method's. `kind`: the contract's, "" where it has none.

    `age_min`: years at the start of the episode. `urn`: whether an Ofsted number must stand beside it (True),
    must not (False), or may (None). `most_days`: the longest a temporary placement lasts, 0 for no limit.
    """

    meaning: str
    category: str = OTHER
    kind: str = ""
    first_year: int = FIRST_YEAR
    last_year: int = LAST_YEAR
    age_min: int = 0
    urn: bool | None = True
    most_days: int = 0


_RELATIVE: Final = "Foster placement with a relative or friend"
_CARER: Final = "Foster placement with another carer"

PLACES: Final[Mapping[str, Place]] = MappingProxyType(
    {
        "U1": Place(f"{_RELATIVE}, long term", FOSTERING, terms.KINSHIP),
        "U2": Place(f"{_RELATIVE}, also an approved adopter", FOSTERING, terms.KINSHIP),
        "U3": Place(f"{_RELATIVE}, not long term", FOSTERING, terms.KINSHIP),
        "U4": Place(f"{_CARER}, long term", FOSTERING, terms.FOSTER_HOME),
        "U5": Place(f"{_CARER}, also an approved adopter", FOSTERING, terms.FOSTER_HOME),
        "U6": Place(f"{_CARER}, not long term", FOSTERING, terms.FOSTER_HOME),
        "K1": Place("Secure children's home", OTHER, terms.CHILDRENS_HOME),
        "K2": Place("Children's home", RESIDENTIAL, terms.CHILDRENS_HOME),
        "K3": Place(
            "Supported accommodation, registered",
            SUPPORTED,
            terms.SUPPORTED_ACCOMMODATION,
            first_year=2025,
            age_min=16,
        ),
        "H5": Place(
            "Semi-independent living, not a children's home",
            SUPPORTED,
            terms.SUPPORTED_ACCOMMODATION,
            last_year=2025,
            urn=None,
        ),
        "P1": Place("Placed with own parents", urn=False),
        "P2": Place("Independent living", SUPPORTED, last_year=2025, urn=None),
        "P3": Place("Residential employment", RESIDENTIAL, age_min=14, urn=False),
        "R1": Place("Residential care home", RESIDENTIAL, terms.CHILDRENS_HOME, urn=False),
        "R2": Place("Health service or other medical establishment", urn=False),
        "R3": Place("Family centre or mother and baby unit"),
        "R5": Place("Young offender institution", age_min=10, urn=False),
        "S1": Place("Residential school", RESIDENTIAL, terms.CHILDRENS_HOME, age_min=4),
        "A3": Place("Placed for adoption with consent, with current foster carer"),
        "A4": Place("Placed for adoption with consent, not with current foster carer"),
        "A5": Place("Placed for adoption with a placement order, with current foster carer"),
        "A6": Place("Placed for adoption with a placement order, not with current foster carer"),
        "T0": Place("All types of temporary move", urn=False),
        "T1": Place("Temporary period in hospital", urn=False, most_days=42),
        "T2": Place("Temporary absence on holiday", urn=False),
        "T3": Place("Temporary accommodation, the carer on holiday", urn=False, most_days=21),
        "T4": Place("Temporary accommodation of seven days or less", urn=False, most_days=7),
        "Z1": Place("Other placement", last_year=2026, urn=None),
        **{
            code: Place("Other placement (one of the four that replace Z1)", first_year=2026, urn=False)
            for code in ("Z11", "Z12", "Z13", "Z14")
        },
    }
)

CATEGORY_OF_PLACE: Final[Mapping[str, str]] = MappingProxyType(
    {code: place.category for code, place in PLACES.items()}
)
NO_PROVIDER: Final = frozenset(code for code in PLACES if code[0] in "TZ" and code != "Z1")
"""Placements without a provider."""


def _codes(text: str) -> dict[str, Code]:
    """One code a line, then what it means."""
    return {line.split(maxsplit=1)[0]: Code(line.split(maxsplit=1)[1]) for line in text.strip().splitlines()}


RNE: Final = MappingProxyType(
    _codes("""
S Started to be looked after
P Change of placement and carer only
L Change of legal status only
T Change of placement only, same carer
U Change of legal status and placement, same carer
B Change of legal status, placement and carer
""")
)
LEGAL_STATUSES: Final = MappingProxyType(
    _codes("""
C1 Interim care order
C2 Full care order
D1 Freeing order granted
E1 Placement order granted
J1 Remanded to local authority or youth detention accommodation
J2 Accommodated under the Police and Criminal Evidence Act 1984
J3 Youth rehabilitation order with residence or intensive fostering
L1 Police protection
L2 Emergency protection order
L3 Child assessment order
V2 Single period under section 20
V3 Short-term breaks, episodes recorded
V4 Short-term breaks, agreements recorded
""")
)
SHORT_BREAKS: Final = ("V3", "V4")
NEEDS: Final = MappingProxyType(
    _codes("""
N1 Abuse or neglect
N2 Child's disability
N3 Parental illness or disability
N4 Family in acute stress
N5 Family dysfunction
N6 Socially unacceptable behaviour
N7 Low income
N8 Absent parenting
""")
)
PROVIDERS: Final = MappingProxyType(
    _codes("""
PR0 Parent or person with parental responsibility
PR1 Own provision
PR2 Other local authority
PR3 Other public provision
PR4 Private provision
PR5 Voluntary or third sector
""")
)
FORBIDDEN_PLACES_OF_PROVIDER: Final = MappingProxyType(
    {
        "PR0": frozenset(PLACES) - {"P1"},
        "PR1": frozenset({"P1", "R2", "R5"}),
        "PR2": frozenset({"P1", "R2", "R5"}),
        "PR3": frozenset({"P1", "A3", "A4", "A5", "A6", "K1", "K2", *(f"U{n}" for n in range(1, 7))}),
        "PR4": frozenset({"P1"}),
        "PR5": frozenset({"P1"}),
    }
)
FORBIDDEN_PLACES_OF_STATUS: Final = MappingProxyType(
    {"V2": frozenset({"P1"}), "V3": frozenset({"U1", "U4"}), "V4": frozenset({"U1", "U4"})}
)

CONTINUES: Final = "X1"
"""The child's next episode begins the same day."""
DIED: Final = "E2"
REASONS_CEASED: Final = MappingProxyType(
    _codes("""
X1 Episode ceases, and a new one begins the same day
E11 Adopted, application unopposed
E12 Adopted, consent dispensed with
E2 Died
E3 Care taken over by another authority in the United Kingdom
E4A Returned home, planned
E4B Returned home, not planned
E13 Left care to live with parent, relative or other without parental responsibility
E41 Residence or child arrangement order
E5 Independent living with formal support
E6 Independent living without formal support
E7 Transferred to adult social care
E8 Other reason
E9 Sentenced to custody
E14 Accommodation on remand ended
E15 Age assessment: 18 or over
E16 Moved abroad
E17 Aged 18 and stayed with current carers
""")
    | {
        "E45": Code("Special guardianship, former foster carer, a relative or friend", first_year=2019),
        "E46": Code("Special guardianship, former foster carer, no relative or friend", first_year=2019),
        "E47": Code("Special guardianship, relative or friend, no former foster carer", first_year=2019),
        "E48": Code("Special guardianship, other", first_year=2019),
        "E43": Code("Special guardianship, former foster carer", last_year=2018),
        "E44": Code("Special guardianship, other carer", last_year=2018),
        "E99": Code("Put in by a regional platform where the return had none"),
    }
)
CUSTODY: Final = "CUSTOD"
AGE_OF_CUSTODY: Final = 10
REASONS_OF_CHANGE: Final = MappingProxyType(
    _codes("""
CARPL Change to or implementation of the care plan
CLOSE Resignation or closure of the provision
ALLEG Allegation (section 47)
STAND Standards of care concern
APPRR Approval removed
CREQB Carer asks, because of the child's behaviour
CREQO Carer asks, for another reason
CHILD Child asks
LAREQ Responsible or area authority asks
PLACE Change in the status of the placement only
OTHER Other
""")
    | {
        CUSTODY: Code("Custody arrangement", first_year=2019),
        "LIIAF": Code("Put in by a regional platform where the return had none"),
    }
)

SEX: Final = MappingProxyType({"M": Code("Male"), "F": Code("Female"), "U": Code("Unknown", first_year=2025)})
SEX_OF_NUMBER: Final = MappingProxyType({"1": "M", "2": "F"})
ETHNICITIES: Final = MappingProxyType(
    _codes("""
WBRI White British
WIRI White Irish
WOTH Any other White background
WIRT Traveller of Irish heritage
WROM Gypsy or Roma
MWBC White and Black Caribbean
MWBA White and Black African
MWAS White and Asian
MOTH Any other mixed background
AIND Indian
APKN Pakistani
ABAN Bangladeshi
AOTH Any other Asian background
CHNE Chinese
BCRB Caribbean
BAFR African
BOTH Any other Black background
OOTH Any other ethnic group
REFU Refused
NOBT Information not yet obtained
""")
)

LISTS: Final[Mapping[str, Mapping[str, Code]]] = MappingProxyType(
    {
        "RNE": RNE,
        "LS": LEGAL_STATUSES,
        "CIN": NEEDS,
        "PLACE": MappingProxyType(
            {code: Code(place.meaning, place.first_year, place.last_year) for code, place in PLACES.items()}
        ),
        "PLACE_PROVIDER": PROVIDERS,
        "REC": REASONS_CEASED,
        "REASON_PLACE_CHANGE": REASONS_OF_CHANGE,
        "SEX": SEX,
        "ETHNIC": ETHNICITIES,
    }
)
"""Column → its code list."""
