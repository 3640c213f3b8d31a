"""The tables of a plan on other futures, and the folder that `optimiser robustness` writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from optimiser.audit.manifest import asked, manifest, sha256, start_from_pack
from optimiser.audit.run import MANIFEST, STRAIGHT, vouched_bytes
from optimiser.commissioning.robustness import (
    BETTER,
    GAP,
    GREEDY,
    NOTHING,
    PLAN,
    PLANS,
    SAME,
    WORSE,
    Robustness,
    against,
    robustness,
)
from optimiser.ensembles.counted import Listener
from optimiser.ensembles.ensemble import Ensemble
from optimiser.ensembles.keep import kept_until_written
from optimiser.ensembles.place import Here, Place
from optimiser.errors import InputError
from optimiser.pack.commission import Commission, CommissionLimits
from optimiser.pack.folder import check_free, write_folder
from optimiser.pack.futures import read_futures
from optimiser.pack.tables import FUTURES
from optimiser.report.build import Builder
from optimiser.report.plans import PlanView
from optimiser.report.run_files import policy_from_manifest
from optimiser.report.table import Kind, Level, Table, csv_bytes

LOW, HIGH = 0.05, 0.95
PLAN_LABELS = {PLAN: "The plan", NOTHING: "Nothing opened", GREEDY: "Most places for the money"}
MEASURES = (
    ("placed", "Children placed", "children"),
    ("unplaced", "Children without a place", "children"),
    ("over_far", "Children living far from home", "children"),
    ("separated", "Sibling groups separated", "sibling groups"),
    ("weekly_cost", "Weekly cost of places and units", "£ a week"),
    ("score", "Score with the units", "£ a week"),
)
GREEDY_NOTE = (
    "Most places for the money: under the same limits, unit after unit of the option whose places cost the "
    "least, whoever needs them."
)


def write_robustness(
    plan: PlanView,
    futures: Path,
    out: Path,
    *,
    gap: float = GAP,
    command: Sequence[str] = (),
    place: Place | None = None,
    progress: Listener | None = None,
) -> tuple[Table, Table, tuple[str, ...]]:
    """Allocates the futures under the plan and its rivals, and writes `out` whole or not at all.

    The allocations are made at `place`, and kept until `out` is written. Gives back the table of measures,
    that of plan against plan, and what is to be said of them. Raises `InputError` for faults in the futures
    and where `out` exists.
    """
    check_free(out)
    pack = replace(plan.pack, policy=policy_from_manifest(plan.manifest["policy"]))
    listed = read_futures(futures, pack)
    files = {FUTURES: futures / FUTURES, "plan.csv": plan.folder / "plan.csv"}
    for future in listed:
        files |= future.files
    read = {name: sha256(path.read_bytes()) for name, path in files.items()}
    planned = set(plan.manifest["inputs"].values())
    known = sum(digest in planned for name, digest in read.items() if name.endswith("/children.csv"))
    start = start_from_pack(pack, command=command)
    start = replace(start, inputs={**start.inputs, **read})
    with kept_until_written(out, asked(start, {"gap": gap})) as keep:
        found = robustness(
            pack,
            listed,
            dict(zip(plan.plan["option_id"], plan.plan["units"].astype(int), strict=True)),
            commission=_commission(plan),
            gap=gap,
            ensemble=Ensemble(place or Here(), keep, progress),
        )
        tables = measures_table(found), against_table(found)
        outputs = {
            "robustness.csv": csv_bytes(tables[0]),
            "against.csv": csv_bytes(tables[1]),
            "by_future.csv": found.by_future.to_csv(index=False, lineterminator="\n").encode(),
            "units.csv": csv_bytes(units_table(found)),
        }
        document = manifest(pack, start, outputs=outputs, distance=STRAIGHT, gap=gap)
        document["plan"] = str(plan.folder.resolve())
        document["futures"] = str(futures.resolve())
        write_folder(out, {**outputs, MANIFEST: vouched_bytes(document)})
        return (*tables, sentences(found, known))


def measures_table(found: Robustness) -> Table:
    """Every measure under each plan: the mean over the futures, and the range that holds 90 % of them."""
    rows = [(plan, *measure) for measure in MEASURES for plan in PLANS]
    builder = Builder()
    builder.text("measure", "Measure", [label for _, _, label, _ in rows])
    builder.text("unit", "Unit", [unit for _, _, _, unit in rows])
    builder.text("plan", "Plan", [PLAN_LABELS[plan] for plan, _, _, _ in rows])
    weights = found.of(PLAN)["weight"].to_numpy(dtype=np.float64)
    values = [found.of(plan)[name].to_numpy(dtype=np.float64) for plan, name, _, _ in rows]
    mean = [float(np.average(each, weights=weights)) for each in values]
    builder.figure("mean", "Mean", mean, Kind.ESTIMATE, unit="as the row says")
    for name, label, share in (("p5", "5 %", LOW), ("p95", "95 %", HIGH)):
        ends = [weighted_quantile(each, weights, share) for each in values]
        builder.figure(name, label, ends, Kind.ESTIMATE, unit="as the row says")
    return builder.table(
        "robustness",
        "The plan on these futures",
        source=None,
        level=Level.CHILD,
        notes=[GREEDY_NOTE],
    )


def against_table(found: Robustness) -> Table:
    """In how many futures the plan is better, the same and worse than each rival, by the tiers in order."""
    builder = Builder()
    rivals = (NOTHING, GREEDY)
    builder.text("rival", "The plan against", [PLAN_LABELS[rival] for rival in rivals])
    said = [against(found.of(PLAN), found.of(rival), gap=found.gap) for rival in rivals]
    for name, label in ((BETTER, "Better"), (SAME, "The same"), (WORSE, "Worse")):
        counted = [each.count(name) for each in said]
        builder.figure(name, label, counted, Kind.NUMBER, unit="futures")
    worse = [
        " ".join(folder for folder, word in zip(found.of(PLAN)["folder"], each, strict=True) if word == WORSE)
        for each in said
    ]
    builder.text("worse_in", "Worse in", worse)
    return builder.table("against", "Plan against plan, future by future", source=None, level=Level.CHILD)


def units_table(found: Robustness) -> Table:
    """The units of every option in each plan."""
    builder = Builder()
    builder.text("option_id", "Option", list(found.units[PLAN]))
    for plan in PLANS:
        builder.figure(plan, PLAN_LABELS[plan], found.units[plan].values(), Kind.NUMBER, unit="units")
    return builder.table("units", "Units in each plan", source=None, level=Level.HOME)


def sentences(found: Robustness, known: int) -> tuple[str, ...]:
    """Plainly: where the plan loses, and whether these futures are really others."""
    lines = []
    count = len(found.of(PLAN))
    for rival in (GREEDY, NOTHING):
        said = against(found.of(PLAN), found.of(rival), gap=found.gap)
        worse = f"WORSE in {said.count(WORSE)}" if WORSE in said else "worse in none"
        lines.append(
            f"Against {PLAN_LABELS[rival].lower()}: better in {said.count(BETTER)} of {count} futures, "
            f"the same in {said.count(SAME)}, {worse}"
        )
    if known:
        lines.append(f"{known} of these futures are among those that the plan was made for")
    return tuple(lines)


def weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """The least value that at least such a share of the weight does not exceed.

    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]), 0.5)
    2.0
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][int(np.searchsorted(reached, share - 1e-12))])


def _commission(plan: PlanView) -> Commission:
    """What the plan might spend, as its manifest says."""
    said = plan.manifest["commission"]
    try:
        amounts = {
            name: None if said[name] == "none" else float(said[name])
            for name in ("capital", "standing_weekly")
        }
        limits = CommissionLimits(amounts["capital"], amounts["standing_weekly"], dict(said["max_units"]))
        return Commission(limits, float(said["payback_years"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{plan.folder} does not say what it might spend ({error!r})") from error
