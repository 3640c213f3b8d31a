"""`optimiser app`: it answers, and Ctrl-C ends it cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from optimiser.commands.app import RUNS_VARIABLE, app
from optimiser.errors import InputError
from optimiser.ui import store

LONG = 120.0
"""Seconds that the app may take to start on a busy machine."""


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def server(port: int, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The app, started from a folder that has nothing to do with it."""
    started = subprocess.Popen(
        [sys.executable, "-c", "import typer; from optimiser.commands.app import app; typer.run(app)"],
        cwd=tmp_path,
        env={**os.environ, "STREAMLIT_SERVER_PORT": str(port), "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield started
    started.kill()
    started.communicate()


def fetched(address: str) -> bytes:
    """What stands at an address, as soon as something answers there."""
    until = time.monotonic() + LONG
    while True:
        try:
            with urlopen(address, timeout=LONG) as answer:
                return bytes(answer.read())
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.2)


def test_it_answers_until_ctrl_c(server: subprocess.Popen[str], port: int) -> None:
    assert fetched(f"http://localhost:{port}/_stcore/health") == b"ok"
    assert b"<title>" in fetched(f"http://localhost:{port}/")
    server.send_signal(signal.SIGINT)
    output, _ = server.communicate(timeout=LONG)
    assert f"http://localhost:{port}" in output
    assert "Traceback" not in output
    assert server.returncode == 0


def test_a_file_is_no_folder_of_runs(tmp_path: Path) -> None:
    file = tmp_path / "runs"
    file.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is a file; accepted: a folder"):
        app(runs=file)


def test_the_pages_look_where_the_command_says() -> None:
    assert store.RUNS_VARIABLE == RUNS_VARIABLE
