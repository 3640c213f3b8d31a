"""The region in eight figures: of the run, of today, and how they differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from optimiser.report import populations as pop
from optimiser.report.cells import GROUPS, GROUPS_UNKNOWN, TOGETHER
from optimiser.report.disclosure import LEAST_BASE
from optimiser.report.placements import RUN, TODAY
from optimiser.report.region import far_label, today_note
from optimiser.report.table import HIDDEN, Key, Kind, Table, text_of
from optimiser.report.views import RunView, View

NOTHING = "–"


@dataclass(frozen=True)
class Tile:
    """One figure, today's beside it, and the difference; None is not known, not applicable or hidden."""

    key: str
    label: str
    meaning: str
    unit: str
    kind: Kind
    value: float | None
    today: float | None
    difference: float | None
    """Of two shares in percentage points."""
    value_text: str
    today_text: str
    difference_text: str
    better: str
    """`higher` or `lower` is better; "" where neither is."""
    note: str = ""


@dataclass(frozen=True)
class Measured:
    """A figure of one state, and the keys and sizes of the counts it rests on."""

    value: float | None
    keys: tuple[Key, ...]
    base: int


@dataclass(frozen=True)
class Caption:
    """What a tile says beside its figures, as `Tile` has it."""

    key: str
    label: str
    meaning: str
    unit: str
    kind: Kind
    better: str


@dataclass(frozen=True)
class Spec(Caption):
    """What a tile measures."""

    measure: Callable[[View, str], Measured]


def kind_of_difference(kind: Kind) -> Kind:
    """What the difference of two such figures is."""
    return Kind.POINTS if kind is Kind.SHARE else kind


def tiles(view: View) -> tuple[Tile, ...]:
    """The tiles of a view: the run's figures beside today's; of a pack, today's alone."""
    return tuple(_tile(view, spec, frozenset()) for spec in _specs(view))


def published_tiles(view: View) -> tuple[Tile, ...]:
    """The tiles under disclosure control."""
    return tuple(_tile(view, spec, view.hidden_cells) for spec in _specs(view))


def tiles_between(a: RunView, b: RunView, *, publication: bool = False) -> tuple[Tile, ...]:
    """Run `b` as value, run `a` as `today`, and b − a."""
    found = []
    for spec in _specs(b):
        before = _hide(spec.measure(a, RUN), a.hidden_cells if publication else frozenset())
        after = _hide(spec.measure(b, RUN), b.hidden_cells if publication else frozenset())
        found.append(tile_of(spec, after, before, differ=True))
    return tuple(found)


def tiles_table(view: View) -> Table:
    """The tiles as a table: one row a measure, of mixed units."""
    return table_of_tiles(tiles(view), view)


def table_of_tiles(found: Sequence[Tile], view: View) -> Table:
    """Any tiles as a table whose figures are text, ready to show: what they hide stays hidden."""
    from optimiser.report.build import Builder

    builder = Builder()
    builder.text("measure", "Measure", [tile.label for tile in found])
    builder.text("unit", "Unit", [tile.unit for tile in found])
    builder.text("value", "This run", [tile.value_text for tile in found])
    builder.text("today", "Today", [tile.today_text for tile in found])
    builder.text("difference", "Difference", [tile.difference_text for tile in found])
    builder.text("note", "Note", [tile.note for tile in found])
    return builder.table("tiles", "The region in figures", source=None, notes=[today_note(view)])


def _tile(view: View, spec: Spec, hidden: frozenset[Key]) -> Tile:
    run = _hide(spec.measure(view, RUN), hidden) if RUN in view.states else NONE
    today = _hide(spec.measure(view, TODAY), hidden) if TODAY in view.states else NONE
    differ = not (spec.key == "weekly_cost" and run.base != today.base)
    if (
        isinstance(view, RunView)
        and view.by_road
        and spec.key in ("median_miles", "children_over", "share_over")
    ):
        differ = False
    note = ""
    if run.text != NOTHING and today.text not in (NOTHING, HIDDEN) and not differ:
        note = "Not comparable: " + (
            "today's costs are known for other children than the run places."
            if spec.key == "weekly_cost"
            else "the run's miles are by road, today's are straight lines."
        )
    return tile_of(spec, run, today, differ=differ, note=note)


@dataclass(frozen=True)
class Shown:
    """A figure as it is shown: hidden is None and `c`; with a text, that instead of the value's own."""

    value: float | None
    text: str = ""
    base: int = 0


NONE = Shown(None, NOTHING)
"""No such figure."""


def _hide(found: Measured, hidden: frozenset[Key]) -> Shown:
    if hidden and (any(key in hidden for key in found.keys) or 0 < found.base < LEAST_BASE):
        return Shown(None, HIDDEN, found.base)
    return Shown(found.value, "", found.base)


