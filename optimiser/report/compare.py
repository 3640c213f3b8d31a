"""Two runs of the same children, side by side: run `a` before, run `b` after, and b − a."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.errors import InputError
from optimiser.report import populations as pop
from optimiser.report.build import Builder
from optimiser.report.child import TERM_TEXTS
from optimiser.report.placements import OUTSIDE, OVER, RUN
from optimiser.report.policy_keys import flat_policy, policy_differences_table
from optimiser.report.region import far_label
from optimiser.report.suppression import System, hidden_cells
from optimiser.report.table import TOTAL, Key, Kind, Level, Table, sign_of
from optimiser.report.tiles import Tile, tiles_between
from optimiser.report.views import RunView

A, B = "a", "b"
HALF_A_PENNY = 0.005
_MOVES = (
    ("moved", "stayed"),
    ("nearer", "not_nearer"),
    ("farther", "not_farther"),
    ("better", "not_better"),
    ("worse", "not_worse"),
)
"""What is counted of a comparison, and the rest of the children, which follows from it."""
_LABELS = {
    "moved": "Children in another place",
    "nearer": "Living nearer home",
    "farther": "Living farther from home",
    "better": "With a lower score",
    "worse": "With a higher score",
}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two runs whose children are the same, with the same homes; made by `compare`."""

    a: RunView
    b: RunView

    @cached_property
    def flags(self) -> pd.DataFrame:
        """One row a child: moved, nearer, farther, better, worse and the rest of each; True or False."""
        before, after = self.a.run.frame, self.b.run.frame
        both = before["placed"].to_numpy() & after["placed"].to_numpy()
        miles = (after["miles"] - before["miles"]).to_numpy()
        score = (after["score"] - before["score"]).to_numpy()
        found = {
            "moved": before["provision_id"].to_numpy() != after["provision_id"].to_numpy(),
            "nearer": both & (miles < 0),
            "farther": both & (miles > 0),
            "better": both & (score < -HALF_A_PENNY),
            "worse": both & (score > HALF_A_PENNY),
        }
        frame = pd.DataFrame(found)
        for name, rest in _MOVES:
            frame[rest] = ~frame[name]
        return frame

    @cached_property
    def hidden_cells(self) -> frozenset[Key]:
        """What publication hides: all that either run's hides, and what the moves need."""
        given = self.a.hidden_cells | self.b.hidden_cells
        tagged = {(state, *key) for state, view in ((A, self.a), (B, self.b)) for key in view.hidden_cells}
        system = System()
        numbers = self.moves
        keys = {code: pop.key_of(RUN, pop.AUTHORITY, code, pop.CHILDREN) for code in self.a.codes}
        region = pop.key_of(RUN, pop.REGION, "", pop.CHILDREN)
        system.add(region, len(self.a.run.frame))
        for code, key in keys.items():
            system.add(key, int((self.a.run.frame["authority"] == code).sum()))
        system.add_sum(region, keys.values())
        for what in numbers.columns:
            for value, number in zip(numbers.index, numbers[what].tolist(), strict=True):
                system.add(self.move_key(str(value), str(what)), number)
            system.add_sum(self.move_key("", str(what)), [self.move_key(code, str(what)) for code in keys])
        for name, rest in _MOVES:
            for code, key in {**keys, "": region}.items():
                system.add_sum(key, (self.move_key(code, name), self.move_key(code, rest)))
        shown = frozenset(system.values) - given
        own = frozenset(key for key in system.values if key[0] == pop.PACK)
        return hidden_cells(system, shown=shown & own, hidden=given & own) | frozenset(tagged) | given

    @cached_property
    def moves(self) -> pd.DataFrame:
        """Index: the members' codes and "" for all; columns: those of `flags`; children."""
        groups = self.a.run.frame["authority"].to_numpy()
        each = self.flags.astype(np.int64)
        by = each.groupby(groups).sum().reindex(list(self.a.codes), fill_value=0)
        return pd.concat([by, each.sum().to_frame("").T])

    @staticmethod
    def move_key(code: str, what: str) -> Key:
        """The key of a count of moves."""
        return ("moves", code, what)


