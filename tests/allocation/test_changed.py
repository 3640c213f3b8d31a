"""A search that begins with what another left finds and proves what an independent solver does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import pytest
from support.oracle import read_case
from support.oracle_search import best_by_milp
from support.random_packs import Tables, small_tables

from optimiser.allocation.changed import allocate_changed
from optimiser.audit.shadow_prices import EXACT_GAP
from optimiser.ensembles.ensemble import Ensemble
from optimiser.ensembles.place import Processes
from optimiser.ensembles.task import Task
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.read import read_pack


def _a_home_closes(tables: Tables) -> None:
    del tables.provision[0]


def _half_close(tables: Tables) -> None:
    tables.provision[:] = tables.provision[::2]


def _a_child_leaves(tables: Tables) -> None:
    gone = tables.children.pop()["child_id"]
    tables.incompatible[:] = [row for row in tables.incompatible if gone not in row.values()]
    for row in tables.provision:
        named = [child for child in row["named_children"].split(";") if child != gone]
        row["named_children"] = ";".join(named)
    tables.provision[:] = [
        row for row in tables.provision if row["kind"] != "kinship" or row["named_children"]
    ]


def _one_more_vacancy(tables: Tables) -> None:
    for row in tables.provision:
        row["places"], row["vacancies"] = str(int(row["places"]) + 1), str(int(row["vacancies"]) + 1)


def _no_vacancies(tables: Tables) -> None:
    for row in tables.provision:
        row["vacancies"] = "0"


def _a_tight_budget(tables: Tables) -> None:
    tables.policy.setdefault("limits", {})["weekly_budget"] = 2_500.0


def _miles_are_dear(tables: Tables) -> None:
    tables.policy.setdefault("prices", {})["mile"] = 500.0


def _never_split(tables: Tables) -> None:
    tables.policy["siblings"] = {"split": "never"}


CHANGES = (
    _a_home_closes,
    _half_close,
    _a_child_leaves,
    _one_more_vacancy,
    _no_vacancies,
    _a_tight_budget,
    _miles_are_dear,
    _never_split,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_what_is_known_of_another_instance_changes_nothing_but_the_way(
    change: Callable[[Tables], None], tmp_path: Path
) -> None:
    wrong = []
    for seed in range(2000, 2008):
        tables = small_tables(seed)
        before = instance_from_pack(read_pack(tables.write(tmp_path / f"{seed}-before")))
        _, known = allocate_changed(before, gap=EXACT_GAP)
        change(tables)
        folder = tables.write(tmp_path / f"{seed}-after")
        after = instance_from_pack(read_pack(folder))
        found, _ = allocate_changed(after, known, gap=EXACT_GAP)
        best = best_by_milp(read_case(folder))
        if astuple(found.tiers) != pytest.approx(
            (best.unplaced, best.separated, best.score), rel=EXACT_GAP, abs=1e-4
        ):
            wrong.append(f"seed {seed}: {found.tiers}, the oracle {best}")
        if astuple(found.bounds) != pytest.approx(astuple(found.tiers), rel=EXACT_GAP, abs=1e-4):
            wrong.append(f"seed {seed}: {found.tiers}, bounds {found.bounds}")
    assert not wrong, "\n".join(wrong)


def test_without_anything_known_it_is_the_search_from_nothing(tmp_path: Path) -> None:
    instance = instance_from_pack(read_pack(small_tables(2100).write(tmp_path / "pack")))
    first, known = allocate_changed(instance)
    second, _ = allocate_changed(instance, known)
    assert first.tiers == second.tiers
    assert (known.lives == first.placement).all()


def test_what_is_known_can_be_sent_to_another_process(tmp_path: Path) -> None:
    instance = instance_from_pack(read_pack(small_tables(2101).write(tmp_path / "pack")))
    _, known = allocate_changed(instance)
    one, _ = allocate_changed(instance, known)
    other, _ = Ensemble(Processes(2)).run([Task("again", allocate_changed, (instance, known))])[0]
    assert (one.placement == other.placement).all()
    assert (one.tiers, one.bounds) == (other.tiers, other.bounds)
