"""Plans as the pages see them: what a plan is to be made of, and those that are there.

A plan's inputs are kept beside the runs as a region pack of their own, with options.csv and commission.toml
in it: that folder, and the futures where there are some, are all that the headless command needs.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from optimiser.commissioning.futures_write import drawn_from_pack, files_of_futures
from optimiser.errors import InputError
from optimiser.pack.commission import Commission
from optimiser.pack.commission_file import COMMISSION, commission_to_toml
from optimiser.pack.folder import Content, check_free, write_folder
from optimiser.pack.pack import Pack
from optimiser.pack.policy import Policy
from optimiser.pack.policy_file import POLICY, policy_to_toml
from optimiser.pack.read import read_pack
from optimiser.pack.tables import OPTIONS
from optimiser.report.plans import PlanView, open_plan
from optimiser.ui import store
from optimiser.ui.uploads import counted_faults

PLANS: Final = "plans"
PACKS: Final = "plan-packs"
FUTURES: Final = "plan-futures"
"""Folders beside the runs: plans, the packs they are made of, and the futures drawn for them."""


@dataclass(frozen=True)
class PlanOrder:
    """A plan to be made (`solving.Work`); `futures` are drawn from the pack, 0 for its own children."""

    name: str
    runs: Path
    pack: Pack
    policy: Policy
    options: bytes
    commission: Commission
    capitals: tuple[float, ...] = ()
    """£: the amounts of a frontier."""
    futures: int = 0
    seed: int = 0
    gap: float = 1e-4
    time_limit: float | None = None
    """Seconds."""
    who: str = ""

    @property
    def out(self) -> Path:
        """The plan's folder."""
        return self.runs / PLANS / self.name

    @property
    def inputs(self) -> Path:
        """The pack that the plan is made of."""
        return self.runs / PACKS / self.name

    @property
    def futures_folder(self) -> Path | None:
        """The futures, where there are some."""
        return self.runs / FUTURES / self.name if self.futures else None

    @property
    def command(self) -> tuple[str, ...]:
        """The command that makes the same plan without the app."""
        words: tuple[str, ...] = ("optimiser", "commission", str(self.inputs), "--out", str(self.out))
        words += () if self.futures_folder is None else ("--futures", str(self.futures_folder))
        words += ("--frontier", ",".join(map(repr, self.capitals))) if self.capitals else ()
        words += ("--gap", repr(self.gap))
        return words if self.time_limit is None else (*words, "--time-limit", repr(self.time_limit))

    def document(self) -> Mapping[str, object]:
        """What the worker reads."""
        return {
            "commission": True,
            "pack": str(self.inputs),
            "out": str(self.out),
            "futures": None if self.futures_folder is None else str(self.futures_folder),
            "capitals": self.capitals,
            "gap": self.gap,
            "time_limit": self.time_limit,
            "command": self.command,
            "who": self.who,
        }

    def keep(self) -> None:
        """Writes the pack with its options and limits, and the futures; `InputError` with every fault."""
        for folder in (self.inputs, self.futures_folder):
            if folder is not None:
                check_free(folder)
        try:
            write_folder(self.inputs, self._files())
            pack = read_pack(self.inputs, commissioning=True)
            if self.futures_folder is not None:
                drawn = drawn_from_pack(pack, count=self.futures, seed=self.seed)
                write_folder(self.futures_folder, files_of_futures(drawn))
        except InputError as error:
            self.forget()
            raise counted_faults("The options and limits have", error) from error

    def forget(self) -> None:
        """Takes the pack and the futures away."""
        for folder in (self.inputs, self.futures_folder):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def _files(self) -> dict[str, Content]:
        folder = self.pack.folder
        files: dict[str, Content] = {
            path.relative_to(folder).as_posix() if path.is_relative_to(folder) else name: path.read_bytes()
            for name, path in self.pack.files.items()
        }
        return files | {
            POLICY: policy_to_toml(self.policy).encode(),
            OPTIONS: self.options,
            COMMISSION: commission_to_toml(self.commission).encode(),
        }


def plans_of_pack(pack: Path) -> dict[str, Path]:
    """Name → folder of the plans made of this pack or of its children and places, the latest first."""
    hashes = store.hashes_of_pack(pack)
    found = []
    folder = store.runs_folder() / PLANS
    for path in folder.glob("[!.]*/manifest.json") if folder.is_dir() else ():
        label = _label(str(path.parent), path.stat().st_mtime_ns, path.stat().st_size)
        if label is not None and hashes and all(label[1].get(name) == hashes[name] for name in hashes):
            found.append((label[0], path.parent))
    return {path.name: path for _, path in sorted(found, reverse=True)}


def plan_view(folder: Path) -> PlanView:
    """The plan, opened; raises `InputError` that names what is missing or altered."""
    return store.opened(open_plan, folder)


@st.cache_data(max_entries=1024, show_spinner=False)
def _label(folder: str, time: int, size: int) -> tuple[str, dict[str, str]] | None:
    """When the plan was begun, and the hashes of its inputs; None for a manifest that says too little."""
    del time, size
    try:
        manifest = json.loads((Path(folder) / "manifest.json").read_bytes())
        return str(manifest["start"]), dict(manifest["inputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
