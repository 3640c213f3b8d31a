"""One peer on one instance, in this process: `python -m benchmarks.facility_peers PEER FILE`.

FILE is an instance as `benchmarks.facility` writes it. Standard output has one JSON document a line. The
clock starts when the instance is in memory and stops when the peer has its answer.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.telling import say, tell, timed


def main(peer: str, path: Path) -> None:
    """Reads, solves, and prints who serves whom."""
    solver = import_module(f"benchmarks.facility_peers.{peer}")
    from benchmarks.facility_file import instance_from_file

    instance = instance_from_file(path)
    say("ready")
    (site_of_unit, opened), took = timed(lambda: solver.solve(instance, say))
    tell({**took, "site_of_unit": site_of_unit.tolist(), "opened": opened.tolist()})


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
