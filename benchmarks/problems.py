"""The problems: one instance each, cut from a pack by a seeded rule, the same for every peer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil
from types import MappingProxyType

import numpy as np

from benchmarks.packs import make_pack
from optimiser import terms
from optimiser.matching.instance import Floats, Instance, Ints, instance_from_pack
from optimiser.pack.policy import Limits
from optimiser.pack.read import read_pack
from optimiser.terms import METRES_PER_MILE

SEED = 2026
BUDGET_GBP_PER_CHILD = 980.0
"""£ a week for each child of the pack: 97 % of what the best allocation of 600 × 450 costs without it."""
SHARE_NEAR_HOME = 0.8
NEAR_MILES = 10.0
"""`far_miles` of the problem with budgets, where 83 % would live near home without the limits."""
ENOUGH = 1.2
"""Vacancies for every child in the problem with budgets: fewer, and a budget only leaves children out."""
PLENTY = 1.3
"""Vacancies for every child where places are plenty."""
TOWNS = 8
TOWN_MILES = 1.0
"""Standard deviation of homes around the middle of a town, each way."""
COUNTRY_MILES = (10.0, 25.0)
"""How far from the nearest town places stand where they are far."""


def allocation(instance: Instance) -> Instance:
    """The pack as it is: siblings, solo and incompatible children, kinship, schools, points to avoid."""
    return instance


def budgets(instance: Instance) -> Instance:
    """A weekly budget for the region that binds, and 80 % of the children placed near home."""
    policy = instance.policy
    limits = replace(
        policy.limits,
        weekly_budget=BUDGET_GBP_PER_CHILD * len(instance.children),
        min_share_within_far_miles=SHARE_NEAR_HOME,
    )
    policy = replace(policy, limits=limits, prices=replace(policy.prices, far_miles=NEAR_MILES))
    enough = _with_vacancies(instance, ceil(ENOUGH * len(instance.children)))
    return replace(enough, policy=policy)


def assignment(instance: Instance) -> Instance:
    """Only children and places: no groups, nobody solo or incompatible, no budgets, no term for kinship."""
    children = replace(
        instance.children,
        solo=np.zeros_like(instance.children.solo),
        group=np.full_like(instance.children.group, -1),
    )
    limits = Limits(max_miles=instance.policy.limits.max_miles, ofsted=instance.policy.limits.ofsted)
    prices = replace(instance.policy.prices, not_kinship=0.0)
    return replace(
        instance,
        children=children,
        groups=(),
        group_names=(),
        incompatible=np.zeros((0, 2), dtype=np.int64),
        policy=replace(instance.policy, limits=limits, prices=prices, split="if_needed"),
    )


def plenty(instance: Instance) -> Instance:
    """The assignment part with 1.3 vacancies a child; which provisions have them is drawn at random."""
    alone = assignment(instance)
    return _with_vacancies(alone, ceil(PLENTY * len(alone.children)))


def scarce(instance: Instance) -> Instance:
    """The assignment part, as many vacancies as children: homes lie in towns, places in the country."""
    alone = assignment(instance)
    return _with_vacancies(_towns_and_country(alone), len(alone.children))


PROBLEMS: Mapping[str, Callable[[Instance], Instance]] = MappingProxyType(
    {each.__name__: each for each in (allocation, budgets, plenty, scarce)}
)


def problem_instance(problem: str, children: int, provisions: int) -> Instance:
    """The instance of a problem by its name, from the pack of that size."""
    return PROBLEMS[problem](instance_from_pack(read_pack(make_pack(children, provisions))))


def _with_vacancies(instance: Instance, wanted: int) -> Instance:
    """Vacancies added or taken away at random until there are `wanted`; kinship is let be."""
    rng = np.random.default_rng([SEED, 1])
    provisions = instance.provisions
    open_to_all = np.flatnonzero(provisions.kind != terms.KINDS.index(terms.KINSHIP))
    vacancies: Ints = provisions.vacancies.copy()
    lacking = wanted - int(vacancies.sum())
    if lacking > 0:
        vacancies += np.bincount(rng.choice(open_to_all, lacking), minlength=len(vacancies))
    elif lacking < 0:
        each = np.repeat(open_to_all, vacancies[open_to_all])
        taken = rng.permutation(each)[: min(-lacking, len(each))]
        vacancies -= np.bincount(taken, minlength=len(vacancies))
    places = np.maximum(provisions.places, vacancies)
    return replace(instance, provisions=replace(provisions, places=places, vacancies=vacancies))


def _towns_and_country(instance: Instance) -> Instance:
    """Homes moved into the nearest of eight towns, places at least ten miles out of it."""
    rng = np.random.default_rng([SEED, 2])
    children, provisions = instance.children, instance.provisions
    homes = np.column_stack([children.home_easting, children.home_northing])
    places = np.column_stack([provisions.easting, provisions.northing])
    towns = homes[rng.choice(len(homes), min(TOWNS, len(homes)), replace=False)]

    def nearest(points: Floats) -> Floats:
        metres = np.linalg.norm(points[:, None, :] - towns[None, :, :], axis=2)
        middle: Floats = towns[metres.argmin(axis=1)]
        return middle

    homes = nearest(homes) + rng.normal(0.0, TOWN_MILES * METRES_PER_MILE, homes.shape)
    middle = nearest(places)
    away = places - middle
    metres = np.linalg.norm(away, axis=1, keepdims=True)
    direction = np.where(metres > 0, away / np.maximum(metres, 1.0), [1.0, 0.0])
    out = rng.uniform(*COUNTRY_MILES, (len(places), 1)) * METRES_PER_MILE
    places = np.where(metres < COUNTRY_MILES[0] * METRES_PER_MILE, middle + direction * out, places)
    return replace(
        instance,
        children=replace(children, home_easting=homes[:, 0], home_northing=homes[:, 1]),
        provisions=replace(provisions, easting=places[:, 0], northing=places[:, 1]),
    )
