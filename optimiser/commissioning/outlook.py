"""What a plan is made for: the options as arrays, the limits they share, and every future with its market.

In a future's instance each option that is open by its date is one provision, with the places of one unit; its
rows allow so much for every unit that is open. A row that holds in each unit – no more lives than places, no
incompatible children together, what whole numbers allow in few places – holds added up over the units, so the
programme needs no unit of its own for each, and a group still has to fit in one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.allocation.held_market import held_market
from optimiser.allocation.market import Market
from optimiser.matching.instance import Floats, Instance, Ints, Texts, instance_from_pack
from optimiser.pack.commission import Commission
from optimiser.pack.futures import Future, pack_of_future
from optimiser.pack.options import unit_id
from optimiser.pack.pack import Pack

CAPITAL, STANDING, MAX_UNITS = "capital", "standing_weekly", "max_units"


@dataclass(frozen=True)
class Limit:
    """Σ each[o] · units[o] over the options o ≤ most."""

    name: str
    """`capital` (£), `standing_weekly` (£ a week) or `max_units` (units)."""
    kind: str
    """The kind whose units are counted; "" for the other limits."""
    most: float
    each: Floats
    """Shape (options,)."""


@dataclass(frozen=True)
class Offers:
    """The options as arrays, in the order of `id`."""

    id: Texts
    max_units: Ints
    weekly: Floats
    """Shape (options,): £ a week for a unit, standing cost and capital over the payback."""
    limits: tuple[Limit, ...]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Outlook:
    """One future as the programme sees it."""

    future: Future
    weight: int
    """Weights as the least whole numbers in their proportion."""
    share: float
    """The weight over the sum of the weights."""
    pack: Pack
    """The future's children and the provision there is, without a unit."""
    instance: Instance
    market: Market
    option: Ints
    """Shape (provisions,): index of the option, −1 for a provision there is."""


def offers_from_options(options: pd.DataFrame | None, commission: Commission) -> Offers:
    """The options of a pack as arrays, with the limits of commission.toml."""
    if options is None or not len(options):
        nothing = np.zeros(0)
        return Offers(nothing.astype(np.str_), nothing.astype(np.int64), nothing, ())
    listed = options.sort_values("option_id", kind="stable", ignore_index=True)
    capital = listed["capital_cost"].to_numpy(dtype=np.float64)
    standing = listed["standing_cost"].to_numpy(dtype=np.float64)
    limits = []
    if commission.limits.capital is not None:
        limits.append(Limit(CAPITAL, "", commission.limits.capital, capital))
    if commission.limits.standing_weekly is not None:
        limits.append(Limit(STANDING, "", commission.limits.standing_weekly, standing))
    for kind in terms.KINDS:
        if kind in commission.limits.max_units:
            mine = (listed["kind"] == kind).to_numpy().astype(np.float64)
            limits.append(Limit(MAX_UNITS, kind, float(commission.limits.max_units[kind]), mine))
    return Offers(
        id=listed["option_id"].to_numpy(dtype=np.str_),
        max_units=listed["max_units"].to_numpy(dtype=np.int64),
        weekly=standing + capital / commission.payback_weeks,
        limits=tuple(limits),
    )


def outlooks(pack: Pack, futures: Sequence[Future]) -> tuple[Outlook, ...]:
    """Every future with the options that could be open in it."""
    options = pack.options
    one_each, number = None, {}
    if options is not None and len(options):
        one_each = options.assign(max_units=options["max_units"].clip(upper=1))
        names = sorted(options["option_id"].tolist())
        number = {unit_id(option, 1): index for index, option in enumerate(names)}
    weights = whole_weights([future.weight for future in futures])
    found = []
    for future, weight in zip(futures, weights, strict=True):
        instance = instance_from_pack(pack_of_future(pack, future, one_each))
        option = np.array([number.get(name, -1) for name in instance.provisions.id.tolist()], dtype=np.int64)
        instance = replace(instance, unopened=option >= 0)
        found.append(
            Outlook(
                future=future,
                weight=weight,
                share=weight / sum(weights),
                pack=pack_of_future(pack, future),
                instance=instance,
                market=held_market(instance),
                option=option,
            )
        )
    return tuple(found)


def whole_weights(weights: Sequence[float]) -> tuple[int, ...]:
    """The least whole numbers in the proportion of the weights, read as the decimals they are written as.

    >>> whole_weights([0.5, 0.25, 1.0])
    (2, 1, 4)
    """
    exact = [Fraction(str(weight)) for weight in weights]
    scale = reduce(math.lcm, (weight.denominator for weight in exact), 1)
    whole = [int(weight * scale) for weight in exact]
    common = math.gcd(*whole)
    return tuple(weight // common for weight in whole)
