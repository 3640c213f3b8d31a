"""Cover of our intervals where the rates are known: `python -m benchmarks.coverage --replications 500`.

Each replication draws rates, simulates four years of returns of one authority of about 400 children and the
year after, forecasts the year and looks whether the truth lies in the intervals.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from support.histories import spells_from_truth, truth

from optimiser.demand.days import date_from_day, day_from_date
from optimiser.demand.naive import stock_shown
from optimiser.demand.pooled import future_from_model, model_from_spells
from optimiser.demand.prediction import ALL
from optimiser.demand.simulation import prediction_from_model
from optimiser.demand.spells import known_on

FIRST, ORIGIN, END = date(2020, 4, 1), date(2024, 3, 31), date(2025, 3, 31)
MONTHS = (3, 6, 12)
"""Months ahead that are looked at."""
DRAWS = 1000
NAMES = ("total", "states", "states of ten or more")


def main() -> int:
    """Prints the share of the truths inside each interval, and twice its standard error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.add_argument("--replications", type=int, default=500)
    parser.add_argument("--children", type=float, default=120.0, help="who enter care in a year, in the mean")
    options = parser.parse_args()
    inside: dict[tuple[str, int], list[float]] = {}
    for seed in range(options.replications):
        for key, share in one(seed, options.children).items():
            inside.setdefault(key, []).append(share)
        if seed % 50 == 49:
            _print(inside)
    _print(inside)
    return 0


def one(seed: int, entries: float) -> dict[tuple[str, int], float]:
    """Share inside, by what is looked at and the interval, of one replication."""
    random = np.random.default_rng([903, seed])
    known = truth(random, authorities=1, entries=entries)
    spells = spells_from_truth(known, random, first=FIRST, last=END)
    origin = day_from_date(ORIGIN)
    model = model_from_spells(known_on(spells, origin), origin)
    future = future_from_model(model, day_from_date(END), seed=seed, draws=DRAWS)
    found = prediction_from_model(model, future, seed=seed)
    shown = [found.categories.index(name) for name in ("Fostering", "Residential", "Supported", "Other", ALL)]
    low95, low50, high50, high95 = found.quantiles[..., shown]
    hits: dict[tuple[str, int], list[float]] = {}
    for month in MONTHS:
        actual = stock_shown(spells, int(found.days[month - 1]))[0]
        mean = found.mean[0, month - 1][..., shown]
        state = np.zeros(actual.shape, dtype=bool)
        state[:-1, :-1] = True
        total = np.zeros(actual.shape, dtype=bool)
        total[-1, -1] = True
        for name, cells in zip(NAMES, (total, state, state & (mean >= 10)), strict=True):
            for interval, low, high in ((95, low95, high95), (50, low50, high50)):
                within = (low[0, month - 1] <= actual) & (actual <= high[0, month - 1])
                hits.setdefault((name, interval), []).extend(within[cells].astype(float))
    assert date_from_day(int(found.days[max(MONTHS) - 1])) == END
    return {key: float(np.mean(values)) for key, values in hits.items() if values}


def _print(inside: dict[tuple[str, int], list[float]]) -> None:
    for (name, interval), shares in sorted(inside.items()):
        error = 2 * np.std(shares) / np.sqrt(len(shares))
        line = f"{name}: {interval} % interval covers {np.mean(shares):.1%} ± {error:.1%}"
        print(f"{line}, {len(shares)} replications", flush=True)


if __name__ == "__main__":
    sys.exit(main())
