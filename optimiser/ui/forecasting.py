"""Jobs in processes of their own, one at a time for all readers: the headless commands."""

from __future__ import annotations

import atexit
import json
import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from optimiser.ensembles.counted import LINES, PROGRESS
from optimiser.errors import Fault, InputError
from optimiser.pack.folder import check_free
from optimiser.ui.solving import State

FORECASTS: Final = "forecasts"
BACKTESTS: Final = "backtests"
WHAT_IFS: Final = "what-ifs"
"""Folders beside the runs."""
KINDNESS = 5
"""How far a forecast stands back behind the pages, where the system knows such a thing."""
REMEMBERED = 100
"""Jobs that are over and still told of."""
_COUNTED = re.compile(r"[\w ]+: ([\d,]+) of ([\d,]+)")
"""A command's line of progress (`commands.show.counted_text`)."""


class Ordered(Protocol):
    """What a job carries out: headless commands, one after another, and the folder that the first writes."""

    @property
    def name(self) -> str:
        """The folder's."""

    @property
    def noun(self) -> str:
        """What it is called on the page."""

    @property
    def out(self) -> Path:
        """The folder."""

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """The words of each command."""

    @property
    def steps(self) -> tuple[str, ...]:
        """What each command does, in words."""


@dataclass(frozen=True)
class Order:
    """What is to be forecast; `name` is the forecast's. `what_if`: the file, where there is one."""

    name: str
    runs: Path
    returns: Path
    to: str
    method: str = "ours"
    start: str = ""
    what_if: Path | None = None
    backtest: bool = True
    noun: str = "forecast"
    steps: tuple[str, ...] = (
        "Reading the returns and forecasting",
        "Forecasting the past, to see how good it is",
    )

    @property
    def out(self) -> Path:
        """The folder of the forecast."""
        return self.runs / FORECASTS / self.name

    @property
    def tested(self) -> Path:
        """The folder of the back-test."""
        return self.runs / BACKTESTS / self.name

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """`optimiser forecast …` and, where it is wanted, `optimiser backtest …`."""
        words: tuple[str, ...] = ("optimiser", "forecast", str(self.returns), "--to", self.to)
        words += ("--method", self.method, *(("--from", self.start) if self.start else ()))
        words += ("--what-if", str(self.what_if)) if self.what_if else ()
        test = ("optimiser", "backtest", str(self.returns), "--out", str(self.tested))
        return ((*words, "--out", str(self.out)), *((test,) if self.backtest else ()))


@dataclass
class Job:
    """One order. Only `Forecaster` alters it; a page reads it at any time."""

    key: str
    order: Ordered
    state: State = State.WAITING
    step: int = 0
    """Which of the order's commands is running."""
    said: str = ""
    """That command's last line of progress, with the time left; empty before it has told any."""
    message: str = ""
    faults: tuple[Fault, ...] = ()
    warning: str = ""
    """Why there is no back-test, where one was wanted and could not be made."""
    began: float = 0.0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def seconds(self) -> float:
        """Since it was started."""
        return time.monotonic() - self.began if self.began else 0.0

    @property
    def share(self) -> float:
        """How much is done, 0 to 1; a command that tells nothing counts as half done."""
        counted = _COUNTED.match(self.said)
        done, of = (int(each.replace(",", "")) for each in counted.groups()) if counted else (1, 2)
        return (self.step + done / max(1, of)) / len(self.order.commands)

    def listen(self, lines: Iterable[str]) -> None:
        """Keeps the last line of progress among the lines of a command."""
        for line in lines:
            if _COUNTED.match(line):
                self.said = line.strip()


class Forecaster:
    """The forecasts of this server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._jobs: dict[str, Job] = {}
        atexit.register(self.end)

    def submit(self, order: Ordered) -> Job:
        """Starts a job, or has it wait; `InputError` where its name is taken. An order that is going on
        already is not begun again."""
        with self._lock:
            for job in self._jobs.values():
                if job.order.out == order.out and not job.state.over:
                    return job
            check_free(order.out)
            for key in [key for key, job in self._jobs.items() if job.state.over][:-REMEMBERED]:
                del self._jobs[key]
            job = Job(secrets.token_hex(8), order)
            self._jobs[job.key] = job
        threading.Thread(target=self._carry_out, args=(job,), daemon=True).start()
        return job

    def find(self, key: str) -> Job | None:
        """The job of that key; None where this server does not know it."""
        return self._jobs.get(key)

    def cancel(self, job: Job) -> None:
        """Ends the job; one that is over stays as it is."""
        with self._lock:
            if job.state.over:
                return
            job.state = State.CANCELLED
            if job.process is not None:
                job.process.kill()

    def end(self) -> None:
        """Ends every job, as the server itself ends."""
        for job in list(self._jobs.values()):
            self.cancel(job)

    def _carry_out(self, job: Job) -> None:
        """In a thread of its own: the commands one after another, when it is the job's turn."""
        with self._turn:
            job.began = time.monotonic()
            for step, words in enumerate(job.order.commands):
                with self._lock:
                    if job.state is State.CANCELLED:
                        return
                    job.state, job.step, job.said = State.RUNNING, step, ""
                    job.process = _process(words)
                said = _followed(job, job.process)
                with self._lock:
                    if job.state is State.CANCELLED:
                        return
                    if job.process.returncode != 0 and step == 0:
                        job.message, job.faults = _told(said)
                        job.state = State.FAILED
                        return
                    if job.process.returncode != 0:
                        job.warning = _told(said)[0]
            job.state = State.DONE


def _process(words: tuple[str, ...]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", *words, "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, PROGRESS: LINES},
    )
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, process.pid, KINDNESS)
    return process


def _followed(job: Job, process: subprocess.Popen[str]) -> str:
    """All that the command prints, once it is over; meanwhile the job hears how far it is."""
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        listens = threading.Thread(target=job.listen, args=(process.stderr,), daemon=True)
        listens.start()
        said = process.stdout.read()
        listens.join()
    return said


def _told(said: str) -> tuple[str, tuple[Fault, ...]]:
    """The error of a command's JSON document, and its faults."""
    try:
        document: Mapping[str, object] = json.loads(said)
        faults = document.get("faults")
        kept = [Fault(**fault) for fault in faults] if isinstance(faults, list) else []
        return str(document["error"]), tuple(kept)
    except (ValueError, KeyError, TypeError):
        return "the command ended without a word", ()


def keep_what_if(runs: Path, name: str, content: bytes) -> Path:
    """The what-if file, kept beside the runs under the forecast's name."""
    folder = runs / WHAT_IFS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.toml"
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}") from error
    return path
