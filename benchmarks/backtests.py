"""Our forecasts against the published method's: `python -m benchmarks.backtests [--sample RETURNS.zip]`.

CRPS of ours over the published method's, all horizons and at twelve months, from rolling origins on the
returns that ship with the program, on two synthetic histories and, where it is given, on any returns, such
as the registry's sample. Below 1 is better; the same figures every time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from support.histories import spells_from_truth, truth

from optimiser.demand.backtest import LEVELS, backtest, summary
from optimiser.demand.days import day_from_date
from optimiser.demand.prediction import OURS
from optimiser.demand.reading import read_return
from optimiser.demand.samples import sample_returns
from optimiser.demand.spells import Spells, spells_from_return

FIRST, LAST = date(2018, 4, 1), date(2024, 3, 31)
GROWTH = 1.08
"""Of the entries, a year."""
EVERY, MONTHS_AHEAD = 0, 12


def main() -> int:
    """Prints one line a data set and level."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backtests", description=__doc__)
    parser.add_argument("--sample", type=Path, help="a folder or zip of returns")
    print("| data | level | CRPS over published | twelve months ahead |\n| --- | --- | ---: | ---: |")
    for name, spells in _data(parser.parse_args().sample):
        table = summary(backtest(spells)).set_index(["level", "method", "horizon"])["crps_ratio"]
        for level in (each for each in LEVELS if (each, OURS, EVERY) in table.index):
            far = table.get((level, OURS, MONTHS_AHEAD), np.nan)
            print(f"| {name} | {level} | {table[level, OURS, EVERY]:.2f} | {far:.2f} |", flush=True)
    return 0


def _data(sample: Path | None) -> Iterator[tuple[str, Spells]]:
    if sample is not None:
        yield sample.name, spells_from_return(read_return(sample))
    for name, folder in sample_returns().items():
        yield name, spells_from_return(read_return(folder))
    yield "synthetic, entries growing", _history(_growing)
    yield "synthetic, nothing changes", _history(None)


def _growing(days: NDArray[np.int64]) -> NDArray[np.float64]:
    grown: NDArray[np.float64] = GROWTH ** ((days - day_from_date(FIRST)) / 365.25)
    return grown


def _history(level: Callable[[NDArray[np.int64]], NDArray[np.float64]] | None) -> Spells:
    """Six authorities of about 200 children, six years."""
    random = np.random.default_rng(1)
    return spells_from_truth(truth(random, level=level), random, first=FIRST, last=LAST)


if __name__ == "__main__":
    sys.exit(main())
