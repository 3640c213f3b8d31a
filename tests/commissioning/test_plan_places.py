"""A plan's futures are allocated wherever there is room: the same bytes on one worker and on many."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.cluster import cluster
from support.commands import run_command
from support.random_plans import small_plan

from optimiser.audit.plan_run import files_of_plan, plan_run_from_pack
from optimiser.ensembles.keep import Keep

SEED = next(seed for seed in range(50) if len(small_plan(seed).futures) >= 3)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    pack, futures = small_plan(SEED).write(tmp_path_factory.mktemp("case"))
    assert futures is not None
    return pack, futures


def _files(case: tuple[Path, Path], **where: Any) -> Mapping[str, bytes]:
    """The files of the plan's folder, without what tells of times."""
    pack, futures = case
    files = files_of_plan(plan_run_from_pack(pack, futures=futures, **where), Path("plan"))
    found = {name: content for name, content in files.items() if not name.endswith("manifest.json")}
    for name in [name for name in found if name.endswith("metrics.json")]:
        metrics = json.loads(found[name])
        assert metrics.pop("seconds") >= 0
        found[name] = json.dumps(metrics).encode()
    return found


def test_one_process_two_and_a_cluster_give_the_same_plan(case: tuple[Path, Path], tmp_path: Path) -> None:
    one, two = (_files(case, workers=workers) for workers in (1, 2))
    with cluster(tmp_path) as started:
        many = _files(case, cluster=started.address)
    assert {"plan.csv", "certificate.json", "metrics.json"} < set(one)
    assert one == two == many


def test_a_plan_that_was_stopped_goes_on_from_the_allocations_it_had(
    case: tuple[Path, Path], tmp_path: Path
) -> None:
    keep = Keep(tmp_path / "kept")
    whole = _files(case, workers=1, keep=keep)
    kept = {path: path.stat().st_mtime_ns for path in keep.folder.iterdir()} if keep.folder else {}
    assert len(kept) >= 6
    for path in sorted(kept)[::2]:
        path.unlink()
    assert _files(case, workers=1, keep=keep) == whole
    again = {path: path.stat().st_mtime_ns for path in sorted(kept)}
    assert [again[path] == kept[path] for path in sorted(kept)] == [bool(at % 2) for at in range(len(kept))]


def test_the_command_takes_workers_and_leaves_nothing_beside_the_plan(
    case: tuple[Path, Path], tmp_path: Path
) -> None:
    pack, futures = case
    asked = ("commission", pack, "--futures", futures, "--out", tmp_path / "plan")
    refused = run_command(*asked, "--workers", "2", "--cluster", "tcp://127.0.0.1:1")
    assert refused.exit_code == 2
    assert "--workers and --cluster were both given" in refused.stderr
    made = run_command(*asked, "--workers", "2")
    assert made.exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
    assert run_command("verify", tmp_path / "plan").exit_code == 0
