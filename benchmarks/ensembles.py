"""Closures and the trade-off of the sample region: `python -m benchmarks.ensembles`.

A line is one whole command in a process of its own: seconds on the clock, seconds of all cores at work, most
memory that one of its processes held, worst gap. A few of the closures are then allocated again, each from
what is known of the region before and from nothing, to the same gap: what that costs more is the ratio.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import table
from benchmarks.measure import ROOT
from optimiser.allocation.changed import Known, allocate_changed
from optimiser.frontier.frontier_run import FRONTIER
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs
from optimiser.shocks.shock import pack_after
from optimiser.shocks.shocks_file import SHOCKS, shocks_from_toml
from optimiser.shocks.stress import BASE_GAP
from optimiser.shocks.stress_run import STRESS

SAMPLE = "north-east-and-cumbria"
GAP = 1e-3
"""Of the closures."""
BAR = 300.0
"""Seconds that a command may take on two cores."""
HEAD = "| command | written | seconds | CPU s | peak MiB | worst gap |\n| --- |" + 5 * " ---: |"
PEER_HEAD = "| closure | from what is known, CPU s | from nothing, CPU s | ratio |\n| --- |" + 3 * " ---: |"


@dataclass(frozen=True)
class Timed:
    """One command."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    status: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Those of the command line unless given. Exit status 1 where a command failed or was over the bar."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ensembles", description=__doc__)
    parser.add_argument("--pack", type=Path, default=sample_packs()[SAMPLE])
    parser.add_argument("--top", type=int, default=200, help="closures (200)")
    parser.add_argument("--points", type=int, default=20, help="points of the trade-off (20)")
    parser.add_argument("--few", type=int, default=5, help="closures allocated from nothing too (5)")
    options = parser.parse_args(arguments)
    pack = str(options.pack.resolve())
    print(f"<!-- {table.machine()} -->\n{HEAD}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        closed, line = Path(temporary) / "closures", Path(temporary) / "frontier"
        top, points = str(options.top), str(options.points)
        words = [
            "stress",
            pack,
            "--close",
            "provision",
            "--top",
            top,
            "--gap",
            str(GAP),
            "--out",
            str(closed),
        ]
        good = _printed(f"stress, {top} closures", timed(words), closed / STRESS)
        words = ["frontier", pack, "--points", points, "--out", str(line)]
        good &= _printed(f"frontier, {points} points", timed(words), line / FRONTIER)
        if (closed / SHOCKS).is_file():
            _from_nothing(options.pack, closed / SHOCKS, options.few)
    return int(not good)


def timed(words: Sequence[str]) -> Timed:
    """`optimiser` with these words, as a process of its own."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "optimiser", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Timed(
        seconds=time.perf_counter() - began,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss / 1024,
        status=process.returncode,
    )


def worst_gap(file: Path) -> float:
    """Of the rows of stress.csv or frontier.csv, as a share."""
    rows = pd.read_csv(file)
    gap = rows["gap"] if "gap" in rows else rows["score_within"] / rows["score_total"]
    return float(gap.max())


def _printed(name: str, ran: Timed, file: Path) -> bool:
    """Prints the line of a command; whether it was done within the bar."""
    if ran.status != 0:
        print(f"| {name} | ended with status {ran.status} | {ran.seconds:.1f} | | | |", flush=True)
        return False
    print(
        f"| {name} | {len(pd.read_csv(file))} | {ran.seconds:.1f} | {ran.cpu_seconds:.1f} "
        f"| {ran.peak_mib:,.0f} | {worst_gap(file):.1e} |",
        flush=True,
    )
    return ran.seconds <= BAR


def _from_nothing(folder: Path, shocks: Path, few: int) -> None:
    """Some closures, evenly from the largest to the smallest, from what is known and from nothing."""
    pack = read_pack(folder)
    _, known = allocate_changed(instance_from_pack(pack), gap=BASE_GAP)
    listed = shocks_from_toml(shocks, pack)
    chosen = sorted(set(np.linspace(0, len(listed) - 1, few).round().astype(int).tolist()))
    print(f"\n{PEER_HEAD}")
    total = np.zeros(2)
    for number in chosen:
        after = instance_from_pack(pack_after(pack, listed[number]))
        spent = np.array([_spent(after, known), _spent(after, None)])
        total += spent
        _print_peer(listed[number].name, spent)
    _print_peer("all of these", total)


def _spent(instance: Instance, known: Known | None) -> float:
    """CPU seconds of one allocation."""
    began = time.process_time()
    allocate_changed(instance, known, gap=GAP)
    return time.process_time() - began


def _print_peer(name: str, spent: np.ndarray) -> None:
    print(f"| {name} | {spent[0]:.2f} | {spent[1]:.2f} | {spent[1] / spent[0]:.1f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
