"""The pure assignment part as a linear programme by scipy's `linprog`: its vertices are whole."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from benchmarks.answer import Answer, Say
from benchmarks.full_model import FullModel, full_model
from optimiser.matching.instance import Floats, Instance


def solve(instance: Instance, _gap: float, say: Say) -> Answer:
    """Fewest unplaced, then the lowest score."""
    say("building")
    model = full_model(instance)
    unplaced, _, score = model.tiers
    no_limit = csr_array((1, len(unplaced)))
    say("in tier 1")
    x = _solved(model, unplaced, no_limit, 0.0)
    say("in tier 3")
    x = _solved(model, score, csr_array(unplaced[None, :]), float(round(float(unplaced @ x))))
    return Answer(model.placement(x), 0.0)


def _solved(model: FullModel, cost: Floats, settled: csr_array, limit: float) -> Floats:
    """The columns of least cost with the row settled · x ≤ limit added."""
    equal = model.low == model.high
    # scipy takes sparse rows, which its published types do not say.
    at_most: Any = csr_array(vstack([model.matrix[~equal], settled]))
    exactly: Any = model.matrix[equal]
    answer = linprog(
        cost,
        A_ub=at_most,
        b_ub=np.append(model.high[~equal], limit),
        A_eq=exactly,
        b_eq=model.high[equal],
        bounds=(0.0, 1.0),
        method="highs-ds",
    )
    if answer.status != 0:
        raise RuntimeError(f"linprog ended with: {answer.message}")
    return np.asarray(answer.x, dtype=np.float64)
