"""provision.csv: from cells that passed their schema to the typed table, with what contradicts itself."""

from __future__ import annotations

import pandas as pd

from optimiser import terms
from optimiser.errors import Fault
from optimiser.pack import cells
from optimiser.pack.points import points_from_cells
from optimiser.pack.tables import Table

_AS_WRITTEN = ("name", "provider", "kind", "sector", "authority")


def _contradictions(table: Table, offered: pd.DataFrame) -> list[Fault]:
    """Ages the wrong way round, kinship without named children, and the reverse."""
    written = table.cells
    kinship = written["kind"] == terms.KINSHIP
    named = written["named_children"] != ""
    age_min, age_max = offered["age_min"], offered["age_max"]
    faults = table.faults(
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


def offered_from_cells(table: Table, identifier: str) -> tuple[pd.DataFrame, list[Fault]]:
    """The columns of a provision that an option has too, by spreadsheet row; and every contradiction.

    In the order of `Pack.provision`, without `vacancies`; `identifier` is the first column.
    """
    written = table.cells
    points, faults = points_from_cells(table, "", required=True)
    named = written["named_children"].where(written["kind"] == terms.KINSHIP, "")
    offered = pd.DataFrame(
        {
            identifier: written[identifier],
            **{column: written[column] for column in _AS_WRITTEN},
            "easting": points["easting"],
            "northing": points["northing"],
            "precision": points["precision"],
            "places": cells.whole_numbers(written["places"], 0),
            "age_min": cells.whole_numbers(written["age_min"], terms.AGE_MIN),
            "age_max": cells.whole_numbers(written["age_max"], terms.AGE_MAX),
            "genders": written["genders"].where(written["genders"] != "", "any"),
            "skills": cells.lists(written["skills"]),
            "weekly_cost": cells.numbers(written["weekly_cost"]),
            "ofsted": written["ofsted"].where(written["ofsted"] != "", "not_inspected"),
            "named_children": cells.lists(named),
        }
    )
    return offered, faults + _contradictions(table, offered)


def provision_from_cells(table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """The provision as `Pack.provision` has it, but indexed by spreadsheet row; and every contradiction."""
    provision, faults = offered_from_cells(table, "provision_id")
    vacancies = cells.whole_numbers(table.cells["vacancies"], 0)
    places = provision["places"]
    provision.insert(list(provision.columns).index("places") + 1, "vacancies", vacancies)
    provision["held_by"] = table.cells["held_by"]
    faults += table.faults(
        vacancies > places,
        "vacancies",
        lambda row: f"vacancies is {vacancies[row]}, but places is {places[row]}",
        "a whole number from 0 to places",
        reads=["places"],
    )
    return provision, faults
