"""Five hundred spoilt packs, validated or allocated: exit 0 or 2, no traceback, no half-written folder."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from support.commands import json_of, names_in, run_command
from support.mutations import mutate
from support.packs import little_pack
from support.runs import assert_finished

POLICY = """\
[prices]
mile = 10.0
far_miles = 20.0

[limits]
max_miles = 60.0
ofsted = ["outstanding", "good", "requires_improvement", "not_inspected"]
weekly_budget = 5000.0
min_share_within_far_miles = 0.5

[limits.authority_weekly_budget]
E08000037 = 3000.0

[siblings]
split = "if_needed"
"""


def spoilt(folder: Path, seed: int) -> tuple[Path, str]:
    """A pack with one file spoilt, and what was done to it."""
    pack = little_pack(folder / "pack", incompatible=[{"child_a": "c1", "child_b": "c3"}], policy=POLICY)
    return pack, mutate(pack, Random(seed))


@pytest.mark.parametrize("first", range(0, 500, 100))
def test_validate_ends_in_0_or_2(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 100, 2):
        pack, done = spoilt(tmp_path / str(seed), seed)
        result = run_command("validate", pack)
        assert result.exit_code in (0, 2), done
        assert result.exit_code == 0 or "; accepted: " in result.stdout, done
        assert names_in(pack.parent) == ["pack"], done


@pytest.mark.parametrize("first", range(1, 501, 100))
def test_allocate_ends_in_0_or_2(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 100, 2):
        pack, done = spoilt(tmp_path / str(seed), seed)
        result = run_command("allocate", pack, "--out", pack.parent / "run", "--json")
        assert result.exit_code in (0, 2), done
        if result.exit_code == 2:
            assert json_of(result)["faults"], done
            assert names_in(pack.parent) == ["pack"], done
        else:
            assert names_in(pack.parent) == ["pack", "run"], done
            assert_finished(pack.parent / "run")
