"""What living there is worth: the score of section 3 of the contract, term by term, £ a week."""

from __future__ import annotations

import numpy as np

from optimiser import terms
from optimiser.matching.distance import home_miles, school_miles
from optimiser.matching.eligibility import eligible
from optimiser.matching.instance import Bools, Floats, Instance, Ints, remembered

_KINSHIP = terms.KINDS.index(terms.KINSHIP)
_SUITABLE, _PREFERRED = 1, 2


def is_far(instance: Instance, c: Ints, p: Ints) -> Bools:
    """miles[c, p] > prices.far_miles. Source: SSDA903, children placed more than 20 miles from home."""
    far: Bools = home_miles(instance, c, p) > instance.policy.prices.far_miles
    return far


@remembered
def has_kinship(instance: Instance) -> Bools:
    """Shape (children,): the child has at least one eligible kinship provision that is open."""
    pairs = instance.provisions.named
    if instance.unopened is not None:
        pairs = pairs[~instance.unopened[pairs[:, 0]]]
    able = np.zeros(len(instance.children), dtype=np.bool_)
    able[pairs[eligible(instance, pairs[:, 1], pairs[:, 0]), 1]] = True
    return able


@remembered
def prefers_a_kind(instance: Instance) -> Bools:
    """Shape (children,): some kind of care is preferred for the child."""
    preferred: Bools = (instance.children.suitability == _PREFERRED).any(axis=1)
    return preferred


@remembered
def score_of_second_kinds(instance: Instance) -> Floats:
    """Shape (children, kinds): the term of the score for a kind that suits while another is preferred."""
    second = (instance.children.suitability == _SUITABLE) & prefers_a_kind(instance)[:, None]
    of_second: Floats = instance.policy.prices.suitable_not_preferred * second
    return of_second


@remembered
def score_of_strangers(instance: Instance) -> Floats:
    """Shape (children, kinds): the term of the score for living away from relatives who could care."""
    away = has_kinship(instance)[:, None] & (np.arange(len(terms.KINDS)) != _KINSHIP)
    of_strangers: Floats = instance.policy.prices.not_kinship * away
    return of_strangers


@remembered
def score_of_kinds(instance: Instance) -> Floats:
    """Shape (children, kinds): the terms of the score that depend on the child and the kind alone."""
    of_kinds: Floats = score_of_second_kinds(instance) + score_of_strangers(instance)
    return of_kinds


@remembered
def score_of_quality(instance: Instance) -> Floats:
    """Shape (provisions,): the term of the score for the judgement of each."""
    judged = instance.provisions.ofsted == terms.REQUIRES_IMPROVEMENT
    of_quality: Floats = instance.policy.prices.requires_improvement * judged
    return of_quality


def score_terms(instance: Instance, c: Ints, p: Ints) -> dict[str, Floats]:
    """Each term of the score of children `c` in provisions `p` (arrays that broadcast), £ a week.

    The keys are `terms.SCORE_TERMS`, and the score is their sum in that order.
    """
    prices, provisions = instance.policy.prices, instance.provisions
    miles, kind = home_miles(instance, c, p), provisions.kind[p]
    school = np.nan_to_num(school_miles(instance, c, p), nan=0.0)
    return {
        "weekly_cost": np.broadcast_to(provisions.weekly_cost[p], miles.shape),
        "mile": prices.mile * miles,
        "far": np.where(is_far(instance, c, p), prices.far, 0.0),
        "school_mile": prices.school_mile * school,
        "suitable_not_preferred": score_of_second_kinds(instance)[c, kind],
        "requires_improvement": np.broadcast_to(score_of_quality(instance)[p], miles.shape),
        "not_kinship": score_of_strangers(instance)[c, kind],
    }


def score(instance: Instance, c: Ints, p: Ints) -> Floats:
    """Σ of the terms in the contract's order, £ a week."""
    each = score_terms(instance, c, p)
    total = np.zeros(np.broadcast_shapes(np.shape(c), np.shape(p)))
    for term in terms.SCORE_TERMS:
        total = total + each[term]
    return total
