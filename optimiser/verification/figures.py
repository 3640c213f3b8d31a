"""metrics.json, worked out anew from the allocation and compared to the last digit."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from optimiser import terms
from optimiser.verification.allocation import Allocation
from optimiser.verification.certificate import Bounds
from optimiser.verification.documents import Document, line, shown
from optimiser.verification.ground import Bools, Ground

FILE = "metrics.json"
_BEYOND_THE_CONTRACT = ("over_far_miles", "distances_by_precision")
"""Figures that a run of another version may leave out."""


def figures(ground: Ground, allocation: Allocation, mine: Bools) -> dict[str, object]:
    """The figures of the children that are `mine`; a group counts where any child of it does."""
    living = mine & allocation.placed
    miles = allocation.miles[living]
    placed, far = int(living.sum()), int(allocation.far[living].sum())
    groups = [
        whole
        for group, whole in zip(ground.groups, allocation.whole, strict=True)
        if any(mine[child] for child in group)
    ]
    coarser = np.maximum(
        ground.children.home.precision[living], ground.places.point.precision[allocation.place[living]]
    )
    return {
        "children": int(mine.sum()),
        "placed": placed,
        "unplaced": int(mine.sum()) - placed,
        "sibling_groups": len(groups),
        "separated_groups": groups.count(False),
        "score_total": math.fsum(allocation.score[living].tolist()),
        "weekly_cost_total": math.fsum(allocation.cost[living].tolist()),
        "mean_miles": math.fsum(miles.tolist()) / placed if placed else None,
        "median_miles": float(np.median(miles)) if placed else None,
        "p90_miles": float(np.percentile(miles, 90)) if placed else None,
        "share_over_far_miles": far / placed if placed else None,
        "over_far_miles": far,
        "distances_by_precision": {
            name: int((coarser == index).sum()) for index, name in enumerate(terms.PRECISIONS)
        },
    }


def region_and_members(ground: Ground, allocation: Allocation) -> dict[str, object]:
    """The region's figures, then every member's, as metrics.json has them."""
    authority = np.array(ground.children.authority, dtype=object)
    everyone = np.ones(len(authority), dtype=np.bool_)
    by_authority = {code: figures(ground, allocation, authority == code) for code in ground.members}
    return {**figures(ground, allocation, everyone), "by_authority": by_authority}


def check_figures(ground: Ground, allocation: Allocation, metrics: Document, lines: list[str]) -> None:
    """The region's figures and every member's."""
    everyone = np.ones(len(ground.children.id), dtype=np.bool_)
    _compare(metrics, figures(ground, allocation, everyone), lines)
    by_authority = metrics.table("by_authority")
    if list(by_authority.values) != list(ground.members):
        lines.append(str(metrics.refuted("by_authority", "does not list the members as region.toml does")))
    authority = np.array(ground.children.authority, dtype=object)
    for code in ground.members:
        if code in by_authority.values:
            _compare(by_authority.table(code), figures(ground, allocation, authority == code), lines)
    if metrics.number("seconds") < 0:
        lines.append(str(metrics.refuted("seconds", "is below 0")))


def _same(written: object, right: object) -> bool:
    if isinstance(right, dict):
        return (
            isinstance(written, dict)
            and written.keys() == right.keys()
            and all(_same(written[key], right[key]) for key in right)
        )
    return type(written) is type(right) and written == right


def _compare(written: Document, right: Mapping[str, object], lines: list[str]) -> None:
    for key, value in right.items():
        if key in _BEYOND_THE_CONTRACT and key not in written.values:
            continue
        if key not in written.values:
            lines.append(str(written.refuted(key, "is missing")))
        elif not _same(written.values[key], value):
            what = f"is {shown(written.values[key])}; it should be {shown(value)}"
            lines.append(str(written.refuted(key, what)))


def check_claims(
    allocation: Allocation, metrics: Document, found: Bounds, asked: float, lines: list[str]
) -> None:
    """score_bound, gap and status follow from the allocation, the bounds found and the gap asked for."""
    total = math.fsum(allocation.score[allocation.placed].tolist())
    bound, gap, status = (
        metrics.number_or_none("score_bound"),
        metrics.number_or_none("gap"),
        metrics.text("status"),
    )
    if bound != found.score:
        what = f"is {shown(bound)}; found.score of certificate.json is {shown(found.score)}"
        lines.append(line(FILE, "score_bound", what))
    if bound is not None and bound > total:
        lines.append(line(FILE, "score_bound", f"is {bound!r}, above score_total {total!r}"))
    right = gap_between(total, bound)
    if gap != right:
        lines.append(line(FILE, "gap", f"is {shown(gap)}; it should be {shown(right)}"))
    proven = (
        found.unplaced == allocation.unplaced
        and found.separated == allocation.separated
        and right is not None
        and right <= asked
    )
    if status != ("optimal" if proven else "feasible"):
        lines.append(line(FILE, "status", f"is {shown(status)}, which the bounds do not bear out"))


def gap_between(total: float, bound: float | None) -> float | None:
    """(score − bound) / score, 0 where they are the same; None without a bound, or for a score of 0."""
    if bound is None:
        return None
    if total == bound:
        return 0.0
    return max(0.0, total - bound) / abs(total) if total else None
