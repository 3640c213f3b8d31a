"""Ofsted's register, exactly as published, into provision.csv; what cannot be used is listed with its reason.

Three things the pack needs are not in the register, and are assumed and marked as such, row by row:

- where a home is: addresses are redacted, so a home gets a random real postcode of its authority;
- what a place costs: a typical figure by kind and sector, or the authority's mean if that is given;
- how many places are vacant: all, or each at random with the occupancy given.

Every draw hangs on the seed and the identifier alone: neither the order of the rows nor the choice of
authorities changes it. Ages are 0 to 17 for a children's home (the register gives none), 16 and 17 for
supported accommodation (Supported Accommodation (England) Regulations 2023).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd

from optimiser import terms
from optimiser.errors import Fault, InputError
from optimiser.pack.authorities import check_authorities
from optimiser.pack.ofsted_layout import PREMISES_COLUMNS, REGISTER_COLUMNS, Sheet, read_sheet
from optimiser.pack.ofsted_rows import (
    CHILDRENS_HOME,
    OUTSIDE,
    SUPPORTED_ACCOMMODATION,
    numbered_ids,
    reasons,
    rows_parsed,
)
from optimiser.pack.postcodes import (
    authority_of_postcode,
    points_from_postcodes,
    postcodes_of_authorities,
)

TYPICAL_WEEKLY_COST: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        terms.CHILDRENS_HOME: MappingProxyType(
            {"local_authority": 6000.0, "private": 7000.0, "voluntary": 6500.0, "health": 6500.0}
        ),
        terms.SUPPORTED_ACCOMMODATION: MappingProxyType(
            {"local_authority": 1500.0, "private": 1900.0, "voluntary": 1600.0, "health": 1600.0}
        ),
    }
)
"""£ a week for one child: round figures of ours inside the ranges councils report, £4,000–8,000 for homes and
£900–3,300 for supported accommodation. The Local Authority Interactive Tool (DfE, 2025) gives a median mean
cost of residential care of £7,118 over 26 authorities of the north of England; own homes cost less."""

TYPICAL_PLACES: Final = MappingProxyType({terms.CHILDRENS_HOME: 3, terms.SUPPORTED_ACCOMMODATION: 2})
"""The median of the register at 31 March 2025, for a sheet of an earlier year without a column of places."""

PACK_COLUMNS: Final = (
    "provision_id",
    "name",
    "provider",
    "kind",
    "sector",
    "authority",
    "postcode",
    "places",
    "vacancies",
    "age_min",
    "age_max",
    "genders",
    "skills",
    "weekly_cost",
    "ofsted",
    "named_children",
    "location",
    "places_source",
    "vacancies_source",
    "weekly_cost_source",
)
"""The contract's columns of a pack made by the program, and where the figures in them come from."""

PROVISION_COLUMNS: Final = (*PACK_COLUMNS, "urn", "registered", "constituency", "service_category")
SET_ASIDE_COLUMNS: Final = ("file", "row", "urn", "name", "type", "authority", "reason")

AS_PUBLISHED: Final = "as_published"
RANDOM_POSTCODE: Final = "random_postcode_of_authority"
RANDOM_POSTCODE_OF_FORMER: Final = "random_postcode_of_former_authority"

_REDACTED: Final = "REDACTED"


@dataclass(frozen=True)
class FileCount:
    """What became of one file's rows; `rows_read` = `rows_used` + `rows_set_aside`."""

    file: str
    rows_read: int
    rows_used: int
    rows_set_aside: int

    def __post_init__(self) -> None:
        if self.rows_read != self.rows_used + self.rows_set_aside:
            raise AssertionError(f"rows went missing: {self}")

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.rows_read:,} rows read = {self.rows_used:,} used "
            f"+ {self.rows_set_aside:,} set aside"
        )


@dataclass(frozen=True)
class Import:
    """`provision`: `PROVISION_COLUMNS`, by provision_id. `set_aside`: `SET_ASIDE_COLUMNS`, by file and row.

    `files`: the count of each file. `assumptions`: sentences for a person, on what no sheet says.
    `as_at`: the date in the register's title lines, if there is one.
    """

    provision: pd.DataFrame
    set_aside: pd.DataFrame
    files: tuple[FileCount, ...]
    assumptions: tuple[str, ...]
    as_at: date | None

    @property
    def rows_read(self) -> int:
        """Rows read in all files."""
        return sum(count.rows_read for count in self.files)


