"""The ground on which a run is checked: the pack's files read anew, as arrays in the order of the files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from optimiser import terms
from optimiser.verification.documents import Document, RefutedError, Sheet, day, shown
from optimiser.verification.policy import Policy
from optimiser.verification.postcodes import point_of_postcode

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_WHOLE = re.compile(r"[+-]?[0-9]{1,15}(\.0*)?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_GENDER_CODES = {name: code for code, name in enumerate(terms.GENDERS)}
_ANY_GENDER = -1
_LEVELS = {terms.UNSUITABLE: 0, terms.SUITABLE: 1, terms.PREFERRED: 2}
_BITS = 62


@dataclass(frozen=True)
class Points:
    """Points in EPSG:27700 metres, NaN where there is none; `precision` indexes `terms.PRECISIONS`, or −1."""

    east: Floats
    north: Floats
    precision: Ints


@dataclass(frozen=True)
class Children:
    """One entry per row of children.csv."""

    id: list[str]
    authority: list[str]
    home: Points
    school: Points
    avoid: Points
    avoid_miles: Floats
    age: Ints
    gender: Ints
    needs: Ints
    """Shape (children, words): a bit for each need code."""
    level: Ints
    """Shape (children, kinds): 2 preferred, 1 suitable, 0 unsuitable."""
    solo: Bools
    group: Ints
    """Index of the sibling group of two or more; −1 for a child in none."""


@dataclass(frozen=True)
class Places:
    """One entry per row of provision.csv: a foster household or a home."""

    id: list[str]
    provider: list[str]
    sector: list[str]
    authority: list[str]
    held_by: list[str]
    kind: Ints
    """Index into `terms.KINDS`."""
    point: Points
    places: Ints
    vacancies: Ints
    age_min: Ints
    age_max: Ints
    gender: Ints
    """Code of the gender accepted; −1 for any."""
    skills: Ints
    cost: Floats
    judgement: Ints
    """Index into `terms.JUDGEMENTS`."""
    named: Mapping[int, tuple[int, ...]]
    """Kinship provision → the children it is for."""


@dataclass(frozen=True)
class Ground:
    """All that decides who may live where and what it is worth."""

    members: tuple[str, ...]
    """GSS codes of the region, in the order of region.toml."""
    policy: Policy
    children: Children
    places: Places
    groups: tuple[tuple[int, ...], ...]
    """Sibling groups of two or more: indices of children, in the order of the file."""
    group_names: tuple[str, ...]
    incompatible: frozenset[tuple[int, int]]
    """Pairs of children, the lower index first."""
    home_road_miles: Floats | None = None
    school_road_miles: Floats | None = None
    unopened: frozenset[int] = frozenset()
    """Places that may never open: no child has kin because of them."""


class _Reader:
    """The cells of a sheet as values; the first cell that is none is refuted."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def identifiers(self, name: str) -> list[str]:
        cells = self.sheet.column(name, required=True)
        seen: set[str] = set()
        for index, cell in enumerate(cells):
            if cell == "" or cell in seen:
                raise self.sheet.refuted(index, name, "is blank" if cell == "" else f"{shown(cell)} twice")
            seen.add(cell)
        return cells

    def codes(self, name: str, codes: Sequence[str], default: str | None = None) -> list[str]:
        cells = self.sheet.column(name, required=default is None)
        filled = [cell or default or "" for cell in cells]
        known = set(codes)
        for index, cell in enumerate(filled):
            if cell not in known:
                raise self.sheet.refuted(index, name, f"is {shown(cell)}")
        return filled

    def whole(self, name: str, high: int, default: int | None = None) -> Ints:
        cells = self.sheet.column(name, required=default is None)
        values = []
        for index, cell in enumerate(cells):
            if cell == "" and default is not None:
                values.append(default)
                continue
            value = float(cell) if _WHOLE.fullmatch(cell) else -1.0
            if not 0 <= value <= high:
                raise self.sheet.refuted(index, name, f"is {shown(cell)}, not a whole number to {high}")
            values.append(int(value))
        return np.array(values, dtype=np.int64)

    def amounts(self, name: str, *, required: bool = False) -> Floats:
        cells = self.sheet.column(name, required=required)
        values = []
        for index, cell in enumerate(cells):
            if cell == "" and not required:
                values.append(np.nan)
                continue
            value = float(cell) if _DECIMAL.fullmatch(cell) else -1.0
            if value < 0:
                raise self.sheet.refuted(index, name, f"is {shown(cell)}, not a number of 0 or more")
            values.append(value)
        return np.array(values, dtype=np.float64)

    def yes(self, name: str) -> Bools:
        cells = [cell.lower() for cell in self.sheet.column(name)]
        for index, cell in enumerate(cells):
            if cell not in ("", "yes", "no"):
                raise self.sheet.refuted(index, name, f"is {shown(cell)}, not yes or no")
        return np.array([cell == "yes" for cell in cells], dtype=np.bool_)

    def points(self, prefix: str, *, required: bool) -> Points:
        east, north = self.amounts(f"{prefix}easting"), self.amounts(f"{prefix}northing")
        precision = np.full(len(self.sheet), -1, dtype=np.int64)
        precision[np.isfinite(east) & np.isfinite(north)] = 0
        for index, postcode in enumerate(self.sheet.column(f"{prefix}postcode")):
            if precision[index] == 0 or (postcode == "" and not required):
                continue
            point = point_of_postcode(postcode)
            if point is None:
                raise self.sheet.refuted(index, f"{prefix}postcode", f"{shown(postcode)} has no known point")
            east[index], north[index] = point[:2]
            precision[index] = terms.PRECISIONS.index(point[2])
        return Points(east, north, precision)

    def lists(self, name: str) -> list[tuple[str, ...]]:
        return [
            tuple(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip())) if cell else ()
            for cell in self.sheet.column(name)
        ]


