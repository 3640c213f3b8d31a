"""Who a child is changes no allocation: protected columns permuted, the very same bytes of every output.

The same permutations of a column that the model does read change allocations, so the test would see it.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from support.random_packs import Tables, small_tables

from optimiser.allocation.solution import Solution
from optimiser.allocation.solve import allocate
from optimiser.audit.allocations import allocations_table, csv_from_allocations
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs
from optimiser.report.outcomes import PROTECTED

SEEDS = range(2030, 2042)
VALUES: Mapping[str, tuple[str, ...]] = {
    "ethnicity": ("WBRI", "BAFR", "APKN", "MWBC", ""),
    "uasc": ("yes", "no", ""),
    "disability": ("yes", "no", ""),
}


def protected(tables: Tables, seed: int) -> Tables:
    """The tables with every protected column, drawn anew."""
    rng = random.Random(seed)
    for child in tables.children:
        child |= {name: rng.choice(values) for name, values in VALUES.items()}
    return tables


def permuted(tables: Tables, column: str, seed: int) -> Tables:
    """The same children, with the values of one column dealt out anew."""
    other = tables.copy()
    values = [child[column] for child in tables.children]
    random.Random(seed).shuffle(values)
    for child, value in zip(other.children, values, strict=True):
        child[column] = value
    return other


def outputs(folder: Path) -> tuple[bytes, Solution]:
    """allocations.csv, and the solution behind it."""
    pack = read_pack(folder)
    instance = instance_from_pack(pack)
    solution = allocate(instance)
    return csv_from_allocations(allocations_table(pack, instance, solution)), solution


def test_the_columns_are_those_of_the_contract() -> None:
    assert set(VALUES) == set(PROTECTED)


@pytest.mark.parametrize("column", PROTECTED)
def test_a_protected_column_permuted_changes_no_byte(column: str, tmp_path: Path) -> None:
    changed = 0
    for seed in SEEDS:
        tables = protected(small_tables(seed), seed)
        dealt = permuted(tables, column, seed)
        before, solution = outputs(tables.write(tmp_path / f"before {seed}"))
        after, again = outputs(dealt.write(tmp_path / f"after {seed}"))
        assert after == before, f"seed {seed}"
        assert again.model_mps == solution.model_mps
        changed += dealt != tables
    assert changed > len(SEEDS) / 2


@pytest.mark.parametrize("column", PROTECTED)
def test_no_byte_of_the_sample_changes(column: str, tmp_path: Path) -> None:
    found = []
    values = VALUES[column]
    for turn in range(3):
        pack = tmp_path / f"{turn}"
        shutil.copytree(sample_packs()["gateshead-ten"], pack)
        children = pd.read_csv(pack / "children.csv", dtype="str", keep_default_na=False)
        dealt = [values[(index + turn) % len(values)] for index in range(len(children))]
        children.assign(**{column: dealt}).to_csv(pack / "children.csv", index=False, lineterminator="\n")
        found.append(outputs(pack)[0])
    assert found == [outputs(sample_packs()["gateshead-ten"])[0]] * 3


@pytest.mark.parametrize("column", ["gender", "age"])
def test_a_column_of_eligibility_permuted_changes_allocations(column: str, tmp_path: Path) -> None:
    """So a model that read a protected column would be found out."""
    changed = 0
    for seed in SEEDS:
        tables = small_tables(seed)
        before, _ = outputs(tables.write(tmp_path / f"before {seed}"))
        after, _ = outputs(permuted(tables, column, 1).write(tmp_path / f"after {seed}"))
        changed += after != before
    assert changed
