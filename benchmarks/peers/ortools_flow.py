"""OR-Tools' min-cost flow over all eligible pairs: the pure assignment part.

It shares no process with HiGHS, which both bring along. Whole-number costs: scores in hundredths of a penny,
so that the answer is within half of one a child of the optimum; that is the gap it is given.
"""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

from benchmarks.answer import Answer, Say, gap_of, tiers
from benchmarks.pairs import eligible_pairs
from optimiser.matching.instance import Instance, Ints

UNITS_PER_POUND = 10_000


def solve(instance: Instance, _gap: float, say: Say) -> Answer:
    """The most children placed, then the lowest score: the maximum flow of least cost."""
    say("building")
    pairs = eligible_pairs(instance)
    children, provisions = len(instance.children), len(instance.provisions)
    source, sink = children + provisions, children + provisions + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    every_child, every_provision = np.arange(children), np.arange(provisions)

    def add(tail: Ints, head: Ints, capacity: Ints, cost: Ints) -> Ints:
        arcs: Ints = flow.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, cost)
        return arcs

    cost = np.rint(pairs.score * UNITS_PER_POUND).astype(np.int64)
    living = add(pairs.child, children + pairs.provision, np.ones_like(pairs.child), cost)
    add(np.full(children, source), every_child, np.ones_like(every_child), np.zeros_like(every_child))
    add(
        children + every_provision,
        np.full(provisions, sink),
        instance.provisions.vacancies,
        np.zeros_like(every_provision),
    )
    flow.set_node_supply(source, children)
    flow.set_node_supply(sink, -children)
    say("solving")
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow ended with {status}")
    chosen = flow.flows(living) > 0
    placement = np.full(children, -1, dtype=np.int64)
    placement[pairs.child[chosen]] = pairs.provision[chosen]
    _, _, score = tiers(instance, placement)
    return Answer(placement, gap_of(score, score - children / UNITS_PER_POUND))
