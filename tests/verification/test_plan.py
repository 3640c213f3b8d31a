"""A plan is proven as it was written, and refuted after any change of any file."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.commands import run_command
from support.random_plans import small_plan

from optimiser.verification.verify import verify_run

SEED = 10


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan")
    pack, futures = small_plan(SEED).write(folder / "case")
    assert futures is not None
    result = run_command("commission", pack, "--futures", futures, "--out", folder / "run", "--gap", "1e-7")
    assert result.exit_code == 0
    return folder / "run"


def copied(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "run"))


def files_of(run: Path) -> list[str]:
    """Of the plan, and of the first future; the other futures' folders are made alike."""
    names = (path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file())
    return sorted(name for name in names if "/" not in name or name.startswith("q0/"))


def rehashed(run: Path) -> None:
    """Every manifest has the hashes of the files as they are now."""
    for manifest in [*run.glob("*/manifest.json"), run / "manifest.json"]:
        document = json.loads(manifest.read_bytes())
        for name in document["outputs"]:
            document["outputs"][name] = hashlib.sha256((manifest.parent / name).read_bytes()).hexdigest()
        document.pop("sha256")
        text = json.dumps(document, indent=2) + "\n"
        document["sha256"] = hashlib.sha256(text.encode()).hexdigest()
        manifest.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def test_a_plan_is_proven(made: Path) -> None:
    verdict = verify_run(made)
    assert verdict.proven, verdict.statement
    assert verdict.statement.startswith(
        "PROVEN: every future's allocation holds, and no plan within these limits"
    )


def test_a_changed_byte_of_any_file_is_refuted(made: Path, tmp_path: Path) -> None:
    run = copied(made, tmp_path)
    for name in files_of(run):
        content = (run / name).read_bytes()
        at = len(content) // 2
        (run / name).write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert not verify_run(run).proven, name
        (run / name).write_bytes(content)
    assert verify_run(run).proven


def test_a_missing_file_is_refuted(made: Path, tmp_path: Path) -> None:
    run = copied(made, tmp_path)
    for name in files_of(run):
        content = (run / name).read_bytes()
        (run / name).unlink()
        assert not verify_run(run).proven, name
        (run / name).write_bytes(content)


def altered_json(run: Path, name: str, change: Callable[[Any], None]) -> None:
    document = json.loads((run / name).read_bytes())
    change(document)
    (run / name).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _cell(run: Path, name: str, column: str, change: Callable[[str], str]) -> None:
    lines = (run / name).read_text(encoding="utf-8").split("\n")
    at = lines[0].split(",").index(column)
    cells = lines[1].split(",")
    cells[at] = change(cells[at])
    (run / name).write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8")


def _less(document: Any, key: str) -> None:
    document[key] -= 1.0


def _heavier(run: Path) -> None:
    text = (run / "futures.csv").read_text(encoding="utf-8")
    assert ",1.0" in text
    (run / "futures.csv").write_text(text.replace(",1.0", ",3.0", 1), encoding="utf-8")


def _dearer(document: Any) -> None:
    """Prices at which the bound falls: every place is paid back for more than anyone gives."""
    for prices in document["tiers"][2]["prices"]["futures"].values():
        prices["capacity"] = dict.fromkeys(prices["capacity"], "99999.000000000")
        assert prices["capacity"]


CHANGES: dict[str, Callable[[Path], None]] = {
    "plan.csv units": lambda run: _cell(run, "plan.csv", "units", lambda cell: str(int(cell) + 1)),
    "plan.csv capital_cost": lambda run: _cell(
        run, "plan.csv", "capital_cost", lambda cell: f"{float(cell) + 1:.2f}"
    ),
    "plan.csv children_placed": lambda run: _cell(run, "plan.csv", "children_placed", lambda _: "9.000"),
    "plan.csv marginal_value": lambda run: _cell(run, "plan.csv", "marginal_value", lambda _: "12345.0000"),
    "metrics.json plan_score_total": lambda run: altered_json(
        run, "metrics.json", lambda document: _less(document, "plan_score_total")
    ),
    "metrics.json capital_total": lambda run: altered_json(
        run, "metrics.json", lambda document: document.update(capital_total=1.0)
    ),
    "metrics.json before": lambda run: altered_json(
        run, "metrics.json", lambda document: document["before"].update(unplaced=99.0)
    ),
    "metrics.json more": lambda run: altered_json(
        run, "metrics.json", lambda document: document.update(more=1)
    ),
    "certificate.json certified": lambda run: altered_json(
        run, "certificate.json", lambda document: document["certified"].update(score="999999.000000")
    ),
    "certificate.json found": lambda run: altered_json(
        run, "certificate.json", lambda document: document["found"].update(score=1.0)
    ),
    "certificate.json prices": lambda run: altered_json(run, "certificate.json", _dearer),
    "futures.csv weight": _heavier,
    "before.csv": lambda run: _cell(run, "q0/before.csv", "status", lambda _: "unplaced"),
    "before_certificate.json": lambda run: altered_json(
        run,
        "q0/before_certificate.json",
        lambda document: document["certified"].update(score="9999999.000000"),
    ),
    "inputs": lambda run: _cell(run, "q0/inputs/provision.csv", "weekly_cost", lambda _: "1"),
    "children": lambda run: _cell(
        run, "q0/inputs/children.csv", "age", lambda cell: str((int(cell) + 1) % 18)
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_refuted_even_with_new_hashes(change: str, made: Path, tmp_path: Path) -> None:
    run = copied(made, tmp_path)
    CHANGES[change](run)
    rehashed(run)
    assert not verify_run(run).proven
