"""Instances made like the published families: every way to the answer equals the plain full model.

What is not proven is not called so."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.facility_made import like_beasley, like_diaz, like_holmberg
from benchmarks.facility_peers import highs_arrays
from optimiser.commissioning.facility import Facilities, value_of
from optimiser.commissioning.facility_neighbourhoods import Answer
from optimiser.commissioning.facility_solve import FREE, USUAL, Effort, solve
from optimiser.errors import StoppedError

SMALL_ONES: dict[str, Callable[[], Facilities]] = {
    "beasley, tight": lambda: like_beasley(24, 4, full=0.95, seed=0),
    "beasley": lambda: like_beasley(30, 3, full=0.85, seed=1),
    "holmberg, tight": lambda: like_holmberg(8, 20, room=1.5, seed=0),
    "holmberg": lambda: like_holmberg(10, 25, room=3, seed=1),
    "diaz, tight": lambda: like_diaz(8, 18, room=1.6, seed=2),
    "diaz": lambda: like_diaz(12, 24, room=4, seed=3),
}
EFFORTS = {
    "usual": USUAL,
    "no lists": Effort(most_listed=0),
    "no list is solved": Effort(most_left=0),
    "few loads at once": Effort(most_loads=5),
    "few pairs at once": Effort(most_listed=0, most_pairs=60),
    "no neighbourhoods": Effort(neighbours=False),
    "hardly any prices": Effort(relaxed_steps=2, exact_steps=2),
}


@cache
def optimum(name: str) -> float:
    """By the plain full model in HiGHS."""
    instance = SMALL_ONES[name]()
    site_of_unit, open_sites = highs_arrays.solve(instance, lambda _: None)
    opened = np.zeros(len(instance.capacity), dtype=np.bool_)
    opened[open_sites] = True
    return value_of(instance, site_of_unit, opened)


@pytest.mark.parametrize("name", SMALL_ONES)
@pytest.mark.parametrize("effort", EFFORTS.values(), ids=EFFORTS.keys())
def test_every_way_equals_the_full_model(name: str, effort: Effort) -> None:
    instance = SMALL_ONES[name]()
    found = solve(instance, effort=effort)
    assert found.optimal
    assert found.value == pytest.approx(optimum(name))
    assert value_of(instance, found.site_of_unit, found.opened) == found.value


@pytest.mark.parametrize("name", SMALL_ONES)
@pytest.mark.parametrize("rounds", [0, 1])
def test_what_is_not_proven_is_not_called_so(name: str, rounds: int) -> None:
    """A search left early: its bound is below the optimum, its answer above; `optimal` is where they meet."""
    instance = SMALL_ONES[name]()
    for effort in (FREE, Effort(30, 10, most_listed=0, rounds=rounds, most_pairs=0, neighbours=False)):
        found = solve(instance, effort=effort)
        assert found.bound <= optimum(name) + 1e-6 <= found.value + 2e-6
        assert found.optimal == (found.bound == found.value)


@pytest.mark.parametrize("name", SMALL_ONES)
def test_a_time_limit_never_makes_a_wrong_optimum(name: str) -> None:
    instance = SMALL_ONES[name]()
    for seconds in (0.0, 0.02, 0.1):
        try:
            found = solve(instance, seconds=seconds)
        except StoppedError:
            continue
        assert found.bound <= optimum(name) + 1e-6 <= found.value + 2e-6
        assert found.optimal == (found.bound == found.value)


def test_a_start_is_never_made_worse() -> None:
    instance = SMALL_ONES["holmberg, tight"]()
    best = solve(instance)
    start = Answer(best.site_of_unit, np.flatnonzero(best.opened))
    at_once = solve(instance, effort=Effort(1, 1, most_listed=0, rounds=0, neighbours=False), start=start)
    assert at_once.value == best.value
    assert not at_once.optimal
    assert at_once.bound < best.value
    with pytest.raises(ValueError, match="more than its capacity"):
        solve(instance, start=Answer(np.zeros_like(best.site_of_unit), np.array([0])))


@pytest.mark.parametrize("make", [like_holmberg, like_diaz])
def test_the_same_seed_makes_the_same_instance_with_the_room_asked_for(
    make: Callable[..., Facilities],
) -> None:
    one, again, other = (make(9, 30, room=2.0, seed=seed) for seed in (5, 5, 6))
    assert one.cost.tolist() == again.cost.tolist() != other.cost.tolist()
    assert 2.0 <= one.capacity.sum() / one.size.sum() < 2.0 + 9 / one.size.sum()
    assert len(one.cost) == 9 * 30


def test_medians_are_as_full_as_asked_for() -> None:
    room = [like_beasley(50, 5, full=full, seed=3).capacity[0] for full in (0.8, 0.9, 1.0)]
    assert all(tighter < looser for looser, tighter in pairwise(room))
    full = like_beasley(50, 5, full=1.0, seed=3)
    assert full.number_open == 5
    assert 0 <= 5 * full.capacity[0] - full.size.sum() < 5