def compare(a: RunView, b: RunView) -> Comparison:
    """The comparison of two runs; raises `InputError` where their children or homes are not the same."""
    columns = ["child_id", "authority", "home_easting", "home_northing"]
    first, second = (view.pack.children[columns].reset_index(drop=True) for view in (a, b))
    if not first.equals(second):
        raise InputError(
            f"{a.name} and {b.name} cannot be compared: their packs have other children, or another order; "
            "accepted: two runs of the same children.csv"
        )
    if a.codes != b.codes:
        raise InputError(f"{a.name} and {b.name} cannot be compared: their regions have other authorities")
    return Comparison(a, b)


def compare_tiles(found: Comparison, *, publication: bool = False) -> tuple[Tile, ...]:
    """The region's figures: `value` is run b's, `today` run a's, `difference` b − a."""
    return tiles_between(found.a, found.b, publication=publication)


def compare_by_authority(found: Comparison) -> Table:
    """What every authority gains or loses; money £ a week, miles from home."""
    builder = Builder()
    codes = found.a.codes
    builder.text("code", "Code", [*codes, ""])
    builder.text("authority", "Authority", [*map(found.a.name_of, codes), TOTAL])
    groups = found.a.run.frame["authority"].value_counts()
    child_keys: list[Key | None] = [
        pop.key_of(RUN, dimension, code, pop.CHILDREN) for dimension, code in _rows(codes)
    ]
    builder.count(
        "children", "Children", [*(int(groups.get(code, 0)) for code in codes), len(found.a.run)], child_keys
    )
    far = far_label(found.b)
    whats = (
        ("placed", pop.PLACED, "Placed"),
        ("unplaced", pop.WITHOUT, "Without a place"),
        ("over", OVER, f"Living {far}"),
        ("outside", OUTSIDE, "Placed out of area"),
    )
    sides = {A: (found.a, "first run"), B: (found.b, "second run")}
    for stem, what, label in whats:
        for side, (view, said) in sides.items():
            counted = pop.counts(view, RUN, pop.AUTHORITY)[what]
            keys: list[Key | None] = [
                (side, *pop.key_of(RUN, dimension, code, what)) for dimension, code in _rows(codes)
            ]
            builder.count(f"{stem}_{side}", f"{label}, {said}", [*counted, int(counted.sum())], keys)
        builder.difference(stem, f"{label}, difference", suffixes=(A, B))
    figures = (
        ("share_over", "share_over_far_miles", f"Share {far}", Kind.SHARE, ("placed", "over"), ""),
        ("median_miles", "median_miles", "Median miles", Kind.MILES, ("placed",), "children"),
        ("weekly_cost", "weekly_cost_total", "Weekly cost", Kind.MONEY, ("placed",), ""),
    )
    for stem, name, label, kind, on, whole in figures:
        for side, (view, said) in sides.items():
            documents = [*(view.metrics["by_authority"][code] for code in codes), view.metrics]
            rests_on = tuple(f"{each}_{side}" for each in on)
            values = [each[name] for each in documents]
            builder.figure(f"{stem}_{side}", f"{label}, {said}", values, kind, rests_on=rests_on, whole=whole)
        builder.difference(stem, f"{label}, difference", suffixes=(A, B))
    for what, label in _LABELS.items():
        keys = [found.move_key(code, what) for code in (*codes, "")]
        builder.count(what, label, found.moves[what].to_numpy(), keys)
    return builder.table(
        "compare_by_authority", "What each authority gains or loses", source=found, total=True
    )


