"""Runs for the verifier: one written out by hand, and the means to alter a run and mend its hashes."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.corners import beds, corner
from support.random_packs import Tables

from optimiser.audit.manifest import policy_document, sha256
from optimiser.audit.run import json_bytes, run_from_pack, write_run
from optimiser.pack.policy import Policy

TWO_CHILDREN = corner({"a": {}, "b": {}}, {"p": beds(1)}, "if_needed", "")
"""Two children on one spot, and there one place at £500 a week."""

_ALLOCATIONS = (
    "child_id,authority,status,provision_id,kind,provider,sector,miles,school_miles,weekly_cost,score,"
    "over_far_miles,with_siblings,reason\n"
    "a,E08000037,placed,p,foster_home,,private,0.000,,500.00,500.00,no,,\n"
    "b,E08000037,unplaced,,,,,,,,,,,places_taken\n"
)
_SHADOW_PRICES = "limit,id,authority,kind,vacancies,saving_gbp_per_week\nvacancies,p,,foster_home,1,0.0000\n"
_NOBODY = {
    "children": 0,
    "placed": 0,
    "unplaced": 0,
    "sibling_groups": 0,
    "separated_groups": 0,
    "score_total": 0.0,
    "weekly_cost_total": 0.0,
    "mean_miles": None,
    "median_miles": None,
    "p90_miles": None,
    "share_over_far_miles": None,
}
_REGION = {
    "children": 2,
    "placed": 1,
    "unplaced": 1,
    "sibling_groups": 0,
    "separated_groups": 0,
    "score_total": 500.0,
    "weekly_cost_total": 500.0,
    "mean_miles": 0.0,
    "median_miles": 0.0,
    "p90_miles": 0.0,
    "share_over_far_miles": 0.0,
}


@dataclass(frozen=True)
class RunFolder:
    """The folder of a pack and that of a run on it."""

    pack: Path
    run: Path

    def copy(self, to: Path) -> RunFolder:
        """The same two folders elsewhere."""
        return RunFolder(
            Path(shutil.copytree(self.pack, to / "pack")), Path(shutil.copytree(self.run, to / "run"))
        )

    def alter(self, name: str, change: Callable[[Any], None], *, mend: bool = True) -> None:
        """Change the JSON document of a file of the run; with `mend` all hashes fit again."""
        document = json.loads((self.run / name).read_bytes())
        change(document)
        (self.run / name).write_bytes(json_bytes(document))
        if mend:
            self.mend()

    def mend(self) -> None:
        """Give the manifest the hashes of the files as they are now, and its own."""
        manifest = json.loads((self.run / "manifest.json").read_bytes())
        manifest["outputs"] = {
            name: sha256((self.run / name).read_bytes())
            for name in manifest["outputs"]
            if (self.run / name).exists()
        }
        for name in manifest["inputs"]:
            if (self.pack / name).exists():
                manifest["inputs"][name] = sha256((self.pack / name).read_bytes())
        manifest.pop("sha256", None)
        manifest["sha256"] = sha256(json_bytes(manifest))
        (self.run / "manifest.json").write_bytes(json_bytes(manifest))


def hand_made(folder: Path) -> RunFolder:
    """A run on `TWO_CHILDREN` written out by hand, with prices that prove all of it.

    Tier 1: a place costs 1, so each child costs 1 either way: 2, less 1 paid back. Tier 3: a child without
    a place costs £500, as the place does: £1,000 less £500 paid back, less the roundings.
    """
    pack = TWO_CHILDREN.write(folder / "pack")
    members = [entry["code"] for entry in TWO_CHILDREN.region["authority"]]
    metrics = {
        **_REGION,
        "score_bound": 500.0,
        "gap": 0.0,
        "status": "optimal",
        "seconds": 0.5,
        "by_authority": {code: _NOBODY if place else _REGION for place, code in enumerate(members)},
    }
    nothing: dict[str, object] = {"unplaced": None, "separated": None}
    certificate = {
        "format": 1,
        "certified": {"unplaced": 1, "separated": 0, "score": "499.999999"},
        "found": {"unplaced": 1, "separated": 0, "score": 500.0},
        "tiers": [
            {"tier": 1, "tally": nothing, "prices": {"capacity": {"p": "1"}}},
            {"tier": 2, "tally": {**nothing, "unplaced": 1}, "prices": {}},
            {"tier": 3, "tally": {"unplaced": 1, "separated": 0}, "prices": {"fewest_unplaced": "500.0"}},
        ],
    }
    run = folder / "run"
    run.mkdir()
    (run / "allocations.csv").write_text(_ALLOCATIONS, encoding="utf-8")
    (run / "shadow_prices.csv").write_text(_SHADOW_PRICES, encoding="utf-8")
    (run / "metrics.json").write_bytes(json_bytes(metrics))
    (run / "certificate.json").write_bytes(json_bytes(certificate))
    (run / "model.mps.gz").write_bytes(gzip.compress(b"NAME\nENDATA\n", mtime=0))
    manifest = {
        "program": {"name": "regional-care-optimiser", "version": "0.0.1"},
        "region": {"name": TWO_CHILDREN.region["name"], "as_at": TWO_CHILDREN.region["as_at"]},
        "command": ["optimiser", "allocate", "pack"],
        "start": "2025-04-01T09:30:00Z",
        "end": "2025-04-01T09:30:01Z",
        "distance": "straight",
        "gap": 1e-4,
        "policy": policy_document(Policy()),
        "inputs": {path.name: "" for path in sorted(pack.iterdir())},
        "outputs": {path.name: "" for path in sorted(run.iterdir())},
        "versions": {"python": "3.12.0"},
    }
    (run / "manifest.json").write_bytes(json_bytes(manifest))
    made = RunFolder(pack, run)
    made.mend()
    return made


def real_run(folder: Path, tables: Tables, *, gap: float = 1e-6) -> RunFolder:
    """A run of the program on a pack, both written into `folder`."""
    pack = tables.write(folder / "pack")
    write_run(folder / "run", run_from_pack(pack, gap=gap))
    return RunFolder(pack, folder / "run")
