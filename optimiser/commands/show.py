"""What the commands print: tables for people, one JSON document for programs, one line per fault."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

from optimiser.errors import Fault

if TYPE_CHECKING:
    from pathlib import Path

    from pandas import DataFrame

    from optimiser.allocation.progress import Listener, Progress
    from optimiser.audit.run import Run
    from optimiser.commissioning.plan import Plan
    from optimiser.ensembles.counted import Counted
    from optimiser.metrics import Figures
    from optimiser.pack.ofsted import Import

WIDTH = 100
"""Columns of a table where standard output is no terminal."""
BETWEEN_LINES = 1.0
"""Seconds between two lines of progress where standard error is no terminal."""

_STAGES = (
    "first prices, for all tiers at once",
    "tier 1, children without a place",
    "tier 2, sibling groups separated",
    "tier 3, score",
)
"""What `Progress.tier` says, 0 to 3."""


def print_json(document: Mapping[str, object]) -> None:
    """One JSON document on standard output; figures that are not finite do not occur in it."""
    print(json.dumps(document, indent=2, allow_nan=False))


def print_line(text: str, *, error: bool = False) -> None:
    """One line on standard output or standard error; what could move a cursor is shown as an escape."""
    print(_printable(text), file=sys.stderr if error else sys.stdout)


def print_faults(faults: Sequence[Fault], *, error: bool = False) -> None:
    """One line per fault, `file:row:column: what; accepted: …`, a warning marked at the end of its line."""
    for fault in faults:
        print_line(f"{fault} (warning)" if fault.warning else str(fault), error=error)


def fault_document(fault: Fault) -> dict[str, object]:
    """A fault as the JSON documents show it."""
    return {
        "file": fault.file,
        "row": fault.row,
        "column": fault.column,
        "what": fault.what,
        "accepted": fault.accepted,
        "warning": fault.warning,
    }


def print_run(run: Run) -> None:
    """A table by authority with the region's total, and what is proven of it."""
    far = f"over {run.instance.policy.prices.far_miles:g} mi"
    table = Table(box=box.SIMPLE)
    table.add_column("authority", overflow="fold")
    for heading in ("children", "placed", "mean mi", "median mi", far, "£ a week"):
        table.add_column(heading, justify="right", no_wrap=True)
    names = {authority.code: authority.name for authority in run.pack.region.authorities}
    for code, figures in run.metrics.by_authority.items():
        table.add_row(names[code], *_cells(figures))
    table.add_section()
    table.add_row("whole region", *_cells(run.metrics.region))
    print_line(run.pack.region.name)
    _console().print(table)
    print_line(_sentence(run))


def print_import(out: Path, result: Import, *, as_json: bool) -> None:
    """What became of every row of the files: used, or set aside for which reason."""
    reasons = result.set_aside["reason"].value_counts()
    if as_json:
        print_json(
            {
                "pack": str(out),
                "files": [asdict(count) for count in result.files],
                "set_aside": {str(reason): int(count) for reason, count in reasons.items()},
                "assumptions": list(result.assumptions),
            }
        )
        return
    for count in result.files:
        print_line(str(count))
    rows = [(str(why), f"{count:,}") for why, count in reasons.items()]
    print_rows(("set aside because", "rows"), [*rows, ("all reasons", f"{len(result.set_aside):,}")])
    print_line("Assumed:")
    for sentence in result.assumptions:
        print_line(f"- {sentence}")
    print_line(f"written to {out}")


def print_tables(out: Path, tables: Mapping[str, DataFrame], *, as_json: bool) -> None:
    """How many rows each table of a new pack has."""
    rows = {name: len(table) for name, table in tables.items()}
    if as_json:
        print_json({"pack": str(out), "rows": rows})
        return
    print_rows(("table", "rows"), [(name, f"{count:,}") for name, count in rows.items()])
    print_line(f"written to {out}")


def print_rows(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A plain table of text; columns of whole numbers stand to the right."""
    table = Table(box=box.SIMPLE)
    for index, heading in enumerate(headings):
        numbers = all(row[index].replace(",", "").isdigit() for row in rows)
        table.add_column(heading, overflow="fold", justify="right" if numbers else "left")
    for row in rows:
        table.add_row(*row)
    _console().print(table)


def print_cooperation(
    contributions: Sequence[Mapping[str, str]],
    sub_regions: Sequence[Mapping[str, str]],
    names: Mapping[str, str],
) -> None:
    """£ a week by authority, and by sub-region where there are any; whole pounds."""

    def pounds(row: Mapping[str, str], *columns: str) -> tuple[str, ...]:
        return tuple(f"{float(row[column]):,.0f}" for column in columns)

    columns = ("alone", "together", "contribution", "saving")
    rows = [
        (names[row["authority"]], f"{int(row['children']):,}", *pounds(row, *columns))
        for row in contributions
    ]
    _print_money(("£ a week", "children", *columns), rows)
    if sub_regions:
        of_regions = ("alone", "as_one", "contribution", "saving_as_one", "saving_in_region")
        regions = [(row["sub_region"], *pounds(row, *of_regions)) for row in sub_regions]
        _print_money(("£ a week", *(column.replace("_", " ") for column in of_regions)), regions)


def _print_money(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with names to the left and figures to the right."""
    table = Table(box=box.SIMPLE)
    table.add_column(headings[0], overflow="fold")
    for heading in headings[1:]:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*row)
    _console().print(table)


