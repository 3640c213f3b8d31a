"""The live line of progress says the stage, what is proven and what is reached."""

from __future__ import annotations

import math

import pytest

from optimiser.allocation.progress import Progress
from optimiser.commands.show import progress_text


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (
            Progress(0, 4, 49_899, 1.5, 12.0, 8.2),
            "first prices, for all tiers at once (round 4, 49,899 pairs, 8 s)",
        ),
        (
            Progress(1, 1, 900, 20.0, None, 9.0),
            "tier 1, children without a place: at least 20 (round 1, 900 pairs, 9 s)",
        ),
        (
            Progress(2, 3, 900, -math.inf, 58.0, 9.0),
            "tier 2, sibling groups separated (round 3, 900 pairs, 9 s)",
        ),
        (
            Progress(3, 12, 149_899, 2_373_600.4, 2_373_651.2, 122.4),
            "tier 3, score: 2,373,600 to 2,373,651 (round 12, 149,899 pairs, 122 s)",
        ),
    ],
)
def test_the_line(progress: Progress, text: str) -> None:
    assert progress_text(progress) == text
