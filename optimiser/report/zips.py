"""Folders as a zip: every file as it is, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

_DATE = (1980, 1, 1, 0, 0, 0)
"""Of every file in a zip: the earliest that a zip can tell."""


def zip_of(folders: Mapping[str, Path]) -> bytes:
    """The folders, each under the name it is given, which may be a path."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for above, folder in folders.items():
            for path in sorted(each for each in folder.rglob("*") if each.is_file()):
                entry = zipfile.ZipInfo(f"{above}/{path.relative_to(folder).as_posix()}", _DATE)
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def under_two_names(*folders: Path) -> dict[str, Path]:
    """Each folder under its name and the name of the folder above, as runs and their inputs stand."""
    return {f"{folder.parent.name}/{folder.name}": folder for folder in folders}
