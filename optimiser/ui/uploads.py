"""A region pack that a reader uploads: unpacked within bounds, checked whole, kept only without faults."""

from __future__ import annotations

import io
import re
import secrets
import shutil
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from optimiser.errors import Fault, InputError
from optimiser.pack.pack import Pack
from optimiser.pack.read import read_pack
from optimiser.pack.region_file import REGION

MOST_BYTES = 400 * 1024 * 1024
"""Of all files together, unpacked."""
MOST_FILES = 200
_CHUNK = 1 << 20


def slug(text: str) -> str:
    """The text as the name of a folder: small letters, digits and hyphens; empty if none is left.

    >>> slug("Gateshead – ten, 2nd try!")
    'gateshead-ten-2nd-try'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")


@dataclass(frozen=True)
class Kept:
    """A pack that was kept, and what is odd in it without being wrong."""

    folder: Path
    warnings: tuple[Fault, ...]


def keep_upload(files: Mapping[str, bytes], *, folder: Path, name: str) -> Kept:
    """Keeps a pack, uploaded as one zip or as its files, as `folder/NAME` or, that being taken, `NAME-2` ….

    Raises `InputError` with every fault of the pack; then nothing of it is kept.
    """
    zips = [content for file, content in files.items() if file.lower().endswith(".zip")]
    if zips and len(files) > 1:
        raise InputError("Upload either one zip file, or the files of the pack without a zip file")
    contents = unzipped(zips[0]) if zips else within_bounds(files)
    if REGION not in contents:
        raise InputError(f"There is no {REGION} among the files; it names the region and its authorities")
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{name}.partial-{secrets.token_hex(4)}"
    try:
        write_files(partial, contents)
        warnings = _read(partial).warnings
        final = _free(folder, name)
        partial.rename(final)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return Kept(final, warnings)


def unzipped(
    content: bytes, *, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES
) -> dict[str, bytes]:
    """Path within the pack → content, for the folder of the zip that has region.toml.

    Raises `InputError` for a zip that cannot be read, is too large unpacked, or names files outside itself.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if _wanted(entry)]
            if len(entries) > most_files:
                raise InputError(f"The zip file has {len(entries):,} files; accepted: {most_files} or fewer")
            outside = [entry.filename for entry in entries if not _inside(entry.filename)]
            if outside:
                raise InputError(f"The zip file names a file outside itself: {outside[0]!r}")
            return _of_pack(_read_entries(archive, entries, most_bytes))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise InputError(f"The zip file cannot be read: {error}") from error


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
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], most_bytes: int
) -> dict[str, bytes]:
    """The contents, counted as they are unpacked: what a zip says of its sizes is not believed."""
    contents: dict[str, bytes] = {}
    left = most_bytes
    for entry in entries:
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise InputError(f"The zip file has a link instead of a file: {entry.filename!r}")
        pieces = []
        with archive.open(entry) as file:
            while piece := file.read(_CHUNK):
                left -= len(piece)
                if left < 0:
                    raise InputError(f"The zip file is larger than {most_bytes // 1024**2} MB when unpacked")
                pieces.append(piece)
        contents[entry.filename.replace("\\", "/")] = b"".join(pieces)
    return contents


def _of_pack(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Without the folders above region.toml, where there are any."""
    regions = sorted((name for name in contents if PurePosixPath(name).name == REGION), key=len)
    above = str(PurePosixPath(regions[0]).parent) if regions else "."
    if above == ".":
        return dict(contents)
    return {
        name.removeprefix(f"{above}/"): content
        for name, content in contents.items()
        if name.startswith(f"{above}/")
    }


def within_bounds(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files as they are; `InputError` where one's name is a path, or all are too large."""
    outside = [name for name in files if PurePosixPath(name).name != name or not _inside(name)]
    if outside:
        raise InputError(f"{outside[0]!r} is no name of a file")
    if sum(map(len, files.values())) > MOST_BYTES:
        raise InputError(f"The files are larger than {MOST_BYTES // 1024**2} MB")
    return dict(files)


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Writes the files into the new folder."""
    folder.mkdir()
    for name, content in contents.items():
        path = folder / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _read(folder: Path) -> Pack:
    """The pack; its faults without the name of the folder it stands in for a moment."""
    try:
        return read_pack(folder)
    except InputError as error:
        count = sum(not fault.warning for fault in error.faults)
        raise InputError(
            f"The region pack has {count:,} fault{'s' if count != 1 else ''}. Nothing was kept.", error.faults
        ) from error


def _free(folder: Path, name: str) -> Path:
    numbered = (folder / f"{name}-{number}" for number in range(2, 10_000))
    return next(path for path in (folder / name, *numbered) if not path.exists())
