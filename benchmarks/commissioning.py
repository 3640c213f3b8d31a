"""Plans: `python -m benchmarks.commissioning [--regions 60,120] [--futures 1] [--limit 300] [--gap 1e-3]`.

The optimiser and the full model, by arrays and in plain PuLP, on packs of so many children and on the sample
region, with the options that the rules propose. Each peer has a process of its own. The limit is of CPU
seconds, so that other work on the machine ends nobody early; a peer that is not done within it in one region
is not asked in the next. Ratios are over the optimiser's.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks import packs, plan_peers, table
from benchmarks.measure import ROOT, run_peer
from benchmarks.named_peers import peers_among

REGIONS = ("60", "120", "250", "500", "1000", packs.SAMPLE_REGION)
PATIENCE = 20
"""Times the limit, by the clock: a peer that makes no more of it is ended too."""
HEAD = (
    "| region × futures | solver | seconds | CPU s | peak MiB | unplaced / separated / £ a week "
    "| units | gap | ratio | CPU ratio |\n"
    "| --- | --- | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |"
)


@dataclass(frozen=True)
class PlanLine:
    """One peer on one plan; what is None was not reached."""

    region: str
    """So many children, or the name of a sample."""
    futures: int
    peer: str
    limit: float
    """CPU seconds."""
    seconds: float | None
    cpu_seconds: float
    peak_mib: float
    unplaced: float | None
    separated: float | None
    score: float | None
    """£ a week."""
    opened: int | None
    """Units."""
    gap: float | None
    remark: str

    def text(self, base: PlanLine | None) -> str:
        """The line of the table; `base` is the optimiser's."""
        tiers = "–"
        if self.score is not None:
            tiers = f"{self.unplaced:,.10g} / {self.separated:,.10g} / {self.score:,.2f}"
        cells = (
            f"{self.region} × {self.futures}",
            plan_peers.PEERS[self.peer],
            self.remark or f"{self.seconds:,.2f}",
            f"{self.cpu_seconds:,.2f}",
            f"{self.peak_mib:,.0f}",
            tiers,
            "–" if self.opened is None else f"{self.opened:,}",
            "–" if self.gap is None else f"{self.gap:.1e}",
            *self._ratios(base),
        )
        return "| " + " | ".join(cells) + " |"

    def _ratios(self, base: PlanLine | None) -> tuple[str, str]:
        if base is None or base.seconds is None:
            return "–", "–"
        if self.seconds is not None:
            return f"{self.seconds / base.seconds:,.1f}", f"{self.cpu_seconds / base.cpu_seconds:,.1f}"
        if "over" not in self.remark:
            return "–", "–"
        return "–", f"> {self.limit / base.cpu_seconds:,.1f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Those of the command line unless given. Exit status: 0 done, or skipped without the facts."""
    options = _options(arguments)
    if not packs.FACTS.is_file():
        print(f"skipped: packs are made from {packs.FACTS}, which is not here")
        return 0
    on = table.machine()
    print(f"<!-- {on} -->\n{HEAD}", flush=True)
    lines = list(_lines(options))
    print(f"\nwritten to {table.write('commissioning', on, lines).relative_to(ROOT)}")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.commissioning")
    parser.add_argument("--regions", default=",".join(REGIONS), help="children or a sample, between commas")
    parser.add_argument("--futures", type=int, default=1, help="futures drawn from the pack (1: its own)")
    names = plan_peers.PEERS
    parser.add_argument("--peers", type=peers_among(names), default=tuple(names), help="between commas")
    parser.add_argument("--limit", type=float, default=300.0, help="CPU seconds for each peer (300)")
    parser.add_argument("--gap", type=float, default=1e-3, help="relative tier-3 gap asked for (1e-3)")
    parser.add_argument("--memory", type=float, default=18.0, help="GiB for each peer (18)")
    options = parser.parse_args(arguments)
    options.regions = options.regions.split(",")
    return options


def _lines(options: argparse.Namespace) -> Iterator[PlanLine]:
    """Every line, printed as it comes; the optimiser first, where it takes part."""
    asked = sorted(options.peers, key=lambda peer: peer != "ours")
    for region in options.regions:
        make = [sys.executable, "-m", "benchmarks.plan_packs", region, str(options.futures)]
        subprocess.run(make, cwd=ROOT, check=True)
        base: PlanLine | None = None
        for peer in tuple(asked):
            line = _line(peer, region, options)
            base = line if peer == "ours" else base
            print(line.text(base), flush=True)
            if line.seconds is None:
                asked.remove(peer)
            yield line


def _line(peer: str, region: str, options: argparse.Namespace) -> PlanLine:
    figures = (region, options.futures, options.gap, options.memory, options.limit)
    command = [sys.executable, "-m", "benchmarks.plan_peers", peer, *map(str, figures)]
    ran = run_peer(command, limit=PATIENCE * options.limit, cpu_limit=options.limit)
    return PlanLine(
        region=region,
        futures=options.futures,
        peer=peer,
        limit=options.limit,
        opened=ran.answer.get("opened"),
        **ran.figures,
    )


if __name__ == "__main__":
    sys.exit(main())
