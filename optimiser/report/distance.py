"""Distance from home: how it is distributed, by whom, and the Department's own table."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from optimiser.errors import InputError
from optimiser.geography import RoadMiles, road_miles_from_graphml, straight_miles
from optimiser.report import populations as pop
from optimiser.report.bins import bin_counts
from optimiser.report.build import STATE_LABELS, Builder
from optimiser.report.cells import BIN
from optimiser.report.placements import INSIDE, NEAR, OUTSIDE, OVER, RUN, UNKNOWN
from optimiser.report.region import far_label, today_note
from optimiser.report.supply import KIND_LABELS
from optimiser.report.table import TOTAL, Key, Kind, Level, Table
from optimiser.report.views import RunView, View

DIMENSIONS = pop.DIMENSIONS
_DIMENSION_LABELS = {pop.AUTHORITY: "authority", pop.KIND: "kind of place", pop.AGE: "age", pop.NEED: "need"}
_WITHOUT = {RUN: "Without a place"}
_PLACES = {INSIDE: "Inside the authority", OUTSIDE: "Outside the authority", UNKNOWN: "Place not known"}


def distance_bins(view: View, authority: str = "") -> Table:
    """Children by miles from home: bins of two miles to the far miles, of ten above; above the first edge, to
    the second. Then those whose distance is not known, those without a place, and all.

    Of the region, or of one authority's children: that table cannot be published.
    """
    frames = [view.placements(state).frame for state in view.states]
    whose = [frame[frame["authority"] == authority] if authority else frame for frame in frames]
    tables = [bin_counts(frame, view.far_miles) for frame in whose]
    bins = (
        tables[0]
        if tables
        else bin_counts(view.pack.children.assign(miles=np.nan, distance=""), view.far_miles)
    )
    builder = Builder()
    blank = [np.nan] * 3
    builder.figure("from_miles", "Above", [*bins["from_miles"], *blank], Kind.NUMBER, unit="miles")
    to = bins["to_miles"].replace(np.inf, np.nan)
    builder.figure("to_miles", "Up to", [*to, *blank], Kind.NUMBER, unit="miles")
    builder.text(
        "label",
        "Miles from home",
        [*bins["label"], "Distance not known", "Without a place, or nothing known", "All"],
    )
    builder.text("distance", "Near or far", [*bins["distance"], "", "", ""])
    for state, table in zip(view.states, tables, strict=True):
        dimension = pop.AUTHORITY if authority else pop.REGION
        region = pop.counts(view, state, dimension).loc[[authority]].iloc[0]
        rest = (pop.UNMEASURED, pop.WITHOUT, pop.CHILDREN)
        keys: list[Key | None] = [(state, BIN, label) for label in bins["label"]]
        keys += [pop.key_of(state, pop.REGION, "", what) for what in rest]
        values = [*table["children"], *(int(region[what]) for what in rest)]
        builder.count(f"children_{state}", f"Children, {STATE_LABELS[state]}", values, keys)
    notes = [today_note(view), _measure_note(view)]
    return builder.table(
        "distance_bins",
        "Children by miles from home",
        source=None if authority else view,
        total=True,
        notes=notes,
    )


def _measure_note(view: View) -> str:
    if isinstance(view, RunView) and view.by_road:
        return "Miles of the run are by road; today's are those of the statutory return, in a straight line."
    return "Miles are in a straight line from home, as in the statutory return."


def distance_by(view: View, dimension: str) -> Table:
    """Children near and far by a dimension: authority, kind of place, age band or need; and all of them.

    A child counts under each of its needs, so the rows of needs sum to more than their total.
    """
    if dimension not in DIMENSIONS:
        raise InputError(f"{dimension} is no dimension; accepted: {', '.join(DIMENSIONS)}")
    order = pop.order_of(view, dimension)
    label = _DIMENSION_LABELS[dimension]
    builder = Builder()
    builder.text("key", "Code", [*order, ""])
    builder.text(
        "label", label.capitalize(), [*(_value_label(view, dimension, value) for value in order), TOTAL]
    )
    for state in view.states:
        _add_distance(builder, view, state, dimension, order)
    notes = [today_note(view), _measure_note(view)]
    if dimension == pop.NEED:
        notes.append("A child counts under each of its needs, so the rows sum to more than the total.")
    return builder.table(
        f"distance_by_{dimension}", f"Distance from home, by {label}", source=view, total=True, notes=notes
    )


def _value_label(view: View, dimension: str, value: str) -> str:
    if dimension == pop.AUTHORITY:
        return view.name_of(value)
    if dimension == pop.KIND:
        return KIND_LABELS[value]
    if dimension == pop.NEED:
        return "No need recorded" if value == pop.NO_NEED else value.replace("_", " ").capitalize()
    return value


def _add_distance(builder: Builder, view: View, state: str, dimension: str, order: Sequence[str]) -> None:
    said, far = STATE_LABELS[state], far_label(view)
    counted = pd.concat([pop.counts(view, state, dimension), pop.counts(view, state, pop.REGION)])
    whats = [
        (pop.CHILDREN, "children", f"Children, {said}"),
        (pop.PLACED, "placed", f"Placed, {said}"),
        (NEAR, "near", f"Up to {view.far_miles:g} miles, {said}"),
        (OVER, "over", f"{far.capitalize()}, {said}"),
        (pop.MEASURED, "measured", f"Distance known, {said}"),
        (pop.UNMEASURED, "not_known", f"Distance not known, {said}"),
        (
            pop.WITHOUT,
            "unplaced" if state == RUN else "nothing_known",
            f"{_WITHOUT.get(state, 'Nothing known')}, {said}",
        ),
    ]
    if dimension == pop.KIND:
        whats = [each for each in whats if each[0] not in (pop.CHILDREN, pop.WITHOUT)]
    for what, stem, label in whats:
        keys: list[Key | None] = [pop.key_of(state, dimension, value, what) for value in order]
        keys.append(pop.key_of(state, pop.REGION, "", what))
        builder.count(f"{stem}_{state}", label, counted[what].to_numpy(), keys)
    measured = counted[pop.MEASURED].to_numpy(dtype=np.float64)
    share = np.where(measured > 0, counted[OVER] / np.where(measured > 0, measured, 1.0), np.nan)
    on = (f"measured_{state}",)
    builder.figure(
        f"share_over_{state}", f"Share {far}, {said}", share, Kind.SHARE, rests_on=(*on, f"over_{state}")
    )
    median, mean = _miles_by(view, state, dimension, order)
    whole = "" if dimension == pop.KIND else f"children_{state}"
    builder.figure(
        f"median_miles_{state}", f"Median miles, {said}", median, Kind.MILES, rests_on=on, whole=whole
    )
    builder.figure(f"mean_miles_{state}", f"Mean miles, {said}", mean, Kind.MILES, rests_on=on)


def _miles_by(
    view: View, state: str, dimension: str, order: Sequence[str]
) -> tuple[list[float], list[float]]:
    """Median and mean miles of every value and of all; the run's by authority as metrics.json has them."""
    if state == RUN and isinstance(view, RunView) and dimension == pop.AUTHORITY:
        documents = [*(view.metrics["by_authority"][code] for code in order), view.metrics]
        figures = (
            [np.nan if each[name] is None else each[name] for each in documents]
            for name in ("median_miles", "mean_miles")
        )
        median, mean = figures
        return median, mean
    miles = view.placements(state).frame["miles"]
    values = pop.values_of(view, state, dimension)
    each = pd.Series(miles.to_numpy()[values["child"].to_numpy()]).dropna()
    groups = each.groupby(values["value"].to_numpy()[each.index.to_numpy()])
    medians = groups.median().reindex(list(order)).tolist()
    means = groups.agg(lambda part: math.fsum(part) / len(part)).reindex(list(order)).tolist()
    known = miles.dropna()
    total = (float(known.median()), math.fsum(known) / len(known)) if len(known) else (np.nan, np.nan)
    if state == RUN and isinstance(view, RunView) and len(known):
        total = (view.metrics["median_miles"], view.metrics["mean_miles"])
    return [*medians, total[0]], [*means, total[1]]


