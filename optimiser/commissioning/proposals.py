"""Options where the planner has none: carers to recruit and homes to open, by rule, as a table to edit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.commissioning.medians import weighted_medians
from optimiser.commissioning.public_points import miles_between, sector_points
from optimiser.commissioning.typical_costs import (
    CAPITAL_GBP_A_BED,
    RECRUITMENT_GBP,
    STANDING_SHARE,
    foster_cost,
    residential_cost,
)
from optimiser.errors import InputError
from optimiser.matching.instance import Floats
from optimiser.pack.options import unit_id
from optimiser.pack.pack import Pack
from optimiser.pack.postcodes import points_from_postcodes
from optimiser.pack.tables import COLUMNS, OPTIONS

BEDS: Final = (2, 3, 4, 6)
CHILDREN_A_POINT: Final = 7
"""Who prefer a home, for every point where homes are proposed."""
MOST_UNITS_OF_A_HOME: Final = 3
HOME_AGES: Final = (8, 17)
LEAST_WITH_A_NEED: Final = 5
"""Children who have a need, before a proposed home is to meet it: a rarer one would point at a child."""

PARENT_AND_CHILD: Final = "parent_and_child"
SIBLINGS: Final = "siblings_of_three"
TEENAGERS: Final = "teenagers"
THERAPEUTIC: Final = "therapeutic"
LANGUAGE: Final = "language"

TEENAGE: Final = (11, 17)


@dataclass(frozen=True)
class Shortage:
    """One sort of foster household to recruit."""

    name: str
    words: str
    """As `Carers for …` goes on."""
    places: int
    ages: tuple[int, int]
    marks: tuple[str, ...] = ()
    """A need code that holds one of these is of this sort."""


HOME: Final = "home"

SHORTAGES: Final = (
    Shortage(PARENT_AND_CHILD, "parents and their children", 2, (terms.AGE_MIN, terms.AGE_MAX), ("parent",)),
    Shortage(SIBLINGS, "siblings of three and more", 3, (terms.AGE_MIN, terms.AGE_MAX)),
    Shortage(TEENAGERS, "teenagers", 1, TEENAGE),
    Shortage(THERAPEUTIC, "complex trauma", 1, (terms.AGE_MIN, terms.AGE_MAX), ("therap", "trauma")),
    Shortage(LANGUAGE, "children with another language", 1, TEENAGE, ("language", "interpret")),
)
"""The five groups for whom foster homes are short, everywhere."""
SORTS: Final = (*(shortage.name for shortage in SHORTAGES), HOME)
"""The sorts of places that are proposed."""


def proposed_options(pack: Pack) -> pd.DataFrame:
    """A table as options.csv has it, sorted by option_id.

    Foster households: for every authority and shortage group as many units as the group's children exceed the
    vacancies there, at least one where there is any child, at the sector nearest to them all. Homes: at the
    points of the demand-weighted search over the children who prefer a home, in 2, 3, 4 and 6 beds. All
    points are means of postcode sectors. Raises InputError where nothing can be proposed.
    """
    rows = [*_rows(pack)]
    if not rows:
        raise InputError(
            f"nothing can be proposed for {pack.region.name}; accepted: a pack with children who may live in "
            "foster care or in a home"
        )
    table = pd.DataFrame(rows).reindex(columns=[name for name in COLUMNS[OPTIONS] if name in rows[0]])
    return table.sort_values("option_id", ignore_index=True)


def _rows(pack: Pack) -> Iterator[dict[str, object]]:
    children = pack.children.sort_values("child_id", kind="stable", ignore_index=True)
    sectors = sector_points(pack.region.codes, _points(children))
    yield from _carers(pack, children, sectors)
    yield from _homes(pack, children, sectors)


def next_places(pack: Pack) -> pd.DataFrame:
    """The next place of every sort in every authority: the typical option, as a provision that is there.

    Sorts are the shortage groups, each the household proposed for it, and `HOME`: one bed at the point of the
    authority where the most homes are proposed. Columns: authority, sort, the columns of `Pack.provision`,
    all places vacant; then capital_cost (£) and standing_cost (£ a week), for as many places. A sort that is
    proposed nowhere in an authority has no row there. In the order of the members and of `SORTS`.
    """
    found: dict[tuple[str, str], dict[str, object]] = {}
    largest: dict[str, int] = {}
    for row in _rows(pack):
        code, units, places = str(row["authority"]), cast(int, row["max_units"]), cast(int, row["places"])
        if row["kind"] == terms.FOSTER_HOME:
            found[code, str(row["option_id"]).removeprefix(f"foster-{code}-")] = row
        elif places == BEDS[0] and units > largest.get(code, 0):
            largest[code] = units
            one = {cost: cast(float, row[cost]) / places for cost in ("capital_cost", "standing_cost")}
            found[code, HOME] = {**row, "places": 1, **one}
    order = [(code, sort) for code in pack.region.codes for sort in SORTS if (code, sort) in found]
    rows = [
        {**found[key], "sort": key[1], "provision_id": unit_id(str(found[key]["option_id"]), 1)}
        for key in order
    ]
    costs = ["capital_cost", "standing_cost"]
    columns = list(dict.fromkeys(["authority", "sort", *pack.provision.columns, *costs]))
    table = pd.DataFrame(rows, columns=[*dict.fromkeys([*columns, "postcode"])])
    points = points_from_postcodes(table["postcode"].astype("str"))
    table = table.assign(
        easting=points["easting"].to_numpy(),
        northing=points["northing"].to_numpy(),
        precision=points["precision"].to_numpy(),
        vacancies=table["places"],
        named_children=pd.Series([()] * len(table), index=table.index, dtype=object),
    )
    return table[columns]


def _points(children: pd.DataFrame) -> Floats:
    points: Floats = children[["home_easting", "home_northing"]].to_numpy(dtype=np.float64)
    return points


def members_of(children: pd.DataFrame, shortage: Shortage) -> pd.Series[bool]:
    """Which of the children are of a shortage group, and may live in foster care."""
    foster = children["foster_care"] != terms.UNSUITABLE
    if shortage.name == SIBLINGS:
        sizes = children.groupby("sibling_group")["sibling_group"].transform("size")
        return foster & (children["sibling_group"] != "") & (sizes >= 3)
    if shortage.name == TEENAGERS:
        return foster & children["age"].between(*TEENAGE)
    return foster & _has(children["needs"], _marked(shortage))


def has_mark(shortage: Shortage, code: str) -> bool:
    """Whether a need code is of a shortage group."""
    return any(mark in code.lower() for mark in shortage.marks)


def _marked(shortage: Shortage) -> Callable[[str], bool]:
    return lambda code: has_mark(shortage, code)


def _has(codes: pd.Series, test: Callable[[str], bool]) -> pd.Series[bool]:
    return pd.Series([any(map(test, each)) for each in codes], index=codes.index, dtype=bool)


def _skills(children: pd.DataFrame, shortage: Shortage) -> tuple[str, ...]:
    """The pack's own codes of the group."""
    test = _marked(shortage)
    return tuple(sorted({code for codes in children["needs"] for code in codes if test(code)}))


