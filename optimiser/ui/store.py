"""Packs and runs as the pages see them: found in folders, opened once, kept while their files are the same.

Opened packs and runs are values that nobody alters, so all sessions share them; what one reader chooses stays
in that reader's session. Everything is keyed by the files' names, times and sizes: a file that changes on the
disk is read again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from optimiser.errors import InputError
from optimiser.pack.samples import sample_packs
from optimiser.report.table import Table
from optimiser.report.views import PackView, RunView, open_pack, open_run
from optimiser.ui.names import free_name

RUNS_VARIABLE = "OPTIMISER_RUNS"
"""The environment variable by which `optimiser app --runs` tells the pages where the runs are."""
UPLOADS = "packs"
POLICIES = "policies"
"""Folders beside the runs: packs that were uploaded, and the policies of runs made in the app."""
DEFAULT_PACK = "north-east-and-cumbria"
_INPUTS = ("region.toml", "children.csv", "provision.csv")

type Stamp = tuple[tuple[str, int, int], ...]
"""Name, time and size of every file of a folder."""


ALLOCATIONS = "allocations.csv"
"""What the runs of `allocate` write, and no others."""


@dataclass(frozen=True)
class RunLabel:
    """What the choosers say of a run, from its manifest alone."""

    name: str
    folder: Path
    start: str
    """UTC, as in the manifest."""
    pack: str
    """Folder of the pack at that time."""
    inputs: Mapping[str, str]
    """File → SHA-256."""
    outputs: frozenset[str]
    """The files that the run wrote."""


def runs_folder() -> Path:
    """The folder of the runs, which need not be there yet."""
    return Path(os.environ.get(RUNS_VARIABLE) or "runs").absolute()


def packs() -> dict[str, Path]:
    """Name → folder: the samples, what was uploaded, and the packs that the runs remember."""
    found = dict(sample_packs())
    uploads = runs_folder() / UPLOADS
    folders = sorted(uploads.iterdir()) if uploads.is_dir() else []
    folders += [Path(label.pack) for label in runs() if label.pack]
    for folder in folders:
        known = {path.resolve() for path in found.values()}
        if (folder / "region.toml").is_file() and folder.resolve() not in known:
            found[free_name(folder.name, found)] = folder
    return found


def runs(*, holds: str = ALLOCATIONS) -> tuple[RunLabel, ...]:
    """Every run that wrote such a file and whose manifest can be read, the latest first."""
    folder = runs_folder()
    if not folder.is_dir():
        return ()
    labels = [
        _label(str(path.parent), path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(folder.glob("[!.]*/manifest.json"))
    ]
    found = [label for label in labels if label and holds in label.outputs]
    return tuple(sorted(found, key=lambda label: label.start, reverse=True))


def runs_of_pack(pack: Path, *, holds: str = ALLOCATIONS) -> tuple[RunLabel, ...]:
    """The runs made from this folder, or from a copy of the same files; the latest first."""
    hashes = hashes_of_pack(pack)
    return tuple(
        label
        for label in runs(holds=holds)
        if Path(label.pack) == pack.resolve()
        or (hashes and all(label.inputs.get(name) == hashes[name] for name in hashes))
    )


def hashes_of_pack(pack: Path) -> dict[str, str]:
    """File → SHA-256 of the files that every pack has."""
    return _hashes(str(pack), stamp(pack))


def run_list(listing: Callable[[Path], Table]) -> Table:
    """`listing(folder)`, the report's table of all runs, made anew whenever a file of a run changes."""
    folder = runs_folder()
    found = sorted(folder.glob("[!.]*/manifest.json")) if folder.is_dir() else []
    return _run_list(str(folder), tuple((path.parent.name, stamp(path.parent)) for path in found), listing)


def pack_view(folder: Path) -> PackView:
    """The pack, opened; raises `InputError` with its faults."""
    return _pack_view(str(folder), stamp(folder))