def tile_of(caption: Caption, value: Shown, other: Shown, *, differ: bool = True, note: str = "") -> Tile:
    """The tile of a figure and today's; `differ`: the two may be compared."""
    difference = None
    kind = kind_of_difference(caption.kind)
    text = NOTHING
    if HIDDEN in (value.text, other.text):
        text = HIDDEN if NOTHING not in (value.text, other.text) and differ else NOTHING
    elif differ and value.value is not None and other.value is not None:
        difference = value.value - other.value
        if kind is Kind.POINTS:
            difference *= 100.0
        text = text_of(difference, kind, signed=True)
    return Tile(
        key=caption.key,
        label=caption.label,
        meaning=caption.meaning,
        unit=caption.unit,
        kind=caption.kind,
        value=value.value,
        today=other.value,
        difference=difference,
        value_text=value.text or text_of(value.value, caption.kind),
        today_text=other.text or text_of(other.value, caption.kind),
        difference_text=text,
        better=caption.better,
        note=note,
    )


def _specs(view: View) -> tuple[Spec, ...]:
    far = far_label(view)
    return (
        Spec(
            "children_placed",
            "Children placed",
            "Children with a place; today, of whose place something is known.",
            "children",
            Kind.COUNT,
            "higher",
            _count(pop.PLACED),
        ),
        Spec(
            "children_without_place",
            "Children without a place",
            "Children for whom the run found no place; the pack does not say this of today.",
            "children",
            Kind.COUNT,
            "lower",
            _without,
        ),
        Spec(
            "median_miles",
            "Median miles from home",
            "Half of the children live no farther from home.",
            "miles",
            Kind.MILES,
            "lower",
            _median,
        ),
        Spec(
            "children_over",
            f"Children living {far}",
            "Children farther from home than the policy's far_miles.",
            "children",
            Kind.COUNT,
            "lower",
            _count(pop.OVER),
        ),
        Spec(
            "share_over",
            f"Share living {far}",
            "Of the children whose distance from home is known.",
            "share",
            Kind.SHARE,
            "lower",
            _share,
        ),
        Spec(
            "groups_together",
            "Sibling groups together",
            "Groups of two or more whose children all live in one home or household.",
            "sibling groups",
            Kind.COUNT,
            "higher",
            _together,
        ),
        Spec(
            "weekly_cost",
            "Weekly cost",
            "Sum of the weekly costs that are known.",
            "£ a week",
            Kind.MONEY,
            "lower",
            _cost,
        ),
        Spec(
            "weekly_cost_per_child",
            "Weekly cost for each child",
            "Mean of the weekly costs that are known.",
            "£ a week",
            Kind.MONEY,
            "lower",
            _cost_each,
        ),
    )


def _region(state: str, what: str) -> Key:
    return pop.key_of(state, pop.REGION, "", what)


def _number(view: View, state: str, what: str) -> int:
    return int(pop.counts(view, state, pop.REGION)[what].iloc[0])


def _count(what: str) -> Callable[[View, str], Measured]:
    def measure(view: View, state: str) -> Measured:
        return Measured(float(_number(view, state, what)), (_region(state, what),), 0)

    return measure


def _without(view: View, state: str) -> Measured:
    if state == TODAY:
        return Measured(None, (), 0)
    return _count(pop.WITHOUT)(view, state)


def _median(view: View, state: str) -> Measured:
    base = _number(view, state, pop.MEASURED)
    if state == RUN and isinstance(view, RunView):
        value = view.metrics["median_miles"]
    else:
        value = float(view.placements(state).frame["miles"].median()) if base else None
    return Measured(value, (_region(state, pop.MEASURED),), base)


def _share(view: View, state: str) -> Measured:
    base = _number(view, state, pop.MEASURED)
    value = _number(view, state, pop.OVER) / base if base else None
    return Measured(value, (_region(state, pop.MEASURED), _region(state, pop.OVER)), base)


def _together(view: View, state: str) -> Measured:
    groups = view.placements(state).together
    keys = ((state, GROUPS, TOGETHER), (state, GROUPS, GROUPS_UNKNOWN))
    return Measured(float(sum(each is True for each in groups)), keys, 0)


def _costs(view: View, state: str) -> pd.Series:
    return view.placements(state).frame["weekly_cost"].dropna()


def _cost(view: View, state: str) -> Measured:
    costs = _costs(view, state)
    return Measured(math.fsum(costs) if len(costs) else None, (_region(state, pop.COSTED),), len(costs))


def _cost_each(view: View, state: str) -> Measured:
    costs = _costs(view, state)
    return Measured(
        math.fsum(costs) / len(costs) if len(costs) else None, (_region(state, pop.COSTED),), len(costs)
    )
