"""What a run gives to whom: shares and miles of every group of children, with intervals, beside all others.

Groups stand in a fixed order and are never ranked. Every difference has its interval, and words that say
when it is no more than chance. Nothing is adjusted for.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from optimiser.errors import InputError
from optimiser.report import outcomes as out
from optimiser.report import populations as pop
from optimiser.report.build import POINTS, Builder
from optimiser.report.disclosure import LEAST_WHOLE, published
from optimiser.report.fairness_cells import others_key
from optimiser.report.intervals import (
    Interval,
    mean_difference,
    mean_interval,
    median_interval,
    share_difference,
    share_interval,
)
from optimiser.report.placements import RUN
from optimiser.report.table import HIDDEN, Kind, Table, csv_bytes, text_frame
from optimiser.report.views import RunView

WIDE_SHARE, WIDE_MILES = 0.2, 10.0
"""An interval of a difference that is wider than this tells too little: twenty points, ten miles."""
TOO_FEW = "too few to tell"
NO_CLEAR = "no clear difference"
HIGHER, LOWER = "higher than all others", "lower than all others"
UNSURE = ", by how much is not sure"
NOBODY, NO_OTHERS = "nobody in this group", "no others to compare with"
ADJUSTED = (
    "Adjusted for nothing: groups differ in age, needs, siblings and where they live, and a difference is no "
    "proof of unfairness, nor is its absence one of fairness."
)
CHANCE = (
    "Intervals hold 95 times in 100, as if these children were drawn from many like them; siblings, who are "
    "placed together, make them a little too narrow. Of twenty comparisons one is outside by chance alone."
)
NAMES = (
    *("dimension", "by", "group", "outcome", "outcome_label", "unit", "base", "count", "estimate"),
    *("low_95", "high_95", "others_base", "others_count", "others_estimate"),
    *("difference", "difference_low_95", "difference_high_95", "reading"),
)
"""Columns of the CSV file; differences of shares are in percentage points."""
TEXTS = ("dimension", "by", "group", "outcome", "outcome_label", "unit", "reading")


@dataclass(frozen=True)
class _Place:
    """One group of one dimension, or all children: which of them are in it."""

    dimension: str
    value: str
    words: str
    members: np.ndarray


def fairness_shares(
    view: RunView, dimension: str = "", outcome: str = "", *, publication: bool = False
) -> Table:
    """Shares of children by group and outcome, beside those of all others; `out.ALL`: of all children.

    Of every dimension and outcome where none is named.
    """
    each = out.indicators(view)
    rows = [
        (place, found)
        for place in _places(view, dimension, publication=publication)
        for found in out.outcomes(view)
        if outcome in ("", found.key)
    ]
    counted = {what: each[what].to_numpy(dtype=np.int64) for what in out.WHATS}

    def number(place: _Place, what: str) -> int:
        return int(counted[what][place.members].sum())

    base = [number(place, found.base) for place, found in rows]
    count = [number(place, found.count) for place, found in rows]
    others_base = [int(counted[found.base].sum()) - of for (_, found), of in zip(rows, base, strict=True)]
    others_count = [int(counted[found.count].sum()) - of for (_, found), of in zip(rows, count, strict=True)]
    builder = _builder([place for place, _ in rows])
    builder.text("outcome", "Outcome code", [found.key for _, found in rows])
    builder.text("outcome_label", "Outcome", [found.label for _, found in rows])
    builder.text("of", "Of", [found.of for _, found in rows])
    for name, heading, values, of_base in (
        ("base", "Children", base, True),
        ("count", "Of them", count, False),
    ):
        keys = [
            pop.key_of(RUN, place.dimension, place.value, found.base if of_base else found.count)
            for place, found in rows
        ]
        builder.count(name, heading, values, keys)
    on = ("base", "count")
    builder.figure("share", "Share", _shares(count, base), Kind.SHARE, rests_on=on)
    intervals = [share_interval(c, b) for c, b in zip(count, base, strict=True)]
    _interval(builder, "", "Share", intervals, Kind.SHARE, on)
    if dimension == out.ALL:
        return _finished(
            builder, view, "fairness_all", "What the run gives to all children", publication=publication
        )
    differences = [
        share_difference(*each) for each in zip(count, base, others_count, others_base, strict=True)
    ]
    readings = [
        _reading(b, o, interval, WIDE_SHARE)
        for b, o, interval in zip(base, others_base, differences, strict=True)
    ]
    builder.text("reading", "Compared with all others", readings)
    for name, heading, values, of_base in (
        ("others_base", "All others", others_base, True),
        ("others_count", "Of the others", others_count, False),
    ):
        keys = [
            others_key(place.dimension, place.value, found.base if of_base else found.count)
            for place, found in rows
        ]
        builder.count(name, heading, values, keys)
    others = ("others_base", "others_count")
    other_shares = _shares(others_count, others_base)
    builder.figure("others_share", "Share of all others", other_shares, Kind.SHARE, rests_on=others)
    points = 100.0 * (np.array(_shares(count, base)) - np.array(other_shares))
    scaled = [(100.0 * low, 100.0 * high) for low, high in differences]
    _difference(builder, points, scaled, Kind.POINTS, (*on, *others))
    title = f"Outcomes by {_words(dimension)}"
    return _finished(builder, view, "fairness_shares", title, publication=publication)


def fairness_miles(view: RunView, dimension: str = "", *, publication: bool = False) -> Table:
    """Mean and median miles from home of the children placed, by group, with the mean of all others."""
    miles = view.run.frame["miles"].to_numpy(dtype=np.float64)
    placed = np.isfinite(miles)
    places = _places(view, dimension, publication=publication)
    inside = [miles[place.members & placed] for place in places]
    outside = [miles[~place.members & placed] for place in places]
    builder = _builder(places)
    keys = [pop.key_of(RUN, place.dimension, place.value, pop.PLACED) for place in places]
    builder.count("base", "Children placed", [len(values) for values in inside], keys)
    on = ("base",)
    means = [_of_run(view, place, "mean_miles", values) for place, values in zip(places, inside, strict=True)]
    medians = [
        _of_run(view, place, "median_miles", values) for place, values in zip(places, inside, strict=True)
    ]
    builder.figure("mean", "Mean miles", means, Kind.MILES, rests_on=on)
    _interval(
        builder,
        "mean_",
        "Mean",
        [_not_below_zero(mean_interval(values)) for values in inside],
        Kind.MILES,
        on,
    )
    builder.figure("median", "Median miles", medians, Kind.MILES, rests_on=on)
    _interval(builder, "median_", "Median", [median_interval(values) for values in inside], Kind.MILES, on)
    if dimension == out.ALL:
        return _finished(
            builder, view, "fairness_all_miles", "Miles from home of all children", publication=publication
        )
    intervals = [mean_difference(a, b) for a, b in zip(inside, outside, strict=True)]
    readings = [
        _reading(len(a), len(b), interval, WIDE_MILES)
        for a, b, interval in zip(inside, outside, intervals, strict=True)
    ]
    builder.text("reading", "Mean compared with all others", readings)
    other_keys = [others_key(place.dimension, place.value, pop.PLACED) for place in places]
    builder.count("others_base", "All others placed", [len(values) for values in outside], other_keys)
    other_means = [_mean(values) for values in outside]
    builder.figure(
        "others_mean", "Mean miles of all others", other_means, Kind.MILES, rests_on=("others_base",)
    )
    _difference(builder, np.array(means) - np.array(other_means), intervals, Kind.MILES, (*on, "others_base"))
    title = f"Miles from home by {_words(dimension)}"
    return _finished(builder, view, "fairness_miles", title, publication=publication)


def fairness_tables(view: RunView, *, publication: bool) -> tuple[Table, ...]:
    """Every table of fairness."""
    return (
        fairness_shares(view, out.ALL, publication=publication),
        fairness_miles(view, out.ALL, publication=publication),
        fairness_shares(view, publication=publication),
        fairness_miles(view, publication=publication),
    )


def fairness_csv(view: RunView, *, publication: bool) -> bytes:
    """Every figure as one CSV file of `NAMES`: `c` where hidden, blank where there is none."""
    return _whole(view, publication=publication).to_csv(index=False, lineterminator="\n").encode()


def fairness_rows(view: RunView, *, publication: bool) -> list[dict[str, object]]:
    """The rows of the CSV file as JSON has them: numbers as numbers, `c` where hidden, None where none."""
    rows = _whole(view, publication=publication).to_dict("records")
    return [{str(name): _json(str(name), str(text)) for name, text in row.items()} for row in rows]


def _json(name: str, text: str) -> object:
    if name in TEXTS or text == HIDDEN:
        return text
    if text == "":
        return None
    return int(text) if text.isdigit() else float(text)


def short_table(table: Table) -> Table:
    """As text, the columns that say most: whom, what, how many, the figure with its interval, the words."""
    shown = text_frame(table).set_axis(list(table.frame.columns), axis=1)
    builder = Builder()
    for name in ("group", "outcome_label", "base", "count", "share", "mean", "median"):
        if name in shown:
            builder.text(name, table.column(name).label, shown[name])
        stem = {"share": "", "mean": "mean_", "median": "median_"}.get(name)
        if stem is not None and name in shown:
            ends = zip(shown[f"{stem}low_95"], shown[f"{stem}high_95"], strict=True)
            both = [low if low == high else f"{low} to {high}" for low, high in ends]
            builder.text(f"{stem}interval", f"{table.column(name).label}: 95% interval", both)
    if "reading" in shown:
        builder.text("reading", table.column("reading").label, shown["reading"])
    return builder.table(table.name, table.title, source=None)


def chart_rows(table: Table) -> pd.DataFrame:
    """label, value, value_low, value_high, text: one row a group, in the table's order."""
    stem, figure = ("mean_", "mean") if "mean" in table.frame else ("", "share")
    shown = text_frame(table).set_axis(list(table.frame.columns), axis=1)
    ends = zip(shown[figure], shown[f"{stem}low_95"], shown[f"{stem}high_95"], strict=True)
    return pd.DataFrame(
        {
            "label": table.frame["group"].astype(str),
            "value": table.frame[figure].astype("float64"),
            "value_low": table.frame[f"{stem}low_95"].astype("float64"),
            "value_high": table.frame[f"{stem}high_95"].astype("float64"),
            "text": [
                value if value == low == high else f"{value} ({low} to {high})" for value, low, high in ends
            ],
        }
    )


