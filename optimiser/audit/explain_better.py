"""Which eligible places would score better for a child, and why it does not live there.

Of several causes the first in the order of `WHY_NOT` is given. All pairs are looked at, block by block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.allocation.solution import Solution
from optimiser.audit.explain_situation import POUNDS, SHARE, Situation
from optimiser.matching.eligibility import eligible
from optimiser.matching.instance import Bools, Floats, Ints
from optimiser.matching.score import is_far, score

WHY_NOT = (
    "siblings",
    "full",
    "incompatible",
    "solo_there",
    "needs_it_alone",
    "weekly_budget",
    "authority_weekly_budget",
    "share_near_home",
    "unproven",
)
"""Why a child does not live in a better-scoring eligible place:

- `siblings`: the group lives together elsewhere (or is never split), and cannot live there whole, or only
  at a higher score;
- `full`: the vacancies are taken;
- `incompatible`, `solo_there`: there is room, but a child lives there who must not live with this one, or
  with anybody;
- `needs_it_alone`: the mover is solo and somebody lives there;
- a budget, or the share near home, would be broken;
- `unproven`: nothing stands in the way; the allocation is proven only to within its gap.
"""
_CODE = {name: code for code, name in enumerate(WHY_NOT)}
PENNY = 0.005
"""Scores closer than half a penny a week are equal."""
SHOWN = 5
"""How many better places are told of a child, the best-scoring first."""


@dataclass(frozen=True)
class Better:
    """Pairs of a child and a better place, at most `SHOWN` a child, ordered by child, score, provision."""

    child: Ints
    provision: Ints
    score: Floats
    """£ a week, of the child alone."""
    why: NDArray[np.int8]
    """Index into `WHY_NOT`."""
    mover_extra: Floats
    """£ a week that the child's mover would score more there than now; inf where it cannot live there."""
    places: Ints
    """Vacancies that the mover would take there."""
    priced_out: Bools
    """At the vacancy and limit prices the mover would cost the region no less there than where it lives."""


@dataclass(frozen=True)
class Survey:
    """All better places of all children: counted by reason, and the best of them."""

    counts: Ints
    """Shape (children, len(WHY_NOT))."""
    moving_cost: Floats
    """Shape (movers,): £ a week more that living elsewhere would cost at the prices.

    inf: nowhere else is eligible; NaN: no place now.
    """
    best: Better


@dataclass(frozen=True)
class _Block:
    """Dense figures of some children, rows sorted by mover."""

    child: Ints
    movers: Ints
    row: Ints
    """Shape (children of the block,): the row of the child's mover in `movers`."""
    worth: Floats
    """Shape (children, provisions): £ a week; inf where not eligible."""
    mover_worth: Floats
    """Shape (movers, provisions): the sum over the mover's children."""
    near: Ints | None
    """Shape (movers, provisions): children near home; None where no share is set."""


def survey(situation: Situation, solution: Solution, blocks: Sequence[Ints]) -> Survey:
    """Looks at every pair; `blocks` hold every child once, and the children of a group together."""
    children = len(situation.placement)
    counts = np.zeros((children, len(WHY_NOT)), dtype=np.int64)
    moving = np.full(len(situation.movers), np.nan)
    parts = []
    for block in blocks:
        figures = _figures(situation, block)
        priced = _priced(situation, solution, figures)
        moving[figures.movers] = _moving_cost(situation, solution, figures, priced)
        part, counted = _better(situation, figures, priced)
        counts[figures.child] = counted
        parts.append(part)
    return Survey(counts, moving, _in_order(parts))


def _figures(situation: Situation, block: Ints) -> _Block:
    instance = situation.instance
    child = block[np.lexsort((block, situation.mover[block]))]
    movers, first, row = np.unique(situation.mover[child], return_index=True, return_inverse=True)
    every = np.arange(len(instance.provisions))
    at, p = np.nonzero(eligible(instance, child[:, None], every[None, :]))
    worth = np.full((len(child), len(every)), np.inf)
    worth[at, p] = score(instance, child[at], p)
    near: Ints | None = None
    if instance.policy.limits.min_share_within_far_miles > 0:
        close = (~is_far(instance, child[:, None], every[None, :])).astype(np.int64)
        near = np.add.reduceat(close, first, axis=0)
    return _Block(child, movers, row, worth, np.add.reduceat(worth, first, axis=0), near)


