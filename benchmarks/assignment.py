"""The pure assignment part, places plenty or scarce and far, against what is made for it."""

from __future__ import annotations

from benchmarks.benchmark import Benchmark
from benchmarks.peers import ASSIGNMENT

ASSIGNMENTS = Benchmark(
    problems=("plenty", "scarce"), sizes=(600, 2_000, 6_000, 20_000, 80_000), peers=ASSIGNMENT
)
