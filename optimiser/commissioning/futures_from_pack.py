"""Futures from a pack: its families drawn again, as often as chance has it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimiser.errors import InputError
from optimiser.pack.csv_file import csv_from_file
from optimiser.pack.pack import Pack
from optimiser.pack.tables import CHILDREN

BLANKED = ("date_of_birth", "needed_by", "current_provision_id", "current_miles")
"""Columns of children.csv that say nothing of another quarter's child; ages are written instead of births."""
COPY_MARK = "~"


def bootstrapped_children(pack: Pack, *, count: int, seed: int) -> list[pd.DataFrame]:
    """`count` tables as children.csv has them, in text, from the pack's own file.

    Every family – a sibling group, whole, or a child without one – is drawn a Poisson number of times with
    mean 1: the bootstrap, in which every authority and every profile has its own chance of more or fewer.
    The first copy of a family keeps its child_ids, so that kin carers and incompatible pairs hold for it; the
    next have the child_ids and the group with `~2`, `~3` behind, and neither kin nor pairs. Independent of
    the order of rows. InputError where the pack has no child.
    """
    if pack.children.empty:
        raise InputError(f"{pack.folder} has no children to draw from; accepted: a pack with children")
    rows = _rows(pack)
    family = rows["sibling_group"].where(rows["sibling_group"] != "", "\0" + rows["child_id"])
    rows = rows.assign(family=family).sort_values(["family", "child_id"], kind="stable", ignore_index=True)
    number = rows["family"].ne(rows["family"].shift()).cumsum().to_numpy() - 1
    mark = COPY_MARK
    while rows["child_id"].str.contains(mark, regex=False).any():
        mark += COPY_MARK
    rows = rows.drop(columns="family")
    return [_drawn(rows, number, mark, np.random.default_rng([seed, index])) for index in range(count)]


def _rows(pack: Pack) -> pd.DataFrame:
    """children.csv as it stands, but for what belongs to today."""
    csv, _ = csv_from_file(pack.files[CHILDREN], CHILDREN)
    if csv is None:
        raise InputError(f"{pack.files[CHILDREN]} can no longer be read")
    named: pd.DataFrame = csv.cells.loc[:, csv.cells.columns != ""].reset_index(drop=True)
    cells = named.drop(columns=[name for name in BLANKED if name in named])
    cells["child_id"] = pack.children["child_id"]
    cells["sibling_group"] = pack.children["sibling_group"]
    cells["age"] = pack.children["age"].astype("str")
    return cells


def _drawn(rows: pd.DataFrame, number: np.ndarray, mark: str, rng: np.random.Generator) -> pd.DataFrame:
    times = np.zeros(int(number.max()) + 1, dtype=np.int64)
    while not times.any():
        times = rng.poisson(1.0, len(times))
    parts = []
    for copy in range(1, int(times.max()) + 1):
        part = rows[times[number] >= copy]
        if copy > 1:
            behind = f"{mark}{copy}"
            group = part["sibling_group"]
            part = part.assign(
                child_id=part["child_id"] + behind, sibling_group=group.where(group == "", group + behind)
            )
        parts.append(part)
    drawn: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return drawn
