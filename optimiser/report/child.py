"""One child: the place, its score term by term, what else there was, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from optimiser import terms
from optimiser.errors import InputError
from optimiser.report.build import Builder
from optimiser.report.children import children
from optimiser.report.grid import centre_of_hexagon, hexagon_of_points
from optimiser.report.maps import HOMES, lon_lat
from optimiser.report.supply import KIND_LABELS
from optimiser.report.table import Kind, Level, Table
from optimiser.report.views import RunView

if TYPE_CHECKING:
    from optimiser.audit.explanations import Explanation

TERM_TEXTS = {
    "weekly_cost": ("Weekly cost", "What the place costs."),
    "mile": ("Miles from home", "The price of a mile, for each mile from home."),
    "far": ("Far from home", "For living farther than the policy's far miles."),
    "school_mile": ("Miles from school", "The price of a mile from the school to keep."),
    "suitable_not_preferred": ("Not the preferred kind", "The kind is suitable, and another is preferred."),
    "requires_improvement": ("Requires improvement", "Ofsted's judgement of the home."),
    "not_kinship": ("Away from relatives", "A relative could care for the child."),
}
RULE_TEXTS = {
    "age": "does not take children of that age",
    "gender": "does not take children of that gender",
    "needs": "cannot meet every need",
    "kind": "is of a kind that is unsuitable for the child",
    "under_16": "is supported accommodation, and the child is under 16",
    "named": "is kinship care for other children",
    "max_miles": "is farther than the policy's greatest distance",
    "ofsted": "has an Ofsted judgement the policy does not accept",
    "avoid": "is too near a place to avoid",
    "vacancy": "has no vacancy that would do",
}
WHY_NOT_TEXTS = {
    "siblings": "The siblings could not live there, or would score more there.",
    "full": "Its vacancies are taken.",
    "incompatible": "A child lives there with whom this one must not live.",
    "solo_there": "A child who must live alone lives there.",
    "needs_it_alone": "The child must live alone, and somebody lives there.",
    "weekly_budget": "The region's budget would be passed.",
    "authority_weekly_budget": "The authority's budget would be passed.",
    "share_near_home": "Too few children would live near home.",
    "unproven": "Nothing: it is within the gap to which the allocation is proven.",
}


@dataclass(frozen=True)
class Point:
    """Degrees, EPSG:4326, and what the point is: `home` or `hexagon` (10 km)."""

    lon: float
    lat: float
    precision: str


@dataclass(frozen=True)
class ChildMap:
    """What may be drawn of one child: the middle of the hexagon its home is in, never an address."""

    home_authority: str
    lives_authority: str
    miles: float | None
    home: Point
    place: Point | None
    """The home; a family's is the middle of its hexagon. None without a place."""


@dataclass(frozen=True)
class ChildView:
    """One child of a run."""

    row: Mapping[str, Any]
    """Its row of `children`, by column name."""
    explanation: Explanation
    text: str
    """What `optimiser explain` prints."""
    terms: Table
    alternatives: Table
    excluded: Table
    change_text: str
    """What would give the child a place; "" where it has one, or nothing considered would."""
    siblings: Table
    map: ChildMap


def child(run: RunView, child_id: str) -> ChildView:
    """One child of a run, from its explanations.jsonl; raises `InputError` where there is none of that id."""
    from optimiser.audit.explain_text import text_from_explanation
    from optimiser.audit.explanations import explanation_of_child

    explanation = explanation_of_child(run.output("explanations.jsonl"), child_id)
    table = children(run)
    found = table.frame[table.frame["child_id"] == child_id]
    if not len(found):
        raise InputError(f"{child_id} is no child of this run; accepted: a child_id of its allocations.csv")
    row = found.iloc[0]
    text = text_from_explanation(explanation)
    group = str(row["sibling_group"])
    members = (table.frame["sibling_group"] == group) & (table.frame["child_id"] != child_id) & (group != "")
    siblings = Table(
        "siblings", "Siblings", table.columns, table.frame[members].reset_index(drop=True), level=Level.CHILD
    )
    return ChildView(
        row=MappingProxyType({str(name): value for name, value in row.items()}),
        explanation=explanation,
        text=text,
        terms=_terms(explanation),
        alternatives=_alternatives(run, explanation),
        excluded=_excluded(explanation),
        change_text=_change_text(explanation, text),
        siblings=siblings,
        map=_map(run, int(found.index[0])),
    )


