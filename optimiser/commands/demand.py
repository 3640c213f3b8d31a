"""`forecast` and `backtest`: the children to come, and how well the methods would have foretold the past."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.commands import show
from optimiser.commands.importing import region_of
from optimiser.commands.options import (
    ClusterOption,
    Json,
    NewRun,
    Workers,
)

if TYPE_CHECKING:
    import pandas as pd

    from optimiser.demand.forecast import Forecast
    from optimiser.demand.returns import Return


class Method(StrEnum):
    """How children are forecast."""

    OURS = "ours"
    PUBLISHED = "published"
    NAIVE = "naive"


Returns = Annotated[
    Path,
    typer.Argument(
        metavar="PACK_OR_FOLDER",
        help="SSDA903 returns: a folder, a zip, a pack that holds them, or the sample’s name.",
    ),
]
RegionOption = Annotated[
    Path | None,
    typer.Option(
        "--region", metavar="FILE", help="region.toml: take its members alone. Default: the pack's."
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of every random draw.")]


def forecast(
    returns: Returns,
    to: Annotated[str, typer.Option("--to", metavar="DATE", help="The day to forecast to.")],
    out: NewRun,
    method: Annotated[Method, typer.Option("--method", help="How to forecast.")] = Method.OURS,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DATE", help="The last day known. Default: the last the returns cover."
        ),
    ] = None,
    reference_from: Annotated[
        str | None,
        typer.Option("--reference-from", metavar="DATE", help="Published method: first day of its rates."),
    ] = None,
    reference_to: Annotated[
        str | None,
        typer.Option("--reference-to", metavar="DATE", help="Published method: last day of its rates."),
    ] = None,
    what_if: Annotated[
        Path | None, typer.Option("--what-if", metavar="FILE", help="Changes to rates, and costs (TOML).")
    ] = None,
    region: RegionOption = None,
    seed: Seed = 0,
    draws: Annotated[
        int, typer.Option("--draws", min=80, max=100_000, help="Draws behind the intervals.")
    ] = 1000,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            min=1,
            help="Processes of this machine at work. Default: 1, enough for a thousand draws.",
        ),
    ] = None,
    cluster: ClusterOption = None,
    json: Json = False,
) -> None:
    """Forecast the children in care and those who will need a place, by authority, age and category."""
    from optimiser.demand.forecast import Question, forecast_from_return, question_days
    from optimiser.demand.forecast_run import write_forecast
    from optimiser.demand.whatif import NOTHING, whatif_from_file
    from optimiser.ensembles.ensemble import Ensemble
    from optimiser.ensembles.keep import kept_until_written
    from optimiser.ensembles.place import place_from
    from optimiser.pack.folder import check_free

    check_free(out)
    place = place_from(workers=1 if workers is None and cluster is None else workers, cluster=cluster)
    end = _day("--to", to)
    returns = _found(returns)
    found = _read(returns, region)
    begins, ends = question_days(
        found, start=None if start is None else _day("--from", start), end=end, method=method.value
    )
    names = tuple(sorted(map(str, found.episodes["authority"].cat.categories)))
    asked = Question(
        method=method.value,
        start=begins,
        end=ends,
        reference=_reference(found, reference_from, reference_to),
        seed=seed,
        draws=draws,
        whatif=NOTHING if what_if is None else whatif_from_file(what_if, names),
        whatif_file="" if what_if is None else what_if.name,
    )
    with kept_until_written(out, "") as keep:
        with show.ensemble_line("simulations") as progress:
            made = forecast_from_return(found, asked, ensemble=Ensemble(place, keep, progress))
        write_forecast(out, found, made, source=returns, whatif=what_if)
    _print_forecast(out, made, as_json=json)


def backtest(
    returns: Returns,
    out: Annotated[
        Path, typer.Option("--out", metavar="RUN", help="New folder for the tables and the chart.")
    ],
    every: Annotated[
        int, typer.Option("--every", metavar="MONTHS", min=1, max=60, help="Months between origins.")
    ] = 3,
    horizons: Annotated[
        str, typer.Option("--horizons", metavar="MONTHS,…", help="Months ahead, between commas.")
    ] = "3,6,12",
    reference_years: Annotated[
        int | None,
        typer.Option("--reference-years", min=1, help="Published method: years of its rates. Default: all."),
    ] = None,
    region: RegionOption = None,
    seed: Seed = 0,
    workers: Workers = None,
    cluster: ClusterOption = None,
    json: Json = False,
) -> None:
    """Forecast the past from rolling origins by every method, and score it against what came."""
    from optimiser.demand.backtest import backtest as run_backtest
    from optimiser.demand.backtest import summary
    from optimiser.demand.backtest_chart import chart_json
    from optimiser.demand.forecast_run import csv_bytes
    from optimiser.demand.spells import spells_from_return
    from optimiser.ensembles.ensemble import Ensemble
    from optimiser.ensembles.keep import digest, kept_until_written
    from optimiser.ensembles.place import place_from
    from optimiser.pack.folder import check_free, write_folder

    check_free(out)
    ahead = _months(horizons)
    place = place_from(workers=workers, cluster=cluster)
    spells = spells_from_return(_read(_found(returns), region))
    with kept_until_written(out, digest(spells)) as keep:
        with show.ensemble_line("forecasts") as progress:
            rows = run_backtest(
                spells,
                every=every,
                horizons=ahead,
                reference_years=reference_years,
                seed=seed,
                ensemble=Ensemble(place, keep, progress),
            )
        table = summary(rows)
        files = {
            "backtest.csv": csv_bytes(table.round(6)),
            "forecasts.csv": csv_bytes(rows.round(6)),
            "chart.vl.json": chart_json(table),
        }
        write_folder(out, files)
    _print_backtest(out, table, as_json=json)


def _read(returns: Path, region: Path | None) -> Return:
    """The returns; of the region's members alone where there is a region.toml."""
    from optimiser.demand.reading import read_return
    from optimiser.pack.region_file import REGION

    if region is None and (returns / REGION).is_file():
        region = returns
    return read_return(returns, region=None if region is None else region_of(region))