def _age_on(born: date, as_at: date) -> int:
    return as_at.year - born.year - ((as_at.month, as_at.day) < (born.month, born.day))


def _ages(reader: _Reader, as_at: date) -> Ints:
    written, births = reader.sheet.column("age"), reader.sheet.column("date_of_birth")
    ages = reader.whole("age", terms.AGE_MAX, default=terms.AGE_MIN)
    for index, birth in enumerate(births):
        if written[index] != "":
            continue
        try:
            ages[index] = _age_on(date.fromisoformat(birth), as_at)
        except ValueError as error:
            raise reader.sheet.refuted(index, "age", "there is neither an age nor a date of birth") from error
        if not terms.AGE_MIN <= ages[index] <= terms.AGE_MAX:
            raise reader.sheet.refuted(index, "date_of_birth", f"makes the age {ages[index]}")
    return ages


def _bits(lists: Sequence[Sequence[str]], bit_of: Mapping[str, int]) -> Ints:
    bits = np.zeros((len(lists), len(bit_of) // _BITS + 1), dtype=np.int64)
    for row, codes in enumerate(lists):
        for code in codes:
            if code in bit_of:
                word, bit = divmod(bit_of[code], _BITS)
                bits[row, word] |= 1 << bit
    return bits


def _groups(names: list[str]) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...], Ints]:
    members: dict[str, list[int]] = {}
    for child, name in enumerate(names):
        if name:
            members.setdefault(name, []).append(child)
    real = {name: tuple(found) for name, found in sorted(members.items()) if len(found) > 1}
    group = np.full(len(names), -1, dtype=np.int64)
    for index, found in enumerate(real.values()):
        group[list(found)] = index
    return tuple(real), tuple(real.values()), group


def _children(
    sheet: Sheet, members: Sequence[str], as_at: date, group: Ints, bit_of: Mapping[str, int]
) -> Children:
    reader = _Reader(sheet)
    ages = _ages(reader, as_at)
    level = np.zeros((len(sheet), len(terms.KINDS)), dtype=np.int64)
    for column in terms.CARE_COLUMNS:
        found = reader.codes(column, terms.SUITABILITIES, default=terms.SUITABLE)
        levels = np.array([_LEVELS[code] for code in found], dtype=np.int64)
        if column == terms.SUPPORTED_ACCOMMODATION:
            blank = np.array([cell == "" for cell in sheet.column(column)], dtype=np.bool_)
            levels[blank & (ages < terms.AGE_OF_SUPPORTED_ACCOMMODATION)] = _LEVELS[terms.UNSUITABLE]
        for kind, name in enumerate(terms.KINDS):
            if terms.CARE_COLUMN_OF_KIND[name] == column:
                level[:, kind] = levels
    genders = reader.codes("gender", terms.GENDERS)
    return Children(
        id=reader.identifiers("child_id"),
        authority=reader.codes("authority", members),
        home=reader.points("home_", required=True),
        school=reader.points("school_", required=False),
        avoid=reader.points("avoid_", required=False),
        avoid_miles=reader.amounts("avoid_miles"),
        age=ages,
        gender=np.array([_GENDER_CODES[gender] for gender in genders], dtype=np.int64),
        needs=_bits(reader.lists("needs"), bit_of),
        level=level,
        solo=reader.yes("solo"),
        group=group,
    )