def run_view(folder: Path, pack: Path) -> RunView:
    """The run, opened with its pack; raises `InputError` that names what is missing or altered."""
    return _run_view(str(folder), stamp(folder), str(pack), stamp(pack))


def opened[T](opener: Callable[..., T], *folders: Path) -> T:
    """`opener(folder, …)` of the report room: a plan, a forecast …, opened once for all readers.

    Raises what the opener raises, which is `InputError` where a file is missing or altered.
    """
    named = (opener.__module__, opener.__qualname__)
    found: T = _opened(named, tuple(map(str, folders)), tuple(map(stamp, folders)), opener)
    return found


def figures[T](function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """`function(view, …)` of the report room, worked out once for all readers; arguments as plain values.

    A view is whatever is opened from a folder and says so: a pack, a run, a plan, a forecast …
    """
    named = tuple(sorted((name, _key(value)) for name, value in options.items()))
    key = (function.__module__, function.__qualname__, tuple(map(_key, arguments)), named)
    worked: T = _figures(key, function, arguments, options)
    return worked


def stamp(folder: Path) -> Stamp:
    """Name, time and size of the folder's files, hidden ones apart."""
    if not folder.is_dir():
        return ()
    entries = [entry for entry in os.scandir(folder) if entry.is_file() and not entry.name.startswith(".")]
    return tuple(sorted((entry.name, entry.stat().st_mtime_ns, entry.stat().st_size) for entry in entries))


# -- kept: what is deleted at once only tells one version of the files from another --------------------


@st.cache_resource(max_entries=8, show_spinner="Opening the region pack …")
def _pack_view(folder: str, version: Stamp) -> PackView:
    del version
    return open_pack(Path(folder))


@st.cache_resource(max_entries=16, show_spinner="Opening the run …")
def _run_view(folder: str, version: Stamp, pack: str, pack_version: Stamp) -> RunView:
    del version
    try:
        known = [_pack_view(pack, pack_version)]
    except InputError:
        known = []
    return open_run(Path(folder), packs=known)


@st.cache_resource(max_entries=1024, show_spinner="Working out the figures …")
def _figures(
    key: object, _function: Callable[..., Any], _arguments: tuple[Any, ...], _options: dict[str, Any]
) -> Any:
    del key
    return _function(*_arguments, **_options)


@st.cache_resource(max_entries=64, show_spinner="Opening …")
def _opened(
    opener: object, folders: tuple[str, ...], versions: tuple[Stamp, ...], _opener: Callable[..., Any]
) -> Any:
    del opener, versions
    return _opener(*map(Path, folders))


@st.cache_resource(max_entries=4, show_spinner="Reading the list of runs …")
def _run_list(folder: str, version: object, _listing: Callable[[Path], Table]) -> Table:
    del version
    return _listing(Path(folder))


@st.cache_data(max_entries=1024, show_spinner=False)
def _label(folder: str, time: int, size: int) -> RunLabel | None:
    """None for a manifest that says too little; the audit page tells what is wrong with it."""
    del time, size
    path = Path(folder)
    try:
        manifest = json.loads((path / "manifest.json").read_bytes())
        return RunLabel(
            name=path.name,
            folder=path,
            start=str(manifest["start"]),
            pack=str(manifest.get("pack", "")),
            inputs=dict(manifest["inputs"]),
            outputs=frozenset(manifest.get("outputs", [ALLOCATIONS])),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


@st.cache_data(max_entries=64, show_spinner=False)
def _hashes(folder: str, version: Stamp) -> dict[str, str]:
    names = [name for name, _, _ in version if name in _INPUTS]
    return {name: hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest() for name in names}


def _key(argument: object) -> object:
    """A view itself, and its files: should another view take its place in memory, they tell them apart. A
    plain value is its own key."""
    folder = getattr(argument, "folder", None)
    return (id(argument), str(folder), stamp(folder)) if isinstance(folder, Path) else argument
