"""Waiting for what happens in a process of its own, no longer than it may take on a busy machine."""

from __future__ import annotations

import time
from collections.abc import Callable

LONG = 120.0
"""Seconds."""


def wait_until(true: Callable[[], bool], *, between: Callable[[], object] | None = None) -> None:
    """Asks again and again, and does `between` before each further time; fails after `LONG` seconds."""
    until = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)
        if between is not None:
            between()
