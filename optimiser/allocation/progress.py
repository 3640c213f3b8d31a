"""What a run tells while it works."""

from __future__ import annotations

import time
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


def report_to(
    listener: Listener | None, tier: int, began: float, reached: Callable[[], tuple[float, ...] | None]
) -> Callable[[int, int, float], None]:
    """What a tier's relaxation reports to: round, columns and bound, told on with what is reached by then.

    `tier` 0 is all tiers in one; `began`: by a monotonic clock; `reached`: the tiers of the best answer.
    """

    def report(number: int, columns: int, bound: float) -> None:
        if listener is not None:
            tiers = reached()
            best = None if tiers is None else tiers[max(tier, 1) - 1]
            listener(Progress(tier, number, columns, bound, best, time.monotonic() - began))

    return report
