"""Contributions against independent solves: `python -m benchmarks.cooperation --random 1000`.

v(S) is solved for every single authority, every pair and random sets of authorities by HiGHS itself, over all
eligible pairs listed in full (`benchmarks.pairs`), columns being admitted until none of the list would better
it. For every set there is, contributions are compared with the bound that the certificate's prices prove,
worked out here from the same list.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csc_array

from benchmarks.pairs import Pairs, Wholes, eligible_pairs, whole_groups
from optimiser.cooperation.run import Cooperation, cooperation_from_pack
from optimiser.matching.instance import Floats, Instance, Ints, instance_from_pack
from optimiser.pack.pack import Pack
from optimiser.pack.samples import sample_packs

CLOSE = 1e-6
"""£ a week (contract, section 7)."""
_NOTHING = 1e-10
"""£ a week: a reduced cost that near zero is zero."""
_TOLD = 100
"""Sets between two lines of progress."""
_NEAR = 20.0
"""£ a week: columns that near to use are where the next set begins."""
_AT_ONCE = 12
"""Columns admitted for each child in one round."""
SAMPLE = "north-east-and-cumbria"


@dataclass(frozen=True)
class Listed:
    """A pack with every eligible pair, every place a group fits, and who may take how much of a place."""

    pack: Pack
    instance: Instance
    pairs: Pairs
    wholes: Wholes
    member: Ints
    """Shape (children,): the child's authority, by its place in region.toml."""
    share: Floats
    """Shape (members, provisions): vacancies that each member may take."""


def listed(pack: Pack) -> Listed:
    """Everything that the programmes need; the policy must have no limits."""
    instance = instance_from_pack(pack)
    limits = instance.policy.limits
    if limits.weekly_budget or limits.authority_weekly_budget or limits.min_share_within_far_miles:
        raise SystemExit("this benchmark solves packs whose policy has no limits")
    pairs = eligible_pairs(instance)
    codes = list(pack.region.codes)
    member = np.array([codes.index(code) for code in instance.children.authority.tolist()])
    able = np.zeros((len(codes), len(instance.provisions)))
    np.add.at(able, (member[pairs.child], pairs.provision), 1)
    table = pack.provision.set_index("provision_id").loc[instance.provisions.id.tolist()]
    share = np.zeros_like(able)
    for at, row in enumerate(table.itertuples(index=False)):
        local = row.sector == "local_authority" or row.kind == "kinship"
        holder = row.held_by or (row.authority if local else "")
        if holder in codes:
            share[codes.index(holder), at] = row.vacancies
        elif not holder and able[:, at].sum():
            share[:, at] = row.vacancies * able[:, at] / able[:, at].sum()
    return Listed(pack, instance, pairs, whole_groups(instance, pairs), member, share)


