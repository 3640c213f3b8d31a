"""The bundle: the files of a run and of its pack, each against the hash that manifest.json gives."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path, PurePath

from optimiser.verification.documents import (
    Document,
    RefutedError,
    document_from_json,
    document_from_toml,
    line,
    shown,
)

MANIFEST = "manifest.json"
OUTPUTS = ("allocations.csv", "metrics.json", "shadow_prices.csv", "certificate.json", "model.mps.gz")
"""What a run must hold besides the manifest; what else the manifest lists is checked by its hash alone."""
INPUTS = ("region.toml", "children.csv", "provision.csv")
OPTIONAL_INPUTS = ("incompatible.csv", "policy.toml")
COPIES = "inputs"
"""The folder of a run in which its inputs may travel with it."""
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Bundle:
    """What a run says of itself, and its files' contents by name; a file that is missing is not there."""

    manifest: Document
    inputs: Mapping[str, bytes]
    outputs: Mapping[str, bytes]


PLAN_OUTPUTS = ("plan.csv", "metrics.json", "certificate.json")
PLAN_INPUTS = ("options.csv", "commission.toml")


def is_plan(run: Path) -> bool:
    """The folder is a plan's: its manifest says what commissioning might spend."""
    try:
        return "commission" in document_from_json(MANIFEST, _bytes(run / MANIFEST, MANIFEST)).values
    except RefutedError:
        return (run / "plan.csv").exists()


def bundle_from_folder(
    run: Path,
    pack: Path | None,
    lines: list[str],
    *,
    needed: Sequence[str] = OUTPUTS,
    optional: Sequence[str] = OPTIONAL_INPUTS,
) -> Bundle:
    """The files of a run, its inputs from `pack` or from where the manifest remembers them.

    `needed`: the outputs it must have; `optional`: the inputs it may have, beside those of every pack.

    Adds a line for every file that is missing, altered or not in the manifest; raises `RefutedError` where
    there is no manifest that says what should be there.
    """
    bundle = bundle_of_outputs(run, pack, needed, lines, optional=optional)
    manifest = bundle.manifest
    manifest.texts("command")
    if _moment(manifest, "end") < _moment(manifest, "start"):
        lines.append(line(MANIFEST, "end", "is before the start"))
    return bundle


def manifest_of_run(run: Path) -> Document:
    """The manifest of a run, unchecked; raises `RefutedError` where there is none."""
    return document_from_json(MANIFEST, _bytes(run / MANIFEST, MANIFEST))


def bundle_of_outputs(
    run: Path,
    pack: Path | None,
    names: Sequence[str],
    lines: list[str],
    *,
    optional: Sequence[str] = OPTIONAL_INPUTS,
) -> Bundle:
    """The same of a run of any kind, which must hold the outputs `names`."""
    content = _bytes(run / MANIFEST, MANIFEST)
    manifest = document_from_json(MANIFEST, content)
    _check_own_hash(manifest, content, lines)
    _check_manifest(manifest, lines)
    hashes = _hashes(manifest, "outputs")
    inputs = _hashes(manifest, "inputs")
    _check_extra_files(run, hashes, inputs, lines)
    for name in names:
        if name not in hashes:
            lines.append(line(MANIFEST, f"outputs.{name}", "is missing"))
    outputs = {}
    for name, hashed in hashes.items():
        output = _checked_output(run, name, hashed, lines)
        if output is not None:
            outputs[name] = output
    return Bundle(manifest, _inputs(run, pack, manifest, inputs, optional, lines), outputs)


def _bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RefutedError(name, "", f"cannot be read ({error.strerror})") from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hashes(manifest: Document, key: str) -> dict[str, str]:
    table = manifest.table(key)
    for name in table.values:
        if not _HASH.fullmatch(table.text(name)):
            raise table.refuted(name, f"is {shown(table.text(name))}, not a SHA-256")
    return {name: table.text(name) for name in table.values}


def _check_own_hash(manifest: Document, content: bytes, lines: list[str]) -> None:
    """The manifest's own hash is that of all else in it, written as runs write JSON."""
    rest = {key: value for key, value in manifest.values.items() if key != "sha256"}
    try:
        hashed, written = _sha256(_as_written(rest)), _as_written(manifest.values)
    except RecursionError as error:
        raise RefutedError(MANIFEST, "", "is nested too deep") from error
    if manifest.text("sha256") != hashed:
        lines.append(line(MANIFEST, "sha256", "is not the hash of the rest of the manifest"))
    if content != written:
        lines.append(line(MANIFEST, "", "is not written as a run writes it"))


def _as_written(values: Mapping[str, object]) -> bytes:
    return (json.dumps(dict(values), indent=2) + "\n").encode()


def _check_manifest(manifest: Document, lines: list[str]) -> None:
    """The parts of the manifest that no other check reads are there, and make sense."""
    program = manifest.table("program")
    for key in ("name", "version"):
        program.text(key)
    versions = manifest.table("versions")
    for key in versions.values:
        versions.text(key)
    if manifest.number("gap") < 0:
        lines.append(line(MANIFEST, "gap", f"is {manifest.number('gap')}, below 0"))
    if manifest.text("distance") not in ("straight", "road"):
        raise manifest.refuted("distance", f"is {shown(manifest.text('distance'))}, not straight or road")


