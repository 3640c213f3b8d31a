"""The published method on the registry's sample, against figures derived from its files row by row."""

from __future__ import annotations

from datetime import date

import pytest
from support import published_by_hand as by_hand
from support.cs_sample import sample_rows, sample_zip

from optimiser.demand.days import date_from_day
from optimiser.demand.published import published_lines
from optimiser.demand.published_cleaning import CleanEpisodes, clean_episodes
from optimiser.demand.reading import read_return
from optimiser.demand.states import STATES


@pytest.fixture(scope="module")
def clean() -> CleanEpisodes:
    found = read_return(sample_zip())
    return clean_episodes(found.episodes, found.header)


def test_the_run_of_the_data(clean: CleanEpisodes) -> None:
    assert date_from_day(clean.first_day) == date(2016, 4, 1)
    assert date_from_day(clean.last_day) == date(2022, 3, 31)


@pytest.mark.parametrize(
    ("start", "reference"),
    [
        (date(2022, 3, 31), (date(2020, 4, 1), date(2022, 3, 31))),
        (date(2019, 7, 1), (date(2018, 1, 1), date(2019, 6, 30))),
    ],
)
def test_every_state_two_years_ahead(clean: CleanEpisodes, start: date, reference: tuple[date, date]) -> None:
    rows, heads = sample_rows()
    end = date(start.year + 2, start.month, start.day)
    line = published_lines(clean, start=start, end=end, reference=reference)[-1]
    expected = by_hand.forecast(rows, heads, start=start, end=end, reference=reference)
    assert line.sum() == pytest.approx(sum(expected.values()), abs=1e-6)
    for number, state in enumerate(STATES):
        assert line[number] == pytest.approx(expected.get(state, 0.0), abs=1e-6)
