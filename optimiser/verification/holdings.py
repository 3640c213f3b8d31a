"""Who holds which places, and each member's share of the market (contract, section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimiser import terms
from optimiser.verification.documents import RefutedError
from optimiser.verification.ground import Ground, Ints
from optimiser.verification.pairs import Pairs

MARKET = -1
OUTSIDE = -2
_KINSHIP = terms.KINDS.index(terms.KINSHIP)
_ROWS = 256


@dataclass(frozen=True)
class Holdings:
    """`holder`: for each place the index of the member that holds it, `MARKET` or `OUTSIDE`; `owner`: the
    member that has the home when whole homes are dealt out, or −1; `eligible`: shape (members, places), how
    many of a member's children could live there."""

    holder: Ints
    owner: Ints
    eligible: Ints

    def bound(self, ground: Ground, members: tuple[int, ...], place: int) -> Fraction:
        """How many vacancies of a place a set of members may take together."""
        vacancies, holder = int(ground.places.vacancies[place]), int(self.holder[place])
        if holder != MARKET:
            return Fraction(vacancies if holder in members else 0)
        everyone = int(self.eligible[:, place].sum())
        theirs = int(self.eligible[list(members), place].sum())
        return Fraction(vacancies * theirs, everyone) if everyone else Fraction(0)


def holdings_of_ground(ground: Ground) -> Holdings:
    """The holdings of all places; a holder who is no member of the region refutes provision.csv."""
    holder = np.array([_holder(ground, place) for place in range(len(ground.places.id))], dtype=np.int64)
    eligible = _eligible(ground)
    return Holdings(holder, _owners(ground, holder, eligible), eligible)


def _holder(ground: Ground, place: int) -> int:
    named = ground.places.held_by[place]
    if named:
        if named not in ground.members:
            raise RefutedError("provision.csv", f"{ground.places.id[place]}, held_by", "is no member")
        return ground.members.index(named)
    local = ground.places.sector[place] == terms.SECTORS[0] or ground.places.kind[place] == _KINSHIP
    authority = ground.places.authority[place]
    if not local or not authority:
        return MARKET
    return ground.members.index(authority) if authority in ground.members else OUTSIDE


def _eligible(ground: Ground) -> Ints:
    pairs = Pairs(ground)
    counts = np.zeros((len(ground.members), len(ground.places.id)), dtype=np.int64)
    p = np.arange(len(ground.places.id))[None, :]
    authority = np.array([ground.members.index(code) for code in ground.children.authority], dtype=np.int64)
    for index in range(len(ground.members)):
        mine = np.flatnonzero(authority == index)
        for start in range(0, len(mine), _ROWS):
            c = mine[start : start + _ROWS, None]
            counts[index] += pairs.allowed(c, p, pairs.miles(c, p)).sum(axis=0)
    return counts


def _owners(ground: Ground, holder: Ints, eligible: Ints) -> Ints:
    """Homes of the market go whole, one after another of each kind in the order of their identifiers, to the
    member that is owed most: its shares of all homes so far, less the vacancies it was given."""
    owner = np.where(holder >= 0, holder, -1)
    owed = [[Fraction(0) for _ in ground.members] for _ in terms.KINDS]
    for place in sorted(np.flatnonzero(holder == MARKET).tolist(), key=lambda at: ground.places.id[at]):
        here, vacancies = eligible[:, place].tolist(), int(ground.places.vacancies[place])
        everyone = sum(here)
        if not everyone:
            continue
        debts = owed[int(ground.places.kind[place])]
        for member, number in enumerate(here):
            debts[member] += Fraction(vacancies * number, everyone)
        able = [member for member, number in enumerate(here) if number]
        given = min(able, key=lambda member: (-debts[member], ground.members[member]))
        debts[given] -= vacancies
        owner[place] = given
    return owner
