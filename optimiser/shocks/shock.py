"""A shock: one thing that happens to the region, and the region after it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.matching.instance import Bools
from optimiser.pack.pack import Pack
from optimiser.pack.policy import Policy

CLOSES, COST_CHANGE, LEAVES, MERGE, SPLITS = "closes", "cost_change", "leaves", "merge", "splits"
EFFECTS = (CLOSES, COST_CHANGE, LEAVES, MERGE, SPLITS)
SELECTORS: Mapping[str, str] = MappingProxyType(
    {
        "provisions": "provision_id",
        "providers": "provider",
        "kinds": "kind",
        "sectors": "sector",
        "authorities": "authority",
    }
)
"""Key of a shock that chooses provisions → column of provision.csv."""


@dataclass(frozen=True)
class Shock:
    """What happens: `effect` is one of `EFFECTS`.

    `amount`: of `closes` the share of the chosen provisions that close, drawn by `seed`; of `cost_change` the
    change of their weekly cost, 0.08 for 8 % more. `councils`: GSS codes, of the other three.
    """

    name: str
    effect: str
    amount: float = 1.0
    seed: int = 0
    chosen: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """By key of `SELECTORS`: what is accepted; every key must accept a provision, none accepts all."""
    councils: tuple[str, ...] = ()


def chosen_provisions(pack: Pack, shock: Shock) -> Bools:
    """Which rows of provision.csv the shock is about."""
    rows = np.ones(len(pack.provision), dtype=np.bool_)
    for key, accepted in shock.chosen.items():
        rows &= pack.provision[SELECTORS[key]].isin(accepted).to_numpy()
    return rows


def closed_provisions(pack: Pack, shock: Shock) -> tuple[str, ...]:
    """The provisions that close, by identifier: all chosen, or a share drawn by the seed, rounded up."""
    named = sorted(pack.provision.loc[chosen_provisions(pack, shock), "provision_id"])
    number = math.ceil(round(shock.amount * len(named), 9))
    if number == len(named):
        return tuple(named)
    drawn = np.random.default_rng(shock.seed).permutation(len(named))[:number]
    return tuple(named[index] for index in sorted(drawn.tolist()))


def pack_after(pack: Pack, shock: Shock) -> Pack:
    """The pack once the shock has come."""
    if shock.effect == CLOSES:
        closed = closed_provisions(pack, shock)
        return replace(pack, provision=pack.provision[~pack.provision["provision_id"].isin(closed)])
    if shock.effect == COST_CHANGE:
        cost = pack.provision["weekly_cost"]
        changed = cost.mask(chosen_provisions(pack, shock), (cost * (1 + shock.amount)).round(2))
        return replace(pack, provision=pack.provision.assign(weekly_cost=changed))
    if shock.effect == LEAVES:
        return _without_council(pack, shock.councils[0])
    if shock.effect == MERGE:
        first, *others = shock.councils
        authority = pack.children["authority"].mask(pack.children["authority"].isin(others), first)
        return _with_authorities(pack, authority, _merged(pack.policy, shock.councils))
    code = shock.councils[0]
    theirs = pack.children["authority"] == code
    east = pack.children.loc[theirs, "home_easting"]
    eastern = theirs & (pack.children["home_easting"] > east.median())
    share = float(eastern.sum()) / max(1, int(theirs.sum()))
    authority = pack.children["authority"].mask(eastern, f"{code} east")
    return _with_authorities(pack, authority, _split(pack.policy, code, f"{code} east", share))


def _without_council(pack: Pack, code: str) -> Pack:
    """The others: without its children, and without its own households and homes, its kinship carers too."""
    children = pack.children[pack.children["authority"] != code]
    stays = set(children["child_id"])
    kin = pack.provision["kind"] == terms.KINSHIP
    named = pack.provision["named_children"].map(lambda names: tuple(name for name in names if name in stays))
    own = (pack.provision["authority"] == code) & (pack.provision["sector"] == "local_authority")
    provision = pack.provision.assign(named_children=named)[~own & ~(kin & (named.map(len) == 0))]
    apart = pack.incompatible["child_a"].isin(stays) & pack.incompatible["child_b"].isin(stays)
    return replace(pack, children=children, provision=provision, incompatible=pack.incompatible[apart])


def _with_authorities(pack: Pack, authority: pd.Series[str], budgets: Mapping[str, float]) -> Pack:
    limits = replace(pack.policy.limits, authority_weekly_budget=budgets)
    return replace(
        pack,
        children=pack.children.assign(authority=authority),
        policy=replace(pack.policy, limits=limits),
    )


def _merged(policy: Policy, councils: tuple[str, ...]) -> Mapping[str, float]:
    """The first council's budget becomes the sum of theirs, where each has one; else it has none."""
    budgets = dict(policy.limits.authority_weekly_budget)
    theirs = [budgets.pop(code, None) for code in councils]
    known = [budget for budget in theirs if budget is not None]
    return {**budgets, councils[0]: sum(known)} if len(known) == len(theirs) else budgets


def _split(policy: Policy, code: str, east: str, share: float) -> Mapping[str, float]:
    """A budget is shared as the children are."""
    budgets = dict(policy.limits.authority_weekly_budget)
    if code in budgets:
        budgets[east] = share * budgets[code]
        budgets[code] = (1 - share) * budgets[code]
    return budgets