def _named(reader: _Reader, kinds: Sequence[str], number_of: Mapping[str, int]) -> dict[int, tuple[int, ...]]:
    found = {}
    for index, names in enumerate(reader.lists("named_children")):
        if kinds[index] != terms.KINSHIP:
            continue
        for name in names:
            if name not in number_of:
                raise reader.sheet.refuted(index, "named_children", f"{shown(name)} is not in children.csv")
        found[index] = tuple(sorted(number_of[name] for name in names))
    return found


def _places(sheet: Sheet, number_of: Mapping[str, int], bit_of: Mapping[str, int]) -> Places:
    reader = _Reader(sheet)
    kinds = reader.codes("kind", terms.KINDS)
    accepted = reader.codes("genders", terms.ACCEPTED_GENDERS, default="any")
    judgements = reader.codes("ofsted", terms.JUDGEMENTS, default="not_inspected")
    places, vacancies = reader.whole("places", 10_000), reader.whole("vacancies", 10_000)
    for index in np.flatnonzero(vacancies > places).tolist():
        raise sheet.refuted(index, "vacancies", f"is {vacancies[index]}, but places is {places[index]}")
    return Places(
        id=reader.identifiers("provision_id"),
        provider=sheet.column("provider"),
        sector=reader.codes("sector", terms.SECTORS),
        authority=sheet.column("authority"),
        held_by=sheet.column("held_by"),
        kind=np.array([terms.KINDS.index(kind) for kind in kinds], dtype=np.int64),
        point=reader.points("", required=True),
        places=places,
        vacancies=vacancies,
        age_min=reader.whole("age_min", terms.AGE_MAX, default=terms.AGE_MIN),
        age_max=reader.whole("age_max", terms.AGE_MAX, default=terms.AGE_MAX),
        gender=np.array([_GENDER_CODES.get(gender, _ANY_GENDER) for gender in accepted], dtype=np.int64),
        skills=_bits(reader.lists("skills"), bit_of),
        cost=reader.amounts("weekly_cost", required=True),
        judgement=np.array([terms.JUDGEMENTS.index(name) for name in judgements], dtype=np.int64),
        named=_named(reader, kinds, number_of),
    )


def _incompatible(sheet: Sheet | None, number_of: Mapping[str, int]) -> frozenset[tuple[int, int]]:
    if sheet is None:
        return frozenset()
    columns = [sheet.column(name, required=True) for name in ("child_a", "child_b")]
    pairs = set()
    for index, names in enumerate(zip(*columns, strict=True)):
        for column, name in zip(("child_a", "child_b"), names, strict=True):
            if name not in number_of:
                raise sheet.refuted(index, column, f"{shown(name)} is not in children.csv")
        a, b = sorted(number_of[name] for name in names)
        if a == b:
            raise sheet.refuted(index, "child_b", "is child_a")
        pairs.add((a, b))
    return frozenset(pairs)


def members_of_region(region: Document) -> tuple[str, ...]:
    """The GSS codes of the members, in the order of region.toml."""
    codes = tuple(member.text("code").strip() for member in region.tables("authority"))
    if not codes or len(set(codes)) != len(codes):
        raise region.refuted("authority", "there is no member, or one stands twice")
    return codes


def ground_from_files(
    region: Document, children: Sheet, provision: Sheet, incompatible: Sheet | None, policy: Policy
) -> Ground:
    """The pack's files as one value, distances in a straight line; the first cell amiss is refuted."""
    members = members_of_region(region)
    for code in policy.authority_weekly_budget:
        if code not in members:
            raise RefutedError("policy.toml", f"limits.authority_weekly_budget.{code}", "is no member")
    names, groups, group = _groups(children.column("sibling_group"))
    number_of = {name: index for index, name in enumerate(children.column("child_id", required=True))}
    needed = dict.fromkeys(code for codes in _Reader(children).lists("needs") for code in codes)
    bit_of = {code: bit for bit, code in enumerate(needed)}
    return Ground(
        members=members,
        policy=policy,
        children=_children(children, members, day(region, "as_at"), group, bit_of),
        places=_places(provision, number_of, bit_of),
        groups=groups,
        group_names=names,
        incompatible=_incompatible(incompatible, number_of),
    )
