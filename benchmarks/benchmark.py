"""What a benchmark is: problems, sizes and the peers that can solve them."""

from __future__ import annotations

from dataclasses import dataclass

PROVISIONS_PER_CHILD = 0.7


@dataclass(frozen=True)
class Benchmark:
    """One benchmark; every peer solves every problem at every size."""

    problems: tuple[str, ...]
    sizes: tuple[int, ...]
    """Children; provisions are `provisions_per_child` times as many."""
    peers: tuple[str, ...]
    provisions_per_child: float = PROVISIONS_PER_CHILD
    each_size_over_the_last: bool = False
    """Ratios are over the same peer at the size before, not over the optimiser at the same size."""

    def provisions(self, children: int) -> int:
        """Provisions of the pack with so many children."""
        return round(self.provisions_per_child * children)
