"""What `optimiser verify` says of a run, asked in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from optimiser.ui import store

LONGEST_VERIFICATION = 900.0
"""Seconds."""


@dataclass(frozen=True)
class Verdict:
    """What `optimiser verify` said, of which files, and when."""

    proven: bool
    statement: str
    refutations: tuple[str, ...]
    of: store.Stamp
    at: datetime


def verdict_of(folder: Path, pack: Path | None = None) -> Verdict:
    """`optimiser verify` in a process of its own, so that no other reader waits; `pack` where it has "
    "moved."""
    of, at = store.stamp(folder), datetime.now(UTC)
    words = [sys.executable, "-m", "optimiser", "verify", str(folder), "--json"]
    words += [] if pack is None else ["--pack", str(pack)]
    try:
        ended = subprocess.run(
            words, capture_output=True, text=True, timeout=LONGEST_VERIFICATION, check=False
        )
        said = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        return Verdict(False, "", (f"the verification did not end: {error}",), of, at)
    if "error" in said:
        return Verdict(False, "", (said["error"],), of, at)
    return Verdict(bool(said["proven"]), said["statement"], tuple(said["refutations"]), of, at)


def kept_verdict(folder: Path, pack: Path) -> Verdict:
    """The verdict on these very files, asked once for all readers."""
    return _kept(str(folder), store.stamp(folder), str(pack), store.stamp(pack))


@st.cache_data(max_entries=64, show_spinner="Verifying the run: this takes a few seconds …")
def _kept(folder: str, version: store.Stamp, pack: str, pack_version: store.Stamp) -> Verdict:
    del version, pack_version
    return verdict_of(Path(folder), Path(pack))
