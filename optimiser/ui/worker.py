"""One solve in a process of its own: `python -m optimiser.ui.worker`.

Standard input: the order, one line of JSON (`solving.Work.document`), for a run or, where it says
`commission`, for a plan; the process ends at once where it closes, so that no solve outlives the app.
Standard output: one line of JSON for each step of the search, and one for the error that ended it, if any.
The folder is written whole or not at all.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.allocation.progress import Progress
from optimiser.audit.run import run_from_pack, write_run
from optimiser.errors import InputError, OptimiserError, StoppedError
from optimiser.pack.folder import check_free

KINDNESS = 15
"""How far a solve stands back behind the pages, where the system knows such a thing."""


def main() -> int:
    """Carries out the order; returns the exit status of `optimiser allocate`."""
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_the_app, daemon=True).start()
    if os.name == "posix":
        os.nice(KINDNESS)
    try:
        check_free(Path(order["out"]))
        (_commission if order.get("commission") else _allocate)(order)
    except OptimiserError as error:
        faults = [asdict(fault) for fault in error.faults] if isinstance(error, InputError) else []
        _print({"error": str(error), "faults": faults})
        return error.exit_status
    except OSError as error:
        _print({"error": f"{error.filename}: {error.strerror}", "faults": []})
        return InputError.exit_status
    except MemoryError:
        _print({"error": "the machine has not enough memory for this region", "faults": []})
        return StoppedError.exit_status
    return 0


def _allocate(order: Mapping[str, Any]) -> None:
    """A run."""
    run = run_from_pack(
        Path(order["pack"]), policy=Path(order["policy"]), distance=order["distance"], **_of_all(order)
    )
    write_run(Path(order["out"]), run)


def _commission(order: Mapping[str, Any]) -> None:
    """A plan."""
    from optimiser.audit.plan_run import plan_run_from_pack, write_plan_run

    futures = Path(order["futures"]) if order["futures"] else None
    plan = plan_run_from_pack(
        Path(order["pack"]), futures=futures, capitals=order["capitals"], **_of_all(order)
    )
    write_plan_run(Path(order["out"]), plan)


def _of_all(order: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked of a run and of a plan alike."""
    return {name: order[name] for name in ("gap", "time_limit", "command", "who")} | {"progress": _say}


def _say(progress: Progress) -> None:
    _print({"progress": asdict(progress)})


def _print(document: dict[str, object]) -> None:
    print(json.dumps(document), flush=True)


def _end_with_the_app() -> None:
    """Waits until the app closes the pipe, or is gone."""
    sys.stdin.read()
    os._exit(StoppedError.exit_status)


if __name__ == "__main__":
    sys.exit(main())
