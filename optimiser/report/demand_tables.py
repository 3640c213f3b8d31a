"""Tables and lines of a forecast, under disclosure control where they are to be published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand.prediction import ALL
from optimiser.report.demand import DemandView, name_of
from optimiser.report.disclosure import LEAST_WHOLE, NOTE
from optimiser.report.suppression import LEAST_SHOWN, is_small
from optimiser.report.table import Column, Kind, Table, text_of

BY: Final = {"category": "Kind of place", "band": "Age", "authority": "Authority"}
INTERVALS: Final = ("low_95", "high_95")
_DIGITS: Final = 1
_MEAN = "Forecast"
_MEANING = "mean of the forecast, children"
_LOW, _HIGH = "95 of 100: from", "to"


def children_table(view: DemandView, area: str, by: str, day: str, *, publication: bool = False) -> Table:
    """Children in care now and forecast for the day, by `BY`, with the total below.

    In publication, which is for the whole region alone, counts of 1 to 5 are hidden and what they could be
    worked out from.
    """
    table = view.forecast[view.forecast["day"] == day]
    if by == "authority":
        rows = table[(table["band"] == ALL) & (table["category"] == ALL)].set_index("authority")
        labels = [code for code in view.areas if code != ALL]
        total = view.region
    else:
        other = "band" if by == "category" else "category"
        rows = table[(table["authority"] == area) & (table[other] == ALL)].set_index(by)
        labels = list(view.categories if by == "category" else view.bands)
        total = ALL
    shown = rows.loc[[*labels, total], ["now", "mean", *INTERVALS]].reset_index(drop=True)
    words = [name_of(label) if by == "authority" else label for label in labels]
    shown.insert(0, "label", [*words, "All children"])
    shown["mean"] = shown["mean"].round(_DIGITS)
    columns = (
        Column("label", BY[by]),
        Column("now", "In care now", "counted on the forecast's first day", kind=Kind.NUMBER),
        Column("mean", _MEAN, _MEANING, kind=Kind.ESTIMATE),
        Column("low_95", _LOW, "the number lies between the two 95 times in 100", kind=Kind.NUMBER),
        Column("high_95", _HIGH, "the number lies between the two 95 times in 100", kind=Kind.NUMBER),
    )
    made = Table(f"children-by-{by}", f"Children in care, {words_of_day(day)}", columns, shown, total=True)
    return _published(made) if publication else made


def words_of_day(day: str) -> str:
    """An ISO date in words.

    >>> words_of_day("2027-03-31")
    '31 March 2027'
    """
    when = pd.Timestamp(day)
    return f"{when.day} {when:%B %Y}"


def hidden_parts(counts: Sequence[float] | NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which parts of a total that is shown to hide: each of 1 to 5, and others until each could be 6 or more.

    The parts that are hidden are at least two and leave room for 6 beside 1 in each of the others. Everything
    where the total is under `LEAST_WHOLE`. 0 is shown.
    """
    parts = np.array(counts)
    if 0 < parts.sum() < LEAST_WHOLE:
        return np.ones(len(parts), dtype=bool)
    hidden = np.array([is_small(int(count)) for count in parts], dtype=bool)
    for number in np.argsort(parts, kind="stable"):
        enough = hidden.sum() >= 2 and parts[hidden].sum() - (hidden.sum() - 1) >= LEAST_SHOWN
        if not hidden.any() or enough:
            break
        hidden[number] |= parts[number] > 0
    return hidden


def _published(table: Table) -> Table:
    """The counts that must be hidden, and the forecasts that start from them."""
    now = table.frame["now"].to_numpy(dtype=float)
    parts = hidden_parts(now[:-1])
    rows = np.append(parts, 0 < now[-1] < LEAST_WHOLE)
    hidden = pd.DataFrame(False, index=table.frame.index, columns=table.frame.columns)
    frame = table.frame.copy()
    for column in ("now", "mean", *INTERVALS):
        hidden[column] = rows
        frame[column] = frame[column].astype("float64").mask(rows)
    return replace(table, frame=frame, hidden=hidden, notes=(NOTE,) if rows.any() else ())


