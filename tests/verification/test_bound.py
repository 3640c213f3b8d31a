"""The bound over all pairs: the same as weak duality spelt out, never above the optimum, only valid rows."""

from __future__ import annotations

import random
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
from support.corners import SOLO, beds, corner
from support.duality import Slow
from support.oracle import read_case
from support.oracle_search import best_by_milp
from support.random_packs import small_tables

from optimiser.pack.read import read_pack
from optimiser.verification.bound import proof_from_prices
from optimiser.verification.certificate import NANO, Apart, Cut, Prices, what_is_wrong
from optimiser.verification.documents import Document, document_from_toml, sheet_from_csv
from optimiser.verification.ground import Ground, ground_from_files
from optimiser.verification.policy import policy_from_document


def _ground(folder: Path) -> Ground:
    """The pack in a folder, as the verifier reads it."""
    policy = folder / "policy.toml"
    pairs = folder / "incompatible.csv"
    return ground_from_files(
        document_from_toml("region.toml", (folder / "region.toml").read_bytes()),
        sheet_from_csv("children.csv", (folder / "children.csv").read_bytes()),
        sheet_from_csv("provision.csv", (folder / "provision.csv").read_bytes()),
        sheet_from_csv("incompatible.csv", pairs.read_bytes()) if pairs.exists() else None,
        policy_from_document(
            document_from_toml("policy.toml", policy.read_bytes())
            if policy.exists()
            else Document("policy.toml", {})
        ),
    )


