"""Who is compared for fairness, and by what: groups of children, and what a run gives each of them.

No figure is adjusted for anything: groups differ in needs, age and place, and nothing takes that out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.demand.codes import ETHNICITIES
from optimiser.report import populations as pop
from optimiser.report.placements import RUN
from optimiser.report.region import far_label
from optimiser.report.views import RunView

ALL = "all"
ETHNICITY, SEX, DISABILITY, UNACCOMPANIED = "ethnicity", "gender", "disability", "uasc"
ETHNIC_GROUP = "ethnic_group"
DIMENSIONS = {
    ETHNIC_GROUP: "Ethnic group",
    ETHNICITY: "Ethnicity in detail",
    SEX: "Sex",
    DISABILITY: "Disability",
    UNACCOMPANIED: "Unaccompanied status",
    pop.AGE: "Age",
    pop.AUTHORITY: "Authority",
}
"""Column of children.csv, or what is made of it → its words."""
PUBLISHED = tuple(each for each in DIMENSIONS if each != ETHNICITY)
"""Ethnicity in detail would hide most of the rest: it is published by its broad groups alone."""
BROAD = {"W": "White", "M": "Mixed", "A": "Asian", "C": "Asian", "B": "Black", "O": "Other", "": "Not stated"}
"""First letter of a code of the SSDA903 return → the five broad groups of the Department's tables."""
UNCLASSIFIED = "Not classified"
PROTECTED = (ETHNICITY, DISABILITY, UNACCOMPANIED)
"""Columns of children.csv that the model never reads; `gender` and `age` it reads for eligibility alone."""
WALK_UNDER_8, WALK_FROM_8 = 2.0, 3.0
"""Miles within which a school counts as kept. Source: Education Act 1996 s444(5), walking distance; there by
the nearest available route, here as the run measures."""

SIBLINGS, SINGLE, TOGETHER, APART = "siblings", "single", "together", "apart"
SCHOOL, NO_SCHOOL, KEPT, LEFT = "school", "no_school", "school_kept", "school_left"
WHATS = (
    *(pop.CHILDREN, pop.PLACED, pop.WITHOUT, pop.NEAR, pop.OVER),
    *(SIBLINGS, SINGLE, TOGETHER, APART, SCHOOL, NO_SCHOOL, KEPT, LEFT),
)
SUMS = (
    (pop.CHILDREN, (pop.PLACED, pop.WITHOUT)),
    (pop.PLACED, (pop.NEAR, pop.OVER)),
    (pop.CHILDREN, (SIBLINGS, SINGLE)),
    (SIBLINGS, (TOGETHER, APART)),
    (pop.PLACED, (SCHOOL, NO_SCHOOL)),
    (SCHOOL, (KEPT, LEFT)),
)
"""What adds up to what in every group."""


_CODE_OF_MEANING = {each.meaning: code for code, each in ETHNICITIES.items()}


@dataclass(frozen=True)
class Outcome:
    """A share: children counted by `count` of those counted by `base`, both of `WHATS`."""

    key: str
    label: str
    base: str
    count: str
    of: str


def outcomes(view: RunView) -> tuple[Outcome, ...]:
    """The shares that are compared, with the run's own far miles in their words."""
    return (
        Outcome("placed", "Have a place", pop.CHILDREN, pop.PLACED, "all children"),
        Outcome("over", f"Live {far_label(view)} from home", pop.PLACED, pop.OVER, "children placed"),
        Outcome(SIBLINGS, "Live with all their siblings", SIBLINGS, TOGETHER, "children in sibling groups"),
        Outcome(
            "school",
            "Keep their school within walking distance",
            SCHOOL,
            KEPT,
            "children placed who have a school to keep",
        ),
    )


def indicators(view: RunView) -> pd.DataFrame:
    """One row a child, one column of 0 and 1 for each of `WHATS`."""
    frame, children = view.run.frame, view.pack.children
    known = pop.indicators(view.run)
    group = children["sibling_group"]
    siblings = ((group != "") & (group.groupby(group).transform("size") > 1)).to_numpy()
    together = siblings & (frame["with_siblings"] == "yes").to_numpy()
    placed = frame["placed"].to_numpy(dtype=bool)
    miles = frame["school_miles"].to_numpy(dtype=np.float64)
    school = placed & np.isfinite(miles)
    walk = np.where(children["age"].to_numpy() < 8, WALK_UNDER_8, WALK_FROM_8)
    kept = school & (np.nan_to_num(miles, nan=np.inf) <= walk)
    found = {
        **{what: known[what].to_numpy() for what in WHATS[:5]},
        SIBLINGS: siblings,
        SINGLE: ~siblings,
        TOGETHER: together,
        APART: siblings & ~together,
        SCHOOL: school,
        NO_SCHOOL: placed & ~school,
        KEPT: kept,
        LEFT: school & ~kept,
    }
    return pd.DataFrame(found, columns=list(WHATS)).astype(np.int64)


def groups(view: RunView, dimension: str) -> pd.Series:
    """The group of every child, in the order of children.csv; "" is not known."""
    if dimension in (pop.AGE, pop.AUTHORITY):
        return pop.values_of(view, RUN, dimension)["value"]
    column = ETHNICITY if dimension == ETHNIC_GROUP else dimension
    values = view.pack.children[column].astype(object).reset_index(drop=True)
    return values.map(broad_group) if dimension == ETHNIC_GROUP else values


def broad_group(ethnicity: str) -> str:
    """The broad group of a code of the return, or of its meaning; "" where nothing is written.

    >>> broad_group("MWAS"), broad_group("Bangladeshi"), broad_group("NOBT"), broad_group("Martian")
    ('Mixed', 'Asian', 'Not stated', 'Not classified')
    """
    if ethnicity == "":
        return ""
    if ethnicity not in ETHNICITIES and ethnicity not in _CODE_OF_MEANING:
        return UNCLASSIFIED
    code = _CODE_OF_MEANING.get(ethnicity, ethnicity)
    return BROAD["" if code in ("REFU", "NOBT") else code[0]]


def order(view: RunView, dimension: str) -> list[str]:
    """The groups in a fixed order, never in that of their figures; those not known last."""
    if dimension in (pop.AGE, pop.AUTHORITY):
        return pop.order_of(view, dimension)
    first: tuple[str, ...] = {
        SEX: terms.GENDERS,
        ETHNICITY: tuple(ETHNICITIES),
        ETHNIC_GROUP: tuple(dict.fromkeys((*BROAD.values(), UNCLASSIFIED))),
    }.get(dimension, ("yes", "no"))
    found = set(groups(view, dimension))
    rest = sorted(found - set(first) - {""})
    return [each for each in (*first, *rest, "") if each in found]


def label(view: RunView, dimension: str, value: str) -> str:
    """A group in words."""
    if value == "":
        return "Not known"
    if dimension == pop.AUTHORITY:
        return view.name_of(value)
    if dimension == ETHNICITY and value in ETHNICITIES:
        return ETHNICITIES[value].meaning
    return _WORDS.get((dimension, value), value[:1].upper() + value[1:])


_WORDS = {
    (DISABILITY, "yes"): "With a disability",
    (DISABILITY, "no"): "Without a disability",
    (UNACCOMPANIED, "yes"): "Unaccompanied",
    (UNACCOMPANIED, "no"): "Not unaccompanied",
}


def counts(view: RunView, dimension: str) -> pd.DataFrame:
    """Index: the groups in their order; columns: `WHATS`; whole numbers."""
    values = pd.DataFrame({"child": np.arange(len(view.run)), "value": groups(view, dimension)})
    return pop.sums(indicators(view), values, order(view, dimension))
