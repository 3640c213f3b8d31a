"""The packs the benchmarks run on: made once by `synthesise` and kept in benchmarks/packs/.

Run as `python -m benchmarks.packs CHILDREN PROVISIONS`, in a process of its own, so that its memory counts
for no peer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

HERE = Path(__file__).parent
FACTS = HERE.parents[1] / "shared" / "reference" / "authorities_2025.csv"
SAMPLE_REGION = "north-east-and-cumbria"
ENGLAND = 80_000
"""So many children and more make England: the whole North, five times side by side."""
SEED = 2026
EAST, NORTH = 170_000.0, 270_000.0
"""Metres: about the breadth and the length of the North, so that its copies adjoin as neighbours do."""
COPIES = ((0.0, 0.0), (EAST, 0.0), (0.0, -NORTH), (EAST, -NORTH), (0.0, NORTH))
"""How far east and north each of the five stands from where it is; all within the national grid."""


def pack_folder(children: int, provisions: int) -> Path:
    """Where the pack of so many children and provisions is kept."""
    return HERE / "packs" / f"{children}x{provisions}"


def make_pack(children: int, provisions: int) -> Path:
    """The pack, made where it is not there yet; `FACTS` must be there."""
    folder = pack_folder(children, provisions)
    if folder.exists():
        return folder
    from optimiser.pack.authorities import region_of_authorities
    from optimiser.pack.synthetic import AS_AT
    from optimiser.pack.write import write_pack

    whole_country = children >= ENGLAND
    codes = _codes_of_the_north() if whole_country else _codes_of_the_sample_region()
    tables = _tables(codes, children, provisions, copies=COPIES if whole_country else COPIES[:1])
    name = f"Benchmark, {children:,} children (synthetic)"
    write_pack(folder, region=region_of_authorities(codes, name=name, as_at=AS_AT), tables=tables)
    return folder


def _codes_of_the_sample_region() -> list[str]:
    """Its 14 authorities, whatever the number of children."""
    from optimiser.pack.read import read_pack
    from optimiser.pack.samples import sample_packs

    return list(read_pack(sample_packs()[SAMPLE_REGION]).region.codes)


def _codes_of_the_north() -> list[str]:
    """The 27 authorities of the facts, with a fifth of England's children looked after."""
    import pandas as pd

    return pd.read_csv(FACTS, dtype="str")["code"].tolist()


def _tables(
    codes: list[str], children: int, provisions: int, *, copies: tuple[tuple[float, float], ...]
) -> dict[str, pd.DataFrame]:
    """The tables of so many synthetic regions side by side, each with its own seed."""
    import pandas as pd

    from optimiser.pack.synthetic import synthesise

    regions = [
        _moved(
            synthesise(
                FACTS,
                authorities=codes,
                seed=SEED + number,
                children=children // len(copies),
                provisions=provisions // len(copies),
            ),
            number,
            move,
        )
        for number, move in enumerate(copies)
    ]
    return {name: pd.concat([each[name] for each in regions], ignore_index=True) for name in regions[0]}


def _moved(
    tables: dict[str, pd.DataFrame], number: int, move: tuple[float, float]
) -> dict[str, pd.DataFrame]:
    """One region moved east and north by so many metres, with identifiers of its own.

    Coordinates take the place of postcodes, so that no peer looks any up.
    """
    from optimiser.pack.postcodes import points_from_postcodes

    def named(values: pd.Series) -> pd.Series:
        return values.map(lambda cell: ";".join(f"{number}-{name}" for name in str(cell).split(";") if name))

    def placed(table: pd.DataFrame, prefixes: Iterable[str]) -> pd.DataFrame:
        for prefix in prefixes:
            postcodes = table[f"{prefix}postcode"]
            given = postcodes.notna() & postcodes.ne("")
            at = points_from_postcodes(postcodes[given]).set_axis(postcodes.index[given])
            table = table.assign(
                **{
                    f"{prefix}easting": at["easting"].reindex(table.index) + move[0],
                    f"{prefix}northing": at["northing"].reindex(table.index) + move[1],
                }
            ).drop(columns=f"{prefix}postcode")
        return table

    children = placed(tables["children"], ["home_", "school_"])
    for column in ("child_id", "sibling_group", "current_provision_id"):
        children[column] = named(children[column].fillna(""))
    for column, metres in zip(("avoid_easting", "avoid_northing"), move, strict=True):
        children[column] = children[column] + metres
    provision = placed(tables["provision"], [""])
    for column in ("provision_id", "named_children"):
        provision[column] = named(provision[column].fillna(""))
    return {
        "children": children,
        "provision": provision,
        "incompatible": tables["incompatible"].apply(named),
    }


if __name__ == "__main__":
    make_pack(int(sys.argv[1]), int(sys.argv[2]))
