"""One peer on one problem, in this process.

`python -m benchmarks.peers PEER PROBLEM CHILDREN PROVISIONS GAP GIB`: GAP is the relative tier-3 gap asked
for, GIB the memory allowed.

Standard output has one JSON document a line: {"stage": …} as it goes, and at the end the answer. The clock
starts when the instance is in memory and stops when the peer has its answer.
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


def _say(stage: str) -> None:
    _tell({"stage": stage})


def main(peer: str, problem: str, children: int, provisions: int, gap: float, gib: float) -> None:
    """Reads, solves, and prints the tiers as counted from the placement."""
    most = int(gib * 2**30)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    solver = import_module(f"benchmarks.peers.{peer}")
    from benchmarks.answer import tiers
    from benchmarks.problems import problem_instance

    instance = problem_instance(problem, children, provisions)
    _say("ready")
    began, worked = time.perf_counter(), time.process_time()
    answer = solver.solve(instance, gap, _say)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - worked
    unplaced, separated, score = tiers(instance, answer.placement)
    _tell(
        {
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "unplaced": unplaced,
            "separated": separated,
            "score": score,
            "gap": answer.gap,
        }
    )


if __name__ == "__main__":
    name, of_problem, n, m, wanted, memory = sys.argv[1:]
    main(name, of_problem, int(n), int(m), float(wanted), float(memory))
