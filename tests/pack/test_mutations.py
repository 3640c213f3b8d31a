"""Five hundred spoilt packs: each is read, or refused with its faults; never any other end."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest
from support.mutations import mutate
from support.packs import CHILDREN, altered, little_pack

from optimiser.errors import InputError
from optimiser.pack.pack import Pack
from optimiser.pack.read import read_pack

POLICY = """\
[prices]
mile = 10.0
far_miles = 20
[limits]
ofsted = ["outstanding", "good"]
weekly_budget = 9000.0
min_share_within_far_miles = 0.5
[limits.authority_weekly_budget]
E08000037 = 5000
[siblings]
split = "never"
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack with all five files and every kind of point."""
    children = altered(CHILDREN, 0, home_easting=None, home_northing=None, home_postcode="NE8 1AA")
    children = altered(children, 1, age=None, date_of_birth="2012-05-06", solo="yes", current_miles=3.25)
    return little_pack(
        tmp_path_factory.mktemp("packs") / "whole",
        children=children,
        incompatible=[{"child_a": "c3", "child_b": "c1"}],
        policy=POLICY,
    )


@pytest.mark.parametrize("part", range(10))
def test_a_spoilt_pack_is_read_or_refused_with_its_faults(whole: Path, tmp_path: Path, part: int) -> None:
    """Fifty packs, each spoilt once or twice."""
    for seed in range(part * 50, part * 50 + 50):
        rng = Random(seed)
        folder = tmp_path / str(seed)
        shutil.copytree(whole, folder)
        done = mutate(folder, rng)
        try:
            assert isinstance(read_pack(folder), Pack), done
        except InputError as error:
            stopping = [fault for fault in error.faults if not fault.warning]
            assert stopping, f"seed {seed}: {done}"
            for fault in error.faults:
                str(fault).encode("utf-8")
                assert str(fault).isprintable(), f"seed {seed}: {done}: {fault!r}"
