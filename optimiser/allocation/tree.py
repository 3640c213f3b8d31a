"""A first basis: the spanning tree of the columns that cost least above their prices.

Where every column counts one child and one vacancy, the programme is a network: children, provisions, and a
root to which a child without a place and a vacancy that nobody takes belong. Every spanning tree is a basis,
and the cheapest at the prices is nearly the best one.
Source: Ahuja, Magnanti and Orlin 1993, chapter 11 (network simplex).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from optimiser.allocation.columns import Columns
from optimiser.matching.instance import Bools, Floats

_LITTLE = 1e-3
"""£ a week: an edge that weighs nothing is none to scipy."""


@dataclass(frozen=True)
class Tree:
    """What is in the basis."""

    unplaced: Bools
    """Shape (children,)."""
    columns: Bools
    capacity: Bools
    """Shape (provisions,): of each provision's row, what is left of its vacancies."""


def cheapest_tree(columns: Columns, cost: Floats, unplaced: Floats, price: Floats) -> Tree:
    """The spanning tree of least cost: £ a week of each column above its child's cheapest choice, of each
    child without a place above the same, and of each vacancy; all at least 0."""
    children, provisions, number = len(unplaced), len(price), len(columns)
    root = children + provisions
    tail = np.concatenate([columns.unit, np.arange(root)])
    head = np.concatenate([children + columns.provision, np.full(root, root)])
    weight = np.concatenate([cost, unplaced, price]) + _LITTLE
    shape = root + 1, root + 1
    tree = minimum_spanning_tree(coo_array((weight, (tail, head)), shape=shape).tocsr()).tocoo()
    basic = np.isin(tail * (root + 1) + head, tree.coords[0] * (root + 1) + tree.coords[1])
    return Tree(basic[number : number + children], basic[:number], basic[number + children :])
