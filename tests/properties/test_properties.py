"""What must hold for any pack: more room never hurts, less never helps, and order and units never matter.

Which changes are truly monotone in all three tiers? Those after which every old placement is still feasible
and scores no more than before. Two effects of the contract stand in the way, and decide what is tested here:

- a *kinship* provision that becomes eligible adds `not_kinship` to the child's other places. So room is added
  only to provisions that are not kinship, or to kinship ones that had a vacancy already;
- a solo child needs `vacancies = places`. A place without a vacancy may take the eligibility away, so a place
  always comes with its vacancy (a vacancy alone, in place of a child who leaves, is safe too).

Distance and judgement limits except kinship, so widening them cannot make a kinship place eligible. Widening
`far_miles` both loosens the share and lowers the score; a cheaper place both eases a budget and scores less.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from support.answer import answer, close, worse
from support.oracle import Best
from support.random_packs import JUDGEMENTS, Tables, small_tables

SEEDS = range(1000, 1010)
PRICES_IN_POUNDS = {
    "mile": 10.0,
    "far": 150.0,
    "school_mile": 5.0,
    "suitable_not_preferred": 200.0,
    "requires_improvement": 100.0,
    "not_kinship": 500.0,
}


def _limits(tables: Tables) -> dict[str, float | str | list[str] | dict[str, float]]:
    found: dict[str, float | str | list[str] | dict[str, float]] = tables.policy.setdefault("limits", {})
    return found


def _new_provision(tables: Tables) -> None:
    """A foster home for anybody, in the middle of the homes."""
    row = dict.fromkeys(tables.provision[0], "")
    where = {"easting": "425000", "northing": "560000", "weekly_cost": "400"}
    who = {
        "provision_id": "P-new",
        "kind": "foster_home",
        "sector": "private",
        "skills": "autism;health;behaviour",
    }
    tables.provision.append({**row, **who, **where, "places": "2", "vacancies": "2", "ofsted": "good"})


def _one_more_place(tables: Tables) -> None:
    """A place and its vacancy in every provision where that makes no kinship place eligible."""
    for row in tables.provision:
        if row["kind"] != "kinship" or row["vacancies"] != "0":
            row["places"], row["vacancies"] = str(int(row["places"]) + 1), str(int(row["vacancies"]) + 1)


def _all_vacant(tables: Tables) -> None:
    """Whoever lives there now leaves: vacancies = places, kinship aside."""
    for row in tables.provision:
        if row["kind"] != "kinship":
            row["vacancies"] = row["places"]


def _wider_max_miles(tables: Tables) -> None:
    _limits(tables)["max_miles"] = 150.0


def _all_judgements(tables: Tables) -> None:
    _limits(tables)["ofsted"] = list(JUDGEMENTS)


def _higher_budgets(tables: Tables) -> None:
    limits = _limits(tables)
    budget = limits.get("weekly_budget")
    if isinstance(budget, float):
        limits["weekly_budget"] = budget * 1.3 + 100.0
    each = limits.get("authority_weekly_budget")
    if isinstance(each, dict):
        limits["authority_weekly_budget"] = {code: limit * 1.3 + 100.0 for code, limit in each.items()}


def _no_budgets(tables: Tables) -> None:
    _limits(tables)["weekly_budget"] = "none"
    _limits(tables).pop("authority_weekly_budget", None)


def _lower_share(tables: Tables) -> None:
    share = _limits(tables).get("min_share_within_far_miles")
    if isinstance(share, float):
        _limits(tables)["min_share_within_far_miles"] = share / 2


def _wider_far_miles(tables: Tables) -> None:
    prices = tables.policy.setdefault("prices", {})
    prices["far_miles"] = prices.get("far_miles", 20.0) + 5.0


def _split_allowed(tables: Tables) -> None:
    tables.policy.pop("siblings", None)


def _all_compatible(tables: Tables) -> None:
    tables.incompatible.clear()


def _cheaper(tables: Tables) -> None:
    """Every other provision at half its weekly cost."""
    for row in tables.provision[::2]:
        row["weekly_cost"] = str(float(row["weekly_cost"]) / 2)


def _lower_prices(tables: Tables) -> None:
    prices = tables.policy.setdefault("prices", {})
    prices.update({name: prices.get(name, default) / 2 for name, default in PRICES_IN_POUNDS.items()})


def _fewer_needs(tables: Tables) -> None:
    """The last need is struck off, for children whom no kinship provision names."""
    named = {child for row in tables.provision for child in row["named_children"].split(";")}
    for row in tables.children:
        if row["child_id"] not in named:
            row["needs"] = ";".join(row["needs"].split(";")[:-1])


RELIEFS: tuple[Callable[[Tables], None], ...] = (
    _new_provision,
    _one_more_place,
    _all_vacant,
    _wider_max_miles,
    _all_judgements,
    _higher_budgets,
    _no_budgets,
    _lower_share,
    _wider_far_miles,
    _split_allowed,
    _all_compatible,
    _cheaper,
    _lower_prices,
    _fewer_needs,
)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Best]:
    """The answer for the unaltered pack of a seed, worked out once."""
    return cache(lambda seed: answer(small_tables(seed).write(tmp_path_factory.mktemp(f"seed {seed}"))).best)


@pytest.mark.parametrize("relief", RELIEFS, ids=lambda relief: relief.__name__.strip("_"))
def test_relief_never_worsens_the_tiers(
    relief: Callable[[Tables], None], before: Callable[[int], Best], tmp_path: Path
) -> None:
    for seed in SEEDS:
        tables = small_tables(seed)
        relief(tables)
        if tables != small_tables(seed):
            after = answer(tables.write(tmp_path / f"{seed}")).best
            assert not worse(after, before(seed)), f"seed {seed}: {after} against {before(seed)}"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_removed_place_never_betters_the_tiers(
    seed: int, before: Callable[[int], Best], tmp_path: Path
) -> None:
    """The first occupied provision that is not kinship goes; where there is none, the first of them."""
    tables, occupied = small_tables(seed), set(before(seed).placement.values())
    free = [row["provision_id"] for row in tables.provision if row["kind"] != "kinship"]
    gone = min(free, key=lambda house: (house not in occupied, house))
    tables.provision = [row for row in tables.provision if row["provision_id"] != gone]
    assert not worse(before(seed), answer(tables.write(tmp_path / "after")).best)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_rows_never_matters(seed: int, before: Callable[[int], Best], tmp_path: Path) -> None:
    """Nor does running twice: every child lives in the very same provision, ties included."""
    tables = small_tables(seed)
    again = [tables, tables.shuffled(1), tables.shuffled(2)]
    for order, each in enumerate(again):
        assert answer(each.write(tmp_path / f"{order}")).best == before(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_scaling_every_price_scales_the_score(
    seed: int, before: Callable[[int], Best], tmp_path: Path
) -> None:
    """Prices, weekly costs and budgets, all in £ a week, times a factor; far_miles is no price."""
    tables, factor = small_tables(seed), 3.0 if seed % 2 else 0.25
    prices, limits = tables.policy.setdefault("prices", {}), tables.policy.setdefault("limits", {})
    prices.update({name: prices.get(name, default) * factor for name, default in PRICES_IN_POUNDS.items()})
    if "weekly_budget" in limits:
        limits["weekly_budget"] *= factor
    each = limits.get("authority_weekly_budget", {})
    each.update({code: limit * factor for code, limit in each.items()})
    for row in tables.provision:
        row["weekly_cost"] = str(float(row["weekly_cost"]) * factor)
    after = answer(tables.write(tmp_path / "after")).best
    assert (after.unplaced, after.separated) == (before(seed).unplaced, before(seed).separated)
    assert close(after.score, before(seed).score * factor)
