"""What a run tells while it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One step of the search: the tier in work, the round of pricing, and how far it is proven."""

    tier: int
    round: int
    columns: int
    bound: float
    incumbent: float | None
    seconds: float


Listener = Callable[[Progress], None]
