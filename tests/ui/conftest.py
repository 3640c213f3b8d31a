"""Runs that the tests of pages read; whoever alters them makes runs of their own under the same name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support import pages


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of ten children, to be read only."""
    return pages.make_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture
def runs_in_use(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of runs as the app finds it, by its environment."""
    monkeypatch.setenv("OPTIMISER_RUNS", str(runs))
    return runs


@pytest.fixture
def copy_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path]:
    """Makes a copy of a folder of runs, which may be altered, and has the app find it."""

    def copied(made: Path) -> Path:
        folder = tmp_path / "runs"
        shutil.copytree(made, folder)
        monkeypatch.setenv("OPTIMISER_RUNS", str(folder))
        return folder

    return copied
