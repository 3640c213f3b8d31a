"""Solves: two at a time, the same bytes as the command gives, and nothing left of what was cancelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.commands import run_command
from support.packs import little_pack
from support.runs import assert_finished
from support.waiting import wait_until

from optimiser.errors import InputError
from optimiser.pack.policy import Limits, Policy, Prices
from optimiser.pack.policy_file import policy_from_toml
from optimiser.pack.samples import sample_packs
from optimiser.ui.solving import Order, Solver, State

POLICY = Policy(Prices(mile=25.0), Limits(max_miles=45.0))


@pytest.fixture
def solver() -> Iterator[Solver]:
    """A server's solver that is ended with the test."""
    made = Solver()
    yield made
    made.end()


def order(runs: Path, name: str, *, pack: str = "gateshead-ten", policy: Policy = POLICY) -> Order:
    return Order(
        name=name, runs=runs, pack=sample_packs()[pack], pack_name=pack, policy=policy, who="a@b.gov.uk"
    )


def test_a_solve_gives_the_run_that_its_recorded_command_gives(tmp_path: Path, solver: Solver) -> None:
    solve = solver.submit(order(tmp_path, "first"))
    wait_until(lambda: solve.state.over)
    assert (solve.state, solve.message) == (State.DONE, "")
    assert_finished(tmp_path / "first")
    manifest = json.loads((tmp_path / "first" / "manifest.json").read_bytes())
    assert manifest["who"] == "a@b.gov.uk"
    assert manifest["policy"]["prices"]["mile"] == 25.0
    program, *words = manifest["command"]
    assert program == "optimiser"
    again = [str(tmp_path / "again") if word == str(tmp_path / "first") else word for word in words]
    assert run_command(*again).exit_code == 0
    for file in ("allocations.csv", "explanations.jsonl", "shadow_prices.csv", "model.mps.gz"):
        assert (tmp_path / "again" / file).read_bytes() == (tmp_path / "first" / file).read_bytes()


def test_the_policy_stays_beside_the_runs(tmp_path: Path, solver: Solver) -> None:
    first = order(tmp_path, "first")
    solver.submit(first)
    assert policy_from_toml(first.policy_file) == (POLICY, [])


def test_two_at_a_time_and_the_others_in_turn(tmp_path: Path, solver: Solver) -> None:
    solves = [solver.submit(order(tmp_path, f"run-{n}", pack="north-east-and-cumbria")) for n in range(4)]
    assert [solve.state for solve in solves] == [State.RUNNING, State.RUNNING, State.WAITING, State.WAITING]
    assert [solver.ahead(solve) for solve in solves] == [0, 0, 2, 3]
    solver.cancel(solves[2])
    assert solver.ahead(solves[3]) == 2
    solver.cancel(solves[0])
    wait_until(lambda: solves[3].state is State.RUNNING)
    solver.end()
    assert {solve.state for solve in solves} == {State.CANCELLED}
    assert [path for path in tmp_path.rglob("*") if path.is_file() or path.name != "policies"] == []


def test_a_cancelled_solve_leaves_nothing_and_frees_its_name(tmp_path: Path, solver: Solver) -> None:
    solve = solver.submit(order(tmp_path, "first", pack="north-east-and-cumbria"))
    wait_until(lambda: solve.progress is not None)
    solver.cancel(solve)
    wait_until(lambda: bool(solve.ended))
    assert solve.state is State.CANCELLED
    assert [path.name for path in tmp_path.iterdir()] == ["policies"]
    assert list((tmp_path / "policies").iterdir()) == []
    assert solver.submit(order(tmp_path, "first")).state is State.RUNNING


def test_a_faulty_pack_is_told_with_its_faults(tmp_path: Path, solver: Solver) -> None:
    pack = little_pack(tmp_path / "pack")
    with (pack / "children.csv").open("a", encoding="utf-8") as file:
        file.write("c9,E99999999\n")
    runs = tmp_path / "runs"
    solve = solver.submit(Order(name="first", runs=runs, pack=pack, pack_name=str(pack), policy=Policy()))
    wait_until(lambda: solve.state.over)
    assert solve.state is State.FAILED
    assert "in the pack" in solve.message
    assert {(fault.file, fault.row) for fault in solve.faults} == {("children.csv", 5)}
    assert list((runs / "policies").iterdir()) == []


def test_a_name_is_used_once(tmp_path: Path, solver: Solver) -> None:
    solver.submit(order(tmp_path, "first"))
    with pytest.raises(InputError, match="There is a run called first already"):
        solver.submit(order(tmp_path, "first"))


def test_the_end_of_the_app_ends_the_worker(tmp_path: Path, solver: Solver) -> None:
    solve = solver.submit(order(tmp_path, "first", pack="north-east-and-cumbria"))
    assert solve.process is not None
    assert solve.process.stdin is not None
    wait_until(lambda: solve.progress is not None)
    solve.process.stdin.close()
    wait_until(lambda: solve.state.over)
    assert solve.state is State.FAILED
    assert not (tmp_path / "first").exists()
