"""The full model handed to HiGHS as arrays."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from scipy.sparse import coo_array

from benchmarks.answer import Say
from optimiser.commissioning.facility import Facilities
from optimiser.matching.instance import Ints

ROWWISE, MINIMISE, INTEGER = 2, 1, 1


def solve(instance: Facilities, say: Say) -> tuple[Ints, Ints]:
    """Variables: open[s], then serve of every pair. Rows: served once, capacity, only open, number open."""
    say("building")
    units, sites, pairs = len(instance.size), len(instance.capacity), len(instance.cost)
    pair = np.arange(pairs)
    one = np.ones(pairs)
    limited = np.isfinite(instance.capacity)
    bound = np.where(limited, instance.capacity, 0.0)
    within = limited[instance.site]
    row = [instance.unit, units + instance.site[within], units + np.flatnonzero(limited)]
    column = [sites + pair, sites + pair[within], np.flatnonzero(limited)]
    value = [one, instance.size[instance.unit[within]], -bound[limited]]
    row += [units + sites + pair, units + sites + pair]
    column += [sites + pair, instance.site]
    value += [one, -one]
    rows = units + sites + pairs
    low = np.concatenate([np.ones(units), np.full(sites + pairs, -highspy.kHighsInf)])
    high = np.concatenate([np.ones(units), np.zeros(sites + pairs)])
    if instance.number_open is not None:
        row.append(np.full(sites, rows))
        column.append(np.arange(sites))
        value.append(np.ones(sites))
        low, high = (np.append(each, instance.number_open) for each in (low, high))
        rows += 1
    entries = (np.concatenate(value), (np.concatenate(row), np.concatenate(column)))
    matrix = coo_array(entries, shape=(rows, sites + pairs)).tocsr()
    make: Any = highspy.Highs  # published without types
    highs = make()
    highs.silent()
    highs.passModel(
        sites + pairs,
        rows,
        matrix.nnz,
        ROWWISE,
        MINIMISE,
        0.0,
        np.concatenate([instance.opening, instance.cost]),
        np.zeros(sites + pairs),
        np.ones(sites + pairs),
        low,
        high,
        matrix.indptr[:-1].astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        np.full(sites + pairs, INTEGER, dtype=np.int32),
    )
    highs.setOptionValue("mip_rel_gap", 0.0)
    say("solving")
    highs.run()
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS ended with {highs.modelStatusToString(status)}")
    x = np.asarray(highs.getSolution().col_value) > 0.5
    at = np.full(units, -1, dtype=np.int64)
    at[instance.unit[x[sites:]]] = instance.site[x[sites:]]
    return at, np.flatnonzero(x[:sites])
