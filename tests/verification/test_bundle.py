"""The files of a run and of its pack: every hash, wherever the folders are now."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.bundles import RunFolder, hand_made

from optimiser.verification.verify import Verdict, verify_run


@pytest.fixture
def made(tmp_path: Path) -> RunFolder:
    return hand_made(tmp_path)


def _lines(verdict: Verdict, *parts: str) -> list[str]:
    return [line for line in verdict.refutations if all(part in line for part in parts)]


@pytest.mark.parametrize(
    "name", ["allocations.csv", "metrics.json", "certificate.json", "shadow_prices.csv", "model.mps.gz"]
)
def test_an_output_that_is_missing_or_altered(made: RunFolder, name: str) -> None:
    path = made.run / name
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    assert _lines(verify_run(made.run, pack=made.pack), name, "not the file whose hash")
    path.unlink()
    assert _lines(verify_run(made.run, pack=made.pack), name, "cannot be read")
    made.mend()
    assert _lines(verify_run(made.run, pack=made.pack), f"outputs.{name}", "is missing")


@pytest.mark.parametrize("name", ["region.toml", "children.csv", "provision.csv"])
def test_an_input_that_is_missing_or_altered(made: RunFolder, name: str) -> None:
    path = made.pack / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert verify_run(made.run, pack=made.pack).refutations == (
        f"{name}: is not the file whose hash the manifest gives",
    )
    path.unlink()
    assert _lines(verify_run(made.run, pack=made.pack), name)


def test_files_that_nobody_listed(made: RunFolder) -> None:
    (made.run / "notes.txt").write_text("")
    (made.pack / "incompatible.csv").write_text("child_a,child_b\na,b\n")
    verdict = verify_run(made.run, pack=made.pack)
    assert _lines(verdict, "notes.txt", "not in the manifest")
    assert _lines(verdict, "incompatible.csv", "was no input")


def test_other_files_in_the_pack_are_none_of_ours(made: RunFolder) -> None:
    (made.pack / "README.md").write_text("")
    assert verify_run(made.run, pack=made.pack).proven


def test_the_manifest_vouches_for_itself(made: RunFolder) -> None:
    path = made.run / "manifest.json"
    text = path.read_text()
    path.write_text(text.replace("allocate", "Allocate"))
    assert _lines(verify_run(made.run, pack=made.pack), "manifest.json: sha256")
    path.write_text(text + " ")
    assert _lines(verify_run(made.run, pack=made.pack), "manifest.json", "not written as")


def test_moved_with_its_inputs_in_the_run(made: RunFolder, tmp_path: Path) -> None:
    shutil.move(made.pack, made.run / "inputs")
    moved = Path(shutil.move(made.run, tmp_path / "elsewhere"))
    assert verify_run(moved).proven
    (moved / "inputs" / "other.csv").write_text("")
    assert _lines(verify_run(moved), "inputs/other.csv")


def test_moved_without_its_inputs(made: RunFolder, tmp_path: Path) -> None:
    moved = Path(shutil.move(made.run, tmp_path / "elsewhere"))
    assert _lines(verify_run(moved), "children.csv", "--pack")
    assert verify_run(moved, pack=made.pack).proven


def test_the_pack_where_the_manifest_remembers_it(made: RunFolder) -> None:
    made.alter("manifest.json", lambda document: document.update(pack=str(made.pack)))
    assert verify_run(made.run).proven


def test_a_policy_that_took_the_place_of_the_packs(made: RunFolder, tmp_path: Path) -> None:
    """It is found where the command had it, or in the run; the pack's own is none of its business."""
    given = tmp_path / "given.toml"
    given.write_text("[limits]\nmax_miles = 61.0\n")

    def under_it(document: dict[str, object]) -> None:
        document["command"] = ["optimiser", "allocate", "pack", "--policy", str(given)]
        document["inputs"] = {**_table(document["inputs"]), "policy.toml": ""}
        limits = {**_table(_table(document["policy"])["limits"]), "max_miles": 61.0}
        document["policy"] = {**_table(document["policy"]), "limits": limits}

    (made.pack / "policy.toml").write_bytes(given.read_bytes())
    made.alter("manifest.json", under_it)
    (made.pack / "policy.toml").write_text("[limits]\nmax_miles = 1.0\n")
    assert verify_run(made.run, pack=made.pack).refutations == ()
    (made.run / "inputs").mkdir()
    shutil.move(given, made.run / "inputs" / "policy.toml")
    assert verify_run(made.run, pack=made.pack).refutations == ()
    (made.run / "inputs" / "policy.toml").unlink()
    assert _lines(verify_run(made.run, pack=made.pack), "policy.toml", "not the file whose hash")


def _table(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("name", ["../metrics.json", "/etc/hosts", "", "a\0b"])
def test_a_name_that_leads_out_of_the_run(made: RunFolder, name: str) -> None:
    document = json.loads((made.run / "manifest.json").read_bytes())
    document["outputs"][name] = "0" * 64
    (made.run / "manifest.json").write_text(json.dumps(document))
    assert _lines(verify_run(made.run, pack=made.pack), "outputs.", "is no name")


def test_the_manifest_tells_the_policy_and_region_of_the_inputs(made: RunFolder) -> None:
    def elsewhere(document: dict[str, dict[str, dict[str, object]]]) -> None:
        document["region"]["name"] = {}
        document["policy"]["prices"]["mile"] = 11.0

    made.alter("manifest.json", elsewhere)
    assert _lines(verify_run(made.run, pack=made.pack), "manifest.json: region.name")
    made.alter("manifest.json", lambda document: document["region"].update(name="Elsewhere"))
    verdict = verify_run(made.run, pack=made.pack)
    assert _lines(verdict, "manifest.json: region.name")
    assert _lines(verdict, "manifest.json: policy.prices.mile", "11.0")
