"""`options` and `futures`: what could be opened, and the children to come that it should serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.commands import show
from optimiser.commands.options import Json, PackArgument, pack_folder
from optimiser.commands.report import check_new_file, write_new_files


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
