"""A synthetic region: invented children on real postcodes, with the published totals of each authority.

Real children's data never enters. The same figures, authorities, numbers and seed give the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from optimiser import terms
from optimiser.errors import Fault, InputError
from optimiser.pack.authorities import region_of_authorities
from optimiser.pack.facts import BASE, read_facts
from optimiser.pack.folder import check_free
from optimiser.pack.ofsted import PACK_COLUMNS, RANDOM_POSTCODE, import_ofsted
from optimiser.pack.policy import Policy
from optimiser.pack.postcodes import points_from_postcodes, postcodes_of_authorities
from optimiser.pack.readme import DIRECTORY, FIGURES, OFSTED, readme_text
from optimiser.pack.region import Region
from optimiser.pack.synthetic_children import children_from_facts, incompatible_from_children
from optimiser.pack.synthetic_current import KIND_OF_CARE, today_from_children
from optimiser.pack.synthetic_provision import (
    MEAN_PER_HOUSEHOLD,
    MOST_PER_HOUSEHOLD,
    OCCUPANCY,
    PROVISIONS_PER_CHILD,
    SLACK,
    Setting,
    foster_homes,
    homes_on_offer,
    kinship_from_children,
    synthetic_homes,
)
from optimiser.pack.write import write_pack

AS_AT: Final = date(2025, 3, 31)
"""The date of the published figures."""

CHILD_COLUMNS: Final = (
    "child_id",
    "authority",
    "home_postcode",
    "age",
    "gender",
    "needs",
    *terms.CARE_COLUMNS,
    "sibling_group",
    "solo",
    "school_postcode",
    "avoid_easting",
    "avoid_northing",
    "avoid_miles",
    "needed_by",
    "current_provision_id",
    "current_miles",
    "ethnicity",
    "uasc",
    "disability",
    "synthetic",
)
PROVISION_COLUMNS: Final = (*PACK_COLUMNS, "synthetic")
QUARTER: Final = 0.22
"""A quarter's children to place for every child looked after: the scale of synthetic homes."""

HOME_COUNTS: Final = {
    terms.CHILDRENS_HOME: ("childrens_homes", "childrens_home_places"),
    terms.SUPPORTED_ACCOMMODATION: ("supported_accommodation_premises", "supported_accommodation_places"),
}


def _check_numbers(children: int, provisions: int | None, seed: int) -> None:
    wanted = [
        ("--children", children, 1, children >= 1),
        ("--provisions", provisions, 1, provisions is None or provisions >= 1),
        ("--seed", seed, 0, seed >= 0),
    ]
    faults = [
        Fault(option, 0, "", f"{value} is too small", f"a whole number of {least} or more")
        for option, value, least, right in wanted
        if not right
    ]
    if faults:
        raise InputError("The numbers asked for have faults.", faults)


def _points(codes: Sequence[str]) -> dict[str, pd.DataFrame]:
    """GSS code → its real postcodes, sorted."""
    pool = postcodes_of_authorities(codes)
    points = {str(code): part.reset_index(drop=True) for code, part in pool.groupby("authority", sort=True)}
    faults = [
        Fault("--authorities", 0, code, f"no postcode of {code} is known", "an authority of Great Britain")
        for code in codes
        if code not in points
    ]
    if faults:
        raise InputError("Children cannot be given homes in these authorities.", faults)
    return points


def _counts_of_homes(setting: Setting, *, children: int, room: int) -> dict[str, int]:
    """How many synthetic homes and premises: the published counts, scaled to `children`, within `room`."""
    totals = setting.facts.table.drop(columns="name").sum()
    scale = children / max(QUARTER * totals[BASE], 1.0)
    exact = {kind: totals[count] * scale for kind, (count, _) in HOME_COUNTS.items()}
    squeeze = min(1.0, max(room, 0) / max(sum(exact.values()), 1.0))
    return {kind: max(1, round(number * squeeze)) for kind, number in exact.items()}


def _lacking(setting: Setting, kind: str, places: int) -> int:
    """Homes to add where the register's vacancies would fall far short: more children than its quarter's."""
    vacant = 1 - OCCUPANCY[kind]
    wanted = SLACK[kind] * setting.demand[kind]
    if places * vacant >= 0.7 * wanted:
        return 0
    count, beds = HOME_COUNTS[kind]
    totals = setting.facts.table[[count, beds]].sum()
    beds_per_home = max(float(totals[beds]) / max(float(totals[count]), 1.0), 1.0)
    return round((wanted - places * vacant) / (vacant * beds_per_home))


def _homes(
    setting: Setting,
    *,
    children: int,
    room: int,
    seed: int,
    register: Path | None,
    supported_accommodation: Path | None,
) -> pd.DataFrame:
    """Children's homes and supported accommodation: the register's where one is given, else synthetic."""
    counts = _counts_of_homes(setting, children=children, room=room)
    real = pd.DataFrame({"kind": pd.Series(dtype="str"), "places": pd.Series(dtype="int64")})
    if register is not None:
        real = import_ofsted(
            register,
            supported_accommodation=supported_accommodation,
            authorities=setting.facts.codes,
            seed=seed,
        ).provision
    parts = []
    for kind in HOME_COUNTS:
        known = real[real["kind"] == kind].assign(synthetic="in_part")
        number = _lacking(setting, kind, int(known["places"].sum())) if len(known) else counts[kind]
        new = synthetic_homes(setting, kind, count=number, seed=seed).assign(
            synthetic="yes", location=RANDOM_POSTCODE, places_source="synthetic"
        )
        both = pd.concat([part for part in (known, new) if len(part)], ignore_index=True)
        parts.append(homes_on_offer(setting, both, kind, seed=seed))
    return pd.concat(parts, ignore_index=True)


