"""What twice the children and provisions cost: each size over the one before, every feature on."""

from __future__ import annotations

from benchmarks.benchmark import Benchmark

DOUBLING = Benchmark(
    problems=("allocation",),
    sizes=(1_250, 2_500, 5_000, 10_000, 20_000),
    peers=("ours",),
    each_size_over_the_last=True,
)
