"""`stress` and `frontier`: many allocations at once, on this machine or on a cluster."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.commands import show
from optimiser.commands.options import (
    ClusterOption,
    Json,
    NewRun,
    PackArgument,
    PolicyOption,
    Workers,
    finite,
    pack_folder,
)

if TYPE_CHECKING:
    import pandas as pd

    from optimiser.audit.manifest import Start
    from optimiser.ensembles.ensemble import Ensemble
    from optimiser.ensembles.place import Place
    from optimiser.pack.pack import Pack
    from optimiser.shocks.shock import Shock


class Closing(StrEnum):
    """What closes."""

    PROVIDER = "provider"
    PROVISION = "provision"
    AUTHORITY = "authority"


def stress(
    pack: PackArgument,
    out: NewRun,
    close: Annotated[
        Closing | None, typer.Option("--close", help="Close the largest of these, one at a time.")
    ] = None,
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, help="How many of them.")] = 20,
    shocks: Annotated[
        Path | None, typer.Option("--shocks", metavar="FILE", help="Shocks of your own (TOML).")
    ] = None,
    policy: PolicyOption = None,
    gap: Annotated[
        float, typer.Option("--gap", metavar="SHARE", min=0.0, help="Gap of the third tier after each shock.")
    ] = 1e-3,
    workers: Workers = None,
    cluster: ClusterOption = None,
    json: Json = False,
) -> None:
    """Say what each loss, rise in price or change of membership would do, the worst first."""
    finite("--gap", gap)
    from optimiser.shocks.closures import closures, usual_shocks
    from optimiser.shocks.shocks_file import shocks_from_toml
    from optimiser.shocks.stress import stress as stressed
    from optimiser.shocks.stress_run import stress_table, write_stress

    read, start, place = _opened(pack, out, policy, workers, cluster)
    own = () if shocks is None else shocks_from_toml(shocks, read)

    def choose(placed: pd.Series[int]) -> tuple[Shock, ...]:
        if close is not None:
            return (*closures(read, placed, close.value, top), *own)
        return own or usual_shocks(read)

    with _ensemble(out, start, place, gap, "shocks") as ensemble:
        found = stressed(read, choose, gap=gap, ensemble=ensemble)
        write_stress(out, read, start, found, gap=gap)
    table = stress_table(found)
    if json:
        show.print_json({"run": str(out), "shocks": table.to_dict(orient="records")})
        return
    rows = [
        (
            f"{row['rank']}",
            str(row["shock"]),
            f"{row['unplaced_change']:+d}",
            f"{row['separated_change']:+d}",
            f"{row['mean_miles_change']:+.2f}",
            f"{row['weekly_cost_change']:+,.0f}",
            f"{row['score_change']:+,.0f} ± {row['score_within']:,.0f}",
        )
        for row in table.to_dict("records")
    ]
    show.print_rows(("", "shock", "unplaced", "separated", "mean mi", "£ a week", "score, £ a week"), rows)
    show.print_line(f"written to {out}")


def frontier(
    pack: PackArgument,
    out: NewRun,
    points: Annotated[int, typer.Option("--points", metavar="N", min=2, help="At most so many points.")] = 20,
    policy: PolicyOption = None,
    gap: Annotated[
        float, typer.Option("--gap", metavar="SHARE", min=0.0, help="Gap to which each point is proven.")
    ] = 1e-2,
    workers: Workers = None,
    cluster: ClusterOption = None,
    json: Json = False,
) -> None:
    """Draw the exact trade-off of weekly cost and miles from home, at the fewest children without a place."""
    finite("--gap", gap)
    from optimiser.frontier.frontier import frontier as drawn
    from optimiser.frontier.frontier_run import frontier_table, write_frontier
    from optimiser.matching.instance import instance_from_pack

    read, start, place = _opened(pack, out, policy, workers, cluster)
    with _ensemble(out, start, place, gap, "points") as ensemble:
        found = drawn(instance_from_pack(read), points, gap=gap, ensemble=ensemble)
        write_frontier(out, read, start, found, gap=gap)
    table = frontier_table(found, len(read.children), gap=gap)
    if json:
        records = table.astype(object).where(table.notna(), None).to_dict(orient="records")
        show.print_json({"run": str(out), "points": records})
        return
    rows = [
        (
            f"{row['point']}",
            f"{row['weekly_cost_total']:,.0f}",
            f"{row['miles_total']:,.1f}",
            f"{row['mean_miles']:.2f}",
            f"{row['gap']:.2g}",
            f"{row['price_of_a_mile']:,.2f}" if row["supported"] == "yes" else f"({row['supported']})",
        )
        for row in table.to_dict("records")
    ]
    show.print_rows(("", "£ a week", "miles", "mean mi", "gap", "£ a mile that picks it"), rows)
    over = int((table["status"] != "optimal").sum())
    if over:
        show.print_line(f"not proven to the gap asked for, {gap:g}: {over} of {len(table)} points")
    show.print_line(f"written to {out}")


def _opened(
    pack: str, out: Path, policy: Path | None, workers: int | None, cluster: str | None
) -> tuple[Pack, Start, Place]:
    """The pack, the start of a run of it, and where the work is done; what cannot be is refused first."""
    from optimiser.audit.manifest import start_from_pack
    from optimiser.ensembles.place import place_from
    from optimiser.pack.folder import check_free
    from optimiser.pack.read import read_pack

    check_free(out)
    place = place_from(workers=workers, cluster=cluster)
    read = read_pack(pack_folder(pack), policy=policy)
    return read, start_from_pack(read, command=sys.argv), place


@contextmanager
def _ensemble(out: Path, start: Start, place: Place, gap: float, doing: str) -> Iterator[Ensemble]:
    """An ensemble whose results are kept until the block has written the run, with its line of progress."""
    from optimiser.audit.manifest import asked
    from optimiser.ensembles.ensemble import Ensemble
    from optimiser.ensembles.keep import kept_until_written

    with (
        kept_until_written(out, asked(start, {"gap": gap})) as keep,
        show.ensemble_line(doing) as progress,
    ):
        yield Ensemble(place, keep, progress)
