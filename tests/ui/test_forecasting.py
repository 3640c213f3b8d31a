"""Forecasts in processes of their own: done, failed and cancelled ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from support.processes import is_running, workers_of
from support.waiting import wait_until

from optimiser.demand.samples import SAMPLE_RETURNS, sample_returns
from optimiser.errors import InputError
from optimiser.ui.forecasting import Forecaster, Job, Order
from optimiser.ui.solving import State

RETURNS = sample_returns()[SAMPLE_RETURNS]


def over(job: Job) -> Job:
    wait_until(lambda: job.state.over)
    return job


def test_the_folder_is_that_of_the_command(tmp_path: Path) -> None:
    order = Order("one", tmp_path, RETURNS, "2025-12-31", backtest=False)
    made = Forecaster()
    job = over(made.submit(order))
    assert job.state is State.DONE, job.message
    assert (order.out / "forecast.csv").is_file()
    assert not order.tested.exists()
    with pytest.raises(InputError, match="exists already"):
        made.submit(order)


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    job = over(Forecaster().submit(Order("one", tmp_path, RETURNS, "2099-12-31")))
    assert job.state is State.FAILED
    assert "the forecast ends on 2099-12-31" in job.message
    (tmp_path / "returns").mkdir()
    (tmp_path / "returns" / "episodes.csv").write_text("CHILD,DECOM\n")
    job = over(Forecaster().submit(Order("two", tmp_path, tmp_path / "returns", "2025-12-31")))
    assert job.faults
    assert job.faults[0].file == "episodes.csv"


def test_a_cancelled_forecast_leaves_nothing(tmp_path: Path) -> None:
    made = Forecaster()
    first = made.submit(Order("one", tmp_path, RETURNS, "2025-12-31"))
    waiting = made.submit(Order("two", tmp_path, RETURNS, "2025-12-31"))
    assert made.submit(first.order) is first
    made.cancel(waiting)
    made.cancel(first)
    assert (over(first).state, over(waiting).state) == (State.CANCELLED, State.CANCELLED)
    for job in (first, waiting):
        if job.process is not None:
            job.process.wait()
    assert not first.order.out.exists()


@dataclass(frozen=True)
class TwoWorkers:
    """A back-test by two processes, which takes them long."""

    out: Path
    name: str = "tested"
    noun: str = "back-test"
    steps: tuple[str, ...] = ("Forecasting the past",)

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        return (
            ("optimiser", "backtest", str(RETURNS), "--every", "1", "--workers", "2", "--out", str(self.out)),
        )


def test_cancelling_ends_the_processes_that_the_job_began(tmp_path: Path) -> None:
    made = Forecaster()
    job = made.submit(TwoWorkers(tmp_path / "tested"))
    begun: set[int] = set()

    def two_are_at_work() -> bool:
        if job.process is not None and job.process.poll() is None:
            begun.update(workers_of(job.process.pid))
        return len(begun) >= 2

    wait_until(two_are_at_work)
    made.cancel(job)
    assert job.process is not None
    job.process.wait()
    wait_until(lambda: not any(map(is_running, begun)))
    assert job.state is State.CANCELLED
    assert not job.order.out.exists()
