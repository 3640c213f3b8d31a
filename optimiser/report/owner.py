"""What only the organisation that uses the program knows: the fields of owner.toml, and reading them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from optimiser.errors import Fault, InputError
from optimiser.pack.faults import nearest
from optimiser.pack.toml_file import toml_from_file

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "website_url": "the page where people can read about the use of the tool",
        "contact_email": "an e-mail address for questions, a team's and no person's",
        "organisation_or_department": "the authority, or the regional body, that is responsible",
        "team": "the team that is responsible",
        "senior_responsible_owner": "the role title, and the name, of the senior responsible owner",
        "external_supplier_involvement": "whether a supplier is involved: Yes or No",
        "external_supplier": "the supplier's name, or that there is none",
        "companies_house_number": "the supplier's number in the Companies House register",
        "external_supplier_role": "what the supplier did",
        "procurement_procedure_type": "how the supplier was procured",
        "data_access_terms": "on what terms the supplier sees data",
        "previous_process": "how places were found before",
        "alternatives_considered": "what else was considered, and why it was not chosen",
        "process_integration": "at which step of finding a place a run is made, and who sees it",
        "frequency_and_scale_of_usage": "how often runs are made",
        "human_decisions_and_review": "who decides on each proposal, by what rules, and how a departure is "
        "recorded",
        "required_training": "what those who make and read runs are trained in",
        "appeals_and_review": "how a child, family or carer can question a placement",
        "phase": "Idea, Design, Development, Beta/Pilot, Production or Retired, with dates",
        "maintenance": "who reviews policy, data and versions, and how often",
        "data_collection": "how the children's and carers' data were collected, and the lawful basis",
        "data_sharing_agreements": "the data sharing agreements between the authorities",
        "data_access_and_storage": "who can open the packs and runs, where they are stored and for how long",
        "impact_assessment": "data protection and equality impact assessments, and reviews of legality, with "
        "dates and links",
    }
)
"""Key of owner.toml, as the standard names the attribute → what is to be filled in there."""


def owner_from_toml(path: Path) -> Mapping[str, str]:
    """The fields that owner.toml fills; raises `InputError` with every key that is wrong."""
    document, faults = toml_from_file(path, path.name)
    if document is not None:
        for key, value in document.values.items():
            if key not in FIELDS:
                near = nearest(key, tuple(FIELDS))
                accepted = f"{near}, if that is what it is" if near else f"one of {', '.join(FIELDS)}"
                faults.append(document.fault(key, f"the key {key} is not known", accepted))
            elif not isinstance(value, str) or not value.strip():
                faults.append(document.fault(key, f"{key} is no text", FIELDS[key]))
    if faults or document is None:
        raise InputError(f"{path} cannot be used: {_number(faults)}", faults)
    return MappingProxyType({key: str(value).strip() for key, value in document.values.items()})


def _number(faults: list[Fault]) -> str:
    return f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