def _found(returns: Path) -> Path:
    """The path, or the returns of that name that ship with the program."""
    from optimiser.demand.samples import sample_returns

    return returns if returns.exists() else sample_returns().get(str(returns), returns)


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option} is {text}; accepted: an ISO date, such as 2025-03-31") from error


def _reference(found: Return, first: str | None, last: str | None) -> tuple[date, date]:
    """The published method's period: by default every day the returns cover."""
    return (
        found.first_day if first is None else _day("--reference-from", first),
        found.last_day if last is None else _day("--reference-to", last),
    )


def _months(horizons: str) -> list[int]:
    parts = [part.strip() for part in horizons.split(",")]
    if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= 120 for part in parts):
        raise typer.BadParameter(f"--horizons is {horizons}; accepted: months between commas, such as 3,6,12")
    return sorted({int(part) for part in parts})


def _print_forecast(out: Path, made: Forecast, *, as_json: bool) -> None:
    """All children of every area, now and at the end."""
    shown = made.prediction
    end = shown.mean[:, -1, -1, -1]
    low, high = shown.quantiles[0, :, -1, -1, -1], shown.quantiles[3, :, -1, -1, -1]
    figures = zip(shown.areas, shown.now[:, -1, -1], end, low, high, strict=True)
    areas = [
        {
            "authority": area,
            "now": int(now),
            "mean": round(float(mean), 3),
            "low_95": int(a),
            "high_95": int(b),
        }
        for area, now, mean, a, b in figures
    ]
    if as_json:
        show.print_json({"run": str(out), "method": made.question.method, "areas": areas})
        return
    rows = [
        (str(a["authority"]), f"{a['now']:,}", f"{a['mean']:,.0f}", f"{a['low_95']:,} to {a['high_95']:,}")
        for a in areas
    ]
    show.print_rows(("authority", str(made.question.start), str(made.question.end), "95 of 100 times"), rows)
    show.print_line(f"written to {out}")


def _print_backtest(out: Path, table: pd.DataFrame, *, as_json: bool) -> None:
    if as_json:
        show.print_json({"run": str(out), "backtest": table.round(6).to_dict(orient="records")})
        return
    whole = table[table["horizon"] == 0]
    rows = [
        (
            str(row["level"]),
            str(row["method"]),
            f"{row['forecasts']:,}",
            f"{row['error']:.2f}",
            f"{row['crps']:.2f}",
            f"{row['crps_ratio']:.2f}",
            f"{row['cover_95']:.0%}",
            f"{row['width_95']:.1f}",
        )
        for _, row in whole.iterrows()
    ]
    heads = ("level", "method", "forecasts", "error", "CRPS", "of published", "in 95 %", "width")
    show.print_rows(heads, rows)
    show.print_line(f"written to {out}")
