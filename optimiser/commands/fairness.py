"""`fairness` and `transparency`: what a verified run gives to whom, and its public record."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.commands import show
from optimiser.commands.options import Json, pack_folder
from optimiser.commands.report import check_new_file, write_new_files
from optimiser.errors import Fault, InputError

if TYPE_CHECKING:
    from optimiser.report.views import RunView
    from optimiser.verification.verify import Verdict

RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")]
PackOption = Annotated[
    str | None, typer.Option("--pack", metavar="PACK", help="The run's pack, where it has moved.")
]


def fairness(
    run: RunArgument,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="New file: .csv, .html or .xlsx.")
    ] = None,
    pack: PackOption = None,
    publication: Annotated[
        bool, typer.Option("--publication", help="Hide small counts, and what would give them away.")
    ] = False,
    json: Json = False,
) -> None:
    """Compare what a run gives to groups of children: places, miles, siblings and schools, with intervals."""
    from optimiser.report.fairness_file import FORMATS

    write = None if out is None else FORMATS[_suffix(out, FORMATS)]
    view, verdict = _verified(run, pack)
    if out is not None and write is not None:
        write_new_files({out: write(view, publication=publication)})
    if json:
        show.print_json(_document(run, view, verdict, out, publication=publication))
        return
    if out is None:
        _print_tables(view, publication=publication)
    else:
        show.print_line(f"written to {out}")


def transparency(
    run: RunArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="New file: .md, .html or .json.")],
    owner: Annotated[
        Path | None, typer.Option("--owner", metavar="FILE", help="What only the organisation knows (TOML).")
    ] = None,
    pack: PackOption = None,
    json: Json = False,
) -> None:
    """Write the algorithmic transparency record of a run, made from the code and the run, to be published."""
    from optimiser.report.owner import FIELDS, owner_from_toml
    from optimiser.report.transparency import transparency_record
    from optimiser.report.transparency_file import FORMATS

    write = FORMATS[_suffix(out, FORMATS)]
    known = {} if owner is None else owner_from_toml(owner)
    view, _ = _verified(run, pack)
    record = transparency_record(view, owner=known)
    write_new_files({out: write(record)})
    if json:
        show.print_json({"run": str(run), "file": str(out), "to_be_filled": list(record.to_fill)})
        return
    show.print_line(f"written to {out}")
    for key in record.to_fill:
        show.print_line(f"to be filled by the organisation: {key}: {FIELDS[key]}")


def _suffix(out: Path, formats: Iterable[str]) -> str:
    """The suffix of a new file, one of those; else `InputError`."""
    if out.suffix not in formats:
        raise InputError(f"{out} ends in {out.suffix or 'nothing'}; accepted: {', '.join(formats)}")
    check_new_file(out)
    return out.suffix


def _verified(run: Path, pack: str | None) -> tuple[RunView, Verdict]:
    """The run, opened with its pack, and the verdict that it holds; `InputError` where it does not."""
    from optimiser.pack.samples import sample_packs
    from optimiser.report import open_run
    from optimiser.verification.verify import verify_run

    packs = [*sample_packs().values()] if pack is None else [pack_folder(pack)]
    view = open_run(run, packs=packs)
    verdict = verify_run(run, pack=view.pack.folder)
    if not verdict.proven:
        faults = [
            Fault(run.name, 0, "", line, "a run that optimiser verify accepts")
            for line in verdict.refutations
        ]
        raise InputError(f"{run} does not hold; accepted: a run that optimiser verify accepts", faults)
    return view, verdict


def _print_tables(view: RunView, *, publication: bool) -> None:
    from optimiser.report import outcomes
    from optimiser.report.fairness import fairness_miles, fairness_shares, method_notes, short_table

    dimensions = outcomes.PUBLISHED if publication else tuple(outcomes.DIMENSIONS)
    for dimension in (outcomes.ALL, *dimensions):
        for make in (fairness_shares, fairness_miles):
            table = short_table(make(view, dimension, publication=publication))
            show.print_line(table.title)
            show.print_rows([str(each) for each in table.texts.columns], table.texts.to_numpy().tolist())
    for note in method_notes():
        show.print_line(note)


def _document(
    run: Path, view: RunView, verdict: Verdict, out: Path | None, *, publication: bool
) -> dict[str, object]:
    from optimiser.report.fairness import fairness_rows, method_notes

    return {
        "run": str(run),
        "publication": publication,
        "verified": verdict.proven,
        "file": None if out is None else str(out),
        "notes": list(method_notes()),
        "figures": fairness_rows(view, publication=publication),
    }
