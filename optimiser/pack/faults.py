"""How a fault is worded: what stands in the cell, and the nearest thing that would be accepted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache

from optimiser.errors import Fault

LONGEST_SHOWN = 60
_NUMBER = re.compile(r"[+-]?[0-9.]{1,20}")


def printable(text: object) -> str:
    """The text on one line, without control characters, at most 60 characters long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)[:4096]).split())
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"


def shown(value: object) -> str:
    """The value as a message may show it: one line, printable, at most 60 characters.

    >>> shown("19"), shown("foster_hom"), shown("two" + chr(10) + "lines")
    ('19', "'foster_hom'", "'two lines'")
    """
    text = printable(value)
    return text if _NUMBER.fullmatch(text) or isinstance(value, (int, float)) else f"'{text}'"


def one_of(codes: Sequence[str]) -> str:
    """The codes as a sentence lists them.

    >>> one_of(["female", "male", "other"])
    'female, male or other'
    """
    return " or ".join([", ".join(codes[:-1]), codes[-1]] if len(codes) > 1 else codes)


@lru_cache(maxsize=4096)
def nearest(text: str, codes: tuple[str, ...], *, cutoff: float = 0.6) -> str | None:
    """The code most like the text, whatever its case and spacing; None where none is near.

    >>> nearest("Foster Home", ("kinship", "foster_home"))
    'foster_home'
    """
    plain = "_".join(text[:LONGEST_SHOWN].lower().replace("-", " ").split())
    spelt = {code.lower(): code for code in reversed(codes)}
    found = get_close_matches(plain, sorted(spelt), n=1, cutoff=cutoff)
    return spelt[found[0]] if found else None


def accepted_codes(text: str, codes: Sequence[str]) -> str:
    """The codes accepted, and the nearest to what was written.

    >>> accepted_codes("femal", ["female", "male", "other"])
    "female, male or other (nearest: 'female')"
    """
    near = nearest(text, tuple(codes))
    return one_of(codes) + (f" (nearest: '{near}')" if near else "")


def in_order(faults: Iterable[Fault], files: Sequence[str]) -> list[Fault]:
    """The faults without repeats, by file (in the order of `files`), row and column."""
    place = {file: index for index, file in enumerate(files)}
    return sorted(set(faults), key=lambda fault: (place.get(fault.file, len(place)), fault))
