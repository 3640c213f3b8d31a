"""The published method against a slow re-derivation, written from the words of its definition, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import pytest
from support import published_by_hand as by_hand
from support.messy_returns import messy_rows
from support.published_by_hand import Head, Row

from optimiser.demand.days import BLANK, date_from_day, day_from_date
from optimiser.demand.published import (
    OUT,
    Parts,
    lines_from_rates,
    parts_from_episodes,
    published_lines,
    rates_from_parts,
    stocks_by_day,
)
from optimiser.demand.published_cleaning import clean_episodes
from optimiser.demand.states import BANDS, STATES
from optimiser.errors import InputError


def _frames(rows: Sequence[Row], heads: Sequence[Head]) -> tuple[pd.DataFrame, pd.DataFrame]:
    def days(values: Sequence[date | None]) -> pd.Series:
        return pd.Series(pd.to_datetime(pd.Series(list(values), dtype=object))).astype("datetime64[s]")

    def codes(values: Sequence[str | None]) -> pd.Series:
        return pd.Series(list(values), dtype=object).astype("category")

    episodes = pd.DataFrame(
        {
            "CHILD": codes([row.child for row in rows]),
            "DECOM": days([row.decom for row in rows]),
            "DEC": days([row.dec for row in rows]),
            "RNE": codes([row.rne for row in rows]),
            "PLACE": codes([row.place for row in rows]),
            "year": np.array([row.year for row in rows], dtype=np.int16),
        }
    )
    header = pd.DataFrame(
        {
            "CHILD": codes([head.child for head in heads]),
            "DOB": days([head.dob for head in heads]),
            "year": np.array([head.year for head in heads], dtype=np.int16),
        }
    )
    return episodes, header


@pytest.mark.parametrize("seed", range(6))
def test_every_state_is_that_of_the_slow_derivation(seed: int) -> None:
    rows, heads = messy_rows(seed, 40)
    clean = clean_episodes(*_frames(rows, heads))
    start = date(2021, 10, 1)
    reference = (date(2020, 4, 1), date(2021, 3, 31)) if seed % 2 else (date(2019, 4, 1), date(2022, 3, 31))
    end = date(2022, 9, 30)
    lines = published_lines(clean, start=start, end=end, reference=reference)
    expected = by_hand.forecast(rows, heads, start=start, end=end, reference=reference)
    for number, state in enumerate(STATES):
        assert lines[-1, number] == pytest.approx(expected.get(state, 0.0), abs=1e-9)
    assert lines[-1].sum() == pytest.approx(sum(expected.values()), abs=1e-9)
    assert lines.shape == ((end - start).days + 1, len(STATES))


@pytest.mark.parametrize("seed", range(6, 12))
def test_cleaning_keeps_the_rows_of_the_slow_derivation(seed: int) -> None:
    rows, heads = messy_rows(seed, 40)
    episodes, header = _frames(rows, heads)
    clean = clean_episodes(episodes, header)
    expected, _ = by_hand.cleaned(rows, heads)
    names = episodes["CHILD"].cat.categories
    found = [
        (names[child], date_from_day(int(begin)), None if end > 10**6 else date_from_day(int(end)))
        for child, begin, end in zip(clean.children, clean.starts, clean.ends, strict=True)
    ]
    assert found == [(row.child, row.decom, row.dec) for row in expected]
    run = by_hand.run_of_data(expected, rows)
    assert (date_from_day(clean.first_day), date_from_day(clean.last_day)) == run


def _one_child(*rows: Row, dob: date) -> Parts:
    return parts_from_episodes(clean_episodes(*_frames(rows, [Head("A", dob, 2021)])))


def test_a_stock_counts_from_decom_and_not_on_dec() -> None:
    parts = _one_child(Row("A", date(2020, 5, 1), date(2020, 5, 3), "S", "U4", 2021), dob=date(2017, 1, 1))
    first = day_from_date(date(2020, 4, 30))
    assert stocks_by_day(parts, first, first + 4).sum(axis=0).tolist() == [0, 1, 1, 0, 0]


def test_a_child_of_29_february_passes_its_birthday_on_the_28th() -> None:
    parts = _one_child(Row("A", date(2020, 3, 10), date(2021, 6, 1), "S", "U4", 2021), dob=date(2020, 2, 29))
    cut = day_from_date(date(2021, 2, 28))
    assert sorted(parts.starts.tolist()) == [day_from_date(date(2020, 3, 10)), cut]
    assert [STATES[state][0] for state in parts.states[np.argsort(parts.starts)]] == list(BANDS[:2])


def test_an_episode_that_starts_on_a_birthday_goes_by_days_over_365_24() -> None:
    """365 days are 0.9993 of a year: the band below, until the next birthday inside the episode."""
    parts = _one_child(Row("A", date(2018, 6, 1), None, "S", "U4", 2019), dob=date(2017, 6, 1))
    assert [STATES[state][0] for state in parts.states] == [BANDS[0]]
    parts = _one_child(Row("A", date(2020, 6, 1), None, "S", "U4", 2021), dob=date(2019, 6, 1))
    assert [STATES[state][0] for state in parts.states] == [BANDS[1]]


def test_a_rate_by_hand() -> None:
    """Two children in fostering; one leaves on 11 April: on that day alone 1 of 2, on 19 others 0 of 1 or
    2."""
    rows = [
        Row("A", date(2020, 4, 1), date(2020, 4, 11), "S", "U4", 2021),
        Row("B", date(2020, 4, 1), None, "S", "U4", 2021),
    ]
    heads = [Head("A", date(2012, 1, 1), 2021), Head("B", date(2012, 1, 1), 2021)]
    parts = parts_from_episodes(clean_episodes(*_frames(rows, heads)))
    state = STATES.index(("5 to <10", "Fostering"))
    rates = rates_from_parts(parts, (date(2020, 4, 1), date(2020, 4, 21)))
    assert rates.moves[state, OUT] == pytest.approx(0.5 / 20)  # on 1 April the stock the day before was none
    assert rates.entries[state] == pytest.approx(2 / 21)
    later = rates_from_parts(parts, (date(2020, 4, 2), date(2020, 4, 21)))
    assert later.entries.sum() == 0
    assert later.moves[state, OUT] == pytest.approx(0.5 / 20)
    line = lines_from_rates(later, np.eye(len(STATES))[state], 2)[:, state]
    assert line.tolist() == pytest.approx([1, 0.975, 0.975**2])


def test_a_state_without_stock_has_no_rates_and_stays_finite() -> None:
    parts = _one_child(Row("A", date(2020, 5, 1), date(2020, 5, 1), "S", "K2", 2021), dob=date(2010, 1, 1))
    rates = rates_from_parts(parts, (date(2020, 4, 1), date(2021, 3, 31)))
    assert rates.moves.sum() == 0
    assert rates.entries.sum() == pytest.approx(1 / 365)


def test_days_outside_the_run_of_the_data_are_refused() -> None:
    clean = clean_episodes(
        *_frames([Row("A", date(2020, 5, 1), None, "S", "K2", 2021)], [Head("A", date(2010, 1, 1), 2021)])
    )
    assert date_from_day(clean.last_day) == date(2021, 3, 31)
    with pytest.raises(InputError, match="2020-04-01 to 2021-03-31"):
        published_lines(
            clean,
            start=date(2021, 4, 1),
            end=date(2022, 1, 1),
            reference=(date(2020, 4, 1), date(2021, 3, 31)),
        )
    with pytest.raises(InputError, match="no episode"):
        published_lines(
            clean_episodes(
                *_frames([Row("A", None, None, "S", "K2", 2021)], [Head("A", date(2010, 1, 1), 2021)])
            ),
            start=date(2021, 3, 31),
            end=date(2022, 1, 1),
            reference=(date(2020, 4, 1), date(2021, 3, 31)),
        )
    assert BLANK < 0
