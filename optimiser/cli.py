"""The commands (contract, section 5): what is asked for goes in, what is reported comes out; no sums here.

The rooms are imported by the verb that needs them, so that `--help` answers at once and Ctrl-C is
never met by a traceback from the middle of an import.
"""

from __future__ import annotations

import io
import math
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from optimiser import cli_tables as show
from optimiser.errors import InputError, OptimiserError, StoppedError
from optimiser.version import __version__

if TYPE_CHECKING:
    from optimiser.audit.run import Run

REFUTED = 1
"""Exit status of `verify` where the run does not hold."""
CHILDREN_WITHOUT_PLACE = 3
"""Exit status of `allocate --strict` where some child has no place; the run is written."""


class Distance(StrEnum):
    """How miles are measured."""

    STRAIGHT = "straight"
    ROAD = "road"


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

PackArgument = Annotated[str, typer.Argument(metavar="PACK", help="Folder of the pack, or name of a sample.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

Authorities = Annotated[
    str, typer.Option("--authorities", metavar="CODE,…", help="GSS codes of the members, between commas.")
]
NewPack = Annotated[Path, typer.Option("--out", metavar="PACK", help="New folder for the pack.")]
SupportedAccommodation = Annotated[
    Path | None,
    typer.Option(
        "--supported-accommodation",
        metavar="FILE",
        help="Ofsted's sheet of supported accommodation premises.",
    ),
]


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


@app.command(epilog="Example: optimiser validate gateshead-ten")
def validate(pack: PackArgument, json: Json = False) -> None:
    """Check a region pack and print every problem as file:row:column: what; accepted: what would be."""
    from optimiser.pack.read import read_pack

    try:
        read = read_pack(_pack_folder(pack))
    except InputError as error:
        if json or not error.faults:
            raise
        show.print_faults(error.faults)
        show.print_line(str(error), error=True)
        raise typer.Exit(error.exit_status) from error
    counts = {"children": len(read.children), "provisions": len(read.provision)}
    if json:
        show.print_json({"pack": pack, **counts, "faults": [show.fault_document(f) for f in read.warnings]})
        return
    show.print_faults(read.warnings)
    show.print_line(
        f"{read.region.name}: {counts['children']:,} children, {counts['provisions']:,} provisions, no faults"
    )


@app.command(epilog="Example: optimiser allocate gateshead-ten --out runs/gateshead-ten")
def allocate(
    pack: PackArgument,
    out: Annotated[Path, typer.Option("--out", metavar="RUN", help="New folder for the run.")],
    policy: Annotated[
        Path | None, typer.Option("--policy", metavar="FILE", help="Policy instead of the pack's own.")
    ] = None,
    distance: Annotated[
        Distance, typer.Option("--distance", help="Miles in a straight line, or by the pack's road network.")
    ] = Distance.STRAIGHT,
    gap: Annotated[
        float,
        typer.Option("--gap", metavar="SHARE", min=0.0, help="Gap of the third tier that counts as optimal."),
    ] = 1e-4,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", metavar="SECONDS", min=0.0, help="Stop after this long with the best."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with status 3 where a child has no place.")
    ] = False,
    json: Json = False,
) -> None:
    """Place the children of a pack, prove how good the allocation is, and write the run folder."""
    _finite("--gap", gap)
    _finite("--time-limit", time_limit)
    from optimiser.audit.run import run_from_pack, write_run
    from optimiser.pack.folder import check_free

    folder = _pack_folder(pack)
    check_free(out)
    with show.progress_line() as progress:
        run = run_from_pack(
            folder,
            policy=policy,
            distance=distance.value,
            gap=gap,
            time_limit=time_limit,
            command=sys.argv,
            progress=progress,
        )
    write_run(out, run)
    _print_allocated(out, run, as_json=json)
    if strict and run.metrics.region.unplaced:
        raise typer.Exit(CHILDREN_WITHOUT_PLACE)


@app.command(epilog="Example: optimiser verify runs/gateshead-ten --pack gateshead-ten")
def verify(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    pack: Annotated[
        str | None, typer.Option("--pack", metavar="PACK", help="The run's pack, where it has moved.")
    ] = None,
    json: Json = False,
) -> None:
    """Prove or refute a run without a solver: every hash, rule, figure and bound."""
    from optimiser.verification.verify import verify_run

    verdict = verify_run(run, pack=None if pack is None else _pack_folder(pack))
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


