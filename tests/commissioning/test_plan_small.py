"""A plan equals the best of all plans tried one by one, in all three tiers."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.random_plans import best_by_trying, small_plan

from optimiser.commissioning.plan import Plan
from optimiser.commissioning.plan_solve import commission
from optimiser.pack.futures import read_futures
from optimiser.pack.read import read_pack

SEEDS = range(100)


def planned(pack: Path, futures: Path | None, *, gap: float = 0.0) -> Plan:
    read = read_pack(pack, commissioning=True)
    return commission(read, None if futures is None else read_futures(futures, read), gap=gap)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_is_the_best_of_all_plans(seed: int, tmp_path: Path) -> None:
    case = small_plan(seed)
    plan = planned(*case.write(tmp_path / "case"))
    best = best_by_trying(case, tmp_path / "tried")
    tiers = plan.tiers.unplaced, plan.tiers.separated, plan.tiers.score
    assert tiers == pytest.approx(best.tiers, rel=1e-6, abs=1e-6)
    assert plan.status == "optimal"
    bounds = plan.bounds.unplaced, plan.bounds.separated, plan.bounds.score
    assert bounds == pytest.approx(best.tiers, rel=1e-6, abs=1e-6)
    for outcome in plan.outcomes:
        assert outcome.before.solution.status == outcome.after.solution.status == "optimal"
    before = [
        sum(outcome.share * figure for outcome, figure in zip(plan.outcomes, figures, strict=True))
        for figures in zip(
            *(
                (tiers.unplaced, tiers.separated, tiers.score)
                for tiers in (outcome.before.solution.tiers for outcome in plan.outcomes)
            ),
            strict=True,
        )
    ]
    assert before == pytest.approx(best.before, rel=1e-6, abs=1e-6)
