"""`robustness`: a plan on futures that it was not made from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from optimiser.commands import show
from optimiser.commands.options import (
    ClusterOption,
    Gap,
    Json,
    Workers,
    finite,
)


def robustness(
    plan: Annotated[Path, typer.Argument(metavar="PLAN_RUN", help="Folder that `commission` wrote.")],
    futures: Annotated[
        Path, typer.Option("--futures", metavar="FOLDER", help="Children that the plan was not made for.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="RUN", help="New folder for the figures.")],
    gap: Gap = 1e-6,
    workers: Workers = None,
    cluster: ClusterOption = None,
    json: Json = False,
) -> None:
    """Hold a plan against doing nothing and against most places for the money, in other futures."""
    finite("--gap", gap)
    from optimiser.ensembles.place import place_from
    from optimiser.pack.folder import check_free
    from optimiser.report.plans import open_plan
    from optimiser.report.robustness import write_robustness
    from optimiser.report.table import text_frame

    check_free(out)
    place = place_from(workers=workers, cluster=cluster)
    view = open_plan(plan)
    with show.ensemble_line("allocations") as progress:
        measures, rivals, said = write_robustness(
            view, futures, out, gap=gap, command=sys.argv, place=place, progress=progress
        )
    if json:
        document = {table.name: table.frame.to_dict("records") for table in (measures, rivals)}
        show.print_json({"run": str(out), **document, "said": list(said)})
        return
    shown = text_frame(measures).drop(columns=["Unit"])
    show.print_rows(tuple(shown.columns), shown.to_numpy().tolist())
    for line in said:
        show.print_line(line)
    show.print_line(f"written to {out}")
