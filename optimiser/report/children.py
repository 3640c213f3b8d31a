"""The children one by one. Every table here is personal data and none of them can be published."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimiser.report.build import Builder
from optimiser.report.placements import RUN, TODAY
from optimiser.report.supply import KIND_LABELS
from optimiser.report.table import Kind, Level, Table
from optimiser.report.views import RunView, View

REASON_TEXTS = {
    "": "",
    "no_eligible_place": "No home or household may take the child.",
    "places_taken": "Every place that may take the child is taken.",
    "budget": "A budget, or the share that must live near home, stands in the way.",
    "siblings": "The group must live together, and no place has room for all of it.",
    "incompatible": "Where there is room, a child lives with whom this one must not live.",
}


def children(view: View) -> Table:
    """One row a child, in the order of children.csv: who it is, where the run has it, where it is today."""
    table = view.pack.children
    builder = Builder()
    builder.text("child_id", "Child", table["child_id"])
    builder.text("authority_code", "Code", table["authority"])
    builder.text("authority", "Home authority", [view.name_of(code) for code in table["authority"]])
    builder.figure("age", "Age", table["age"], Kind.NUMBER, unit="years")
    builder.text("gender", "Gender", table["gender"])
    builder.text("needs", "Needs", ["; ".join(codes) for codes in table["needs"]])
    if isinstance(view, RunView):
        _add_run(builder, view)
    builder.text("sibling_group", "Sibling group", table["sibling_group"])
    builder.text("siblings", "Siblings", _siblings(table))
    if TODAY in view.states:
        _add_today(builder, view)
    builder.text("needed_by", "Needed by", table["needed_by"] if "needed_by" in table else [""] * len(table))
    return builder.table("children", "Children", source=view, level=Level.CHILD)


def _add_run(builder: Builder, view: RunView) -> None:
    frame = view.placements(RUN).frame
    names = view.pack.provision.set_index("provision_id")["name"]
    builder.text("status", "Status", frame["status"])
    builder.text("provision_id", "Place", frame["provision_id"])
    builder.text("place_name", "Name of the place", frame["provision_id"].map(names).fillna(""))
    builder.text("kind", "Kind", frame["kind"])
    builder.text("kind_label", "Kind of place", [KIND_LABELS[kind] if kind else "" for kind in frame["kind"]])
    builder.text("provider", "Provider", frame["provider"])
    builder.text("lives_code", "Code of where it lives", frame["lives"])
    builder.text("lives", "Lives in", [view.name_of(code) if code else "" for code in frame["lives"]])
    builder.figure("miles", "Miles from home", frame["miles"], Kind.MILES)
    builder.figure("school_miles", "Miles from school", frame["school_miles"], Kind.MILES)
    builder.text("over", "Far from home", frame["over_far_miles"])
    builder.figure("weekly_cost", "Weekly cost", frame["weekly_cost"], Kind.MONEY)
    builder.figure("score", "Score", frame["score"], Kind.MONEY)
    builder.text("with_siblings", "With siblings", frame["with_siblings"])
    builder.text("reason", "Reason", frame["reason"])
    builder.text(
        "reason_text", "Why without a place", [REASON_TEXTS.get(reason, reason) for reason in frame["reason"]]
    )


def _add_today(builder: Builder, view: View) -> None:
    frame = view.today.frame
    builder.text("current_provision_id", "Place today", frame["provision_id"])
    builder.text(
        "current_kind", "Kind of place today", [KIND_LABELS[kind] if kind else "" for kind in frame["kind"]]
    )
    builder.figure("current_miles", "Miles from home today", frame["miles"], Kind.MILES)
    if isinstance(view, RunView) and not view.by_road:
        change = view.run.frame["miles"].to_numpy() - frame["miles"].to_numpy()
        builder.figure(
            "miles_difference", "Difference in miles", change, Kind.MILES, meaning="This run less today."
        )


def _siblings(table: pd.DataFrame) -> list[str]:
    """The other children of every child's group."""
    members = table.groupby("sibling_group")["child_id"].agg(list).to_dict()
    return [
        "; ".join(other for other in members[group] if other != child) if group else ""
        for child, group in zip(table["child_id"], table["sibling_group"], strict=True)
    ]


def worst_placed(run: RunView, n: int = 20) -> Table:
    """The children placed farthest from home, farthest first: at most `n`; ties by identifier."""
    table = children(run)
    placed = table.frame[np.isfinite(table.frame["miles"])]
    rows = placed.sort_values(["miles", "child_id"], ascending=[False, True], kind="stable").head(n)
    return Table(
        "worst_placed",
        "Children farthest from home",
        table.columns,
        rows.reset_index(drop=True),
        level=Level.CHILD,
    )
