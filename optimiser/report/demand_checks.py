"""How good a forecast is, what a what-if changes, and what is wrong with the return."""

from __future__ import annotations

from typing import Final

import pandas as pd

from optimiser.demand.backtest import LEVELS
from optimiser.demand.prediction import ALL
from optimiser.report.demand import DemandView
from optimiser.report.demand_tables import words_of_day
from optimiser.report.table import Column, Kind, Level, Table

METHOD_WORDS: Final = {"ours": "Ours", "published": "Published", "naive": "Last value"}
LEVEL_WORDS: Final = {
    "region, total": "All children",
    "region, states": "Each age and kind",
    "authorities, totals": "Each authority",
    "authorities, states": "Each authority, age and kind",
}
MOST_FINDINGS: Final = 2000
"""Findings shown on a page; quality.csv has all."""


def backtest_table(view: DemandView) -> Table:
    """Scores of every method over all horizons, by what is forecast."""
    rows = _scores(view)
    rows = rows[rows["horizon"] == 0]
    frame = pd.DataFrame(
        {
            "level": rows["level"].map(LEVEL_WORDS),
            "method": rows["method"].map(METHOD_WORDS),
            "forecasts": rows["forecasts"],
            "error": rows["error"].round(2),
            "crps": rows["crps"].round(2),
            "crps_ratio": rows["crps_ratio"].round(2),
            "cover_95": rows["cover_95"],
            "width_95": rows["width_95"].round(1),
        }
    ).reset_index(drop=True)
    columns = (
        Column("level", "What is forecast"),
        Column("method", "Method"),
        Column("forecasts", "Forecasts", "how many were held against what came", kind=Kind.NUMBER),
        Column("error", "Mean error", "children, of the mean, whichever way", kind=Kind.NUMBER),
        Column("crps", "CRPS", "children: the error of the whole forecast, intervals too", kind=Kind.NUMBER),
        Column("crps_ratio", "CRPS over published", "below 1 is better than published", kind=Kind.NUMBER),
        Column("cover_95", "Inside 95 of 100", "how often the truth lay in the interval", kind=Kind.SHARE),
        Column("width_95", "Width of it", "children", kind=Kind.NUMBER),
    )
    title = "Forecasts of the past, held against what came"
    return Table("backtest", title, columns, frame)


def backtest_rows(view: DemandView, level: str) -> pd.DataFrame:
    """Rows of a chart: label (method), months, value (CRPS) of one of `LEVELS`."""
    rows = _scores(view)
    rows = rows[(rows["horizon"] > 0) & (rows["level"] == level)]
    return pd.DataFrame(
        {
            "label": rows["method"].map(METHOD_WORDS),
            "months": rows["horizon"],
            "value": rows["crps"],
        }
    ).reset_index(drop=True)


def backtest_sentence(view: DemandView, level: str) -> str:
    """What the chart of `backtest_rows` shows, in words."""
    rows = backtest_rows(view, level)
    ahead = rows[rows["months"] == rows["months"].max()]
    figures = ", ".join(f"{row.label} {row.value:.2f}" for row in ahead.itertuples())
    return f"{LEVEL_WORDS[level]}, {rows['months'].max()} months ahead, CRPS in children: {figures}."


def backtest_levels(view: DemandView) -> tuple[str, ...]:
    """The levels that the back-test has."""
    found = set(_scores(view)["level"])
    return tuple(level for level in LEVELS if level in found)


def _scores(view: DemandView) -> pd.DataFrame:
    if view.backtest is None:
        names = [
            "level",
            "horizon",
            "method",
            "forecasts",
            "error",
            "crps",
            "crps_ratio",
            "cover_95",
            "width_95",
        ]
        return pd.DataFrame(columns=names)
    return view.backtest


def attribution_table(view: DemandView, area: str, day: str) -> Table:
    """What each change makes of the difference on the day, and all of them together."""
    columns = [
        Column("label", "Change"),
        Column("in_order", "Added in order", "children, each after those before it", kind=Kind.ESTIMATE),
        Column("shapley", "Fair share", "children, averaged over all orders", kind=Kind.ESTIMATE),
    ]
    table = view.attribution
    if table is None:
        frame = pd.DataFrame(columns=[column.name for column in columns])
        return Table("attribution", "What each change does", tuple(columns), frame)
    rows = table[(table["authority"] == area) & (table["day"] == day) & (table["category"] == ALL)]
    if "shapley" not in rows:
        columns.pop()
    for name, label in (
        ("in_order_gbp", "In order, £ that month"),
        ("shapley_gbp", "Fair share, £ that month"),
    ):
        if name in rows:
            columns.append(Column(name, label, kind=Kind.MONEY))
    names = [column.name for column in columns[1:]]
    frame = rows[["change", *names]].rename(columns={"change": "label"}).reset_index(drop=True)
    frame.loc[len(frame)] = ["All changes", *frame[names].sum()]
    frame[names] = frame[names].round(2)
    title = f"What each change does to the children in care on {words_of_day(day)}"
    return Table("attribution", title, tuple(columns), frame, total=True)


