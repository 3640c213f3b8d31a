"""What tables say about each other: members, named children, sibling groups, incompatible pairs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

import pandas as pd

from optimiser.errors import Fault
from optimiser.pack.faults import nearest, shown
from optimiser.pack.tables import CHILDREN, Table


def faults_of_members(table: Table, column: str, codes: Sequence[str]) -> list[Fault]:
    """Every child's authority, and whoever holds a place, is a member of the region."""
    named = table.cells[column]
    faults: list[Fault] = []
    for code in sorted(set(named) - {*codes, ""}):
        near = nearest(code, tuple(codes), cutoff=0.8)
        accepted = "the code of an authority in region.toml" + (f" (nearest: '{near}')" if near else "")
        what = f"{column} {code} is no member of the region"
        faults += table.faults(named == code, column, what, accepted)
    return faults


def faults_of_siblings(children: Table) -> list[Fault]:
    """Warnings: a sibling group of more than one authority, at the first child of another one."""
    authority_of: dict[str, str] = {}
    warned: dict[str, int] = {}
    groups, authorities = children.cells["sibling_group"].tolist(), children.cells["authority"].tolist()
    for row, group, authority in zip(children.cells.index.tolist(), groups, authorities, strict=True):
        if group and authority and authority_of.setdefault(group, authority) != authority:
            warned.setdefault(group, row)
    return children.faults(
        _at(children, warned.values()),
        "sibling_group",
        lambda row: f"{children.shown(row, 'sibling_group')} has children of more than one authority",
        "one authority for a sibling group, unless that is so",
        reads=["authority"],
        warning=True,
    )


def _at(table: Table, rows: Collection[int]) -> pd.Series[bool]:
    """True at these rows."""
    return pd.Series(table.cells.index.isin(list(rows)), index=table.cells.index)


def _known(children: Table) -> Callable[[str], bool]:
    """Whether a name is a child_id of children.csv; any is, where its child_ids cannot be read at all.

    The child_id of a faulty row counts, so that no name is faulted for another row's mistake.
    """
    ids = {child for child in children.written["child_id"].tolist() if child}
    unread = len(children.written) > 0 and not ids
    return lambda name: unread or name in ids


def faults_of_named(table: Table, named: pd.Series, children: Table) -> list[Fault]:
    """Every child that kinship carers are for is in children.csv. `named`: tuples of child_ids."""
    known = _known(children)
    unknown: dict[int, str] = {}
    for row, names in zip(named.index.tolist(), named.tolist(), strict=True):
        strangers = [shown(name) for name in names if not known(name)]
        if strangers:
            unknown[row] = ", ".join(strangers)
    return table.faults(
        _at(table, unknown),
        "named_children",
        lambda row: f"named_children names {unknown[row]}, not in {CHILDREN}",
        f"child_ids of {CHILDREN}, separated by ;",
    )


def incompatible_pairs(table: Table, children: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """Each unordered pair once, child_a < child_b.

    Unknown children and a child with itself are faults; repeats and pairs of siblings are warnings.
    """
    known = _known(children)
    group = dict(zip(children.cells["child_id"], children.cells["sibling_group"], strict=True))
    first: dict[tuple[str, str], int] = {}
    unknown: dict[str, set[int]] = {"child_a": set(), "child_b": set()}
    itself: set[int] = set()
    siblings: set[int] = set()
    repeats: dict[int, int] = {}
    columns = [table.cells[column].tolist() for column in ("child_a", "child_b")]
    for row, *names in zip(table.cells.index.tolist(), *columns, strict=True):
        for column, name in zip(unknown, names, strict=True):
            if name and not known(name):
                unknown[column].add(row)
        if not all(names):
            continue
        one, other = sorted(names)
        if one == other:
            itself.add(row)
        elif (one, other) in first:
            repeats[row] = first[one, other]
        else:
            first[one, other] = row
            if group.get(one) and group.get(one) == group.get(other):
                siblings.add(row)
    faults: list[Fault] = []
    for column, rows in unknown.items():
        what = partial(_unknown_child, table, column)
        faults += table.faults(_at(table, rows), column, what, f"a child_id of {CHILDREN}")
    what_itself = "child_b is child_a: a child with itself"
    faults += table.faults(_at(table, itself), "child_b", what_itself, "another child")
    faults += table.faults(
        _at(table, repeats),
        "child_b",
        lambda row: f"the pair is the same as in row {repeats[row]}",
        "each pair once",
        warning=True,
    )
    faults += table.faults(
        _at(table, siblings),
        "child_b",
        "the two are of one sibling group, which can then not live together",
        "children of different sibling groups, unless that is so",
        warning=True,
    )
    return pd.DataFrame(list(first), columns=["child_a", "child_b"], dtype="str"), faults


def _unknown_child(table: Table, column: str, row: int) -> str:
    return f"{column} is {table.shown(row, column)}, not in {CHILDREN}"
