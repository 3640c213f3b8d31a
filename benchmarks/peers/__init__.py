"""The peers, one file each: `solve(instance, gap, say) -> Answer`; `_gap` where it solves exactly."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PEERS: Mapping[str, str] = MappingProxyType(
    {
        "ours": "optimiser",
        "plain_pulp": "full model, plain PuLP",
        "highs_arrays": "full model, HiGHS by arrays",
        "scipy_milp": "full model, scipy milp",
        "ortools_flow": "OR-Tools min-cost flow",
        "scipy_linprog": "scipy linprog",
        "scipy_dense": "scipy linear_sum_assignment",
        "scipy_sparse": "scipy sparse matching",
    }
)
"""The module of each peer → what the tables call it."""

FULL = ("ours", "highs_arrays", "scipy_milp", "plain_pulp")
"""Those that solve every feature."""

ASSIGNMENT = (
    "ours",
    "ortools_flow",
    "scipy_sparse",
    "scipy_dense",
    "scipy_linprog",
    "highs_arrays",
    "plain_pulp",
)
"""Those that solve the pure assignment part."""
