"""The commands (contract, section 5): what is asked for goes in, what is reported comes out; no sums here.

The rooms are imported by the verb that needs them, so that `--help` answers at once and Ctrl-C is
never met by a traceback from the middle of an import.
"""

from __future__ import annotations

import io
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from optimiser.commands import app as front
from optimiser.commands import (
    commissioning,
    cooperation,
    demand,
    ensembles,
    fairness,
    importing,
    packs,
    report,
    robustness,
    runs,
    show,
    sufficiency,
)
from optimiser.errors import InputError, OptimiserError, StoppedError
from optimiser.version import __version__


class _Reporting(TyperGroup):
    """Whatever a user can cause ends in one line, or one JSON document, and the contract's exit status."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta["json"] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        as_json = bool(ctx.meta["json"])
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _report(StoppedError("stopped by the user; nothing was written"), as_json=as_json)
        except OptimiserError as error:
            _report(error, as_json=as_json)
        except BrokenPipeError:
            raise
        except OSError as error:
            _report(InputError(_one_line(error)), as_json=as_json)
        except typer.TyperException as error:
            if not as_json:
                raise
            _report(InputError(error.format_message()), as_json=as_json)


app = typer.Typer(
    name="optimiser",
    cls=_Reporting,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
importers = typer.Typer(help="Make a region pack from a published file.", no_args_is_help=True)
app.add_typer(importers, name="import")


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()


def _version(asked: bool) -> None:
    if asked:
        print(f"optimiser {__version__}")
        raise typer.Exit


@app.callback()
def optimiser(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Match children in care to foster homes and children's homes, with a proven best allocation."""


app.command(epilog="Example: optimiser validate gateshead-ten")(packs.validate)
app.command(epilog="Example: optimiser allocate gateshead-ten --out runs/gateshead-ten")(runs.allocate)
app.command(epilog="Example: optimiser verify runs/gateshead-ten --pack gateshead-ten")(runs.verify)
app.command(epilog="Example: optimiser explain runs/gateshead-ten ash-1")(runs.explain)
app.command(epilog="Example: optimiser report runs/gateshead-ten --xlsx report.xlsx --html report.html")(
    report.report
)
app.command(epilog="Example: optimiser fairness runs/gateshead-ten --out fairness.csv")(fairness.fairness)
app.command(
    epilog="Example: optimiser transparency runs/gateshead-ten --owner owner.toml --out transparency.md"
)(fairness.transparency)
app.command(epilog="Example: optimiser app --runs runs")(front.app)
importers.command(
    epilog="Example: optimiser import ofsted providers_and_places_at_31_march_2025.csv "
    "--authorities E08000037,E06000047 --out packs/homes"
)(packs.ofsted)
importers.command(
    epilog="Example: optimiser import ssda903 returns --region region.toml "
    "--as-at 2021-03-31 --out packs/children"
)(importing.ssda903)
importers.command(
    epilog="Example: optimiser import placements-standard sheet.csv --pack packs/children --out packs/needs"
)(importing.placements_standard)
app.command(
    epilog="Example: optimiser forecast returns --region region.toml --to 2028-03-31 --out runs/forecast"
)(demand.forecast)
app.command(epilog="Example: optimiser backtest returns --region region.toml --out runs/backtest")(
    demand.backtest
)
app.command(epilog="Example: optimiser options gateshead-ten --out options.csv")(commissioning.options)
app.command(epilog="Example: optimiser futures gateshead-ten --n 20 --seed 1 --out futures")(
    commissioning.futures
)
app.command(epilog="Example: optimiser commission gateshead-ten --capital 300000 --out runs/plan")(
    commissioning.commission
)
app.command(epilog="Example: optimiser robustness runs/plan --futures futures --out runs/robustness")(
    robustness.robustness
)
app.command(epilog="Example: optimiser frontier gateshead-ten --points 5 --out runs/frontier")(
    ensembles.frontier
)
app.command(epilog="Example: optimiser stress gateshead-ten --close provision --top 5 --out runs/stress")(
    ensembles.stress
)
app.command(epilog="Example: optimiser sufficiency gateshead-ten --out runs/sufficiency")(
    sufficiency.sufficiency
)
app.command(
    epilog="Example: optimiser synthesise --facts authorities_2025.csv --authorities E08000037,E06000047 "
    "--seed 1 --children 100 --out packs/synthetic"
)(packs.synthesise)
app.command(epilog="Example: optimiser cooperate north-east-and-cumbria --out runs/cooperation")(
    cooperation.cooperate
)
app.command(epilog="Example: optimiser packs")(packs.packs)


def _one_line(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _report(error: OptimiserError, *, as_json: bool) -> None:
    """The error on standard error, a line for each fault, or as one JSON document; then its exit status."""
    faults = error.faults if isinstance(error, InputError) else ()
    if as_json:
        show.print_json({"error": str(error), "faults": [show.fault_document(fault) for fault in faults]})
    else:
        show.print_faults(faults, error=True)
        show.print_line(str(error), error=True)
    raise typer.Exit(error.exit_status) from error
