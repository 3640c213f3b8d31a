"""The published figures of each authority, as the Department for Education and Ofsted give them.

A cell of `c` is suppressed and `-` not reported; both are filled from the other authorities asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import pandas as pd

from optimiser.errors import Fault, InputError

UNPUBLISHED: Final = ("", "c", "-", "low", "u", "x", "z")
"""What stands in a cell where no figure is published."""

BASE: Final = "children_looked_after"
AGE_BANDS: Final = {
    "aged_under_1": (0, 0),
    "aged_1_to_4": (1, 4),
    "aged_5_to_9": (5, 9),
    "aged_10_to_15": (10, 15),
    "aged_16_and_over": (16, 17),
}
"""Column → first and last year of age."""

PLACED: Final = {
    "placed_foster": "foster",
    "placed_childrens_homes": "home",
    "placed_supported_accommodation": "supported",
}
"""Column → the kind of care; children with their parents and in other placements need no place found."""

COUNTS: Final = (
    *AGE_BANDS,
    "female",
    "male",
    "uasc",
    *PLACED,
    "provided_own",
    "provided_private",
    "provided_voluntary",
    "within_20_miles",
    "over_20_miles",
    "distance_not_known",
    "la_foster_places_approved",
    "la_foster_places_filled",
    "childrens_homes",
    "childrens_home_places",
    "homes_private",
    "homes_local_authority",
    "homes_voluntary",
    "homes_outstanding",
    "homes_good",
    "homes_requires_improvement",
    "homes_inadequate",
    "homes_not_inspected",
    "supported_accommodation_premises",
    "supported_accommodation_places",
)
COSTS: Final = ("foster_cost_gbp_per_week", "residential_cost_gbp_per_week")


@dataclass(frozen=True)
class Facts:
    """`table`: one row per authority asked for, by GSS code; `name` and the figures as floats, no gaps."""

    table: pd.DataFrame

    @property
    def codes(self) -> list[str]:
        """GSS codes, in the order asked for."""
        return [str(code) for code in self.table.index]

    def names(self) -> dict[str, str]:
        """GSS code → name."""
        return {str(code): str(name) for code, name in self.table["name"].items()}


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        fault = Fault(path.name, 0, "", f"cannot be read ({error})", "a UTF-8 CSV file with a header")
        raise InputError(f"{path.name} cannot be read", [fault]) from error


def _faults_of_header(table: pd.DataFrame, file: str) -> list[Fault]:
    wanted = ("code", "la", BASE, *COUNTS, *COSTS)
    missing = [column for column in wanted if column not in table.columns]
    return [Fault(file, 1, column, "the column is missing", f"a column named {column}") for column in missing]


def _faults_of_codes(table: pd.DataFrame, authorities: Sequence[str], file: str) -> list[Fault]:
    known = table["code"].tolist()
    faults = []
    for code in authorities:
        if code not in known:
            near = get_close_matches(code, known, n=1)
            accepted = f"perhaps {near[0]}" if near else f"a code of the file, such as {', '.join(known[:3])}"
            faults.append(Fault(file, 0, "code", f"no authority has the code {code!r}", accepted))
    doubled = table["code"].duplicated()
    faults += [
        Fault(file, int(row) + 2, "code", f"{known[int(row)]} stands twice", "one row per authority")
        for row in table.index[doubled]
        if known[int(row)] in authorities
    ]
    repeated = sorted({code for code in authorities if list(authorities).count(code) > 1})
    faults += [
        Fault(file, 0, "code", f"{code} is asked for twice", "each authority once") for code in repeated
    ]
    return faults


def _numbers(cells: pd.Series, rows: pd.Series, file: str) -> tuple[pd.Series, list[Fault]]:
    text = cells.str.strip().str.replace(",", "").str.lower()
    numbers = pd.to_numeric(text, errors="coerce")
    wrong = (numbers.isna() & ~text.isin(UNPUBLISHED)) | numbers.lt(0)
    accepted = "a number of 0 or more, or c or - where none is published"
    column = str(cells.name)
    faults = [
        Fault(file, int(rows[i]), column, f"{cells[i]!r} is no figure", accepted) for i in cells.index[wrong]
    ]
    return numbers.astype("float64"), faults


def _filled(table: pd.DataFrame, column: str) -> pd.Series:
    """A missing count is the others' share of children looked after; a missing cost is the others' median."""
    known = table[column].notna()
    if known.all():
        return table[column]
    if column in COSTS:
        return table[column].fillna(table[column].median() if known.any() else 0.0)
    base = table.loc[known, BASE].sum()
    share = table.loc[known, column].sum() / base if base > 0 else 0.0
    return table[column].fillna((table[BASE] * share).round())


def read_facts(path: Path, authorities: Sequence[str]) -> Facts:
    """The figures of `authorities` (GSS codes), gaps filled; InputError with every fault of the file.

    The number of children looked after itself must be published.
    """
    raw = _read(path)
    file = path.name
    if not authorities:
        fault = Fault(file, 0, "code", "no authority is asked for", "at least one GSS code")
        raise InputError("no authority is asked for", [fault])
    faults = _faults_of_header(raw, file)
    if faults:
        raise InputError(f"{file} is not a file of figures", faults)
    raw["code"] = raw["code"].str.strip()
    faults = _faults_of_codes(raw, authorities, file)
    if faults:
        raise InputError(f"{file} does not hold these authorities", faults)

    raw["row"] = raw.index + 2
    wanted = raw.set_index("code").loc[list(authorities)]
    table = pd.DataFrame({"name": wanted["la"].str.strip()})
    for column in (BASE, *COUNTS, *COSTS):
        table[column], wrong = _numbers(wanted[column], wanted["row"], file)
        faults += wrong
    for code in table.index[table[BASE].isna() | table[BASE].eq(0)]:
        what = "the number of children looked after is not published"
        faults.append(Fault(file, int(wanted.loc[code, "row"]), BASE, what, "a number of 1 or more"))
    if faults:
        raise InputError(f"{file} has figures that cannot be used", sorted(set(faults)))
    for column in (*COUNTS, *COSTS):
        table[column] = _filled(table, column)
    return Facts(table)
