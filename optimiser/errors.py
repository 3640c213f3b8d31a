"""What can go wrong, as types.

    OptimiserError            anything the program reports in one line, never a traceback
    ├── InputError            bad input or usage; nothing was written        (exit status 2)
    ├── StoppedError          a time limit or the user, before any answer    (exit status 4)
    └── SolverError           the solver broke its own promise: no answer is given   (exit status 4)

"Refuted" (exit status 1) is a verdict of `verify`, not an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one place of one file.

    `row` is the row a spreadsheet shows (the header is row 1); 0 means the file as a whole.

    >>> str(Fault("children.csv", 7, "age", "age is 19", "whole years from 0 to 17"))
    'children.csv:7:age: age is 19; accepted: whole years from 0 to 17'
    """

    file: str
    row: int
    column: str
    what: str
    accepted: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.row}:{self.column}: {self.what}; accepted: {self.accepted}"


class OptimiserError(Exception):
    """Anything the program reports in one line."""

    exit_status = 2


class InputError(OptimiserError):
    """Bad input or usage: every fault of every file at once."""

    exit_status = 2

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class StoppedError(OptimiserError):
    """Stopped at a time limit or by the user, with no answer to give."""

    exit_status = 4


class SolverError(OptimiserError):
    """The solver's answer failed our own check: a crash is better than a wrong answer."""

    exit_status = 4