def line(view: DemandView, area: str, *, band: str = ALL, category: str = ALL) -> pd.DataFrame:
    """The months of a chart: day, part (past or forecast), value, value_low_95, value_low_50, value_high_50,
    value_high_95, and value_base under a what-if."""
    ahead = view.cell(area, band, category)
    names = {name: f"value_{name}" for name in ("low_95", "low_50", "high_50", "high_95")}
    columns = {"mean": "value", "base_mean": "value_base", **names}
    later = ahead.rename(columns=columns)[["day", *(c for old, c in columns.items() if old in ahead)]]
    start = str(view.manifest["start"])
    now = float(ahead["now"].iloc[0])
    first = {"day": start, **{name: now for name in later.columns if name != "day"}}
    parts = [pd.DataFrame([first]), later]
    found = pd.concat(parts, ignore_index=True).assign(part="forecast")
    if view.past is None:
        return found
    kind = "Fostering" if category in ("Kinship", "Foster carers") else category
    table = view.past
    own = (table["authority"] == area) & (table["band"] == band) & (table["category"] == kind)
    if kind != category or not own.any():
        return found
    before = table[own][["day", "children"]].rename(columns={"children": "value"})
    return pd.concat([before.assign(part="past"), found], ignore_index=True)


def line_sentence(view: DemandView, area: str, *, band: str = ALL, category: str = ALL) -> str:
    """What the chart of `line` shows, in words."""
    rows = view.cell(area, band, category)
    last = rows.iloc[-1]
    what = " · ".join(["children in care", *(each for each in (category, band) if each != ALL)])
    first, end = words_of_day(str(view.manifest["start"])), words_of_day(str(last["day"]))
    low, high = (text_of(last[name], Kind.NUMBER) for name in INTERVALS)
    now, mean = text_of(last["now"], Kind.NUMBER), text_of(last["mean"], Kind.ESTIMATE)
    return (
        f"{name_of(area)}, {what}: {now} on {first}; forecast {mean} on {end}, and 95 times in 100 between "
        f"{low} and {high}."
    )


def too_few(view: DemandView) -> bool:
    """Whether even the number of all children, now or in a month before, may not be published."""
    counted = line(view, view.region)
    start = (counted["part"] == "past") | (counted["day"] == str(view.manifest["start"]))
    return bool(((counted["value"] > 0) & (counted["value"] < LEAST_WHOLE))[start].any())


def entrants_rows(view: DemandView, area: str) -> pd.DataFrame:
    """Rows of a chart of `entrants_by_quarter`: label, value, value_low, value_high, text."""
    frame = entrants_by_quarter(view, area).frame
    texts = [
        f"{mean:,.1f}; 95 times in 100 between {low:,.0f} and {high:,.0f}"
        for mean, low, high in frame[["mean", *INTERVALS]].itertuples(index=False)
    ]
    names = {"mean": "value", "low_95": "value_low", "high_95": "value_high"}
    return frame.rename(columns=names).assign(text=texts)


def entrants_sentence(view: DemandView, area: str) -> str:
    """What the chart of entrants shows, in words."""
    first = entrants_rows(view, area).iloc[0]
    return f"{name_of(area)}, children who will need a place, {first['label']}: {first['text']}."


