"""Names of folders that pages make: from what a reader has typed, and free where they are to stand."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import count
from pathlib import Path


def slug(text: str) -> str:
    """The text as the name of a folder: small letters, digits and hyphens; empty if none is left.

    >>> slug("Gateshead – ten, 2nd try!")
    'gateshead-ten-2nd-try'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")


def taken_in(*folders: Path) -> set[str]:
    """The names that stand in these folders, of files without their suffix too; a folder may be missing."""
    found = [each for folder in folders if folder.is_dir() for each in folder.iterdir()]
    return {name for each in found for name in (each.name, each.stem)}


def next_name(stem: str, taken: Container[str]) -> str:
    """The stem with the first number that is free.

    >>> next_name("stress-ten", {"stress-ten-1"})
    'stress-ten-2'
    """
    return next(name for name in (f"{stem}-{number}" for number in count(1)) if name not in taken)


def free_name(name: str, taken: Container[str]) -> str:
    """The name itself or, that being taken, with the first number from 2 that is free.

    >>> free_name("ours", {"ours", "ours-2"})
    'ours-3'
    """
    numbered = (f"{name}-{number}" for number in count(2))
    return name if name not in taken else next(each for each in numbered if each not in taken)