def _rows(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    return [*((pop.AUTHORITY, code) for code in codes), (pop.REGION, "")]


def policy_differences(found: Comparison) -> Table:
    """The keys in which the two runs' policies differ, and how."""
    table = policy_differences_table(found.a.manifest["policy"], found.b.manifest["policy"])
    if found.a.manifest["distance"] != found.b.manifest["distance"]:
        return table.with_notes(
            "One run measures by road and the other in a straight line: miles do not compare."
        )
    return table


def changes(found: Comparison) -> Table:
    """The children who live in another place, gain one or lose theirs: from where to where, and why.

    The terms are those of explanations.jsonl, £ a week, b − a; blank where the child has no place in one run.
    """
    rows = np.flatnonzero(found.flags["moved"].to_numpy())
    before, after = (view.run.frame.iloc[rows].reset_index(drop=True) for view in (found.a, found.b))
    first, second = (_terms_by_child(view) for view in (found.a, found.b))
    gains, loses = ~before["placed"].to_numpy(), ~after["placed"].to_numpy()
    what = np.where(gains, "gains a place", np.where(loses, "loses its place", "moves"))
    builder = Builder()
    builder.text("child_id", "Child", before["child_id"])
    builder.text("authority", "Home authority", [found.a.name_of(code) for code in before["authority"]])
    builder.text("what", "What changes", what)
    for name, label in (("provision_id", "Place"), ("kind", "Kind")):
        stem = name.removesuffix("_id")
        builder.text(f"from_{stem}", f"{label}, first run", before[name])
        builder.text(f"to_{stem}", f"{label}, second run", after[name])
    for name, label, kind in (
        ("miles", "Miles", Kind.MILES),
        ("score", "Score", Kind.MONEY),
        ("weekly_cost", "Weekly cost", Kind.MONEY),
    ):
        builder.figure(f"{name}_a", f"{label}, first run", before[name], kind)
        builder.figure(f"{name}_b", f"{label}, second run", after[name], kind)
        builder.difference(name, f"{label}, difference", suffixes=(A, B))
    differences = []
    for child in before["child_id"]:
        one, other = first.get(child), second.get(child)
        differences.append(
            None
            if one is None or other is None
            else {name: other[name] - one[name] for name in terms.SCORE_TERMS}
        )
    for name in terms.SCORE_TERMS:
        values = [None if each is None else round(each[name], 2) for each in differences]
        builder.figure(f"{name}_term_difference", f"{TERM_TEXTS[name][0]}, difference", values, Kind.MONEY)
    reasons = after["reason"].tolist()
    same_policy = flat_policy(found.a.manifest["policy"]) == flat_policy(found.b.manifest["policy"])
    texts = [
        _why(each, str(kind), str(reason), same_policy)
        for each, kind, reason in zip(differences, what, reasons, strict=True)
    ]
    builder.text("why", "Why", texts)
    return builder.table("changes", "Children who live in another place", source=found, level=Level.CHILD)


def _terms_by_child(view: RunView) -> dict[str, dict[str, float]]:
    """The terms of every placed child's score, from explanations.jsonl."""
    found: dict[str, dict[str, float]] = {}
    for line in view.output("explanations.jsonl").splitlines():
        document: dict[str, Any] = json.loads(line)
        if document["place"] is not None:
            found[document["child_id"]] = document["place"]["terms"]
    return found


def _why(difference: dict[str, float] | None, what: str, reason: str, same_policy: bool) -> str:
    """One sentence, from the terms that change most; what the policy's change did to them is part of them."""
    from optimiser.report.children import REASON_TEXTS

    if what == "loses its place":
        return REASON_TEXTS.get(reason, reason)
    if difference is None:
        return "It has a place now; tiers 1 and 2 go before the score."
    total = math.fsum(difference.values())
    largest = sorted(
        (name for name in difference if abs(difference[name]) >= HALF_A_PENNY),
        key=lambda name: -abs(difference[name]),
    )[:3]
    parts = ", ".join(f"{TERM_TEXTS[name][0].lower()} {_pounds(difference[name])}" for name in largest)
    told = f"Its score changes by {_pounds(total)} a week" + (f": {parts}." if parts else ".")
    if total > HALF_A_PENNY:
        told += (
            " The place it had serves others better."
            if same_policy
            else " Others, or the new policy, need the place it had."
        )
    return told


def _pounds(value: float) -> str:
    pounds = round(value, 2)
    return f"{sign_of(pounds, signed=True)}£{abs(pounds):,.2f}"
