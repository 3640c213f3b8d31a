"""Who may live where: the ten rules of section 2 of the contract, each by its name.

Every rule takes index arrays of children `c` and provisions `p` that broadcast together, and says
True where the pair is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from optimiser import terms
from optimiser.matching.distance import avoid_miles, home_miles
from optimiser.matching.instance import Bools, Instance, Ints, Texts, remembered

_KINSHIP = terms.KINDS.index(terms.KINSHIP)
_SUPPORTED = terms.KINDS.index(terms.SUPPORTED_ACCOMMODATION)

Rule = Callable[[Instance, Ints, Ints], Bools]


def age(instance: Instance, c: Ints, p: Ints) -> Bools:
    """age_min[p] ≤ age[c] ≤ age_max[p]. Source: the provision's registration (statement of purpose)."""
    years = instance.children.age[c]
    accepted: Bools = (instance.provisions.age_min[p] <= years) & (years <= instance.provisions.age_max[p])
    return accepted


def gender(instance: Instance, c: Ints, p: Ints) -> Bools:
    """genders[p] is `any` or equals gender[c]."""
    genders = instance.provisions.genders[p]
    accepted: Bools = (genders == "any") | (genders == instance.children.gender[c])
    return accepted


def needs(instance: Instance, c: Ints, p: Ints) -> Bools:
    """needs[c] ⊆ skills[p]. Source: Children Act 1989 s22C(8)(d) and (9), suitable to the child's needs."""
    lacking = instance.children.needs[c] & ~instance.provisions.skills[p]
    met: Bools = ~np.any(lacking, axis=-1)
    return met


def kind(instance: Instance, c: Ints, p: Ints) -> Bools:
    """kind[p] is not unsuitable for c. Source: Children Act 1989 s22C(5)."""
    suitable: Bools = instance.children.suitability[c, instance.provisions.kind[p]] > 0
    return suitable


def under_16(instance: Instance, c: Ints, p: Ints) -> Bools:
    """Supported accommodation only from 16. Source: Care Planning Regulations 2010, reg. 27A (2021)."""
    old_enough = instance.children.age[c] >= terms.AGE_OF_SUPPORTED_ACCOMMODATION
    allowed: Bools = old_enough | (instance.provisions.kind[p] != _SUPPORTED)
    return allowed


def named(instance: Instance, c: Ints, p: Ints) -> Bools:
    """A kinship provision takes only its named children. Source: Care Planning Regulations 2010, reg. 24."""
    shape = np.broadcast_shapes(np.shape(c), np.shape(p))
    allowed: Bools = np.broadcast_to(instance.provisions.kind[p] != _KINSHIP, shape).copy()
    if not allowed.all():
        kin = ~allowed
        pairs, width = instance.provisions.named, max(1, len(instance.children))
        asked = np.broadcast_to(p, shape)[kin] * width + np.broadcast_to(c, shape)[kin]
        allowed[kin] = np.isin(asked, pairs[:, 0] * width + pairs[:, 1])
    return allowed


def max_miles(instance: Instance, c: Ints, p: Ints) -> Bools:
    """miles[c, p] ≤ limits.max_miles, kinship excepted. Source: Children Act 1989 s22C(8)(a), near home."""
    near = home_miles(instance, c, p) <= instance.policy.limits.max_miles
    allowed: Bools = near | (instance.provisions.kind[p] == _KINSHIP)
    return allowed


def ofsted(instance: Instance, c: Ints, p: Ints) -> Bools:
    """ofsted[p] ∈ limits.ofsted, kinship excepted."""
    accepted = np.isin(instance.provisions.ofsted, instance.policy.limits.ofsted)
    accepted |= instance.provisions.kind == _KINSHIP
    allowed: Bools = np.broadcast_to(accepted[p], np.broadcast_shapes(np.shape(c), np.shape(p)))
    return allowed


def avoid(instance: Instance, c: Ints, p: Ints) -> Bools:
    """miles from the point to avoid ≥ avoid_miles[c]; no point, no rule."""
    too_near: Bools = avoid_miles(instance, c, p) < instance.children.avoid_miles[c]
    return ~too_near