def sentence(table: Table, whole: Table) -> str:
    """What the table says: of all children, and of which groups the difference is more than chance."""
    figure = "mean" if "mean" in table.frame else "share"
    unit = " miles on average" if figure == "mean" else ""
    everyone = chart_rows(whole)["text"].iloc[0]
    parts = [f"All children: {everyone}{unit}"]
    for words in (HIGHER, LOWER):
        named = table.frame["group"][table.frame["reading"].str.startswith(words)].tolist()
        if named:
            parts.append(f"{words}: {', '.join(named)}")
    if len(parts) == 1:
        parts.append("no group differs from all others by more than chance would make it")
    if (table.frame["reading"] == HIDDEN).any():
        parts.append("some groups are hidden")
    return f"{'; '.join(parts)}."


def method_notes() -> tuple[str, ...]:
    """What is said under every table: nothing is adjusted for, and what an interval is."""
    return ADJUSTED, CHANCE


# -- within -------------------------------------------------------------------------------------------


def _places(view: RunView, dimension: str, *, publication: bool) -> list[_Place]:
    offered = out.PUBLISHED if publication else tuple(out.DIMENSIONS)
    if dimension not in ("", out.ALL, *offered):
        raise InputError(f"{dimension} is not compared here; accepted: {', '.join(offered)}")
    if dimension == out.ALL:
        return [_Place(pop.REGION, "", "All children", np.ones(len(view.run), dtype=bool))]
    return [
        _Place(name, value, out.label(view, name, value), (groups == value).to_numpy(dtype=bool))
        for name in ([dimension] if dimension else offered)
        for groups in [out.groups(view, name)]
        for value in out.order(view, name)
    ]


