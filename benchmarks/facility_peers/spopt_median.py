"""spopt's p-median with capacities: a script for a Python of its own, since spopt needs PuLP below 4.

`PYTHON spopt_median.py FILE`, where `PYTHON -m pip install spopt highspy` was done. It knows nothing of us.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np


def main(path: str) -> None:
    """Cost is weight × distance for spopt, so that it gets distances for weights: cost ÷ size."""
    import pulp
    from spopt.locate import PMedian

    with np.load(path) as file:
        arrays: dict[str, Any] = dict(file)
    size, capacity = arrays["size"], arrays["capacity"]
    cost = np.empty((len(size), len(capacity)))
    cost[arrays["unit"], arrays["site"]] = arrays["cost"]
    print(json.dumps({"stage": "ready"}), flush=True)
    began, worked = time.perf_counter(), time.process_time()
    limits = None if np.isinf(capacity).all() else capacity
    model = PMedian.from_cost_matrix(
        cost / size[:, None], size, p_facilities=int(arrays["number_open"]), facility_capacities=limits
    )
    solved = model.solve(pulp.HiGHS(msg=False, gapRel=0.0))
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - worked
    served = [[variable.value() for variable in of_unit] for of_unit in solved.cli_assgn_vars]
    site_of_unit = np.argmax(served, axis=1).tolist()
    opened = [site for site, variable in enumerate(solved.fac_vars) if variable.value() > 0.5]
    answer = {"site_of_unit": site_of_unit, "opened": opened}
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, **answer}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
