"""`allocate`, `verify` and `explain`: a run is made, checked and asked about."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.commands import show
from optimiser.commands.options import (
    ClusterOption,
    Distance,
    DistanceOption,
    Gap,
    Json,
    NewRun,
    PackArgument,
    PolicyOption,
    TimeLimit,
    Workers,
    finite,
    pack_folder,
)
from optimiser.version import __version__

if TYPE_CHECKING:
    from optimiser.audit.run import Run

REFUTED = 1
"""Exit status of `verify` where the run does not hold."""
CHILDREN_WITHOUT_PLACE = 3
"""Exit status of `allocate --strict` where some child has no place; the run is written."""


def allocate(
    pack: PackArgument,
    out: NewRun,
    policy: PolicyOption = None,
    distance: DistanceOption = Distance.STRAIGHT,
    gap: Gap = 1e-4,
    time_limit: TimeLimit = None,
    exact_savings: Annotated[
        int,
        typer.Option(
            "--exact-savings",
            metavar="N",
            min=0,
            help="Solve again with one more place in the N provisions where it is worth most.",
        ),
    ] = 0,
    workers: Workers = None,
    cluster: ClusterOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with status 3 where a child has no place.")
    ] = False,
    json: Json = False,
) -> None:
    """Place the children of a pack, prove how good the allocation is, and write the run folder."""
    finite("--gap", gap)
    finite("--time-limit", time_limit)
    from optimiser.audit.run import run_from_pack, write_run
    from optimiser.ensembles.ensemble import Ensemble
    from optimiser.ensembles.keep import kept_until_written
    from optimiser.ensembles.place import place_from
    from optimiser.pack.folder import check_free

    folder = pack_folder(pack)
    check_free(out)
    place = place_from(workers=workers, cluster=cluster, tasks=exact_savings or 1)
    asking = "allocations with one more place"
    with kept_until_written(out, "") as keep, show.progress_of_both(asking) as (progress, asked):
        run = run_from_pack(
            folder,
            policy=policy,
            distance=distance.value,
            gap=gap,
            time_limit=time_limit,
            command=sys.argv,
            exact=exact_savings,
            ensemble=Ensemble(place, keep, asked),
            progress=progress,
        )
        write_run(out, run)
    _print_allocated(out, run, as_json=json)
    if strict and run.metrics.region.unplaced:
        raise typer.Exit(CHILDREN_WITHOUT_PLACE)


def verify(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    pack: Annotated[
        str | None, typer.Option("--pack", metavar="PACK", help="The run's pack, where it has moved.")
    ] = None,
    json: Json = False,
) -> None:
    """Prove or refute a run without a solver: every hash, rule, figure and bound."""
    from optimiser.verification.verify import verify_run

    verdict = verify_run(run, pack=None if pack is None else pack_folder(pack))
    if json:
        show.print_json(
            {
                "run": str(run),
                "proven": verdict.proven,
                "statement": verdict.statement,
                "refutations": list(verdict.refutations),
                "figures": dict(verdict.figures),
                "version": verdict.version,
            }
        )
    else:
        if verdict.version not in ("", __version__):
            show.print_line(f"made by version {verdict.version}, checked by {__version__}", error=True)
        show.print_line(verdict.statement)
    if not verdict.proven:
        raise typer.Exit(REFUTED)


def explain(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    child_id: Annotated[str, typer.Argument(metavar="CHILD_ID", help="The child, as in children.csv.")],
    json: Json = False,
) -> None:
    """Say why a child lives where it does, or nowhere, and what would change that."""
    from dataclasses import asdict

    from optimiser.audit.explain_text import text_from_explanation
    from optimiser.audit.explanations import explanation_of_child

    found = explanation_of_child((run / "explanations.jsonl").read_bytes(), child_id)
    if json:
        show.print_json(asdict(found))
    else:
        show.print_line(text_from_explanation(found))


def _print_allocated(out: Path, run: Run, *, as_json: bool) -> None:
    from optimiser.audit.reasons import shortfalls
    from optimiser.metrics import json_from_metrics

    short = shortfalls(run.allocations["reason"], run.instance.policy)
    if as_json:
        show.print_json(
            {
                "run": str(out),
                "metrics": json_from_metrics(run.metrics),
                "unplaced": [
                    {"reason": each.reason, "children": each.children, "relax": list(each.relax)}
                    for each in short
                ],
                "faults": [show.fault_document(fault) for fault in run.pack.warnings],
            }
        )
        return
    show.print_faults(run.pack.warnings, error=True)
    show.print_run(run)
    for each in short:
        show.print_line(str(each), error=True)
    show.print_line(f"written to {out}")
