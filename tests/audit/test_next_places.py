"""The next place of each sort: the same as the oracle's optimum with that place written into the pack."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support.answer import close
from support.oracle import Best, read_case
from support.oracle_search import best_by_milp
from support.random_packs import Tables, small_tables

from optimiser.allocation.solve import allocate
from optimiser.audit.next_places import TOGETHER, next_places_table
from optimiser.commissioning.proposals import HOME, SORTS, next_places, proposed_options
from optimiser.ensembles.ensemble import Ensemble
from optimiser.ensembles.place import Here, Processes
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.commission import Commission
from optimiser.pack.pack import Pack
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs

GAP = 1e-9
SEEDS = range(0, 24, 2)


def asked(pack: Pack) -> pd.DataFrame:
    instance = instance_from_pack(pack)
    return next_places_table(pack, instance, allocate(instance, gap=GAP), gap=GAP)


def with_place(tables: Tables, place: dict[str, object]) -> Tables:
    other = tables.copy()
    row = dict.fromkeys(other.provision[0], "")
    for name in ("provision_id", "kind", "sector", "authority", "easting", "northing", "places", "vacancies",
                 "age_min", "age_max", "genders", "weekly_cost", "ofsted"):  # fmt: skip
        row[name] = str(place[name])
    skills = place["skills"]
    assert isinstance(skills, tuple)
    other.provision.append({**row, "skills": ";".join(skills)})
    return other


def oracle(tables: Tables, folder: Path) -> Best:
    return best_by_milp(read_case(tables.write(folder)))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_next_place_is_worth_what_the_oracle_says(seed: int, tmp_path: Path) -> None:
    tables = small_tables(seed)
    pack = read_pack(tables.write(tmp_path / "pack"))
    before, found = oracle(tables, tmp_path / "before"), asked(pack)
    offered = next_places(pack)
    assert (
        found[["authority", "sort"]].to_numpy().tolist() == offered[["authority", "sort"]].to_numpy().tolist()
    )
    for index, place in enumerate(offered.to_dict(orient="records")):
        after = oracle(with_place(tables, {str(k): v for k, v in place.items()}), tmp_path / f"after{index}")
        row = found.iloc[index]
        assert row["unplaced_change"] == after.unplaced - before.unplaced
        assert row["separated_change"] == after.separated - before.separated
        assert close(before.score - row["saving_gbp_per_week"], after.score) or (
            row["saving_gbp_per_week"] == pytest.approx(before.score - after.score, abs=0.011)
        )


def test_a_place_added_is_never_of_negative_value(tmp_path: Path) -> None:
    rows = 0
    for seed in range(1, 17, 2):
        found = asked(read_pack(small_tables(seed).write(tmp_path / str(seed))))
        rows += len(found)
        assert (found["unplaced_change"] <= 0).all()
        same = found[found["unplaced_change"] == 0]
        assert (same["separated_change"] <= 0).all()
        same = same[same["separated_change"] == 0]
        assert (same["saving_gbp_per_week"] >= 0).all()
    assert rows > 20


def test_the_place_is_the_typical_option() -> None:
    pack = read_pack(sample_packs()["north-east-and-cumbria"])
    offered, options = next_places(pack), proposed_options(pack).set_index("option_id")
    assert set(offered["sort"]) == set(SORTS)
    for place in offered.to_dict(orient="records"):
        option = options.loc[str(place["provision_id"]).removesuffix("#1")]
        for name in ("kind", "authority", "weekly_cost", "age_min", "age_max", "skills"):
            assert place[name] == option[name]
        units = 1 if place["sort"] != HOME else option["places"]
        assert place["places"] == place["vacancies"] == option["places"] / units
        assert place["capital_cost"] == option["capital_cost"] / units
        assert place["standing_cost"] == option["standing_cost"] / units


def test_what_it_costs_is_standing_cost_and_capital_over_its_years() -> None:
    pack = read_pack(sample_packs()["gateshead-ten"])
    instance = instance_from_pack(pack)
    solution = allocate(instance, gap=GAP)
    ten = next_places_table(pack, instance, solution, gap=GAP)
    one = next_places_table(
        pack, instance, solution, gap=GAP, commission=Commission(payback_years=1.0)
    ).set_index("sort")
    assert ten.set_index("sort")["cost_gbp_per_week"]["teenagers"] == round(10_000 / 3652.5 * 7, 2)
    assert one["cost_gbp_per_week"]["teenagers"] == round(10_000 / 365.25 * 7, 2)


def test_two_processes_say_the_same_as_one(tmp_path: Path) -> None:
    """Of packs whose places are one task and of one whose are several; all are held to the oracle above."""
    packs = [read_pack(small_tables(seed).write(tmp_path / str(seed))) for seed in SEEDS]
    numbers = [len(next_places(pack)) for pack in packs]
    assert min(numbers) <= TOGETHER < max(numbers)
    pack = packs[numbers.index(max(numbers))]
    instance = instance_from_pack(pack)
    solution = allocate(instance, gap=GAP)
    one, two = (
        next_places_table(pack, instance, solution, gap=GAP, ensemble=Ensemble(place))
        for place in (Here(), Processes(2))
    )
    assert one.to_csv() == two.to_csv()
    assert len(one) == max(numbers)
