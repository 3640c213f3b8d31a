"""One peer in a process of its own: its time, its peak memory, its answer, or how far it came.

Nothing heavy is imported here: a process begins with the peak memory of the one that started it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from resource import struct_rusage
from typing import Any

ROOT = Path(__file__).parents[1]
_WAIT = 0.05
_READING = 1_800.0
"""Seconds allowed for reading the pack, which the clock does not count."""


@dataclass(frozen=True)
class Task:
    """One peer on one problem."""

    peer: str
    problem: str
    children: int
    provisions: int
    gap: float
    """Relative tier-3 gap asked for."""
    limit: float
    """Seconds."""
    gib: float
    """Memory allowed, GiB."""


@dataclass(frozen=True)
class Measurement:
    """What came of a task; what is None was not reached."""

    task: Task
    seconds: float | None
    """From the instance in memory to the answer, the building of any model included."""
    cpu_seconds: float
    """Of those, seconds of all cores at work, which a shared machine disturbs less; without an answer, the
    whole process's."""
    peak_mib: float
    """Most memory the process held, reading the pack included."""
    unplaced: int | None
    separated: int | None
    score: float | None
    """£ a week."""
    gap: float | None
    remark: str
    """Why there is no answer; blank where there is one."""


@dataclass(frozen=True)
class Ran:
    """What a peer's process said and used."""

    answer: dict[str, Any]
    """The document with `seconds`; empty where it gave none."""
    cpu_seconds: float
    """Of the whole process."""
    peak_mib: float
    remark: str
    """Why there is no answer; blank where there is one."""

    @property
    def figures(self) -> dict[str, Any]:
        """What a line of a table says of it; what is None was not reached."""
        answer = self.answer
        return {
            "seconds": answer.get("seconds"),
            "cpu_seconds": answer.get("cpu_seconds", self.cpu_seconds),
            "peak_mib": self.peak_mib,
            **{name: answer.get(name) for name in ("unplaced", "separated", "score", "gap")},
            "remark": self.remark,
        }


def run_peer(command: list[str], *, limit: float, cpu_limit: float | None = None) -> Ran:
    """Runs a peer that prints JSON lines, and ends it at its limit, in seconds.

    A peer that limits its own processor time to `cpu_limit` is ended by the system there.
    """
    with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=complaints)
        over, status, usage = _wait(process, told.fileno(), limit)
        told.seek(0)
        complaints.seek(0)
        lines = [line for line in told if line.endswith("\n") and line.startswith("{")]
        last_words = complaints.read().strip().splitlines()[-1:]
    documents = [json.loads(line) for line in lines]
    stages = [document["stage"] for document in documents if "stage" in document]
    answer: dict[str, Any] = next((document for document in documents if "seconds" in document), {})
    remark = ""
    if not answer:
        how = f"over {limit:,.0f} s" if over else f"ended with status {status}: {' '.join(last_words)}"
        if status == -signal.SIGXCPU:
            how = f"over {cpu_limit:,.0f} CPU s"
        remark = f"{how} ({stages[-1] if stages else 'reading'})"
    return Ran(answer, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, remark)


def measure(task: Task) -> Measurement:
    """Runs the task; ends it at its limit."""
    command = [sys.executable, "-m", "benchmarks.peers", task.peer, task.problem]
    command += [str(value) for value in (task.children, task.provisions, task.gap, task.gib)]
    return Measurement(task=task, **run_peer(command, limit=task.limit).figures)


def _wait(process: subprocess.Popen[bytes], told: int, limit: float) -> tuple[bool, int, struct_rusage]:
    """Whether the process ran over its limit, its status, and what it used (memory in KiB on Linux)."""
    ends, reading, over = time.monotonic() + _READING, True, False
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return over, process.returncode, usage
        if reading and os.fstat(told).st_size:
            ends, reading = time.monotonic() + limit, False
        if time.monotonic() > ends and not over:
            process.kill()
            over = True
        time.sleep(_WAIT)
