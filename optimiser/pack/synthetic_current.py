"""Where synthetic children live today: the baseline, as far from home as the published figures say.

Children and siblings who live together take vacant places of the pack itself, within their limits of age,
gender and needs; whoever finds none at the distance wanted lives outside the pack.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.pack.draws import Bools, Floats, Ints, apportioned
from optimiser.pack.facts import Facts
from optimiser.pack.synthetic_children import NEEDS

SHARE_OF_SIBLINGS_APART: Final = 0.37
SHARE_WITH_KIN_TODAY: Final = 0.7
FAR_MILES: Final = 20.0
CANDIDATES: Final = 48
ROUNDS: Final = 4
KIND_OF_CARE: Final = {
    "foster": terms.FOSTER_HOME,
    "home": terms.CHILDRENS_HOME,
    "supported": terms.SUPPORTED_ACCOMMODATION,
}


def _takes(children: pd.DataFrame, provision: pd.DataFrame, c: Ints, p: Ints) -> Bools:
    """Whether provision p takes child c, by age, gender and needs; aligned or broadcast row numbers."""
    age = children["age"].to_numpy()[c]
    genders = provision["genders"].to_numpy(dtype=np.str_)
    gender = children["gender"].to_numpy(dtype=np.str_)
    known = {"": 0} | {code: 1 << index for index, code in enumerate(NEEDS)}
    bits = {
        cell: sum(known[code] for code in cell.split(";"))
        for cell in {*children["needs"], *provision["skills"]}
    }
    need = children["needs"].map(bits).to_numpy(dtype=np.int64)
    skill = provision["skills"].map(bits).to_numpy(dtype=np.int64)
    welcome = (genders[p] == "any") | (genders[p] == gender[c])
    old_enough = (age >= provision["age_min"].to_numpy()[p]) & (age <= provision["age_max"].to_numpy()[p])
    fits: Bools = welcome & old_enough & ((need[c] & ~skill[p]) == 0)
    return fits


def _miles(children: pd.DataFrame, provision: pd.DataFrame, c: Ints, p: Ints) -> Floats:
    """Straight-line miles from the home of child c to provision p."""
    east = children["easting"].to_numpy()[c] - provision["easting"].to_numpy()[p]
    north = children["northing"].to_numpy()[c] - provision["northing"].to_numpy()[p]
    miles: Floats = np.hypot(east, north) / terms.METRES_PER_MILE
    return miles


def _units(rng: np.random.Generator, children: pd.DataFrame) -> Ints:
    """Who lives with whom today: a number for every child, shared by siblings together."""
    group = children["group"].to_numpy()
    unit = np.arange(len(children)) + int(group.max(initial=-1)) + 1
    sizes = np.bincount(group[group >= 0])
    # Siblings whose care differs live apart already; others make up the share.
    mixed = children[group >= 0].groupby("group", sort=True)["care"].nunique().to_numpy() > 1
    order = np.lexsort((rng.random(len(sizes)), ~mixed))
    before = np.cumsum(sizes[order]) - sizes[order]
    together = np.ones(len(sizes), dtype=np.bool_)
    together[order[before < SHARE_OF_SIBLINGS_APART * sizes.sum() - 1]] = False
    together &= ~mixed
    joint = np.flatnonzero(group >= 0)
    joint = joint[together[group[joint]]]
    unit[joint] = group[joint]
    return np.unique(unit, return_inverse=True)[1].astype(np.int64)


def _with_kin(
    rng: np.random.Generator, children: pd.DataFrame, kinship: pd.DataFrame, unit: Ints
) -> dict[int, int]:
    """Unit → row of `kinship` for seven in ten of the units wholly named there."""
    row_of = dict(zip(children["child_id"], range(len(children)), strict=True))
    sizes = np.bincount(unit)
    lives = rng.random(len(kinship)) < SHARE_WITH_KIN_TODAY
    homes: dict[int, int] = {}
    for row in np.flatnonzero(lives).tolist():
        named = [row_of[name] for name in kinship["named_children"].iloc[row].split(";")]
        units = {int(unit[child]) for child in named}
        if len(units) == 1 and sizes[unit[named[0]]] == len(named):
            homes[units.pop()] = row
    return homes


def _bands(
    rng: np.random.Generator, facts: Facts, children: pd.DataFrame, unit: Ints, fixed: Floats
) -> tuple[Bools, Bools]:
    """(far, unknown) by child: each authority's published shares; `fixed` holds miles known, else NaN.

    Siblings together share a band. Unaccompanied children's distance is the first not to be known.
    """
    count = int(unit.max()) + 1
    first = np.unique(unit, return_index=True)[1]
    size = np.bincount(unit, minlength=count)
    miles = fixed[first]
    uasc = children["uasc"].to_numpy()[first] == "yes"
    residential = children["care"].to_numpy()[first] == "home"
    authority = children["authority"].to_numpy()[first]
    far, unknown = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    columns = ["within_20_miles", "over_20_miles", "distance_not_known"]
    for code in facts.codes:
        here = np.flatnonzero(authority == code)
        quota = apportioned(int(size[here].sum()), facts.table.loc[code, columns].astype("float64"))
        free = here[np.isnan(miles[here])]
        order = free[np.argsort(np.where(uasc[free], 0.0, 1.0) + rng.random(len(free)), kind="stable")]
        hidden = order[np.cumsum(size[order]) <= quota[2]]
        unknown[hidden] = True
        rest = np.setdiff1d(free, hidden)
        already = int(size[here][miles[here] > FAR_MILES].sum())
        order = rest[np.argsort(rng.random(len(rest)) - 0.3 * residential[rest], kind="stable")]
        far[order[np.cumsum(size[order]) <= quota[1] - already]] = True
    far |= miles > FAR_MILES
    return far[unit], unknown[unit]


def _accepted(wish: Ints, size: Ints, room: Ints) -> Bools:
    """Of the units that wish for a row (-1: none), in their order, those for whom there is still room."""
    order = np.argsort(wish, kind="stable")
    taken = np.cumsum(size[order])
    start = np.flatnonzero(np.diff(wish[order], prepend=-2))
    before = np.repeat(taken[start] - size[order][start], np.diff(np.append(start, len(order))))
    fits = np.zeros(len(wish), dtype=np.bool_)
    fits[order] = (wish[order] >= 0) & (taken - before <= room[wish[order]])
    return fits


def _wishes(
    rng: np.random.Generator,
    children: pd.DataFrame,
    provision: pd.DataFrame,
    first: Ints,
    far: Bools,
    room: Ints,
) -> Ints:
    """For the child at each `first`, a row of `provision` of its kind of care in its band, or -1."""
    wish = np.full(len(first), -1, dtype=np.int64)
    care = children["care"].to_numpy()[first]
    home_authority = children["authority"].to_numpy()[first]
    for name, kind in KIND_OF_CARE.items():
        rows = np.flatnonzero((provision["kind"] == kind).to_numpy() & (room > 0))
        mine = np.flatnonzero(care == name)
        if len(rows) == 0 or len(mine) == 0:
            continue
        drawn = rows[rng.integers(0, len(rows), (len(mine), CANDIDATES))]
        at = provision["authority"].to_numpy()[rows]
        for code in np.unique(home_authority[mine]):
            near, who = rows[at == code], np.flatnonzero(home_authority[mine] == code)
            if len(near):
                drawn[who, : CANDIDATES // 2] = near[rng.integers(0, len(near), (len(who), CANDIDATES // 2))]
        c = first[mine][:, None]
        miles = _miles(children, provision, c, drawn)
        fits = _takes(children, provision, c, drawn) & ((miles > FAR_MILES) == far[mine][:, None])
        score = np.where(fits, miles + rng.gumbel(scale=8.0, size=miles.shape), np.inf)
        best = score.argmin(axis=1)
        found = np.isfinite(score[np.arange(len(mine)), best])
        wish[mine[found]] = drawn[np.arange(len(mine)), best][found]
    return wish


def today_from_children(
    facts: Facts, children: pd.DataFrame, provision: pd.DataFrame, *, seed: int
) -> pd.DataFrame:
    """current_provision_id ("" outside the pack) and current_miles (NaN not known), by row of `children`.

    37 % of the children who have a sibling in care live in a group that is not together today.
    """
    rng = np.random.default_rng([seed, 9])
    unit = _units(rng, children)
    size = np.bincount(unit)
    first = np.unique(unit, return_index=True)[1].astype(np.int64)
    room = provision["vacancies"].to_numpy(dtype=np.int64).copy()
    place = np.full(len(size), -1, dtype=np.int64)

    kinship = provision[provision["kind"] == terms.KINSHIP]
    kin = _with_kin(rng, children, kinship, unit)
    place[list(kin)] = kinship.index.to_numpy()[list(kin.values())]
    fixed = np.full(len(children), np.nan)
    settled = np.flatnonzero(place[unit] >= 0)
    fixed[settled] = _miles(children, provision, settled, place[unit[settled]])
    far, unknown = _bands(rng, facts, children, unit, fixed)

    waiting = rng.permutation(np.flatnonzero(place < 0))
    for _ in range(ROUNDS):
        wish = _wishes(rng, children, provision, first[waiting], far[first[waiting]], room)
        fits = _accepted(wish, size[waiting], room)
        place[waiting[fits]] = wish[fits]
        room -= np.bincount(wish[fits], weights=size[waiting[fits]], minlength=len(room)).astype(np.int64)
        waiting = waiting[~fits]

    outside = np.where(
        far[first],
        FAR_MILES + 1.0 + rng.exponential(25.0, len(first)),
        np.minimum(rng.gamma(1.5, 5.0, len(first)), 19.9),
    )
    inside = np.flatnonzero(place >= 0)
    miles = outside
    miles[inside] = _miles(children, provision, first[inside], place[inside])
    identifiers = np.append(provision["provision_id"].to_numpy(dtype=object), "")
    return pd.DataFrame(
        {
            "current_provision_id": identifiers[place[unit]],
            "current_miles": np.where(unknown, np.nan, np.round(miles[unit], 1)),
        },
        index=children.index,
    )
