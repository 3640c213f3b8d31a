"""`python -m benchmarks facility [--peers ours,highs_arrays] [--limit 120] [--spopt PYTHON] [--only NAME]
[--hard]`.

Every public instance in `../shared/reference/instances`, and four made here – or with `--hard` a dozen made
like the public ones, tight or larger – by every peer in a process of its own. An answer is counted anew from
who serves whom; ratios are seconds over the optimiser's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import facility_peers, table
from benchmarks.facility_file import write_instance
from benchmarks.facility_instances import PENNY, Published, published_instances
from benchmarks.facility_made import hard_ones, made_instance
from benchmarks.measure import ROOT, run_peer
from benchmarks.named_peers import peers_among
from optimiser.commissioning.facility import value_of

HEAD = (
    "| instance | units × sites | solver | seconds | CPU s | peak MiB | value | published | ratio |\n"
    "| --- | --- | --- | ---: | ---: | ---: | ---: | --- | ---: |"
)


@dataclass(frozen=True)
class Line:
    """One peer on one instance; what is None was not reached."""

    instance: str
    units: int
    sites: int
    peer: str
    seconds: float | None
    cpu_seconds: float
    peak_mib: float
    value: float | None
    published: float | None
    limit: float
    remark: str

    @property
    def reached(self) -> str:
        """Whether the published optimum is reached."""
        if self.published is None or self.value is None:
            return "–"
        return (
            "reached" if abs(self.value - self.published) <= PENNY + 1e-6 else f"not: {self.published:,.2f}"
        )

    def text(self, base: Line | None) -> str:
        """The line of the table."""
        ratio = "–"
        if base is not None and base.seconds is not None:
            if self.seconds is not None:
                ratio = f"{self.seconds / base.seconds:,.1f}"
            elif "over" in self.remark:
                ratio = f"> {self.limit / base.seconds:,.1f}"
        cells = (
            self.instance,
            f"{self.units:,} × {self.sites:,}",
            facility_peers.PEERS[self.peer],
            self.remark or f"{self.seconds:,.2f}",
            f"{self.cpu_seconds:,.2f}",
            f"{self.peak_mib:,.0f}",
            "–" if self.value is None else f"{self.value:,.2f}",
            self.reached,
            ratio,
        )
        return "| " + " | ".join(cells) + " |"


def instances(*, hard: bool) -> list[Published]:
    """The public ones where they are here, then those made here; or the hard ones."""
    if hard:
        return [Published(name, instance, None) for name, instance in hard_ones()]
    made = [
        Published(name + kind, made_instance(units, sites, capacitated=kind != "", seed=0), None)
        for name, units, sites in (("median-500", 500, 50), ("median-2000", 2000, 100))
        for kind in ("", "-capacitated")
    ]
    return [*published_instances(), *made]


def main(arguments: list[str]) -> int:
    """Exit status: 0 done; 1 where the optimiser misses a published optimum."""
    options = _options(arguments)
    on = table.machine()
    print(f"<!-- {on} -->\n{HEAD}", flush=True)
    lines = list(_lines(options))
    print(f"\nwritten to {table.write('facility', on, lines).relative_to(ROOT)}")
    wrong = [line for line in lines if line.peer == "ours" and line.published and line.reached != "reached"]
    return 1 if wrong else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks facility")
    names = facility_peers.PEERS
    parser.add_argument("--peers", type=peers_among(names), default=tuple(names), help="between commas")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for each peer (120)")
    parser.add_argument("--only", default="", help="instances whose name holds this")
    parser.add_argument("--hard", action="store_true", help="those made like the public ones, hard")
    parser.add_argument("--spopt", metavar="PYTHON", help="a Python that has spopt and highspy")
    return parser.parse_args(arguments)


def _lines(options: argparse.Namespace) -> Iterator[Line]:
    """Every line, printed as it comes; the optimiser first, where it takes part."""
    for each in instances(hard=options.hard):
        if options.only not in each.name:
            continue
        base: Line | None = None
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "instance.npz"
            write_instance(path, each.instance)
            for peer in sorted(options.peers, key=lambda name: name != "ours"):
                command = _command(peer, path, options.spopt)
                if command is None or (peer == facility_peers.SPOPT and each.instance.number_open is None):
                    continue
                line = _line(each, peer, command, options.limit)
                base = line if peer == "ours" else base
                print(line.text(base), flush=True)
                yield line


def _command(peer: str, path: Path, spopt: str | None) -> list[str] | None:
    """None where the peer is not here."""
    if peer != facility_peers.SPOPT:
        return [sys.executable, "-m", "benchmarks.facility_peers", peer, str(path)]
    script = Path(facility_peers.__file__).with_name(f"{peer}.py")
    return None if spopt is None else [spopt, str(script), str(path)]


def _line(each: Published, peer: str, command: list[str], limit: float) -> Line:
    ran = run_peer(command, limit=limit)
    value, remark = None, ran.remark
    if ran.answer:
        opened = np.zeros(len(each.instance.capacity), dtype=np.bool_)
        opened[ran.answer["opened"]] = True
        try:
            value = value_of(each.instance, np.array(ran.answer["site_of_unit"], dtype=np.int64), opened)
        except ValueError as error:
            remark = f"{ran.answer['seconds']:,.2f}, but {error}"
    return Line(
        instance=each.name,
        units=len(each.instance.size),
        sites=len(each.instance.capacity),
        peer=peer,
        seconds=ran.answer.get("seconds"),
        cpu_seconds=ran.answer.get("cpu_seconds", ran.cpu_seconds),
        peak_mib=ran.peak_mib,
        value=value,
        published=each.optimum,
        limit=limit,
        remark=remark,
    )
