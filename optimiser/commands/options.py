"""What several commands ask for: a pack, a date, codes, a number; each refused where it cannot be used."""

from __future__ import annotations

import math
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from optimiser.errors import InputError


class Distance(StrEnum):
    """How miles are measured."""

    STRAIGHT = "straight"
    ROAD = "road"


PackArgument = Annotated[str, typer.Argument(metavar="PACK", help="Folder of the pack, or name of a sample.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

Authorities = Annotated[
    str, typer.Option("--authorities", metavar="CODE,…", help="GSS codes of the members, between commas.")
]
NewPack = Annotated[Path, typer.Option("--out", metavar="PACK", help="New folder for the pack.")]
SupportedAccommodation = Annotated[
    Path | None,
    typer.Option(
        "--supported-accommodation",
        metavar="FILE",
        help="Ofsted's sheet of supported accommodation premises.",
    ),
]

NewRun = Annotated[Path, typer.Option("--out", metavar="RUN", help="New folder for the run.")]
PolicyOption = Annotated[
    Path | None, typer.Option("--policy", metavar="FILE", help="Policy instead of the pack's own.")
]
DistanceOption = Annotated[
    Distance, typer.Option("--distance", help="Miles in a straight line, or by the pack's road network.")
]
Gap = Annotated[
    float,
    typer.Option("--gap", metavar="SHARE", min=0.0, help="Gap of the third tier that counts as optimal."),
]
TimeLimit = Annotated[
    float | None,
    typer.Option("--time-limit", metavar="SECONDS", min=0.0, help="Stop after this long with the best."),
]

Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", metavar="N", min=1, help="Processes of this machine at work. Default: one for each core."
    ),
]
ClusterOption = Annotated[
    str | None,
    typer.Option("--cluster", metavar="ADDRESS", help="Instead, the workers of this Dask scheduler."),
]


def pack_folder(pack: str) -> Path:
    """The folder of a pack: a path as it stands, else a sample of that name."""
    from optimiser.pack.samples import sample_packs

    folder = Path(pack)
    if folder.exists():
        return folder
    samples = sample_packs()
    if pack in samples:
        return samples[pack]
    names = ", ".join(samples)
    raise InputError(f"{pack} is not there; accepted: a folder, or the name of a sample pack ({names})")


def finite(option: str, value: float | None) -> None:
    """A number that is not infinite and not `nan`; else `typer.BadParameter`."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{option} is {value}; accepted: a number of 0 or more")


def numbers(option: str, text: str) -> tuple[float, ...]:
    """The numbers of 0 or more between commas; else `typer.BadParameter`.

    >>> numbers("--frontier", "0, 1e6")
    (0.0, 1000000.0)
    """
    each = [part.strip() for part in text.split(",") if part.strip()]
    try:
        found = tuple(map(float, each))
    except ValueError:
        found = (-1.0,)
    if not all(math.isfinite(number) and number >= 0 for number in found):
        raise typer.BadParameter(f"{option} is {text!r}; accepted: numbers of 0 or more, between commas")
    return found


def codes(authorities: str) -> list[str]:
    """The GSS codes between commas."""
    return [code.strip() for code in authorities.split(",") if code.strip()]


def date_from(text: str | None) -> date | None:
    """The date of `--as-at`."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"--as-at is {text}; accepted: an ISO date, such as 2025-03-31") from error
