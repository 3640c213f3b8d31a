"""Where tasks are carried out: processes of this machine, or the workers of a Dask cluster that is there."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from optimiser.ensembles.task import Task, carried_out
from optimiser.errors import InputError, StoppedError
from optimiser.version import __version__

if TYPE_CHECKING:
    from distributed import Client

_CHANCES = 3
"""How often workers may be lost with no task done in between, before a task is held to be what ends them."""
_CONNECT = 10.0
"""Seconds within which a scheduler must answer."""
_LOOK = 0.5
"""Seconds between two looks of a process at whether its parent is there."""


class Place(Protocol):
    """Carries out tasks; each result comes packed with the number of its task, in any order."""

    def results(self, tasks: Mapping[int, Task[Any]]) -> Iterator[tuple[int, bytes]]:
        """The packed results; what a task raises is raised here."""


class Here:
    """One after the other, in this process."""

    def results(self, tasks: Mapping[int, Task[Any]]) -> Iterator[tuple[int, bytes]]:
        """The results, in the order of the tasks."""
        for number, task in tasks.items():
            yield number, carried_out(task.packed())


class Processes:
    """Processes of this machine, by joblib; a task is carried out again where its process was ended."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def results(self, tasks: Mapping[int, Task[Any]]) -> Iterator[tuple[int, bytes]]:
        """The results as they come. Source: joblib's loky, whose pool is broken once a process is lost."""
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        left, chances = dict(tasks), _CHANCES
        while left:
            try:
                for number, result in self._once(dict(left)):
                    del left[number]
                    chances = _CHANCES
                    yield number, result
            except TerminatedWorkerError as error:
                chances -= 1
                if not chances:
                    raise StoppedError(
                        f"worker processes were ended {_CHANCES} times in a row and no task was done in "
                        "between; has the machine enough memory? Fewer --workers need less"
                    ) from error

    def _once(self, tasks: Mapping[int, Task[Any]]) -> Iterator[tuple[int, bytes]]:
        from joblib import Parallel, delayed, parallel_config
        from joblib.externals.loky import get_reusable_executor

        try:
            with parallel_config(
                backend="loky", inner_max_num_threads=1, initializer=_begun, initargs=(os.getpid(),)
            ):
                parallel = Parallel(
                    n_jobs=self._workers, return_as="generator_unordered", batch_size=1, pre_dispatch="n_jobs"
                )
                yield from parallel(
                    delayed(_numbered)(number, task.packed()) for number, task in tasks.items()
                )
        except BaseException:  # Whatever ends it, Ctrl-C and an abandoned generator too, no process is left.
            get_reusable_executor().shutdown(wait=True, kill_workers=True)
            raise


class Cluster:
    """The workers of a Dask scheduler at an address; a task goes to another worker where its own is lost."""

    def __init__(self, address: str) -> None:
        self._address = address

    def results(self, tasks: Mapping[int, Task[Any]]) -> Iterator[tuple[int, bytes]]:
        """The results as they come. Source: dask.distributed, `as_completed`."""
        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        with self._client() as client:
            futures = [
                client.submit(_numbered, number, task.packed(), pure=False, retries=_CHANCES)
                for number, task in tasks.items()
            ]
            try:
                for future in as_completed(futures, loop=client.loop):
                    yield future.result()
                    future.release()
            except KilledWorker as error:
                raise StoppedError(f"a task ended every worker it was given to: {error}") from error
            finally:
                client.cancel(futures)

    @contextmanager
    def _client(self) -> Iterator[Client]:
        try:
            from distributed import Client
        except ImportError as error:
            raise InputError(
                "--cluster needs dask.distributed, which is not installed; accepted: an installation with "
                "the extra `cluster`"
            ) from error
        try:
            client = Client(self._address, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise InputError(
                f"no Dask scheduler answers at {self._address}; accepted: an address such as "
                "tcp://127.0.0.1:8786"
            ) from error
        with client:
            _check_workers(client, self._address)
            yield client


def place_from(*, workers: int | None = None, cluster: str | None = None, tasks: int | None = None) -> Place:
    """The cluster where there is an address; else so many processes, by default one for each core, and no
    more than there will be `tasks` at a time; one is this process itself."""
    if cluster is not None:
        if workers is not None:
            raise InputError("--workers and --cluster were both given; accepted: one of the two")
        return Cluster(cluster)
    number = min(cores() if workers is None else workers, tasks or sys.maxsize)
    return Here() if number == 1 else Processes(number)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _numbered(number: int, call: bytes) -> tuple[int, bytes]:
    return number, carried_out(call)


def _begun(parent: int) -> None:
    """A process begins: Ctrl-C is left to the parent, and where that is gone, even killed, it ends too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(StoppedError.exit_status)


def _version() -> str:
    return __version__


def _check_workers(client: Client, address: str) -> None:
    """Raises `InputError` where there is no worker, or one of another version or with many tasks at once."""
    threads = client.nthreads()
    if not threads:
        raise InputError(f"the scheduler at {address} has no workers; accepted: one worker or more")
    many = sorted(worker for worker, number in threads.items() if number != 1)
    if many:
        raise InputError(
            f"the worker {many[0]} carries out {threads[many[0]]} tasks at once; accepted: workers started "
            "with --nthreads 1"
        )
    for worker, version in sorted(client.run(_version, on_error="return").items()):
        if version != __version__:
            raise InputError(
                f"the worker {worker} has version {version} of the program; accepted: {__version__}, as here"
            )
