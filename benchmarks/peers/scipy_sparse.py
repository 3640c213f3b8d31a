"""The pure assignment part by scipy's sparse Jonker–Volgenant: every child against the eligible beds."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from benchmarks.answer import Answer, Say
from benchmarks.peers.beds import beds_of_pairs
from optimiser.matching.instance import Instance


def solve(instance: Instance, _gap: float, say: Say) -> Answer:
    """Fewest unplaced, then the lowest score: a bed of no provision for each child, at a price."""
    say("building")
    beds = beds_of_pairs(instance)
    children, count = len(instance.children), len(beds.provision_of_bed)
    every = np.arange(children)
    child = np.concatenate([beds.child, every])
    bed = np.concatenate([beds.bed, count + every])
    # One pound more for every entry: a matching has as many entries as children, and no entry may be zero.
    cost = np.concatenate([beds.score, np.full(children, beds.price_of_no_place)]) + 1.0
    graph = csr_array((cost, (child, bed)), shape=(children, count + children))
    say("solving")
    matched, bed = min_weight_full_bipartite_matching(graph)
    placement = np.full(children, -1, dtype=np.int64)
    placed = bed < count
    placement[matched[placed]] = beds.provision_of_bed[bed[placed]]
    return Answer(placement, 0.0)
