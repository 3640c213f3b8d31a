"""What Python raises where a zip, or a file in one, cannot be read."""

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
    RuntimeError,  # it needs a password or, as `NotImplementedError`, is packed in a way Python does not know
    ValueError,  # a name, a place or a number in its own tables makes no sense
    OSError,  # it points before its own beginning
    MemoryError,  # its own tables ask for more than there is
)
"""Nothing of Python's says all of this by one type; each is what some damaged zip has raised."""
