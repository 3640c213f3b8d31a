"""shadow_prices.csv: duals, exact savings by solving again, and both summed up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.random_packs import Tables, small_tables
from support.small import child, home, small_pack, solved_by_hand

from optimiser.allocation.solve import allocate
from optimiser.audit.shadow_prices import (
    ExactSaving,
    csv_from_shadow_prices,
    csv_from_shadow_prices_by,
    exact_savings,
    largest_prices,
    shadow_prices_by_table,
    shadow_prices_table,
)
from optimiser.ensembles.counted import Counted
from optimiser.ensembles.ensemble import Ensemble
from optimiser.ensembles.keep import Keep
from optimiser.errors import StoppedError
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs

HEADER = (
    "limit,id,authority,kind,vacancies,saving_gbp_per_week,exact_saving_gbp_per_week,"
    "exact_within_gbp_per_week,exact_unplaced_change,exact_separated_change\n"
)
TWO = [home("q", places=3, vacancies=3), home("p", kind="childrens_home", authority="")]


def test_the_whole_file() -> None:
    pack = small_pack([child("a")], TWO)
    _, solution = solved_by_hand(pack, {})
    assert csv_from_shadow_prices(shadow_prices_table(pack, solution)).decode() == (
        HEADER + "vacancies,q,E08000037,foster_home,3,1.0000,,,,\n"
        "vacancies,p,,childrens_home,1,0.0000,,,,\n"
        "authority_weekly_budget,,E08000021,,,0.5000,,,,\n"
        "weekly_budget,,,,,0.2500,,,,\n"
    )


def test_exact_figures_stand_beside_the_dual_of_their_provision() -> None:
    pack = small_pack([child("a")], TWO)
    _, solution = solved_by_hand(pack, {})
    exact = {1: ExactSaving(unplaced_change=-1, separated_change=0, saving=-510.0, within=0.25)}
    lines = csv_from_shadow_prices(shadow_prices_table(pack, solution, exact)).decode().splitlines()
    assert lines[1:3] == [
        "vacancies,q,E08000037,foster_home,3,1.0000,-510.0000,0.2500,-1,0",
        "vacancies,p,,childrens_home,1,0.0000,,,,",
    ]


def test_summed_up_by_authority_kind_and_need() -> None:
    provision = [
        home("a", skills=("autism", "health")),
        home("b"),
        home("c", skills=("autism",)),
        home("d", kind="childrens_home", authority=""),
    ]
    pack = small_pack([child("x")], provision)
    _, solution = solved_by_hand(pack, {})
    assert csv_from_shadow_prices_by(shadow_prices_by_table(pack, solution)).decode() == (
        "authority,kind,need,provisions,mean_saving_gbp_per_week,max_saving_gbp_per_week\n"
        ",childrens_home,none,1,3.0000,3.0000\n"
        "E08000037,foster_home,autism,2,1.0000,2.0000\n"
        "E08000037,foster_home,none,1,1.0000,1.0000\n"
        "E08000037,foster_home,health,1,0.0000,0.0000\n"
    )


def test_the_largest_are_those_of_the_highest_price_above_nothing() -> None:
    pack = small_pack([child("x")], [home(name) for name in "abcd"])
    _, solution = solved_by_hand(pack, {})
    priced = replace(solution, vacancy_price=np.array([5.0, 0.0, 7.0, 5.0]))
    assert largest_prices(priced) == (2, 0, 3)
    assert largest_prices(priced, most=2) == (2, 0)


def test_one_more_place_for_the_ten() -> None:
    """foster-three: elm leaves foster-far, 665 − 460; foster-teen: 665 − 530; foster-two: elm's need not."""
    instance = instance_from_pack(read_pack(sample_packs()["gateshead-ten"]))
    solution = allocate(instance)
    name_of = instance.provisions.id.tolist()
    wanted = [name_of.index(name) for name in ("foster-three", "foster-teen", "home-solo")]
    heard: list[tuple[int, int]] = []
    told = Ensemble(progress=lambda counted: heard.append((counted.done, counted.of)))
    exact = exact_savings(instance, solution, wanted, ensemble=told)
    assert heard == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert not any(each.unplaced_change for each in exact.values())
    savings = {name_of[p]: round(each.saving, 6) for p, each in exact.items()}
    # A second place in foster-teen is no help: dale is there, and elm must not live with him.
    assert savings == {
        "foster-three": 205.0,
        "foster-teen": 0.0,
        "home-solo": 0.0,
    }


