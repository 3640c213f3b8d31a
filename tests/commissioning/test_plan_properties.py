"""What holds of every plan: more money or more options never worsen it, and nothing opened is `allocate`."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
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


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_one_more_unit_of_an_option_never_worsens_a_plan(seed: int, tmp_path: Path) -> None:
    """Each option in turn from none of its units to one more than it offers, the rest as it is."""
    case = small_plan(seed)
    for number, option in enumerate(case.options):
        plans = []
        for most in range(int(option["max_units"]) + 2):
            options = [*case.options]
            options[number] = {**option, "max_units": str(most)}
            plans.append(planned(replace(case, options=options), tmp_path / f"{number}-{most}"))
        assert all(no_worse(more, less) for less, more in pairwise(plans)), option["option_id"]


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_one_more_unit_of_a_kind_never_worsens_a_plan(seed: int, tmp_path: Path) -> None:
    """Every kind in turn from none to one more than all its options offer, then without the limit."""
    case = small_plan(seed)
    limits = {name: most for name, most in case.commission.get("limits", {}).items() if name != "max_units"}
    for kind in sorted({option["kind"] for option in case.options}):
        offered = sum(int(option["max_units"]) for option in case.options if option["kind"] == kind)
        plans = [
            planned(
                replace(
                    case, commission={**case.commission, "limits": {**limits, "max_units": {kind: most}}}
                ),
                tmp_path / f"{kind}-{most}",
            )
            for most in range(offered + 2)
        ]
        free = replace(case, commission={**case.commission, "limits": limits})
        plans.append(planned(free, tmp_path / f"{kind}-free"))
        assert all(no_worse(more, less) for less, more in pairwise(plans)), kind


@pytest.mark.parametrize("seed", SEEDS[:4])
@pytest.mark.parametrize("limit", ["capital", "standing_weekly"])
def test_one_more_pound_above_the_limits_there_are(seed: int, limit: str, tmp_path: Path) -> None:
    """From the limits of the case, whatever else binds: a pound less, as it is, a pound more, no limit."""
    case = small_plan(seed)
    column = "capital_cost" if limit == "capital" else "standing_cost"
    costs = [float(option[column] or 0) for option in case.options]
    most = case.commission.get("limits", {}).get(limit, max(costs, default=0.0))
    plans = []
    for amount in (max(0.0, most - 1), most, most + 1, None):
        limits = {name: at for name, at in case.commission.get("limits", {}).items() if name != limit}
        limits |= {} if amount is None else {limit: amount}
        plans.append(
            planned(replace(case, commission={**case.commission, "limits": limits}), tmp_path / f"{amount}")
        )
    assert all(no_worse(more, less) for less, more in pairwise(plans))


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
