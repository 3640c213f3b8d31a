"""How many children: by where they live and how far from home, over the values of one dimension.

Every count of the room is made here, so that the same children are counted once and hidden alike.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.report.placements import INSIDE as INSIDE
from optimiser.report.placements import NEAR as NEAR
from optimiser.report.placements import OUTSIDE as OUTSIDE
from optimiser.report.placements import OVER as OVER
from optimiser.report.placements import UNKNOWN, Placements
from optimiser.report.table import Key
from optimiser.report.views import View

REGION = "region"
AUTHORITY = "authority"
KIND = "kind"
AGE = "age"
NEED = "need"
DIMENSIONS = (AUTHORITY, KIND, AGE, NEED)
NO_NEED = "none"
AGE_BANDS = (
    (0, 0, "Under 1"),
    (1, 4, "1 to 4"),
    (5, 9, "5 to 9"),
    (10, 15, "10 to 15"),
    (16, 17, "16 and 17"),
)
"""The bands of the Department's tables; whole years, from and to."""

PACK = "pack"
CHILDREN = "children"
PLACED, WITHOUT = "placed", "without"
MEASURED, COSTED, UNCOSTED = "measured", "costed", "uncosted"
PLACES = (INSIDE, OUTSIDE, UNKNOWN)
DISTANCES = (NEAR, OVER, UNKNOWN)
AWAY = "place_unknown"
"""Placed, but where is not known."""
UNMEASURED = "distance_unknown"
"""Placed, but how far is not known."""


def crossed(place: str, distance: str) -> str:
    """The name of the count of children in a kind of place at a kind of distance."""
    return f"{place}_{distance}"


WHATS = (
    CHILDREN,
    PLACED,
    WITHOUT,
    MEASURED,
    UNMEASURED,
    NEAR,
    OVER,
    INSIDE,
    OUTSIDE,
    AWAY,
    COSTED,
    UNCOSTED,
    *(crossed(place, distance) for place in PLACES for distance in DISTANCES),
)
"""What is counted of every population. `without`: in a run without a place, today not known at all."""
SUMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (CHILDREN, (PLACED, WITHOUT)),
    (PLACED, (MEASURED, UNMEASURED)),
    (PLACED, (COSTED, UNCOSTED)),
    (PLACED, (INSIDE, OUTSIDE, AWAY)),
    (MEASURED, (NEAR, OVER)),
    *(
        (place if place != UNKNOWN else AWAY, tuple(crossed(place, each) for each in DISTANCES))
        for place in PLACES
    ),
    *(
        (each if each != UNKNOWN else UNMEASURED, tuple(crossed(place, each) for place in PLACES))
        for each in DISTANCES
    ),
)
"""Which of the counts add up to which, in every population."""


def key_of(state: str, dimension: str, value: str, what: str) -> Key:
    """The key of a count; that of children is the pack's, whatever the state, but for kinds of place."""
    if what == CHILDREN and dimension != KIND:
        return (PACK, dimension, value, what)
    return (state, dimension, value, what)


def indicators(placements: Placements) -> pd.DataFrame:
    """One row a child, one column of 0 and 1 for each of `WHATS`."""
    frame = placements.frame
    placed = frame["placed"].to_numpy(dtype=bool)
    places = {each: frame["place"].to_numpy() == each for each in PLACES}
    distances = {each: frame["distance"].to_numpy() == each for each in DISTANCES}
    costed = placed & np.isfinite(frame["weekly_cost"].to_numpy())
    found = {
        CHILDREN: np.ones(len(frame), dtype=bool),
        PLACED: placed,
        WITHOUT: ~placed,
        MEASURED: distances[NEAR] | distances[OVER],
        UNMEASURED: distances[UNKNOWN],
        NEAR: distances[NEAR],
        OVER: distances[OVER],
        INSIDE: places[INSIDE],
        OUTSIDE: places[OUTSIDE],
        AWAY: places[UNKNOWN],
        COSTED: costed,
        UNCOSTED: placed & ~costed,
        **{crossed(p, d): places[p] & distances[d] for p in PLACES for d in DISTANCES},
    }
    return pd.DataFrame(found, columns=list(WHATS)).astype(np.int64)


def values_of(view: View, state: str, dimension: str) -> pd.DataFrame:
    """Columns child (row of children.csv) and value: one row a child, for needs one row for each need."""
    children = view.pack.children
    rows = np.arange(len(children))
    if dimension == AUTHORITY:
        return pd.DataFrame({"child": rows, "value": children["authority"].to_numpy(dtype=object)})
    if dimension == AGE:
        bands = np.searchsorted(
            [start for start, _, _ in AGE_BANDS], children["age"].to_numpy(), side="right"
        )
        names = np.array([label for _, _, label in AGE_BANDS], dtype=object)
        return pd.DataFrame({"child": rows, "value": names[bands - 1]})
    if dimension == KIND:
        return pd.DataFrame(
            {"child": rows, "value": view.placements(state).frame["kind"].to_numpy(dtype=object)}
        )
    if dimension == NEED:
        needs = pd.Series([codes or (NO_NEED,) for codes in children["needs"]], index=rows, dtype=object)
        exploded = needs.explode()
        return pd.DataFrame({"child": exploded.index.to_numpy(), "value": exploded.to_numpy(dtype=object)})
    return pd.DataFrame({"child": rows, "value": np.full(len(children), "", dtype=object)})


def order_of(view: View, dimension: str) -> list[str]:
    """The values of a dimension, in the order tables show them."""
    if dimension == AUTHORITY:
        return list(view.codes)
    if dimension == AGE:
        return [label for _, _, label in AGE_BANDS]
    if dimension == KIND:
        return [*terms.KINDS, ""]
    if dimension == NEED:
        found = {code for codes in view.pack.children["needs"] for code in codes}
        return [*sorted(found), NO_NEED]
    return [""]


def flow_numbers(placements: Placements) -> dict[tuple[str, str], int]:
    """(home authority, authority where they live, "" = not known) → children; pairs with none are absent."""
    placed = placements.frame[placements.frame["placed"]]
    return dict(Counter(zip(placed["authority"].tolist(), placed["lives"].tolist(), strict=True)))


def counts(view: View, state: str, dimension: str) -> pd.DataFrame:
    """Index: the values of the dimension, in their order; columns: `WHATS`; whole numbers."""
    return sums(
        indicators(view.placements(state)), values_of(view, state, dimension), order_of(view, dimension)
    )


def sums(each: pd.DataFrame, values: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """The sums of a table of one row a child over the values the children have; 0 where nobody has one."""
    rows = each.to_numpy()[values["child"].to_numpy()]
    index = pd.Index(order, dtype=object)
    at = index.get_indexer(pd.Index(values["value"]))
    total = np.zeros((len(order), rows.shape[1]), dtype=rows.dtype)
    np.add.at(total, at, rows)
    return pd.DataFrame(total, index=index, columns=each.columns)
