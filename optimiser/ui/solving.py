"""Solves in processes of their own: at most two at a time for all readers, the others wait their turn.

A solve that is cancelled, or killed with the app, leaves nothing that looks finished: the worker writes the
run folder whole or not at all, and what it had begun is taken away.
"""

from __future__ import annotations

import atexit
import glob
import json
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from optimiser.allocation.progress import Progress
from optimiser.errors import Fault, InputError
from optimiser.pack.folder import check_free
from optimiser.pack.policy import Policy
from optimiser.pack.policy_file import policy_to_toml

AT_A_TIME = 2
"""Solves that run at once; this machine has few cores, and the pages need one."""
REMEMBERED = 200
"""Solves that are over and still told of."""


class Work(Protocol):
    """What a worker is to make: a folder, whole or not at all."""

    @property
    def name(self) -> str:
        """The name of the folder."""
        ...

    @property
    def out(self) -> Path:
        """The folder."""
        ...

    def document(self) -> Mapping[str, object]:
        """What the worker reads (`optimiser.ui.worker`)."""
        ...

    def keep(self) -> None:
        """Writes the inputs that the worker reads; `InputError` where that cannot be."""
        ...

    def forget(self) -> None:
        """Takes those inputs away: nothing was made of them."""
        ...


@dataclass(frozen=True)
class Order:
    """What is to be solved; `name` is the run's, and `pack_name` a sample's name or the pack's folder."""

    name: str
    runs: Path
    pack: Path
    pack_name: str
    policy: Policy
    distance: str = "straight"
    gap: float = 1e-4
    time_limit: float | None = None
    """Seconds."""
    who: str = ""

    @property
    def out(self) -> Path:
        """The run's folder."""
        return self.runs / self.name

    @property
    def policy_file(self) -> Path:
        """Where the policy stays, for whoever verifies the run."""
        return self.runs / "policies" / f"{self.name}.toml"

    @property
    def command(self) -> tuple[str, ...]:
        """The command that makes the same run without the app."""
        return command(
            self.pack_name, out=str(self.out), policy=str(self.policy_file), distance=self.distance,
            gap=self.gap, time_limit=self.time_limit,
        )  # fmt: skip

    def document(self) -> Mapping[str, object]:
        """What the worker reads."""
        return {
            "pack": str(self.pack),
            "out": str(self.out),
            "policy": str(self.policy_file),
            "distance": self.distance,
            "gap": self.gap,
            "time_limit": self.time_limit,
            "command": self.command,
            "who": self.who,
        }

    def keep(self) -> None:
        """Writes the policy; `InputError` where its name is taken or it cannot be written."""
        try:
            self.policy_file.parent.mkdir(parents=True, exist_ok=True)
            with self.policy_file.open("x", encoding="utf-8") as file:
                file.write(policy_to_toml(self.policy))
        except FileExistsError as error:
            raise InputError(f"There is a run called {self.name} already; choose another name") from error
        except OSError as error:
            raise InputError(f"{self.policy_file} cannot be written: {error.strerror}") from error

    def forget(self) -> None:
        """Takes the policy away."""
        self.policy_file.unlink(missing_ok=True)


def command(
    pack: str, *, out: str, policy: str, distance: str, gap: float, time_limit: float | None
) -> tuple[str, ...]:
    """`optimiser allocate …` with every option that matters."""
    words: tuple[str, ...] = ("optimiser", "allocate", pack, "--out", out, "--policy", policy)
    words += ("--distance", distance, "--gap", repr(gap))
    return words if time_limit is None else (*words, "--time-limit", repr(time_limit))


class State(StrEnum):
    """Where a solve stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Nothing more will happen."""
        return self not in (State.WAITING, State.RUNNING)


@dataclass
class Solve:
    """One solve. Only `Solver` alters it, with its lock held; a page reads it at any time."""

    key: str
    order: Work
    state: State = State.WAITING
    progress: Progress | None = None
    message: str = ""
    faults: tuple[Fault, ...] = ()
    began: float = 0.0
    """`time.monotonic()`."""
    ended: float = 0.0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def seconds(self) -> float:
        """How long it has been running, or ran."""
        if not self.began:
            return 0.0
        return (self.ended or time.monotonic()) - self.began


