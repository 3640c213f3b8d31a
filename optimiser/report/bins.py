"""The distribution of miles from home: bins of two miles up to the far miles, of ten above."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from optimiser.report.placements import NEAR, OVER

NARROW_MILES = 2.0
WIDE_MILES = 10.0
MOST_MILES = 60.0


def bin_edges(far_miles: float) -> list[float]:
    """The edges, 0 first; the far miles are one of them; the last bin is open above."""
    near = np.arange(0.0, far_miles, NARROW_MILES).tolist() or [0.0]
    far = np.arange(far_miles, max(MOST_MILES, far_miles + WIDE_MILES) + 0.1, WIDE_MILES).tolist()
    return [*near, *far] if far_miles > 0 else far


def bin_table(far_miles: float) -> pd.DataFrame:
    """from_miles, to_miles (infinite in the last), label, distance (`near`, `over`): one row a bin."""
    edges = bin_edges(far_miles)
    to = [*edges[1:], np.inf]
    labels = [f"{a:g} to {b:g}" for a, b in pairwise(edges)] + [f"Over {edges[-1]:g}"]
    near = [NEAR if end <= far_miles else OVER for end in to]
    return pd.DataFrame({"from_miles": edges, "to_miles": to, "label": labels, "distance": near})


def bin_counts(frame: pd.DataFrame, far_miles: float) -> pd.DataFrame:
    """The bins with `children`: those whose miles are above `from_miles` and at most `to_miles`.

    A child is near or over as its placement has it, whatever the third decimal of its miles says.
    """
    bins = bin_table(far_miles)
    miles = frame["miles"].to_numpy(dtype=np.float64)
    at = np.clip(np.searchsorted(bins["from_miles"].to_numpy(), miles, side="left") - 1, 0, len(bins) - 1)
    distance = frame["distance"].to_numpy()
    first_over = int((bins["distance"] == NEAR).sum())
    at = np.where(distance == NEAR, np.minimum(at, max(first_over - 1, 0)), np.maximum(at, first_over))
    known = np.isin(distance, (NEAR, OVER))
    return bins.assign(children=np.bincount(at[known], minlength=len(bins)).astype(np.int64))
