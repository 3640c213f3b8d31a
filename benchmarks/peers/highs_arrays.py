"""The full model handed to HiGHS as arrays, tier by tier, each begun from the answer of the tier before."""

from __future__ import annotations

from typing import Any, Protocol

import highspy
import numpy as np
from scipy.sparse import csr_array

from benchmarks.answer import Answer, Say, gap_of
from benchmarks.full_model import full_model
from optimiser.matching.instance import Bools, Floats, Instance

ROWWISE, MINIMISE = 2, 1
LESS_THAN_ONE = 0.99
"""Tiers 1 and 2 count: a bound less than one below the count proves it."""


class Arrays(Protocol):
    """low ≤ matrix · x ≤ high, 0 ≤ x ≤ 1, some of x whole; three tiers of costs, the first two whole."""

    @property
    def matrix(self) -> csr_array: ...
    @property
    def low(self) -> Floats: ...
    @property
    def high(self) -> Floats: ...
    @property
    def tiers(self) -> tuple[Floats, Floats, Floats]: ...
    @property
    def whole_number(self) -> Bools: ...


def solve(instance: Instance, gap: float, say: Say) -> Answer:
    """Fewest unplaced, then fewest separated, then the lowest score to a relative `gap`."""
    say("building")
    model = full_model(instance)
    x, proven = by_tiers(model, gap, say)
    return Answer(model.placement(x), proven)


def by_tiers(model: Arrays, gap: float, say: Say) -> tuple[Floats, float]:
    """The best x of the tiers in their order, and the relative gap proven of the third."""
    highs = highs_from_model(model)
    x = np.zeros(0)
    for tier, cost in enumerate(model.tiers, start=1):
        say(f"in tier {tier}")
        highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        highs.setOptionValue("mip_abs_gap", LESS_THAN_ONE if tier < 3 else 0.0)
        highs.setOptionValue("mip_rel_gap", 0.0 if tier < 3 else gap)
        if len(x):
            highs.setSolution(len(x), np.arange(len(x), dtype=np.int32), x)
        x = _run(highs)
        if tier < 3:
            at = np.flatnonzero(cost)
            settled = float(round(float(cost @ x)))
            highs.addRow(-highspy.kHighsInf, settled, len(at), at.astype(np.int32), cost[at])
    bound = highs.getInfo().mip_dual_bound
    return x, gap_of(float(model.tiers[2] @ x), bound)


def highs_from_model(model: Arrays) -> Any:
    """A silent HiGHS with the model; its cost is nothing yet."""
    make: Any = highspy.Highs  # published without types
    highs = make()
    highs.silent()
    rows, columns = model.matrix.shape
    highs.passModel(
        columns,
        rows,
        model.matrix.nnz,
        ROWWISE,
        MINIMISE,
        0.0,
        np.zeros(columns),
        np.zeros(columns),
        np.ones(columns),
        model.low,
        model.high,
        model.matrix.indptr[:-1].astype(np.int32),
        model.matrix.indices.astype(np.int32),
        model.matrix.data,
        model.whole_number.astype(np.int32),
    )
    return highs


def _run(highs: Any) -> Floats:
    highs.run()
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS ended with {highs.modelStatusToString(status)}")
    x: Floats = np.asarray(highs.getSolution().col_value)
    return x