def dfe_table(view: View, authority: str | None = None) -> Table:
    """The Department's table: inside or outside the authority × up to or over the far miles × not known.

    Of all children, or of one authority's; shares are of the children.
    """
    if authority is not None and authority not in view.codes:
        raise InputError(f"{authority} is no member of the region; accepted: {', '.join(view.codes)}")
    dimension, value = (pop.REGION, "") if authority is None else (pop.AUTHORITY, authority)
    distances = {
        NEAR: f"Up to {view.far_miles:g} miles",
        OVER: far_label(view).capitalize(),
        UNKNOWN: "Distance not known",
    }
    totals = {INSIDE: INSIDE, OUTSIDE: OUTSIDE, UNKNOWN: pop.AWAY}
    rows: list[tuple[str, str, str]] = []
    for place, said in _PLACES.items():
        rows += [(said, distances[each], pop.crossed(place, each)) for each in distances]
        rows.append((said, "All", totals[place]))
    rows.append(("Without a place, or nothing known", "", pop.WITHOUT))
    rows.append(("All children", "", pop.CHILDREN))
    builder = Builder()
    builder.text("place", "Place", [place for place, _, _ in rows])
    builder.text("distance", "Distance from home", [distance for _, distance, _ in rows])
    for state in view.states:
        counted = dict(
            zip(
                pop.WHATS, pop.counts(view, state, dimension).loc[[value]].to_numpy()[0].tolist(), strict=True
            )
        )
        keys: list[Key | None] = [pop.key_of(state, dimension, value, what) for _, _, what in rows]
        name = f"children_{state}"
        values = np.array([counted[what] for _, _, what in rows])
        builder.count(name, f"Children, {STATE_LABELS[state]}", values, keys)
        of = values / values[-1] if values[-1] else np.full(len(values), np.nan)
        builder.figure(
            f"share_{state}",
            f"Share, {STATE_LABELS[state]}",
            of,
            Kind.SHARE,
            rests_on=(name,),
            of_total=True,
            meaning="Of all children.",
        )
    said = "" if authority is None else f", {view.name_of(authority)}"
    return builder.table(
        "dfe",
        f"Inside or outside the authority, and how far{said}",
        source=view,
        total=True,
        notes=[today_note(view), _measure_note(view)],
    )


