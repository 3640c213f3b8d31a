"""One peer on one plan, in this process: `python -m benchmarks.plan_peers PEER REGION FUTURES GAP GIB CPU`.

GIB is the memory allowed, CPU the processor time after reading, in seconds: there the system ends it.

Standard output has one JSON document a line. The clock starts when pack and futures are read, and stops when
the peer has its answer, so that the building of instances and models counts for all of them.
"""

from __future__ import annotations

import resource
import sys
import time
from importlib import import_module

from benchmarks.telling import say, tell, timed


def main(peer: str, region: str, futures: int, gap: float, gib: float, cpu: float) -> None:
    """Reads, solves, and prints the tiers as counted from the plan alone."""
    most = int(gib * 2**30)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    solver = import_module(f"benchmarks.plan_peers.{peer}")
    from benchmarks.plan_answer import counted
    from benchmarks.plan_packs import make_plan_pack
    from optimiser.pack.futures import future_of_pack, read_futures
    from optimiser.pack.read import read_pack

    folder = make_plan_pack(region, futures)
    pack = read_pack(folder / "pack", commissioning=True)
    listed = read_futures(folder / "futures", pack) if futures > 1 else (future_of_pack(pack),)
    assert pack.options is not None
    tell({"options": len(pack.options), "units": int(pack.options["max_units"].sum()), "stage": "ready"})
    ends = int(time.process_time() + cpu) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (ends, resource.RLIM_INFINITY))
    answer, took = timed(lambda: solver.solve(pack, listed, gap, say))
    unplaced, separated, score = counted(pack, listed, answer)
    figures = {"unplaced": unplaced, "separated": separated, "score": score, "gap": answer.gap}
    tell({**took, **figures, "opened": sum(answer.units.values())})


if __name__ == "__main__":
    name, named, quarters, wanted, memory, limit = sys.argv[1:]
    main(name, named, int(quarters), float(wanted), float(memory), float(limit))
