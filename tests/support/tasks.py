"""Tasks for the tests of ensembles, in a module of their own so that other processes can import them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser.ensembles.task import Task
from optimiser.errors import Fault, InputError


def noted(folder: Path, number: int, seconds: float) -> tuple[int, float, NDArray[np.float64]]:
    """Notes in the folder which process carried it out; the result depends on `number` alone."""
    with (folder / f"{number}").open("a") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(seconds)
    draws = np.random.default_rng(number).normal(size=2_000)
    return number, float(draws @ draws), np.cumsum(draws)


def faulty(number: int) -> int:
    """Raises what a user can cause, for one number of the tasks."""
    if number == 1:
        raise InputError("task 1 cannot be done", [Fault("a.csv", 2, "b", "it is c", "d")])
    return number


def deadly() -> None:
    """Ends its process, each time."""
    os._exit(9)


def noting(folder: Path, number: int, seconds: float = 0.0) -> list[Task[object]]:
    """So many tasks of `noted`."""
    return [Task(f"{each}", noted, (folder, each, seconds)) for each in range(number)]


def carried_out_by(folder: Path) -> dict[str, list[int]]:
    """Task → the processes that began it."""
    return {path.name: [int(pid) for pid in path.read_text().split()] for path in sorted(folder.iterdir())}
