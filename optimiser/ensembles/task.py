"""A task of an ensemble: a name, and a pure function of arguments that can be sent to another process."""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


def _taken_apart(values: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return _read_only, (dict(values),)


def _read_only(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(values)


copyreg.pickle(MappingProxyType, _taken_apart)  # A policy holds such mappings, and cannot be sent without.


@dataclass(frozen=True)
class Task[Result]:
    """One call of a module's function; its result depends on nothing but `args`, `options` and the version.

    `name` is unique in its ensemble and, with what the ensemble says of its inputs, says all that the result
    depends on: under it the result is kept, should the ensemble be interrupted.
    """

    name: str
    function: Callable[..., Result]
    args: tuple[object, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)

    def packed(self) -> bytes:
        """The call, to be sent; every task is sent so, that no two places see different arguments."""
        return pickle.dumps((self.function, self.args, dict(self.options)), protocol=pickle.HIGHEST_PROTOCOL)


def carried_out(packed: bytes) -> bytes:
    """The result of a packed call, packed."""
    function, args, options = pickle.loads(packed)
    return pickle.dumps(function(*args, **options), protocol=pickle.HIGHEST_PROTOCOL)
