"""Small packs built in memory, and solutions written by hand: who lives where, by identifier."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.allocation.solution import Solution, Status, Tiers
from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.matching.score import score
from optimiser.pack.pack import Pack
from optimiser.pack.policy import Policy
from optimiser.pack.region import Authority, Region

Row = Mapping[str, object]

MILE = terms.METRES_PER_MILE
EAST, NORTH = 425_000.0, 560_000.0
REGION = Region(
    name="Tyneside",
    as_at=date(2025, 3, 31),
    authorities=(Authority("E08000037", "Gateshead"), Authority("E08000021", "Newcastle upon Tyne")),
)
CHILD: Row = {
    "authority": "E08000037",
    "home_easting": EAST,
    "home_northing": NORTH,
    "home_precision": "coordinates",
    "age": 10,
    "gender": "female",
    "needs": (),
    "foster_care": "suitable",
    "residential_care": "suitable",
    "supported_accommodation": "unsuitable",
    "sibling_group": "",
    "solo": False,
    "school_easting": np.nan,
    "school_northing": np.nan,
    "school_precision": "",
    "avoid_easting": np.nan,
    "avoid_northing": np.nan,
    "avoid_miles": np.nan,
}
PROVISION: Row = {
    "name": "",
    "provider": "Council",
    "kind": "foster_home",
    "sector": "local_authority",
    "authority": "E08000037",
    "northing": NORTH,
    "precision": "coordinates",
    "places": 1,
    "vacancies": 1,
    "age_min": 0,
    "age_max": 17,
    "genders": "any",
    "skills": (),
    "weekly_cost": 500.0,
    "ofsted": "good",
    "named_children": (),
}


def child(identifier: str, **known: object) -> dict[str, object]:
    """A girl of ten from Gateshead, but for what is said otherwise."""
    return {"child_id": identifier, **CHILD, **known}


def home(identifier: str, miles: float = 1.0, **known: object) -> dict[str, object]:
    """A foster household with one vacancy at £500 a week, so many miles east of every child's home."""
    return {"provision_id": identifier, "easting": EAST + miles * MILE, **PROVISION, **known}


def small_pack(
    children: Sequence[Row],
    provision: Sequence[Row],
    *,
    policy: Policy | None = None,
    incompatible: Sequence[tuple[str, str]] = (),
    files: Mapping[str, Path] | None = None,
) -> Pack:
    """A pack of these rows, in this order, as `read_pack` would give it."""
    return Pack(
        folder=Path(),
        region=REGION,
        policy=policy or Policy(),
        children=pd.DataFrame([dict(row) for row in children]),
        provision=pd.DataFrame([dict(row) for row in provision]),
        incompatible=pd.DataFrame(list(incompatible), columns=["child_a", "child_b"]),
        files=files or {},
    )


def solution_by_hand(instance: Instance, homes: Mapping[str, str], *, bound: float = 0.0) -> Solution:
    """The children named live in the provisions named, the others nowhere."""
    index_of = {identifier: index for index, identifier in enumerate(instance.provisions.id.tolist())}
    placement = np.array(
        [index_of[homes[each]] if each in homes else -1 for each in instance.children.id.tolist()],
        dtype=np.int64,
    )
    placed = np.flatnonzero(placement >= 0)
    total = float(score(instance, placed, placement[placed]).sum())
    return Solution(
        placement=placement,
        tiers=Tiers(int((placement < 0).sum()), 0, total),
        bounds=Tiers(0, 0, bound),
        status=Status.FEASIBLE,
        vacancy_price=np.arange(len(instance.provisions), dtype=np.float64),
        limit_prices={("weekly_budget", ""): 0.25, ("authority_weekly_budget", "E08000021"): 0.5},
        proofs=(),
        model_mps=gzip.compress(b"NAME\nENDATA\n", mtime=0),
        seconds=0.5,
    )


def solved_by_hand(pack: Pack, homes: Mapping[str, str], *, bound: float = 0.0) -> tuple[Instance, Solution]:
    """The instance of a pack with a solution written by hand."""
    instance = instance_from_pack(pack)
    return instance, solution_by_hand(instance, homes, bound=bound)