@app.command(epilog="Example: optimiser explain runs/gateshead-ten ash-1")
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


@importers.command(
    epilog="Example: optimiser import ofsted providers_and_places_at_31_march_2025.csv "
    "--authorities E08000037,E06000047 --out packs/homes"
)
def ofsted(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The register, as Ofsted publishes it (CSV).")],
    authorities: Authorities,
    out: NewPack,
    supported_accommodation: SupportedAccommodation = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Seed of the random postcodes and vacancies.")
    ] = 0,
    occupancy: Annotated[
        float,
        typer.Option("--occupancy", metavar="SHARE", help="Share of the places that are taken already."),
    ] = 0.0,
    as_at: Annotated[
        str | None, typer.Option("--as-at", metavar="DATE", help="Date of the register, where it gives none.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a region pack without children from Ofsted's register, and list the rows that cannot be used."""
    from optimiser.pack.authorities import region_of_authorities
    from optimiser.pack.folder import check_free
    from optimiser.pack.ofsted import import_ofsted
    from optimiser.pack.ofsted_write import write_import

    given = _date(as_at)
    check_free(out)
    codes = _codes(authorities)
    result = import_ofsted(
        file,
        supported_accommodation=supported_accommodation,
        authorities=codes,
        seed=seed,
        occupancy=occupancy,
    )
    on = given or result.as_at
    if on is None:
        raise InputError(f"{file} gives no date in its title lines; accepted: --as-at with an ISO date")
    write_import(result, out=out, region=region_of_authorities(codes, name=out.name, as_at=on))
    show.print_import(out, result, as_json=json)


@app.command(
    epilog="Example: optimiser synthesise --facts authorities_2025.csv --authorities E08000037,E06000047 "
    "--seed 1 --children 100 --out packs/synthetic"
)
def synthesise(
    facts: Annotated[
        Path, typer.Option("--facts", metavar="FILE", help="Published figures, one row per authority (CSV).")
    ],
    authorities: Authorities,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed gives the same region.")],
    children: Annotated[int, typer.Option("--children", metavar="N", help="How many children to place.")],
    out: NewPack,
    provisions: Annotated[
        int | None, typer.Option("--provisions", metavar="N", help="How many households and homes in all.")
    ] = None,
    register: Annotated[
        Path | None, typer.Option("--register", metavar="FILE", help="Ofsted's register, for real homes.")
    ] = None,
    supported_accommodation: SupportedAccommodation = None,
    boundaries: Annotated[
        Path | None,
        typer.Option("--boundaries", metavar="FILE", help="Map of the members, to be copied into the pack."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="TEXT", help="Name of the region, else the folder's.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a region pack of invented children and carers on real postcodes, true to the published figures."""
    from optimiser.pack.synthetic import write_synthetic

    tables = write_synthetic(
        out,
        name=name or f"{out.name} (synthetic)",
        facts=facts,
        authorities=_codes(authorities),
        seed=seed,
        children=children,
        provisions=provisions,
        register=register,
        supported_accommodation=supported_accommodation,
        boundaries=boundaries,
    )
    show.print_tables(out, tables, as_json=json)


@app.command(epilog="Example: optimiser packs")
def packs(json: Json = False) -> None:
    """List the sample packs that ship with the program; their names may stand for PACK."""
    from optimiser.pack.samples import sample_packs

    found = sample_packs()
    if json:
        show.print_json({"packs": [{"name": name, "folder": str(path)} for name, path in found.items()]})
    else:
        show.print_rows(("name", "folder"), [(name, str(path)) for name, path in found.items()])


def _pack_folder(pack: str) -> Path:
    """The folder of a pack: a path as it stands, else a sample of that name."""
    from optimiser.pack.samples import sample_packs

    folder = Path(pack)
    if folder.exists():
        return folder
    samples = sample_packs()
    if pack in samples:
        return samples[pack]
    names = ", ".join(samples)
    raise InputError(f"{pack} is not there; accepted: a folder, or the name of a sample pack ({names})")


def _finite(option: str, value: float | None) -> None:
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{option} is {value}; accepted: a number of 0 or more")


def _codes(authorities: str) -> list[str]:
    return [code.strip() for code in authorities.split(",") if code.strip()]


def _date(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"--as-at is {text}; accepted: an ISO date, such as 2025-03-31") from error


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
