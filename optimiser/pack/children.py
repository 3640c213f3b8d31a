"""children.csv: from cells that passed their schema to the typed table, with what contradicts itself."""

from __future__ import annotations

from datetime import date

import pandas as pd

from optimiser import terms
from optimiser.errors import Fault
from optimiser.pack import cells
from optimiser.pack.points import points_from_cells
from optimiser.pack.tables import Table


def _ages_on(born: pd.Series[pd.Timestamp], as_at: date) -> pd.Series[float]:
    """Whole years from birth to `as_at`, NaN where it is not known; 29 February counts from 1 March."""
    month, day = born.dt.month, born.dt.day
    to_come = (month > as_at.month) | ((month == as_at.month) & (day > as_at.day))
    return (as_at.year - born.dt.year - to_come).astype("float64")


def _ages(table: Table, as_at: date | None) -> tuple[pd.Series[int], list[Fault]]:
    """Ages in whole years, from `age` or from `date_of_birth` against `as_at` (None: not known)."""
    age, birth = table.cells["age"], table.cells["date_of_birth"]
    blank = (age == "") & (birth == "")
    accepted = "whole years from 0 to 17, or a date_of_birth"
    faults = table.faults(blank, "age", "age is blank", accepted, reads=["date_of_birth"])
    if as_at is None:
        return cells.whole_numbers(age, 0), faults
    born = cells.dates(birth)
    reckoned = _ages_on(born, as_at)
    past = born <= pd.Timestamp(as_at)
    possible = past & reckoned.between(terms.AGE_MIN, terms.AGE_MAX)
    faults += table.faults(
        born.notna() & ~possible,
        "date_of_birth",
        lambda row: (
            f"date_of_birth makes the age on {as_at} {reckoned[row]:.0f}"
            if past[row]
            else f"date_of_birth is after {as_at}, the date of the data"
        ),
        f"a date that makes the age on {as_at} 0 to 17",
    )
    written = cells.numbers(age)
    faults += table.faults(
        possible & written.notna() & (written != reckoned),
        "age",
        lambda row: f"age is {age[row]}, but date_of_birth makes it {reckoned[row]:.0f} on {as_at}",
        "the age that date_of_birth makes, or one of the two alone",
        reads=["date_of_birth"],
    )
    known = written.fillna(reckoned.where(possible)).fillna(terms.AGE_MIN)
    return known.astype("int64"), faults


def _avoid(table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """The points to avoid and their radii in miles; a point without a radius, or the reverse, is a fault."""
    points, faults = points_from_cells(table, "avoid_", required=False)
    point = ["avoid_easting", "avoid_northing", "avoid_postcode"]
    has_point = (table.cells[point] != "").any(axis=1)
    has_miles = table.cells["avoid_miles"] != ""
    accepted = "a point and miles, both or neither"
    faults += table.faults(
        has_point & ~has_miles,
        "avoid_miles",
        "there is a point to avoid, but avoid_miles is blank",
        accepted,
        reads=point,
    )
    what = "avoid_miles is given, but no point to avoid"
    faults += table.faults(
        has_miles & ~has_point, "avoid_easting", what, accepted, reads=[*point, "avoid_miles"]
    )
    return points.assign(miles=cells.numbers(table.cells["avoid_miles"])), faults


def _suitability(table: Table, column: str, ages: pd.Series[int]) -> pd.Series[str]:
    """`suitable` where nothing is written, but supported accommodation under 16 `unsuitable`."""
    written = table.cells[column]
    filled = written.where(written != "", terms.SUITABLE)
    if column != terms.SUPPORTED_ACCOMMODATION:
        return filled
    young = ages < terms.AGE_OF_SUPPORTED_ACCOMMODATION
    return filled.where((written != "") | ~young, terms.UNSUITABLE)


def children_from_cells(table: Table, as_at: date | None) -> tuple[pd.DataFrame, list[Fault]]:
    """The children as `Pack.children` has them, but indexed by spreadsheet row; and every contradiction.

    `as_at` None means that region.toml has no date to reckon ages against.
    """
    written = table.cells
    ages, faults = _ages(table, as_at)
    homes, home_faults = points_from_cells(table, "home_", required=True)
    schools, school_faults = points_from_cells(table, "school_", required=False)
    avoid, avoid_faults = _avoid(table)
    children = pd.DataFrame(
        {
            "child_id": written["child_id"],
            "authority": written["authority"],
            **{f"home_{name}": homes[name] for name in homes},
            "age": ages,
            "gender": written["gender"],
            "needs": cells.lists(written["needs"]),
            **{column: _suitability(table, column, ages) for column in terms.CARE_COLUMNS},
            "sibling_group": written["sibling_group"],
            "solo": cells.yes(written["solo"]),
            **{f"school_{name}": schools[name] for name in schools},
            **{f"avoid_{name}": avoid[name] for name in avoid},
            "needed_by": written["needed_by"],
            "current_provision_id": written["current_provision_id"],
            "current_miles": cells.numbers(written["current_miles"]),
            **{column: written[column] for column in ("ethnicity", "uasc", "disability")},
        }
    )
    return children, faults + home_faults + school_faults + avoid_faults
