"""What a peer gives back for a plan, and its tiers counted the same way for all of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.answer import tiers
from optimiser.allocation.check import check_placement
from optimiser.matching.instance import Instance, Ints
from optimiser.pack.commission import Commission
from optimiser.pack.futures import Future
from optimiser.pack.options import UNIT_MARK
from optimiser.pack.pack import Pack

PENNY = 0.01


@dataclass(frozen=True)
class PlanAnswer:
    """One plan."""

    units: Mapping[str, int]
    """option_id → units opened."""
    homes: tuple[tuple[Instance, Ints], ...]
    """By future: an instance with the units, and where each child lives in it, −1 for nowhere."""
    gap: float
    """The relative tier-3 gap proven."""


def counted(pack: Pack, futures: Sequence[Future], answer: PlanAnswer) -> tuple[float, float, float]:
    """Children without a place, groups separated, £ a week with what the units cost: means over the futures.

    Raises `ValueError` where a child lives in a unit that is not opened, or a limit is passed, and
    `SolverError` where a placement breaks a rule.
    """
    limits = pack.commission or Commission()
    assert pack.options is not None
    cost = capital = standing = 0.0
    kinds: Counter[str] = Counter()
    for row in pack.options.to_dict("records"):
        number = answer.units.get(row["option_id"], 0)
        if not 0 <= number <= row["max_units"]:
            raise ValueError(f"{number} units of {row['option_id']}")
        capital += number * row["capital_cost"]
        standing += number * row["standing_cost"]
        kinds[row["kind"]] += number
        cost += number * (row["standing_cost"] + row["capital_cost"] / limits.payback_weeks)
    most = limits.limits
    spent = ((capital, most.capital), (standing, most.standing_weekly))
    if any(limit is not None and amount > limit + PENNY for amount, limit in spent):
        raise ValueError(f"£{capital:,.2f} and £{standing:,.2f} a week pass a limit")
    if any(kinds[kind] > number for kind, number in most.max_units.items()):
        raise ValueError("more units of a kind than its limit")
    total = [0.0, 0.0, 0.0]
    weights = math.fsum(future.weight for future in futures)
    for future, (instance, placement) in zip(futures, answer.homes, strict=True):
        check_placement(instance, placement)
        for provision in set(placement[placement >= 0].tolist()):
            name = str(instance.provisions.id[provision])
            option, mark, unit = name.rpartition(UNIT_MARK)
            if mark and int(unit) > answer.units.get(option, 0):
                raise ValueError(f"a child lives in {name}, which is not opened")
        for tier, figure in enumerate(tiers(instance, placement)):
            total[tier] += future.weight / weights * figure
    return total[0], total[1], total[2] + cost