def _builder(places: Sequence[_Place]) -> Builder:
    builder = Builder()
    builder.text("dimension", "Code", [place.dimension for place in places])
    words = {**out.DIMENSIONS, pop.REGION: "All children"}
    builder.text("by", "By", [words[place.dimension] for place in places])
    builder.text("group", "Group", [place.words for place in places])
    return builder


def _interval(
    builder: Builder, stem: str, words: str, found: Sequence[Interval], kind: Kind, on: tuple[str, ...]
) -> None:
    for at, (end, name) in enumerate((("low_95", "from"), ("high_95", "to"))):
        builder.figure(
            f"{stem}{end}", f"{words}, 95%: {name}", [each[at] for each in found], kind, rests_on=on
        )


def _difference(
    builder: Builder, values: np.ndarray, found: Sequence[Interval], kind: Kind, on: tuple[str, ...]
) -> None:
    unit = POINTS if kind is Kind.POINTS else "miles"
    builder.figure("difference", f"Difference ({unit})", values, kind, rests_on=on)
    _interval(builder, "difference_", "Difference", found, kind, on)


def _finished(builder: Builder, view: RunView, name: str, title: str, *, publication: bool) -> Table:
    table = builder.table(name, title, source=view.fairness, notes=method_notes())
    return _published(table) if publication else table


