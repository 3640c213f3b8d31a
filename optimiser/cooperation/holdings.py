"""Who holds which places, and what a set of authorities may use (contract, section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from optimiser import terms
from optimiser.allocation.columns import blocks_of_children
from optimiser.matching.eligibility import eligible_pairs
from optimiser.matching.instance import Children, Floats, Instance, Ints, restricted
from optimiser.pack.pack import Pack

MARKET = -1
OUTSIDE = -2
_LOCAL = terms.SECTORS[0]


@dataclass(frozen=True)
class Holdings:
    """Places by who holds them; members in the order of region.toml, provisions in that of the instance."""

    codes: tuple[str, ...]
    holder: Ints
    """Shape (provisions,): index of the member that holds it, `MARKET`, or `OUTSIDE` the region."""
    eligible: Ints
    """Shape (members, provisions): how many of a member's children could live there."""

    def members(self, codes: Sequence[str]) -> list[int]:
        """The indices of some members."""
        return [self.codes.index(code) for code in codes]

    def capacity(self, instance: Instance, codes: Sequence[str]) -> Floats:
        """Shape (provisions,): vacancies that these members may take together, fractions included."""
        vacancies, everyone = instance.provisions.vacancies, self.eligible.sum(axis=0)
        members = self.members(codes)
        theirs = vacancies * self.eligible[members].sum(axis=0) / np.maximum(everyone, 1)
        held = np.where(np.isin(self.holder, members), vacancies, 0)
        return np.where(self.holder == MARKET, theirs, held)

    def owner(self, instance: Instance) -> Ints:
        """Shape (provisions,): the member that has each home where whole homes are dealt out, or −1.

        Homes of the market go whole, one after another of each kind in the order of their identifiers, to
        the member that is owed most: its shares so far, less the vacancies it was given; ties by code.
        """
        owner = np.where(self.holder >= 0, self.holder, -1)
        order = sorted(range(len(self.codes)), key=self.codes.__getitem__)
        everyone = self.eligible.sum(axis=0)
        for kind in range(len(terms.KINDS)):
            owed = _Owed(len(self.codes))
            here = (self.holder == MARKET) & (instance.provisions.kind == kind) & (everyone > 0)
            for provision in np.flatnonzero(here).tolist():
                vacancies = int(instance.provisions.vacancies[provision])
                owner[provision] = owed.give(self.eligible[:, provision].tolist(), vacancies, order)
        return owner


class _Owed:
    """What each member is owed of the market, exactly: whole numbers over one common denominator."""

    def __init__(self, members: int) -> None:
        self._amount = [0] * members
        self._over = 1

    def give(self, eligible: list[int], vacancies: int, order: list[int]) -> int:
        """Shares out a home of so many vacancies and says who has it."""
        everyone = sum(eligible)
        amounts = [
            amount * everyone + self._over * vacancies * number
            for amount, number in zip(self._amount, eligible, strict=True)
        ]
        self._over *= everyone
        given = max((m for m in order if eligible[m]), key=amounts.__getitem__)
        amounts[given] -= vacancies * self._over
        common = int(np.gcd.reduce(np.array([self._over, *amounts], dtype=object)))
        self._amount, self._over = [amount // common for amount in amounts], self._over // common
        return given


def holdings_from_pack(pack: Pack, instance: Instance) -> Holdings:
    """The holdings of a pack's places."""
    codes = pack.region.codes
    provision = pack.provision.sort_values("provision_id", kind="stable", ignore_index=True)
    local = (provision["sector"] == _LOCAL) | (provision["kind"] == terms.KINSHIP)
    named = provision["held_by"].where(provision["held_by"] != "", provision["authority"].where(local, ""))
    known = {code: index for index, code in enumerate(codes)} | {"": MARKET}
    holder = np.array([known.get(code, OUTSIDE) for code in named.tolist()], dtype=np.int64)
    counts = np.zeros((len(codes), len(provision)), dtype=np.int64)
    member = np.array([known[code] for code in instance.children.authority.tolist()], dtype=np.int64)
    for block in blocks_of_children(instance):
        c, p = eligible_pairs(instance, block, np.arange(len(provision)))
        np.add.at(counts, (member[c], p), 1)
    return Holdings(codes, holder, counts)


@dataclass(frozen=True)
class Coalition:
    """A set of authorities as an instance of its own, and what is fixed for it."""

    codes: tuple[str, ...]
    instance: Instance
    child: Ints
    """Shape (children of the instance,): their indices in the whole instance."""
    left_out: int
    """Children of sibling groups that reach outside the set, where groups must not be split: no place."""
    reaching: int
    """Sibling groups that reach outside the set: they count as separated."""
    budget: Fraction | None
    """The set's part of the region's budget, exactly; the instance's policy has it as a float."""


def coalition(instance: Instance, codes: Sequence[str], provisions: Ints | None = None) -> Coalition:
    """The children of these authorities, with `provisions` alone where given.

    The region's budget is shared out by the number of children; the other limits are each set's own.
    """
    children = instance.children
    mine = np.isin(children.authority, list(codes))
    reaching = [g for g, group in enumerate(instance.groups) if len(set(mine[list(group)].tolist())) > 1]
    out = np.zeros(len(children), dtype=np.bool_)
    if instance.policy.split == "never":
        out[[child for g in reaching for child in instance.groups[g]]] = True
    c = np.flatnonzero(mine & ~out)
    p = np.arange(len(instance.provisions)) if provisions is None else provisions
    cut = restricted(_without_groups(instance, reaching), c, p)
    limits = cut.policy.limits
    budget = None
    if limits.weekly_budget is not None:
        budget = exact(limits.weekly_budget) * int(mine.sum()) / max(1, len(children))
    budgets = {code: most for code, most in limits.authority_weekly_budget.items() if code in codes}
    limits = replace(
        limits, weekly_budget=None if budget is None else float(budget), authority_weekly_budget=budgets
    )
    return Coalition(
        codes=tuple(codes),
        instance=replace(cut, policy=replace(cut.policy, limits=limits)),
        child=c,
        left_out=int((mine & out).sum()),
        reaching=len(reaching),
        budget=budget,
    )


def exact(value: float) -> Fraction:
    """The decimal number that was written, not the nearest binary one."""
    return Fraction(repr(float(value)))


def _without_groups(instance: Instance, dissolved: Sequence[int]) -> Instance:
    """The instance with some sibling groups dissolved: their children stand alone."""
    kept = [g for g in range(len(instance.groups)) if g not in set(dissolved)]
    number = np.full(len(instance.groups) + 1, -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    children: Children = replace(instance.children, group=number[instance.children.group])
    return replace(
        instance,
        children=children,
        groups=tuple(instance.groups[g] for g in kept),
        group_names=tuple(instance.group_names[g] for g in kept),
    )
