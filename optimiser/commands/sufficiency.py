"""`sufficiency`: need against supply, who goes without or far, and what the next place would change."""

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
    PackArgument,
    PolicyOption,
    Workers,
    finite,
    pack_folder,
)


def sufficiency(
    pack: PackArgument,
    out: Annotated[Path, typer.Option("--out", metavar="RUN", help="New folder for the report.")],
    policy: PolicyOption = None,
    gap: Gap = 1e-5,
    publication: Annotated[
        bool, typer.Option("--publication", help="Hide small counts, and leave out the run.")
    ] = False,
    workers: Workers = None,
    cluster: ClusterOption = None,
    json: Json = False,
) -> None:
    """Set need against supply, and say exactly what the next place of each sort would change."""
    finite("--gap", gap)
    from optimiser.ensembles.ensemble import Ensemble
    from optimiser.ensembles.keep import kept_until_written
    from optimiser.ensembles.place import place_from
    from optimiser.pack.folder import check_free
    from optimiser.report.sufficiency_run import write_sufficiency
    from optimiser.report.table import text_frame

    folder = pack_folder(pack)
    check_free(out)
    place = place_from(workers=workers, cluster=cluster)
    asking = "parts of the places that could be next"
    with kept_until_written(out, "") as keep, show.progress_of_both(asking) as (progress, asked):
        tables = write_sufficiency(
            folder,
            out,
            policy=policy,
            gap=gap,
            publication=publication,
            command=sys.argv,
            progress=progress,
            ensemble=Ensemble(place, keep, asked),
        )
    if json:
        rows = {table.name: len(table.frame) for table in tables}
        show.print_json({"run": str(out), "publication": publication, "rows": rows})
        return
    for table, number in ((tables[0], 5), (tables[-1], 6)):
        shown = text_frame(table).drop(columns=["Code", "Places in it"], errors="ignore").iloc[:, :number]
        show.print_line(table.title)
        show.print_rows(tuple(shown.columns), shown.to_numpy().tolist())
    show.print_line(f"written to {out}")