def dfe_by_authority(view: View, state: str) -> Table:
    """The Department's table for one state, one row an authority."""
    counted = pop.counts(view, state, pop.AUTHORITY)
    total = pop.counts(view, state, pop.REGION)
    whats = {
        **{
            f"{place}_{'near' if d == NEAR else 'over' if d == OVER else 'not_known'}": pop.crossed(place, d)
            for place in (INSIDE, OUTSIDE)
            for d in (NEAR, OVER, UNKNOWN)
        },
        "place_not_known": pop.AWAY,
        "without_place": pop.WITHOUT,
        "children": pop.CHILDREN,
    }
    builder = Builder()
    builder.text("code", "Code", [*view.codes, ""])
    builder.text("authority", "Authority", [*map(view.name_of, view.codes), TOTAL])
    for name, what in whats.items():
        keys: list[Key | None] = [pop.key_of(state, pop.AUTHORITY, code, what) for code in view.codes]
        label = (
            name.replace("_", " ")
            .replace("near", f"up to {view.far_miles:g} miles")
            .replace("over", far_label(view))
            .replace("not known", "not known")
            .capitalize()
        )
        builder.count(
            name,
            label,
            [*counted[what], total[what].iloc[0]],
            [*keys, pop.key_of(state, pop.REGION, "", what)],
        )
    return builder.table(
        f"dfe_by_authority_{state}",
        f"Inside or outside and how far, by authority, {STATE_LABELS[state]}",
        source=view,
        total=True,
        notes=[_measure_note(view)],
    )


def road_table(view: RunView, roads: RoadMiles | None = None) -> Table | None:
    """Straight-line and road miles of the run's placements, by authority; None where neither is by road.

    `roads` spares reading the pack's network again. Measured here, from the same points the run had; one row
    a child would be personal, so medians and means alone.
    """
    if not view.has_roads:
        return None
    network = roads or road_miles_from_graphml(view.region.roads)
    placed = view.run.frame[view.run.frame["placed"]]
    homes = view.pack.children.loc[placed.index]
    places = view.pack.provision.set_index("provision_id").loc[placed["provision_id"]]
    start = (homes["home_easting"].to_numpy(), homes["home_northing"].to_numpy())
    unique, at = np.unique(placed["provision_id"].to_numpy(dtype=str), return_inverse=True)
    ends = view.pack.provision.set_index("provision_id").loc[unique]
    by_road = network.between(*start, ends["easting"].to_numpy(), ends["northing"].to_numpy())[
        np.arange(len(placed)), at
    ]
    straight = straight_miles(*start, places["easting"].to_numpy(), places["northing"].to_numpy())
    builder = Builder()
    builder.text("code", "Code", [*view.codes, ""])
    builder.text("authority", "Authority", [*map(view.name_of, view.codes), TOTAL])
    groups = placed["authority"].to_numpy()
    masks = [*(groups == code for code in view.codes), np.ones(len(groups), dtype=bool)]
    keys: list[Key | None] = [pop.key_of(RUN, pop.AUTHORITY, code, pop.PLACED) for code in view.codes]
    builder.count(
        "placed",
        "Placed in this run",
        [int(mask.sum()) for mask in masks],
        [*keys, pop.key_of(RUN, pop.REGION, "", pop.PLACED)],
    )
    for stem, said, miles in (("straight", "in a straight line", straight), ("road", "by road", by_road)):
        for name, figure in (("median", np.median), ("mean", np.mean)):
            values = [float(figure(miles[mask])) if mask.any() else None for mask in masks]
            builder.figure(
                f"{name}_miles_{stem}",
                f"{name.capitalize()} miles {said}",
                values,
                Kind.MILES,
                rests_on=("placed",),
            )
    return builder.table(
        "road", "Straight-line and road miles of the run", source=view, total=True, level=Level.AGGREGATE
    )
