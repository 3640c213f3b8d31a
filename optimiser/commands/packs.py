"""`validate`, `packs`, `synthesise` and `import ofsted`: packs are checked, listed and made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.commands import show
from optimiser.commands.options import (
    Authorities,
    Json,
    NewPack,
    PackArgument,
    SupportedAccommodation,
    codes,
    date_from,
    pack_folder,
)
from optimiser.errors import InputError


def validate(pack: PackArgument, json: Json = False) -> None:
    """Check a region pack and print every problem as file:row:column: what; accepted: what would be."""
    from optimiser.pack.read import read_pack

    try:
        read = read_pack(pack_folder(pack), commissioning=True)
    except InputError as error:
        if json or not error.faults:
            raise
        show.print_faults(error.faults)
        show.print_line(str(error), error=True)
        raise typer.Exit(error.exit_status) from error
    counts = {"children": len(read.children), "provisions": len(read.provision)}
    if read.options is not None and len(read.options):
        counts["options"] = len(read.options)
    if json:
        show.print_json({"pack": pack, **counts, "faults": [show.fault_document(f) for f in read.warnings]})
        return
    show.print_faults(read.warnings)
    listed = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    show.print_line(f"{read.region.name}: {listed}, no faults")


def packs(json: Json = False) -> None:
    """List the sample packs that ship with the program; their names may stand for PACK."""
    from optimiser.pack.samples import sample_packs

    found = sample_packs()
    if json:
        show.print_json({"packs": [{"name": name, "folder": str(path)} for name, path in found.items()]})
    else:
        show.print_rows(("name", "folder"), [(name, str(path)) for name, path in found.items()])


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
        authorities=codes(authorities),
        seed=seed,
        children=children,
        provisions=provisions,
        register=register,
        supported_accommodation=supported_accommodation,
        boundaries=boundaries,
    )
    show.print_tables(out, tables, as_json=json)


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

    given = date_from(as_at)
    check_free(out)
    members = codes(authorities)
    result = import_ofsted(
        file,
        supported_accommodation=supported_accommodation,
        authorities=members,
        seed=seed,
        occupancy=occupancy,
    )
    on = given or result.as_at
    if on is None:
        raise InputError(f"{file} gives no date in its title lines; accepted: --as-at with an ISO date")
    write_import(result, out=out, region=region_of_authorities(members, name=out.name, as_at=on))
    show.print_import(out, result, as_json=json)
