"""Draws in chunks, so that they can be made anywhere: every chunk has a seed of its own.

The chunks depend on how many draws there are, never on how many workers make them, and the seeds are those
that `SeedSequence([seed, stream]).spawn` gives. Source: numpy, "Parallel random number generation".
"""

from __future__ import annotations

from typing import Final

from numpy.random import Generator, SeedSequence, default_rng

CHUNK: Final = 200
"""Draws of a chunk; the last may have fewer."""
COUNTS, ENTRANTS, PUBLISHED_COUNTS, PUBLISHED_ENTRANTS, NAIVE_COUNTS = 2, 3, 4, 5, 6
"""Streams: one for each thing that is drawn."""


def chunks_of(draws: int, size: int = CHUNK) -> list[tuple[int, int]]:
    """Where each chunk begins and ends.

    >>> chunks_of(450)
    [(0, 200), (200, 400), (400, 450)]
    """
    return [(begin, min(begin + size, draws)) for begin in range(0, draws, size)]


def generator(seed: int, stream: int, chunk: int) -> Generator:
    """The generator of one chunk of a stream."""
    return default_rng(SeedSequence([seed, stream], spawn_key=(chunk,)))