def _cut(rng: random.Random, ground: Ground, place: int, price: int) -> Cut | None:
    """A valid row of a place, with singles or without; None where there is none of the kind drawn."""
    vacancies = int(ground.places.vacancies[place])
    if rng.random() < 0.5:
        count = tuple(size // rng.choice([2, 3]) for size in range(vacancies + 1))
        cut = Cut(place, count, (), price)
    else:
        calm = [c for c in range(len(ground.children.id)) if not ground.children.solo[c]]
        taken = rng.randint(1, max(1, min(vacancies, len(calm))))
        singles = tuple(rng.sample(calm, min(taken, len(calm))))
        count = tuple(max(0, size - (vacancies - len(singles))) for size in range(vacancies + 1))
        cut = Cut(place, count, singles, price)
    return cut if what_is_wrong(cut, ground) is None else None


def _prices(rng: random.Random, ground: Ground, tier: int, reached: tuple[int, int]) -> Prices:
    """Prices of every family, drawn about as high as duals are."""
    scale = 400 * NANO if tier == 3 else NANO
    policy, places = ground.policy, range(len(ground.places.id))

    def price(share: float = 0.6) -> int:
        return rng.randrange(scale) if rng.random() < share else 0

    cuts = [_cut(rng, ground, place, price()) for place in places if rng.random() < 0.5]
    return Prices(
        tier=tier,
        unplaced=reached[0] if tier > 1 else None,
        separated=reached[1] if tier > 2 else None,
        capacity={place: price() for place in places if rng.random() < 0.7},
        fewest_unplaced=price() * 4 if tier > 1 else 0,
        fewest_separated=price() if tier > 2 else 0,
        weekly_budget=price(0.3) // 1000 if policy.weekly_budget is not None else 0,
        authority_weekly_budget={code: price(0.5) // 1000 for code in policy.authority_weekly_budget},
        share_near_home=price(0.5) if policy.share else 0,
        apart=tuple(
            Apart(a, b, rng.choice(places), price()) for a, b in sorted(ground.incompatible) if price()
        ),
        cuts=tuple(cut for cut in cuts if cut is not None),
    )


@pytest.mark.parametrize("start", range(0, 24, 8))
def test_the_bound_is_weak_duality_and_below_the_optimum(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + 8):
        folder = small_tables(seed, children=(2, 8), provisions=(2, 6)).write(tmp_path / str(seed))
        ground, pack, rng = _ground(folder), read_pack(folder), random.Random(seed)
        best = best_by_milp(read_case(folder))
        reached = (best.unplaced, best.separated)
        for _ in range(2):
            one, two, three = (_prices(rng, ground, tier, reached) for tier in (1, 2, 3))
            proof = proof_from_prices(ground, (one, two, three))
            assert proof.bounds == tuple(Slow(pack, prices).bound() for prices in (one, two, three)), seed
            assert proof.bounds[0] <= best.unplaced * NANO, seed
            assert proof.bounds[1] <= best.separated * NANO, seed
            assert proof.bounds[2] <= (best.score + 1e-6) * NANO, seed


def test_large_packs_are_cut_into_blocks_that_make_no_difference(tmp_path: Path) -> None:
    folder = small_tables(3, children=(150, 150), provisions=(30, 30)).write(tmp_path / "pack")
    ground, rng = _ground(folder), random.Random(3)
    tiers = (
        _prices(rng, ground, 1, (9, 9)),
        _prices(rng, ground, 2, (9, 9)),
        _prices(rng, ground, 3, (9, 9)),
    )
    few = proof_from_prices(ground, tiers, cells=1)
    all_at_once = proof_from_prices(ground, tiers, cells=10**9)
    assert few.bounds == all_at_once.bounds
    assert (few.has_place == all_at_once.has_place).all()


def _obeyed(cut: Cut, vacancies: int) -> bool:
    """Every choice of units that fits into the vacancies obeys the row, singles in it or not."""
    kinds = [(size, cut.count[size]) for size in range(1, vacancies + 1)]
    for number in range(vacancies + 1):
        for others in combinations_with_replacement(kinds, number):
            room = vacancies - sum(size for size, _ in others)
            if room < 0:
                continue
            counted = sum(count for _, count in others) + min(len(cut.singles), room)
            if counted > cut.count[-1]:
                return False
    return True


def test_only_rows_that_whole_numbers_obey_are_valid(tmp_path: Path) -> None:
    """Every count up to 4 vacancies, with and without singles: what is accepted is obeyed."""
    accepted = 0
    for vacancies in range(1, 5):
        tables = corner({name: {} for name in "abcde"}, {"p": beds(vacancies)}, "if_needed", "")
        ground = _ground(tables.write(tmp_path / str(vacancies)))
        for count in _counts(vacancies):
            for singles in ((), *(tuple(range(taken)) for taken in range(1, vacancies + 2))):
                cut = Cut(0, count, singles, NANO)
                if what_is_wrong(cut, ground) is None:
                    accepted += 1
                    assert _obeyed(cut, vacancies), cut
    assert accepted > 20


def _counts(vacancies: int) -> list[tuple[int, ...]]:
    counts: list[tuple[int, ...]] = [(0,)]
    for _ in range(vacancies):
        counts = [(*count, more) for count in counts for more in range(3)]
    return counts


@pytest.mark.parametrize(
    ("cut", "wrong"),
    [
        (Cut(0, (0, 0, 1), (), 1), "not of 0 to 3 vacancies"),
        (Cut(0, (1, 1, 1, 1), (), 1), "not of 0 to 3 vacancies"),
        (Cut(0, (0, 1, 1, 2), (), 1), "not superadditive"),
        (Cut(0, (0, 0, 1, 0), (), 1), "falls"),
        (Cut(0, (0, 0, 0, 1), (0, 0), 1), "repeated"),
        (Cut(0, (0, 0, 0, 1), (0, 1), 1), "does not fit the singles"),
        (Cut(0, (0, 0, 0, 1), (2,), 1), "solo"),
    ],
)
def test_what_is_wrong_with_a_row(cut: Cut, wrong: str, tmp_path: Path) -> None:
    tables = corner({"a": {}, "b": {}, "c": SOLO}, {"p": beds(3)}, "if_needed", "")
    found = what_is_wrong(cut, _ground(tables.write(tmp_path / "pack")))
    assert found is not None
    assert wrong in found
