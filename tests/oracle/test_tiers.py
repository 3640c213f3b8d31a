"""The programme against the oracle: every pair's rules and terms, and the three tiers of the optimum.

Failures name the seed: `small_tables(seed).write(folder)` makes the pack.
"""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from support.answer import GAP, Answer, answer, close
from support.corners import CORNERS
from support.oracle import Best, Case, excluding, faults_of, judged, read_case, terms_of_score
from support.oracle_search import best_by_milp
from support.random_packs import medium_tables, small_tables

from optimiser.allocation.solution import Status
from optimiser.matching.eligibility import excluding_rules
from optimiser.matching.instance import instance_from_pack
from optimiser.matching.score import score_terms
from optimiser.pack.read import read_pack

SMALL = range(200)
MEDIUM = range(3)
CHUNKS = [SMALL[start : start + 20] for start in range(0, len(SMALL), 20)]


def _tiers(best: Best) -> tuple[int, int, float]:
    return (best.unplaced, best.separated, best.score)


def _same(one: Best, other: Best) -> bool:
    return _tiers(one)[:2] == _tiers(other)[:2] and close(one.score, other.score)


def _disagreements(case: Case, truth: Best, found: Answer) -> list[str]:
    """What is wrong with the program's answer, in one line each."""
    mine, solution = found.best, found.solution
    wrong = faults_of(case, mine.placement)
    if not _same(mine, truth):
        wrong.append(f"tiers {_tiers(mine)}, the oracle's {_tiers(truth)}")
    counted = judged(case, mine.placement)
    if _tiers(counted) != pytest.approx(_tiers(mine), rel=1e-12, abs=1e-6):
        wrong.append(f"tiers reported {_tiers(mine)}, counted {_tiers(counted)}")
    if solution.status is not Status.OPTIMAL or solution.gap > GAP:
        wrong.append(f"{solution.status} with a gap of {solution.gap}")
    if solution.bounds.score > truth.score and not close(solution.bounds.score, truth.score):
        wrong.append(f"bound {solution.bounds.score} above the optimum {truth.score}")
    return wrong


def _pair_disagreements(folder: Path) -> list[str]:
    case, instance = read_case(folder), instance_from_pack(read_pack(folder))
    children, houses = instance.children.id.tolist(), instance.provisions.id.tolist()
    table = score_terms(instance, np.arange(len(children))[:, None], np.arange(len(houses))[None, :])
    wrong = []
    for (c, child), (p, house) in product(enumerate(children), enumerate(houses)):
        pair = (case.children[child], case.houses[house], case.rules)
        mine, theirs = excluding_rules(instance, c, p), excluding(*pair)
        if mine != theirs:
            wrong.append(f"{child} in {house}: excluded by {mine}, the oracle says {theirs}")
        kin = any(case.houses[h].kind == "kinship" for other, h in case.score if other == child)
        found = {term: float(values[c, p]) for term, values in table.items()}
        expected = terms_of_score(*pair, has_kin=kin)
        if any(not math.isclose(found[term], expected[term], abs_tol=1e-9) for term in expected):
            wrong.append(f"{child} in {house}: scored {found}, the oracle says {expected}")
    return wrong


@pytest.mark.parametrize("seeds", CHUNKS, ids=str)
def test_every_pair_has_the_same_rules_and_terms(seeds: range, tmp_path: Path) -> None:
    wrong = []
    for seed in seeds:
        folder = small_tables(seed).write(tmp_path / str(seed))
        wrong += [f"seed {seed}: {line}" for line in _pair_disagreements(folder)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", CORNERS)
def test_corners_of_the_contract(name: str, tmp_path: Path) -> None:
    tables, tiers = CORNERS[name]
    assert _tiers(answer(tables.write(tmp_path / "pack")).best) == pytest.approx(tiers)


@pytest.mark.parametrize("seeds", CHUNKS, ids=str)
def test_small_packs_reach_the_oracles_tiers(seeds: range, tmp_path: Path) -> None:
    wrong = []
    for seed in seeds:
        folder = small_tables(seed).write(tmp_path / str(seed))
        case = read_case(folder)
        wrong += [f"seed {seed}: {line}" for line in _disagreements(case, best_by_milp(case), answer(folder))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("seed", MEDIUM)
def test_medium_packs_reach_the_oracles_tiers(seed: int, tmp_path: Path) -> None:
    folder = medium_tables(seed, children=(60, 80), provisions=(40, 50)).write(tmp_path / "pack")
    case = read_case(folder)
    wrong = _disagreements(case, best_by_milp(case, gap=1e-7), answer(folder))
    assert not wrong, "\n".join(wrong)
