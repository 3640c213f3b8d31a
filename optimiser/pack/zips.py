"""Zips that cannot be read: what Python raises, and what is looked at first."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from typing import Final

ZIP_ERRORS: Final = (
    zipfile.BadZipFile,  # it is no zip, or a file is not what the zip's own sum over it says
    zlib.error,
    lzma.LZMAError,  # packed bytes that no packer writes; bzip2 says the same by `OSError`
    EOFError,  # it ends before its files do
    RuntimeError,  # it is of a later version, packed by another method or locked, which zipfile cannot read
    ValueError,  # a name, a place or a number in its own tables makes no sense
    OSError,  # it points before its own beginning
    MemoryError,  # its own tables ask for more than there is
)
"""Nothing of Python's says all of this by one type; each is what some damaged zip has raised."""


def is_locked(entry: zipfile.ZipInfo) -> bool:
    """Whether a file in a zip needs a password. Source: PKWARE's APPNOTE.TXT, 4.4.4, bit 0."""
    return bool(entry.flag_bits & 1)