def test_a_place_that_houses_one_more_child() -> None:
    instance = instance_from_pack(small_pack([child("a"), child("b")], [home("p")]))
    exact = exact_savings(instance, allocate(instance), [0])[0]
    assert (exact.unplaced_change, exact.separated_change) == (-1, 0)
    assert exact.saving == pytest.approx(-510.0)
    assert exact.within == 0.0


def test_a_place_that_keeps_siblings_together() -> None:
    children = [child("a", sibling_group="s"), child("b", sibling_group="s")]
    instance = instance_from_pack(small_pack(children, [home("p"), home("q", 3)]))
    (exact,) = exact_savings(instance, allocate(instance), [0]).values()
    assert (exact.unplaced_change, exact.separated_change) == (0, -1)
    assert exact.saving == pytest.approx(20.0)


def _without_whole_number_features(seed: int) -> Tables:
    """Nothing but children on their own and places: the relaxation is whole of itself."""
    tables = small_tables(seed, children=(6, 12), provisions=(4, 8))
    tables.policy.pop("limits", None)
    tables.incompatible.clear()
    for row in tables.children:
        row["solo"] = row["sibling_group"] = ""
    return tables


@pytest.mark.parametrize("seed", range(8))
def test_no_exact_saving_is_more_than_the_dual(seed: int, tmp_path: Path) -> None:
    tables = _without_whole_number_features(seed)
    instance = instance_from_pack(read_pack(tables.write(tmp_path / "pack")))
    solution = allocate(instance, gap=1e-9)
    wanted = largest_prices(solution, most=3)
    for provision, exact in exact_savings(instance, solution, wanted).items():
        more = tables.copy()
        (row,) = (r for r in more.provision if r["provision_id"] == instance.provisions.id[provision])
        row["places"], row["vacancies"] = str(int(row["places"]) + 1), str(int(row["vacancies"]) + 1)
        folder = more.write(tmp_path / str(provision))
        again = allocate(instance_from_pack(read_pack(folder)), gap=1e-9)
        assert exact.unplaced_change == again.tiers.unplaced - solution.tiers.unplaced
        assert exact.saving == pytest.approx(solution.tiers.score - again.tiers.score, abs=1e-6)
        if not exact.unplaced_change:
            assert -1e-6 <= exact.saving <= solution.vacancy_price[provision] + exact.within + 1e-6


def test_savings_go_on_from_what_was_done(tmp_path: Path) -> None:
    """Stopped after the first of three, they solve only the other two, and the figures are the same."""
    tables = _without_whole_number_features(3)
    instance = instance_from_pack(read_pack(tables.write(tmp_path / "pack")))
    solution = allocate(instance, gap=1e-9)
    wanted, keep = list(range(3)), Keep(tmp_path / "kept")
    told: list[Counted] = []

    def stop_after_one(counted: Counted) -> None:
        if counted.done == 1:
            raise StoppedError("stopped by the test")

    with pytest.raises(StoppedError):
        exact_savings(instance, solution, wanted, ensemble=Ensemble(keep=keep, progress=stop_after_one))
    found = exact_savings(instance, solution, wanted, ensemble=Ensemble(keep=keep, progress=told.append))

    assert [(each.kept, each.done) for each in told] == [(1, 1), (1, 2), (1, 3)]
    assert found == exact_savings(instance, solution, wanted)
