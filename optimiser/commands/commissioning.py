"""`options`, `futures` and `commission`: what could be opened, for whom, and what is best opened."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.commands import show
from optimiser.commands.options import (
    ClusterOption,
    Gap,
    Json,
    PackArgument,
    PolicyOption,
    TimeLimit,
    Workers,
    finite,
    numbers,
    pack_folder,
)
from optimiser.commands.report import check_new_file, write_new_files

if TYPE_CHECKING:
    from optimiser.audit.plan_run import PlanRun

FRONTIER_SHOWN = ("capital", "units", "unplaced", "over_far", "placed_more", "saving_gbp_per_week")
"""Of frontier.csv, what the terminal has room for."""


def options(
    pack: PackArgument,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="New file, to be the pack's options.csv.")
    ],
    json: Json = False,
) -> None:
    """Propose carers to recruit and homes to open, where and at what cost, as a table to edit."""
    from optimiser.commissioning.proposals import proposed_options
    from optimiser.pack.read import read_pack
    from optimiser.pack.write import csv_bytes

    check_new_file(out)
    table = proposed_options(read_pack(pack_folder(pack)))
    write_new_files({out: csv_bytes(table)})
    kinds = {str(kind): int(count) for kind, count in table["kind"].value_counts().sort_index().items()}
    if json:
        show.print_json({"file": str(out), "options": kinds})
        return
    show.print_rows(("kind", "options"), [(kind, f"{count:,}") for kind, count in kinds.items()])
    show.print_line(
        "Every point is the middle of a postcode sector, and no child's home. Check every figure."
    )
    show.print_line(f"written to {out}")


def futures(
    source: Annotated[
        str, typer.Argument(metavar="PACK_OR_FORECAST", help="A pack, or a run of `optimiser forecast`.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="New folder for the futures.")],
    n: Annotated[int, typer.Option("--n", metavar="N", min=1, max=1000, help="How many futures.")] = 20,
    seed: Annotated[int, typer.Option("--seed", metavar="S", min=0, help="Of every random draw.")] = 0,
    pack: Annotated[
        str | None,
        typer.Option("--pack", metavar="PACK", help="With a forecast: whose children lend their profiles."),
    ] = None,
    json: Json = False,
) -> None:
    """Draw quarters of children to be placed, from a pack or a forecast, that a plan should serve."""
    from optimiser.commissioning.futures_write import (
        drawn_from_forecast,
        drawn_from_pack,
        is_forecast,
        write_futures,
    )
    from optimiser.pack.folder import check_free
    from optimiser.pack.read import read_pack

    check_free(out)
    if is_forecast(Path(source)):
        lender = None if pack is None else read_pack(pack_folder(pack))
        drawn = drawn_from_forecast(Path(source), lender, count=n, seed=seed)
    elif pack is not None:
        raise typer.BadParameter("--pack is for a forecast; accepted: PACK alone, or a forecast and --pack")
    else:
        drawn = drawn_from_pack(read_pack(pack_folder(source)), count=n, seed=seed)
    write_futures(out, drawn)
    children = [len(each.children) for each in drawn]
    if json:
        show.print_json({"folder": str(out), "futures": len(drawn), "children": children})
        return
    show.print_line(f"{len(drawn):,} futures of {min(children):,} to {max(children):,} children")
    show.print_line(f"written to {out}")


def commission(
    pack: PackArgument,
    out: Annotated[Path, typer.Option("--out", metavar="RUN", help="New folder for the plan.")],
    policy: PolicyOption = None,
    futures: Annotated[
        Path | None,
        typer.Option("--futures", metavar="FOLDER", help="Children to come, instead of the pack's own."),
    ] = None,
    capital: Annotated[
        float | None,
        typer.Option("--capital", metavar="£", min=0.0, help="Most capital, instead of commission.toml's."),
    ] = None,
    capitals: Annotated[
        str,
        typer.Option("--frontier", metavar="£,…", help="Amounts of capital to compare, between commas, too."),
    ] = "",
    gap: Gap = 1e-4,
    time_limit: TimeLimit = None,
    workers: Workers = None,
    cluster: ClusterOption = None,
    json: Json = False,
) -> None:
    """Choose which homes to open and which carers to recruit, and place every future's children."""
    finite("--gap", gap)
    finite("--capital", capital)
    finite("--time-limit", time_limit)
    amounts = numbers("--frontier", capitals)
    from optimiser.audit.plan_run import plan_run_from_pack, write_plan_run
    from optimiser.ensembles.keep import kept_until_written
    from optimiser.pack.folder import check_free

    folder = pack_folder(pack)
    check_free(out)
    with kept_until_written(out, "") as keep:
        with show.progress_of_both("allocations of futures") as (progress, allocated):
            run = plan_run_from_pack(
                folder,
                policy=policy,
                futures=futures,
                capital=capital,
                capitals=amounts,
                gap=gap,
                time_limit=time_limit,
                command=sys.argv,
                progress=progress,
                workers=workers,
                cluster=cluster,
                keep=keep,
                allocated=allocated,
            )
        write_plan_run(out, run)
    _print_commissioned(out, run, as_json=json)


def _print_commissioned(out: Path, run: PlanRun, *, as_json: bool) -> None:
    from json import loads

    from optimiser.audit.plan_metrics import plan_table
    from optimiser.commissioning.frontier import texts_from_frontier

    plan, metrics = run.plan, loads((out / "metrics.json").read_bytes())
    if as_json:
        faults = [show.fault_document(fault) for fault in plan.pack.warnings]
        show.print_json(
            {"run": str(out), "metrics": metrics, "units": plan.units_by_option, "faults": faults}
        )
        return
    show.print_faults(plan.pack.warnings, error=True)
    table = plan_table(plan)
    rows = [
        (str(row.option_id), f"{row.units:,}", str(row.kind), f"{row.places}", f"{row.children_placed:,.1f}")
        for row in table[table["units"] > 0].itertuples()
    ]
    show.print_rows(("option", "units", "kind", "places", "children"), rows)
    show.print_line(show.plan_sentence(plan, metrics))
    if run.frontier is not None:
        shown = texts_from_frontier(run.frontier)[list(FRONTIER_SHOWN)].astype(str)
        show.print_rows(tuple(name.replace("_", " ") for name in FRONTIER_SHOWN), shown.to_numpy().tolist())
    show.print_line(f"written to {out}")
