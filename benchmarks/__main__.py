"""The driver: `python -m benchmarks allocation --sizes 600,2000 --peers ours,highs_arrays --limit 600`.

Each peer runs in a process of its own, one after another. Lines are printed as they come; ratios are seconds
over the optimiser's at the same size (for `doubling`, over the size before). `check` compares the answers of
all peers on small packs and ends with 1 where they differ. `facility` has options of its own.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

from benchmarks import facility, packs, table
from benchmarks.allocation import ALLOCATION
from benchmarks.assignment import ASSIGNMENTS
from benchmarks.benchmark import Benchmark
from benchmarks.budgets import BUDGETS
from benchmarks.doubling import DOUBLING
from benchmarks.measure import ROOT, Measurement, Task, measure
from benchmarks.named_peers import peers_among
from benchmarks.peers import PEERS
from benchmarks.self_check import GAP, SELF_CHECK

BENCHMARKS = {"allocation": ALLOCATION, "budgets": BUDGETS, "assignment": ASSIGNMENTS, "doubling": DOUBLING}
CHECK = "check"
FACILITY = "facility"
SAME_SCORE = 1e-6
"""Relative: twice the gap asked for, the roundings of a flow, and decimals in binary."""


def main() -> int:
    """Exit status: 0 done, or skipped without the published figures; 1 where `check` finds a difference."""
    if sys.argv[1:2] == [FACILITY]:
        return facility.main(sys.argv[2:])
    options = _options()
    if not packs.FACTS.is_file():
        print(f"skipped: packs are made from {packs.FACTS}, which is not here")
        return 0
    on = table.machine()
    print(f"<!-- {on} -->\n{table.HEAD}", flush=True)
    if options.benchmark == CHECK:
        return _check(options)
    benchmark = BENCHMARKS[options.benchmark]
    benchmark = replace(
        benchmark, sizes=options.sizes or benchmark.sizes, peers=options.peers or benchmark.peers
    )
    measured = list(_measured(benchmark, options))
    print(f"\nwritten to {table.write(options.benchmark, on, measured).relative_to(ROOT)}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").split("\n\n")[1]
    )
    parser.add_argument("benchmark", choices=[*BENCHMARKS, CHECK, FACILITY])
    parser.add_argument("--sizes", type=_sizes, help="children, as 600,2000; 80000 is England's size")
    parser.add_argument("--peers", type=peers_among(PEERS), help=f"some of {','.join(PEERS)}")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for each peer (600)")
    parser.add_argument("--gap", type=float, default=1e-4, help="relative tier-3 gap asked for (1e-4)")
    parser.add_argument("--memory", type=float, default=18.0, help="GiB for each peer (18)")
    return parser.parse_args()


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(size) for size in text.split(","))


def _measured(benchmark: Benchmark, options: argparse.Namespace) -> Iterator[Measurement]:
    """Every measurement, printed as it comes; the optimiser first, where it takes part."""
    peers = sorted(benchmark.peers, key=lambda peer: peer != "ours")
    for problem in benchmark.problems:
        base: Measurement | None = None
        for children in benchmark.sizes:
            provisions = benchmark.provisions(children)
            _make_pack(children, provisions)
            for peer in peers:
                task = Task(peer, problem, children, provisions, options.gap, options.limit, options.memory)
                one = measure(task)
                if peer == "ours" and not benchmark.each_size_over_the_last:
                    base = one
                print(table.line_of(one, base), flush=True)
                if benchmark.each_size_over_the_last:
                    base = one
                yield one


def _make_pack(children: int, provisions: int) -> None:
    """In a process of its own, so that its memory counts for no peer."""
    command = [sys.executable, "-m", "benchmarks.packs", str(children), str(provisions)]
    subprocess.run(command, cwd=ROOT, check=True)


def _check(options: argparse.Namespace) -> int:
    options.gap = GAP
    wrong: list[str] = []
    for benchmark in SELF_CHECK.values():
        bases: dict[tuple[str, int], Measurement] = {}
        for one in _measured(benchmark, options):
            base = bases.setdefault((one.task.problem, one.task.children), one)
            if not _agree(one, base):
                wrong.append(table.line_of(one, base))
    print("\nthe peers differ:\n" + "\n".join(wrong) if wrong else "\nall peers give the same tiers")
    return 1 if wrong else 0


def _agree(one: Measurement, base: Measurement) -> bool:
    if one.score is None or base.score is None:
        return False
    same_counts = (one.unplaced, one.separated) == (base.unplaced, base.separated)
    return same_counts and math.isclose(one.score, base.score, rel_tol=SAME_SCORE)


if __name__ == "__main__":
    sys.exit(main())
