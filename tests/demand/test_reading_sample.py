"""The registry's five years of synthetic returns: every row accounted for, read in both forms it ships in."""

from __future__ import annotations

from datetime import date

import pandas as pd
from support.cs_sample import sample_zip

from optimiser.demand.reading import read_return
from optimiser.demand.returns import EPISODES, HEADER, UASC

ROWS = {EPISODES: (1460, 974, 648, 402, 253), HEADER: (819, 572, 362, 226, 144), UASC: (31, 23, 16, 8, 4)}
"""Rows under the headers of the sample's files, 2017 to 2021, counted with `wc -l`."""


def test_every_row_of_the_sample_is_accounted_for() -> None:
    found = read_return(sample_zip())
    counts = {table: tuple(s.rows_read for s in found.sources if s.table == table) for table in ROWS}
    assert counts == ROWS
    assert not any(source.set_aside for source in found.sources)
    assert len(found.ignored) == 35
    assert (found.years, found.first_day) == ((2017, 2018, 2019, 2020, 2021), date(2017, 4, 1))
    assert found.last_day == date(2022, 3, 31)  # a folder is named by the year in which its return begins


def test_the_two_forms_of_the_sample_are_one() -> None:
    zipped, combined = read_return(sample_zip()), read_return(sample_zip().parent / "combined")
    columns = [name for name in zipped.episodes if name != "file"]
    pd.testing.assert_frame_equal(zipped.episodes[columns], combined.episodes[columns])
    pd.testing.assert_frame_equal(zipped.children, combined.children)
