"""The returns that ship with the program."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

SAMPLE_RETURNS: Final = "synthetic-returns"


def sample_returns() -> dict[str, Path]:
    """Name → folder of the returns that ship with the program; in a checkout, those of `data/`."""
    installed = Path(str(files("optimiser"))) / "sample_packs"
    folder = (installed if installed.is_dir() else Path(__file__).parents[2] / "data") / SAMPLE_RETURNS
    return {SAMPLE_RETURNS: folder} if folder.is_dir() else {}