def _draw(seed: int, *what: object) -> int:
    """A number from 0 to 2^64 − 1 that hangs on the seed and on what is drawn, and on nothing else."""
    text = "\x1f".join(map(str, (seed, *what)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


@cache
def _pool(code: str) -> pd.DataFrame:
    """The real postcodes of an authority, sorted."""
    return postcodes_of_authorities([code])


@cache
def _joint_pool(codes: tuple[str, ...]) -> pd.DataFrame:
    """The real postcodes of several authorities that were one."""
    return pd.concat([_pool(code) for code in codes], ignore_index=True)


def _location(identifier: str, codes: tuple[str, ...], postcode: str, seed: int) -> tuple[str, str, str]:
    """Postcode, GSS code and `location` of one row; `postcode` is "" where none is published."""
    if postcode:
        code = codes[0] if len(codes) == 1 else authority_of_postcode(postcode)
        if code in codes:
            return postcode, code, AS_PUBLISHED
    pool = _joint_pool(codes)
    drawn = pool.iloc[_draw(seed, "postcode", identifier) % len(pool)]
    location = RANDOM_POSTCODE if len(codes) == 1 else RANDOM_POSTCODE_OF_FORMER
    return str(drawn["postcode"]), str(drawn["authority"]), location


def _located(rows: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """The rows with `postcode`, `code` (the authority's) and `location` settled.

    A published postcode that the directory knows stays; any other row draws one of its authority. Where a
    former authority has several successors, the postcode tells which (published or drawn from them all).
    """
    published = rows.get("postcode", pd.Series("", index=rows.index, dtype="str")).str.upper()
    known = points_from_postcodes(published)["easting"].notna()
    cells = zip(rows["provision_id"], rows["codes"], published.where(known, ""), strict=True)
    located = [_location(identifier, codes, postcode, seed) for identifier, codes, postcode in cells]
    columns = ["postcode", "code", "location"]
    return rows.drop(columns=columns, errors="ignore").join(
        pd.DataFrame(located, index=rows.index, columns=columns, dtype="str")
    )


def _vacancies(rows: pd.DataFrame, *, occupancy: float, seed: int) -> list[int]:
    """Places less those taken; each place is taken with the probability `occupancy`, by a draw of its own."""
    return [
        sum(_draw(seed, "place", identifier, place) >= occupancy * 2**64 for place in range(beds))
        for identifier, beds in zip(rows["provision_id"], rows["beds"], strict=True)
    ]


def _weekly_costs(
    rows: pd.DataFrame, *, kind: str, residential_cost: Mapping[str, float]
) -> tuple[pd.Series[float], pd.Series[str]]:
    typical = rows["sector_code"].map(TYPICAL_WEEKLY_COST[kind]).astype("float64")
    if kind != terms.CHILDRENS_HOME:
        return typical, pd.Series("typical", index=rows.index, dtype="str")
    mean = rows["code"].map(residential_cost).astype("float64")
    source = pd.Series("typical", index=rows.index, dtype="str").mask(mean.notna(), "authority_mean")
    return mean.fillna(typical), source


def _provision(
    rows: pd.DataFrame,
    sheet: Sheet,
    *,
    kind: str,
    seed: int,
    occupancy: float,
    residential_cost: Mapping[str, float],
) -> pd.DataFrame:
    """The located rows as provision.csv, columns as `PROVISION_COLUMNS`."""
    supported = kind == terms.SUPPORTED_ACCOMMODATION
    label = "Supported accommodation " if supported else "Children's home "
    costs, cost_source = _weekly_costs(rows, kind=kind, residential_cost=residential_cost)
    table = pd.DataFrame(index=rows.index, columns=list(PROVISION_COLUMNS), data="").astype("str")
    hidden = rows["name"].isin(["", _REDACTED])
    table["provision_id"] = rows["provision_id"]
    table["name"] = rows["name"].mask(hidden, label + rows["provision_id"])
    table["provider"] = rows["organisation"].mask(rows["organisation"] == _REDACTED, "")
    table["provider"] = table["provider"].mask(table["provider"].eq("") & ~hidden, rows["name"])
    table["kind"] = kind
    table["sector"] = rows["sector_code"]
    table["authority"] = rows["code"]
    table["postcode"] = rows["postcode"]
    table["places"] = rows["beds"]
    table["vacancies"] = _vacancies(rows, occupancy=occupancy, seed=seed)
    table["age_min"] = terms.AGE_OF_SUPPORTED_ACCOMMODATION if supported else terms.AGE_MIN
    table["age_max"] = terms.AGE_MAX
    table["genders"] = "any"
    table["weekly_cost"] = costs
    table["ofsted"] = rows["ofsted"]
    table["location"] = rows["location"]
    table["places_source"] = "register" if "places" in sheet.present else "typical"
    table["vacancies_source"] = "assumed_occupancy" if occupancy > 0 else "assumed_all"
    table["weekly_cost_source"] = cost_source
    table["urn"] = rows["urn"]
    table["registered"] = rows["date"]
    table["constituency"] = rows["constituency"]
    table["service_category"] = rows.get("category", "")
    return table


def _import_sheet(
    sheet: Sheet,
    *,
    kind: str,
    authorities: Sequence[str],
    seed: int,
    occupancy: float,
    residential_cost: Mapping[str, float],
) -> tuple[pd.DataFrame, pd.DataFrame, FileCount]:
    """One sheet's provision and set-aside rows, and their count."""
    premises = kind == terms.SUPPORTED_ACCOMMODATION
    rows = rows_parsed(sheet, typical_places=TYPICAL_PLACES[kind])
    reason = reasons(
        rows,
        kind_text=SUPPORTED_ACCOMMODATION if premises else CHILDRENS_HOME,
        authorities=authorities,
        has_status="status" in sheet.present,
        one_row_per_urn=not premises,
    )
    rows["provision_id"] = numbered_ids(rows) if premises else rows["urn"]
    used = _located(rows[reason == ""], seed=seed)
    elsewhere = used.index[~used["code"].isin(authorities)]
    reason.loc[elsewhere] = OUTSIDE
    provision = _provision(
        used.drop(index=elsewhere),
        sheet,
        kind=kind,
        seed=seed,
        occupancy=occupancy,
        residential_cost=residential_cost,
    )
    aside = rows.assign(file=sheet.file, reason=reason).loc[reason != "", list(SET_ASIDE_COLUMNS)]
    return provision, aside, FileCount(sheet.file, len(rows), len(provision), len(aside))


def _assumptions(sheets: Sequence[Sheet], provision: pd.DataFrame, *, occupancy: float) -> tuple[str, ...]:
    """What the import assumes, in sentences."""
    drawn = int((provision["location"] != AS_PUBLISHED).sum())
    typical = int((provision["weekly_cost_source"] == "typical").sum())
    rows = f"of {len(provision):,} rows"
    vacant = "is vacant" if occupancy == 0 else f"is occupied with the probability {occupancy:g}"
    said = [
        f"{drawn:,} {rows} have no published address: each has a random real postcode of its authority.",
        f"{typical:,} {rows} have a typical weekly cost by kind and sector, not a price.",
        f"The register does not say which places are vacant: each {vacant}.",
    ]
    for sheet in sheets:
        if "places" not in sheet.present:
            said.append(f"{sheet.file} has no column of places: each row has the median of 2025.")
        if "status" not in sheet.present:
            said.append(f"{sheet.file} has no registration status: each row is taken to be active.")
    return tuple(said)


def import_ofsted(
    register: Path,
    *,
    supported_accommodation: Path | None = None,
    authorities: Sequence[str],
    seed: int = 0,
    occupancy: float = 0.0,
    residential_cost: Mapping[str, float] | None = None,
) -> Import:
    """The children's homes, and the premises of supported accommodation, of the authorities (GSS codes).

    `register` is Ofsted's sheet of providers and places, `supported_accommodation` its sheet of premises.
    `occupancy` (0 to 1) is the share of places that are taken already. `residential_cost` is £ a week by
    GSS code and goes before the typical cost of a home. InputError where a file is not such a sheet.
    """
    chosen = check_authorities(authorities)
    if not 0 <= occupancy <= 1:
        fault = Fault("--occupancy", 0, "", f"{occupancy:g} is no share", "a number from 0 to 1")
        raise InputError("The occupancy is not a share.", [fault])
    sources = [(terms.CHILDRENS_HOME, register, REGISTER_COLUMNS)]
    if supported_accommodation is not None:
        sources.append((terms.SUPPORTED_ACCOMMODATION, supported_accommodation, PREMISES_COLUMNS))
    sheets: list[Sheet] = []
    faults: list[Fault] = []
    for _, path, columns in sources:
        try:
            sheets.append(read_sheet(path, columns))
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError("The register cannot be read.", faults)
    results = [
        _import_sheet(
            sheet,
            kind=kind,
            authorities=chosen,
            seed=seed,
            occupancy=occupancy,
            residential_cost=residential_cost or {},
        )
        for (kind, _, _), sheet in zip(sources, sheets, strict=True)
    ]
    provision = pd.concat([result[0] for result in results]).sort_values("provision_id", ignore_index=True)
    return Import(
        provision=provision,
        set_aside=pd.concat([result[1] for result in results], ignore_index=True),
        files=tuple(result[2] for result in results),
        assumptions=_assumptions(sheets, provision, occupancy=occupancy),
        as_at=sheets[0].as_at,
    )
