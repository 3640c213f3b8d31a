"""Cooperation as its run folder has it: contributions, sub-regions, every authority alone and together.

Every table is of a pack and of a cooperation that is open.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from optimiser.audit.manifest import sha256
from optimiser.cooperation.findings import MEASURES, not_bought
from optimiser.cooperation.run import CONTRIBUTIONS, SUB_REGIONS, TIERS
from optimiser.cooperation.whole import ALONE, SUB_REGION, TOGETHER
from optimiser.errors import InputError
from optimiser.report import populations as pop
from optimiser.report.build import Builder
from optimiser.report.disclosure import NOTE, published
from optimiser.report.page import document_html, table_html
from optimiser.report.run_files import MANIFEST
from optimiser.report.table import TOTAL, Key, Kind, Table
from optimiser.report.views import View

KIND = "cooperation"
KINDS: Mapping[str, Kind] = {"mean_miles": Kind.MILES, "weekly_cost_total": Kind.MONEY}
"""Measure → how it is shown; any other is a number of children or groups."""
SCOPE_WORDS = {ALONE: "alone", SUB_REGION: "as a sub-region", TOGETHER: "together"}
CONTRIBUTION_NOTE = (
    "In fractions of children and places, with the policy's prices for a child without a place and a sibling "
    "group separated. No set of authorities would pay less alone than it contributes together."
)
NOTHING = "Nothing here is worse or no different for any authority."
NOT_PUBLISHED = "Not for publication: small counts are shown."
WHOLE_NOTE = "Whole children in whole homes; each home of the market goes to one authority."


@dataclass(frozen=True)
class CooperationFiles:
    """The tables of a cooperation's folder, every cell text."""

    folder: Path
    manifest: Mapping[str, Any]
    contributions: pd.DataFrame
    sub_regions: pd.DataFrame
    tiers: pd.DataFrame


def cooperations_in(folder: Path) -> list[Path]:
    """The folders of cooperations in a folder of runs, by name."""
    if not folder.is_dir():
        return []
    found = [path.parent for path in sorted(folder.glob(f"[!.]*/{MANIFEST}"))]
    return [each for each in found if is_cooperation(each)]


def inputs_of(folder: Path) -> dict[str, str]:
    """File → SHA-256 of what a cooperation was worked out from."""
    inputs = _manifest(folder).get("inputs")
    return {str(name): str(hashed) for name, hashed in inputs.items()} if isinstance(inputs, dict) else {}


def open_cooperation(folder: Path) -> CooperationFiles:
    """The folder, opened; `InputError` where a file is missing, or not the one its manifest tells of."""
    manifest = _manifest(folder)
    hashes = manifest.get("outputs")
    if manifest.get("kind") != KIND or not isinstance(hashes, dict):
        raise InputError(f"{folder.name} is no cooperation; accepted: what optimiser cooperate wrote")
    tables = {}
    for name in (CONTRIBUTIONS, SUB_REGIONS, TIERS):
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise InputError(f"{name} of {folder.name} cannot be read: {error.strerror}") from error
        if sha256(content) != hashes.get(name):
            raise InputError(f"{name} of {folder.name} is not the file that its manifest tells of")
        tables[name] = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False)
    return CooperationFiles(folder, manifest, tables[CONTRIBUTIONS], tables[SUB_REGIONS], tables[TIERS])


