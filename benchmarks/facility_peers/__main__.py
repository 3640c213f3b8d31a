"""One peer on one instance, in this process: `python -m benchmarks.facility_peers PEER FILE`.

FILE is an instance as `benchmarks.facility` writes it. Standard output has one JSON document a line. The
clock starts when the instance is in memory and stops when the peer has its answer.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path


def main(peer: str, path: Path) -> None:
    """Reads, solves, and prints who serves whom."""
    solver = import_module(f"benchmarks.facility_peers.{peer}")
    from benchmarks.facility_file import instance_from_file

    def say(stage: str) -> None:
        print(json.dumps({"stage": stage}), flush=True)

    instance = instance_from_file(path)
    say("ready")
    began, worked = time.perf_counter(), time.process_time()
    site_of_unit, opened = solver.solve(instance, say)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - worked
    answer = {"site_of_unit": site_of_unit.tolist(), "opened": opened.tolist()}
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, **answer}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
