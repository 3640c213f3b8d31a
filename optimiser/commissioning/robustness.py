"""A plan on futures that it was not made from, against doing nothing and against most places for the money.

Nothing is planned here: the units of each plan are there from the beginning, as provisions, and every future
is allocated in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimiser.allocation.relaxation import Clock
from optimiser.commissioning.outlook import Offers, Outlook, offers_from_options, outlooks
from optimiser.commissioning.plan import Allocated, units_cost
from optimiser.commissioning.plan_evaluate import Allocations
from optimiser.ensembles.ensemble import Ensemble
from optimiser.ensembles.task import Task
from optimiser.matching.instance import Ints
from optimiser.matching.score import is_far
from optimiser.pack.commission import Commission
from optimiser.pack.futures import Future
from optimiser.pack.pack import Pack

PLAN, NOTHING, GREEDY = "plan", "nothing", "most_places"
PLANS = (PLAN, NOTHING, GREEDY)
TIERS = ("unplaced", "separated", "score")
FIGURES = ("placed", "unplaced", "over_far", "separated", "weekly_cost", "score")
BETTER, SAME, WORSE = "better", "same", "worse"
GAP = 1e-6
"""The relative tier-3 gap of every allocation, where no other is asked for: plans are told apart by it."""


@dataclass(frozen=True)
class Robustness:
    """What three plans do in every future."""

    units: Mapping[str, Mapping[str, int]]
    """By plan, option_id → units."""
    by_future: pd.DataFrame
    """One row a future and plan: folder, date, weight, plan, children, then `FIGURES`. `weekly_cost` is that
    of the places and the units, `score` the third tier with the units, both £ a week."""
    gap: float

    def of(self, plan: str) -> pd.DataFrame:
        """The rows of one plan, by future."""
        return self.by_future[self.by_future["plan"] == plan].reset_index(drop=True)


def robustness(
    pack: Pack,
    futures: Sequence[Future],
    units: Mapping[str, int],
    *,
    commission: Commission,
    gap: float = GAP,
    ensemble: Ensemble | None = None,
) -> Robustness:
    """Allocates every future under the plan with these units, with none, and with the greedy plan's.

    `pack` is read with its options; `units`: option_id → units; `commission` has the limits that the greedy
    plan keeps too. `ensemble`: where the allocations are made; in this process where none is given.
    """
    options = pack.options if pack.options is not None else pd.DataFrame()
    offers = offers_from_options(options, commission)
    listed = outlooks(pack, sorted(futures, key=lambda future: (future.folder, future.on)))
    plans = {
        PLAN: np.array([units.get(name, 0) for name in offers.id.tolist()], dtype=np.int64),
        NOTHING: np.zeros(len(offers), dtype=np.int64),
        GREEDY: most_places(options, offers),
    }
    tasks = [
        Task(
            f"{outlook.future.folder} {outlook.future.on} {name}",
            _under_plan,
            (pack, outlook, offers, number, gap),
        )
        for outlook in listed
        for name, number in plans.items()
    ]
    told = [
        {
            "folder": outlook.future.folder,
            "date": outlook.future.on.isoformat(),
            "weight": outlook.future.weight,
            "plan": name,
        }
        for outlook in listed
        for name in plans
    ]
    rows = [
        told_of | figures for told_of, figures in zip(told, (ensemble or Ensemble()).run(tasks), strict=True)
    ]
    return Robustness(
        units={
            name: dict(zip(offers.id.tolist(), number.tolist(), strict=True))
            for name, number in plans.items()
        },
        by_future=pd.DataFrame(rows),
        gap=gap,
    )


def most_places(options: pd.DataFrame, offers: Offers) -> Ints:
    """Shape (options,): units of the greedy plan, "most places for the money".

    One unit after another of the option whose places cost the least, £ a week with capital over the payback,
    then £ of capital, then by identifier, as long as every limit holds; it looks at no child.
    """
    listed = options.sort_values("option_id", kind="stable", ignore_index=True)
    places = listed["places"].to_numpy(dtype=np.float64) if len(listed) else np.zeros(0)
    capital = listed["capital_cost"].to_numpy(dtype=np.float64) if len(listed) else np.zeros(0)
    units = np.zeros(len(offers), dtype=np.int64)
    some = [o for o in range(len(offers)) if places[o] > 0]
    for o in sorted(some, key=lambda o: (offers.weekly[o] / places[o], capital[o] / places[o], o)):
        fits = [
            (limit.most - float(limit.each @ units)) / limit.each[o] + 1e-9
            for limit in offers.limits
            if limit.each[o] > 0
        ]
        units[o] = max(0, int(min([float(offers.max_units[o]), *fits])))
    return units


def against(first: pd.DataFrame, second: pd.DataFrame, *, gap: float) -> list[str]:
    """By future: is the first plan better, the same or worse, by the three tiers in their order?

    Scores no farther apart than twice the gap are the same.
    """
    said = []
    for a, b in zip(first[list(TIERS)].to_numpy(), second[list(TIERS)].to_numpy(), strict=True):
        differences = [x - y for x, y in zip(a.tolist(), b.tolist(), strict=True)]
        if abs(differences[-1]) <= 2 * gap * max(abs(a[-1]), abs(b[-1]), 1.0):
            differences[-1] = 0.0
        first_apart = next((each for each in differences if each), 0.0)
        said.append(SAME if not first_apart else BETTER if first_apart < 0 else WORSE)
    return said


def _under_plan(pack: Pack, outlook: Outlook, offers: Offers, units: Ints, gap: float) -> dict[str, float]:
    """`figures_of` one future with the units open."""
    (allocated,) = Allocations(pack).of((outlook,), offers, units, gap, Clock(None))
    return figures_of(allocated, units_cost(offers, units))


def figures_of(allocated: Allocated, units_weekly: float) -> dict[str, float]:
    """`children` and `FIGURES` of one future; `units_weekly`: £ a week that the units cost."""
    instance, solution = allocated.instance, allocated.solution
    child = np.flatnonzero(solution.placement >= 0)
    home = solution.placement[child]
    return {
        "children": len(instance.children),
        "placed": len(child),
        "unplaced": solution.tiers.unplaced,
        "over_far": int(is_far(instance, child, home).sum()),
        "separated": solution.tiers.separated,
        "weekly_cost": float(instance.provisions.weekly_cost[home].sum()) + units_weekly,
        "score": solution.tiers.score + units_weekly,
    }