class Values:
    """v(S) by HiGHS: columns of the whole list are admitted until none of it has a reduced cost below zero.

    Columns stand in this order: no place (children), separated (groups), children on their own, groups whole.
    """

    def __init__(self, known: Listed) -> None:
        self._known = known
        instance, pairs, wholes = known.instance, known.pairs, known.wholes
        children, groups = len(instance.children), len(instance.groups)
        prices, vacancies = instance.policy.prices, instance.provisions.vacancies
        never = instance.policy.split == "never"
        alone = np.flatnonzero((instance.children.group[pairs.child] < 0) | (not never))
        first, of_groups = children + groups, children + groups + len(alone)
        row = children + groups
        size = np.where(instance.children.solo[pairs.child], vacancies[pairs.provision], 1)[alone]
        members = [np.array(instance.groups[group]) for group in wholes.group.tolist()]
        position = np.repeat(np.arange(len(wholes)), [len(each) for each in members])
        listed = [
            (np.arange(row), np.arange(row), np.ones(row)),
            (pairs.child[alone], first + np.arange(len(alone)), np.ones(len(alone))),
            (row + pairs.provision[alone], first + np.arange(len(alone)), size),
            (children + wholes.group, of_groups + np.arange(len(wholes)), np.ones(len(wholes))),
            (np.concatenate([np.zeros(0, int), *members]), of_groups + position, np.ones(len(position))),
            (row + wholes.provision, of_groups + np.arange(len(wholes)), wholes.size),
        ]
        self.cost = np.concatenate(
            [
                np.full(children, prices.unplaced),
                np.full(groups, prices.separated),
                pairs.score[alone],
                wholes.score,
            ]
        )
        self._rows = row + len(vacancies)
        at, column, value = (np.concatenate([part[index] for part in listed]) for index in range(3))
        self._matrix = csc_array((value.astype(float), (at, column)), shape=(self._rows, len(self.cost)))
        self._child = np.concatenate(
            [
                np.arange(children),
                np.array([group[0] for group in instance.groups]),
                pairs.child[alone],
                np.array([instance.groups[group][0] for group in wholes.group.tolist()]),
            ]
        ).astype(np.int64)
        """One child of each column, and the group of a column that is a group's; -1 where it is none's."""
        self._group = np.full(len(self.cost), -1, dtype=np.int64)
        self._group[children : children + groups] = np.arange(groups)
        self._group[of_groups:] = wholes.group
        self._useful = np.zeros(len(self.cost), dtype=bool)
        self._useful[:row] = True
        self._fixed = row

    def of(self, members: Sequence[int]) -> float:
        """v(S), £ a week."""
        known, instance = self._known, self._known.instance
        mine = np.isin(known.member, list(members))
        inside = np.array([mine[list(group)].all() for group in instance.groups], dtype=bool)
        touched = np.array([mine[list(group)].any() for group in instance.groups], dtype=bool)
        if instance.policy.split == "never" and (touched & ~inside).any():
            raise SystemExit("this benchmark solves no groups across authorities that must not be split")
        theirs = mine[self._child] & ((self._group < 0) | inside[self._group])
        exactly = np.concatenate([mine, inside]).astype(np.float64)
        room = known.share[list(members)].sum(axis=0)
        lower = np.concatenate([exactly, np.full(len(room), -highspy.kHighsInf)])
        highs = self._start(np.flatnonzero(theirs & self._useful), lower, np.concatenate([exactly, room]))
        admitted = theirs & self._useful
        while True:
            highs.run()
            if highs.getModelStatus() == highspy.HighsModelStatus.kUnknown:
                highs.clearSolver()  # the basis it went on from was too ill-conditioned: from nothing
                highs.run()
            if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise SystemExit(f"HiGHS ended with {highs.getModelStatus()!r}")
            reduced = self.cost - self._matrix.T @ np.array(highs.getSolution().row_dual)
            better = np.flatnonzero(theirs & ~admitted & (reduced < -_NOTHING))
            if not len(better):
                self._useful[self._fixed :] &= ~theirs[self._fixed :] | (reduced[self._fixed :] < _NEAR)
                reaching = instance.policy.prices.separated * float((touched & ~inside).sum())
                return float(highs.getObjectiveValue()) + reaching
            order = better[np.lexsort((reduced[better], self._child[better]))]
            child = self._child[order]
            rank = np.arange(len(order)) - np.searchsorted(child, child)
            new = np.sort(order[rank < _AT_ONCE])
            admitted[new] = self._useful[new] = True
            part = self._matrix[:, new]
            highs.addCols(
                len(new),
                self.cost[new],
                np.zeros(len(new)),
                np.full(len(new), highspy.kHighsInf),
                part.nnz,
                part.indptr[:-1].astype(np.int32),
                part.indices.astype(np.int32),
                part.data,
            )

    def _start(self, columns: Ints, lower: Floats, upper: Floats) -> Any:
        part = self._matrix[:, columns]
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(columns), self._rows
        lp.col_cost_ = self.cost[columns]
        lp.col_lower_, lp.col_upper_ = np.zeros(len(columns)), np.full(len(columns), highspy.kHighsInf)
        lp.row_lower_, lp.row_upper_ = lower, upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = part.indptr, part.indices, part.data
        highs: Any = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        highs.passModel(lp)
        return highs


