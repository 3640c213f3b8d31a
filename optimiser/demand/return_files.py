"""The files of a return, in a folder or a zip; the year and the authority that their paths name."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from optimiser.errors import Fault, InputError
from optimiser.pack.authorities import AUTHORITIES, codes_of_authority
from optimiser.pack.region import Region
from optimiser.pack.zips import ZIP_ERRORS, is_locked

ACCEPTED: Final = "a folder or a zip with the Header, Episodes and UASC files of one return or more"
_TWO_YEARS = re.compile(r"(?<![0-9])20([0-9]{2})[-_/ ]?(?:20)?([0-9]{2})(?![0-9])")
_ONE_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
_UNPACKED_BYTES: Final = 100 << 20
_MOST_TIMES: Final = 200
"""Returns are text of about a tenth when packed; what is larger and unpacks to more is no return."""
_FILES_OF_SYSTEMS = ("__MACOSX", ".", "~$")
_TABLE_WORDS = re.compile(r"\b(ssda|ssda903|903|header|episodes|episode|uasc|return|year|xml|csv|file|la)\b")


def _system(path: PurePosixPath) -> bool:
    """A file that an operating system put there."""
    return any(part.startswith(_FILES_OF_SYSTEMS) for part in path.parts)


def files_of_return(path: Path) -> Iterator[tuple[str, Path | zipfile.ZipInfo, zipfile.ZipFile | None]]:
    """Every file in the folder or zip by its path inside it, in order; InputError where it is neither."""
    if path.is_dir():
        inside = sorted(each for each in path.rglob("*") if each.is_file())
        for file in inside:
            name = PurePosixPath(file.relative_to(path).as_posix())
            if not _system(name):
                yield str(name), file, None
        return
    if not path.exists():
        raise InputError(f"{path} is not there", [Fault(path.name, 0, "", "it is not there", ACCEPTED)])
    if path.suffix.lower() in (".csv", ".xml") and path.is_file():
        yield path.name, path, None
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for member in sorted(archive.infolist(), key=lambda each: each.filename):
                name = PurePosixPath(member.filename.replace("\\", "/"))
                if not member.is_dir() and not _system(name):
                    yield str(name), member, archive
    except ZIP_ERRORS as error:
        fault = Fault(
            path.name, 0, "", f"it is neither a folder nor a zip that can be opened ({error})", ACCEPTED
        )
        raise InputError(f"{path} cannot be read", [fault]) from error


def content_of(
    name: str, place: Path | zipfile.ZipInfo, archive: zipfile.ZipFile | None
) -> tuple[bytes, list[Fault]]:
    """The bytes of a file, or the fault that says why it cannot be read."""
    try:
        if isinstance(place, Path):
            return place.read_bytes(), []
        if archive is None:
            raise AssertionError("a member of no zip")
        if place.file_size > _UNPACKED_BYTES and place.file_size > _MOST_TIMES * place.compress_size:
            what = f"unpacked it is {place.file_size / max(place.compress_size, 1):,.0f} times its size"
            return b"", [Fault(name, 0, "", what, f"up to {_MOST_TIMES} times, as returns are")]
        if is_locked(place):
            return b"", [Fault(name, 0, "", "the file is locked with a password", ACCEPTED)]
        return archive.read(place), []
    except ZIP_ERRORS as error:
        return b"", [Fault(name, 0, "", f"the file cannot be read ({error})", ACCEPTED)]


def year_from_path(name: str) -> int:
    """The year in which the return ends, by the file's name and else by its folders'; 0 where none says.

    >>> year_from_path("2016-17/header.csv"), year_from_path("manchester/episodes_2019.csv")
    (2017, 2019)
    """
    for part in reversed(PurePosixPath(name).parts):
        for match in _TWO_YEARS.finditer(part):
            if int(match[2]) == (int(match[1]) + 1) % 100:
                return 2000 + int(match[2])
        if one := _ONE_YEAR.search(part):
            return int(one[1])
    return 0


def authority_from_text(text: str, region: Region | None) -> str:
    """The GSS code a text names: a code, a DfE number or a name, of the region's members where there is one;
    "" where it names none."""
    members = {member.code: member for member in region.authorities} if region else {}
    stripped = text.strip()
    if stripped.upper() in (members or AUTHORITIES):
        return stripped.upper()
    for member in members.values():
        if stripped == member.dfe or stripped.casefold() == member.name.casefold():
            return member.code
    known = [code for code in codes_of_authority(stripped) if not members or code in members]
    return known[0] if len(known) == 1 else ""


def authority_from_path(name: str, region: Region | None) -> str:
    """The authority that a folder or the file's name says, from the inside out; "" where none does."""
    for part in reversed(PurePosixPath(name.rpartition(".")[0]).parts):
        words = re.sub(r"[_\-.]+", " ", part)
        plain = _TABLE_WORDS.sub(" ", re.sub(r"\b(19|20)[0-9]{2}( ?[0-9]{2})?\b", " ", words.casefold()))
        for text in (part, " ".join(plain.split()), *words.split()):
            found = authority_from_text(text, region) if len(text) > 2 else ""
            if found:
                return found
    return ""
