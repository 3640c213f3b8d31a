"""The run of a plan: the folder with the plan, its figures and proof, and a run folder for every future.

Each future's folder is a run as `allocate` writes it, with its own inputs beside it – the units are
provisions of its provision.csv – and in addition who would live where without the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from optimiser.allocation.progress import Listener
from optimiser.audit.allocations import csv_from_allocations
from optimiser.audit.certificate import Document, certificate_from_solution
from optimiser.audit.manifest import Start, manifest, sha256, start_from_pack
from optimiser.audit.plan_certificate import certificate_from_plan
from optimiser.audit.plan_inputs import inputs_of_future
from optimiser.audit.plan_metrics import csv_from_plan_table, folder_of, metrics_document, plan_table
from optimiser.audit.run import (
    MANIFEST,
    STRAIGHT,
    Run,
    files_of_run,
    json_bytes,
    run_from_solution,
    vouched_bytes,
)
from optimiser.commissioning.frontier import csv_from_frontier, frontier
from optimiser.commissioning.plan import Allocated, Outcome, Plan
from optimiser.commissioning.plan_evaluate import Allocations
from optimiser.commissioning.plan_solve import GAP, commission
from optimiser.ensembles.counted import Counted
from optimiser.ensembles.ensemble import Ensemble
from optimiser.ensembles.keep import Keep
from optimiser.ensembles.place import place_from
from optimiser.metrics import json_from_metrics
from optimiser.pack.folder import write_folder
from optimiser.pack.futures import read_futures
from optimiser.pack.read import read_pack
from optimiser.pack.tables import FUTURES
from optimiser.verification.plan_inputs import FutureInputs, PlanInputs
from optimiser.verification.policy import exact

BEFORE, BEFORE_CERTIFICATE = "before.csv", "before_certificate.json"


@dataclass(frozen=True)
class PlanRun:
    """A plan with when and by whom it was made, and the folder of its futures, None where it had none."""

    plan: Plan
    start: Start
    futures: Path | None
    capital: float | None
    """£, where the command gave another than commission.toml."""
    frontier: pd.DataFrame | None = None
    """What each amount of capital buys, where amounts were asked for."""


def plan_run_from_pack(
    folder: Path,
    *,
    policy: Path | None = None,
    futures: Path | None = None,
    capital: float | None = None,
    capitals: Sequence[float] = (),
    gap: float = GAP,
    time_limit: float | None = None,
    command: Sequence[str] = (),
    who: str | None = None,
    progress: Listener | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    keep: Keep | None = None,
    allocated: Callable[[Counted], None] | None = None,
) -> PlanRun:
    """Reads a pack with its options and makes the plan; `capital` (£) takes the place of
    commission.toml's, `capitals` (£) are the amounts of a frontier.

    The futures are allocated by so many processes, or on the Dask cluster, and kept meanwhile in `keep`;
    `allocated` hears how many are done.
    Raises `InputError` for faults in the pack or the futures, `StoppedError` where the clock leaves no plan.
    """
    pack = read_pack(folder, policy=policy, commissioning=True)
    listed = None if futures is None else read_futures(futures, pack)
    start = start_from_pack(pack, command=command, who=who)
    if futures is not None and listed is not None:
        files = {FUTURES: futures / FUTURES}
        for future in listed:
            files |= future.files
        more = {name: sha256(path.read_bytes()) for name, path in files.items()}
        start = replace(start, inputs={**start.inputs, **more})
    limits = pack.commission
    if limits is not None and capital is not None:
        limits = replace(limits, limits=replace(limits.limits, capital=capital))
    place = place_from(workers=workers, cluster=cluster, tasks=1 if listed is None else len(listed))
    known = Allocations(pack, Ensemble(place, keep or Keep(), allocated))
    plan = commission(
        pack, listed, limits=limits, gap=gap, time_limit=time_limit, progress=progress, allocations=known
    )
    table = None
    if capitals:
        table = frontier(
            pack,
            listed,
            capitals,
            limits=plan.commission,
            gap=gap,
            time_limit=time_limit,
            progress=progress,
            allocations=known,
        )
    return PlanRun(plan, start, futures, capital, table)


def write_plan_run(out: Path, run: PlanRun) -> None:
    """Writes the folder whole or not at all; raises `InputError` where `out` exists already."""
    write_folder(out, files_of_plan(run, out.resolve()))


def files_of_plan(run: PlanRun, out: Path) -> dict[str, bytes]:
    """Name of every file → its bytes, the manifest last; `out` is where the folder will be."""
    plan = run.plan
    files: dict[str, bytes] = {}
    after, before = [], []
    for outcome in plan.outcomes:
        made, was, written = _future(run, outcome, out / folder_of(outcome))
        files |= {f"{folder_of(outcome)}/{name}": content for name, content in written.items()}
        after.append(json_from_metrics(made.metrics))
        before.append(json_from_metrics(was.metrics))
    outputs = {
        "plan.csv": csv_from_plan_table(plan_table(plan)),
        "metrics.json": json_bytes(metrics_document(plan, after, before)),
        "certificate.json": json_bytes(certificate_from_plan(plan, _inputs(run))),
        **({} if run.futures is None else {FUTURES: (run.futures / FUTURES).read_bytes()}),
        **({} if run.frontier is None else {"frontier.csv": csv_from_frontier(run.frontier)}),
        **files,
    }
    document = manifest(plan.pack, run.start, outputs=outputs, distance=STRAIGHT, gap=plan.gap_asked)
    document["commission"] = commission_document(run)
    return {**outputs, MANIFEST: vouched_bytes(document)}


def commission_document(run: PlanRun) -> dict[str, object]:
    """What commissioning might spend, as it stands in manifest.json."""
    limits = run.plan.commission.limits
    return {
        "capital": "none" if limits.capital is None else limits.capital,
        "standing_weekly": "none" if limits.standing_weekly is None else limits.standing_weekly,
        "max_units": dict(sorted(limits.max_units.items())),
        "payback_years": run.plan.commission.payback_years,
        "capital_given": run.capital,
        "futures": None if run.futures is None else str(run.futures.resolve()),
    }


def _inputs(run: PlanRun) -> PlanInputs:
    """The files that the proof rests on."""
    plan = run.plan
    files = {name: path.read_bytes() for name, path in plan.pack.files.items()}
    futures = tuple(
        FutureInputs(
            folder_of(outcome),
            outcome.future.on,
            exact(outcome.future.weight),
            next((path.read_bytes() for path in outcome.future.files.values()), files["children.csv"]),
        )
        for outcome in plan.outcomes
    )
    return PlanInputs(files, futures, run.capital)


def _future(run: PlanRun, outcome: Outcome, folder: Path) -> tuple[Run, Run, dict[str, bytes]]:
    """The run of one future, the run without the plan, and the files of its folder."""
    plan = run.plan
    inputs = inputs_of_future(plan.pack, outcome.future, plan.units_by_option)
    bare = inputs_of_future(plan.pack, outcome.future, {})
    made = _run(run, outcome, outcome.after, inputs)
    was = _run(run, outcome, outcome.before, bare)
    beside = {
        BEFORE: csv_from_allocations(was.allocations),
        BEFORE_CERTIFICATE: json_bytes(was.certificate),
    }
    written = files_of_run(made, beside=beside, pack=folder / "inputs")
    return made, was, {**{f"inputs/{name}": content for name, content in inputs.items()}, **written}


def _run(run: PlanRun, outcome: Outcome, allocated: Allocated, inputs: Mapping[str, bytes]) -> Run:
    certificate: Document = certificate_from_solution(
        allocated.pack, allocated.instance, allocated.solution, by_road=False, inputs=inputs
    )
    region = replace(allocated.pack.region, as_at=outcome.future.on)
    return run_from_solution(
        replace(allocated.pack, region=region),
        allocated.instance,
        allocated.solution,
        certificate=certificate,
        start=replace(run.start, inputs={name: sha256(content) for name, content in sorted(inputs.items())}),
        distance=STRAIGHT,
        gap=run.plan.gap_asked,
    )
