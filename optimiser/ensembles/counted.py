"""How far an ensemble is: what is done, of how many, and the time that is left at this pace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

PROGRESS, LINES = "OPTIMISER_PROGRESS", "lines"
"""The environment variable, and its value, that ask for progress in lines where no terminal is."""


@dataclass(frozen=True)
class Counted:
    """How many tasks are done; `kept` of them were done before, when the ensemble was interrupted."""

    done: int
    of: int
    kept: int
    seconds: float
    """Since the ensemble began, or went on."""

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far; None until a task is done."""
        made = self.done - self.kept
        return None if made <= 0 else self.seconds / made * (self.of - self.done)


Listener = Callable[[Counted], None]
