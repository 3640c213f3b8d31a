"""Peers on facility location, one file each: `solve(instance, say) -> (site of every unit, open sites)`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PEERS: Mapping[str, str] = MappingProxyType(
    {
        "ours": "optimiser",
        "highs_arrays": "full model, HiGHS by arrays",
        "plain_pulp": "full model, plain PuLP and HiGHS",
        "spopt_median": "spopt p-median, HiGHS",
    }
)
"""The module of each peer → what the table calls it."""

SPOPT = "spopt_median"
"""Needs PuLP below 4, so it has a Python of its own, and solves p-median alone."""
