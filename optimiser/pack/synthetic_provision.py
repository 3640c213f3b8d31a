"""Synthetic households and homes, and what the register does not say of the real homes.

Foster households stand where the published foster places are; vacancies are a quarter's, so that the
children of the pack compete for them. Money is £ a week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.pack.draws import (
    Ints,
    apportioned,
    filled_slots,
    joined,
    picked,
    pounds_a_week,
)
from optimiser.pack.facts import BASE, Facts
from optimiser.pack.synthetic_children import NEEDS

SHARE_KINSHIP: Final = 0.18
"""Of the children in foster care, those with relatives or friends who have come forward."""

SLACK: Final = {terms.FOSTER_HOME: 0.96, terms.CHILDRENS_HOME: 1.1, terms.SUPPORTED_ACCOMMODATION: 1.6}
"""Vacancies for every child for whom the kind is preferred."""

LEAST_OF_WANTED: Final = 0.8
"""Occupancy is lower where it would leave less than this part of the vacancies wanted."""

OCCUPANCY: Final = {terms.CHILDRENS_HOME: 0.83, terms.SUPPORTED_ACCOMMODATION: 0.85}
MOST_PER_HOUSEHOLD: Final = 4
MEAN_PER_HOUSEHOLD: Final = 2.0
PROVISIONS_PER_CHILD: Final = 0.95

AGES: Final = {
    terms.FOSTER_HOME: {"0-17": 50, "0-4": 6, "0-10": 16, "5-12": 8, "5-17": 12, "11-17": 8},
    terms.CHILDRENS_HOME: {"8-17": 50, "10-17": 16, "11-17": 12, "5-12": 7, "0-17": 15},
    terms.SUPPORTED_ACCOMMODATION: {"16-17": 1},
}
GENDERS: Final = {
    terms.FOSTER_HOME: (88, 7, 5),
    terms.CHILDRENS_HOME: (84, 7, 9),
    terms.SUPPORTED_ACCOMMODATION: (82, 8, 10),
}
"""Weights of any, female, male."""

SKILLS: Final = {
    terms.FOSTER_HOME: (0.22, 0.16, 0.18, 0.06, 0.32, 0.06),
    terms.CHILDRENS_HOME: (0.7, 0.25, 0.45, 0.02, 0.8, 0.15),
    terms.SUPPORTED_ACCOMMODATION: (0.3, 0.55, 0.25, 0.05, 0.35, 0.1),
}
"""Chance of each of `NEEDS`."""

CODE: Final = {terms.FOSTER_HOME: "F", terms.CHILDRENS_HOME: "H", terms.SUPPORTED_ACCOMMODATION: "S"}
LABEL: Final = {
    terms.FOSTER_HOME: "foster household",
    terms.CHILDRENS_HOME: "children's home",
    terms.SUPPORTED_ACCOMMODATION: "supported accommodation",
}
SECTOR_COLUMNS: Final = {
    "local_authority": "homes_local_authority",
    "private": "homes_private",
    "voluntary": "homes_voluntary",
}
JUDGEMENT_COLUMNS: Final = {judgement: f"homes_{judgement}" for judgement in terms.JUDGEMENTS}
PREMISES_ONLY: Final = (0.05, 0.85, 0.10)
"""Supported accommodation: local authority, private, voluntary."""


@dataclass(frozen=True)
class Setting:
    """What every draw needs: the figures, the postcodes (GSS code → table), the children by kind of care."""

    facts: Facts
    points: dict[str, pd.DataFrame]
    demand: dict[str, int]


def _placed_at(rng: np.random.Generator, setting: Setting, authority: pd.Series) -> pd.DataFrame:
    """A random real postcode of each row's authority: postcode, easting, northing."""
    at = pd.DataFrame({"postcode": "", "easting": np.nan, "northing": np.nan}, index=authority.index)
    for code, rows in authority.groupby(authority, sort=True).groups.items():
        near = setting.points[str(code)]
        drawn = near.iloc[rng.integers(0, len(near), len(rows))]
        at.loc[rows] = drawn[["postcode", "easting", "northing"]].to_numpy()
    return at.astype({"easting": "float64", "northing": "float64"})


def _spread(setting: Setting, count: int, column: str) -> pd.Series:
    """`count` GSS codes in proportion to a figure."""
    return pd.Series(
        np.repeat(setting.facts.codes, apportioned(count, setting.facts.table[column])), dtype="str"
    )


def _accepts(rng: np.random.Generator, kind: str, count: int, *, more_skills: float = 1.0) -> pd.DataFrame:
    """age_min, age_max, genders and skills of `count` provisions of a kind."""
    ages = picked(rng, list(AGES[kind]), list(AGES[kind].values()), count)
    low_high = pd.Series(ages, dtype="str").str.split("-", expand=True).astype("int64") if count else None
    skills = rng.random((count, len(NEEDS))) < np.array(SKILLS[kind]) * more_skills
    return pd.DataFrame(
        {
            "age_min": low_high[0] if low_high is not None else [],
            "age_max": low_high[1] if low_high is not None else [],
            "genders": picked(rng, terms.ACCEPTED_GENDERS, GENDERS[kind], count),
            "skills": joined(NEEDS, skills) if count else [],
        }
    )


