"""A Dask scheduler and workers, as an operator starts them: processes of their own, ended with the block."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds within which a scheduler and its workers must be there."""


@dataclass(frozen=True)
class Started:
    """A cluster: where it answers, and its worker processes."""

    address: str
    workers: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def cluster(folder: Path, workers: int = 2, *, threads: int = 1) -> Iterator[Started]:
    """A scheduler on a free port of this machine, with so many worker processes."""
    known = folder / "scheduler.json"
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": path}
    begun: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", *arguments, "--scheduler-file", str(known)]
        with (folder / f"log-{len(begun)}").open("wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        begun.append(process)
        return process

    try:
        start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        made = tuple(
            start(
                "distributed.cli.dask_worker",
                *("--nthreads", str(threads), "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"),
            )
            for _ in range(workers)
        )
        yield Started(_address(known, workers), made)
    finally:
        for process in begun[::-1]:
            process.kill()
            process.wait()


def _address(known: Path, workers: int) -> str:
    """Where the scheduler answers, once all its workers have joined it."""
    from distributed import Client

    end = time.monotonic() + PATIENCE
    while not known.is_file():
        assert time.monotonic() < end, "the scheduler did not start"
        time.sleep(0.05)
    with Client(scheduler_file=str(known), timeout=PATIENCE, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=PATIENCE)
        return str(client.scheduler.address)
