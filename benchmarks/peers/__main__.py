"""One peer on one problem, in this process.

`python -m benchmarks.peers PEER PROBLEM CHILDREN PROVISIONS GAP GIB`: GAP is the relative tier-3 gap asked
for, GIB the memory allowed.

Standard output has one JSON document a line: {"stage": …} as it goes, and at the end the answer. The clock
starts when the instance is in memory and stops when the peer has its answer.
"""

from __future__ import annotations

import resource
import sys
from importlib import import_module

from benchmarks.telling import say, tell, timed


def main(peer: str, problem: str, children: int, provisions: int, gap: float, gib: float) -> None:
    """Reads, solves, and prints the tiers as counted from the placement."""
    most = int(gib * 2**30)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    solver = import_module(f"benchmarks.peers.{peer}")
    from benchmarks.answer import tiers
    from benchmarks.problems import problem_instance

    instance = problem_instance(problem, children, provisions)
    say("ready")
    answer, took = timed(lambda: solver.solve(instance, gap, say))
    unplaced, separated, score = tiers(instance, answer.placement)
    tell({**took, "unplaced": unplaced, "separated": separated, "score": score, "gap": answer.gap})


if __name__ == "__main__":
    name, of_problem, n, m, wanted, memory = sys.argv[1:]
    main(name, of_problem, int(n), int(m), float(wanted), float(memory))
