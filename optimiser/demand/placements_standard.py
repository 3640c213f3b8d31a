"""What the placements standard's sheet knows of children, put into a pack that has them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from optimiser.demand.placements_sheet import COST_COLUMNS, RISK_COLUMNS, SIBLING_COLUMNS, Sheet
from optimiser.errors import InputError
from optimiser.pack.csv_file import csv_from_file
from optimiser.pack.folder import write_folder
from optimiser.pack.tables import CHILDREN, COLUMNS
from optimiser.pack.write import csv_bytes

SET_ASIDE_COLUMNS: Final = ("row", "child_ID", "reason")
NEED_OF_COMMUNICATION: Final = {"esol": "esol", "bsl": "bsl", "makaton": "makaton"}
NEED_OF_SUPPORT: Final = {
    "additional supervision": "additional_supervision",
    "therapeutic support": "therapeutic_support",
}
ADDED_COLUMNS: Final = ("placement_needed", *SIBLING_COLUMNS, *RISK_COLUMNS, *COST_COLUMNS, "current_kind")


@dataclass(frozen=True)
class Joined:
    """`children`: the pack's rows, as text, with what the sheet says of them. `set_aside`: the sheet's rows
    that went nowhere: `SET_ASIDE_COLUMNS`. `joined`: how many rows of the sheet are in the pack now."""

    children: pd.DataFrame
    set_aside: pd.DataFrame
    joined: int


def _parts(text: object) -> list[str]:
    return [part.strip().lower() for part in str(text).replace(";", ",").split(",") if part.strip()]


def needs_of_row(row: pd.Series) -> str:
    """The need codes that a row asks for, separated by ";": what a provision must be able to meet.

    Communication (esol, bsl, makaton), support (additional_supervision, therapeutic_support), `adapted_home`,
    `pets` where the child must live with them, and `deprivation_of_liberty`. Risks are no needs.
    """
    needs = [
        NEED_OF_COMMUNICATION.get(part, "")
        for part in _parts(row["specific_communication_and_language_requirements"])
    ]
    needs += [NEED_OF_SUPPORT.get(part, "") for part in _parts(row["additional_support"])]
    needs += ["adapted_home"] if row["adaptation_to_the_home"] == "yes" else []
    needs += ["deprivation_of_liberty"] if row["dol"] == "yes" else []
    needs += ["pets"] if row["can_child_live_with_pets"] == "must" else []
    return ";".join(sorted({need for need in needs if need}))


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.10g}"


def _cells_of_row(row: pd.Series) -> dict[str, str]:
    """What children.csv gets from a row; blank where the sheet says nothing."""
    referred = str(row["Date_entry_referral"])
    return {
        "needs": needs_of_row(row),
        "foster_care": str(row["foster_care_suitability"]),
        "residential_care": str(row["residential_care_suitability"]),
        "supported_accommodation": str(row["supported_accommodation"]),
        "solo": "yes" if row["who_can_the_child_be_cared_for_alongside"] == "solo" else "",
        "needed_by": referred if row["when_placement_is_needed_by"] == "today" else "",
        "current_provision_id": str(row["provider_URN"]) if str(row["provider_URN"]).isdigit() else "",
        "placement_needed": str(row["when_placement_is_needed_by"]),
        "current_kind": str(row["placement_type"]),
        **{name: str(row[name]) for name in RISK_COLUMNS},
        **{name: _number(float(row[name])) for name in (*SIBLING_COLUMNS, *COST_COLUMNS)},
    }


def joined_children(children: pd.DataFrame, sheet: Sheet) -> Joined:
    """The children with what the sheet says; the latest row (by date of placement, then of the sheet) stands.

    A cell of the sheet goes before the pack's; where the sheet is blank the pack's stays. Siblings are
    counted in the sheet, not named, so that `sibling_group` is not touched.
    """
    usable = sheet.rows[sheet.usable]
    usable = usable.sort_values(["date_entry_placement", "row"], kind="stable")
    known = usable["child_ID"].isin(children["child_id"])
    latest = usable[known].drop_duplicates("child_ID", keep="last")
    reasons = pd.Series("", index=usable.index, dtype="str").mask(~known, "no such child_id in the pack")
    earlier = known & ~usable.index.isin(latest.index)
    reasons = reasons.mask(earlier, "a later row of the child stands")
    table = children.copy()
    for name in (*COLUMNS[CHILDREN], *ADDED_COLUMNS):
        if name not in table:
            table[name] = ""
    place = {child: at for at, child in zip(table.index, table["child_id"], strict=True)}
    for _, row in latest.iterrows():
        for name, text in _cells_of_row(row).items():
            if text:
                table.at[place[row["child_ID"]], name] = text
    aside = usable.assign(reason=reasons).loc[reasons != "", list(SET_ASIDE_COLUMNS)]
    return Joined(table, aside.sort_values("row", ignore_index=True), len(latest))


def write_joined(pack: Path, sheet: Sheet, *, out: Path) -> Joined:
    """The pack again, with the sheet in its children.csv, and placements_quality.csv,
    placements_set_aside.csv.

    InputError where the pack has no children.csv that can be read, or `out` exists already.
    """
    csv, faults = csv_from_file(pack / CHILDREN, CHILDREN)
    if csv is None or faults or "child_id" not in csv.cells:
        raise InputError(f"{pack} has no {CHILDREN} that can be read", faults)
    joined = joined_children(csv.cells.reset_index(drop=True), sheet)
    files = {file.name: file.read_bytes() for file in sorted(pack.iterdir()) if file.is_file()}
    files[CHILDREN] = csv_bytes(joined.children)
    files["placements_quality.csv"] = csv_bytes(sheet.quality.findings)
    files["placements_set_aside.csv"] = csv_bytes(joined.set_aside)
    write_folder(out, files)
    return joined