def _published(table: Table) -> Table:
    """Published as any table; words that tell of a hidden figure are hidden with it, and so are the ends of a
    median's interval, which are single children's miles, where they are few."""
    shown = published(table)
    frame, hidden = shown.frame.copy(), shown.hidden
    assert hidden is not None  # `published` has worked it out
    hidden = hidden.copy()
    for end in ("median_low_95", "median_high_95"):
        if end in frame:
            hidden[end] |= (table.frame["base"] < LEAST_WHOLE).to_numpy()
            frame[end] = frame[end].mask(hidden[end])
    if "reading" in frame:
        frame["reading"] = frame["reading"].mask(hidden["difference"], HIDDEN)
    return replace(shown, frame=frame, hidden=hidden)


def _shares(count: Sequence[int], base: Sequence[int]) -> list[float]:
    return [c / b if b else math.nan for c, b in zip(count, base, strict=True)]


def _mean(values: np.ndarray) -> float:
    return math.fsum(values) / len(values) if len(values) else math.nan


def _of_run(view: RunView, place: _Place, name: str, values: np.ndarray) -> float:
    """The figure as metrics.json has it, where it has it; else of the miles of allocations.csv."""
    if place.dimension in (pop.REGION, pop.AUTHORITY):
        of = view.metrics if place.dimension == pop.REGION else view.metrics["by_authority"][place.value]
        return math.nan if of[name] is None else float(of[name])
    if not len(values):
        return math.nan
    return _mean(values) if name == "mean_miles" else float(np.median(values))


def _not_below_zero(interval: Interval) -> Interval:
    """Without what no miles can be."""
    low, high = interval
    return (low if math.isnan(low) else max(low, 0.0)), high


def _reading(base: int, others: int, difference: Interval, wide: float) -> str:
    """What a difference says, in words that claim no more than its interval does."""
    if not base:
        return NOBODY
    if not others:
        return NO_OTHERS
    low, high = difference
    if math.isnan(low):
        return TOO_FEW
    unsure = high - low > wide
    if low <= 0.0 <= high:
        return TOO_FEW if unsure else NO_CLEAR
    return (HIGHER if low > 0.0 else LOWER) + (UNSURE if unsure else "")


def _words(dimension: str) -> str:
    return out.DIMENSIONS[dimension].lower() if dimension else "group"


def _whole(view: RunView, *, publication: bool) -> pd.DataFrame:
    whole, whole_miles, shares, miles = fairness_tables(view, publication=publication)
    parts = [_long(table, "", "share") for table in (whole, shares)]
    parts += [_long(table, stem, "miles") for table in (whole_miles, miles) for stem in ("mean", "median")]
    return pd.concat(parts, ignore_index=True)


def _long(table: Table, stem: str, unit: str) -> pd.DataFrame:
    """One table in the columns of the CSV file; a median has no difference."""
    names = {
        "count": "count",
        "estimate": stem or "share",
        "low_95": f"{stem}_low_95" if stem else "low_95",
        "high_95": f"{stem}_high_95" if stem else "high_95",
        "others_estimate": f"others_{stem or 'share'}",
    }
    written = pd.read_csv(io.BytesIO(csv_bytes(table)), dtype="str", keep_default_na=False)
    if stem:
        written = written.assign(outcome=f"{stem}_miles", outcome_label=f"{stem.capitalize()} miles")
    found = {name: names.get(name, name) for name in NAMES}
    if stem == "median":
        found = {name: source for name, source in found.items() if not name.startswith(("diff", "reading"))}
    return pd.DataFrame(
        {
            name: unit
            if name == "unit"
            else written.get(found.get(name, ""), pd.Series("", index=written.index))
            for name in NAMES
        }
    )