def kinship_from_children(setting: Setting, children: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Relatives or friends for 18 % of the children in foster care: a household for a child or siblings."""
    rng = np.random.default_rng([seed, 3])
    foster = children[children["care"] == "foster"]
    alone = -1 - np.arange(len(foster))
    unit = pd.Series(np.where(foster["group"] >= 0, foster["group"], alone), index=foster.index)
    units = foster.groupby(unit, sort=True)
    size = units.size()
    order = rng.permutation(len(size))
    taken = order[np.cumsum(size.to_numpy()[order]) <= round(SHARE_KINSHIP * len(foster))]
    names = units["child_id"].agg(";".join).iloc[np.sort(taken)]
    needs = units["needs"].agg(
        lambda cells: ";".join(sorted({code for cell in cells for code in cell.split(";") if code}))
    )
    count = len(names)
    home = units["authority"].first().loc[names.index].reset_index(drop=True)
    away = rng.random(count) < 0.25
    authority = home.where(
        ~away,
        pd.Series(
            rng.permutation(_spread(setting, count, BASE).to_numpy(dtype=object, copy=True)), dtype="str"
        ),
    )
    places = size.loc[names.index].to_numpy()
    numbers = [f"{number:05d}" for number in range(1, count + 1)]
    table = pd.DataFrame(
        {
            "provision_id": [f"SYN-K{number}" for number in numbers],
            "name": [f"Synthetic kinship household {int(number)}" for number in numbers],
            "provider": home.map(setting.facts.names()).to_numpy() if count else [],
            "kind": terms.KINSHIP,
            "sector": "local_authority",
            "authority": authority,
            "places": places,
            "vacancies": places,
            "age_min": 0,
            "age_max": 17,
            "genders": "any",
            "skills": needs.loc[names.index].to_numpy(),
            "weekly_cost": pounds_a_week(rng, np.full(count, 380.0), spread=0.1, low=300, high=500),
            "ofsted": "not_inspected",
            "named_children": names.to_numpy(),
        }
    )
    return table.join(_placed_at(rng, setting, table["authority"]))


def _share_of_agencies(facts: Facts) -> float:
    """The agencies' share of foster care: bought care less homes and supported; within 15 and 50 %."""
    total = facts.table.drop(columns="name").sum()
    elsewhere = 0.85 * total["placed_childrens_homes"] + total["placed_supported_accommodation"]
    bought = total["provided_private"] + total["provided_voluntary"] - elsewhere
    return float(np.clip(bought / max(total["placed_foster"], 1.0), 0.15, 0.5))


def foster_homes(setting: Setting, *, count: int, seed: int) -> pd.DataFrame:
    """`count` households with vacancies: the authorities' by foster places, the agencies' by children."""
    rng = np.random.default_rng([seed, 4])
    facts = setting.facts.table
    agencies = round(count * _share_of_agencies(setting.facts))
    own = _spread(setting, count - agencies, "la_foster_places_approved")
    authority = pd.concat([own, _spread(setting, agencies, BASE)], ignore_index=True)
    is_own = np.arange(count) < count - agencies

    unfilled = (facts["la_foster_places_approved"] - facts["la_foster_places_filled"]).clip(lower=0)
    willing = 0.1 + unfilled / facts["la_foster_places_approved"].clip(lower=1)
    weights = np.where(is_own, authority.map(willing), float(willing.mean()))
    wanted = round(SLACK[terms.FOSTER_HOME] * setting.demand[terms.FOSTER_HOME])
    slots = np.full(count, MOST_PER_HOUSEHOLD - 1, dtype=np.int64)
    vacancies = 1 + filled_slots(rng, wanted - count, slots, weights)
    others = np.minimum(rng.choice(3, size=count, p=[0.6, 0.3, 0.1]), MOST_PER_HOUSEHOLD - vacancies)

    relative = facts["foster_cost_gbp_per_week"] / max(float(facts["foster_cost_gbp_per_week"].median()), 1.0)
    centre = authority.map(relative).clip(0.5, 2.0).to_numpy(dtype=np.float64) ** 0.5
    agency = rng.integers(1, 9, count)
    accepts = pd.concat(
        [
            _accepts(rng, terms.FOSTER_HOME, count - agencies),
            _accepts(rng, terms.FOSTER_HOME, agencies, more_skills=1.5),
        ],
        ignore_index=True,
    )
    of_agency = [f"Synthetic fostering agency {number}" for number in agency]
    table = pd.DataFrame(
        {
            "provider": np.where(is_own, authority.map(setting.facts.names()), of_agency),
            "kind": terms.FOSTER_HOME,
            "sector": np.where(is_own, "local_authority", np.where(agency <= 2, "voluntary", "private")),
            "authority": authority,
            "places": vacancies + others,
            "vacancies": vacancies,
            "weekly_cost": np.where(
                is_own,
                pounds_a_week(rng, 490.0 * centre, spread=0.08, low=400, high=600),
                pounds_a_week(rng, 965.0 * centre**0.3, spread=0.06, low=850, high=1100),
            ),
            "ofsted": "not_inspected",
        }
    ).join(accepts)
    return _named(table.join(_placed_at(rng, setting, authority)), terms.FOSTER_HOME)


def _named(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Identifiers and names that say what they are."""
    numbers = range(1, len(table) + 1)
    table.insert(0, "provision_id", [f"SYN-{CODE[kind]}{number:05d}" for number in numbers])
    table.insert(1, "name", [f"Synthetic {LABEL[kind]} {number}" for number in numbers])
    return table


def _by_authority(
    rng: np.random.Generator, facts: Facts, authority: pd.Series, columns: dict[str, str]
) -> pd.Series:
    """Values in the published proportions of each authority, in random order."""
    drawn = pd.Series("", index=authority.index, dtype="str")
    for code, rows in authority.groupby(authority, sort=True).groups.items():
        counts = apportioned(len(rows), facts.table.loc[str(code), list(columns.values())].astype("float64"))
        drawn[rows] = rng.permutation(np.repeat(list(columns), counts))
    return drawn


def synthetic_homes(setting: Setting, kind: str, *, count: int, seed: int) -> pd.DataFrame:
    """`count` homes or premises by the published counts, places, sectors and judgements; no vacancies yet."""
    home = kind == terms.CHILDRENS_HOME
    rng = np.random.default_rng([seed, 5 if home else 6])
    counts, places = (
        ("childrens_homes", "childrens_home_places")
        if home
        else ("supported_accommodation_premises", "supported_accommodation_places")
    )
    authority = _spread(setting, count, counts)
    mean = setting.facts.table[places] / setting.facts.table[counts].clip(lower=1)
    beds = 1 + rng.poisson(np.clip(authority.map(mean).to_numpy(dtype=np.float64) - 1, 0, 7))
    sector = (
        _by_authority(rng, setting.facts, authority, SECTOR_COLUMNS)
        if home
        else pd.Series(picked(rng, list(SECTOR_COLUMNS), PREMISES_ONLY, count), dtype="str")
    )
    own = sector.eq("local_authority")
    provider = [f"Synthetic {LABEL[kind]} provider {number}" for number in rng.integers(1, 40, count)]
    table = pd.DataFrame(
        {
            "provider": np.where(own, authority.map(setting.facts.names()), provider),
            "kind": kind,
            "sector": sector,
            "authority": authority,
            "places": beds,
            "ofsted": _by_authority(rng, setting.facts, authority, JUDGEMENT_COLUMNS)
            if home
            else "not_inspected",
        }
    )
    return _named(table.join(_placed_at(rng, setting, authority)), kind)


def vacancies_of_homes(rng: np.random.Generator, places: Ints, *, kind: str, demand: int) -> Ints:
    """Each place is vacant with equal chance; in all what occupancy leaves, kept near what is wanted."""
    wanted = SLACK[kind] * demand
    left = float((1 - OCCUPANCY[kind]) * places.sum())
    return filled_slots(
        rng, round(min(max(left, LEAST_OF_WANTED * wanted), wanted)), places, np.ones(len(places))
    )


def homes_on_offer(setting: Setting, homes: pd.DataFrame, kind: str, *, seed: int) -> pd.DataFrame:
    """The homes with what no register says: vacancies, ages, genders, skills and £ a week, all drawn."""
    rng = np.random.default_rng([seed, 7 if kind == terms.CHILDRENS_HOME else 8])
    homes = homes.reset_index(drop=True)
    count = len(homes)
    published = setting.facts.table["residential_cost_gbp_per_week"]
    usual = float(published.median()) if published.gt(0).any() else 6000.0
    if kind == terms.CHILDRENS_HOME:
        centre = homes["authority"].map(published).fillna(usual).clip(4300, 7700).to_numpy(dtype=np.float64)
        cost = pounds_a_week(rng, centre, spread=0.12, low=4000, high=8000)
    else:
        cost = pounds_a_week(rng, np.full(count, 1600.0), spread=0.35, low=900, high=3300)
    places = homes["places"].to_numpy(dtype=np.int64)
    drawn = _accepts(rng, kind, count).assign(
        vacancies=vacancies_of_homes(rng, places, kind=kind, demand=setting.demand[kind]), weekly_cost=cost
    )
    return homes.drop(columns=[column for column in drawn.columns if column in homes.columns]).join(drawn)
