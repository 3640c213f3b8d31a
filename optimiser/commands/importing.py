"""`import ssda903` and `import placements-standard`: what authorities hold already, made into packs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.commands import show
from optimiser.commands.options import Json, NewPack, date_from
from optimiser.errors import InputError

if TYPE_CHECKING:
    from optimiser.demand.pack_from_return import Entered
    from optimiser.demand.returns import Return
    from optimiser.pack.region import Region

_MOST_KINDS = 12

RegionFile = Annotated[
    Path, typer.Option("--region", metavar="FILE", help="region.toml: the members, as in a pack.")
]
AsAt = Annotated[
    str, typer.Option("--as-at", metavar="DATE", help="The day on which the children are looked after.")
]


def region_of(path: Path) -> Region:
    """The region of a region.toml, or of a pack's folder; InputError with every fault of it."""
    from optimiser.pack.region_file import REGION, region_from_toml

    file = path / REGION if path.is_dir() else path
    region, _, faults = region_from_toml(file)
    if region is None:
        raise InputError(f"{file} cannot be used", [fault for fault in faults if not fault.warning])
    return region


def _day(text: str) -> date:
    found = date_from(text)
    if found is None:
        raise typer.BadParameter("--as-at is missing; accepted: an ISO date, such as 2025-03-31")
    return found


def _window(text: str | None) -> Entered | None:
    """The window of `--entered FROM:TO`."""
    from optimiser.demand.pack_from_return import Entered

    if text is None:
        return None
    first, colon, last = text.partition(":")
    try:
        window = Entered(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError as error:
        raise typer.BadParameter(
            f"--entered is {text}; accepted: two ISO dates, such as 2025-01-01:2025-03-31"
        ) from error
    if not colon or window.last < window.first:
        raise typer.BadParameter(
            f"--entered is {text}; accepted: the first day, a colon, a day not before it"
        )
    return window


def _report(out: Path, found: Return, children: int, set_aside: int, *, as_json: bool) -> None:
    """What was read, what is wrong with it, and what was made."""
    counts = found.quality.counts()
    if as_json:
        show.print_json(
            {
                "pack": str(out),
                "children": children,
                "children_set_aside": set_aside,
                "rows_read": found.rows_read,
                "rows_used": sum(source.used for source in found.sources),
                "rows_repaired": sum(source.repaired for source in found.sources),
                "rows_set_aside": sum(source.set_aside for source in found.sources),
                "files": [str(source) for source in found.sources],
                "files_not_read": list(found.ignored),
                "findings": counts.to_dict(orient="records"),
            }
        )
        return
    for source in found.sources:
        show.print_line(str(source))
    if found.ignored:
        show.print_line(f"not read: {', '.join(found.ignored)}")
    rows = counts.head(_MOST_KINDS)
    if len(rows):
        cells = [
            tuple(map(str, row))
            for row in rows[["kind", "column", "action", "findings"]].itertuples(index=False)
        ]
        show.print_rows(("finding", "column", "row is", "findings"), cells)
    if len(counts) > _MOST_KINDS:
        show.print_line(f"… and {len(counts) - _MOST_KINDS} kinds more in quality.csv")
    show.print_line(f"{out}: {children:,} children; {set_aside:,} set aside; quality.csv has every finding")


def ssda903(
    path: Annotated[
        Path, typer.Argument(metavar="FOLDER_OR_ZIP", help="The returns, of any years (CSV, XML).")
    ],
    region: RegionFile,
    as_at: AsAt,
    out: NewPack,
    entered: Annotated[
        str | None,
        typer.Option("--entered", metavar="FROM:TO", help="Instead, the children whose care starts then."),
    ] = None,
    provision: Annotated[
        Path | None,
        typer.Option("--provision", metavar="FILE", help="provision.csv, or a pack that has one."),
    ] = None,
    json: Json = False,
) -> None:
    """Make a region pack of the children looked after on a day from SSDA903 returns, and list its faults."""
    from optimiser.demand.pack_write import write_return_pack
    from optimiser.demand.reading import read_return
    from optimiser.pack.folder import check_free

    day, window = _day(as_at), _window(entered)
    check_free(out)
    members = region_of(region)
    found = read_return(path, region=members, as_at=day)
    made = write_return_pack(found, out=out, region=members, as_at=day, entered=window, provision=provision)
    _report(out, found, len(made.children), len(made.set_aside), as_json=json)


def placements_standard(
    sheet: Annotated[Path, typer.Argument(metavar="SHEET", help="Its data collection sheet, saved as CSV.")],
    pack: Annotated[Path, typer.Option("--pack", metavar="PACK", help="The pack that has the children.")],
    out: NewPack,
    json: Json = False,
) -> None:
    """Put the needs, suitabilities, siblings and costs of a placements standard sheet into a pack."""
    from optimiser.demand.placements_sheet import read_sheet
    from optimiser.demand.placements_standard import write_joined
    from optimiser.pack.folder import check_free

    check_free(out)
    read = read_sheet(sheet)
    joined = write_joined(pack, read, out=out)
    document = {
        "pack": str(out),
        "rows_read": read.rows_read,
        "rows_used": read.used,
        "rows_repaired": read.repaired,
        "rows_set_aside": read.set_aside,
        "children_joined": joined.joined,
        "rows_without_child": len(joined.set_aside),
    }
    if json:
        show.print_json(document)
        return
    show.print_line(
        f"{read.file}: {read.rows_read:,} rows read = {read.used:,} used + {read.repaired:,} repaired "
        f"+ {read.set_aside:,} set aside"
    )
    show.print_line(
        f"{out}: {joined.joined:,} children have what the sheet says; {len(joined.set_aside):,} usable rows "
        "are of no child of the pack, or of one with a later row"
    )