@contextmanager
def status_line() -> Iterator[Callable[[str], None]]:
    """A live line on standard error that shows what it is told; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True, markup=False, highlight=False).status("reading the pack") as status:
        yield status.update


@contextmanager
def ensemble_line(doing: str) -> Iterator[Callable[[Counted], None]]:
    """Tells on standard error how many tasks are done and the time left; elsewhere than on a terminal in
    lines, and only if the environment asks for them."""
    if not sys.stderr.isatty():
        yield _lines(doing)
        return
    with Console(stderr=True, markup=False, highlight=False).status(doing) as status:
        yield lambda counted: status.update(counted_text(doing, counted))


def _lines(doing: str) -> Callable[[Counted], None]:
    """A line for whoever asks for it and reads standard error, at most one in `BETWEEN_LINES` seconds."""
    from optimiser.ensembles.counted import LINES, PROGRESS

    if os.environ.get(PROGRESS) != LINES:
        return lambda _: None
    told = -math.inf

    def tell(counted: Counted) -> None:
        nonlocal told
        if time.monotonic() - told >= BETWEEN_LINES:
            told = time.monotonic()
            print(counted_text(doing, counted), file=sys.stderr, flush=True)

    return tell


def counted_text(doing: str, counted: Counted) -> str:
    """`doing`, how many of how many are done, and the time that is left."""
    said = f"{doing}: {counted.done:,} of {counted.of:,}"
    if counted.kept:
        said += f" ({counted.kept:,} from before)"
    left = counted.seconds_left
    return said if left is None else f"{said}, {left // 60:.0f} min {left % 60:.0f} s left"


@contextmanager
def progress_of_both(asking: str) -> Iterator[tuple[Listener | None, Callable[[Counted], None]]]:
    """A live line on standard error for a run, then for what is asked of it in parts; in lines as above."""
    if not sys.stderr.isatty():
        yield None, _lines(asking)
        return
    with Console(stderr=True, markup=False, highlight=False).status("reading the pack") as status:
        yield (
            lambda progress: status.update(progress_text(progress)),
            lambda counted: status.update(counted_text(asking, counted)),
        )


def _console() -> Console:
    width = None if sys.stdout.isatty() else WIDTH
    return Console(width=width, markup=False, highlight=False, emoji=False)


def _cells(figures: Figures) -> tuple[str, ...]:
    return (
        f"{figures.children:,}",
        f"{figures.placed:,}",
        _miles(figures.mean_miles),
        _miles(figures.median_miles),
        f"{figures.over_far_miles:,}",
        f"{figures.weekly_cost_total:,.0f}",
    )


def _miles(miles: float | None) -> str:
    return "–" if miles is None else f"{miles:.1f}"


def _sentence(run: Run) -> str:
    figures = run.metrics.region
    gap = "unknown" if run.metrics.gap is None else f"{run.metrics.gap:.2g}"
    return (
        f"{run.metrics.status}: {figures.unplaced:,} of {figures.children:,} children without a place, "
        f"{figures.separated_groups:,} of {figures.sibling_groups:,} sibling groups separated, "
        f"score £{figures.score_total:,.2f} a week, gap {gap}, {run.metrics.seconds:.1f} s"
    )


def plan_sentence(plan: Plan, metrics: Mapping[str, Any]) -> str:
    """What a plan reaches in the mean of its futures, what would be without it, and what it costs."""
    before = metrics["before"]
    futures = "" if len(plan.outcomes) == 1 else f" in the mean of {len(plan.outcomes)} futures"
    return (
        f"{plan.status}{futures}: {_mean(plan.tiers.unplaced)} of {_mean(metrics['children'])} children "
        f"without a place ({_mean(before['unplaced'])} with nothing opened), "
        f"{_mean(plan.tiers.separated)} sibling groups separated ({_mean(before['separated_groups'])}), "
        f"£{plan.tiers.score:,.2f} a week with the units, "
        f"gap {plan.gap:.2g}; capital £{metrics['capital_total']:,.0f}, standing "
        f"£{metrics['standing_weekly_total']:,.0f} a week, {plan.seconds:.1f} s"
    )


def _mean(figure: float) -> str:
    return f"{figure:,.2f}".rstrip("0").rstrip(".")


def progress_text(progress: Progress) -> str:
    """The stage, what is proven and what is reached there, and the work done: one line of 80 columns."""
    said = _STAGES[progress.tier]
    if progress.tier and math.isfinite(progress.bound):
        reached = progress.incumbent
        least = f"{progress.bound:,.0f}"
        said += f": at least {least}" if reached is None else f": {least} to {reached:,.0f}"
    return f"{said} (round {progress.round}, {progress.columns:,} pairs, {progress.seconds:.0f} s)"


def _printable(text: str) -> str:
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
