"""The full plan as arrays: every unit of every option a provision with a variable of its own, every pair.

Of two units of an option the second opens only where the first does. An option of kinship is not taken: its
unit, once opened, would change what all other places are worth to the named child.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import block_diag, coo_array, csr_array, hstack, vstack

from benchmarks.full_model import INFINITE, FullModel, full_model
from optimiser import terms
from optimiser.commissioning.outlook import whole_weights
from optimiser.matching.instance import Bools, Floats, Instance, Ints, instance_from_pack
from optimiser.pack.commission import Commission
from optimiser.pack.futures import Future, pack_of_future
from optimiser.pack.options import unit_id, units_from_options
from optimiser.pack.pack import Pack


@dataclass(frozen=True)
class Units:
    """Every unit of every option, in the order of the options."""

    name: list[str]
    option: list[str]
    number: list[int]
    """From 1 in each option."""
    weekly: Floats
    """Shape (units,): £ a week, standing cost and capital over the payback."""
    limits: list[tuple[str, Floats, float]]
    """Name, what each unit takes, and the most."""

    def opened(self, chosen: Floats) -> dict[str, int]:
        """option_id → units, from one figure for each unit."""
        found = dict.fromkeys(self.option, 0)
        for option, share in zip(self.option, chosen.tolist(), strict=True):
            found[option] += int(share > 0.5)
        return found


def units_of_pack(pack: Pack) -> Units:
    """The units that could be opened, and the limits on them."""
    if pack.options is None or (pack.options["kind"] == terms.KINSHIP).any():
        raise ValueError("a pack with options, none of them kinship")
    commission = pack.commission or Commission()
    table = units_from_options(pack.options)
    capital = table["capital_cost"].to_numpy(dtype=np.float64)
    standing = table["standing_cost"].to_numpy(dtype=np.float64)
    limits = []
    if commission.limits.capital is not None:
        limits.append(("capital", capital, commission.limits.capital))
    if commission.limits.standing_weekly is not None:
        limits.append(("standing_weekly", standing, commission.limits.standing_weekly))
    for kind, most in commission.limits.max_units.items():
        limits.append((f"max_units_{kind}", (table["kind"] == kind).to_numpy(dtype=np.float64), float(most)))
    return Units(
        name=table["provision_id"].tolist(),
        option=table["option_id"].tolist(),
        number=table["unit"].tolist(),
        weekly=standing + capital / commission.payback_weeks,
        limits=limits,
    )


def future_instances(pack: Pack, futures: Sequence[Future]) -> list[Instance]:
    """Each future with every unit that is there by its date, as a provision."""
    return [instance_from_pack(pack_of_future(pack, future, pack.options)) for future in futures]


@dataclass(frozen=True)
class FullPlan:
    """low ≤ matrix · x ≤ high, 0 ≤ x ≤ 1; x is `open` (units), then the full model of each future."""

    units: Units
    models: tuple[FullModel, ...]
    matrix: csr_array
    low: Floats
    high: Floats
    tiers: tuple[Floats, Floats, Floats]
    """What each tier minimises: weights of the futures as whole numbers, so that the first two count."""
    whole_number: Bools

    def homes(self, x: Floats) -> tuple[tuple[Instance, Ints], ...]:
        """By future, who lives where."""
        found, first = [], len(self.units.name)
        for model in self.models:
            last = first + model.matrix.shape[1]
            found.append((model.instance, model.placement(x[first:last])))
            first = last
        return tuple(found)


def full_plan(pack: Pack, futures: Sequence[Future]) -> FullPlan:
    """Every variable and every constraint of docs/commissioning.md."""
    units = units_of_pack(pack)
    models = tuple(full_model(instance) for instance in future_instances(pack, futures))
    weights = whole_weights([future.weight for future in futures])
    at_unit = {name: index for index, name in enumerate(units.name)}
    opened, high = [], []
    for model in models:
        provisions = model.instance.provisions
        here = np.array([at_unit.get(name, -1) for name in provisions.id.tolist()], dtype=np.int64)
        mine = np.flatnonzero(here >= 0)
        row = len(model.instance.children) + mine
        places = provisions.vacancies[mine].astype(np.float64)
        shape = model.matrix.shape[0], len(units.name)
        opened.append(csr_array(coo_array((-places, (row, here[mine])), shape=shape)))
        upper = model.high.copy()
        upper[row] = 0.0
        high.append(upper)
    alone, most = _rows_of_units(units)
    width = sum(model.matrix.shape[1] for model in models)
    above = hstack([alone, csr_array((alone.shape[0], width))])
    below = hstack([vstack(opened), block_diag([model.matrix for model in models])])
    number = np.zeros(len(units.name))
    tiers = [
        np.concatenate(
            [
                units.weekly * sum(weights) if tier == 2 else number,
                *(weight * model.tiers[tier] for weight, model in zip(weights, models, strict=True)),
            ]
        )
        for tier in range(3)
    ]
    return FullPlan(
        units=units,
        models=models,
        matrix=csr_array(vstack([above, below])),
        low=np.concatenate([np.full(len(most), -INFINITE), *(model.low for model in models)]),
        high=np.concatenate([most, *high]),
        tiers=(tiers[0], tiers[1], tiers[2]),
        whole_number=np.concatenate(
            [np.ones(len(units.name), dtype=bool), *(model.whole_number for model in models)]
        ),
    )


def _rows_of_units(units: Units) -> tuple[csr_array, Floats]:
    """Σ each · open ≤ most for every limit; open[second] ≤ open[first] of every option."""
    rows = [each for _, each, _ in units.limits]
    most = [limit for _, _, limit in units.limits]
    at = {name: index for index, name in enumerate(units.name)}
    for index, (option, number) in enumerate(zip(units.option, units.number, strict=True)):
        if number > 1:
            row = np.zeros(len(units.name))
            row[index], row[at[unit_id(option, number - 1)]] = 1.0, -1.0
            rows.append(row)
            most.append(0.0)
    return csr_array(np.array(rows).reshape(len(rows), len(units.name))), np.array(most)
