"""The published method from files to forecast.csv, against the slow derivation, which reads them itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support import published_by_hand as by_hand
from support.commands import run_command
from support.messy_returns import messy_rows, read_by_hand, write_return

from optimiser.demand.days import date_from_day, day_from_date
from optimiser.demand.published import published_lines
from optimiser.demand.published_cleaning import clean_episodes
from optimiser.demand.reading import read_return
from optimiser.demand.states import STATES

AUTHORITIES = ("E08000003", "E08000006")


@pytest.mark.parametrize("seed", range(100, 140))
def test_every_state_of_random_files(seed: int, tmp_path: Path) -> None:
    """Sizes, periods and days vary with the seed; so few children that many states are often empty."""
    write_return(tmp_path / "returns", *messy_rows(seed, 4 + seed % 13))
    found = read_return(tmp_path / "returns")
    clean = clean_episodes(found.episodes, found.header)
    first = day_from_date(date(2019, 4, 1)) + 7 * (seed - 100)
    reference = date_from_day(first), date_from_day(first + 40 + 17 * (seed - 100))
    start = date_from_day(day_from_date(date(2020, 2, 1)) + 11 * (seed - 100))
    end = date(2022, 7, 1)
    rows, heads = read_by_hand(tmp_path / "returns")
    line = published_lines(clean, start=start, end=end, reference=reference)[-1]
    expected = by_hand.forecast(rows, heads, start=start, end=end, reference=reference)
    assert sum(expected.values()) > 0
    assert line.sum() == pytest.approx(sum(expected.values()), abs=1e-9)
    for number, state in enumerate(STATES):
        assert line[number] == pytest.approx(expected.get(state, 0.0), abs=1e-9)


def test_the_command_gives_the_lines_of_the_region_and_its_authorities(tmp_path: Path) -> None:
    """The first day of the method's own data is in no return: YEAR less one, before the first 31 March."""
    folders = [tmp_path / "returns" / code for code in AUTHORITIES]
    for seed, folder in enumerate(folders, start=7):
        rows, heads = messy_rows(seed, 30)
        for row in rows:
            row.child = row.child and f"{row.child}-{seed}"
        for head in heads:
            head.child = f"{head.child}-{seed}"
        write_return(folder, rows, heads)
    reference = date(2019, 4, 1), date(2021, 12, 31)
    start, end = date(2021, 12, 31), date(2022, 12, 31)
    ended = run_command(
        *("forecast", str(tmp_path / "returns"), "--method", "published", "--out", str(tmp_path / "run")),
        *("--from", str(start), "--to", str(end)),
        *("--reference-from", str(reference[0]), "--reference-to", str(reference[1])),
    )
    assert ended.exit_code == 0, ended.output
    table = pd.read_csv(tmp_path / "run" / "forecast.csv")
    last = table[table["day"] == str(end)].set_index(["authority", "band", "category"])["mean"]
    for area, places in {
        "all": folders,
        **dict(zip(AUTHORITIES, ([f] for f in folders), strict=True)),
    }.items():
        rows, heads = read_by_hand(*places)
        expected = by_hand.forecast(rows, heads, start=start, end=end, reference=reference)
        assert last[area, "all", "all"] == pytest.approx(sum(expected.values()), abs=1e-6)
        for state in STATES:
            assert last[area, *state] == pytest.approx(expected.get(state, 0.0), abs=1e-6)
