"""Measurements as lines of a table (Markdown), printed as they come, and as one JSON file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Measurement
from benchmarks.peers import PEERS

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

RESULTS = Path(__file__).parent / "results"
HEAD = (
    "| problem | children × provisions | solver | seconds | CPU s | peak MiB "
    "| unplaced / separated / £ a week | gap | ratio |\n"
    "| --- | --- | --- | ---: | ---: | ---: | --- | ---: | ---: |"
)


def ratio_of(one: Measurement, base: Measurement | None) -> str:
    """How many times as long as `base`; where one has no answer, at least its limit over the other's time."""
    if base is None or base.seconds is None or (one.seconds is None and "over" not in one.remark):
        return "–"
    if one.seconds is None:
        return f"> {one.task.limit / base.seconds:,.1f}"
    return f"{one.seconds / base.seconds:,.2f}"


def line_of(one: Measurement, base: Measurement | None) -> str:
    """One line of the table; `base` is what its time is divided by."""
    task = one.task
    seconds = one.remark if one.seconds is None else f"{one.seconds:,.2f}"
    tiers = "–" if one.score is None else f"{one.unplaced} / {one.separated} / {one.score:,.2f}"
    gap = "–" if one.gap is None else f"{one.gap:.1e}"
    cells = (
        task.problem,
        f"{task.children:,} × {task.provisions:,}",
        PEERS[task.peer],
        seconds,
        f"{one.cpu_seconds:,.2f}",
        f"{one.peak_mib:,.0f}",
        tiers,
        gap,
        ratio_of(one, base),
    )
    return "| " + " | ".join(cells) + " |"


def machine() -> dict[str, object]:
    """When and on what it was measured; a load above one at the start says the machine was shared."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "cores_allowed": len(os.sched_getaffinity(0)),
        "memory_gib": round(pages / 2**30, 1),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def write(name: str, on: dict[str, object], measured: Sequence[DataclassInstance]) -> Path:
    """All measurements of a run as results/NAME-TIME.json."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}-{str(on['began'])[:19].replace(':', '')}.json"
    document = {"machine": on, "measurements": [asdict(each) for each in measured]}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
