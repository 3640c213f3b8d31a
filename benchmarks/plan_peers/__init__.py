"""The peers on plans, one file each: `solve(pack, futures, gap, say) -> PlanAnswer`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PEERS: Mapping[str, str] = MappingProxyType(
    {
        "ours": "optimiser",
        "highs_arrays": "full model, HiGHS by arrays",
        "plain_pulp": "full model, plain PuLP and HiGHS",
    }
)
"""The module of each peer → what the table calls it."""
