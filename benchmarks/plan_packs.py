"""The packs that plans are made for: one of `packs`, the options that the rules propose, and futures.

Run as `python -m benchmarks.plan_packs CHILDREN FUTURES`, in a process of its own, so that its memory counts
for no peer.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from benchmarks.packs import HERE, SEED, make_pack

PROVISIONS_PER_CHILD = 0.7
CAPITAL_GBP_PER_CHILD = 2_000
"""£3m for the 1,500 children of the sample region."""


def plan_folder(children: int, futures: int) -> Path:
    """Where the pack and its futures are kept: `pack`, and `futures` where there is more than one."""
    return HERE / "packs" / f"plan-{children}-{futures}"


def make_plan_pack(children: int, futures: int) -> Path:
    """The folder, made where it is not there yet."""
    folder = plan_folder(children, futures)
    if folder.exists():
        return folder
    from optimiser.commissioning.futures_write import drawn_from_pack, write_futures
    from optimiser.commissioning.proposals import proposed_options
    from optimiser.pack.read import read_pack
    from optimiser.pack.write import csv_bytes

    plain = make_pack(children, round(PROVISIONS_PER_CHILD * children))
    making = folder.with_name(f"{folder.name}-unfinished")
    shutil.rmtree(making, ignore_errors=True)
    shutil.copytree(plain, making / "pack")
    pack = read_pack(plain)
    (making / "pack" / "options.csv").write_bytes(csv_bytes(proposed_options(pack)))
    limits = f"[limits]\ncapital = {CAPITAL_GBP_PER_CHILD * children}.0\n"
    (making / "pack" / "commission.toml").write_text(limits, encoding="utf-8")
    if futures > 1:
        write_futures(making / "futures", drawn_from_pack(pack, count=futures, seed=SEED))
    making.rename(folder)
    return folder


if __name__ == "__main__":
    make_plan_pack(int(sys.argv[1]), int(sys.argv[2]))
