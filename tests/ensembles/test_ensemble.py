"""Ensembles: the same bytes wherever they are carried out; nothing is lost with a worker, or with a stop."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cluster import Started, cluster
from support.processes import is_running
from support.tasks import carried_out_by, deadly, faulty, noting
from support.waiting import wait_until

from optimiser.ensembles.counted import Counted
from optimiser.ensembles.ensemble import Ensemble
from optimiser.ensembles.keep import Keep, kept_until_written, unfinished
from optimiser.ensembles.place import Cluster, Here, Place, Processes, place_from
from optimiser.ensembles.task import Task
from optimiser.errors import InputError, SolverError, StoppedError


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with cluster(tmp_path_factory.mktemp("dask")) as started:
        yield started


def _bytes(results: list[object]) -> list[bytes]:
    return [pickle.dumps(result) for result in results]


def test_one_process_two_and_a_cluster_give_the_same_bytes(tmp_path: Path, dask: Started) -> None:
    places: dict[str, Place] = {"here": Here(), "two": Processes(2), "cluster": Cluster(dask.address)}
    found = {}
    for name, place in places.items():
        (tmp_path / name).mkdir()
        found[name] = _bytes(Ensemble(place).run(noting(tmp_path / name, 12)))
    assert found["here"] == found["two"] == found["cluster"]
    assert [pickle.loads(each)[0] for each in found["here"]] == list(range(12))
    by = {name: {pid for pids in carried_out_by(tmp_path / name).values() for pid in pids} for name in places}
    assert by["here"] == {os.getpid()}
    assert os.getpid() not in by["two"]
    assert by["cluster"] <= {worker.pid for worker in dask.workers}


def test_a_process_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    killed: list[int] = []

    def kill_one(counted: Counted) -> None:
        if counted.done == 3 and not killed:
            killed.append(_at_work(tmp_path / "tasks", counted.done))
            os.kill(killed[0], signal.SIGKILL)

    tasks = noting(tmp_path / "tasks", 10, seconds=0.3)
    found = _bytes(Ensemble(Processes(2), progress=kill_one).run(tasks))
    assert killed
    (tmp_path / "again").mkdir()
    assert found == _bytes(Ensemble().run(noting(tmp_path / "again", 10)))
    assert any(len(pids) > 1 for pids in carried_out_by(tmp_path / "tasks").values())


def test_a_worker_of_a_cluster_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    for folder in ("dask", "tasks", "again"):
        (tmp_path / folder).mkdir()
    with cluster(tmp_path / "dask", workers=2) as started:

        def kill_one(counted: Counted) -> None:
            if counted.done == 3:
                started.workers[0].kill()

        tasks = noting(tmp_path / "tasks", 12, seconds=0.3)
        found = _bytes(Ensemble(Cluster(started.address), progress=kill_one).run(tasks))
        assert started.workers[0].wait() == -signal.SIGKILL
    begun = carried_out_by(tmp_path / "tasks")
    assert any(len(pids) > 1 for pids in begun.values())
    assert {pids[-1] for pids in begun.values()} == {worker.pid for worker in started.workers}
    assert found == _bytes(Ensemble().run(noting(tmp_path / "again", 12)))


def test_a_task_that_ends_every_process_is_not_tried_for_ever() -> None:
    with pytest.raises(StoppedError, match="ended 3 times in a row"):
        Ensemble(Processes(2)).run([Task("deadly", deadly)])


@pytest.mark.parametrize("where", ["here", "two", "cluster"])
def test_what_a_task_raises_is_raised(where: str, dask: Started) -> None:
    places: dict[str, Place] = {"here": Here(), "two": Processes(2), "cluster": Cluster(dask.address)}
    with pytest.raises(InputError, match="task 1 cannot be done") as raised:
        Ensemble(places[where]).run([Task(f"{number}", faulty, (number,)) for number in range(4)])
    assert [str(fault) for fault in raised.value.faults] == ["a.csv:2:b: it is c; accepted: d"]


def test_an_interrupted_ensemble_goes_on_where_it_stopped(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    keep = Keep(tmp_path / "kept", "the inputs")

    def stop(counted: Counted) -> None:
        if counted.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Ensemble(keep=keep, progress=stop).run(noting(tmp_path / "first", 9))
    heard: list[Counted] = []
    found = Ensemble(keep=keep, progress=heard.append).run(noting(tmp_path / "second", 9))
    assert list(carried_out_by(tmp_path / "second")) == ["4", "5", "6", "7", "8"]
    assert [counted.done for counted in heard] == [4, 5, 6, 7, 8, 9]
    assert (heard[0].seconds_left, heard[-1].seconds_left) == (None, 0)
    (tmp_path / "whole").mkdir()
    assert _bytes(found) == _bytes(Ensemble().run(noting(tmp_path / "whole", 9)))


def test_a_result_of_other_inputs_or_cut_short_is_not_taken(tmp_path: Path) -> None:
    for folder in ("first", "other", "cut"):
        (tmp_path / folder).mkdir()
    Ensemble(keep=Keep(tmp_path / "kept", "a")).run(noting(tmp_path / "first", 3))
    Ensemble(keep=Keep(tmp_path / "kept", "b")).run(noting(tmp_path / "other", 3))
    assert len(carried_out_by(tmp_path / "other")) == 3
    for path in (tmp_path / "kept").iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    Ensemble(keep=Keep(tmp_path / "kept", "a")).run(noting(tmp_path / "cut", 3))
    assert len(carried_out_by(tmp_path / "cut")) == 3


def test_what_is_kept_goes_once_the_run_is_written_and_stays_where_it_is_not(tmp_path: Path) -> None:
    out = tmp_path / "run"

    def stop(error: type[BaseException]) -> None:
        with kept_until_written(out, "a") as keep:
            keep.put(Task("x", deadly), b"1")
            raise error

    with pytest.raises(SolverError):
        stop(SolverError)
    with pytest.raises(StoppedError, match="the same command goes on from what was done"):
        stop(KeyboardInterrupt)
    assert unfinished(out).is_dir()
    with kept_until_written(out, "a") as keep:
        assert keep.find(Task("x", deadly)) == b"1"
    assert not unfinished(out).exists()


def test_ctrl_c_ends_all_processes_and_says_nothing_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    begun = _at_forty_tasks(tmp_path / "tasks")
    os.killpg(begun.pid, signal.SIGINT)
    said, complained = begun.communicate(timeout=60)
    assert (said, complained, begun.returncode) == ("stopped\n", "", 0)
    _assert_ended(tmp_path / "tasks")


def test_processes_end_where_the_one_that_began_them_is_killed(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    begun = _at_forty_tasks(tmp_path / "tasks")
    begun.kill()
    begun.communicate(timeout=60)
    _assert_ended(tmp_path / "tasks")
    assert len(carried_out_by(tmp_path / "tasks")) < 40


def test_two_tasks_of_one_name_are_refused() -> None:
    with pytest.raises(SolverError, match="the same name"):
        Ensemble().run([Task("a", faulty, (2,)), Task("a", faulty, (3,))])


def test_the_place_is_what_is_asked_for(tmp_path: Path) -> None:
    assert isinstance(place_from(workers=1), Here)
    assert isinstance(place_from(workers=3), Processes)
    with pytest.raises(InputError, match="both given"):
        place_from(workers=2, cluster="tcp://127.0.0.1:1")
    with pytest.raises(InputError, match=r"no Dask scheduler answers at 127\.0\.0\.1"):
        Ensemble(Cluster("127.0.0.1")).run(noting(tmp_path, 1))
    with pytest.raises(InputError, match="no Dask scheduler answers at nonsense://"):
        Ensemble(Cluster("nonsense://")).run(noting(tmp_path, 1))


def test_a_worker_with_several_tasks_at_once_is_refused(tmp_path: Path) -> None:
    with (
        cluster(tmp_path, workers=1, threads=2) as started,
        pytest.raises(InputError, match="2 tasks at once; accepted: workers started with --nthreads 1"),
    ):
        Ensemble(Cluster(started.address)).run([Task("a", faulty, (2,))])


def _at_forty_tasks(folder: Path) -> subprocess.Popen[str]:
    """A process of its own, at work with two of its own on forty tasks of half a second each.

    Ctrl-C reaches it as in a terminal, also where whoever began the tests has them ignore it.
    """
    root = Path(__file__).parents[2]
    script = (
        "import signal\n"
        "from pathlib import Path\n"
        "from optimiser.ensembles.ensemble import Ensemble\n"
        "from optimiser.ensembles.place import Processes\n"
        "from support.tasks import noting\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "try:\n"
        f"    Ensemble(Processes(2)).run(noting(Path({str(folder)!r}), 40, 0.5))\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped')\n"
    )
    path = os.pathsep.join([str(root), str(root / "tests")])
    begun = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_until(lambda: len(carried_out_by(folder)) >= 3)
    return begun


def _assert_ended(folder: Path) -> None:
    """Every process that began a task is gone, or is so soon."""
    wait_until(lambda: not any(is_running(pid) for pids in carried_out_by(folder).values() for pid in pids))


def _at_work(folder: Path, done: int) -> int:
    """A process that has begun more tasks than are done."""
    wait_until(lambda: len(carried_out_by(folder)) > done)
    return carried_out_by(folder)[str(done)][-1]
