"""The run folder of a forecast: written whole or not at all, the same bytes for the same question twice."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pandas as pd

from optimiser.demand.forecast import Forecast
from optimiser.demand.forecast_tables import (
    attribution_table,
    costs_table,
    entrants_table,
    forecast_table,
    futures_table,
    past_table,
)
from optimiser.demand.pooled import Model
from optimiser.demand.quality_file import quality_parts
from optimiser.demand.rates import NO_WANDER
from optimiser.demand.returns import Return
from optimiser.pack.folder import Content, parts_of_content, write_folder
from optimiser.version import __version__

LIBRARIES: Final = ("numpy", "pandas", "pyarrow")
WHATIF: Final = "whatif.toml"


def files_of_forecast(
    found: Return, forecast: Forecast, *, source: Path, whatif: Path | None
) -> dict[str, Content]:
    """The files of the run folder: forecast.csv, entrants.csv, entrants_simulated.csv, past.csv and
    quality.csv, as far as the method has them; costs.csv where places have a cost; attribution.csv and
    whatif.toml under a what-if; manifest.json, without a date or a path of the machine."""
    files: dict[str, Content] = {"forecast.csv": csv_bytes(forecast_table(forecast))}
    if forecast.entrants is not None:
        files["entrants.csv"] = csv_bytes(entrants_table(forecast.entrants))
        if forecast.entrants.futures.size:
            files["entrants_simulated.csv"] = csv_bytes(futures_table(forecast.entrants))
    if forecast.past is not None:
        files["past.csv"] = csv_bytes(past_table(forecast.past))
    files["quality.csv"] = partial(quality_parts, found.quality)
    if forecast.question.whatif.costs.weekly:
        files["costs.csv"] = csv_bytes(costs_table(forecast))
    if forecast.attribution is not None:
        files["attribution.csv"] = csv_bytes(attribution_table(forecast, forecast.attribution))
    if whatif is not None:
        files[WHATIF] = whatif.read_bytes()
    document = _manifest(found, forecast, files, source)
    vouched = {**document, "sha256": _sha256(_json_bytes(document))}
    return {**files, "manifest.json": _json_bytes(vouched)}


def write_forecast(
    out: Path, found: Return, forecast: Forecast, *, source: Path, whatif: Path | None = None
) -> None:
    """Writes the folder; raises `InputError` where `out` exists already or cannot be written."""
    write_folder(out, files_of_forecast(found, forecast, source=source, whatif=whatif))


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table in UTF-8, a line feed at the end of every line."""
    return table.to_csv(index=False, lineterminator="\n").encode()


def _manifest(
    found: Return, forecast: Forecast, files: Mapping[str, Content], source: Path
) -> dict[str, object]:
    asked = forecast.question
    return {
        "program": {"name": "regional-care-optimiser", "version": __version__},
        "command": _command(forecast, source),
        "method": asked.method,
        "start": asked.start.isoformat(),
        "end": asked.end.isoformat(),
        "reference": [day.isoformat() for day in asked.reference],
        "seed": asked.seed,
        "draws": asked.draws,
        "learnt": {} if forecast.model is None else _learnt(forecast.model),
        "rows_read": found.rows_read,
        "files_read": [asdict(each) for each in found.sources],
        "inputs": _inputs(found, source),
        "outputs": {name: _sha256(content) for name, content in files.items()},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
    }


def _command(forecast: Forecast, source: Path) -> list[str]:
    """The command that makes these files again, but for the folder it writes."""
    asked = forecast.question
    first, last = (day.isoformat() for day in asked.reference)
    return [
        *("optimiser", "forecast", source.name, "--method", asked.method),
        *("--from", asked.start.isoformat(), "--to", asked.end.isoformat()),
        *("--reference-from", first, "--reference-to", last),
        *("--seed", str(asked.seed), "--draws", str(asked.draws)),
        *(("--what-if", asked.whatif_file) if asked.whatif_file else ()),
    ]


def _learnt(model: Model) -> dict[str, object]:
    """What our method chose from the data, in words of docs/demand.md."""
    rates, entries = model.rate_pattern, model.entry_pattern
    return {
        "months_of_history": len(model.history.days),
        "rates_discount_a_month": rates.discount,
        "rates_wander": 0.0 if rates.wander >= NO_WANDER else round(rates.wander**-0.5, 6),
        "authority_strength_events": rates.authority_strength,
        "cell_strength_events": rates.cell_strength,
        "entries_discount_a_month": entries.discount,
        "entries_seasonal": entries.seasonal,
        "entries_trending": entries.trending,
        "entries_growth_a_month": round(entries.growth, 9),
        "entries_strength": entries.strength,
        "entries_mix_strength": entries.mix_strength,
        "entries_dispersion": round(entries.dispersion, 6),
        "reached_18": model.history.reached_18,
        "left_at_18": model.history.left_at_18,
    }


def _inputs(found: Return, source: Path) -> dict[str, str]:
    """SHA-256 of the zip, or of every file that was read."""
    if source.is_file():
        return {source.name: _sha256_of_file(source)}
    names = sorted({each.file for each in found.sources})
    return {name: _sha256_of_file(source / name) for name in names if (source / name).is_file()}


def _sha256_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256(content: Content) -> str:
    digest = hashlib.sha256()
    for part in parts_of_content(content):
        digest.update(part)
    return digest.hexdigest()


def _json_bytes(document: Mapping[str, object]) -> bytes:
    return (json.dumps(document, indent=2, allow_nan=False) + "\n").encode()
