"""The run: one allocation of one pack, and the folder that holds it (contract, section 4)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from optimiser.allocation.progress import Listener
from optimiser.allocation.solution import Solution
from optimiser.allocation.solve import allocate
from optimiser.audit.allocations import allocations_table, csv_from_allocations
from optimiser.audit.certificate import Document, certificate_from_solution
from optimiser.audit.explanations import explanations, jsonl_from_explanations
from optimiser.audit.manifest import Start, manifest, sha256, start_from_pack
from optimiser.audit.shadow_prices import (
    ExactSaving,
    csv_from_shadow_prices,
    csv_from_shadow_prices_by,
    exact_savings,
    largest_prices,
    shadow_prices_by_table,
    shadow_prices_table,
)
from optimiser.geography import road_miles_from_graphml
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.metrics import Metrics, json_from_metrics, metrics_from_run
from optimiser.pack.folder import write_folder
from optimiser.pack.pack import Pack
from optimiser.pack.read import read_pack

STRAIGHT = "straight"
ROAD = "road"
DISTANCES = (STRAIGHT, ROAD)
GAP = 1e-4
"""The relative tier-3 gap that counts as optimal where no other is asked for."""
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Run:
    """One allocation with all that the run folder tells of it; `allocations` is unrounded."""

    pack: Pack
    instance: Instance
    solution: Solution
    allocations: pd.DataFrame
    metrics: Metrics
    certificate: Document
    start: Start
    distance: str
    gap: float
    exact: Mapping[int, ExactSaving] = field(default_factory=dict)
    """By index of the provision: what one more place there changes, solved again."""


def run_from_pack(
    folder: Path,
    *,
    policy: Path | None = None,
    distance: str = STRAIGHT,
    gap: float = GAP,
    time_limit: float | None = None,
    command: Sequence[str] = (),
    who: str | None = None,
    exact: int = 0,
    progress: Listener | None = None,
) -> Run:
    """Reads a pack and allocates its children; `time_limit` in seconds, `command` and `who` for the manifest.

    `exact` provisions, those of the highest prices, are solved again with one more place, to the same gap.

    Raises `InputError` for faults in the pack, `StoppedError` where the time limit leaves no answer.
    """
    pack = read_pack(folder, policy=policy)
    start = start_from_pack(pack, command=command, who=who)
    road_miles = road_miles_from_graphml(pack.region.roads) if distance == ROAD else None
    instance = instance_from_pack(pack, road_miles=road_miles)
    solution = allocate(instance, gap=gap, time_limit=time_limit, progress=progress)
    certificate = certificate_from_solution(pack, instance, solution, by_road=distance == ROAD)
    savings = exact_savings(instance, solution, largest_prices(solution, most=exact), gap=gap)
    return run_from_solution(
        pack,
        instance,
        solution,
        certificate=certificate,
        start=start,
        distance=distance,
        gap=gap,
        exact=savings,
    )


def run_from_solution(
    pack: Pack,
    instance: Instance,
    solution: Solution,
    *,
    certificate: Document,
    start: Start,
    distance: str,
    gap: float,
    exact: Mapping[int, ExactSaving] | None = None,
) -> Run:
    """The run of an allocation that is made already; `exact` by index of the provision."""
    allocations = allocations_table(pack, instance, solution)
    return Run(
        pack=pack,
        instance=instance,
        solution=solution,
        allocations=allocations,
        metrics=metrics_from_run(pack, instance, solution, allocations),
        certificate=certificate,
        start=start,
        distance=distance,
        gap=gap,
        exact=exact or {},
    )


def write_run(out: Path, run: Run) -> None:
    """Writes the run folder whole or not at all; raises `InputError` where `out` exists already.

    The manifest is the last file written, and the folder gets its name only after that.
    """
    write_folder(out, files_of_run(run))


def files_of_run(
    run: Run, *, beside: Mapping[str, bytes] | None = None, pack: Path | None = None
) -> dict[str, bytes]:
    """Name of every file of the run folder → its bytes, the manifest last; `beside`: more files to list.

    The manifest's last key is its own SHA-256 without that key, so that no byte of it changes unseen. `pack`:
    the folder that the inputs will be found in, where it is not that of the pack.
    """
    outputs = {
        "allocations.csv": csv_from_allocations(run.allocations),
        "metrics.json": json_bytes(json_from_metrics(run.metrics)),
        "explanations.jsonl": jsonl_from_explanations(explanations(run.pack, run.instance, run.solution)),
        "shadow_prices.csv": csv_from_shadow_prices(shadow_prices_table(run.pack, run.solution, run.exact)),
        "shadow_prices_by.csv": csv_from_shadow_prices_by(shadow_prices_by_table(run.pack, run.solution)),
        "certificate.json": json_bytes(run.certificate),
        "model.mps.gz": run.solution.model_mps,
        **(beside or {}),
    }
    document = manifest(run.pack, run.start, outputs=outputs, distance=run.distance, gap=run.gap)
    if pack is not None:
        document["pack"] = str(pack)
    return {**outputs, MANIFEST: vouched_bytes(document)}


def vouched_bytes(document: Mapping[str, object]) -> bytes:
    """manifest.json: the document, and behind it the SHA-256 of the bytes it has without."""
    return json_bytes({**document, "sha256": sha256(json_bytes(document))})


def json_bytes(document: Mapping[str, object]) -> bytes:
    """A JSON document as the run folder holds it: ASCII, indented by two, no NaN."""
    return (json.dumps(document, indent=2, allow_nan=False) + "\n").encode()
