"""The placements standard's "Data Collection" sheet: 44 columns, saved as CSV, read with its known traps.

The names of the columns stand under a title row and above a row of help and an example; answers differ in
case and spacing between the drop-downs and the standard's text. Shape: the standard's spreadsheet version 3
(2026).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.demand.coded import coded
from optimiser.demand.quality import REPAIRED, SET_ASIDE, USED, Findings, Quality
from optimiser.demand.written_dates import ACCEPTED as ACCEPTED_DATES
from optimiser.demand.written_dates import date_from_text
from optimiser.errors import Fault, InputError
from optimiser.pack.faults import accepted_codes, shown
from optimiser.pack.file_bytes import bytes_from_file

SHEET_COLUMNS: Final = (
    *("child_ID", "when_placement_is_needed_by", "number_of_siblings_to_place_with"),
    *("is_preferred_location_local", "out_of_LA_reason", "communication_language_learning_needs"),
    *("specific_communication_and_language_requirements", "adaptation_to_the_home", "cultural_needs"),
    *("who_can_the_child_be_cared_for_alongside", "can_child_live_with_pets", "additional_support"),
    *("additional_support_other", "dol", "foster_care_suitability", "residential_care_suitability"),
    *("supported_accommodation", "risk_to_child_self_harm", "risk_to_child_criminal_exploitation"),
    *("risk_to_child_drug_and_alcohol_use", "risk_to_child_eating_disorder", "risk_to_child_going_missing"),
    *("risk_to_others_physical_harm", "risk_to_others_sexual_harm", "risk_to_others_fire_setting"),
    *("risk_to_others_harm_to_animals", "risk_to_others_criminal_exploitation", "cost_core_weekly"),
    *("cost_additional_support_weekly", "cost_education_weekly", "cost_other_weekly", "cost_total_weekly"),
    *("placement_location", "preferrability_of_placement_location", "education_continuity", "provider_URN"),
    *("how_many_siblings_were_placed_together", "placement_type", "name_of_officer_referral"),
    *("Date_entry_referral", "name_of_officer_placement", "date_entry_placement"),
    *("name_of_officer_placement_cost", "date_entry_placement_cost"),
)
COST_COLUMNS: Final = tuple(name for name in SHEET_COLUMNS if name.startswith("cost_"))
DATE_COLUMNS: Final = ("Date_entry_referral", "date_entry_placement", "date_entry_placement_cost")
SIBLING_COLUMNS: Final = ("number_of_siblings_to_place_with", "how_many_siblings_were_placed_together")
RISK_COLUMNS: Final = tuple(name for name in SHEET_COLUMNS if name.startswith("risk_"))
USUAL_TOTAL: Final = (100.0, 100_000.0)
"""£ a week; the standard warns outside."""

_YES_NO: Final = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}
_SUITABILITY: Final = {
    "preferred": terms.PREFERRED,
    "suitable but not preferred": terms.SUITABLE,
    "unsuitable": terms.UNSUITABLE,
    "not specified": "",
}
ANSWERS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "when_placement_is_needed_by": {"today": "today", "< 5 days": "< 5 days", "> 5 days": "> 5 days"},
        "is_preferred_location_local": _YES_NO,
        "communication_language_learning_needs": _YES_NO | {"not specified": ""},
        "adaptation_to_the_home": _YES_NO | {"not specified": "", "not known": ""},
        "dol": _YES_NO | {"not specified": "", "not known": ""},
        "who_can_the_child_be_cared_for_alongside": {
            "solo placement recommended": "solo",
            "with other children recommended": "others",
            "only with other older children": "older",
            "only with other younger children": "younger",
            "no preference": "",
        },
        "can_child_live_with_pets": {"yes-must": "must", "yes-can": "can", "no": "no", "not known": ""},
        "foster_care_suitability": _SUITABILITY,
        "residential_care_suitability": _SUITABILITY,
        "supported_accommodation": _SUITABILITY,
        "placement_type": {
            "foster": terms.FOSTER_HOME,
            "residential": terms.CHILDRENS_HOME,
            "supported accommodation": terms.SUPPORTED_ACCOMMODATION,
        },
        **{name: {"no known risk": "no", "risk present": "yes"} for name in RISK_COLUMNS},
    }
)
"""Closed answers in small letters → what the reader makes of them; "" where they say nothing."""

ACCEPTED: Final = "the placements standard's data collection sheet, saved as CSV UTF-8"
_LINES_ABOVE_HEADER = 10
_ROWS_OF_HELP = 2
_HELP = re.compile(
    r"\b(example|e\.g\.?|unique|identifier|mandatory|optional|enter|free text)\b", re.IGNORECASE
)
_MONEY = re.compile(r"£?\s*([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?")


@dataclass(frozen=True)
class Sheet:
    """`rows`: the columns of the sheet and `row` (as a spreadsheet shows it), one a row that is not help or
    an example; answers as in `ANSWERS`, costs in £ a week (NaN: blank), dates ISO, siblings whole numbers
    (NaN). `usable`: rows not set aside. `rows_read` = used + repaired + set aside."""

    file: str
    rows: pd.DataFrame
    usable: pd.Series[bool]
    quality: Quality
    rows_read: int
    used: int
    repaired: int
    set_aside: int


def _plain(text: str) -> str:
    """Small letters, single spaces, "<5days" as "< 5 days"."""
    words = " ".join(text.lower().replace("–", "-").split())
    words = re.sub(r"\s*-\s*", "-", words)
    return re.sub(r"([<>])\s*5\s*days?", r"\1 5 days", words)


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def _records(file: str, content: bytes) -> tuple[list[tuple[int, list[str]]], list[str], int]:
    """The records that are not blank, the header and its row; InputError where no row has the column
    names."""
    text = content.decode("utf-8", errors="backslashreplace").removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        lines = [(row, [cell.strip() for cell in cells]) for row, cells in enumerate(reader, start=1)]
    except csv.Error as error:
        raise InputError(f"{file} cannot be read", [Fault(file, 0, "", str(error), ACCEPTED)]) from error
    for at, (row, cells) in enumerate(lines[:_LINES_ABOVE_HEADER]):
        if "child_id" in map(_key, cells):
            return [line for line in lines[at + 1 :] if any(line[1])], cells, row
    fault = Fault(file, 0, "child_ID", "no row has the names of the columns", ACCEPTED)
    raise InputError(f"{file} is no sheet of the placements standard", [fault])


def _columns(file: str, header: list[str], row: int) -> dict[str, int]:
    """Where each column stands; InputError names all that are missing."""
    place = {_key(name): at for at, name in reversed(list(enumerate(header))) if name}
    missing = [name for name in SHEET_COLUMNS if _key(name) not in place]
    if missing:
        faults = [Fault(file, row, name, f"there is no column {name}", ACCEPTED) for name in missing]
        raise InputError(f"{file} lacks columns of the placements standard", faults)
    return {name: place[_key(name)] for name in SHEET_COLUMNS}


def read_sheet(path: Path) -> Sheet:
    """The sheet, checked; InputError where it is none, or a column of the 44 is missing."""
    file = path.name
    content, faults = bytes_from_file(path, file, accepted=ACCEPTED)
    if content is not None and content.startswith(b"PK\x03\x04"):
        faults = [Fault(file, 0, "", "the file is a spreadsheet, not CSV", ACCEPTED)]
    if faults or content is None:
        raise InputError(f"{path} cannot be read", faults)
    records, header, header_row = _records(file, content)
    place = _columns(file, header, header_row)
    cells = {name: [line[at] if at < len(line) else "" for _, line in records] for name, at in place.items()}
    findings = Findings(len(records))
    help_rows = np.array(
        [at < _ROWS_OF_HELP and bool(_HELP.search(child)) for at, child in enumerate(cells["child_ID"])], bool
    )
    findings.add("help or example", "child_ID", help_rows, "the row is help or an example", SET_ASIDE)
    blank = np.array([not child for child in cells["child_ID"]], bool)
    findings.add("no child", "child_ID", blank, "child_ID is blank", SET_ASIDE)
    table = pd.DataFrame(
        {"row": [row for row, _ in records]} | {n: _read(n, c, findings, help_rows) for n, c in cells.items()}
    )
    _check_totals(table, findings)
    usable = pd.Series(findings.usable)
    files = pd.Series(pd.Categorical([file] * len(table), categories=[file]))
    children = table["child_ID"].astype("category")
    found = findings.frame(file=files, row=table["row"], child=children)
    counts = np.bincount(findings.worst, minlength=3).tolist()
    quality = Quality(found.sort_values("row", kind="stable", ignore_index=True))
    return Sheet(file, table, usable, quality, len(table), *counts)


def _read(name: str, cells: list[str], findings: Findings, skipped: np.ndarray) -> list[object]:
    """A column's cells as `Sheet.rows` has them; a finding for each that cannot be read, which is then
    blank."""
    shown_cells = ["" if skip else cell for cell, skip in zip(cells, skipped.tolist(), strict=True)]
    if name in ANSWERS:
        return _answers(name, shown_cells, findings)
    if name in COST_COLUMNS or name in SIBLING_COLUMNS:
        return _numbers(name, shown_cells, findings)
    if name in DATE_COLUMNS:
        return _dates(name, shown_cells, findings)
    return list(cells if name == "child_ID" else shown_cells)


def _answers(name: str, cells: list[str], findings: Findings) -> list[object]:
    answers = ANSWERS[name]
    column = coded(cells)
    texts = column.texts.tolist()
    unknown = np.array([_plain(text) not in answers for text in texts], bool)
    what = [
        f"{name} is {shown(text)}; accepted: {accepted_codes(_plain(text), tuple(answers))}" for text in texts
    ]
    findings.add_texts("unknown answer", name, column, unknown, what, USED)
    return [answers.get(_plain(cell), "") for cell in cells]


def _numbers(name: str, cells: list[str], findings: Findings) -> list[object]:
    plain = ["" if cell.upper() in ("NA", "N/A") else cell for cell in cells]
    column = coded(plain)
    unknown = np.array([not _MONEY.fullmatch(text) for text in column.texts.tolist()], bool)
    what = [f"{name} is {shown(text)}; accepted: a number of 0 or more" for text in column.texts.tolist()]
    findings.add_texts("number unreadable", name, column, unknown, what, USED)
    return [float(re.sub(r"[£,\s]", "", cell)) if _MONEY.fullmatch(cell) else np.nan for cell in plain]


def _dates(name: str, cells: list[str], findings: Findings) -> list[object]:
    column = coded(cells)
    read = {text: date_from_text(text) for text in column.texts.tolist()}
    texts = column.texts.tolist()
    unknown = np.array([read[text][0] is None for text in texts], bool)
    what = [f"{name} is {shown(text)}; accepted: {ACCEPTED_DATES}" for text in texts]
    findings.add_texts("date unreadable", name, column, unknown, what, USED)
    loose = np.array([read[text][1] for text in texts], bool)
    what = [f"{name} is {shown(text)}, read as {read[text][0]}" for text in texts]
    findings.add_texts("date form", name, column, loose, what, REPAIRED)
    return [str(read[cell][0]) if cell and read[cell][0] else "" for cell in cells]


def _check_totals(table: pd.DataFrame, findings: Findings) -> None:
    """The total is in the usual range, and is the sum of its parts where they are given."""
    total = table["cost_total_weekly"].astype("float64")
    low, high = USUAL_TOTAL
    what = f"cost_total_weekly is outside {low:g} to {high:,.0f} pounds a week"
    findings.add("cost unusual", "cost_total_weekly", ((total < low) | (total > high)).to_numpy(), what, USED)
    parts = table[[name for name in COST_COLUMNS if name != "cost_total_weekly"]].astype("float64")
    differs = total.notna() & parts.notna().any(axis=1) & ((parts.sum(axis=1) - total).abs() > 1)
    what = "cost_total_weekly is not the sum of the other costs"
    findings.add("cost not a sum", "cost_total_weekly", differs.to_numpy(), what, USED)
