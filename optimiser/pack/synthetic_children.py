"""Synthetic children: no row is a person; their totals are the published ones.

Exact by authority: how many children, their ages, sex, unaccompanied children, kind of care.
Drawn for the region: sibling groups, needs, schools, points to avoid, solo children, ethnicity.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.pack.draws import Bools, Ints, apportioned, chosen, joined, picked
from optimiser.pack.facts import AGE_BANDS, BASE, PLACED, Facts

NEEDS: Final = (
    "complex_trauma",
    "language_support",
    "learning_disability",
    "parent_and_child",
    "therapeutic",
    "wheelchair_access",
)

SHARE_WITH_SIBLINGS: Final = 0.45
SIZES_OF_GROUPS: Final = {2: 0.64, 3: 0.25, 4: 0.08, 5: 0.03}
"""Mean 2.5 (Children's Commissioner, sibling groups in care)."""

SHARE_WITH_SCHOOL: Final = 0.5
SHARE_AVOIDING: Final = 0.02
SHARE_SOLO: Final = 0.01
INCOMPATIBLE_PER_CHILD: Final = 0.02
DAYS_OF_QUARTER: Final = 91

ETHNICITY: Final = {
    "WBRI": 84,
    "WOTH": 3,
    "WROM": 1,
    "MWBC": 2,
    "MWAS": 2,
    "MOTH": 2,
    "APKN": 2,
    "ABAN": 1,
    "BAFR": 3,
}
ETHNICITY_UASC: Final = {"BAFR": 35, "OOTH": 30, "AOTH": 30, "WOTH": 5}


def _ages(rng: np.random.Generator, row: pd.Series, count: int) -> Ints:
    """Whole years: the count of each age band is exact, the year within the band is drawn."""
    bands = apportioned(count, [row[band] for band in AGE_BANDS])
    years = [rng.integers(low, high + 1, n) for (low, high), n in zip(AGE_BANDS.values(), bands, strict=True)]
    return rng.permutation(np.concatenate(years)).astype(np.int64)


def _siblings(rng: np.random.Generator, age: Ints, possible: Bools) -> Ints:
    """The number of each child's sibling group within the authority, -1 for none; ages run close."""
    weights = np.where(possible, np.where(age >= 16, 0.5, 1.0), 0.0)
    members = np.flatnonzero(chosen(rng, round(SHARE_WITH_SIBLINGS * len(age)), weights))
    group = np.full(len(age), -1, dtype=np.int64)
    if len(members) < 2:
        return group
    members = members[np.argsort(age[members] + rng.normal(0.0, 3.0, len(members)), kind="stable")]
    sizes = rng.choice(list(SIZES_OF_GROUPS), size=len(members), p=list(SIZES_OF_GROUPS.values()))
    ends = np.cumsum(sizes)
    ends = ends[ends <= len(members) - 2]
    number = np.searchsorted(ends, np.arange(len(members)), side="right")
    order = rng.permutation(int(number.max()) + 1)
    group[members] = order[number]
    return group


def _of_authority(rng: np.random.Generator, row: pd.Series, count: int, homes: int) -> pd.DataFrame:
    """The children of one authority; `home` is a row of its `homes` postcodes, one for siblings."""
    age = _ages(rng, row, count)
    unaccompanied = apportioned(count, [row["uasc"], max(row[BASE] - row["uasc"], 0)])[0]
    uasc = chosen(rng, int(unaccompanied), np.where(age >= 16, 1.0, np.where(age >= 13, 0.08, 0.0)))
    females = apportioned(count, [row["female"], row["male"]])[0]
    female = chosen(rng, int(females), np.where(uasc, 0.04, 1.0))

    _, in_homes, in_supported = apportioned(count, [row[column] for column in PLACED])
    supported = chosen(rng, int(in_supported), np.where(age >= 16, np.where(uasc, 4.0, 1.0), 0.0))
    group = _siblings(rng, age, ~uasc)
    by_age = np.select([age < 5, age < 10], [0.02, 0.2], 1.0) * np.where(group >= 0, 0.6, 1.0)
    residential = chosen(rng, int(in_homes), np.where(supported, 0.0, by_age))

    own = rng.integers(0, homes, count)
    of_group = rng.integers(0, homes, max(int(group.max(initial=-1)) + 1, 1))
    return pd.DataFrame(
        {
            "age": age,
            "gender": np.where(female, "female", "male"),
            "uasc": uasc,
            "care": np.select([supported, residential], ["supported", "home"], "foster"),
            "group": group,
            "home": np.where(group >= 0, of_group[group], own),
        }
    )


def _needs(rng: np.random.Generator, children: pd.DataFrame) -> Bools:
    """Shape (children, needs): true where the child has the need."""
    care = children["care"].to_numpy()
    age = children["age"].to_numpy()
    young_mother = (children["gender"].to_numpy() == "female") & (age >= 15)
    chance = {
        "complex_trauma": np.select([care == "home", age >= 5], [0.25, 0.04], 0.01),
        "language_support": np.where(children["uasc"], 0.8, 0.01),
        "learning_disability": np.select([care == "home", age >= 5], [0.12, 0.05], 0.01),
        "parent_and_child": np.where((care == "foster") & young_mother, 0.04, 0.0),
        "therapeutic": np.select([care == "home", age >= 5], [0.35, 0.1], 0.02),
        "wheelchair_access": np.full(len(children), 0.012),
    }
    return np.column_stack([rng.random(len(children)) < chance[code] for code in NEEDS])


def _suitability(rng: np.random.Generator, children: pd.DataFrame) -> pd.DataFrame:
    """The kind of care a child has today is preferred; others suit some, by age."""
    care = children["care"].to_numpy()
    age = children["age"].to_numpy()
    other = {
        "foster_care": np.where(care == "home", 0.4, 0.5),
        "residential_care": np.select([age < 8, care == "supported"], [0.0, 0.4], 0.25),
        "supported_accommodation": np.where(age >= 16, np.where(care == "home", 0.5, 0.4), 0.0),
    }
    today = {"foster_care": "foster", "residential_care": "home", "supported_accommodation": "supported"}
    suits = {column: rng.random(len(children)) < other[column] for column in terms.CARE_COLUMNS}
    columns = {
        column: np.select(
            [care == today[column], suits[column]], [terms.PREFERRED, terms.SUITABLE], terms.UNSUITABLE
        )
        for column in terms.CARE_COLUMNS
    }
    return pd.DataFrame(columns, index=children.index)


def _schools(rng: np.random.Generator, children: pd.DataFrame, points: dict[str, pd.DataFrame]) -> pd.Series:
    """For half the children of 5 to 16, the nearest of 40 random postcodes of their authority; else blank."""
    keeps = children["age"].between(5, 16).to_numpy() & (rng.random(len(children)) < SHARE_WITH_SCHOOL)
    school = pd.Series("", index=children.index)
    for code, rows in children[keeps].groupby("authority", sort=True).groups.items():
        near = points[str(code)]
        seen = rng.integers(0, len(near), (len(rows), 40))
        east = near["easting"].to_numpy()[seen] - children.loc[rows, ["easting"]].to_numpy()
        north = near["northing"].to_numpy()[seen] - children.loc[rows, ["northing"]].to_numpy()
        nearest = seen[np.arange(len(rows)), np.hypot(east, north).argmin(axis=1)]
        school[rows] = near["postcode"].to_numpy()[nearest]
    return school


def _avoided(
    rng: np.random.Generator, children: pd.DataFrame, points: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """For one child in fifty a random point of the authority and a radius in miles."""
    avoided = pd.DataFrame(
        np.nan,
        index=children.index,
        columns=["avoid_easting", "avoid_northing", "avoid_miles"],
        dtype="float64",
    )
    some = children[rng.random(len(children)) < SHARE_AVOIDING]
    for code, rows in some.groupby("authority", sort=True).groups.items():
        at = points[str(code)].iloc[rng.integers(0, len(points[str(code)]), len(rows))]
        avoided.loc[rows, ["avoid_easting", "avoid_northing"]] = at[["easting", "northing"]].to_numpy()
        avoided.loc[rows, "avoid_miles"] = rng.choice([1.0, 2.0, 3.0, 5.0], len(rows))
    return avoided


def children_from_facts(
    facts: Facts, points: dict[str, pd.DataFrame], *, count: int, as_at: date, seed: int
) -> pd.DataFrame:
    """`count` children: children.csv but for today's place, and `care`, `group`, `easting`, `northing`.

    `points`: GSS code → its postcodes (postcode, easting, northing in metres), sorted by postcode.
    `group` numbers the sibling groups of the region (-1 for none); `care` is foster, home or supported.
    """
    rng = np.random.default_rng([seed, 1])
    counts = apportioned(count, facts.table[BASE])
    parts, groups = [], 0
    for (code, row), n in zip(facts.table.iterrows(), counts, strict=True):
        near = points[str(code)]
        part = _of_authority(rng, row, int(n), len(near))
        part.loc[part["group"] >= 0, "group"] += groups
        groups = max(groups, int(part["group"].max()) + 1) if len(part) else groups
        home = near.iloc[part["home"].to_numpy()]
        part["authority"] = str(code)
        part["home_postcode"] = home["postcode"].to_numpy()
        part["easting"], part["northing"] = home["easting"].to_numpy(), home["northing"].to_numpy()
        parts.append(part)
    children = pd.concat(parts, ignore_index=True)

    needs = _needs(rng, children)
    children.insert(0, "child_id", [f"SYN-{number:06d}" for number in range(1, count + 1)])
    children["needs"] = joined(NEEDS, needs)
    children = children.join(_suitability(rng, children))
    children["sibling_group"] = [
        f"SYN-G{number + 1:05d}" if number >= 0 else "" for number in children["group"]
    ]
    alone = (children["group"] < 0) & (children["age"] >= 8)
    solo = chosen(
        rng, round(SHARE_SOLO * count), np.where(alone, np.where(children["care"] == "home", 5.0, 1.0), 0.0)
    )
    children["solo"] = np.where(solo, "yes", "no")
    children["school_postcode"] = _schools(rng, children, points)
    children = children.join(_avoided(rng, children, points))
    children["needed_by"] = [
        (as_at + timedelta(days=int(days))).isoformat()
        for days in rng.integers(1, DAYS_OF_QUARTER + 1, count)
    ]
    usual = picked(rng, list(ETHNICITY), list(ETHNICITY.values()), count)
    unaccompanied = picked(rng, list(ETHNICITY_UASC), list(ETHNICITY_UASC.values()), count)
    children["ethnicity"] = np.where(children["uasc"], unaccompanied, usual)
    children["uasc"] = np.where(children["uasc"], "yes", "no")
    disabled = needs[:, NEEDS.index("learning_disability")] | needs[:, NEEDS.index("wheelchair_access")]
    children["disability"] = np.where(disabled | (rng.random(count) < 0.03), "yes", "no")
    return children


def incompatible_from_children(children: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Pairs aged 10 and over of one authority, within three years, no siblings: 2 for 100 children."""
    rng = np.random.default_rng([seed, 2])
    older = children[children["age"] >= 10].sort_values(["authority", "child_id"], ignore_index=True)
    wanted = round(INCOMPATIBLE_PER_CHILD * len(children))
    if len(older) < 2 or wanted == 0:
        return pd.DataFrame({"child_a": [], "child_b": []}, dtype="str")
    first = rng.integers(0, len(older), 6 * wanted)
    start = older.groupby("authority", sort=True).cumcount().rsub(pd.Series(older.index)).to_numpy()
    size = older.groupby("authority", sort=True)["age"].transform("size").to_numpy()
    second = start[first] + np.floor(rng.random(len(first)) * size[first]).astype(np.int64)
    low, high = np.minimum(first, second), np.maximum(first, second)
    age, group = older["age"].to_numpy(), older["group"].to_numpy()
    siblings = (group[low] == group[high]) & (group[low] >= 0)
    fits = (low != high) & (np.abs(age[low] - age[high]) <= 3) & ~siblings
    name = older["child_id"].to_numpy()
    pairs = pd.DataFrame({"child_a": name[low[fits]], "child_b": name[high[fits]]})
    return pairs.drop_duplicates().head(wanted).sort_values(["child_a", "child_b"], ignore_index=True)
