"""Reading, checking and forecasting returns: `python -m benchmarks.demand --rows 10000000`.

Every line is one whole command, `optimiser forecast`, in a process of its own: seconds on the clock, seconds
of all cores at work, most memory held. `--sample FILE` times the registry's sample instead.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import table
from benchmarks.measure import ROOT
from benchmarks.returns import FORMS, return_folder

METHODS = ("ours", "published")
HEAD = (
    "| return | method | seconds | CPU s | peak MiB | findings |\n| --- | --- | ---: | ---: | ---: | ---: |"
)


def main() -> int:
    """Exit status: 0 done, 1 where a command failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.demand", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of Episodes (10,000,000)")
    parser.add_argument("--forms", default=",".join(FORMS), help=f"some of {','.join(FORMS)}")
    parser.add_argument("--methods", default=",".join(METHODS), help=f"some of {','.join(METHODS)}")
    parser.add_argument("--sample", type=Path, help="a folder or zip of returns to time instead")
    options = parser.parse_args()
    print(f"<!-- {table.machine()} -->\n{HEAD}", flush=True)
    failed = 0
    for name, folder, end in _returns(options):
        for method in options.methods.split(","):
            failed += _timed(name, folder, method, end)
    return int(failed > 0)


def _returns(options: argparse.Namespace) -> list[tuple[str, Path, str]]:
    if options.sample is not None:
        return [(options.sample.name, options.sample, "2024-03-31")]
    forms = options.forms.split(",")
    for form in forms:
        command = [sys.executable, "-m", "benchmarks.returns", str(options.rows), form]
        subprocess.run(command, cwd=ROOT, check=True)
    return [
        (f"{form}, {options.rows:,} rows", return_folder(options.rows, form), "2026-03-31") for form in forms
    ]


def _timed(name: str, folder: Path, method: str, end: str) -> int:
    """Prints the line of one command; its exit status."""
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "run"
        command = [sys.executable, "-m", "optimiser", "forecast", str(folder), "--method", method]
        began = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--to", end, "--out", str(out)], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        findings = -1
        if process.returncode == 0:
            with (out / "quality.csv").open("rb") as file:
                findings += sum(1 for _ in file)
    used = usage.ru_utime + usage.ru_stime
    peak = usage.ru_maxrss / 1024
    print(f"| {name} | {method} | {seconds:.1f} | {used:.1f} | {peak:,.0f} | {findings:,} |", flush=True)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