class Solver:
    """The solves of this server, for all its readers."""

    def __init__(self, at_a_time: int = AT_A_TIME) -> None:
        self._at_a_time = at_a_time
        self._lock = threading.Lock()
        self._solves: dict[str, Solve] = {}
        atexit.register(self.end)

    def submit(self, order: Work) -> Solve:
        """Starts a solve, or has it wait; `InputError` where its name is taken or nothing can be written."""
        check_free(order.out)
        order.keep()
        solve = Solve(secrets.token_hex(8), order)
        with self._lock:
            self._forget()
            self._solves[solve.key] = solve
            self._start_next()
        return solve

    def find(self, key: str) -> Solve | None:
        """The solve of that key; None where this server does not know it."""
        return self._solves.get(key)

    def ahead(self, solve: Solve) -> int:
        """How many solves are before this one, running or waiting; 0 for one that runs."""
        with self._lock:
            if solve.state is not State.WAITING:
                return 0
            before = list(self._solves.values())
            return sum(not each.state.over for each in before[: before.index(solve)])

    def cancel(self, solve: Solve) -> None:
        """Ends the solve; one that is done stays done."""
        with self._lock:
            if solve.state is State.WAITING:
                self._finish(solve, State.CANCELLED)
            elif solve.state is State.RUNNING:
                solve.state = State.CANCELLED
                if solve.process is not None:
                    solve.process.kill()

    def end(self) -> None:
        """Ends every solve, as the server itself ends."""
        for solve in list(self._solves.values()):
            self.cancel(solve)
        for solve in list(self._solves.values()):
            if solve.process is not None:
                solve.process.wait()
                _clear(solve.order)

    # -- with the lock held ---------------------------------------------------------------------

    def _start_next(self) -> None:
        running = sum(solve.process is not None and not solve.ended for solve in self._solves.values())
        waiting = [solve for solve in self._solves.values() if solve.state is State.WAITING]
        for solve in waiting[: self._at_a_time - running]:
            solve.state, solve.began = State.RUNNING, time.monotonic()
            solve.process = _process(solve.order)
            threading.Thread(target=self._follow, args=(solve, solve.process), daemon=True).start()

    def _finish(self, solve: Solve, state: State) -> None:
        solve.state, solve.ended = state, time.monotonic()
        if state is not State.DONE:
            _clear(solve.order)

    def _forget(self) -> None:
        over = [key for key, solve in self._solves.items() if solve.state.over]
        for key in over[: max(len(over) - REMEMBERED, 0)]:
            del self._solves[key]

    # -- in a thread for each solve that runs ----------------------------------------------------

    def _follow(self, solve: Solve, process: subprocess.Popen[str]) -> None:
        """Reads what the worker says until it ends."""
        for line in process.stdout or ():
            said = _document(line)
            if "progress" in said:
                solve.progress = Progress(**said["progress"])
            elif "error" in said:
                solve.faults = tuple(Fault(**fault) for fault in said["faults"])
                solve.message = said["error"]
        status = process.wait()
        with self._lock:
            if (solve.order.out / "manifest.json").is_file():
                self._finish(solve, State.DONE)
            elif solve.state is State.CANCELLED:
                self._finish(solve, State.CANCELLED)
            else:
                solve.message = solve.message or f"The solve ended without a word (exit status {status})"
                self._finish(solve, State.FAILED)
            self._start_next()


def _process(order: Work) -> subprocess.Popen[str]:
    """A worker that has been handed its order."""
    process = subprocess.Popen(
        [sys.executable, "-m", "optimiser.ui.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    if process.stdin is not None:
        process.stdin.write(json.dumps(order.document()) + "\n")
        process.stdin.flush()
    return process


def _document(line: str) -> dict[str, Any]:
    """A line that the worker said; nothing where a library said something of its own."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _clear(order: Work) -> None:
    """Takes away what an unfinished solve had begun."""
    for partial in order.out.parent.glob(f".{glob.escape(order.name)}.partial-*"):
        shutil.rmtree(partial, ignore_errors=True)
    order.forget()
