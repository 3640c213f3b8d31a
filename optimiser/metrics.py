"""Figures from a run, for every report and page alike (contract, section 4, metrics.json).

Miles and scores are unrounded; sums are exact (`math.fsum`), so that the order of rows never shows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.allocation.solution import Solution
from optimiser.matching.instance import Bools, Instance, Ints
from optimiser.pack.pack import Pack
from optimiser.pack.points import coarser_precision


@dataclass(frozen=True)
class Figures:
    """The figures of some of the children: an authority's, or the whole region's.

    Money is £ a week. Miles, and the share, are None where nobody is placed.
    """

    children: int
    placed: int
    unplaced: int
    sibling_groups: int
    """Groups of two or more; an authority counts every group that has a child of its own."""
    separated_groups: int
    score_total: float
    weekly_cost_total: float
    mean_miles: float | None
    median_miles: float | None
    p90_miles: float | None
    """The 90th percentile, interpolated linearly between children."""
    share_over_far_miles: float | None
    """Of the children who are placed."""
    over_far_miles: int
    distances_by_precision: Mapping[str, int]
    """Children placed, by the coarser of the two points (`terms.PRECISIONS`) their distance rests on."""


@dataclass(frozen=True)
class Metrics:
    """The region's figures, what is proven of them, and the figures of every member by GSS code."""

    region: Figures
    score_bound: float | None
    """£ a week: no allocation that is as good in tiers 1 and 2 has a lower score; None = no bound."""
    gap: float | None
    status: str
    seconds: float
    by_authority: Mapping[str, Figures]
    """In the order of region.toml."""


def metrics_from_run(
    pack: Pack, instance: Instance, solution: Solution, allocations: pd.DataFrame
) -> Metrics:
    """The figures of one allocation; `allocations` is the unrounded table of `allocations_table`."""
    rows = allocations.assign(precision=_distance_precision(pack, allocations))
    groups = _groups_table(instance, solution)
    by_authority = {
        code: _figures(rows[rows["authority"] == code], _groups_of(groups, code))
        for code in pack.region.codes
    }
    return Metrics(
        region=_figures(rows, groups),
        score_bound=_finite(solution.bounds.score),
        gap=_finite(solution.gap),
        status=str(solution.status),
        seconds=solution.seconds,
        by_authority=by_authority,
    )


def json_from_metrics(metrics: Metrics) -> dict[str, object]:
    """The document of metrics.json."""
    return {
        **asdict(metrics.region),
        "score_bound": metrics.score_bound,
        "gap": metrics.gap,
        "status": metrics.status,
        "seconds": metrics.seconds,
        "by_authority": {code: asdict(figures) for code, figures in metrics.by_authority.items()},
    }


def whole_groups(instance: Instance, placement: Ints) -> Bools:
    """True for every sibling group whose children all live in the same provision."""
    homes = [set(placement[list(members)].tolist()) for members in instance.groups]
    return np.array([len(home) == 1 and -1 not in home for home in homes], dtype=np.bool_)


def _figures(rows: pd.DataFrame, groups: pd.DataFrame) -> Figures:
    placed = rows[rows["status"] == "placed"]
    miles = placed["miles"].to_numpy(dtype=np.float64)
    over = int((placed["over_far_miles"] == "yes").sum())
    counts = placed["precision"].value_counts()
    return Figures(
        children=len(rows),
        placed=len(placed),
        unplaced=len(rows) - len(placed),
        sibling_groups=len(groups),
        separated_groups=int((~groups["whole"]).sum()),
        score_total=math.fsum(placed["score"]),
        weekly_cost_total=math.fsum(placed["weekly_cost"]),
        mean_miles=math.fsum(miles) / len(miles) if len(miles) else None,
        median_miles=float(np.median(miles)) if len(miles) else None,
        p90_miles=float(np.percentile(miles, 90)) if len(miles) else None,
        share_over_far_miles=over / len(placed) if len(placed) else None,
        over_far_miles=over,
        distances_by_precision={name: int(counts.get(name, 0)) for name in terms.PRECISIONS},
    )


def _groups_table(instance: Instance, solution: Solution) -> pd.DataFrame:
    """One row per sibling group: the authorities of its children, and whether all live in one provision."""
    authority = instance.children.authority
    return pd.DataFrame(
        {
            "authorities": [frozenset(authority[list(members)].tolist()) for members in instance.groups],
            "whole": whole_groups(instance, solution.placement),
        }
    )


def _groups_of(groups: pd.DataFrame, code: str) -> pd.DataFrame:
    touches = np.array([code in authorities for authorities in groups["authorities"]], dtype=np.bool_)
    return groups[touches]


def _distance_precision(pack: Pack, allocations: pd.DataFrame) -> pd.Series[str]:
    """For every row of a placed child: what the distance between home and place rests on."""
    homes = pack.provision.set_index("provision_id")["precision"]
    placed = allocations.loc[allocations["status"] == "placed", "provision_id"]
    of_child = pack.children["home_precision"].set_axis(allocations.index)[placed.index]
    return coarser_precision(of_child, placed.map(homes))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
