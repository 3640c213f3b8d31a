"""The packs that plans are made for: one of `packs` or a sample, with proposed options, and futures.

Run as `python -m benchmarks.plan_packs REGION FUTURES`, in a process of its own, so that its memory counts
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


def plan_folder(region: str, futures: int) -> Path:
    """Where the pack and its futures are kept: `pack`, and `futures` where there is more than one."""
    return HERE / "packs" / f"plan-{region}-{futures}"


def make_plan_pack(region: str, futures: int) -> Path:
    """The folder, made where it is not there yet; `region`: a number of children, or a sample's name."""
    folder = plan_folder(region, futures)
    if folder.exists():
        return folder
    from optimiser.commissioning.futures_write import drawn_from_pack, write_futures
    from optimiser.commissioning.proposals import proposed_options
    from optimiser.pack.read import read_pack
    from optimiser.pack.samples import sample_packs
    from optimiser.pack.write import csv_bytes

    if region.isdigit():
        plain = make_pack(int(region), round(PROVISIONS_PER_CHILD * int(region)))
    else:
        plain = sample_packs()[region]
    making = folder.with_name(f"{folder.name}-unfinished")
    shutil.rmtree(making, ignore_errors=True)
    shutil.copytree(plain, making / "pack")
    pack = read_pack(plain)
    (making / "pack" / "options.csv").write_bytes(csv_bytes(proposed_options(pack)))
    limits = f"[limits]\ncapital = {CAPITAL_GBP_PER_CHILD * len(pack.children)}.0\n"
    (making / "pack" / "commission.toml").write_text(limits, encoding="utf-8")
    if futures > 1:
        write_futures(making / "futures", drawn_from_pack(pack, count=futures, seed=SEED))
    making.rename(folder)
    return folder


if __name__ == "__main__":
    make_plan_pack(sys.argv[1], int(sys.argv[2]))
