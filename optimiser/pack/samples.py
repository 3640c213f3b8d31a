"""The packs that ship with the program."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def sample_packs() -> dict[str, Path]:
    """Name → folder of every pack that ships with the program; in a checkout, those of `data/`."""
    installed = Path(str(files("optimiser"))) / "sample_packs"
    folder = installed if installed.is_dir() else Path(__file__).parents[2] / "data"
    if not folder.is_dir():
        return {}
    return {pack.name: pack for pack in sorted(folder.iterdir()) if (pack / "region.toml").is_file()}