def _priced(situation: Situation, solution: Solution, block: _Block) -> Floats:
    """Score + vacancy price · places taken + limit prices · what the limits count; £ a week, per mover."""
    provisions = situation.instance.provisions
    number = situation.number[block.movers].astype(np.float64)
    total = block.mover_worth + _size(situation, block.movers) * solution.vacancy_price[None, :]
    for limit in situation.limits:
        price = solution.limit_prices.get((limit.name, limit.authority), 0.0)
        if price > 0:
            total += price * limit.counted[block.movers][:, None] * provisions.weekly_cost[None, :]
    price = solution.limit_prices.get(("share_near_home", ""), 0.0)
    if block.near is not None and price > 0:
        share = situation.instance.policy.limits.min_share_within_far_miles
        total += price * (share * number[:, None] - block.near)
    return total


def _size(situation: Situation, movers: Ints) -> Ints:
    """Shape (movers, provisions): vacancies each would take."""
    vacancies = situation.instance.provisions.vacancies[None, :]
    return np.where(situation.solo[movers][:, None], vacancies, situation.number[movers][:, None])


def _moving_cost(situation: Situation, solution: Solution, block: _Block, priced: Floats) -> Floats:
    home = situation.home[block.movers]
    placed = np.flatnonzero(home >= 0)
    big_enough = situation.instance.provisions.vacancies[None, :] >= situation.number[block.movers][:, None]
    elsewhere = np.where(big_enough, priced, np.inf)
    own = priced[placed, home[placed]]
    own = own - _size(situation, block.movers)[placed, home[placed]] * solution.vacancy_price[home[placed]]
    elsewhere[placed, home[placed]] = np.inf
    cost = np.full(len(home), np.nan)
    if elsewhere.shape[1]:
        cost[placed] = elsewhere[placed].min(axis=1) - own
    return cost


def _better(situation: Situation, block: _Block, priced: Floats) -> tuple[Better, Ints]:
    home = situation.home[block.movers]
    row = np.arange(len(home))
    now = np.where(home >= 0, block.mover_worth[row, home], np.inf)
    price_now = np.where(home >= 0, priced[row, home], np.inf)
    alone = np.arange(len(block.child))
    own_home = home[block.row]
    own_now = np.where(own_home >= 0, block.worth[alone, own_home], np.inf)
    at, p = np.nonzero(block.worth < own_now[:, None] - PENNY)
    mover = block.row[at]
    placed = home[mover] >= 0
    fits = situation.instance.provisions.vacancies[p] >= situation.number[block.movers[mover]]
    fits &= ~situation.at_odds[block.movers[mover]]
    worth = np.where(fits, block.mover_worth[mover, p], np.inf)
    extra = worth - np.where(placed, now[mover], 0.0)
    why = _why(situation, block)[mover, p]
    several = situation.number[block.movers[mover]] > 1
    why[several & (np.isinf(worth) | (placed & (extra > -PENNY)))] = _CODE["siblings"]
    counted = np.bincount(at * len(WHY_NOT) + why, minlength=len(alone) * len(WHY_NOT))
    value = block.worth[at, p]
    order = np.lexsort((p, value, at))
    rank = np.arange(len(order)) - np.searchsorted(at[order], at[order])
    kept = order[rank < SHOWN]
    best = Better(
        child=block.child[at[kept]],
        provision=p[kept],
        score=value[kept],
        why=why[kept],
        mover_extra=extra[kept],
        places=_size(situation, block.movers)[mover[kept], p[kept]],
        priced_out=placed[kept] & (priced[mover[kept], p[kept]] >= price_now[mover[kept]] - PENNY),
    )
    return best, counted.reshape(len(alone), len(WHY_NOT))


def _why(situation: Situation, block: _Block) -> NDArray[np.int8]:
    """Shape (movers, provisions): the first cause but `siblings`, were the mover to go there as it is."""
    provisions = situation.instance.provisions
    movers = block.movers
    why = np.full((len(movers), len(provisions)), _CODE["unproven"], dtype=np.int8)
    if block.near is not None:
        near, placed = situation.near_after(movers, block.near)
        share = situation.instance.policy.limits.min_share_within_far_miles
        why[near < share * placed[:, None] - SHARE] = _CODE["share_near_home"]
    for limit in reversed(situation.limits):
        why[situation.over_budget(limit, movers) > POUNDS] = _CODE[limit.name]
    why[np.ix_(situation.solo[movers], situation.occupied > 0)] = _CODE["needs_it_alone"]
    why[:, situation.shut] = _CODE["solo_there"]
    for at, mover in enumerate(movers.tolist()):
        if any(child in situation.apart for child in situation.movers[mover]):
            why[at, list(situation.kept_out(mover))] = _CODE["incompatible"]
    room = provisions.vacancies - situation.occupied
    why[room[None, :] < situation.number[movers][:, None]] = _CODE["full"]
    return why


def _in_order(parts: Sequence[Better]) -> Better:
    names = ("child", "provision", "score", "why", "mover_extra", "places", "priced_out")
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    order = np.argsort(whole["child"], kind="stable")
    return Better(**{name: values[order] for name, values in whole.items()})