def costs_table(view: DemandView, area: str) -> Table:
    """£ of every month, with and without the changes."""
    table = view.costs
    columns = [Column("label", "Month to"), Column("cost_gbp", "Cost, £", "of the month", kind=Kind.NUMBER)]
    if table is None:
        frame = pd.DataFrame(columns=["label", "cost_gbp"])
        return Table("costs", "Cost of the places", tuple(columns), frame)
    rows = table[(table["authority"] == area) & (table["category"] == ALL)]
    names = ["cost_gbp"]
    if "base_cost_gbp" in rows:
        names.append("base_cost_gbp")
        columns.append(Column("base_cost_gbp", "Without the changes, £", "of the month", kind=Kind.NUMBER))
    frame = rows[["day", *names]].rename(columns={"day": "label"}).reset_index(drop=True)
    frame["label"] = frame["label"].map(words_of_day)
    frame[names] = frame[names].round(0)
    return Table("costs", "Cost of the places, by month", tuple(columns), frame)


def rows_table(view: DemandView) -> Table:
    """What became of the rows of every file, and of all."""
    names = ["rows_read", "used", "repaired", "set_aside"]
    frame = pd.DataFrame(view.manifest["files_read"])[["file", "table", *names]]
    frame.loc[len(frame)] = ["All files", "", *frame[names].sum()]
    columns = (
        Column("file", "File"),
        Column("table", "Table"),
        Column("rows_read", "Rows read", "= used + repaired + set aside", kind=Kind.NUMBER),
        Column("used", "Used", "as they stand", kind=Kind.NUMBER),
        Column("repaired", "Repaired", "used, after something was put right", kind=Kind.NUMBER),
        Column("set_aside", "Set aside", "not used", kind=Kind.NUMBER),
    )
    return Table("rows", "What became of every row", columns, frame, total=True)


def rows_sentence(view: DemandView) -> str:
    """Rows read = used + repaired + set aside."""
    total = rows_table(view).frame.iloc[-1]
    read, used, repaired, aside = (
        f"{total[name]:,}" for name in ("rows_read", "used", "repaired", "set_aside")
    )
    return f"{read} rows read = {used} used + {repaired} repaired + {aside} set aside"


def kinds_table(view: DemandView) -> Table:
    """How many findings there are of each kind."""
    found = _findings(view, ["column", "kind", "action"])
    keys = ["kind", "column", "action"]
    frame = found.groupby(keys, observed=True).size().rename("findings").reset_index()
    frame = frame.sort_values(["findings", *keys], ascending=[False, True, True, True], ignore_index=True)
    columns = (
        Column("kind", "What is wrong"),
        Column("column", "Column"),
        Column("action", "What was done with the row"),
        Column("findings", "How often", kind=Kind.NUMBER),
    )
    return Table(
        "findings-by-kind", "What is wrong, by kind", columns, frame.astype(dict.fromkeys(keys, "str"))
    )


def findings_table(view: DemandView, kind: str) -> Table:
    """Every finding of a kind ("" for all), `MOST_FINDINGS` at most: rows are of single children."""
    found = _findings(view, ["file", "row", "column", "child", "kind", "what", "action"])
    if kind:
        found = found[found["kind"] == kind]
    count = len(found)
    frame = found.head(MOST_FINDINGS).reset_index(drop=True)
    columns = (
        Column("file", "File"),
        Column("row", "Row", "as a spreadsheet shows it; 0 for the whole file", kind=Kind.NUMBER),
        Column("column", "Column"),
        Column("child", "Child"),
        Column("kind", "What is wrong"),
        Column("what", "In words"),
        Column("action", "What was done"),
    )
    notes = (
        (f"The first {MOST_FINDINGS:,} of {count:,}; quality.csv has all.",) if count > MOST_FINDINGS else ()
    )
    return Table("findings", "Every finding", columns, frame, notes=notes, level=Level.CHILD)


def _findings(view: DemandView, columns: list[str]) -> pd.DataFrame:
    texts = {name: "category" if name in ("file", "column", "kind", "action") else "str" for name in columns}
    texts.pop("row", None)
    return pd.read_csv(
        view.folder / "quality.csv", usecols=columns, dtype=texts, keep_default_na=False, engine="c"
    )[columns]
