"""The figures of a frontier and of a stress test, from the folders that the commands write."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from optimiser.errors import InputError
from optimiser.frontier.frontier_run import FRONTIER
from optimiser.report.build import Builder
from optimiser.report.suppression import is_small
from optimiser.report.table import Key, Kind, Level, Table
from optimiser.shocks.stress_run import STRESS


@dataclass(frozen=True)
class _Small:
    """What publication hides: both counts of a point where either is 1 to 5, for all children are known."""

    hidden_cells: frozenset[Key]


SUPPORTED_WORDS = {"yes": "a price of a mile", "no": "only a budget", "not decided": "not decided"}


def output_of(folder: Path, name: str) -> bytes:
    """A file of a run as its manifest vouches for it; `InputError` where it was altered or is not there."""
    try:
        content = (folder / name).read_bytes()
        vouched = json.loads((folder / "manifest.json").read_bytes())["outputs"][name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder.name}: {name} cannot be read; accepted: a run as it was written"
        ) from error
    if hashlib.sha256(content).hexdigest() != vouched:
        raise InputError(f"{folder.name}: {name} was altered; accepted: a run as it was written")
    return content


def frontier_points(folder: Path) -> Table:
    """A row a point, the cheapest first: £ a week, miles, the gap, and how it can be reached."""
    rows = _rows(folder, FRONTIER)
    placed = int(json.loads(output_of(folder, "metrics.json"))["children"]) - rows["unplaced"]
    small = [is_small(has) or is_small(none) for has, none in zip(placed, rows["unplaced"], strict=True)]
    keys = {what: [(what, str(point)) for point in rows["point"]] for what in ("placed", "unplaced")}
    hidden = frozenset(key for each in keys.values() for key, hide in zip(each, small, strict=True) if hide)
    rests = ("placed", "unplaced")
    builder = Builder()
    builder.text("point", "Point", rows["point"])
    builder.figure("weekly_cost_total", "Weekly cost", rows["weekly_cost_total"], Kind.MONEY, rests_on=rests)
    builder.figure("mean_miles", "Mean miles from home", rows["mean_miles"], Kind.MILES, rests_on=rests)
    builder.figure(
        "miles_total", "Miles, all children", rows["miles_total"], Kind.NUMBER, rests_on=rests, unit="miles"
    )
    builder.count("placed", "Children with a place", placed, keys["placed"])
    builder.count("unplaced", "Children without a place", rows["unplaced"], keys["unplaced"])
    builder.figure("gap", "Gap proven", rows["gap"], Kind.SHARE)
    builder.text("reached", "Reached by", [SUPPORTED_WORDS[str(each)] for each in rows["supported"]])
    builder.figure(
        "price_of_a_mile",
        "Price of a mile, £",
        rows["price_of_a_mile"],
        Kind.NUMBER,
        rests_on=rests,
        unit="£ a mile",
    )
    notes = ["The gap is the share by which the miles may be above the fewest that as much money buys."]
    return builder.table("frontier", "Cost and miles from home", source=_Small(hidden), notes=notes)


def shocks(folder: Path) -> Table:
    """A row a shock, the worst first: what is lost, and what changes for all children together."""
    rows = _rows(folder, STRESS)
    builder = Builder()
    builder.text("rank", "Rank", rows["rank"])
    builder.text("shock", "Shock", rows["shock"])
    for name, label, kind, unit in (
        ("unplaced_change", "More children without a place", Kind.NUMBER, "children"),
        ("separated_change", "More sibling groups separated", Kind.NUMBER, "groups"),
        ("mean_miles_change", "More miles from home, mean", Kind.MILES, "miles"),
        ("weekly_cost_change", "More weekly cost", Kind.MONEY, "£ a week"),
        ("score_change", "Rise of the score", Kind.MONEY, "£ a week"),
        ("score_within", "Known to within", Kind.MONEY, "£ a week"),
        ("vacancies", "Vacancies lost", Kind.NUMBER, "places"),
        ("living_there", "Children living there already", Kind.NUMBER, "children"),
    ):
        builder.figure(name, label, rows[name], kind, unit=unit)
    notes = [
        "Children who live there already are not in the region pack: they would need a place too.",
        "Where more children have no place, the weekly cost may fall: nothing is paid for them here.",
    ]
    return builder.table("shocks", "What each shock would do", source=None, notes=notes, level=Level.HOME)


def _rows(folder: Path, name: str) -> pd.DataFrame:
    try:
        return pd.read_csv(io.BytesIO(output_of(folder, name)))
    except ValueError as error:
        raise InputError(
            f"{folder.name}: {name} cannot be read ({error}); accepted: as it was written"
        ) from error
