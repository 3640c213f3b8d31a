"""provision.csv: from cells that passed their schema to the typed table, with what contradicts itself."""

from __future__ import annotations

import pandas as pd

from optimiser import terms
from optimiser.errors import Fault
from optimiser.pack import cells
from optimiser.pack.points import points_from_cells
from optimiser.pack.tables import Table

_AS_WRITTEN = ("provision_id", "name", "provider", "kind", "sector", "authority")


def _contradictions(table: Table, provision: pd.DataFrame) -> list[Fault]:
    """Vacancies over places, ages the wrong way round, kinship without named children, and the reverse."""
    written = table.cells
    kinship = written["kind"] == terms.KINSHIP
    named = written["named_children"] != ""
    places, vacancies = provision["places"], provision["vacancies"]
    age_min, age_max = provision["age_min"], provision["age_max"]
    faults = table.faults(
        vacancies > places,
        "vacancies",
        lambda row: f"vacancies is {vacancies[row]}, but places is {places[row]}",
        "a whole number from 0 to places",
        reads=["places"],
    )
    faults += table.faults(
        age_min > age_max,
        "age_min",
        lambda row: f"age_min is {age_min[row]}, but age_max is {age_max[row]}",
        "a whole number from 0 to age_max",
        reads=["age_max"],
    )
    faults += table.faults(
        kinship & ~named,
        "named_children",
        "kinship carers without named_children",
        "the child_ids these carers are for, separated by ;",
        reads=["kind"],
    )
    faults += table.faults(
        named & ~kinship & (written["kind"] != ""),
        "named_children",
        "named_children of a provision that is not kinship are not read",
        "blank, unless kind is kinship",
        reads=["kind"],
        warning=True,
    )
    return faults


def provision_from_cells(table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """The provision as `Pack.provision` has it, but indexed by spreadsheet row; and every contradiction."""
    written = table.cells
    points, faults = points_from_cells(table, "", required=True)
    named = written["named_children"].where(written["kind"] == terms.KINSHIP, "")
    provision = pd.DataFrame(
        {
            **{column: written[column] for column in _AS_WRITTEN},
            "easting": points["easting"],
            "northing": points["northing"],
            "precision": points["precision"],
            "places": cells.whole_numbers(written["places"], 0),
            "vacancies": cells.whole_numbers(written["vacancies"], 0),
            "age_min": cells.whole_numbers(written["age_min"], terms.AGE_MIN),
            "age_max": cells.whole_numbers(written["age_max"], terms.AGE_MAX),
            "genders": written["genders"].where(written["genders"] != "", "any"),
            "skills": cells.lists(written["skills"]),
            "weekly_cost": cells.numbers(written["weekly_cost"]),
            "ofsted": written["ofsted"].where(written["ofsted"] != "", "not_inspected"),
            "named_children": cells.lists(named),
        }
    )
    return provision, faults + _contradictions(table, provision)
