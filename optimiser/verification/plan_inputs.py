"""The inputs of a plan, read anew: options, limits and futures, and the ground of each future."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from optimiser import terms
from optimiser.verification.documents import (
    Document,
    RefutedError,
    Sheet,
    day,
    document_from_toml,
    shown,
)
from optimiser.verification.documents import sheet_from_csv as sheet_of
from optimiser.verification.ground import Ground, ground_from_files
from optimiser.verification.policy import exact, policy_from_document

OWN_CHILDREN = "children"
"""The name of the run folder of the pack's own children."""


@dataclass(frozen=True)
class FutureInputs:
    """One future: its run folder, its date and weight, and its children.csv."""

    folder: str
    on: date
    weight: Fraction
    children: bytes


@dataclass(frozen=True)
class Limits:
    """commission.toml, as exact numbers; None is "none"."""

    capital: Fraction | None
    standing_weekly: Fraction | None
    max_units: Mapping[str, int]
    payback_years: float


@dataclass(frozen=True)
class PlanInputs:
    """The files of a plan: those of its pack by name, and its futures, in the order of their folders."""

    files: Mapping[str, bytes]
    futures: tuple[FutureInputs, ...]
    capital: float | None = None
    """£, where the command gave another than commission.toml."""

    @property
    def options(self) -> Sheet:
        """options.csv; a table without rows where there is none."""
        return sheet_of("options.csv", self.files.get("options.csv", b"option_id\n"))

    @property
    def limits(self) -> Limits:
        """commission.toml, every absent key with its default."""
        document = document_from_toml("commission.toml", self.files.get("commission.toml", b""))
        limits = Document(document.file, {}, "limits")
        if "limits" in document.values:
            limits = document.table("limits")
        most = limits.table("max_units") if "max_units" in limits.values else limits
        kinds = list(most.values) if "max_units" in limits.values else []
        at = next((each for each in (document, limits) if "payback_years" in each.values), None)
        capital = _amount(limits, "capital")
        return Limits(
            capital=capital if self.capital is None else exact(self.capital),
            standing_weekly=_amount(limits, "standing_weekly"),
            max_units={kind: most.whole(kind) for kind in kinds},
            payback_years=10.0 if at is None else at.number("payback_years"),
        )

    def sheet_of_provision(self, future: FutureInputs, units: Mapping[str, int]) -> Sheet:
        """provision.csv of a future with `units` open."""
        known = set(sheet_of("children.csv", future.children).column("child_id", required=True))
        return provision_sheet(self.files["provision.csv"], self.options, known, future.on, units)

    def pairs(self, future: FutureInputs) -> list[tuple[str, str]]:
        """The pairs of incompatible.csv who are both in the future, in the order of the file."""
        known = set(sheet_of("children.csv", future.children).column("child_id", required=True))
        sheet = pairs_sheet(self.files.get("incompatible.csv"), known)
        return (
            [] if sheet is None else list(zip(sheet.column("child_a"), sheet.column("child_b"), strict=True))
        )

    def ground(self, future: FutureInputs, units: Mapping[str, int] | None) -> Ground:
        """The ground of a future with `units` open; None: with one unit of each option that could be."""
        region = document_from_toml("region.toml", self.files["region.toml"])
        dated = Document(region.file, {**region.values, "as_at": future.on}, region.where)
        children = sheet_of("children.csv", future.children)
        known = set(children.column("child_id", required=True))
        offered = self.options
        if units is None:
            most = offered.column("max_units")
            counted = {
                name: min(1, whole_of(offered, index, "max_units", most[index]))
                for index, name in enumerate(offered.column("option_id"))
            }
        else:
            counted = dict(units)
        provision = provision_sheet(self.files["provision.csv"], offered, known, future.on, counted)
        pairs = pairs_sheet(self.files.get("incompatible.csv"), known)
        policy = policy_from_document(document_from_toml("policy.toml", self.files.get("policy.toml", b"")))
        ground = ground_from_files(dated, children, provision, pairs, policy)
        if units is not None:
            return ground
        there = len(sheet_of("provision.csv", self.files["provision.csv"]))
        return replace(ground, unopened=frozenset(range(there, len(ground.places.id))))


def whole_of(sheet: Sheet, index: int, column: str, cell: str) -> int:
    """A whole number of a cell."""
    if not cell.isdecimal():
        raise sheet.refuted(index, column, f"is {shown(cell)}, not a whole number")
    return int(cell)


def _amount(table: Document, key: str) -> Fraction | None:
    if table.values.get(key, "none") == "none":
        return None
    return exact(table.number(key))


def provision_sheet(
    content: bytes, options: Sheet, known: set[str], on: date, units: Mapping[str, int]
) -> Sheet:
    """provision.csv and then the units open by that day, in the order of options.csv."""
    sheet = sheet_of("provision.csv", content)
    columns = {name: list(cells) for name, cells in sheet.columns.items()}
    names, opens = options.column("option_id"), options.column("opens")
    rows = [
        (index, number)
        for index, name in enumerate(names)
        if not opens[index] or opens[index] <= on.isoformat()
        for number in range(1, units.get(name, 0) + 1)
    ]
    for name in dict.fromkeys([*columns, *(options.columns if rows else ())]):
        if name in ("option_id", "max_units", "capital_cost", "standing_cost", "opens"):
            continue
        cells = columns.setdefault(name, [""] * len(sheet))
        if name == "provision_id":
            cells += [f"{names[index]}#{number}" for index, number in rows]
        else:
            source = "places" if name == "vacancies" else name
            cells += [options.column(source)[index] for index, _ in rows]
    kinds = columns.get("kind", [])
    columns["named_children"] = [
        ";".join(part for part in (piece.strip() for piece in cell.split(";")) if part in known)
        if kinds[index] == terms.KINSHIP
        else ""
        for index, cell in enumerate(columns.get("named_children", [""] * (len(sheet) + len(rows))))
    ]
    number = len(sheet) + len(rows)
    return Sheet(sheet.file, [*sheet.rows, *(0 for _ in rows)][:number], columns)


def pairs_sheet(content: bytes | None, known: set[str]) -> Sheet | None:
    """incompatible.csv with the pairs of children who are there."""
    if content is None:
        return None
    sheet = sheet_of("incompatible.csv", content)
    a, b = (sheet.column(name, required=True) for name in ("child_a", "child_b"))
    kept = [index for index in range(len(sheet)) if a[index] in known and b[index] in known]
    return Sheet(
        sheet.file,
        [sheet.rows[i] for i in kept],
        {"child_a": [a[i] for i in kept], "child_b": [b[i] for i in kept]},
    )


def futures_of_sheet(
    sheet: Sheet | None, region: Document, children: Mapping[str, bytes]
) -> list[FutureInputs]:
    """The futures of futures.csv with a weight, by folder; without it the pack's own children, once."""
    if sheet is None:
        return [FutureInputs(OWN_CHILDREN, day(region, "as_at"), Fraction(1), children["children.csv"])]
    found = []
    for index, folder in enumerate(sheet.column("folder", required=True)):
        try:
            weight = Fraction(sheet.column("weight", required=True)[index])
            on = date.fromisoformat(sheet.column("date", required=True)[index])
        except (ValueError, ZeroDivisionError) as error:
            raise sheet.refuted(index, "weight", "there is no weight, or no date") from error
        if weight <= 0:
            continue
        name = f"{folder}/children.csv"
        if name not in children:
            raise RefutedError(name, "", "is missing, and with it all that rests on it")
        found.append(FutureInputs(folder, on, weight, children[name]))
    return sorted(found, key=lambda future: (future.folder, future.on))
