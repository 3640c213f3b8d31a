"""A weekly budget for the region that binds and an 80 % share near home, which couple all children."""

from __future__ import annotations

from benchmarks.benchmark import Benchmark
from benchmarks.peers import FULL

BUDGETS = Benchmark(problems=("budgets",), sizes=(600,), peers=FULL, provisions_per_child=0.75)
