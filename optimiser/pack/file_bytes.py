"""What stands in a file, or the fault that says why it cannot be read."""

from __future__ import annotations

from pathlib import Path

from optimiser.errors import Fault


def bytes_from_file(path: Path, file: str, *, accepted: str) -> tuple[bytes | None, list[Fault]]:
    """The content of the file at `path`, named `file` in its faults; None where it cannot be read."""
    try:
        return path.read_bytes(), []
    except FileNotFoundError:
        return None, [Fault(file, 0, "", "the file is missing", accepted)]
    except OSError as error:
        return None, [Fault(file, 0, "", f"the file cannot be read ({error.strerror})", accepted)]
