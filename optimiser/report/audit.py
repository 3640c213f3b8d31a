"""The runs of a folder: what each says of itself, broken ones listed as broken, and a run as one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimiser.audit.manifest import sha256
from optimiser.errors import InputError
from optimiser.report.build import Builder
from optimiser.report.policy_keys import differences_from_default, policy_table
from optimiser.report.run_files import MANIFEST, altered_files, manifest_from_run
from optimiser.report.table import Kind, Level, Table
from optimiser.report.zips import zip_of

BROKEN = "broken"


@dataclass(frozen=True)
class RunRecord:
    """A run folder as far as it can be read; `problem` says what is wrong with it, "" where nothing is."""

    folder: Path
    problem: str
    manifest: Mapping[str, Any]
    metrics: Mapping[str, Any]

    @property
    def status(self) -> str:
        """`optimal`, `feasible` or `broken`."""
        return BROKEN if self.problem else str(self.metrics.get("status", BROKEN))

    @property
    def who(self) -> str:
        """Who made it, where the manifest says so."""
        return str(self.manifest.get("who", ""))

    @property
    def command(self) -> str:
        """The command line that made it."""
        words = self.manifest.get("command", [])
        return " ".join(map(str, words)) if isinstance(words, list) else ""

    def policy(self) -> Table:
        """Its policy, every key."""
        return policy_table(_table(self.manifest, "policy"))

    def files(self) -> Table:
        """Its inputs and outputs with their SHA-256, and whether each output is still that file."""
        builder = Builder()
        inputs, outputs = (_table(self.manifest, each) for each in ("inputs", "outputs"))
        builder.text("file", "File", [*inputs, *outputs])
        builder.text("part", "Part", ["input"] * len(inputs) + ["output"] * len(outputs))
        builder.text("sha256", "SHA-256", [*inputs.values(), *outputs.values()])
        found = [self._found(name, str(hashed)) for name, hashed in outputs.items()]
        builder.text("found", "Found", ["see verify"] * len(inputs) + found)
        return builder.table("files", "Files of the run", source=None)

    def _found(self, name: str, hashed: str) -> str:
        path = self.folder / Path(name).name
        if not path.is_file():
            return "missing"
        return "unaltered" if sha256(path.read_bytes()) == hashed else "altered"

    def versions(self) -> Table:
        """With what it was made."""
        program = _table(self.manifest, "program")
        rows = {"regional-care-optimiser": program.get("version", ""), **_table(self.manifest, "versions")}
        builder = Builder()
        builder.text("name", "Program or library", list(rows))
        builder.text("version", "Version", list(rows.values()))
        return builder.table("versions", "Versions", source=None)


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, dict) else {}


def run_record(folder: Path) -> RunRecord:
    """What a run folder says of itself, broken or not; never raises for what is in it."""
    problem, manifest, metrics = "", _json(folder / MANIFEST), _json(folder / "metrics.json")
    try:
        manifest = dict(manifest_from_run(folder))
        problem = "; ".join(altered_files(folder, manifest))
    except InputError as error:
        problem = str(error).replace(f"{folder}", folder.name)
    except OSError as error:
        problem = f"{folder.name} cannot be read ({error.strerror})"
    if not problem and "status" not in metrics:
        problem = "metrics.json has no status"
    return RunRecord(folder, problem, manifest, metrics)


def _json(path: Path) -> dict[str, Any]:
    """A JSON document, or nothing where there is none to read: the record says why."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def runs_in(folder: Path) -> Table:
    """Every run in a folder, newest first; a folder that only looks like a run is listed as broken.

    Folders whose manifest says that they are of another kind are left out.
    """
    records = [run_record(each) for each in _run_folders(folder) if "kind" not in _json(each / MANIFEST)]
    records.sort(key=lambda each: (str(each.manifest.get("end", "")), each.folder.name), reverse=True)
    builder = Builder()

    text = builder.text
    manifests = [each.manifest for each in records]
    text("name", "Run", [each.folder.name for each in records])
    text("folder", "Folder", [each.folder for each in records])
    text("status", "Status", [each.status for each in records])
    text("problem", "What is wrong", [each.problem for each in records])
    text("who", "Who", [each.who for each in records])
    text("started", "Started (UTC)", [each.get("start", "") for each in manifests])
    text("finished", "Finished (UTC)", [each.get("end", "") for each in manifests])
    text("region", "Region", [_table(each, "region").get("name", "") for each in manifests])
    text("as_at", "As at", [_table(each, "region").get("as_at", "") for each in manifests])
    for name, label, kind in (
        ("children", "Children", Kind.NUMBER),
        ("placed", "Placed", Kind.NUMBER),
        ("unplaced", "Without a place", Kind.NUMBER),
        ("separated_groups", "Sibling groups separated", Kind.NUMBER),
        ("score_total", "Score, £ a week", Kind.MONEY),
        ("gap", "Gap", Kind.SHARE),
    ):
        builder.figure(name, label, [_number(each.metrics.get(name)) for each in records], kind)
    text("distance", "Distance", [each.get("distance", "") for each in manifests])
    text("policy_differences", "Policy, other than default", [_policy_text(each) for each in manifests])
    text("program_version", "Version", [_table(each, "program").get("version", "") for each in manifests])
    text("inputs_sha256", "Inputs", [inputs_hash(each) for each in manifests])
    text("manifest_sha256", "Manifest", [str(each.get("sha256", ""))[:12] for each in manifests])
    notes = ["Inputs: the first 12 digits of one SHA-256 over the hashes of all input files."]
    return builder.table("runs", "Runs", source=None, notes=notes, level=Level.HOME)


def _run_folders(folder: Path) -> list[Path]:
    """The folders that hold a file of a run; hidden ones are still being written."""
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; accepted: a folder of runs")
    names = (MANIFEST, "metrics.json", "allocations.csv")
    return [
        each
        for each in sorted(folder.iterdir())
        if each.is_dir() and not each.name.startswith(".") and any((each / name).exists() for name in names)
    ]


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _policy_text(manifest: Mapping[str, Any]) -> str:
    policy = _table(manifest, "policy")
    if not policy or not all(isinstance(each, dict) for each in policy.values()):
        return ""
    return "; ".join(differences_from_default(policy)) or "default"


def inputs_hash(manifest: Mapping[str, Any]) -> str:
    """The first 12 digits of the SHA-256 over `name:hash` of all inputs, by name; "" where there are none."""
    inputs = _table(manifest, "inputs")
    lines = "\n".join(f"{name}:{hashed}" for name, hashed in sorted(inputs.items()))
    return sha256(lines.encode())[:12] if inputs else ""


def run_zip(folder: Path) -> bytes:
    """The run folder as a zip, every file as it is, under the folder's name; the same bytes every time."""
    if not (folder / MANIFEST).is_file():
        raise InputError(f"{folder} has no {MANIFEST}; accepted: the folder of a run")
    return zip_of({folder.name: folder})
