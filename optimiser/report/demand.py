"""The figures of a forecast: children in care, entrants, back-test, what-if and the quality of the return.

Everything is read from the run folder that `optimiser forecast` writes and from the table of `optimiser
backtest`; docs/figures.md says what the publication view hides of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from optimiser.demand.prediction import ALL
from optimiser.errors import Fault, InputError
from optimiser.pack.authorities import AUTHORITIES

MANIFEST: Final = "manifest.json"
_NEEDED: Final = {"outputs": dict, "files_read": list, "command": list, "start": str, "method": str}
FORECAST: Final = "forecast.csv"
BACKTEST: Final = "backtest.csv"
_TEXTS: Final = ("authority", "band", "category", "age", "day", "from", "to", "change", "level", "method")


@dataclass(frozen=True)
class DemandView:
    """A forecast as its folder has it; None for what its method or question has not.

    `quality` is not read here: it may be very long (`optimiser.report.demand_quality`).
    """

    folder: Path
    manifest: Mapping[str, Any]
    forecast: pd.DataFrame
    past: pd.DataFrame | None
    entrants: pd.DataFrame | None
    attribution: pd.DataFrame | None
    costs: pd.DataFrame | None
    backtest: pd.DataFrame | None

    @property
    def areas(self) -> tuple[str, ...]:
        """The authorities' codes and, where there are several, `all`."""
        return tuple(self.forecast["authority"].unique())

    @property
    def region(self) -> str:
        """The area that is the whole of the returns."""
        return self.areas[-1]

    @property
    def days(self) -> tuple[str, ...]:
        """The ends of the months forecast, as ISO dates."""
        return tuple(self.forecast["day"].unique())

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that add up to all: not Fostering where its two parts are there."""
        found = [name for name in self.forecast["category"].unique() if name != ALL]
        parts = {"Kinship", "Foster carers"} <= set(found)
        return tuple(name for name in found if not (parts and name == "Fostering"))

    @property
    def bands(self) -> tuple[str, ...]:
        """The age bands."""
        return tuple(name for name in self.forecast["band"].unique() if name != ALL)

    def cell(self, area: str, band: str = ALL, category: str = ALL) -> pd.DataFrame:
        """The months of one cell."""
        table = self.forecast
        chosen = (table["authority"] == area) & (table["band"] == band) & (table["category"] == category)
        return table[chosen].reset_index(drop=True)


def name_of(area: str) -> str:
    """An area in words.

    >>> name_of("E08000037"), name_of("all")
    ('Gateshead', 'All authorities')
    """
    return "All authorities" if area == ALL else AUTHORITIES.get(area, area)


def open_demand(folder: Path, *, backtest: Path | None = None) -> DemandView:
    """The forecast of the folder, and the table of its back-test where there is one.

    Raises `InputError` where a file is missing or is not the one the manifest gives the SHA-256 of.
    """
    manifest = _manifest(folder)
    tables: dict[str, pd.DataFrame] = {}
    for name, digest in manifest["outputs"].items():
        if name in ("quality.csv", "entrants_simulated.csv") or not name.endswith(".csv"):
            continue
        tables[name] = _table(folder / name, digest)
    if FORECAST not in tables:
        raise InputError(f"{folder} has no {FORECAST}; accepted: the folder of a forecast")
    tested = backtest / BACKTEST if backtest is not None else None
    return DemandView(
        folder,
        manifest,
        tables[FORECAST],
        tables.get("past.csv"),
        tables.get("entrants.csv"),
        tables.get("attribution.csv"),
        tables.get("costs.csv"),
        _table(tested, "") if tested is not None and tested.is_file() else None,
    )


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
        for key, kind in _NEEDED.items():
            if not isinstance(found[key], kind):
                raise TypeError(f"{key} is no {kind.__name__}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        fault = Fault(MANIFEST, 0, "", f"it cannot be read ({error})", "the manifest of a forecast")
        raise InputError(f"{folder.name} is no forecast that can be opened", [fault]) from error
    return dict(found)


def _table(path: Path, digest: str) -> pd.DataFrame:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} of {path.parent.name} cannot be read: {error.strerror}") from error
    if digest and hashlib.sha256(content).hexdigest() != digest:
        raise InputError(f"{path.name} of {path.parent.name} is not the file that its manifest tells of")
    texts = dict.fromkeys(_TEXTS, "str")
    return pd.read_csv(
        path, dtype=texts, keep_default_na=False, na_values={"shapley": [""], "crps_ratio": [""]}
    )
