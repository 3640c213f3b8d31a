"""A thousand runs tampered with at random, each refuted by a line that names what is wrong."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path

import pytest
from support.bundles import RunFolder, hand_made, real_run
from support.random_packs import small_tables
from support.tampering import MENDED, PLAIN

from optimiser.verification.verify import verify_run

SEEDS = (0, 3, 4, 6, 11, 12, 16, 18, 22, 23)
TAMPERINGS = 1000
NAMES_A_FILE = re.compile(r"[\w.-]+\.(csv|jsonl?|toml|gz): .+")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[RunFolder]:
    """One run by hand, and small ones of the program with every feature on in one or another."""
    folder = tmp_path_factory.mktemp("runs")
    made = [real_run(folder / str(seed), small_tables(seed, children=(6, 14)), gap=1e-4) for seed in SEEDS]
    return [hand_made(folder / "hand"), *made]


def _contents(made: RunFolder) -> dict[Path, bytes]:
    return {path: path.read_bytes() for folder in (made.run, made.pack) for path in sorted(folder.iterdir())}


def test_a_thousand_tamperings(runs: list[RunFolder]) -> None:
    rng = random.Random(3)
    whole = [_contents(made) for made in runs]
    done: dict[str, int] = {}
    passed: list[str] = []
    while sum(done.values()) < TAMPERINGS:
        mended = rng.random() < 0.6
        tamper = rng.choice(MENDED if mended else PLAIN)
        number = rng.randrange(len(runs))
        made = runs[number]
        told = tamper(rng, made)
        if told is not None:
            if mended:
                made.mend()
            verdict = verify_run(made.run, pack=made.pack)
            if verdict.proven or not all(map(NAMES_A_FILE.fullmatch, verdict.refutations)):
                passed.append(f"run {number}: {told}: {verdict.statement}")
            done[tamper.__name__] = done.get(tamper.__name__, 0) + 1
        for path, content in whole[number].items():
            path.write_bytes(content)
    assert passed == []
    assert set(done) == {tamper.__name__ for tamper in (*PLAIN, *MENDED)}


def test_the_runs_themselves_are_proven_and_quickly(runs: list[RunFolder]) -> None:
    began = time.perf_counter()
    for made in runs:
        assert verify_run(made.run, pack=made.pack).refutations == ()
    assert time.perf_counter() - began < 0.1 * len(runs)


def test_no_garbling_ends_in_a_traceback(runs: list[RunFolder]) -> None:
    """Bytes of the documents altered at random and all hashes mended: a verdict, whatever it is."""
    rng = random.Random(5)
    for _ in range(300):
        made = rng.choice(runs)
        whole = _contents(made)
        path = rng.choice([path for path in whole if path.suffix in (".csv", ".json", ".toml")])
        content = bytearray(whole[path])
        for _ in range(rng.choice([1, 1, 4, 30])):
            at = rng.randrange(len(content))
            content[at : at + rng.randrange(2)] = bytes(rng.choices(b'0123456789-.,;"{}[]:\nenx\xff\0', k=1))
        path.write_bytes(content)
        if path.name != "manifest.json":
            made.mend()
        verdict = verify_run(made.run, pack=made.pack)
        assert verdict.proven == (verdict.refutations == ())
        for each, before in whole.items():
            each.write_bytes(before)


def test_a_price_that_is_altered_never_proves_more(runs: list[RunFolder]) -> None:
    """Any price of any tier: refuted, or the very same claim, for the bound is worked out anew."""
    rng = random.Random(7)
    for _ in range(150):
        made = rng.choice(runs)
        whole = _contents(made)
        before = verify_run(made.run, pack=made.pack)
        document = json.loads(whole[made.run / "certificate.json"])
        prices = rng.choice(document["tiers"])["prices"]
        names = [name for name in ("fewest_unplaced", "fewest_separated", "weekly_budget") if name in prices]
        places = prices.get("capacity", {})
        if places and (not names or rng.random() < 0.7):
            places[rng.choice(sorted(places))] = rng.choice(["0", "1", "17.5", "400.000000001"])
        elif names:
            prices[rng.choice(names)] = rng.choice(["0", "1", "17.5", "400.000000001"])
        (made.run / "certificate.json").write_bytes((json.dumps(document, indent=2) + "\n").encode())
        made.mend()
        verdict = verify_run(made.run, pack=made.pack)
        assert not verdict.proven or verdict.statement == before.statement
        for each, content in whole.items():
            each.write_bytes(content)
