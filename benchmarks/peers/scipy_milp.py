"""The full model as arrays by scipy's `milp` (HiGHS inside): no start from the tier before."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from benchmarks.answer import Answer, Say, gap_of
from benchmarks.full_model import FullModel, full_model
from optimiser.matching.instance import Floats, Instance


def solve(instance: Instance, gap: float, say: Say) -> Answer:
    """Fewest unplaced, then fewest separated, then the lowest score to a relative `gap`."""
    say("building")
    model = full_model(instance)
    matrix, rows = model.matrix, LinearConstraint(model.matrix, model.low, model.high)
    for tier, cost in enumerate(model.tiers[:2], start=1):
        say(f"in tier {tier}")
        _, least, _ = _solved(model, cost, rows, gap=0.0)
        matrix = csr_array(vstack([matrix, csr_array(cost[None, :])]))
        rows = LinearConstraint(matrix, np.append(rows.lb, -np.inf), np.append(rows.ub, round(least)))
    say("in tier 3")
    x, lowest, bound = _solved(model, model.tiers[2], rows, gap=gap)
    return Answer(model.placement(x), gap_of(lowest, bound))


def _solved(
    model: FullModel, cost: Floats, rows: LinearConstraint, *, gap: float
) -> tuple[Floats, float, float]:
    """The columns, the least cost and its bound."""
    # Its published types know no bound that is missing.
    answer: Any = milp(
        cost,
        integrality=model.whole_number.astype(np.int64),
        bounds=Bounds(0.0, 1.0),
        constraints=rows,
        options={"mip_rel_gap": gap},
    )
    if not answer.success:
        raise RuntimeError(f"milp ended with: {answer.message}")
    # Without a whole-number column it is a linear programme, solved exactly, and no bound is given.
    bound = answer.fun if answer.mip_dual_bound is None else answer.mip_dual_bound
    return answer.x, float(answer.fun), float(bound)
