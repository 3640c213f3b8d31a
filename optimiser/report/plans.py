"""A plan that `optimiser commission` wrote, opened for reading, with its figures before and after."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from optimiser.audit.manifest import sha256
from optimiser.audit.plan_run import BEFORE
from optimiser.errors import InputError
from optimiser.pack.pack import Pack
from optimiser.pack.read import read_pack
from optimiser.report.run_files import RunFiles, disagreements, manifest_from_run
from optimiser.report.views import RunView, open_run, view_of_run

PLAN, METRICS, FRONTIER = "plan.csv", "metrics.json", "frontier.csv"
OWN = "children"
"""The run folder of the pack's own children, where no futures were given."""
_ACCEPTED = "a plan as optimiser commission wrote it"


@dataclass(frozen=True, eq=False)
class PlanView:
    """A plan that is open, with the pack and the options it was made of."""

    folder: Path
    manifest: Mapping[str, Any]
    metrics: Mapping[str, Any]
    plan: pd.DataFrame
    """plan.csv, in the order of the options."""
    pack: Pack
    frontier: pd.DataFrame | None
    """frontier.csv, where there is one."""

    @property
    def name(self) -> str:
        """The name of the plan's folder."""
        return self.folder.name

    @property
    def far_miles(self) -> float:
        """Miles from which a place is far, by the plan's policy."""
        return float(self.manifest["policy"]["prices"]["far_miles"])

    @property
    def futures(self) -> int:
        """How many futures the plan was made for; 0 for the pack's own children."""
        return 0 if self.manifest["commission"]["futures"] is None else len(self.metrics["futures"])

    @cached_property
    def before_and_after(self) -> tuple[RunView, RunView] | None:
        """The pack's own children without the plan and under it, as runs; None where futures were given."""
        if self.futures:
            return None
        after = open_run(self.folder / OWN)
        allocations, metrics = after.output(BEFORE), json.dumps(self.metrics["before"]).encode()
        outputs = {"allocations.csv": allocations, "metrics.json": metrics}
        files = RunFiles(self.folder / "before", after.manifest, MappingProxyType(outputs))
        return view_of_run(files, after.pack), after


def open_plan(folder: Path) -> PlanView:
    """The plan in a folder, with its pack where that is as it was.

    Raises `InputError` where a file of the plan was altered, or the pack is not found.
    """
    manifest = manifest_from_run(folder)
    if not isinstance(manifest.get("commission"), dict):
        raise InputError(f"{folder} is no plan; accepted: {_ACCEPTED}")
    plan = pd.read_csv(io.BytesIO(_output(folder, manifest, PLAN)), dtype={"option_id": "str"})
    metrics = json.loads(_output(folder, manifest, METRICS))
    frontier = None
    if FRONTIER in manifest["outputs"]:
        frontier = pd.read_csv(io.BytesIO(_output(folder, manifest, FRONTIER)))
    return PlanView(folder, manifest, metrics, plan, _pack(folder, manifest), frontier)


def _output(folder: Path, manifest: Mapping[str, Any], name: str) -> bytes:
    """A file of the plan; `InputError` unless its manifest vouches for it."""
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise InputError(f"{folder} has no {name}; accepted: {_ACCEPTED}") from error
    if manifest["outputs"].get(name) != sha256(content):
        raise InputError(f"{folder / name} is not the file whose hash the manifest gives")
    return content


def _pack(folder: Path, manifest: Mapping[str, Any]) -> Pack:
    """The pack that the manifest remembers, whose files are the inputs that it gives the hashes of."""
    pack = read_pack(Path(str(manifest["pack"])), commissioning=True)
    inputs = {name: digest for name, digest in manifest["inputs"].items() if name in pack.files}
    found = disagreements(pack.folder, inputs, pack.files)
    if found:
        raise InputError(
            f"the pack of {folder} has changed: {'; '.join(found)}; accepted: the pack as the plan was made"
        )
    return pack
