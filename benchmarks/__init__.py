"""Benchmarks: the optimiser beside its peers on the same problem, as ratios in one run."""
