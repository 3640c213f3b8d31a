"""Results of an unfinished ensemble, kept beside what it will write, so that it goes on where it stopped.

A result is kept under the SHA-256 of the version of the program, of what the ensemble says of its inputs, of
the function and of the task's name: whatever changes, the old result is not found. The files are Python
pickles with their own SHA-256 before them; one that is cut short is as good as absent. They are this
account's own: whoever can write beside the run could as well write the run.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from optimiser.ensembles.task import Task
from optimiser.errors import InputError, StoppedError
from optimiser.version import __version__

_DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True)
class Keep:
    """Where results are kept, and what all tasks have in common; without a folder nothing is kept."""

    folder: Path | None = None
    inputs: str = ""
    """All that results depend on beside the tasks' names: hashes of files, a policy, a gap."""

    def find(self, task: Task[object]) -> bytes | None:
        """The packed result that was kept of a task; None where there is none."""
        if self.folder is None:
            return None
        try:
            content = self._path(self.folder, task).read_bytes()
        except OSError:
            return None
        digest, packed = content[:_DIGEST], content[_DIGEST:]
        return packed if hashlib.sha256(packed).digest() == digest else None

    def put(self, task: Task[object], packed: bytes) -> None:
        """Keeps a result, whole or not at all."""
        if self.folder is None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = self.folder / f".{secrets.token_hex(8)}"
            partial.write_bytes(hashlib.sha256(packed).digest() + packed)
            os.replace(partial, self._path(self.folder, task))
        except OSError as error:
            raise InputError(f"{self.folder} cannot be written: {error.strerror}") from error

    def _path(self, folder: Path, task: Task[object]) -> Path:
        function = f"{task.function.__module__}.{task.function.__qualname__}"
        said = json.dumps([__version__, self.inputs, function, task.name])
        return folder / hashlib.sha256(said.encode()).hexdigest()


def digest(inputs: object) -> str:
    """The SHA-256 of what tasks have in common, as it would be sent."""
    return hashlib.sha256(pickle.dumps(inputs, protocol=pickle.HIGHEST_PROTOCOL)).hexdigest()


def unfinished(out: Path) -> Path:
    """The folder beside `out` for what is kept of it until it is written: `.NAME.unfinished`."""
    return out.parent / f".{out.name}.unfinished"


@contextmanager
def kept_until_written(out: Path, inputs: str) -> Iterator[Keep]:
    """What is kept for `out` while it is made; taken away once the block has written it."""
    folder = unfinished(out)
    try:
        yield Keep(folder, inputs)
    except KeyboardInterrupt:
        if not folder.is_dir():
            raise
        raise StoppedError(
            "stopped by the user; the run was not written, and the same command goes on from what was done"
        ) from None
    shutil.rmtree(folder, ignore_errors=True)