def _terms(explanation: Explanation) -> Table:
    """The seven terms of the score; they sum to it to the penny."""
    place = explanation.place
    values = {} if place is None else dict(place.terms)
    names = [name for name in terms.SCORE_TERMS if name in values]
    total = ["score"] if place is not None else []
    builder = Builder()
    builder.text("term", "Term", [*names, *total])
    builder.text(
        "label", "What counts", [*(TERM_TEXTS[name][0] for name in names), *(["Score"] if total else [])]
    )
    builder.text(
        "meaning", "Meaning", [*(TERM_TEXTS[name][1] for name in names), *(["The sum."] if total else [])]
    )
    score = [] if place is None else [place.score]
    builder.figure("gbp_per_week", "£ a week", [*(values[name] for name in names), *score], Kind.MONEY)
    return builder.table(
        "terms", "The score, term by term", source=None, total=bool(total), level=Level.CHILD
    )


def _alternatives(run: RunView, explanation: Explanation) -> Table:
    """The best-scoring of the eligible places that score better, and why the child is not there."""
    provision = run.pack.provision.set_index("provision_id")
    better = explanation.better_places
    builder = Builder()
    builder.text("provision_id", "Place", [each.provision_id for each in better])
    builder.text("name", "Name", [provision.at[each.provision_id, "name"] for each in better])
    builder.text(
        "kind",
        "Kind of place",
        [KIND_LABELS[str(provision.at[each.provision_id, "kind"])] for each in better],
    )
    builder.text(
        "authority",
        "Authority",
        [run.name_of(str(provision.at[each.provision_id, "authority"])) for each in better],
    )
    builder.figure("miles", "Miles from home", [each.miles for each in better], Kind.MILES)
    builder.figure("score", "Score there", [each.score for each in better], Kind.MONEY)
    builder.figure("saving", "Less than now", [each.saving for each in better], Kind.MONEY)
    builder.text("why_not", "Code", [each.why_not for each in better])
    builder.text("why_not_text", "Why not there", [WHY_NOT_TEXTS[each.why_not] for each in better])
    builder.text("taken_by", "Who is there", ["; ".join(each.children) for each in better])
    return builder.table("alternatives", "Places that score better", source=run, level=Level.CHILD)


def _excluded(explanation: Explanation) -> Table:
    """For a child without a place: how many of the nearest places each rule excludes."""
    by = {} if explanation.no_place is None else dict(explanation.no_place.excluded_by)
    builder = Builder()
    builder.text("rule", "Rule", list(by))
    builder.text("rule_text", "The place", [RULE_TEXTS[rule] for rule in by])
    builder.figure("places", "Of the nearest places", list(by.values()), Kind.NUMBER, unit="places")
    return builder.table("excluded", "Why the nearest places are excluded", source=None, level=Level.CHILD)


def _change_text(explanation: Explanation, text: str) -> str:
    """The sentences of `optimiser explain` from the smallest change on."""
    if explanation.no_place is None or explanation.no_place.change is None:
        return ""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("Smallest change")]
    return "\n".join(lines[starts[0] :]) if starts else ""


def _map(run: RunView, at: int) -> ChildMap:
    row, placed = run.pack.children.iloc[at], run.run.frame.iloc[at]
    miles = None if not placed["placed"] else float(placed["miles"])
    place = None
    if placed["placed"]:
        provision = run.pack.provision
        home = provision[provision["provision_id"] == placed["provision_id"]].iloc[0]
        exact = home["kind"] in HOMES
        place = _point(float(home["easting"]), float(home["northing"]), exact=exact)
    return ChildMap(
        home_authority=run.name_of(str(row["authority"])),
        lives_authority=run.name_of(str(placed["lives"])) if placed["placed"] else "",
        miles=miles,
        home=_point(float(row["home_easting"]), float(row["home_northing"]), exact=False),
        place=place,
    )


def _point(easting: float, northing: float, *, exact: bool) -> Point:
    import pandas as pd

    if not exact:
        easting, northing = centre_of_hexagon(
            hexagon_of_points(pd.Series([easting]), pd.Series([northing]))[0]
        )
    lon, lat = lon_lat(pd.Series([easting]), pd.Series([northing]))
    return Point(float(lon[0]), float(lat[0]), "home" if exact else "hexagon")
