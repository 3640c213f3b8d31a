"""The pure assignment part by scipy's dense `linear_sum_assignment`: every child against every bed."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.answer import Answer, Say
from benchmarks.peers.beds import beds_of_pairs
from optimiser.matching.instance import Instance


def solve(instance: Instance, _gap: float, say: Say) -> Answer:
    """Fewest unplaced, then the lowest score: what is not eligible costs as much as no place."""
    say("building")
    beds = beds_of_pairs(instance)
    children = len(instance.children)
    cost = np.full((children, max(children, len(beds.provision_of_bed))), beds.price_of_no_place)
    cost[beds.child, beds.bed] = beds.score
    say("solving")
    child, bed = linear_sum_assignment(cost)
    placement = np.full(children, -1, dtype=np.int64)
    placed = cost[child, bed] < beds.price_of_no_place
    placement[child[placed]] = beds.provision_of_bed[bed[placed]]
    return Answer(placement, 0.0)
