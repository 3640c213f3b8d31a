"""Every peer gives the same tiers as `allocate`: else a ratio would compare two different problems.

OR-Tools is not here, because it cannot share a process with HiGHS: `python -m benchmarks check` compares it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

import pytest
from support.random_packs import medium_tables, small_tables

from benchmarks.answer import Answer, tiers
from benchmarks.peers import ASSIGNMENT, FULL, PEERS
from benchmarks.problems import plenty, scarce
from optimiser.allocation.check import check_placement
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.pack.read import read_pack

GAP = 1e-9
CLOSE = 1e-8
SMALL = range(10)
LARGER = (3, 7)
ALONE_IN_ITS_PROCESS = "ortools_flow"


def _instance(seed: int, folder: Path) -> Instance:
    return instance_from_pack(read_pack(small_tables(seed).write(folder / str(seed))))


def _solved(peer: str, instance: Instance) -> Answer:
    answer = import_module(f"benchmarks.peers.{peer}").solve(instance, GAP, lambda _: None)
    assert isinstance(answer, Answer)
    return answer


def _disagreements(instance: Instance, peers: Iterable[str]) -> list[str]:
    truth = tiers(instance, _solved("ours", instance).placement)
    wrong = []
    for peer in peers:
        answer = _solved(peer, instance)
        check_placement(instance, answer.placement)
        found = tiers(instance, answer.placement)
        if found[:2] != truth[:2] or found[2] != pytest.approx(truth[2], rel=CLOSE, abs=1e-6):
            wrong.append(f"{peer}: {found}, the optimiser {truth}")
        if not 0 <= answer.gap <= CLOSE:
            wrong.append(f"{peer}: gap {answer.gap}")
    return wrong


FULL_PEERS = [peer for peer in FULL if peer != "ours"]
ASSIGNMENT_PEERS = [peer for peer in ASSIGNMENT if peer not in ("ours", ALONE_IN_ITS_PROCESS)]


@pytest.mark.parametrize("seed", SMALL)
def test_full_models_on_small_packs_with_every_feature(seed: int, tmp_path: Path) -> None:
    assert _disagreements(_instance(seed, tmp_path), FULL_PEERS) == []


@pytest.mark.parametrize("problem", [plenty, scarce])
@pytest.mark.parametrize("seed", SMALL)
def test_assignment_alone_on_small_packs(
    seed: int, problem: Callable[[Instance], Instance], tmp_path: Path
) -> None:
    assert _disagreements(problem(_instance(seed, tmp_path)), ASSIGNMENT_PEERS) == []


@pytest.mark.parametrize("seed", LARGER)
def test_a_larger_pack_with_budget_and_share(seed: int, tmp_path: Path) -> None:
    tables = medium_tables(seed, children=(30, 30), provisions=(20, 20))
    instance = instance_from_pack(read_pack(tables.write(tmp_path / "pack")))
    assert _disagreements(instance, FULL_PEERS) == []


def test_every_peer_takes_part_somewhere() -> None:
    assert set(PEERS) == {*FULL, *ASSIGNMENT}
