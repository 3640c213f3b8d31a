"""A folder that is there whole or not at all: built beside under a hidden name, then renamed."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from optimiser.errors import InputError

type Content = bytes | Callable[[], Iterable[bytes]]
"""A file's bytes, or what makes them part by part, the same each time, where they are too many to hold."""


def parts_of_content(content: Content) -> Iterable[bytes]:
    """The bytes, part by part."""
    return (content,) if isinstance(content, bytes) else content()


def check_free(out: Path) -> None:
    """Raises `InputError` where nothing can be written at `out`: it exists, even as an empty folder, or a
    file stands where a folder above it should be."""
    if os.path.lexists(out):
        raise InputError(f"{out} exists already; accepted: the path of a new folder")
    nearest = next(parent for parent in out.absolute().parents if os.path.lexists(parent))
    if not nearest.is_dir():
        raise InputError(f"{nearest} is a file, so {out} cannot be made; accepted: the path of a new folder")


def write_folder(out: Path, files: Mapping[str, Content]) -> None:
    """Writes the files, in their order, as the new folder `out`: whole or not at all. A name may have folders
    in it, as `2027-q1/children.csv`.

    A killed process leaves a hidden folder, `.NAME.partial-…`, and nothing under the name itself. Raises
    `InputError` where `out` exists already or cannot be written; then nothing is left.
    """
    check_free(out)
    partial = out.parent / f".{out.name}.partial-{secrets.token_hex(4)}"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        _write_files(partial, files)
        _sync_folder(partial)
        partial.rename(out)
    except BaseException as error:  # whatever ends it, the user's stop too; it is raised again
        shutil.rmtree(partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise InputError(f"{out} cannot be written: {error.strerror}") from error
        raise
    _sync_folder(out.parent)


def _write_files(folder: Path, files: Mapping[str, Content]) -> None:
    """Each file is on the disk before the next is begun."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("xb") as file:
            file.writelines(parts_of_content(content))
            file.flush()
            os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """The names in a folder reach the disk; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
