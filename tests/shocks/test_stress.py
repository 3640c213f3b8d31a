"""What a shock does is what an independent solver finds on the pack that is left."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from support.cluster import cluster
from support.commands import run_command
from support.oracle import read_case
from support.oracle_search import best_by_milp
from support.random_packs import Tables, small_tables

from optimiser.ensembles.ensemble import Ensemble
from optimiser.errors import InputError
from optimiser.pack.pack import Pack
from optimiser.pack.read import read_pack
from optimiser.shocks.closures import closures, usual_shocks
from optimiser.shocks.shock import CLOSES, LEAVES, MERGE, Shock
from optimiser.shocks.shocks_file import shocks_from_toml, shocks_to_toml
from optimiser.shocks.stress import Stress, stress
from optimiser.shocks.stress_run import stress_table

GAP = 1e-7
SEEDS = range(3000, 3004)


def _stressed(pack: Pack, *shocks: Shock) -> Stress:
    return stress(pack, lambda _: shocks, gap=GAP, ensemble=Ensemble())


def _without(tables: Tables, row: dict[str, str]) -> Tables:
    left = tables.copy()
    left.provision = [other for other in left.provision if other["provision_id"] != row["provision_id"]]
    return left


def test_every_closure_is_what_an_independent_solver_finds(tmp_path: Path) -> None:
    for seed in SEEDS:
        tables = small_tables(seed)
        pack = read_pack(tables.write(tmp_path / f"{seed}"))
        shocks = tuple(
            Shock(row["provision_id"], CLOSES, chosen={"provisions": (row["provision_id"],)})
            for row in tables.provision
        )
        found = _stressed(pack, *shocks)
        for row, after in zip(tables.provision, found.after, strict=True):
            folder = _without(tables, row).write(tmp_path / f"{seed}-{row['provision_id']}")
            best = best_by_milp(read_case(folder))
            assert (after.unplaced, after.separated) == (best.unplaced, best.separated), (seed, row)
            assert after.score == pytest.approx(best.score, rel=GAP, abs=1e-4), (seed, row)
            assert after.score_within <= GAP * abs(after.score) + 1e-4


def _dearer(tables: Tables) -> None:
    for row in tables.provision:
        if row["sector"] == "private":
            row["weekly_cost"] = f"{float(row['weekly_cost']) * 1.08:.2f}"


def _merged(tables: Tables) -> None:
    for row in tables.children:
        row["authority"] = "E08000037"
    tables.policy["limits"]["authority_weekly_budget"] = {"E08000037": 9_000.0}


@pytest.mark.parametrize(
    ("by_hand", "said"),
    [
        (_dearer, 'cost_change = 0.08\nsectors = ["private"]'),
        (_merged, 'merge = ["E08000037", "E08000021", "E06000047"]'),
    ],
)
def test_other_shocks_are_what_an_independent_solver_finds(
    by_hand: Callable[[Tables], None], said: str, tmp_path: Path
) -> None:
    budgets = {"E08000037": 2_000.0, "E08000021": 3_000.0, "E06000047": 4_000.0}
    (tmp_path / "shocks.toml").write_text(f'[[shock]]\nname = "it"\n{said}\n')
    for seed in SEEDS:
        tables = small_tables(seed)
        tables.policy["limits"] = {"authority_weekly_budget": budgets}
        pack = read_pack(tables.write(tmp_path / f"{seed}"))
        if not any(row["sector"] == "private" for row in tables.provision):
            continue
        (after,) = _stressed(pack, *shocks_from_toml(tmp_path / "shocks.toml", pack)).after
        by_hand(tables)
        best = best_by_milp(read_case(tables.write(tmp_path / f"{seed}-after")))
        assert (after.unplaced, after.separated) == (best.unplaced, best.separated), seed
        assert after.score == pytest.approx(best.score, rel=GAP, abs=1e-4), seed


def test_a_council_that_leaves_takes_its_children_and_its_own_homes_along(tmp_path: Path) -> None:
    tables = small_tables(3010, children=(8, 8))
    pack = read_pack(tables.write(tmp_path / "pack"))
    code = tables.children[0]["authority"]
    stay = [row for row in tables.children if row["authority"] != code]
    (after,) = _stressed(pack, Shock("it leaves", LEAVES, councils=(code,))).after
    assert after.children == len(stay)


def test_a_share_that_closes_is_drawn_by_the_seed_alone(tmp_path: Path) -> None:
    from optimiser.shocks.shock import closed_provisions

    tables = small_tables(3011, provisions=(12, 12))
    one, other = (
        read_pack(each.write(tmp_path / name))
        for each, name in ((tables, "one"), (tables.shuffled(1), "other"))
    )
    drawn = [closed_provisions(pack, Shock("x", CLOSES, 0.5, 7)) for pack in (one, other)]
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 6
    assert drawn[0] != closed_provisions(one, Shock("x", CLOSES, 0.5, 8))


def test_the_worst_comes_first(tmp_path: Path) -> None:
    pack = read_pack(small_tables(3012, children=(8, 10)).write(tmp_path / "pack"))
    found = stress(pack, lambda placed: closures(pack, placed, "provision", 4), gap=GAP, ensemble=Ensemble())
    table = stress_table(found)
    worst = [tuple(row) for row in table[["unplaced_change", "separated_change", "score_change"]].to_numpy()]
    assert len(worst) == 4
    assert worst == sorted(worst, reverse=True)
    assert list(table["rank"]) == [1, 2, 3, 4]


def test_a_file_of_shocks_reads_back_as_it_was_written(tmp_path: Path) -> None:
    pack = read_pack(small_tables(3013, children=(8, 8), provisions=(8, 8)).write(tmp_path / "pack"))
    codes = tuple(sorted(set(pack.children["authority"])))
    shocks = [shock for shock in usual_shocks(pack) if shock.effect == LEAVES]
    shocks += [Shock("merged", MERGE, councils=codes[:2]), Shock("some", CLOSES, 0.25, 3)]
    path = tmp_path / "shocks.toml"
    path.write_text(shocks_to_toml(tuple(shocks)))
    assert shocks_from_toml(path, pack) == tuple(shocks)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("", "0:shock: there is no shock; accepted: one or more tables [[shock]]"),
        ('[[shock]]\nname = "a"', "1:shock[0]: the shock says nothing; accepted: exactly one of"),
        ('[[shock]]\nname = "a"\ncloses = 2', "3:shock[0].closes: closes is 2; accepted: a number"),
        ('[[shock]]\nname = "a"\ncloses = 1.0\nkinds = ["x"]', "4:shock[0].kinds: kinds is"),
        ('[[shock]]\nname = "a"\nleaves = "E1"', "3:shock[0].leaves: leaves is 'E1'; accepted: a member"),
        (
            '[[shock]]\nclosse = 1.0\nname = "a"',
            "2:shock[0].closse: there is no key 'closse'; accepted:",
        ),
    ],
)
def test_every_fault_of_a_file_is_named(said: str, fault: str, tmp_path: Path) -> None:
    pack = read_pack(small_tables(3014).write(tmp_path / "pack"))
    path = tmp_path / "shocks.toml"
    path.write_text(said)
    with pytest.raises(InputError) as raised:
        shocks_from_toml(path, pack)
    assert any(str(each).startswith(f"shocks.toml:{fault}") for each in raised.value.faults), (
        raised.value.faults
    )


def test_one_process_two_and_a_cluster_write_the_same_bytes(tmp_path: Path) -> None:
    with cluster(tmp_path) as started:
        for name, where in (
            ("one", ("--workers", "1")),
            ("two", ("--workers", "2")),
            ("cluster", ("--cluster", started.address)),
        ):
            out = ("--out", str(tmp_path / name))
            asked = ("stress", "gateshead-ten", "--close", "provision", "--top", "4")
            assert run_command(*asked, *out, *where).exit_code == 0
    written = [
        {
            file: (tmp_path / name / file).read_bytes()
            for file in ("stress.csv", "shocks.toml", "metrics.json")
        }
        for name in ("one", "two", "cluster")
    ]
    assert written[0] == written[1] == written[2]
    with (tmp_path / "one" / "stress.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 4
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".unfinished")]
