"""Commands run in this process, and what no command may ever show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from optimiser.cli import app

STATUSES = {0, 2, 3, 4}


def run_command(*words: str | Path) -> Result:
    """One command; an exception that the command line does not handle is raised here."""
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code in STATUSES
    assert "Traceback" not in result.output
    return result


def json_of(result: Result) -> Any:
    """The one JSON document on standard output."""
    return json.loads(result.stdout)


def names_in(folder: Path) -> Sequence[str]:
    """The names in a folder, sorted: hidden ones too, so that nothing half-written is missed."""
    return sorted(path.name for path in folder.iterdir())
