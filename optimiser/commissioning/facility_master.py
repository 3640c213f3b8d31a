"""The relaxation over listed loads, tightened by subset-row cuts: what whole loads may be chosen together.

Columns enter by their reduced cost, looked up in the list (Baldacci et al. 2008); HiGHS starts each time from
where it was, which PuLP does not offer.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import highspy
import numpy as np
import pulp
from scipy.sparse import csr_array

from optimiser.allocation.highs import (
    INFINITY,
    add_rows,
    add_variables,
    listed,
    nothing_listed,
    solver_of,
    status_of,
)
from optimiser.commissioning.facility_bound import Dense
from optimiser.commissioning.facility_loads import Loads, loads_chosen
from optimiser.errors import SolverError
from optimiser.matching.instance import Bools, Floats, Ints

A_TIME = 300
"""Columns that enter together."""
FIRST = 500
CUTS_A_ROUND = 60
CUTS_A_UNIT = 8
"""In one round."""
PATIENCE = 3
"""Rounds of cuts that close less than `GAIN` of what is left to the cutoff."""
GAIN = 0.03
MOST_UNITS = 200
"""In fractions, among which triples are looked for."""
VIOLATED = 0.02
POSITIVE = 1e-7
DEARER = 1e-7
"""Relative: a column whose reduced cost is above minus so much does not enter."""


@dataclass(frozen=True)
class Tightened:
    """The loads that an answer of at most the cutoff may still have, and what the relaxation says of them."""

    value: float
    """No answer of at most the cutoff costs less; above the cutoff there is none."""
    loads: Loads
    excess: Floats
    """Shape (loads,): by how much the bound rises where the load is had."""
    triples: Ints
    """Shape (cuts, 3): of the units of each, at most one load has two or more."""
    price: Floats
    """Shape (units,): the dual of serving each, before any cut; of the relaxation, one of several."""


class Master:
    """Rows: units, sites, the number of loads, cuts. Columns: for every unit, and for the number,
    one that stands in at a price that no answer pays; then loads."""

    def __init__(self, dense: Dense, loads: Loads, cutoff: float) -> None:
        self.dense, self.loads, self.cutoff = dense, loads, cutoff
        self.units, self.sites = len(dense.size), len(dense.capacity)
        self.count_row = self.units + self.sites
        self.has = self._matrix()
        self.column = np.full(len(loads), -1, dtype=np.int64)
        """Of every load, its column; −1 outside."""
        self.triples: list[Ints] = []
        self.hit: list[Ints] = []
        """Of every cut, the loads with two or more of its units, ascending."""
        self.highs = self._begun()
        self.columns = self.units + 1

    def _matrix(self) -> csr_array:
        entries = (np.ones(len(self.loads.unit)), (self.loads.load, self.loads.unit))
        return csr_array(entries, shape=(len(self.loads), self.units))

    def _begun(self) -> highspy.Highs:
        highs = solver_of(pulp.LpProblem("facility_master", pulp.LpMinimize), whole_numbers=False)
        low = np.concatenate([np.ones(self.units), np.full(self.sites, -INFINITY), [self.dense.fewest]])
        high = np.concatenate([np.ones(self.units + self.sites), [self.dense.most]])
        add_rows(highs, low, high, nothing_listed(len(low)))
        dear = 10 * (abs(self.cutoff) + float(np.abs(self.loads.cost).max(initial=1.0)))
        rows = np.append(np.arange(self.units), self.count_row)
        entries = rows, np.arange(len(rows) + 1), np.ones(len(rows))
        add_variables(highs, np.full(len(rows), dear), np.full(len(rows), INFINITY), entries)
        return highs

    def _enter(self, some: Ints) -> None:
        """These loads become columns."""
        place = np.full(len(self.loads), -1, dtype=np.int64)
        place[some] = np.arange(len(some))
        had = self.has[some].tocoo()
        hits = [place[hit][place[hit] >= 0] for hit in self.hit]
        cuts = np.repeat(np.arange(len(hits)), [len(hit) for hit in hits])
        every, none = np.arange(len(some)), np.zeros(0, dtype=np.int64)
        owner = [had.row.astype(np.int64), every, every, np.concatenate([none, *hits])]
        row = [
            had.col.astype(np.int64),
            self.units + self.loads.site[some],
            np.full(len(some), self.count_row),
            self.count_row + 1 + cuts,
        ]
        owners = np.concatenate(owner)
        entries = listed(owners, np.concatenate(row), np.ones(len(owners)), len(some))
        add_variables(self.highs, self.loads.cost[some], np.full(len(some), INFINITY), entries)
        self.column[some] = self.columns + np.arange(len(some))
        self.columns += len(some)

    def _duals(self) -> Floats:
        return np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)

    def excess(self) -> Floats:
        """Shape (loads,): the reduced costs."""
        dual = self._duals()
        reduced = self.loads.cost - self.has @ dual[: self.units]
        reduced -= dual[self.units + self.loads.site] + dual[self.count_row]
        for worth, hit in zip(dual[self.count_row + 1 :].tolist(), self.hit, strict=True):
            if worth < 0:
                reduced[hit] -= worth
        return np.asarray(reduced, dtype=np.float64)

    def start(self, price: Floats) -> None:
        """The loads cheapest at these prices become the first columns."""
        cheap = np.argsort(self.loads.cost - self.has @ price, kind="stable")
        self._enter(np.sort(cheap[:FIRST]))

    def solve(self) -> float:
        """The value of the relaxation over all loads of the list."""
        while True:
            self.highs.run()
            if status_of(self.highs)[0] != pulp.LpSolveStatus.Optimal:
                raise SolverError("HiGHS did not solve the relaxation over loads")
            reduced = self.excess()
            reduced[self.column >= 0] = 0.0
            least = -DEARER * max(abs(self.cutoff), 1.0)
            gainful = np.flatnonzero(reduced < least)
            if not len(gainful):
                return float(self.highs.getInfo().objective_function_value)
            self._enter(self._varied(gainful, reduced[gainful]))

    def _varied(self, gainful: Ints, reduced: Floats) -> Ints:
        """The most gainful of every site, then the second of every site, and so on."""
        site = self.loads.site[gainful]
        order = np.lexsort((reduced, site))
        first = np.searchsorted(site[order], site[order], side="left")
        rank = np.arange(len(order)) - first
        return gainful[order[np.lexsort((reduced[order], rank))[:A_TIME]]]

    def drop(self, value: float) -> int:
        """Loads that no answer of at most the cutoff has leave the list; how many are left."""
        left = (self.excess() <= self._room(value)) | (self.column >= 0)
        if not left.all():
            place = np.cumsum(left) - 1
            self.loads = loads_chosen(self.loads, left)
            self.has = self._matrix()
            self.column = self.column[left]
            self.hit = [place[hit[left[hit]]] for hit in self.hit]
        return int((self.excess() <= self._room(value)).sum())

    def _room(self, value: float) -> float:
        return self.cutoff - value + 1e-6 * max(abs(self.cutoff), 1.0)

    def cut(self) -> int:
        """Σ x over the loads with two or more of three units ≤ 1, for the triples most violated; how many."""
        x = np.asarray(self.highs.getSolution().col_value, dtype=np.float64)
        had = np.flatnonzero(self.column >= 0)
        had = had[x[self.column[had]] > POSITIVE]
        share = x[self.column[had]]
        rows = self.has[had]
        broken = np.asarray(rows.T @ np.where(share < 1 - POSITIVE, 1.0, 0.0)) > 0
        units = np.flatnonzero(broken)[:MOST_UNITS]
        triples = violated_triples(np.asarray(rows[:, units].todense()), share)
        for triple in triples:
            three = units[triple]
            member = np.zeros(self.units)
            member[three] = 1.0
            hit = np.flatnonzero(self.has @ member > 1.5)
            columns = self.column[hit]
            columns = columns[columns >= 0]
            entries = columns, np.array([0, len(columns)]), np.ones(len(columns))
            add_rows(self.highs, np.full(1, -INFINITY), np.ones(1), entries)
            self.triples.append(three)
            self.hit.append(hit)
        return len(triples)

    def prices(self) -> Floats:
        """Shape (units,): the duals of serving."""
        return self._duals()[: self.units]

    def binding(self) -> Ints:
        """Shape (cuts, 3): the triples of the cuts with a dual."""
        dual = self._duals()[self.count_row + 1 :]
        return np.array(self.triples, dtype=np.int64).reshape(-1, 3)[dual < 0]


def violated_triples(has: Floats, share: Floats) -> Ints:
    """Shape (triples, 3), the most violated first. `has`: shape (loads, units), `share`: (loads,)."""
    units = has.shape[1]
    two = np.zeros((units, units))
    three = np.zeros((units, units, units))
    for row, x in zip(has, share.tolist(), strict=True):
        some = np.flatnonzero(row)
        two[np.ix_(some, some)] += x
        three[np.ix_(some, some, some)] += x
    total = two[:, :, None] + two[:, None, :] + two[None, :, :] - 2 * three
    i, j, k = np.ogrid[:units, :units, :units]
    total[~((i < j) & (j < k))] = 0.0
    flat = total.ravel()
    most = np.flatnonzero(flat > 1 + VIOLATED)
    most = most[np.argsort(-flat[most], kind="stable")]
    used = np.zeros(units, dtype=np.int64)
    chosen: list[Ints] = []
    for place in most.tolist():
        triple = np.array(np.unravel_index(place, total.shape), dtype=np.int64)
        if used[triple].max() < CUTS_A_UNIT:
            used[triple] += 1
            chosen.append(triple)
            if len(chosen) == CUTS_A_ROUND:
                break
    return np.array(chosen, dtype=np.int64).reshape(-1, 3)


def _late(ends: float | None) -> bool:
    return ends is not None and time.monotonic() > ends


def tightened(
    dense: Dense, loads: Loads, cutoff: float, price: Floats, *, enough: int, ends: float | None
) -> Tightened:
    """Cuts, round by round, until the bound is above the cutoff, or no more than `enough` loads are left."""
    if not len(loads):
        return Tightened(np.inf, loads, np.zeros(0), np.zeros((0, 3), dtype=np.int64), price)
    master = Master(dense, loads, cutoff)
    master.start(price)
    value = master.solve()
    first = master.prices()
    left = master.drop(value)
    idle = 0
    while master._room(value) >= 0 and left > enough and idle < PATIENCE and not _late(ends):
        if not master.cut():
            break
        before, value = value, master.solve()
        left = master.drop(value)
        idle = idle + 1 if value - before < GAIN * (cutoff - before) else 0
    excess = master.excess()
    kept: Bools = excess <= master._room(value)
    chosen = loads_chosen(master.loads, kept)
    return Tightened(value, chosen, excess[kept], master.binding(), first)
