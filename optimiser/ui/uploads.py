"""What a reader uploads, a region pack or returns: unpacked within bounds, kept whole or not at all."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from optimiser.errors import Fault, InputError
from optimiser.pack.read import read_pack
from optimiser.pack.region_file import REGION
from optimiser.pack.zips import ZIP_ERRORS, is_locked
from optimiser.ui.names import free_name, slug, taken_in

MOST_BYTES = 400 * 1024 * 1024
"""Of all files together, unpacked."""
MOST_FILES = 200
ZIP_ACCEPTED = "a zip file whole as it was made, without a password, as a file manager makes it"
_CHUNK = 1 << 20

type Files = Mapping[str, bytes]
"""Name → content."""
type Check = Callable[[Path], tuple[Fault, ...]]
"""Of the files in a folder: raises `InputError` where they cannot be used, else gives what is odd in them."""


@dataclass(frozen=True)
class Kept:
    """What was kept, and what is odd in it without being wrong."""

    folder: Path
    warnings: tuple[Fault, ...]


def named(files: Files, typed: str, *, stem: str) -> str:
    """The name that was typed, else that of the one file, else the stem; as the name of a folder."""
    first = next(iter(files)).rpartition(".")[0]
    return slug(typed) or (slug(first) if len(files) == 1 else "") or stem


def keep_pack(files: Files, *, folder: Path, name: str) -> Kept:
    """Keeps a pack as `folder/NAME`, as `keep` does; raises `InputError` with every fault of the pack."""
    return keep(files, folder=folder, name=name, check=_check_pack)


def keep(
    files: Files,
    *,
    folder: Path,
    name: str,
    check: Check,
    most_files: int = MOST_FILES,
    taken: Collection[str] = (),
) -> Kept:
    """Keeps files, or what one zip holds, as `folder/NAME` or, that being taken, `NAME-2` …

    Raises `InputError` for a zip that cannot be read, too many or too large files, files outside the folder,
    none at all, and what `check` refuses; then nothing is kept.
    """
    contents = contents_of(files, most_files=most_files)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{name}.partial-", dir=folder) as scratch:
            partial = Path(scratch) / name
            _write_files(partial, contents)
            warnings = check(partial)
            final = folder / free_name(name, {*taken, *taken_in(folder)})
            partial.rename(final)
    except OSError as error:
        raise InputError(f"The files cannot be kept: {error.strerror}") from error
    return Kept(final, warnings)


def contents_of(files: Files, *, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES) -> Files:
    """Path → content of the files, or of those in the one zip among them.

    Without the folders above region.toml, where there is one. Raises `InputError` as `keep` does.
    """
    zips = [name for name in files if name.lower().endswith(".zip")]
    if zips and len(files) > 1:
        raise InputError("Upload either one zip file, or the files without a zip file")
    contents = (
        _unzipped(zips[0], files[zips[0]], most_bytes=most_bytes, most_files=most_files)
        if zips
        else _within_bounds(files, most_bytes)
    )
    if not contents:
        raise InputError("There are no files in it")
    return _of_pack(contents)


def _unzipped(zip_name: str, content: bytes, *, most_bytes: int, most_files: int) -> Files:
    """Path → content; `InputError` that names the zip and what is wrong with it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if _wanted(entry)]
            if len(entries) > most_files:
                raise InputError(f"The zip file has {len(entries):,} files; accepted: {most_files} or fewer")
            outside = [entry.filename for entry in entries if not _inside(entry.filename)]
            if outside:
                raise InputError(f"The zip file names a file outside itself: {outside[0]!r}")
            return _read_entries(zip_name, archive, entries, most_bytes)
    except ZIP_ERRORS as error:
        raise _unreadable(zip_name, f"it is no zip that can be opened ({error})") from error


def _wanted(entry: zipfile.ZipInfo) -> bool:
    """A file, no folder, and none of those that a file manager leaves behind."""
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts
    return not entry.is_dir() and not hidden


def _inside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    drive = re.match(r"[A-Za-z]:", name) is not None
    return not path.is_absolute() and ".." not in path.parts and not drive and "\0" not in name


def _read_entries(
    zip_name: str, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], most_bytes: int
) -> Files:
    """The contents, counted as they are unpacked: what a zip says of its sizes is not believed."""
    contents: dict[str, bytes] = {}
    left = most_bytes
    for entry in entries:
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise InputError(f"The zip file has a link instead of a file: {entry.filename!r}")
        if is_locked(entry):
            raise _unreadable(zip_name, f"{entry.filename} in it is locked with a password")
        pieces = []
        try:
            with archive.open(entry) as file:
                while piece := file.read(_CHUNK):
                    left -= len(piece)
                    if left < 0:
                        raise InputError(
                            f"The zip file is larger than {most_bytes // 1024**2} MB when unpacked"
                        )
                    pieces.append(piece)
        except ZIP_ERRORS as error:
            raise _unreadable(zip_name, f"{entry.filename} in it cannot be unpacked ({error})") from error
        contents[entry.filename.replace("\\", "/")] = b"".join(pieces)
    return contents


def _unreadable(zip_name: str, what: str) -> InputError:
    return InputError("The zip file cannot be read", [Fault(zip_name, 0, "", what, ZIP_ACCEPTED)])


def _of_pack(contents: Files) -> Files:
    """Without the folders above region.toml, where there are any."""
    regions = sorted((name for name in contents if PurePosixPath(name).name == REGION), key=len)
    above = str(PurePosixPath(regions[0]).parent) if regions else "."
    if above == ".":
        return contents
    return {
        name.removeprefix(f"{above}/"): content
        for name, content in contents.items()
        if name.startswith(f"{above}/")
    }


def _within_bounds(files: Files, most_bytes: int) -> Files:
    """The files as they are; `InputError` where one's name is a path, or all are too large."""
    outside = [name for name in files if PurePosixPath(name).name != name or not _inside(name)]
    if outside:
        raise InputError(f"{outside[0]!r} is no name of a file")
    if sum(map(len, files.values())) > most_bytes:
        raise InputError(f"The files are larger than {most_bytes // 1024**2} MB")
    return files


def _write_files(folder: Path, contents: Files) -> None:
    folder.mkdir()
    for name, content in contents.items():
        path = folder / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _check_pack(folder: Path) -> tuple[Fault, ...]:
    """The pack, read; its faults without the name of the folder it stands in for a moment."""
    if not (folder / REGION).is_file():
        raise InputError(f"There is no {REGION} among the files; it names the region and its authorities")
    try:
        return read_pack(folder).warnings
    except InputError as error:
        raise counted_faults("The region pack has", error) from error


def counted_faults(has: str, error: InputError) -> InputError:
    """The error as a page tells it: how many faults, and that nothing was kept; itself without faults."""
    count = sum(not fault.warning for fault in error.faults)
    if not count:
        return error
    return InputError(f"{has} {count:,} fault{'s' if count != 1 else ''}. Nothing was kept.", error.faults)
