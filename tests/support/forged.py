"""A run altered by somebody who wrote every hash anew, so that only the check of its figures finds it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from optimiser.audit.manifest import sha256


def forge(run: Path) -> None:
    """One child nearer than it lives, and every hash written anew."""
    rows = pd.read_csv(run / "allocations.csv", dtype="str", keep_default_na=False)
    rows.loc[rows.index[rows["status"] == "placed"][0], "miles"] = "0.001"
    rows.to_csv(run / "allocations.csv", index=False, lineterminator="\n")
    manifest = json.loads((run / "manifest.json").read_bytes())
    del manifest["sha256"]
    manifest["outputs"]["allocations.csv"] = sha256((run / "allocations.csv").read_bytes())
    manifest["sha256"] = sha256((json.dumps(manifest, indent=2) + "\n").encode())
    (run / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
