"""`report`: the workbook and the page of a run."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from optimiser.commands import show
from optimiser.commands.options import Json, pack_folder
from optimiser.errors import InputError


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="New Excel workbook.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="New page, of one file.")
    ] = None,
    pack: Annotated[
        str | None, typer.Option("--pack", metavar="PACK", help="The run's pack, where it has moved.")
    ] = None,
    publication: Annotated[
        bool, typer.Option("--publication", help="Hide small counts, and leave out children and homes.")
    ] = False,
    json: Json = False,
) -> None:
    """Write a run's figures as an Excel workbook, or as one self-contained page that prints well."""
    wanted = [each for each in (xlsx, html) if each is not None]
    if not wanted:
        raise typer.BadParameter("neither --xlsx nor --html is given; accepted: one of them, or both")
    if len({path.absolute() for path in wanted}) < len(wanted):
        raise typer.BadParameter("--xlsx and --html are the same file; accepted: two new files")
    for path in wanted:
        check_new_file(path)
    from optimiser.pack.samples import sample_packs
    from optimiser.report import html_page, open_run, workbook
    from optimiser.report.cooperation import is_cooperation

    if is_cooperation(run):
        _report_cooperation(run, xlsx, html, pack, publication=publication, as_json=json)
        return
    packs = [*sample_packs().values()] if pack is None else [pack_folder(pack)]
    view = open_run(run, packs=packs)
    contents: dict[Path, bytes] = {}
    if xlsx is not None:
        contents[xlsx] = workbook(view, publication=publication)
    if html is not None:
        contents[html] = html_page(view, publication=publication)
    _write(run, contents, publication=publication, as_json=json)


def _report_cooperation(
    run: Path, xlsx: Path | None, html: Path | None, pack: str | None, *, publication: bool, as_json: bool
) -> None:
    """The page of a cooperation, which has no workbook: its tables are CSV already."""
    from optimiser.report import open_pack
    from optimiser.report.cooperation import html_page_of_cooperation, inputs_of, open_cooperation, pack_of
    from optimiser.report.run_files import disagreements

    if xlsx is not None or html is None:
        raise typer.BadParameter("a cooperation has no workbook; accepted: --html, and its own CSV files")
    folder = pack_of(run) if pack is None else pack_folder(pack)
    view = open_pack(folder)
    wrong = disagreements(folder, inputs_of(run), view.pack.files)
    if wrong:
        raise InputError(f"{folder} is not the pack of {run}: {'; '.join(wrong)}")
    page = html_page_of_cooperation(view, open_cooperation(run), publication=publication)
    _write(run, {html: page}, publication=publication, as_json=as_json)


def _write(run: Path, contents: Mapping[Path, bytes], *, publication: bool, as_json: bool) -> None:
    write_new_files(contents)
    if as_json:
        show.print_json(
            {"run": str(run), "publication": publication, "files": [str(path) for path in contents]}
        )
    else:
        for path in contents:
            show.print_line(f"written to {path}")


def check_new_file(path: Path) -> None:
    """Raises `InputError` where nothing can be written at `path`: it exists, or its folder is no folder."""
    if os.path.lexists(path):
        raise InputError(f"{path} exists already; accepted: the path of a new file")
    nearest = next(parent for parent in path.absolute().parents if os.path.lexists(parent))
    if not nearest.is_dir():
        raise InputError(f"{nearest} is a file, so {path} cannot be made; accepted: the path of a new file")


def write_new_files(contents: Mapping[Path, bytes]) -> None:
    """Writes the files whole or not at all: each beside under a hidden name, then all renamed.

    Raises `InputError` where one cannot be written; then none is left.
    """
    partial: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial[path] = path.parent / f".{path.name}.partial-{secrets.token_hex(4)}"
            with partial[path].open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for path, beside in partial.items():
            check_new_file(path)
            beside.rename(path)
            done.append(path)
    except BaseException as error:  # Ctrl-C too leaves no file behind; whatever it is goes on its way.
        for path in (*partial.values(), *done):
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise InputError(
                f"{error.filename or 'the report'} cannot be written: {error.strerror}"
            ) from error
        raise
