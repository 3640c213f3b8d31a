"""The run folder: whole or not at all, the same bytes every time, hashes that hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.runs import FILES, assert_finished, run_by_hand

from optimiser.audit.manifest import policy_document, sha256
from optimiser.audit.run import json_bytes, write_run
from optimiser.errors import InputError
from optimiser.pack.policy import Policy


def test_a_finished_run(tmp_path: Path) -> None:
    out = tmp_path / "runs" / "first"
    write_run(out, run_by_hand())
    assert_finished(out)
    assert [path.name for path in out.parent.iterdir()] == ["first"]


def test_twice_the_same_bytes_but_for_the_times_in_the_manifest(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_run(tmp_path / name, run_by_hand())
    for name in FILES - {"manifest.json"}:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    one, two = (json.loads((tmp_path / name / "manifest.json").read_bytes()) for name in ("one", "two"))
    for document in (one, two):
        vouched = {key: value for key, value in document.items() if key != "sha256"}
        assert document["sha256"] == sha256(json_bytes(vouched))
        del document["end"], document["sha256"]
    assert one == two


def test_the_manifest(tmp_path: Path) -> None:
    write_run(tmp_path / "run", run_by_hand())
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_bytes())
    assert manifest["region"] == {"name": "Tyneside", "as_at": "2025-03-31"}
    assert manifest["start"] == "2025-04-01T09:30:00Z"
    assert manifest["end"].endswith("Z")
    assert manifest["command"] == ["optimiser", "allocate", "pack"]
    assert (manifest["distance"], manifest["gap"]) == ("straight", 1e-4)
    assert set(manifest["inputs"]) == {"children.csv"}
    assert set(manifest["versions"]) == {
        "python", "highspy", "pulp", "numpy", "pandas", "scipy", "networkx", "geopandas",
    }  # fmt: skip


def test_the_policy_is_there_in_full() -> None:
    assert policy_document(Policy()) == {
        "prices": {
            "mile": 10.0,
            "far": 150.0,
            "far_miles": 20.0,
            "school_mile": 5.0,
            "suitable_not_preferred": 200.0,
            "requires_improvement": 100.0,
            "not_kinship": 500.0,
            "unplaced": 10_000.0,
            "separated": 500.0,
        },
        "limits": {
            "max_miles": 60.0,
            "ofsted": ["outstanding", "good", "requires_improvement", "not_inspected"],
            "weekly_budget": "none",
            "min_share_within_far_miles": 0.0,
            "authority_weekly_budget": {},
        },
        "siblings": {"split": "if_needed"},
    }


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    with pytest.raises(InputError, match="exists already; accepted: the path of a new folder"):
        write_run(out, run_by_hand())
    assert list(tmp_path.iterdir()) == [out]
    assert list(out.iterdir()) == []
