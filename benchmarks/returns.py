"""Synthetic SSDA903 returns of any size: 14 authorities, six years, every faultless and some faulty rows.

Run as `python -m benchmarks.returns ROWS FORM`: a folder in benchmarks/packs/, made once. FORM is
`department` (a folder for each authority and year, dd/mm/yyyy), `platform` (three files, ISO dates, LA and
YEAR, identifiers with a suffix, dates of birth cut to the month, postcodes to the sector) or `faulty` (as
`department`, with no postcode that exists: two findings and more a row). Nobody in it is real.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

HERE = Path(__file__).parent
DEPARTMENT: Final = "department"
PLATFORM: Final = "platform"
FAULTY: Final = "faulty"
FORMS: Final = (DEPARTMENT, PLATFORM, FAULTY)
SEED: Final = 903
YEARS: Final = range(2019, 2025)
AUTHORITIES: Final = {
    "E06000001": "Hartlepool",
    "E06000002": "Middlesbrough",
    "E06000003": "Redcar and Cleveland",
    "E06000004": "Stockton-on-Tees",
    "E06000005": "Darlington",
    "E06000047": "County Durham",
    "E06000057": "Northumberland",
    "E06000063": "Cumberland",
    "E06000064": "Westmorland and Furness",
    "E08000021": "Newcastle upon Tyne",
    "E08000022": "North Tyneside",
    "E08000023": "South Tyneside",
    "E08000024": "Sunderland",
    "E08000037": "Gateshead",
}
ROWS_A_CHILD: Final = 2.55
"""Rows of episodes for each child, over all returns, by the chances below."""
FAULTS: Final = 0.002
"""Rows with one thing wrong, of each of five kinds."""

_PLACES = ("U1", "U3", "U4", "U6", "K2", "R1", "S1", "H5", "P2", "P1", "A5", "K1")
_CHANCES = (0.08, 0.1, 0.25, 0.25, 0.12, 0.01, 0.01, 0.07, 0.03, 0.05, 0.02, 0.01)


def return_folder(rows: int, form: str) -> Path:
    """Where the returns of so many rows are kept."""
    return HERE / "packs" / f"ssda903-{form}-{rows}"


def make_return(rows: int, form: str) -> Path:
    """The returns, made where they are not there yet, with about so many rows of Episodes."""
    folder = return_folder(rows, form)
    if folder.exists():
        return folder
    episodes, header, uasc = _tables(rows)
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    tables = {"episodes": episodes, "header": header, "uasc": uasc}
    if form == PLATFORM:
        _write_platform(unfinished, tables, _postcodes())
    else:
        _write_department(unfinished, tables, _no_postcodes() if form == FAULTY else _postcodes())
    unfinished.rename(folder)
    return folder


@dataclass(frozen=True)
class _Postcodes:
    """Real postcodes of the North East and Cumbria, and their sectors."""

    full: Any
    sectors: Any


def _postcodes() -> _Postcodes:
    import numpy as np

    from optimiser.pack.postcodes import postcodes_of_authorities

    full = postcodes_of_authorities(AUTHORITIES)["postcode"].to_numpy(dtype=object)
    return _Postcodes(full, np.array([f"{text[:-3].strip()} {text[-3]}" for text in full], dtype=object))


def _no_postcodes() -> _Postcodes:
    """A hundred thousand texts of a postcode's shape, in areas that there are none of."""
    import numpy as np

    texts = [f"{a}{b}{n} {d}{x}{y}" for a in "QVX" for b in "JKQZ" for n in range(9) for d in range(10)
             for x in "ABDEFGHJ" for y in "LNPQRSTUWXYZ"]  # fmt: skip
    return _Postcodes(np.array(texts, dtype=object), np.array([], dtype=object))


