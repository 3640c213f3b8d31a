"""Disclosure control of a forecast's counts: what is hidden cannot be worked out from what is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from optimiser.report.demand_tables import hidden_parts
from optimiser.report.disclosure import LEAST_WHOLE

COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=8)


@given(COUNTS)
def test_every_small_count_could_be_six_or_more(counts: list[int]) -> None:
    """For each hidden count of 1 to 5 there are other counts of the same sum in which it is 6 or more, and
    each other hidden one is 1 at least."""
    hidden = hidden_parts(counts)
    if 0 < sum(counts) < LEAST_WHOLE:
        assert hidden.all()
        return
    rest = sum(count for count, hide in zip(counts, hidden, strict=True) if hide)
    for count, hide in zip(counts, hidden, strict=True):
        if 1 <= count <= 5:
            assert hide
            assert rest - (hidden.sum() - 1) >= 6
        if count == 0:
            assert not hide


@given(COUNTS)
def test_nothing_is_hidden_without_a_small_count(counts: list[int]) -> None:
    if sum(counts) >= LEAST_WHOLE and not any(1 <= count <= 5 for count in counts):
        assert not hidden_parts(counts).any()
