"""`optimiser cooperate` on the terminal: the golden text, the JSON document, the folder, bad usage."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import json_of, run_command
from support.corners import beds, corner
from support.random_packs import Tables

GOLDEN = Path(__file__).parents[1] / "golden" / "cooperate.txt"
FILES = {
    "certificate.json",
    "contributions.csv",
    "manifest.json",
    "placements.csv",
    "sub_regions.csv",
    "tiers.csv",
}


def _tables() -> Tables:
    """Gateshead holds two places for its child and two of Newcastle's; the market has one for siblings."""
    sibling = {"sibling_group": "s", "authority": "E06000047"}
    newcastle = {"authority": "E08000021"}
    tables = corner(
        {"a": {}, "b1": newcastle, "b2": newcastle, "c1": sibling, "c2": sibling},
        {"p": beds(2, None, held_by="E08000037"), "q": beds(2, None, held_by="E08000021", easting="440000")},
        "if_needed",
        "",
    )
    tables.region["groups"] = [{"name": "Tyne", "authorities": ["E08000037", "E08000021"]}]
    return tables


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return _tables().write(tmp_path / "pack")


def test_the_text(pack: Path, tmp_path: Path) -> None:
    result = run_command("cooperate", pack, "--out", tmp_path / "run")
    assert result.exit_code == 0
    assert {path.name for path in (tmp_path / "run").iterdir()} == FILES
    shown = "\n".join(
        line.rstrip() for line in result.stdout.replace(str(tmp_path / "run"), "RUN").splitlines()
    )
    assert shown.strip() == GOLDEN.read_text(encoding="utf-8").strip()
    verified = run_command("verify", tmp_path / "run")
    assert verified.exit_code == 0
    assert verified.stdout.startswith("PROVEN: of the 3 authorities none, and no set of them, would pay less")


def test_as_json(pack: Path, tmp_path: Path) -> None:
    result = run_command("cooperate", pack, "--out", tmp_path / "run", "--json")
    document = json_of(result)
    assert result.stderr == ""
    assert list(document) == ["run", "contributions", "sub_regions", "tiers", "not_bought", "faults"]
    assert [row["authority"] for row in document["contributions"]] == ["E08000037", "E08000021", "E06000047"]
    assert document["not_bought"]


def test_what_is_refused(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    assert run_command("cooperate", pack, "--out", tmp_path / "there").exit_code == 2
    assert run_command("cooperate", tmp_path / "nowhere", "--out", tmp_path / "run").exit_code == 2
    tables = _tables()
    tables.provision[0]["held_by"] = "E06000057"
    result = run_command("cooperate", tables.write(tmp_path / "other"), "--out", tmp_path / "run")
    assert result.exit_code == 2
    assert "provision.csv:2:held_by: held_by E06000057 is no member of the region" in result.stderr
    assert not (tmp_path / "run").exists()


def test_the_page_of_one_file(pack: Path, tmp_path: Path) -> None:
    assert run_command("cooperate", pack, "--out", tmp_path / "run").exit_code == 0
    result = run_command("report", tmp_path / "run", "--html", tmp_path / "page.html")
    assert result.exit_code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "What pooling does not buy" in page
    assert "Weekly cost of the children placed: higher in all (£2,000 together, £1,500 alone)" in page
    assert "−£9,000" in page
    assert run_command("report", tmp_path / "run", "--xlsx", tmp_path / "book.xlsx").exit_code == 2
    (pack / "children.csv").write_text("", encoding="utf-8")
    assert run_command("report", tmp_path / "run", "--html", tmp_path / "other.html").exit_code == 2
    assert not (tmp_path / "other.html").exists()
