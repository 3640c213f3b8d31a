"""The files of a run folder, each the one whose hash its manifest gives; or the error that names the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from optimiser.audit.manifest import sha256
from optimiser.errors import InputError
from optimiser.pack.policy import Limits, Policy, Prices

MANIFEST = "manifest.json"
COPIES = "inputs"
"""The folder of a run in which its inputs may travel with it."""
NEEDED = ("allocations.csv", "metrics.json")
_ACCEPTED = "a run as optimiser allocate wrote it"


@dataclass(frozen=True)
class RunFiles:
    """A run folder, read: the manifest, and every output by name."""

    folder: Path
    manifest: Mapping[str, Any]
    outputs: Mapping[str, bytes]

    @property
    def inputs(self) -> Mapping[str, str]:
        """Name of every input file → its SHA-256."""
        hashes: Mapping[str, str] = self.manifest["inputs"]
        return hashes


def run_files(folder: Path) -> RunFiles:
    """The files of a run; raises `InputError` where one is missing or not what the manifest says."""
    manifest = manifest_from_run(folder)
    faults = altered_files(folder, manifest)
    if faults:
        raise InputError(f"{folder}: {'; '.join(faults)}; accepted: {_ACCEPTED}")
    outputs = {name: (folder / name).read_bytes() for name in manifest["outputs"]}
    for name in NEEDED:
        if name not in outputs:
            raise InputError(f"{folder}: {name} is not among the outputs; accepted: {_ACCEPTED}")
    return RunFiles(folder, manifest, MappingProxyType(outputs))


def manifest_from_run(folder: Path) -> Mapping[str, Any]:
    """manifest.json, whose last key is the hash of the rest; `InputError` where it is not that."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; accepted: {_ACCEPTED}")
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError(f"{folder} has no {MANIFEST}; accepted: {_ACCEPTED}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read as JSON; accepted: {_ACCEPTED}") from error
    if not isinstance(document, dict) or not all(
        isinstance(document.get(key), dict) for key in ("inputs", "outputs", "policy", "region", "program")
    ):
        raise InputError(f"{path} is no manifest of a run; accepted: {_ACCEPTED}")
    rest = {key: value for key, value in document.items() if key != "sha256"}
    if document.get("sha256") != sha256((json.dumps(rest, indent=2) + "\n").encode()):
        raise InputError(f"{path} was altered: it is not what its own sha256 says; accepted: {_ACCEPTED}")
    return document


def altered_files(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """A phrase for every output that is missing, altered, or no name of a file in the folder."""
    faults = []
    for name, expected in manifest["outputs"].items():
        if Path(name).name != name:
            faults.append(f"{name!r} is no name of a file of the run")
            continue
        path = folder / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif sha256(path.read_bytes()) != expected:
            faults.append(f"{name} was altered: it is not the file whose hash {MANIFEST} gives")
    return faults


def disagreements(folder: Path, inputs: Mapping[str, str], drawn: Mapping[str, Path]) -> list[str]:
    """A phrase for every input of a run that is not in a pack's folder as the run read it.

    policy.toml is left out, for `--policy` may have taken its place and the manifest has it in full.
    `drawn` says where the files are that region.toml names with a path.
    """
    found = []
    for name, expected in inputs.items():
        path = drawn.get(name, folder / name)
        if name == "policy.toml":
            continue
        if not path.is_file():
            found.append(f"{name} is not there")
        elif sha256(path.read_bytes()) != expected:
            found.append(f"{name} has another SHA-256 than the run's input")
    if "incompatible.csv" not in inputs and (folder / "incompatible.csv").exists():
        found.append("incompatible.csv is there, but was no input of the run")
    return found


def policy_from_manifest(document: Mapping[str, Any]) -> Policy:
    """The policy of a run, as its manifest has it in full; `InputError` where it is no policy."""
    try:
        limits = document["limits"]
        budget = limits["weekly_budget"]
        return Policy(
            Prices(**document["prices"]),
            Limits(
                max_miles=limits["max_miles"],
                ofsted=tuple(limits["ofsted"]),
                weekly_budget=None if budget == "none" else budget,
                min_share_within_far_miles=limits["min_share_within_far_miles"],
                authority_weekly_budget=MappingProxyType(dict(limits["authority_weekly_budget"])),
            ),
            split=document["siblings"]["split"],
        )
    except (KeyError, TypeError) as error:
        raise InputError(f"{MANIFEST}: policy is not one that allocate writes ({error!r})") from error