def vacant(provision: pd.DataFrame, code: str, shortage: Shortage) -> int:
    """Vacancies of an authority's foster households that take the group already."""
    there = provision[(provision["kind"] == terms.FOSTER_HOME) & (provision["authority"] == code)]
    if shortage.name == SIBLINGS:
        there = there[there["vacancies"] >= shortage.places]
        return int((there["vacancies"] // shortage.places).sum()) * shortage.places
    if shortage.name == TEENAGERS:
        there = there[there["age_max"] >= TEENAGE[1]]
    else:
        there = there[_has(there["skills"], _marked(shortage))]
    return int(there["vacancies"].sum())


def _carers(pack: Pack, children: pd.DataFrame, sectors: pd.DataFrame) -> Iterator[dict[str, object]]:
    for authority in pack.region.authorities:
        near = sectors[sectors["authority"] == authority.code].reset_index(drop=True)
        for shortage in SHORTAGES:
            group = members_of(children, shortage) & (children["authority"] == authority.code)
            if not group.any() or near.empty:
                continue
            miles = miles_between(near[["easting", "northing"]].to_numpy(), _points(children[group]))
            (at,) = weighted_medians(miles, np.ones(miles.shape[1]), 1)
            short = int(group.sum()) - vacant(pack.provision, authority.code, shortage)
            yield {
                "option_id": f"foster-{authority.code}-{shortage.name}",
                "name": f"Carers for {shortage.words}, {authority.name}",
                "provider": authority.name,
                "kind": terms.FOSTER_HOME,
                "sector": "local_authority",
                "authority": authority.code,
                "postcode": near["sector"][at],
                "places": shortage.places,
                "age_min": shortage.ages[0],
                "age_max": shortage.ages[1],
                "genders": "any",
                "skills": _skills(children, shortage),
                "weekly_cost": foster_cost(authority.code),
                "ofsted": "not_inspected",
                "max_units": max(1, math.ceil(short / shortage.places)),
                "capital_cost": RECRUITMENT_GBP,
                "standing_cost": 0.0,
                "opens": "",
            }


def _homes(pack: Pack, children: pd.DataFrame, sectors: pd.DataFrame) -> Iterator[dict[str, object]]:
    for level in (terms.PREFERRED, terms.SUITABLE):
        group = children[children["residential_care"] == level]
        group = group[group["age"].between(*HOME_AGES)]
        if len(group):
            break
    if group.empty or sectors.empty:
        return
    names = {authority.code: authority.name for authority in pack.region.authorities}
    skills = group["needs"].explode().value_counts()
    common = tuple(sorted(str(code) for code in skills.index[skills >= LEAST_WITH_A_NEED]))
    miles = miles_between(sectors[["easting", "northing"]].to_numpy(), _points(group))
    points = weighted_medians(miles, np.ones(len(group)), math.ceil(len(group) / CHILDREN_A_POINT))
    nearest = np.bincount(miles[points].argmin(axis=0), minlength=len(points))
    for point, served in zip(points.tolist(), nearest.tolist(), strict=True):
        sector, code = str(sectors["sector"][point]), str(sectors["authority"][point])
        cost = residential_cost(code)
        for beds in BEDS:
            yield {
                "option_id": f"home-{sector.replace(' ', '-')}-{beds}",
                "name": f"New home with {beds} beds, {sector}",
                "provider": names[code],
                "kind": terms.CHILDRENS_HOME,
                "sector": "local_authority",
                "authority": code,
                "postcode": sector,
                "places": beds,
                "age_min": HOME_AGES[0],
                "age_max": HOME_AGES[1],
                "genders": "any",
                "skills": common,
                "weekly_cost": round(cost * (1 - STANDING_SHARE), 2),
                "ofsted": "not_inspected",
                "max_units": min(max(1, math.ceil(served / beds)), MOST_UNITS_OF_A_HOME),
                "capital_cost": CAPITAL_GBP_A_BED * beds,
                "standing_cost": round(cost * STANDING_SHARE * beds, 2),
                "opens": "",
            }
