"""Our own check of a placement, rule by rule, before anyone sees it."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction

import numpy as np

from optimiser.allocation.solution import Tiers
from optimiser.errors import SolverError
from optimiser.matching.eligibility import eligible
from optimiser.matching.instance import Floats, Instance, Ints
from optimiser.matching.score import is_far, score

POUND_TOLERANCE = Fraction(1, 1_000_000)
"""A budget may be passed by a millionth of a pound: the cost of decimal fractions in binary."""


def tiers_of_placement(instance: Instance, placement: Ints) -> Tiers:
    """The three tiers of a placement (provision of each child, or −1), worked out from the pairs alone."""
    placed = np.flatnonzero(placement >= 0)
    worth: Floats = score(instance, placed, placement[placed])
    return Tiers(
        unplaced=int((placement < 0).sum()),
        separated=sum(not lives_together(placement, group) for group in instance.groups),
        score=math.fsum(worth.tolist()),
    )


def lives_together(placement: Ints, group: tuple[int, ...]) -> bool:
    """All children of the group are placed, in the same provision."""
    where = set(placement[list(group)].tolist())
    return len(where) == 1 and -1 not in where


def check_placement(instance: Instance, placement: Ints) -> None:
    """Raises `SolverError` naming every rule that the placement breaks; returns where it breaks none."""
    broken = [*_pairs(instance, placement), *_places(instance, placement), *_limits(instance, placement)]
    if broken:
        raise SolverError("the solver's answer breaks the contract and is not given: " + "; ".join(broken))


def _pairs(instance: Instance, placement: Ints) -> list[str]:
    placed = np.flatnonzero(placement >= 0)
    allowed = eligible(instance, placed, placement[placed])
    ids, provisions = instance.children.id, instance.provisions.id
    broken = [f"{ids[c]} may not live in {provisions[placement[c]]}" for c in placed[~allowed]]
    for a, b in instance.incompatible.tolist():
        if placement[a] >= 0 and placement[a] == placement[b]:
            broken.append(f"{ids[a]} and {ids[b]} must not both live in {provisions[placement[a]]}")
    if instance.policy.split == "never":
        for name, group in zip(instance.group_names, instance.groups, strict=True):
            if (placement[list(group)] >= 0).any() and not lives_together(placement, group):
                broken.append(f"sibling group {name} is split")
    return broken


def _places(instance: Instance, placement: Ints) -> list[str]:
    living: dict[int, list[int]] = defaultdict(list)
    for child, provision in enumerate(placement.tolist()):
        if provision >= 0:
            living[provision].append(child)
    together = {group for group in instance.groups if lives_together(placement, group)}
    broken = []
    for provision, children in living.items():
        name = instance.provisions.id[provision]
        if len(children) > instance.provisions.vacancies[provision]:
            broken.append(
                f"{len(children)} children for {instance.provisions.vacancies[provision]} vacancies in {name}"
            )
        solo = instance.children.solo[children].any()
        if solo and len(children) > 1 and tuple(children) not in together:
            broken.append(f"a solo child shares {name}")
    return broken


def _limits(instance: Instance, placement: Ints) -> list[str]:
    limits = instance.policy.limits
    placed = np.flatnonzero(placement >= 0)
    cost = instance.provisions.weekly_cost[placement[placed]]
    authority = instance.children.authority[placed]

    def over(spent: Floats, budget: float) -> bool:
        return sum(map(Fraction, spent.tolist()), Fraction(0)) > Fraction(budget) + POUND_TOLERANCE

    broken = []
    if limits.weekly_budget is not None and over(cost, limits.weekly_budget):
        broken.append("the weekly budget is passed")
    for code, budget in limits.authority_weekly_budget.items():
        if over(cost[authority == code], budget):
            broken.append(f"the weekly budget of {code} is passed")
    near = len(placed) - int(is_far(instance, placed, placement[placed]).sum())
    if near < limits.min_share_within_far_miles * len(placed) - 1e-9:
        broken.append("too few children live near home")
    return broken
