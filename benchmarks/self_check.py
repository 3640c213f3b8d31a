"""Do all peers agree? Each in its own process on small packs, OR-Tools too, which the tests leave out."""

from __future__ import annotations

from benchmarks.benchmark import Benchmark
from benchmarks.peers import ASSIGNMENT, FULL

SIZES = (60, 150)
GAP = 1e-7
SELF_CHECK = {
    "full models": Benchmark(problems=("allocation", "budgets"), sizes=SIZES, peers=FULL),
    "assignment": Benchmark(problems=("plenty", "scarce"), sizes=SIZES, peers=ASSIGNMENT),
}