def vacancy(instance: Instance, c: Ints, p: Ints) -> Bools:
    """vacancies[p] ≥ 1; for a solo child vacancies[p] = places[p] ≥ 1."""
    vacancies, places = instance.provisions.vacancies[p], instance.provisions.places[p]
    allowed: Bools = (vacancies >= 1) & ((vacancies == places) | ~instance.children.solo[c])
    return allowed


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.__name__: rule
        for rule in (age, gender, needs, kind, under_16, named, max_miles, ofsted, avoid, vacancy)
    }
)
"""The ten rules by name, in the contract's order."""

OF_PAIRS = ("named", "max_miles", "avoid")
"""The rules that look at one child and one provision; all others look at kinds of each."""

OF_PROFILES = tuple(name for name in RULES if name not in OF_PAIRS)


def eligible(instance: Instance, c: Ints, p: Ints) -> Bools:
    """True where all ten rules allow the pair; `c` and `p` broadcast together."""
    allowed = np.ones(np.broadcast_shapes(np.shape(c), np.shape(p)), dtype=np.bool_)
    for rule in RULES.values():
        allowed &= rule(instance, c, p)
    return allowed


@dataclass(frozen=True)
class Profiles:
    """Children, and provisions, that the rules of `OF_PROFILES` cannot tell apart, and who may live where."""

    child: Ints
    """Shape (children,): index of the child's profile."""
    provision: Ints
    """Shape (provisions,): index of the provision's profile."""
    allowed: Bools
    """Shape (profiles of children, profiles of provisions)."""


@remembered
def profiles_from_instance(instance: Instance) -> Profiles:
    """The profiles of an instance: a few thousand stand for millions of pairs."""
    children, provisions = instance.children, instance.provisions

    def distinct(*columns: NDArray[np.generic]) -> tuple[Ints, Ints]:
        _, first, profile = np.unique(
            np.column_stack(columns), axis=0, return_index=True, return_inverse=True
        )
        return first, profile.reshape(-1)

    def coded(values: Texts) -> Ints:
        return np.unique(values, return_inverse=True)[1]

    c, child = distinct(
        children.age,
        coded(children.gender),
        children.needs.view(np.int64),
        children.suitability,
        children.solo,
    )
    p, provision = distinct(
        provisions.age_min,
        provisions.age_max,
        coded(provisions.genders),
        provisions.skills.view(np.int64),
        provisions.kind,
        coded(provisions.ofsted),
        provisions.vacancies >= 1,
        provisions.vacancies == provisions.places,
    )
    allowed = np.ones((len(c), len(p)), dtype=np.bool_)
    for name in OF_PROFILES:
        allowed &= RULES[name](instance, c[:, None], p[None, :])
    return Profiles(child, provision, allowed)


def eligible_pairs(instance: Instance, c: Ints, p: Ints) -> tuple[Ints, Ints]:
    """The children and provisions of all eligible pairs of `c` × `p`, child by child in their order."""
    profiles = profiles_from_instance(instance)
    row, column = np.nonzero(profiles.allowed[profiles.child[c][:, None], profiles.provision[p][None, :]])
    return passing_pairs(instance, c[row], p[column])


def eligible_among(instance: Instance, c: Ints, p: Ints) -> tuple[Ints, Ints]:
    """The eligible pairs among pairs of `c` and `p`, two arrays of one length, in their order."""
    profiles = profiles_from_instance(instance)
    kept = profiles.allowed[profiles.child[c], profiles.provision[p]]
    return passing_pairs(instance, c[kept], p[kept])


def passing_pairs(instance: Instance, c: Ints, p: Ints) -> tuple[Ints, Ints]:
    """Of pairs that the rules about kinds allow, those that all ten allow, in their order."""
    for name in OF_PAIRS:
        kept = RULES[name](instance, c, p)
        c, p = c[kept], p[kept]
    return c, p


def eligible_provisions(instance: Instance, child: int) -> Ints:
    """The provisions where one child may live, ascending."""
    every = np.arange(len(instance.provisions))
    return np.flatnonzero(eligible(instance, np.array([child]), every))


def excluding_rules(instance: Instance, child: int, provision: int) -> tuple[str, ...]:
    """The names of all rules that exclude one pair, in the contract's order; empty where it is eligible."""
    c, p = np.array([child]), np.array([provision])
    return tuple(name for name, rule in RULES.items() if not rule(instance, c, p)[0])