def line_table(view: DemandView, area: str, *, band: str = ALL, category: str = ALL) -> Table:
    """The data behind the chart of `line`."""
    rows = line(view, area, band=band, category=category)
    names = [name for name in rows.columns if name.startswith("value")]
    frame = pd.DataFrame({"day": rows["day"].map(words_of_day), "part": rows["part"].map(_PARTS)})
    labels = {
        "value": "Children",
        "value_low_95": "95 of 100: from",
        "value_high_95": "95 of 100: to",
        "value_low_50": "50 of 100: from",
        "value_high_50": "50 of 100: to",
        "value_base": "Without the changes",
    }
    for name in names:
        frame[name] = rows[name].round(_DIGITS)
    columns = [Column("day", "Day"), Column("part", "Counted or forecast")]
    columns += [Column(name, labels[name], kind=Kind.ESTIMATE) for name in names]
    return Table("children-by-month", "Children in care, month by month", tuple(columns), frame)


_PARTS: Final = {"past": "counted", "forecast": "forecast"}


def entrants_by_quarter(view: DemandView, area: str) -> Table:
    """Children who will come into care and need a place, quarter by quarter."""
    rows = _entrants(view, area)
    rows = rows[(rows["age"] == ALL) & (rows["category"] == ALL)]
    frame = pd.DataFrame(
        {
            "label": [f"{_short(a)} – {_short(b)}" for a, b in zip(rows["from"], rows["to"], strict=True)],
            "mean": rows["mean"].round(_DIGITS).to_numpy(),
            "low_95": rows["low_95"].to_numpy(),
            "high_95": rows["high_95"].to_numpy(),
        }
    )
    columns = (
        Column("label", "Quarter"),
        Column("mean", _MEAN, _MEANING, kind=Kind.ESTIMATE),
        Column("low_95", _LOW, kind=Kind.NUMBER),
        Column("high_95", _HIGH, kind=Kind.NUMBER),
    )
    return Table("entrants-by-quarter", "Children who will need a place, by quarter", columns, frame)


def entrants_by_age(view: DemandView, area: str) -> Table:
    """Entrants of the first year by age, and by the kind of place they enter; means only, which add up."""
    rows = _entrants(view, area)
    quarters = list(rows["from"].unique())[:4]
    rows = rows[rows["from"].isin(quarters)]
    ages = [age for age in rows["age"].unique() if age != ALL]
    kinds = view.categories
    wide = rows.pivot_table(index="age", columns="category", values="mean", aggfunc="sum")
    frame = wide.loc[[*ages, ALL], [*kinds, ALL]].round(_DIGITS).reset_index()
    frame.columns = pd.Index(["label", *kinds, "all"])
    frame["label"] = [*ages, "All ages"]
    columns = [Column("label", "Age at entry"), *(Column(kind, kind, kind=Kind.ESTIMATE) for kind in kinds)]
    columns.append(Column("all", "All kinds", _MEANING, kind=Kind.ESTIMATE))
    title = f"Who will need a place in the first {len(quarters)} quarters: mean by age and kind"
    return Table("entrants-by-age", title, tuple(columns), frame, total=True)


def _entrants(view: DemandView, area: str) -> pd.DataFrame:
    if view.entrants is None:
        return pd.DataFrame(columns=["from", "to", "age", "category", "mean", *INTERVALS])
    return view.entrants[view.entrants["authority"] == area]


def _short(day: str) -> str:
    when = pd.Timestamp(day)
    return f"{when.day} {when:%b %Y}"


def flows_table(view: DemandView, area: str) -> Table:
    """Children who came and who left, month by month, as the returns count them."""
    columns = (
        Column("label", "Month to"),
        Column("children", "In care at its end", kind=Kind.NUMBER),
        Column("entered", "Came into care", kind=Kind.NUMBER),
        Column("left", "Left care", kind=Kind.NUMBER),
    )
    if view.past is None:
        frame = pd.DataFrame(columns=[column.name for column in columns])
    else:
        table = view.past
        rows = table[(table["authority"] == area) & (table["band"] == ALL) & (table["category"] == ALL)]
        frame = rows[["day", "children", "entered", "left"]].reset_index(drop=True)
        frame = frame.rename(columns={"day": "label"})
        frame["label"] = frame["label"].map(_short)
    return Table("flows-by-month", "The months before, as the returns count them", columns, frame)
