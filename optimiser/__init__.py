"""Matches a region's children in care to foster homes and children's homes, with a proven best allocation.

The public names are loaded when they are first used: `optimiser --help` need not wait for pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from optimiser.errors import Fault, InputError, OptimiserError
from optimiser.version import __version__

if TYPE_CHECKING:
    from optimiser.allocation.solution import Solution
    from optimiser.allocation.solve import allocate
    from optimiser.audit.run import Run, run_from_pack, write_run
    from optimiser.matching.instance import Instance, instance_from_pack
    from optimiser.pack.pack import Pack
    from optimiser.pack.read import read_pack
    from optimiser.pack.samples import sample_packs

_ROOMS = {
    "Instance": "optimiser.matching.instance",
    "Pack": "optimiser.pack.pack",
    "Run": "optimiser.audit.run",
    "Solution": "optimiser.allocation.solution",
    "allocate": "optimiser.allocation.solve",
    "instance_from_pack": "optimiser.matching.instance",
    "read_pack": "optimiser.pack.read",
    "run_from_pack": "optimiser.audit.run",
    "sample_packs": "optimiser.pack.samples",
    "write_run": "optimiser.audit.run",
}

__all__ = [
    "Fault",
    "InputError",
    "Instance",
    "OptimiserError",
    "Pack",
    "Run",
    "Solution",
    "__version__",
    "allocate",
    "instance_from_pack",
    "read_pack",
    "run_from_pack",
    "sample_packs",
    "write_run",
]


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