def _provision(
    setting: Setting,
    children: pd.DataFrame,
    *,
    provisions: int,
    seed: int,
    register: Path | None,
    supported_accommodation: Path | None,
) -> pd.DataFrame:
    """The rows of provision.csv; `provisions` in all, unless homes and needed households are more."""
    kinship = kinship_from_children(setting, children, seed=seed)
    demand = dict(setting.demand)
    demand[terms.FOSTER_HOME] -= int(kinship["places"].sum())
    setting = Setting(facts=setting.facts, points=setting.points, demand=demand)
    wanted = SLACK[terms.FOSTER_HOME] * demand[terms.FOSTER_HOME]
    fewest = round(wanted / MEAN_PER_HOUSEHOLD / 1.1)
    homes = _homes(
        setting,
        children=len(children),
        room=provisions - len(kinship) - fewest,
        seed=seed,
        register=register,
        supported_accommodation=supported_accommodation,
    )
    households = max(provisions - len(kinship) - len(homes), round(wanted / MOST_PER_HOUSEHOLD), 1)
    foster = foster_homes(setting, count=households, seed=seed)
    made = pd.concat([kinship, foster], ignore_index=True).assign(
        synthetic="yes", location=RANDOM_POSTCODE, places_source="synthetic"
    )
    table = pd.concat([made, homes], ignore_index=True)
    return table.assign(vacancies_source="synthetic", weekly_cost_source="synthetic")


def synthesise(
    facts: Path,
    *,
    authorities: Sequence[str],
    seed: int,
    children: int,
    provisions: int | None = None,
    register: Path | None = None,
    supported_accommodation: Path | None = None,
) -> dict[str, pd.DataFrame]:
    """The tables `children`, `provision` and `incompatible` of a synthetic region, as in the contract.

    `facts`: the published figures, one row per authority; `authorities`: GSS codes; `register` and
    `supported_accommodation`: Ofsted's sheets, for real homes. `provisions` is how many there shall be in
    all; the register's homes and the households that the children need come first. InputError with every
    fault.
    """
    _check_numbers(children, provisions, seed)
    figures = read_facts(facts, authorities)
    points = _points(figures.codes)
    rows = children_from_facts(figures, points, count=children, as_at=AS_AT, seed=seed)
    demand = {kind: int(rows["care"].eq(care).sum()) for care, kind in KIND_OF_CARE.items()}
    table = _provision(
        Setting(facts=figures, points=points, demand=demand),
        rows,
        provisions=provisions or round(PROVISIONS_PER_CHILD * children),
        seed=seed,
        register=register,
        supported_accommodation=supported_accommodation,
    )
    at = points_from_postcodes(table["postcode"])
    located = table.assign(easting=at["easting"], northing=at["northing"])
    rows = rows.join(today_from_children(figures, rows, located, seed=seed)).assign(synthetic="yes")
    return {
        "children": rows[list(CHILD_COLUMNS)],
        "provision": table.reindex(columns=list(PROVISION_COLUMNS)).sort_values(
            "provision_id", ignore_index=True
        ),
        "incompatible": incompatible_from_children(rows, seed=seed),
    }


def synthetic_readme(region: Region, tables: Mapping[str, pd.DataFrame], *, seed: int) -> str:
    """README.md: that it is invented, and how much of it is not."""
    real = bool(tables["provision"]["synthetic"].eq("in_part").any())
    homes = (
        "Children's homes and supported accommodation are those of Ofsted's register, with invented prices, "
        "vacancies, ages, genders, skills and postcodes (`synthetic` = `in_part`): nothing here is true of a "
        "real provider's prices, vacancies or whereabouts."
        if real
        else "Children's homes and supported accommodation are invented too."
    )
    counts = f"{len(tables['children']):,} children and {len(tables['provision']):,} provisions"
    members = f"{len(region.codes)} {'authority' if len(region.codes) == 1 else 'authorities'}"
    paragraphs: list[str] = [
        "**Synthetic: every child, household, price and vacancy is invented.** "
        "No record of a real child was used.",
        f"{counts} of {members}, calibrated to figures published for {region.as_at}; seed {seed}. {homes}",
    ]
    if region.boundaries is not None:
        drawn = region.boundaries.name
        paragraphs.append(f"`{drawn}` is a copy of the file that was given for the boundaries.")
    return readme_text(region.name, paragraphs, [FIGURES, *([OFSTED] if real else []), DIRECTORY])


def write_synthetic(
    folder: Path,
    *,
    name: str,
    facts: Path,
    authorities: Sequence[str],
    seed: int,
    children: int,
    provisions: int | None = None,
    register: Path | None = None,
    supported_accommodation: Path | None = None,
    boundaries: Path | None = None,
) -> dict[str, pd.DataFrame]:
    """`synthesise`, written as the new pack `folder` with the default policy; returns the tables.

    `name` is the region's; `boundaries` is copied into the pack. InputError where the folder exists, or with
    every fault of the authorities or of the figures.
    """
    check_free(folder)
    region = region_of_authorities(authorities, name=name, as_at=AS_AT)
    if boundaries is not None and not boundaries.is_file():
        fault = Fault(
            boundaries.name, 0, "", "there is no such file", "a file of boundaries with a column code"
        )
        raise InputError("The boundaries cannot be read.", [fault])
    tables = synthesise(
        facts,
        authorities=region.codes,
        seed=seed,
        children=children,
        provisions=provisions,
        register=register,
        supported_accommodation=supported_accommodation,
    )
    region = replace(region, boundaries=boundaries)
    readme = synthetic_readme(region, tables, seed=seed)
    write_pack(folder, region=region, tables=tables, policy=Policy(), readme=readme)
    return tables