def accounts(known: Listed, capacity: Mapping[str, str]) -> Floats:
    """Shape (members,): what the children of each pay at these prices, less the price of what it holds."""
    instance, pairs, wholes = known.instance, known.pairs, known.wholes
    policy = instance.policy
    price = np.array([float(capacity.get(name, "0")) for name in instance.provisions.id.tolist()])
    vacancies = instance.provisions.vacancies
    size = np.where(instance.children.solo[pairs.child], vacancies[pairs.provision], 1)
    pays = np.full(len(instance.children), policy.prices.unplaced)
    able = np.ones(len(pairs), dtype=bool)
    if policy.split == "never":
        able = instance.children.group[pairs.child] < 0
    charged = pairs.score + size * price[pairs.provision]
    np.minimum.at(pays, pairs.child[able], charged[able])
    whole = np.full(len(instance.groups), np.inf)
    np.minimum.at(whole, wholes.group, wholes.score + wholes.size * price[wholes.provision])
    total = np.zeros(len(known.pack.region.codes))
    np.add.at(total, known.member, pays)
    for group, children in enumerate(instance.groups):
        apart = pays[list(children)].sum()
        more = min(apart + policy.prices.separated, whole[group]) - apart
        np.add.at(total, known.member[list(children)], more / len(children))
    return np.asarray(total - known.share @ price)


def main() -> int:
    """Exit status 1 where any inequality fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cooperation", description=__doc__)
    parser.add_argument("--pack", type=Path, default=sample_packs()[SAMPLE])
    parser.add_argument("--random", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.process_time()
    found = cooperation_from_pack(options.pack)
    print(f"cooperate: {time.process_time() - began:.1f} s of processor", flush=True)
    known = listed(found.pack)
    return int(not (_by_solves(found, known, options.random, options.seed) & _by_duality(found, known)))


def _contributions(found: Cooperation) -> Floats:
    return np.array([float(row["contribution"]) for row in found.contributions])


def _by_solves(found: Cooperation, known: Listed, number: int, seed: int) -> bool:
    contribution, rng = _contributions(found), random.Random(seed)
    members = range(len(contribution))
    drawn = [[m for m in members if rng.random() < 0.5] or [0] for _ in range(number)]
    families = {
        "all": [list(members)],
        "single": [[m] for m in members],
        "pairs": [list(pair) for pair in combinations(members, 2)],
        "random": sorted(drawn),
    }
    values, good = Values(known), True
    print(f"{len(values.cost):,} columns, {len(known.pairs):,} eligible pairs", flush=True)
    for name, sets in families.items():
        began = time.process_time()
        over = []
        for done, members_of_set in enumerate(sets, start=1):
            over.append(float(contribution[members_of_set].sum()) - values.of(members_of_set))
            if done % _TOLD == 0:
                print(f"{name}: {done:,} solved, at most £{max(over):.9f} above", flush=True)
        seconds = time.process_time() - began
        held = sum(excess <= CLOSE for excess in over)
        good &= held == len(sets) and (name != "all" or abs(over[0]) <= CLOSE)
        told = f"{name}: {held:,} of {len(sets):,} hold, contributions above v(S) by at most £{max(over):.9f}"
        print(f"{told}; {seconds:.0f} s of processor", flush=True)
    return good


def _by_duality(found: Cooperation, known: Listed) -> bool:
    """Σ contributions ≤ Σ accounts, for every set; by weak duality the accounts of a set are at most v(S)."""
    contribution = _contributions(found)
    sets: Any = found.certificate["sets"]
    proven = accounts(known, sets[0]["prices"]["capacity"])
    number = 1 << len(contribution)
    inside = (np.arange(number)[:, None] >> np.arange(len(contribution))) & 1
    over = inside @ contribution - inside @ proven
    held = int((over <= CLOSE).sum())
    print(
        f"by duality: {held:,} of {number:,} hold, above the bound by at most £{over.max():.9f}", flush=True
    )
    return held == number


if __name__ == "__main__":
    sys.exit(main())
