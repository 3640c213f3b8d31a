"""What pooling does not buy is said, and nothing that it buys is put among it."""

from __future__ import annotations

from optimiser.cooperation.findings import findings, not_bought

NAMES = {"A": "Aston", "B": "Barton"}


def _row(scope: str, authority: str, unplaced: str, miles: str, cost: str) -> dict[str, str]:
    return {
        "scope": scope,
        "set": "",
        "authority": authority,
        "unplaced": unplaced,
        "separated_groups": "1",
        "mean_miles": miles,
        "over_far_miles": "0",
        "weekly_cost_total": cost,
    }


ROWS = [
    _row("alone", "A", "2", "5.000", "1000.00"),
    _row("alone", "B", "2", "", "0.00"),
    _row("alone", "", "4", "5.000", "1000.00"),
    {**_row("sub_region", "A", "9", "9.000", "9.00"), "set": "Tyne"},
    _row("together", "A", "1", "6.500", "900.00"),
    _row("together", "B", "0", "2.000", "1500.00"),
    _row("together", "", "1", "4.000", "2400.00"),
]


def test_each_measure_by_who_it_betters() -> None:
    unplaced, separated, miles, far, cost = findings(ROWS)
    assert unplaced.bought
    assert unplaced.better == ("A", "B")
    assert not separated.bought
    assert separated.same == ("A", "B")
    assert (miles.worse, miles.better, miles.same) == (("A",), (), ())
    assert not miles.bought
    assert not far.bought
    assert (cost.worse, cost.better) == (("B",), ("A",))


def test_the_sentences() -> None:
    assert not_bought(ROWS, NAMES) == [
        "Sibling groups separated: no different in all (1 together, 1 alone); no different for Aston and "
        "Barton.",
        "Mean miles from home: lower in all (4.0 miles together, 5.0 miles alone); higher for Aston.",
        "Children far from home: no different in all (0 together, 0 alone); no different for Aston and "
        "Barton.",
        "Weekly cost of the children placed: higher in all (£2,400 together, £1,000 alone); higher for "
        "Barton.",
    ]