def _manifest(folder: Path) -> Mapping[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def contributions(view: View, files: CooperationFiles) -> Table:
    """Who gains and who pays: one row an authority, and the whole region."""
    rows = files.contributions
    codes = rows["authority"].tolist()
    figures = {name: rows[name].astype("float64").to_numpy() for name in rows.columns[2:]}
    children = view.pack.children["authority"].value_counts()
    keys: list[Key | None] = [
        *(pop.key_of(pop.PACK, pop.AUTHORITY, code, pop.CHILDREN) for code in codes),
        pop.key_of(pop.PACK, pop.REGION, "", pop.CHILDREN),
    ]
    builder = Builder()
    builder.text("code", "Code", [*codes, ""])
    builder.text("authority", "Authority", [*map(view.name_of, codes), TOTAL])
    numbers = [int(children.get(code, 0)) for code in codes]
    builder.count("children", "Children", [*numbers, sum(numbers)], keys)

    def money(name: str, label: str, values: np.ndarray, meaning: str) -> None:
        each = [*values, values.sum()]
        builder.figure(name, label, each, Kind.MONEY, rests_on=("children",), meaning=meaning)

    money("alone", "Alone", figures["alone"], "What its children would cost in the places it holds alone.")
    money("contribution", "Contribution", figures["contribution"], "What it should bear together.")
    money("saving", "Saving", figures["saving"], "Alone less contribution: what it gains by cooperating.")
    money("together", "Own children", figures["together"], "What its own children cost together.")
    pays = figures["contribution"] - figures["together"]
    money("pays", "Pays to others", pays, "Contribution less own children; below zero it is paid.")
    return builder.table(
        "contributions",
        "Who gains and who pays, £ a week",
        source=view,
        total=True,
        notes=[CONTRIBUTION_NOTE],
    )


def sub_regions(view: View, files: CooperationFiles) -> Table:
    """What the members of each sub-region cost alone, as a sub-region, and in the whole region."""
    rows = files.sub_regions
    builder = Builder()
    builder.text("sub_region", "Sub-region", rows["sub_region"])
    named = [", ".join(map(view.name_of, codes.split(";"))) for codes in rows["authorities"]]
    builder.text("authorities", "Authorities", named)
    for name, label in (
        ("alone", "Each alone"),
        ("as_one", "As a sub-region"),
        ("contribution", "In the whole region"),
        ("saving_as_one", "Saved by the sub-region"),
        ("saving_in_region", "Saved further by the region"),
    ):
        builder.figure(name, label, rows[name].astype("float64"), Kind.MONEY)
    return builder.table("sub_regions", "Sub-regions, £ a week", source=view, notes=[CONTRIBUTION_NOTE])


def compared(view: View, files: CooperationFiles) -> Table:
    """Every authority alone and together, and all: children without a place, siblings, miles and cost."""
    tiers = files.tiers
    tiers = tiers[tiers["set"] == ""]
    builder = Builder()
    builder.text("code", "Code", [*view.codes, ""])
    builder.text("authority", "Authority", [*map(view.name_of, view.codes), TOTAL])
    sides = {scope: tiers[tiers["scope"] == scope].set_index("authority") for scope in (ALONE, TOGETHER)}
    _measures(builder, sides, [*view.codes, ""])
    return builder.table(
        "alone_and_together", "Alone and together", source=view, total=True, notes=[WHOLE_NOTE]
    )


def compared_sub_regions(view: View, files: CooperationFiles) -> Table:
    """The children of each sub-region: each authority alone, as a sub-region, and in the whole region."""
    tiers = files.tiers
    tiers = tiers[(tiers["set"] != "") & (tiers["authority"] == "")]
    builder = Builder()
    sides = {scope: side.set_index("set") for scope, side in tiers.groupby("scope", sort=False)}
    names = sides[SUB_REGION].index.tolist() if SUB_REGION in sides else []
    builder.text("sub_region", "Sub-region", names)
    _measures(builder, {str(scope): side for scope, side in sides.items()}, names)
    return builder.table(
        "sub_regions_compared", "The children of each sub-region", source=view, notes=[WHOLE_NOTE]
    )


def _measures(builder: Builder, sides: Mapping[str, pd.DataFrame], rows: Sequence[str]) -> None:
    """Every measure of these rows in every scope, side by side."""
    for measure in MEASURES:
        for scope, side in sides.items():
            cells = side.loc[list(rows), measure.column].tolist()
            values = [float(cell) if cell else None for cell in cells]
            label = f"{measure.label}, {SCOPE_WORDS[scope]}"
            kind = KINDS.get(measure.column, Kind.NUMBER)
            builder.figure(f"{measure.column}_{scope}", label, values, kind)


def sentences(view: View, files: CooperationFiles) -> tuple[str, ...]:
    """What pooling does not buy."""
    records = files.tiers.to_dict("records")
    tiers = [{str(name): str(cell) for name, cell in row.items()} for row in records]
    return tuple(not_bought(tiers, {code: view.name_of(code) for code in view.codes}))


def html_page_of_cooperation(view: View, files: CooperationFiles, *, publication: bool = False) -> bytes:
    """One self-contained page, UTF-8; with `publication` the contributions alone, small numbers hidden."""
    title = f"{view.region.name}: what cooperating is worth"
    tables = [contributions(view, files)]
    note = NOTE if publication else NOT_PUBLISHED
    said = [f"<header><h1>{escape(title)}</h1><p>{escape(note)}</p></header>"]
    if publication:
        tables = [published(table) for table in tables]
    else:
        tables += [sub_regions(view, files), compared(view, files)]
        tables.append(compared_sub_regions(view, files))
        told = "".join(f"<li>{escape(each)}</li>" for each in sentences(view, files) or (NOTHING,))
        said.append(f"<h2>What pooling does not buy</h2><ul>{told}</ul>")
    said += ["<h2>Tables</h2>", *(table_html(table) for table in tables if len(table.frame))]
    said.append(f"<p>SHA-256 of the manifest: {escape(str(files.manifest['sha256']))}</p>")
    return document_html(title, f"<main>{''.join(said)}</main>")


def is_cooperation(folder: Path) -> bool:
    """Whether the folder's manifest says that it is one."""
    return _manifest(folder).get("kind") == KIND


def pack_of(folder: Path) -> Path:
    """Where the pack was that the cooperation was worked out from."""
    return Path(str(_manifest(folder).get("pack", "")))
