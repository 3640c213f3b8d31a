"""`app`: the pages for a browser on this machine."""

from __future__ import annotations

import os
import runpy
import sys
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from optimiser.errors import InputError

RUNS_VARIABLE = "OPTIMISER_RUNS"
"""The environment variable that tells the pages where the runs are."""


def app(
    runs: Annotated[
        Path, typer.Option("--runs", metavar="FOLDER", help="Folder of the runs, made when it is needed.")
    ] = Path("runs"),
) -> None:
    """Show maps, plans and comparisons in the browser, at the address it prints; Ctrl-C ends it."""
    if runs.exists() and not runs.is_dir():
        raise InputError(f"{runs} is a file; accepted: a folder, which need not be there yet")
    os.environ[RUNS_VARIABLE] = str(runs.absolute())
    Thread(target=_ahead, daemon=True).start()
    sys.argv = ["streamlit", "run", str(script())]
    runpy.run_module("streamlit", run_name="__main__")


def script() -> Path:
    """app.py, with its settings beside it; in a checkout, where it stands."""
    installed = Path(str(files("optimiser"))) / "front" / "app.py"
    return installed if installed.is_file() else Path(__file__).parents[2] / "app.py"


def _ahead() -> None:
    """Loads what every first page needs, while the browser opens: the reports, and the postcodes."""
    from optimiser.pack.read import read_pack
    from optimiser.pack.samples import sample_packs

    for room in ("optimiser.report", "altair"):
        import_module(room)
    for folder in sample_packs().values():
        read_pack(folder)
