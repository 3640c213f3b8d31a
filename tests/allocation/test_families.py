"""The programme's rows, family by family, against golden LP files on the region of five.

Where a change of the model is meant, `UPDATE_GOLDEN=1 python -m pytest tests/allocation/test_families.py`
writes the files anew; their diff is then the change, for people to read.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from support.five import POLICY, five

from optimiser.allocation.columns import all_columns, units_from_instance
from optimiser.allocation.cuts import shared_places, superadditive_counts
from optimiser.allocation.families import (
    STANDING,
    Key,
    Rounding,
    Tally,
    incompatible,
    small_places,
)
from optimiser.allocation.prices import objective_of_tier
from optimiser.allocation.programme import Programme
from optimiser.pack.policy import Limits, Policy

GOLDEN = Path(__file__).parents[1] / "golden" / "model"
FAMILIES = (*STANDING, incompatible.__name__, small_places.__name__)
TALLY = Tally(unplaced=1, separated=0)

ANN, CAT = 0, 2
ASH = 0
CUTS = (
    Rounding(ASH, superadditive_counts(4)[0]),
    Rounding(ASH, (0, 0, 0, 1, 2), (ANN, CAT)),
)
"""Sizes in the four vacancies of ash by pairs; and Ann and Cat against what they displace there."""


def lp_text(folder: Path) -> str:
    """The tier-3 programme of the five over all columns, with every family, as PuLP writes it."""
    instance, columns = five(), all_columns(five())
    units, objective = units_from_instance(instance), objective_of_tier(3, TALLY)
    programme = Programme(instance, units, columns, objective, whole_numbers=True)
    apart = [at for at, _ in shared_places(instance, columns, np.zeros(len(columns)))]
    programme.add_rows(apart=apart, cuts=CUTS)
    programme.problem.writeLP(str(folder / "five.lp"))
    return (folder / "five.lp").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The programme in parts: the rows of each family under what they are about, and the rest."""
    head, rows = lp_text(tmp_path_factory.mktemp("lp")).split("Subject To\n")
    rows, tail = rows.split("Bounds\n")
    families: dict[str, list[str]] = {family: [] for family in FAMILIES}
    for row in statements(rows):
        families[row.split(":")[0].rpartition("_")[0]].append(wrapped(row))
    texts = {
        family: "".join(
            f"\\ {' '.join(map(str, key))}\n{row}\n" for key, row in zip(keys_of(family), rows, strict=True)
        )
        for family, rows in families.items()
    }
    objective = "\n".join(wrapped(line) for line in statements(head))
    return {**texts, "objective": f"{objective}\nBounds\n{tail.rstrip()}\n"}


def statements(lines: str) -> list[str]:
    """Objective or rows, each in one line: a line that begins with a blank goes on with the one before."""
    joined: list[str] = []
    for line in lines.splitlines():
        if line.startswith(" ") and joined:
            joined[-1] += line
        else:
            joined.append(line)
    return joined


def keys_of(family: str) -> tuple[Key, ...]:
    """What each row of the family is about."""
    instance, columns = five(), all_columns(five())
    units = units_from_instance(instance)
    if family == "incompatible":
        apart = [at for at, _ in shared_places(instance, columns, np.zeros(len(columns)))]
        return incompatible(instance, units, columns, apart).keys
    if family == "small_places":
        return small_places(instance, units, columns, CUTS).keys
    return STANDING[family](instance, units, columns, TALLY).keys


def wrapped(statement: str) -> str:
    """In lines of a hundred characters, a term never broken over two."""
    terms = re.sub(r"(?<=[+-]) | (?=[a-z]+_\d)", "\N{NO-BREAK SPACE}", statement)
    lines = textwrap.fill(terms, width=100, subsequent_indent="  ", break_on_hyphens=False)
    return lines.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("part", [*FAMILIES, "objective"])
def test_the_model_is_the_golden_one(parts: Mapping[str, str], part: str) -> None:
    path, text = GOLDEN / f"{part}.lp", parts[part]
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


def test_every_family_has_rows_and_a_golden_file_and_no_other_file_is_there(parts: Mapping[str, str]) -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == {*FAMILIES, "objective"}
    assert [family for family, text in parts.items() if not text] == []


@pytest.mark.parametrize("family", [*STANDING.values(), incompatible, small_places])
def test_a_family_states_its_inequality_in_its_first_line(family: object) -> None:
    first = (family.__doc__ or "").splitlines()[0]
    assert "≤" in first or "=" in first


def test_a_limit_that_is_not_set_and_a_tier_that_is_not_settled_have_no_rows() -> None:
    instance = five(Policy())
    units, columns = units_from_instance(instance), all_columns(instance)
    present = {name for name, family in STANDING.items() if family(instance, units, columns, Tally()).keys}
    assert present == {"placed_once", "capacity", "separation"}


def test_a_budget_of_nothing_is_a_budget() -> None:
    instance = five(Policy(limits=Limits(weekly_budget=0.0)))
    units, columns = units_from_instance(instance), all_columns(instance)
    rows = STANDING["weekly_budget"](instance, units, columns, Tally())
    assert rows.bound.tolist() == [0.0]
    assert len(rows.lives.row) == len(columns)


def test_the_rows_are_the_same_however_few_the_columns() -> None:
    """A row is there before any column is; a column counts the same whoever else is there."""
    instance = five(POLICY)
    units, columns = units_from_instance(instance), all_columns(instance)
    for name, family in STANDING.items():
        whole = family(instance, units, columns, TALLY)
        for position in range(len(columns)):
            alone = family(instance, units, columns.take(np.array([position])), TALLY)
            mine = whole.lives.variable == position
            assert alone.keys == whole.keys, name
            assert alone.bound.tolist() == whole.bound.tolist(), name
            assert sorted(zip(alone.lives.row, alone.lives.coefficient, strict=True)) == sorted(
                zip(whole.lives.row[mine], whole.lives.coefficient[mine], strict=True)
            ), name
