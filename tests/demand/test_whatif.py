"""What-ifs: read with every fault, applied as written, and shared out among the changes."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng
from support.histories import spells_from_truth, truth

from optimiser.demand.attribution import attributed
from optimiser.demand.costs import costs_by_month
from optimiser.demand.days import day_from_date, month_ends
from optimiser.demand.history import ENTRY_AGES
from optimiser.demand.pooled import Future, Model, future_from_model, mean_from_future, model_from_spells
from optimiser.demand.published import OUT, PublishedRates
from optimiser.demand.strength import strength_by_month
from optimiser.demand.whatif import Change, Costs, WhatIf, whatif_from_file
from optimiser.demand.whatif_ours import changed_future, check_changes
from optimiser.demand.whatif_published import check_published_changes, rates_by_month
from optimiser.errors import InputError

START, END = date(2022, 3, 31), date(2023, 3, 31)
CODES = ("E00000000", "E00000001")

FILE = """
name = "Family Help and more"
[[change]]
name = "entries of 10 to 15 halve within a year"
rate = "entries"
from = 2022-04-01
age_from = 10
age_to = 15
over_months = 12
multiply = 0.5
[[change]]
name = "500 more unaccompanied children"
rate = "entries"
age_from = 16
categories = ["Supported", "Foster carers"]
add = 500
[[change]]
name = "kinship first"
rate = "entries"
categories = ["Foster carers"]
authorities = ["E00000001"]
share = 0.2
to = "Kinship"
[costs]
inflation = 0.03
[costs.weekly]
Fostering = 600
Residential = 5000.5
"""


@pytest.fixture(scope="module")
def model() -> Model:
    known = truth(default_rng(5), authorities=2, entries=40.0)
    spells = spells_from_truth(known, default_rng(6), first=date(2019, 4, 1), last=START)
    return model_from_spells(spells, day_from_date(START))


@pytest.fixture(scope="module")
def future(model: Model) -> Future:
    return future_from_model(model, day_from_date(END), seed=1, draws=160)


def _read(folder: Path, text: str) -> WhatIf:
    file = folder / "whatif.toml"
    file.write_text(text, encoding="utf-8")
    return whatif_from_file(file, CODES)


def test_a_file_as_the_docstring_has_it(tmp_path: Path) -> None:
    found = _read(tmp_path, FILE)
    assert [change.how for change in found.changes] == ["multiply", "add", "share"]
    assert found.changes[0].start == date(2022, 4, 1)
    assert found.changes[1].categories == ("Supported", "Foster carers")
    assert found.changes[2].authorities == ("E00000001",)
    assert found.costs == Costs({"Fostering": 600.0, "Residential": 5000.5}, 0.03)


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    text = """colour = "red"
[[change]]
rate = "entrances"
age_from = 12
age_to = 3
multiply = 0.5
add = 1
[[change]]
name = "b"
rate = "exits"
from = "soon"
authorities = ["E99999999"]
share = 0.5
over_months = nan
[costs]
inflation = 7
[costs.weekly]
Hotel = 1
"""
    with pytest.raises(InputError) as caught:
        _read(tmp_path, text)
    told = {(fault.row, fault.column) for fault in caught.value.faults}
    assert {
        (1, "colour"),
        (3, "change[0].rate"),
        (2, "change[0]"),
        (5, "change[0].age_to"),
        (11, "change[1].from"),
        (12, "change[1].authorities"),
        (8, "change[1]"),
        (14, "change[1].over_months"),
        (16, "costs.inflation"),
        (18, "costs.weekly.Hotel"),
    } <= told


@pytest.mark.parametrize("text", ["change = 3", "[[change]\n", "costs = 3", "[costs]\nweekly = 1", "\ufffe"])
def test_no_file_gives_a_traceback(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        _read(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        whatif_from_file(tmp_path / "none.toml", CODES)


def test_strength_counts_days() -> None:
    days = month_ends(day_from_date(START), day_from_date(date(2022, 7, 31)))
    half = Change("a", "entries", "multiply", 0.5, start=date(2022, 5, 17), until=date(2022, 6, 15))
    assert strength_by_month(half, day_from_date(START), days) == pytest.approx([0, 15 / 31, 0.5, 0])
    grows = Change("a", "entries", "multiply", 0.5, over_months=2)
    found = strength_by_month(grows, day_from_date(START), days)
    assert found[0] == pytest.approx(15.5 / 60.875)
    assert found[2:] == pytest.approx(1.0)


def test_entries_halve_where_they_are_chosen_and_nowhere_else(model: Model, future: Future) -> None:
    change = Change("a", "entries", "multiply", 0.5, age_from=10, age_to=15, authorities=("E00000001",))
    found = changed_future(model, future, (change,))
    ages = np.array(ENTRY_AGES) // 12
    chosen = (ages >= 10) & (ages <= 15)
    assert (found.entries[0] == future.entries[0]).all()
    assert found.entries[1][:, :, chosen] == pytest.approx(future.entries[1][:, :, chosen] / 2)
    assert (found.entries[1][:, :, ~chosen] == future.entries[1][:, :, ~chosen]).all()
    assert found.moves[0] is future.moves[0]


def test_500_more_are_500_more_in_a_year(model: Model, future: Future) -> None:
    change = Change("a", "entries", "add", 500.0, age_from=16, categories=("Supported",))
    found = changed_future(model, future, (change,))
    more = np.array(found.entries) - np.array(future.entries)
    assert more.sum(axis=(0, 2, 3, 4)).mean() == pytest.approx(500 * 365 / 365.25)


def test_kinship_first_moves_entries_and_loses_none(model: Model, future: Future) -> None:
    change = Change("a", "entries", "share", 0.2, categories=("Foster carers",), to="Kinship")
    found = changed_future(model, future, (change,))
    for before, after in zip(future.entries, found.entries, strict=True):
        assert after.sum(axis=3) == pytest.approx(before.sum(axis=3))
        assert after[..., 1] == pytest.approx(0.8 * before[..., 1])
        assert after[..., 0] == pytest.approx(before[..., 0] + 0.2 * before[..., 1])


def test_exits_and_moves(model: Model, future: Future) -> None:
    doubled = changed_future(model, future, (Change("a", "exits", "multiply", 2.0, age_from=10, age_to=15),))
    assert doubled.moves[3][:, :, 3:5, :, -1] == pytest.approx(2 * future.moves[3][:, :, 3:5, :, -1])
    assert doubled.moves[3][..., :-1] == pytest.approx(future.moves[3][..., :-1])
    added = changed_future(
        model, future, (Change("a", "moves", "add", 0.3, categories=("Residential",), to="Fostering"),)
    )
    gain = (added.moves[0] - future.moves[0])[..., 2, :] * 365.25
    assert gain[:, :, :-1].sum(axis=-1) == pytest.approx(0.3)
    assert gain[:, :, :-1, 0] == pytest.approx(0.15)
    shared = changed_future(model, future, (Change("a", "moves", "share", 0.5, to="Kinship"),))
    assert shared.moves[0].sum(axis=-1) == pytest.approx(future.moves[0].sum(axis=-1))
    assert (shared.moves[0] >= 0).all()


def test_a_change_from_a_date_changes_nothing_before_it(model: Model, future: Future) -> None:
    change = Change("a", "exits", "multiply", 3.0, start=date(2022, 10, 1))
    changed = changed_future(model, future, (change,))
    base, found = (mean_from_future(model, each) for each in (future, changed))
    assert (base[:, :6] == found[:, :6]).all()
    assert (found[:, 6:, -1, -1] < base[:, 6:, -1, -1]).all()


def test_ages_that_cut_a_rate_in_two_are_refused() -> None:
    with pytest.raises(InputError, match="cannot be applied") as caught:
        check_changes((Change("a", "exits", "multiply", 0.5, age_from=11, key="change[0]"),), "w.toml")
    assert "change[0].age_from: is 11" in str(caught.value.faults[0])
    change = Change("a", "entries", "share", 0.5, to="Kinship", authorities=CODES, key="change[0]")
    with pytest.raises(InputError) as caught:
        check_published_changes((change,), "w.toml")
    assert len(caught.value.faults) == 2


def test_published_rates_change_month_by_month() -> None:
    random = default_rng(1)
    moves = random.random((OUT, OUT + 1)) / 1000
    moves[range(OUT), range(OUT)] = 0
    rates = PublishedRates(moves, random.random(OUT))
    days = month_ends(day_from_date(START), day_from_date(date(2022, 6, 30)))
    changes = (
        Change("a", "exits", "multiply", 0.5, start=date(2022, 5, 1), age_from=10, age_to=15),
        Change("b", "entries", "add", 36.525, categories=("Residential",)),
        Change("c", "moves", "multiply", 0.0, categories=("Other",)),
    )
    found = rates_by_month(rates, changes, start=day_from_date(START), days=days)
    assert found[0].moves[:, OUT] == pytest.approx(moves[:, OUT])
    assert found[1].moves[12:16, OUT] == pytest.approx(moves[12:16, OUT] / 2)
    assert found[1].moves[16:, OUT] == pytest.approx(moves[16:, OUT])
    assert found[0].entries.sum() - rates.entries.sum() == pytest.approx(0.1)
    assert (found[0].moves[3, [0, 1, 2]] == 0).all()
    assert found[0].moves[3, 7] == pytest.approx(moves[3, 7])  # growing older is not a move
    assert found[0].one_day().sum(axis=0) == pytest.approx(1 - found[0].moves[:, OUT])


def test_attribution_adds_up_and_shapley_prefers_no_order() -> None:
    """f(S) = the product of the factors in S, so that order matters in one and not in the other."""
    factors = {"a": 2.0, "b": 3.0, "c": 0.5}
    changes = tuple(Change(name, "entries", "multiply", value) for name, value in factors.items())

    def figures(chosen: tuple[Change, ...]) -> np.ndarray:
        return np.array([10 * np.prod([change.amount for change in chosen])])

    in_order, shapley = attributed(changes, figures)
    assert in_order[:, 0].tolist() == [10, 40, -30]
    assert shapley is not None
    assert shapley.sum() == pytest.approx(20)
    orders = list(permutations(changes))
    for number, change in enumerate(changes):
        gains = []
        for order in orders:
            before = order[: order.index(change)]
            gains.append(float((figures((*before, change)) - figures(before))[0]))
        assert shapley[number, 0] == pytest.approx(np.mean(gains))


def test_many_changes_are_attributed_in_order_alone() -> None:
    changes = tuple(Change(str(number), "entries", "add", 1.0) for number in range(7))
    in_order, shapley = attributed(changes, lambda chosen: np.array([float(len(chosen))]))
    assert in_order.ravel().tolist() == [1.0] * 7
    assert shapley is None


def test_costs_by_hand() -> None:
    """Ten children in fostering for 30 days at £700 a week, 3 % dearer a year, priced in the middle."""
    mean = np.array([[[10.0, 4.0]]])
    costs = Costs({"Fostering": 700.0}, 0.03)
    found = costs_by_month(mean, ("Fostering", "Other"), costs, start=0, days=np.array([30]))
    assert found.shape == (1, 1, 1)
    assert found[0, 0, 0] == pytest.approx(10 * 700 * 30 / 7 * 1.03 ** (15 / 365.25))