def _moment(manifest: Document, key: str) -> datetime:
    try:
        return datetime.strptime(manifest.text(key), _MOMENT)
    except ValueError as error:
        raise manifest.refuted(key, f"is {shown(manifest.text(key))}, not a time in UTC") from error


def _check_extra_files(
    run: Path, outputs: Mapping[str, str], inputs: Mapping[str, str], lines: list[str]
) -> None:
    """Nothing stands in the run that the manifest does not list."""
    listed = {MANIFEST, *outputs, *(f"{COPIES}/{name}" for name in inputs)}
    for path in sorted(run.rglob("*")):
        name = path.relative_to(run).as_posix()
        if not path.is_dir() and name not in listed:
            lines.append(line(name, "", "is not in the manifest"))


def _inside(name: str) -> bool:
    """The name stays within its folder."""
    path = PurePath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\0" not in name


def _checked_output(run: Path, name: str, hashed: str, lines: list[str]) -> bytes | None:
    """The content of an output, where anyone reads it; None for the model, which is only hashed."""
    if not _inside(name):
        lines.append(line(MANIFEST, f"outputs.{name}", "is no name of a file of the run"))
        return None
    if PurePath(name).name == "model.mps.gz":
        lines.extend(_faults_of_model(run / name, name, hashed))
        return None
    try:
        content = _bytes(run / name, name)
    except RefutedError as missing:
        lines.append(str(missing))
        return None
    if _sha256(content) != hashed:
        lines.append(line(name, "", "is not the file whose hash the manifest gives"))
    return content


def _faults_of_model(path: Path, name: str, hashed: str) -> Iterator[str]:
    """The model is the one that was hashed, and a whole gzip file."""
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != hashed:
                yield line(name, "", "is not the file whose hash the manifest gives")
        with gzip.open(path) as model:
            while model.read(_CHUNK):
                pass
    except (OSError, EOFError, zlib.error) as error:
        yield line(name, "", f"cannot be read ({error})")


def _inputs(
    run: Path,
    pack: Path | None,
    manifest: Document,
    hashes: Mapping[str, str],
    optional: Sequence[str],
    lines: list[str],
) -> dict[str, bytes]:
    """The inputs that are found, by name, each checked against its hash; not those that are outputs too."""
    folder = _pack_folder(run, pack, manifest)
    found: dict[str, bytes] = {}
    for name in INPUTS:
        if name not in hashes:
            lines.append(line(MANIFEST, f"inputs.{name}", "is missing"))
    paths = {name: folder / name for name in (*INPUTS, *optional)}
    paths.update(_drawn(folder, hashes))
    for name, hashed in hashes.items():
        if optional is not OPTIONAL_INPUTS and (name == "futures.csv" or "/" in name):
            continue
        if name not in paths:
            lines.append(line(MANIFEST, f"inputs.{name}", "is no file of a pack"))
            continue
        places = [paths[name], *(_other_policies(run, manifest) if name == "policy.toml" else [])]
        content = _matching(places, hashed)
        if content is None:
            lines.append(line(name, "", f"is not in {folder}: give the folder of the pack with --pack"))
            continue
        if _sha256(content) != hashed:
            lines.append(line(name, "", "is not the file whose hash the manifest gives"))
        found[name] = content
    for name in optional:
        if name not in hashes and paths[name].exists():
            lines.append(line(name, "", "is in the pack, but was no input of the run"))
    return found


def _pack_folder(run: Path, pack: Path | None, manifest: Document) -> Path:
    """The pack that was given, else the one remembered if it is there, else the copies in the run."""
    if pack is not None:
        return pack
    remembered = manifest.values.get("pack")
    if isinstance(remembered, str) and "\0" not in remembered and Path(remembered).is_dir():
        return Path(remembered)
    return run / COPIES


def _other_policies(run: Path, manifest: Document) -> list[Path]:
    """Where a policy may be that took the place of the pack's: in the run, or where the command had it."""
    command = manifest.texts("command") if "command" in manifest.values else []
    named = [value for option, value in pairwise(command) if option == "--policy" and value]
    named += [word.removeprefix("--policy=") for word in command if word.startswith("--policy=")]
    return [run / COPIES / "policy.toml", *(Path(value) for value in named if "\0" not in value)]


def _matching(paths: list[Path], hashed: str) -> bytes | None:
    """The first of the files with this hash, else the first that can be read at all."""
    first = None
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError:
            continue
        if _sha256(content) == hashed:
            return content
        first = content if first is None else first
    return first


def _drawn(folder: Path, hashes: Mapping[str, str]) -> dict[str, Path]:
    """Name → path of the files that region.toml names, boundaries and roads, as far as it can be read."""
    if "region.toml" not in hashes:
        return {}
    try:
        region = document_from_toml("region.toml", _bytes(folder / "region.toml", "region.toml"))
    except RefutedError:
        return {}
    values = [region.values.get(key) for key in ("boundaries", "roads")]
    named = [value.strip() for value in values if isinstance(value, str) and _inside(value.strip())]
    paths = {}
    for value in named:
        beside, within = folder / PurePath(value).name, folder / value
        paths[PurePath(value).name] = within if within.exists() else beside
    return paths
