"""One peer on one plan, in this process: `python -m benchmarks.plan_peers PEER CHILDREN FUTURES GAP GIB CPU`.

GIB is the memory allowed, CPU the processor time after reading, in seconds: there the system ends it.

Standard output has one JSON document a line. The clock starts when pack and futures are read, and stops when
the peer has its answer, so that the building of instances and models counts for all of them.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from importlib import import_module
from typing import Any


def _tell(document: dict[str, Any]) -> None:
    print(json.dumps(document), flush=True)


def main(peer: str, children: int, futures: int, gap: float, gib: float, cpu: float) -> None:
    """Reads, solves, and prints the tiers as counted from the plan alone."""
    most = int(gib * 2**30)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    solver = import_module(f"benchmarks.plan_peers.{peer}")
    from benchmarks.plan_answer import counted
    from benchmarks.plan_packs import make_plan_pack
    from optimiser.pack.futures import future_of_pack, read_futures
    from optimiser.pack.read import read_pack

    folder = make_plan_pack(children, futures)
    pack = read_pack(folder / "pack", commissioning=True)
    listed = read_futures(folder / "futures", pack) if futures > 1 else (future_of_pack(pack),)
    assert pack.options is not None
    _tell({"options": len(pack.options), "units": int(pack.options["max_units"].sum()), "stage": "ready"})
    ends = int(time.process_time() + cpu) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (ends, resource.RLIM_INFINITY))
    began, worked = time.perf_counter(), time.process_time()
    answer = solver.solve(pack, listed, gap, lambda stage: _tell({"stage": stage}))
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - worked
    unplaced, separated, score = counted(pack, listed, answer)
    _tell(
        {
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "unplaced": unplaced,
            "separated": separated,
            "score": score,
            "gap": answer.gap,
            "opened": sum(answer.units.values()),
        }
    )


if __name__ == "__main__":
    name, n, quarters, wanted, memory, limit = sys.argv[1:]
    main(name, int(n), int(quarters), float(wanted), float(memory), float(limit))
