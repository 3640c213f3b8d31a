"""Runs that are proven, and how it is said; runs that are refuted, and what is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support.bundles import RunFolder, hand_made, real_run
from support.corners import CORNERS
from support.random_packs import Tables, medium_tables, small_tables

from optimiser.allocation.assignment import is_assignment
from optimiser.audit.run import Run, run_from_pack, write_run
from optimiser.errors import InputError, StoppedError
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.read import read_pack
from optimiser.verification.verify import verify_run

Change = Callable[[Any], None]


@pytest.fixture
def by_hand(tmp_path: Path) -> RunFolder:
    return hand_made(tmp_path)


def _refuted(made: RunFolder, *parts: str) -> None:
    """One of the lines has all these parts."""
    verdict = verify_run(made.run, pack=made.pack)
    assert not verdict.proven
    assert any(all(part in line for part in parts) for line in verdict.refutations), verdict.refutations
    assert verdict.statement.startswith("REFUTED:\n")


def test_a_run_written_out_by_hand(by_hand: RunFolder) -> None:
    verdict = verify_run(by_hand.run, pack=by_hand.pack)
    assert verdict.refutations == ()
    assert verdict.proven
    assert verdict.statement == (
        "PROVEN: no allocation of these children under this policy can place more children, "
        "separate fewer sibling groups, or score better by more than £0.01 a week (0.0001 %)"
    )
    assert verdict.version == "0.0.1"
    assert verdict.figures["certified_score"] == 499.999999
    assert verdict.figures["unplaced"] == verdict.figures["certified_unplaced"] == 1


def test_a_run_of_a_version_that_did_not_price_the_tiers(by_hand: RunFolder) -> None:
    def older(manifest: Any) -> None:
        for name in ("unplaced", "separated"):
            del manifest["policy"]["prices"][name]

    by_hand.alter("manifest.json", older)
    assert verify_run(by_hand.run, pack=by_hand.pack).proven
    by_hand.alter("manifest.json", lambda manifest: manifest["policy"]["prices"].update(unplaced=1.0))
    _refuted(by_hand, "policy.prices.unplaced")


def test_what_duality_does_not_certify_is_said(by_hand: RunFolder) -> None:
    def no_prices(certificate: Any) -> None:
        for tier in certificate["tiers"]:
            tier["prices"] = {}
        certificate["certified"] = {"unplaced": 0, "separated": 0, "score": "0.000000"}

    by_hand.alter("certificate.json", no_prices)
    verdict = verify_run(by_hand.run, pack=by_hand.pack)
    assert verdict.proven
    assert verdict.statement == (
        "PROVEN: no allocation of these children under this policy can leave fewer than 0 children without "
        "a place [certified by duality: 0; found by search: 1; this one: 1], separate fewer sibling groups, "
        "or score better by more than £500.00 a week (100.0000 %) "
        "[certified by duality: £0.00; found by search: £500.00]"
    )


def _metrics(**values: object) -> Change:
    return lambda document: document.update(values)


def _certificate(*path: object, value: object) -> Change:
    def change(document: Any) -> None:
        *inside, last = path
        for step in inside:
            document = document[step]
        document[last] = value

    return change


@pytest.mark.parametrize(
    ("file", "change", "field"),
    [
        ("metrics.json", _metrics(score_total=500.00000000000006), "score_total"),
        ("metrics.json", _metrics(placed=1.0), "placed"),
        ("metrics.json", _metrics(median_miles=None), "median_miles"),
        ("metrics.json", _metrics(status="feasible"), "status"),
        ("metrics.json", _metrics(gap=1e-9), "gap"),
        ("metrics.json", _metrics(score_bound=499.0), "score_bound"),
        ("metrics.json", _metrics(seconds=-1.0), "seconds"),
        ("metrics.json", _metrics(by_authority={}), "by_authority"),
        ("certificate.json", _certificate("format", value=2), "format"),
        ("certificate.json", _certificate("certified", "score", value="500.000000"), "certified.score"),
        ("certificate.json", _certificate("certified", "unplaced", value=0), "certified.unplaced"),
        ("certificate.json", _certificate("found", "unplaced", value=2), "found.unplaced"),
        ("certificate.json", _certificate("found", "score", value=499.5), "score_bound"),
        ("certificate.json", _certificate("tiers", value=[]), "tiers"),
        ("certificate.json", _certificate("tiers", 1, "tally", "unplaced", value=0), "tiers[1].tally"),
        ("certificate.json", _certificate("tiers", 0, "prices", "capacity", "p", value="-1"), "capacity.p"),
        ("certificate.json", _certificate("tiers", 0, "prices", "capacity", "p", value="nan"), "capacity.p"),
        ("certificate.json", _certificate("tiers", 0, "prices", "capacity", "q", value="1"), "capacity.q"),
        ("certificate.json", _certificate("tiers", 0, "prices", "capacity", "p", value="2"), "certified"),
        ("certificate.json", _certificate("tiers", 0, "prices", "magic", value="1"), "magic"),
        ("certificate.json", _certificate("tiers", 2, "prices", "capacity", value={"p": "9" * 9}), "large"),
        ("certificate.json", _certificate("tiers", 0, "prices", "fewest_unplaced", value="1"), "no such"),
        ("certificate.json", _certificate("tiers", 2, "prices", "weekly_budget", value="1"), "no such limit"),
        (
            "certificate.json",
            _certificate("tiers", 2, "prices", "incompatible", value=[["a", "b", "p", "1"]]),
            "no pair of incompatible.csv",
        ),
        (
            "certificate.json",
            _certificate(
                "tiers", 2, "prices", "small_places", value=[
                    {"provision": "p", "count": [0, 1, 1], "singles": [], "price": "1"}
                ],
            ),
            "whole numbers need not obey it",
        ),
    ],
)  # fmt: skip
def test_a_claim_altered_with_its_hashes_mended(
    by_hand: RunFolder, file: str, change: Change, field: str
) -> None:
    by_hand.alter(file, change)
    _refuted(by_hand, field)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        '{"a": NaN}',
        '{"a": 1e999}',
        "[" * 100_000,
        '{"a": ' * 100_000,
        "\ufeff{}",
        '{"gap": 0, "gap": 0}',
    ],
    ids=range(10),
)
@pytest.mark.parametrize("file", ["manifest.json", "metrics.json", "certificate.json"])
def test_what_is_no_document(by_hand: RunFolder, file: str, text: str) -> None:
    (by_hand.run / file).write_text(text, encoding="utf-8")
    if file != "manifest.json":
        by_hand.mend()
    _refuted(by_hand, file)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1\n", b'"', b"child_id\n" + b"\x00" * 9])
@pytest.mark.parametrize("file", ["allocations.csv", "shadow_prices.csv"])
def test_what_is_no_table(by_hand: RunFolder, file: str, content: bytes) -> None:
    (by_hand.run / file).write_bytes(content)
    by_hand.mend()
    _refuted(by_hand, file)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a = ", b"child_id,age\na,ten\n", b"name = 1\n"])
@pytest.mark.parametrize("file", ["region.toml", "children.csv", "provision.csv"])
def test_what_is_no_input(by_hand: RunFolder, file: str, content: bytes) -> None:
    (by_hand.pack / file).write_bytes(content)
    by_hand.mend()
    _refuted(by_hand, file)


WRONG: tuple[object, ...] = (None, [], {"a": [1]}, "x", -7, 1e300, True)


@pytest.mark.parametrize("file", ["manifest.json", "metrics.json", "certificate.json"])
def test_every_key_of_every_document_taken_out_or_spoilt(by_hand: RunFolder, file: str) -> None:
    """Nothing ends in a traceback, and nothing that the verdict rests on can be left out."""
    path, mend = by_hand.run / file, file != "manifest.json"
    content = path.read_bytes()
    whole = json.loads(content)
    for key in sorted(set(whole) - {"sha256"}):
        for wrong in WRONG:
            if whole[key] != wrong and (key, wrong) != ("seconds", 1e300):
                by_hand.alter(file, _metrics(**{key: wrong}), mend=mend)
                _refuted(by_hand, file)
                path.write_bytes(content)
        by_hand.alter(file, _without(key), mend=mend)
        _refuted(by_hand, key)
        path.write_bytes(content)


def _without(key: str) -> Change:
    def change(document: Any) -> None:
        del document[key]

    return change


@pytest.mark.parametrize("name", sorted(CORNERS))
def test_the_corners_of_the_contract(name: str, tmp_path: Path) -> None:
    made = real_run(tmp_path, CORNERS[name][0])
    verdict = verify_run(made.run, pack=made.pack)
    assert verdict.refutations == ()
    unplaced, separated, score = CORNERS[name][1]
    figures = verdict.figures
    assert (figures["unplaced"], figures["separated"]) == (unplaced, separated)
    assert figures["score"] == pytest.approx(score)


@pytest.mark.parametrize(
    "tables",
    [
        *(small_tables(seed) for seed in range(12)),
        *(medium_tables(seed, children=(60, 60)) for seed in (1, 2)),
    ],
    ids=lambda tables: str(tables.region["name"]),
)
def test_runs_of_the_program(tables: Tables, tmp_path: Path) -> None:
    made = real_run(tmp_path, tables, gap=1e-3)
    verdict = verify_run(made.run, pack=made.pack)
    assert verdict.refutations == ()
    assert verdict.statement.startswith("PROVEN: no allocation of these children under this policy can ")


def _alone(tables: Tables) -> Tables:
    """The pack with children and places alone."""
    alone = tables.copy()
    alone.incompatible = []
    alone.policy.pop("limits", None)
    for child in alone.children:
        child["sibling_group"], child["solo"] = "", ""
    return alone


@pytest.mark.parametrize(
    "tables",
    [_alone(each) for seed in range(6) for each in (small_tables(seed), medium_tables(seed))],
    ids=lambda tables: str(tables.region["name"]),
)
@pytest.mark.parametrize("gap", [1e-2, 1e-4, 1e-9])
def test_runs_of_children_alone_and_places(tables: Tables, gap: float, tmp_path: Path) -> None:
    made = real_run(tmp_path, tables, gap=gap)
    assert is_assignment(instance_from_pack(read_pack(made.pack)))
    verdict = verify_run(made.run, pack=made.pack)
    assert verdict.refutations == ()
    assert verdict.statement.startswith("PROVEN: no allocation of these children under this policy can ")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        verify_run(tmp_path / "none")


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    assert verify_run(tmp_path).refutations == ("manifest.json: cannot be read (No such file or directory)",)


def test_a_run_stopped_by_the_clock(tmp_path: Path) -> None:
    """Whatever is certified by then is proven, and no more is said."""
    pack = medium_tables(5, children=(300, 300), provisions=(210, 210)).write(tmp_path / "pack")
    write_run(tmp_path / "run", _stopped(pack))
    verdict = verify_run(tmp_path / "run", pack=pack)
    assert verdict.refutations == ()
    assert json.loads((tmp_path / "run" / "metrics.json").read_bytes())["status"] == "feasible"


def _stopped(pack: Path) -> Run:
    """A run that the clock ended with an answer; on a slow machine the first limits may leave none."""
    for seconds in (2.0, 6.0, 18.0):
        with suppress(StoppedError):
            return run_from_pack(pack, time_limit=seconds, gap=1e-9)
    return run_from_pack(pack, time_limit=54.0, gap=1e-9)


def test_two_runs_mixed_up(tmp_path: Path) -> None:
    """The allocation of one run in the folder of another: whole files, all hashes mended."""
    one, other = (real_run(tmp_path / str(seed), small_tables(seed)) for seed in (5, 6))
    shutil.copy(other.run / "metrics.json", one.run / "metrics.json")
    one.mend()
    _refuted(one, "metrics.json")
