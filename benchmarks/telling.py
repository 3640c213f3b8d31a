"""What a peer's process tells the one that measures it: a JSON document a line on standard output."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any


def tell(document: dict[str, Any]) -> None:
    """Prints the document at once."""
    print(json.dumps(document), flush=True)


def say(stage: str) -> None:
    """Tells how far the peer is."""
    tell({"stage": stage})


def timed[Answer](solve: Callable[[], Answer]) -> tuple[Answer, dict[str, float]]:
    """The answer, and what it took: `seconds` by the clock, `cpu_seconds` of all cores at work."""
    began, worked = time.perf_counter(), time.process_time()
    answer = solve()
    took = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - worked}
    return answer, took
