"""The packs that ship with the program: they read without a fault, and the hand solution is right."""

from __future__ import annotations

import heapq
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from optimiser.matching.eligibility import excluding_rules
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.matching.score import score_terms
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs

HAND = Path(__file__).resolve().parents[2] / "docs" / "gateshead-ten.md"
CHOSEN = {
    **dict.fromkeys(["ash-1", "ash-2"], "foster-two"),
    **dict.fromkeys(["birch-1", "birch-2", "birch-3"], "foster-three"),
    "cedar": "home-solo",
    "dale": "foster-teen",
    "elm": "foster-far",
    "fern": "kin-fern",
    "gorse": "",
}


@pytest.fixture(scope="module")
def ten() -> Instance:
    return instance_from_pack(read_pack(sample_packs()["gateshead-ten"]))


def test_the_packs_are_found() -> None:
    assert list(sample_packs()) == ["gateshead-ten", "north-east-and-cumbria"]


@pytest.mark.parametrize("name", ["gateshead-ten", "north-east-and-cumbria"])
def test_they_read_without_a_fault_or_warning(name: str) -> None:
    assert read_pack(sample_packs()[name]).warnings == ()


def test_the_boundaries_are_those_of_the_members() -> None:
    pack = read_pack(sample_packs()["north-east-and-cumbria"])
    assert pack.region.boundaries is not None
    assert pack.region.boundaries.stat().st_size < 300_000
    drawn = gpd.read_file(pack.region.boundaries)
    assert drawn.crs.to_epsg() == 4326
    assert sorted(drawn["code"]) == sorted(pack.region.codes)
    assert drawn.geometry.is_valid.all()
    homes = gpd.GeoDataFrame(
        pack.children[["authority"]],
        geometry=gpd.points_from_xy(pack.children["home_easting"], pack.children["home_northing"]),
        crs="EPSG:27700",
    )
    inside = gpd.sjoin(homes, drawn.to_crs("EPSG:27700"), predicate="within")
    assert len(inside) > 0.98 * len(homes)
    assert (inside["authority"] == inside["code"]).mean() > 0.98


def _scores(ten: Instance) -> dict[tuple[int, int], float]:
    """(child, provision) → score, for the eligible pairs."""
    return {
        (c, p): float(sum(term.sum() for term in score_terms(ten, np.array([c]), np.array([p])).values()))
        for c in range(len(ten.children))
        for p in range(len(ten.provisions))
        if not excluding_rules(ten, c, p)
    }


def test_the_table_of_the_page_is_the_programs(ten: Instance) -> None:
    scores = _scores(ten)
    section = HAND.read_text(encoding="utf-8").split("## Who may live where")[1].split("## Tier 1")[0]
    rows = {cells[1]: cells[2:-1] for cells in map(_cells, section.splitlines()) if len(cells) == 12}
    for c, child in enumerate(ten.children.id.tolist()):
        for p in range(len(ten.provisions)):
            rules = ", ".join(excluding_rules(ten, c, p))
            assert rows[child][p] == (rules or f"{scores[c, p]:,.0f}")


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("*") for cell in line.split("|")]


def _allocations(ten: Instance, choices: list[list[int]]) -> Iterator[tuple[int, ...]]:
    """Every allocation within the vacancies that leaves two children or fewer without a place (-1), with
    incompatible children apart."""
    vacancies, solo = ten.provisions.vacancies.tolist(), ten.children.solo.tolist()
    apart = {tuple(pair) for pair in ten.incompatible.tolist()}

    def extended(chosen: tuple[int, ...], left: list[int]) -> Iterator[tuple[int, ...]]:
        c = len(chosen)
        if c == len(choices):
            yield chosen
            return
        for p in choices[c]:
            beds = 0 if p < 0 else vacancies[p] if solo[c] else 1
            clash = p >= 0 and any(chosen[other] == p and (other, c) in apart for other in range(c))
            too_many = p < 0 and chosen.count(-1) == 2
            if beds <= left[p] and not clash and not too_many:
                yield from extended((*chosen, p), [n - beds * (q == p) for q, n in enumerate(left)])

    return extended((), vacancies)


def test_the_hand_solution_is_the_only_optimum(ten: Instance) -> None:
    scores = _scores(ten)
    names = ten.children.id.tolist()
    choices = [[-1, *(p for p in range(len(ten.provisions)) if (c, p) in scores)] for c in range(len(names))]
    found = []
    for allocation in _allocations(ten, choices):
        separated = sum(len({allocation[c] for c in g}) > 1 or allocation[g[0]] < 0 for g in ten.groups)
        score = sum(scores[c, p] for c, p in enumerate(allocation) if p >= 0)
        found.append((allocation.count(-1), separated, round(score, 6), allocation))
    best, second = heapq.nsmallest(2, found)
    assert best[:3] == (1, 0, 10015.0)
    assert second[:3] == (1, 0, 10265.0)
    places = ["", *ten.provisions.id.tolist()]
    assert {child: places[p + 1] for child, p in zip(names, best[3], strict=True)} == CHOSEN


def test_the_sample_is_what_its_command_makes_today(reference: Path, tmp_path: Path) -> None:
    """`optimiser synthesise` on the published files: the same bytes, README and all."""
    sheets = ("providers_and_places", "supported_accommodation_premises")
    files = [reference / "ofsted" / f"{name}_at_31_march_2025.csv" for name in sheets]
    script = Path(__file__).resolve().parents[2] / "data" / "make_samples.sh"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        [script, reference / "authorities_2025.csv", *files, tmp_path],
        check=True,
        env={**os.environ, "PATH": path},
        capture_output=True,
    )
    shipped = sample_packs()["north-east-and-cumbria"]
    assert _contents(tmp_path / "north-east-and-cumbria") == _contents(shipped)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
