"""The region by authority: the measures of the map, and who lives where."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from optimiser.report import populations as pop
from optimiser.report.build import STATE_LABELS, Builder, grouped
from optimiser.report.cells import flow_key
from optimiser.report.placements import INSIDE, OUTSIDE, OVER, RUN, TODAY
from optimiser.report.table import TOTAL, Key, Kind, Table
from optimiser.report.views import RunView, View

BY_ROAD = "The run's miles are by road; today's are straight lines, so their differences are not shown."


@dataclass(frozen=True)
class Measure:
    """A measure by authority that can shade the map; its columns are `{key}_{state}`."""

    key: str
    label: str
    unit: str
    kind: Kind
    states: tuple[str, ...]


MEASURES = (
    Measure("share_over", "Share living far from home", "share", Kind.SHARE, (TODAY, RUN)),
    Measure("median_miles", "Median miles from home", "miles", Kind.MILES, (TODAY, RUN)),
    Measure("unplaced", "Children without a place", "children", Kind.COUNT, (RUN,)),
    Measure("weekly_cost", "Weekly cost", "£ a week", Kind.MONEY, (TODAY, RUN)),
    Measure("outside", "Children placed out of area", "children", Kind.COUNT, (TODAY, RUN)),
)


def far_label(view: View) -> str:
    """`over 20 miles`, by the policy.

    >>> f"over {20.0:g} miles"
    'over 20 miles'
    """
    return f"over {view.far_miles:g} miles"


def measures(view: View) -> Table:
    """One row for every member authority, in the order of region.toml, and the region's.

    Figures of the run that metrics.json has are its, digit for digit.
    """
    rows = [*view.codes, ""]
    builder = Builder()
    builder.text("code", "Code", rows, "ONS code of the authority that is responsible for the children.")
    builder.text("authority", "Authority", [*map(view.name_of, view.codes), TOTAL])
    children = _with_total(view, view.states[-1] if view.states else "", pop.CHILDREN)
    builder.count(
        "children",
        "Children",
        children,
        _keys(view, pop.PACK, pop.CHILDREN),
        "Children to be placed, by home authority.",
    )
    for state in view.states:
        _add_state(builder, view, state)
    if set(view.states) == {TODAY, RUN}:
        for stem, label in (
            ("over", f"Difference, {far_label(view)}"),
            ("share_over", f"Difference, share {far_label(view)}"),
            ("median_miles", "Difference, median miles"),
        ):
            if not _by_road(view):
                builder.difference(stem, label, meaning="This run less today.")
        builder.difference("outside", "Difference, placed out of area", meaning="This run less today.")
        builder.difference(
            "share_outside", "Difference, share placed out of area", meaning="This run less today."
        )
    notes = [today_note(view), BY_ROAD if _by_road(view) and view.has_today else ""]
    return builder.table("measures", "Measures by authority", source=view, total=True, notes=notes)


def today_note(view: View) -> str:
    """How much of today the pack knows."""
    if not view.has_today:
        return "The pack does not say where the children live today."
    frame = view.today.frame
    place = int((frame["place"].isin([INSIDE, OUTSIDE])).sum())
    miles = int(frame["miles"].notna().sum())
    return (
        f"Today: the place is known for {share_text(place, len(frame))} of the children and the distance for "
        f"{share_text(miles, len(frame))}; what is not known is counted as not known, never as zero."
    )


def share_text(part: int, whole: int) -> str:
    """A share as whole per cent, so that a note tells no count.

    >>> share_text(1150, 1500)
    '77 %'
    """
    return f"{100 * part / whole:.0f} %" if whole else "none"


def _by_road(view: View) -> bool:
    return isinstance(view, RunView) and view.by_road


def _with_total(view: View, state: str, what: str) -> np.ndarray:
    if what == pop.CHILDREN:
        values = view.pack.children["authority"].value_counts()
        return np.array([*(int(values.get(code, 0)) for code in view.codes), len(view.pack.children)])
    by = pop.counts(view, state, pop.AUTHORITY)[what].to_numpy()
    return np.array([*by, by.sum()])


def _keys(view: View, state: str, what: str) -> list[Key | None]:
    each: list[Key | None] = [pop.key_of(state, pop.AUTHORITY, code, what) for code in view.codes]
    return [*each, pop.key_of(state, pop.REGION, "", what)]


def _add_state(builder: Builder, view: View, state: str) -> None:
    said, far = STATE_LABELS[state], far_label(view)
    counted = pop.counts(view, state, pop.AUTHORITY)
    counted = pd.concat([counted, counted.sum().to_frame("").T])

    def count(stem: str, what: str, label: str, meaning: str, name: str = "") -> None:
        builder.count(
            name or f"{stem}_{state}", label, counted[what].to_numpy(), _keys(view, state, what), meaning
        )

    count(
        "placed",
        pop.PLACED,
        f"Placed {said}",
        "Children with a place." if state == RUN else "Children of whose place something is known.",
    )
    if state == RUN:
        count("unplaced", pop.WITHOUT, "Without a place", "Children for whom the run found no place.")
    else:
        count(
            "not_known",
            pop.WITHOUT,
            "Not known today",
            "Children of whose place today nothing is known.",
            "not_known_today",
        )
    count(
        "over",
        pop.OVER,
        f"Living {far}, {said}",
        "Children who live farther from home than the policy's far_miles.",
    )
    count(
        "measured",
        pop.MEASURED,
        f"Distance known, {said}",
        "Children placed whose distance from home is known.",
    )
    share, median, mean, cost = _figures(view, state, counted)
    on = (f"measured_{state}",)
    builder.figure(
        f"share_over_{state}",
        f"Share {far}, {said}",
        share,
        Kind.SHARE,
        rests_on=(*on, f"over_{state}"),
        meaning="Of the children whose distance is known.",
    )
    builder.figure(
        f"median_miles_{state}",
        f"Median miles, {said}",
        median,
        Kind.MILES,
        rests_on=on,
        whole="children",
        meaning="Half of the children live no farther from home.",
    )
    builder.figure(f"mean_miles_{state}", f"Mean miles, {said}", mean, Kind.MILES, rests_on=on)
    count("costed", pop.COSTED, f"Cost known, {said}", "Children placed whose weekly cost is known.")
    builder.figure(
        f"weekly_cost_{state}",
        f"Weekly cost, {said}",
        cost,
        Kind.MONEY,
        rests_on=(f"costed_{state}",),
        meaning="Sum of the weekly costs that are known.",
    )
    count(
        "outside",
        pop.OUTSIDE,
        f"Placed out of area, {said}",
        "Children who live in another authority than the one responsible for them.",
    )
    located = (counted[pop.INSIDE] + counted[pop.OUTSIDE]).to_numpy(dtype=np.float64)
    count(
        "inside",
        pop.INSIDE,
        f"Placed in area, {said}",
        "Children who live in the authority responsible for them.",
    )
    with np.errstate(invalid="ignore"):
        out = np.where(located > 0, counted[pop.OUTSIDE] / np.where(located > 0, located, 1.0), np.nan)
    builder.figure(
        f"share_outside_{state}",
        f"Share out of area, {said}",
        out,
        Kind.SHARE,
        rests_on=(f"placed_{state}", f"outside_{state}", f"inside_{state}"),
        meaning="Of the children whose place is known.",
    )


type _Numbers = Sequence[float | None]


def _figures(view: View, state: str, counted: pd.DataFrame) -> tuple[_Numbers, _Numbers, _Numbers, _Numbers]:
    """Share over far miles, median miles, mean miles and £ a week: of every member, then of the region."""
    if state == RUN and isinstance(view, RunView):
        documents: list[Mapping[str, Any]] = [
            *(view.metrics["by_authority"][code] for code in view.codes),
            view.metrics,
        ]
        names = ("share_over_far_miles", "median_miles", "mean_miles", "weekly_cost_total")
        share, median, mean, cost = ([each[name] for each in documents] for name in names)
        return share, median, mean, cost
    frame = view.placements(state).frame
    groups = frame["authority"].to_numpy()
    measured = counted[pop.MEASURED].to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        over = counted[OVER].to_numpy(dtype=np.float64) / measured
    return (
        over.tolist(),
        grouped(frame["miles"], groups, view.codes, lambda miles: float(miles.median())),
        grouped(frame["miles"], groups, view.codes, lambda miles: math.fsum(miles) / len(miles)),
        grouped(frame["weekly_cost"], groups, view.codes, math.fsum),
    )


def flows(view: View, state: str = RUN) -> Table:
    """Children by home authority and the authority they live in: the pairs with any, and the total.

    Those who live inside their own authority are there too; where the place is not known, `lives_code` is "".
    """
    numbers = pop.flow_numbers(view.placements(state))
    order = {code: index for index, code in enumerate(view.codes)}
    pairs = sorted(
        numbers, key=lambda pair: (order[pair[0]], order.get(pair[1], len(order)), not pair[1], pair[1])
    )
    builder = Builder()
    builder.text("home_code", "Home code", [*(home for home, _ in pairs), ""])
    builder.text(
        "home",
        "Home authority",
        [*(view.name_of(home) for home, _ in pairs), TOTAL],
        "The authority responsible for the child.",
    )
    builder.text("lives_code", "Code of where they live", [*(lives for _, lives in pairs), ""])
    builder.text(
        "lives",
        "Lives in",
        [*(view.name_of(lives) for _, lives in pairs), ""],
        "The authority the place is in; outside the region by its code.",
    )
    keys: list[Key | None] = [flow_key(state, home, lives) for home, lives in pairs]
    total = pop.key_of(state, pop.REGION, "", pop.PLACED)
    builder.count(
        "children", "Children", [*(numbers[pair] for pair in pairs), sum(numbers.values())], [*keys, total]
    )
    notes = [today_note(view) if state == TODAY else "Children without a place are not in this table."]
    title = f"Where children live, by home authority, {STATE_LABELS[state]}"
    return builder.table(f"flows_{state}", title, source=view, total=True, notes=notes)