def _tables(rows: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Episodes, Header and UASC of all authorities and years; days since 1970, −1 for blank, codes."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(SEED)
    children = max(round(rows / ROWS_A_CHILD), 20)
    first = _day(YEARS[0] - 1, 4, 1)
    last = _day(YEARS[-1], 3, 31)
    births = random.integers(first - 17 * 365, last - 100, children)
    entered = births + (random.random(children) * np.minimum(17 * 365, last - births)).astype(np.int64)
    counts = random.geometric(0.28, children)
    child = np.repeat(np.arange(children), counts)
    number = np.arange(len(child)) - np.repeat(np.cumsum(counts) - counts, counts)
    lengths = 1 + random.exponential(260.0, len(child)).astype(np.int64)
    before = np.cumsum(lengths) - lengths
    starts = entered[child] + before - np.repeat(before[number == 0], counts)
    ends = starts + lengths
    grown = births[child] + 18 * 365 + 4
    lived = (starts < grown) & (starts <= last) & (ends > first)
    ends = np.minimum(ends, grown)
    leaves = (number == np.repeat(counts, counts) - 1) | (ends == grown)
    place = random.choice(len(_PLACES), size=len(child), p=_CHANCES)
    young = starts - births[child] < 16 * 365 + 4
    place = np.where(young & np.isin(place, (7, 8)), 3, place)
    episodes = pd.DataFrame(
        {
            "child": child, "number": number, "start": starts, "end": ends, "leaves": leaves, "place": place,
            "home": random.integers(0, 1 << 30, children)[child],
            "lives": random.integers(0, 1 << 30, len(child)),
            "urn": 1_000_000 + random.integers(0, 6_000, len(child)),
            "cin": random.integers(1, 9, children)[child],
        }
    )[lived]  # fmt: skip
    opens = np.maximum(_closing(episodes["start"].to_numpy()), YEARS[0])
    closes = np.minimum(_closing(episodes["end"].to_numpy()), YEARS[-1])
    times = np.maximum(closes - opens + 1, 1)
    at = np.repeat(np.arange(len(episodes)), times)
    year = np.repeat(opens, times) + np.arange(len(at)) - np.repeat(np.cumsum(times) - times, times)
    episodes = episodes.iloc[at].assign(year=year.astype(np.int16)).reset_index(drop=True)
    authority = random.choice(len(AUTHORITIES), size=children)
    episodes["authority"] = authority[episodes["child"]].astype(np.int8)
    episodes["fault"] = _faults(random, len(episodes))
    pairs = episodes.drop_duplicates(["child", "year"])[["child", "year", "authority"]]
    header = pairs.assign(birth=births[pairs["child"]]).reset_index(drop=True)
    alone = (header["child"].to_numpy() * 7919) % 20 == 0
    return episodes, header, header[alone].reset_index(drop=True)


def _faults(random: Any, rows: int) -> Any:
    """0 for a sound row, else the number of what is wrong with it."""
    import numpy as np

    found = np.zeros(rows, dtype=np.int8)
    faulty = np.flatnonzero(random.random(rows) < 5 * FAULTS)
    found[faulty] = random.integers(1, 6, len(faulty))
    return found


def _day(year: int, month: int, day: int) -> int:
    from datetime import date

    return (date(year, month, day) - date(1970, 1, 1)).days


def _closing(days: Any) -> Any:
    """The year of the 31 March on or after each day."""
    import numpy as np

    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return 1970 + (months + 9) // 12


def _texts(codes: Any, texts: Any) -> pa.Array:
    """A column from places in a list of texts; −1 for blank."""
    import numpy as np
    import pyarrow as pa

    at = np.asarray(codes).astype(np.int32)
    listed = pa.array([str(text) for text in texts] + [""])
    return listed.take(pa.array(np.where(at < 0, len(listed) - 1, at)))


def _dates(days: Any, *, iso: bool, month: bool = False) -> pa.Array:
    """Days as texts; −1 for blank; those of a month as its first."""
    import numpy as np

    low, high = int(days[days >= 0].min()), int(days.max())
    table = np.arange(low, high + 1).astype("datetime64[D]")
    if month:
        table = table.astype("datetime64[M]").astype("datetime64[D]")
    texts = [str(day) if iso else f"{str(day)[8:]}/{str(day)[5:7]}/{str(day)[:4]}" for day in table]
    return _texts(np.where(days < 0, -1, days - low), texts)


def _children(part: pd.DataFrame, *, suffix: bool) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.cast(pa.array(part["child"].to_numpy() + 100_000), pa.string())
    if not suffix:
        return plain
    return pc.binary_join_element_wise(plain, _texts(part["authority"], list(AUTHORITIES)), "_")


def _episode_table(part: pd.DataFrame, postcodes: _Postcodes, *, iso: bool) -> pa.Table:
    """The columns of Episodes as texts, what is wrong with them put in."""
    import numpy as np
    import pyarrow as pa

    fault = part["fault"].to_numpy()
    last = np.array([_day(int(year), 3, 31) for year in YEARS])[part["year"].to_numpy() - YEARS[0]]
    ended = part["end"].to_numpy() <= last
    start = np.where(fault == 1, -1, part["start"].to_numpy())
    end = np.where(ended, part["end"].to_numpy(), -1)
    end = np.where((fault == 2) & ended, part["start"].to_numpy() - 9, end)
    places = (*_PLACES, "K9", "")
    place = np.where(fault == 3, len(_PLACES), np.where(fault == 4, len(_PLACES) + 1, part["place"]))
    leaves = part["leaves"].to_numpy()
    used = postcodes.sectors if iso else postcodes.full
    pool = len(used)
    provided = ~np.isin(part["place"], (9,))
    with_urn = provided & ~np.isin(part["place"], (5,))
    lives = np.where(fault == 5, pool, part["lives"].to_numpy() % pool)
    columns = {
        "CHILD": _children(part, suffix=iso),
        "DECOM": _dates(start, iso=iso),
        "RNE": _texts(np.where(part["number"] == 0, 0, 1 + part["place"] % 3), ("S", "P", "L", "B")),
        "LS": _texts(part["home"] % 3, ("C1", "C2", "V2")),
        "CIN": _texts(part["cin"], ("", *(f"N{n}" for n in range(1, 9)))),
        "PLACE": _texts(place, places),
        "PLACE_PROVIDER": _texts(np.where(provided, part["lives"] % 2, 2), ("PR1", "PR4", "PR0")),
        "DEC": _dates(end, iso=iso),
        "REC": _texts(
            np.where(ended, np.where(leaves, 1 + part["home"] % 3, 0), -1), ("X1", "E4A", "E5", "E48")
        ),
        "REASON_PLACE_CHANGE": _texts(
            np.where(ended & ~leaves, part["lives"] % 3, -1), ("CARPL", "LAREQ", "CREQB")
        ),
        "HOME_POST": _texts(part["home"] % pool, used),
        "PL_POST": _texts(lives, [*used, "ZZ99 9ZZ"]),
        "URN": _texts(np.where(with_urn, part["urn"] - 1_000_000, -1), range(1_000_000, 1_006_000)),
    }  # fmt: skip
    return pa.table(columns)


def _header_table(part: pd.DataFrame, *, iso: bool) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    code = part["child"].to_numpy()
    sex = np.where(np.asarray(part["year"]) >= 2025, 2, 0) + code % 2
    return pa.table(
        {
            "CHILD": _children(part, suffix=iso),
            "SEX": _texts(sex, ("1", "2", "M", "F")),
            "DOB": _dates(part["birth"].to_numpy(), iso=iso, month=iso),
            "ETHNIC": _texts(code % 4, ("WBRI", "APKN", "BAFR", "MWBC")),
            "UPN": _texts(np.zeros(len(part)), ("UN5",)),
            "MOTHER": _texts(np.zeros(len(part)), ("0",)),
            "MC_DOB": _texts(np.full(len(part), -1), ()),
        }
    )


def _uasc_table(part: pd.DataFrame, *, iso: bool) -> pa.Table:
    import numpy as np

    blank = _texts(np.full(len(part), -1), ())
    return _header_table(part, iso=iso).select(["CHILD", "SEX", "DOB"]).append_column("DUC", blank)


def _table(name: str, part: pd.DataFrame, postcodes: _Postcodes, *, iso: bool) -> pa.Table:
    if name == "episodes":
        return _episode_table(part, postcodes, iso=iso)
    return _header_table(part, iso=iso) if name == "header" else _uasc_table(part, iso=iso)


def _write_department(folder: Path, tables: dict[str, pd.DataFrame], postcodes: _Postcodes) -> None:
    for name, table in tables.items():
        for (authority, year), part in table.groupby(["authority", "year"]):
            place = folder / list(AUTHORITIES)[int(str(authority))] / f"{year}" / f"{name}.csv"
            _write(place, [_table(name, part, postcodes, iso=False)])


def _write_platform(folder: Path, tables: dict[str, pd.DataFrame], postcodes: _Postcodes) -> None:
    import numpy as np
    import pyarrow as pa

    for name, table in tables.items():
        parts = []
        for start in range(0, max(len(table), 1), 1_000_000):
            part = table.iloc[start : start + 1_000_000]
            made = _table(name, part, postcodes, iso=True)
            made = made.append_column("LA", _texts(part["authority"], list(AUTHORITIES.values())))
            years = pa.array(np.asarray(part["year"]).astype(np.int16))
            parts.append(made.append_column("YEAR", years))
        _write(folder / f"{name}.csv", parts)


def _write(file: Path, parts: list[pa.Table]) -> None:
    import pyarrow.csv as pa_csv

    file.parent.mkdir(parents=True, exist_ok=True)
    options = pa_csv.WriteOptions(quoting_style="none")
    with pa_csv.CSVWriter(file, parts[0].schema, write_options=options) as writer:
        for part in parts:
            writer.write_table(part)


if __name__ == "__main__":
    make_return(int(sys.argv[1]), sys.argv[2])
