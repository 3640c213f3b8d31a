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
def score_of_kinds(instance: Instance) -> Floats:
    """Shape (children, kinds): the terms of the score that depend on the child and the kind alone."""
    prices, suitability = instance.policy.prices, instance.children.suitability
    second = (suitability == _SUITABLE) & prefers_a_kind(instance)[:, None]
    other = has_kinship(instance)[:, None] & (np.arange(len(terms.KINDS)) != _KINSHIP)
    worth: Floats = prices.suitable_not_preferred * second + prices.not_kinship * other
    return worth


@remembered
def score_of_quality(instance: Instance) -> Floats:
    """Shape (provisions,): the term of the score for the judgement of each."""
    judged = instance.provisions.ofsted == terms.REQUIRES_IMPROVEMENT
    worth: Floats = instance.policy.prices.requires_improvement * judged
    return worth


def score_terms(instance: Instance, c: Ints, p: Ints) -> dict[str, Floats]:
    """Each term of the score of children `c` in provisions `p` (arrays that broadcast), £ a week.

    The keys are `terms.SCORE_TERMS`, and the score is their sum in that order.
    """
    prices, provisions = instance.policy.prices, instance.provisions
    level = instance.children.suitability[c, provisions.kind[p]]
    other_preferred = prefers_a_kind(instance)[c]
    school = np.nan_to_num(school_miles(instance, c, p), nan=0.0)
    return {
        "weekly_cost": np.broadcast_to(provisions.weekly_cost[p], level.shape),
        "mile": prices.mile * home_miles(instance, c, p),
        "far": prices.far * is_far(instance, c, p),
        "school_mile": prices.school_mile * school,
        "suitable_not_preferred": prices.suitable_not_preferred * ((level == _SUITABLE) & other_preferred),
        "requires_improvement": np.broadcast_to(
            prices.requires_improvement * (provisions.ofsted == terms.REQUIRES_IMPROVEMENT)[p], level.shape
        ),
        "not_kinship": prices.not_kinship * (has_kinship(instance)[c] & (provisions.kind[p] != _KINSHIP)),
    }


def score(instance: Instance, c: Ints, p: Ints) -> Floats:
    """Σ of the terms in the contract's order, £ a week."""
    each = score_terms(instance, c, p)
    total = np.zeros(np.broadcast_shapes(np.shape(c), np.shape(p)))
    for term in terms.SCORE_TERMS:
        total = total + each[term]
    return total
