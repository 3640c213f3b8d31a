"""What holds of every plan: more money or more options never worsen it, and nothing opened is `allocate`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.commands import run_command
from support.random_plans import PlanTables, small_plan

from optimiser.commissioning.plan import Plan
from optimiser.commissioning.plan_solve import commission
from optimiser.pack.futures import read_futures
from optimiser.pack.read import read_pack

SEEDS = (2, 6, 9, 10, 27, 43, 52, 59)
NEAR = 1e-6


def planned(case: PlanTables, folder: Path) -> Plan:
    pack, futures = case.write(folder)
    read = read_pack(pack, commissioning=True)
    return commission(read, None if futures is None else read_futures(futures, read), gap=0.0)


def no_worse(plan: Plan, than: Plan) -> bool:
    new = plan.tiers.unplaced, plan.tiers.separated, plan.tiers.score
    old = than.tiers.unplaced, than.tiers.separated, than.tiers.score
    for one, other in zip(new, old, strict=True):
        if abs(one - other) > NEAR * max(1.0, abs(other)):
            return one < other
    return True


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", ["capital", "standing_weekly"])
def test_one_more_pound_never_worsens_a_plan(seed: int, limit: str, tmp_path: Path) -> None:
    case = small_plan(seed)
    plans = [
        planned(replace(case, commission={"limits": {limit: most}}), tmp_path / f"{most}")
        for most in (
            0.0,
            299_999.0 if limit == "capital" else 799.0,
            300_000.0 if limit == "capital" else 800.0,
        )
    ]
    assert no_worse(plans[1], plans[0])
    assert no_worse(plans[2], plans[1])
    assert plans[0].units_weekly == 0 or limit == "standing_weekly" or plans[0].pack.options is not None


@pytest.mark.parametrize("seed", SEEDS)
def test_one_more_option_never_worsens_a_plan(seed: int, tmp_path: Path) -> None:
    case = small_plan(seed)
    fewer = replace(case, options=case.options[:-1])
    assert no_worse(planned(case, tmp_path / "all"), planned(fewer, tmp_path / "fewer"))


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_the_order_of_rows_makes_no_difference(seed: int, tmp_path: Path) -> None:
    case = small_plan(seed)
    one, other = planned(case, tmp_path / "one"), planned(case.shuffled(7), tmp_path / "other")
    assert one.units_by_option == other.units_by_option
    assert one.tiers == other.tiers
    for here, there in zip(one.outcomes, other.outcomes, strict=True):
        assert here.after.solution.placement.tolist() == there.after.solution.placement.tolist()


def test_what_opens_later_takes_no_child_before(tmp_path: Path) -> None:
    for seed in SEEDS:
        plan = planned(small_plan(seed), tmp_path / f"{seed}")
        assert plan.pack.options is not None
        opens = dict(zip(plan.pack.options["option_id"], plan.pack.options["opens"], strict=True))
        for outcome in plan.outcomes:
            there = {name.rpartition("#")[0] for name in outcome.after.instance.provisions.id if "#" in name}
            units = plan.units_by_option
            assert there == {
                name for name in opens if units[name] and opens[name] <= outcome.future.on.isoformat()
            }


@pytest.mark.parametrize("seed", [8, 9])
def test_before_is_what_allocate_gives_and_the_same_plan_has_the_same_bytes(
    seed: int, tmp_path: Path
) -> None:
    case = replace(small_plan(seed), futures=[])
    pack, _ = case.write(tmp_path / "case")
    for run in ("one", "two"):
        assert run_command("commission", pack, "--out", tmp_path / run).exit_code == 0
    assert run_command("allocate", pack, "--out", tmp_path / "allocated").exit_code == 0
    before = (tmp_path / "one" / "children" / "before.csv").read_bytes()
    assert before == (tmp_path / "allocated" / "allocations.csv").read_bytes()
    for name in ("plan.csv", "children/allocations.csv", "certificate.json", "children/inputs/provision.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
