"""Every peer's plan has the tiers of `commission`: else a ratio would compare two different problems."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest
from support.random_plans import PlanTables, small_plan

from benchmarks.commissioning import PlanLine
from benchmarks.full_plan import units_of_pack
from benchmarks.plan_answer import PlanAnswer, counted
from benchmarks.plan_peers import PEERS
from optimiser.pack.commission import Commission, CommissionLimits
from optimiser.pack.futures import Future, future_of_pack, read_futures
from optimiser.pack.pack import Pack
from optimiser.pack.read import read_pack

GAP = 1e-9


def cases(number: int) -> list[PlanTables]:
    """Small plans with an option that is not kinship, and none that is."""
    plans = (small_plan(seed) for seed in count())
    kept = (
        replace(case, options=[option for option in case.options if option["kind"] != "kinship"])
        for case in plans
    )
    return list(islice((case for case in kept if case.options), number))


def read(case: PlanTables, folder: Path) -> tuple[Pack, tuple[Future, ...]]:
    at, futures = case.write(folder)
    pack = read_pack(at, commissioning=True)
    return pack, (future_of_pack(pack),) if futures is None else read_futures(futures, pack)


def solved(peer: str, pack: Pack, futures: tuple[Future, ...]) -> PlanAnswer:
    answer = import_module(f"benchmarks.plan_peers.{peer}").solve(pack, futures, GAP, lambda _: None)
    assert isinstance(answer, PlanAnswer)
    return answer


@pytest.mark.parametrize("case", cases(8))
def test_every_peer_gives_the_same_tiers(case: PlanTables, tmp_path: Path) -> None:
    pack, futures = read(case, tmp_path)
    truth = counted(pack, futures, solved("ours", pack, futures))
    for peer in PEERS:
        answer = solved(peer, pack, futures)
        assert counted(pack, futures, answer) == pytest.approx(truth, rel=1e-7, abs=1e-6), peer
        assert 0 <= answer.gap <= 1e-7, peer


def test_a_plan_that_breaks_a_rule_is_not_counted(tmp_path: Path) -> None:
    checked = 0
    for number, case in enumerate(cases(8)):
        pack, futures = read(case, tmp_path / f"{number}")
        answer = solved("ours", pack, futures)
        used = {
            str(name).rpartition("#")[0]
            for instance, placement in answer.homes
            for name in instance.provisions.id[np.unique(placement[placement >= 0])].tolist()
            if "#" in str(name)
        }
        if used:
            checked += 1
            with pytest.raises(ValueError, match="not opened"):
                counted(pack, futures, replace(answer, units=dict.fromkeys(answer.units, 0)))
            with pytest.raises(ValueError, match="units of"):
                counted(pack, futures, replace(answer, units=dict.fromkeys(answer.units, 99)))
            assert pack.options is not None
            dear = replace(pack, options=pack.options.assign(capital_cost=1_000.0, standing_cost=1_000.0))
            for limits in (CommissionLimits(capital=0.0), CommissionLimits(standing_weekly=0.0)):
                with pytest.raises(ValueError, match="pass a limit"):
                    counted(replace(dear, commission=Commission(limits)), futures, answer)
    assert checked > 1


def test_an_option_of_kinship_is_not_taken(tmp_path: Path) -> None:
    for seed in range(40):
        case = small_plan(seed)
        if any(option["kind"] == "kinship" for option in case.options):
            with pytest.raises(ValueError, match="none of them kinship"):
                units_of_pack(read(case, tmp_path)[0])
            return
    pytest.fail("no case with such an option")


def test_a_line_says_how_many_times_as_long() -> None:
    ours = PlanLine("60", 1, "ours", 300.0, 2.0, 1.0, 270.0, 0.5, 3.0, 76437.02, 12, 1e-4, "")
    assert ours.text(ours) == (
        "| 60 × 1 | optimiser | 2.00 | 1.00 | 270 | 0.5 / 3 / 76,437.02 | 12 | 1.0e-04 | 1.0 | 1.0 |"
    )
    over = replace(
        ours,
        peer="plain_pulp",
        seconds=None,
        cpu_seconds=290.0,
        unplaced=None,
        separated=None,
        score=None,
        opened=None,
        gap=None,
        remark="over 300 CPU s (in tier 2)",
    )
    assert over.text(ours) == (
        "| 60 × 1 | full model, plain PuLP and HiGHS | over 300 CPU s (in tier 2) | 290.00 | 270 | – | – | – "
        "| – | > 300.0 |"
    )
