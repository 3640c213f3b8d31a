"""A run made by hand, without a solver, and what a finished run folder must look like."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from support.small import child, home, small_pack, solved_by_hand

from optimiser.audit.manifest import Start, sha256
from optimiser.audit.run import Run, run_from_solution

FILES = {
    "allocations.csv",
    "metrics.json",
    "explanations.jsonl",
    "shadow_prices.csv",
    "shadow_prices_by.csv",
    "certificate.json",
    "model.mps.gz",
    "manifest.json",
}
START = Start(
    at=datetime(2025, 4, 1, 9, 30, tzinfo=UTC),
    command=("optimiser", "allocate", "pack"),
    inputs={"children.csv": sha256(b"child_id\n")},
)


def run_by_hand() -> Run:
    """Two children, one of them placed."""
    pack = small_pack([child("b"), child("a")], [home("p")])
    instance, solution = solved_by_hand(pack, {"a": "p"})
    return run_from_solution(
        pack, instance, solution, certificate={}, start=START, distance="straight", gap=1e-4
    )


def assert_finished(folder: Path) -> None:
    """Every file is there, and is the one whose hash the manifest gives."""
    assert {path.name for path in folder.iterdir()} == FILES
    manifest = json.loads((folder / "manifest.json").read_bytes())
    hashes = {name: sha256((folder / name).read_bytes()) for name in FILES - {"manifest.json"}}
    assert manifest["outputs"] == hashes
