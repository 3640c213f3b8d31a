"""Every feature of the packs on, against the full model."""

from __future__ import annotations

from benchmarks.benchmark import Benchmark
from benchmarks.peers import FULL

ALLOCATION = Benchmark(problems=("allocation",), sizes=(600, 1_000, 2_000, 6_000, 20_000, 80_000), peers=FULL)
