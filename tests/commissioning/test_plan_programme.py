"""The programme of all futures, as PuLP writes it, against a golden LP file."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from support.small import EAST, PROVISION, child, home, small_pack

from optimiser.allocation.columns import all_columns
from optimiser.allocation.families import Apart, Rounding, Tally
from optimiser.allocation.prices import objective_of_tier
from optimiser.commissioning.outlook import offers_from_options, outlooks
from optimiser.commissioning.plan_programme import PlanProgramme
from optimiser.pack.commission import Commission, CommissionLimits
from optimiser.pack.futures import Future
from optimiser.pack.pack import Pack

GOLDEN = Path(__file__).parents[1] / "golden" / "commission.lp"
LIMITS = CommissionLimits(capital=500_000.0, standing_weekly=900.0, max_units={"childrens_home": 1})


def option(name: str, **known: object) -> dict[str, object]:
    row = {
        "option_id": name,
        "easting": EAST,
        **PROVISION,
        "max_units": 2,
        "capital_cost": 52_178.57142857143,
    }
    del row["vacancies"]
    return {**row, "standing_cost": 0.0, "opens": "", **known}


def two_futures() -> tuple[Pack, list[Future]]:
    """Ann and Bob, siblings, and Cat today; Cat and Dan in half a year, when the home could be open too."""
    ann, bob = (child(name, sibling_group="Hill") for name in ("Ann", "Bob"))
    pack = small_pack([ann, bob, child("Cat"), child("Dan")], [home("ash")], incompatible=[("Cat", "Dan")])
    options = pd.DataFrame(
        [
            option("carers", places=2, weekly_cost=600.0),
            option(
                "home",
                kind="childrens_home",
                places=4,
                capital_cost=600_000.0,
                standing_cost=700.0,
                opens="2025-09-01",
            ),
        ]
    )
    futures = [
        Future("now", date(2025, 3, 31), 1.0, pack.children.iloc[:3].reset_index(drop=True)),
        Future("then", date(2025, 9, 30), 3.0, pack.children.iloc[2:].reset_index(drop=True)),
    ]
    return replace(pack, options=options, commission=Commission(LIMITS)), futures


def programme() -> PlanProgramme:
    pack, futures = two_futures()
    listed = outlooks(pack, futures)
    offers = offers_from_options(pack.options, Commission(LIMITS))
    found = PlanProgramme(offers, listed, [all_columns(each.instance) for each in listed])
    found.parts[0].add_rows(cuts=[Rounding(1, (0, 0, 1), (0,))])
    found.parts[1].add_rows(apart=[Apart(0, 1, 2)])
    found.settle(objective_of_tier(3, Tally(0.75, 0.25)))
    return found


def test_the_programme_is_the_golden_one(tmp_path: Path) -> None:
    programme().problem.writeLP(str(tmp_path / "plan.lp"))
    text = (tmp_path / "plan.lp").read_text(encoding="utf-8")
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(text, encoding="utf-8", newline="\n")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_a_row_at_an_option_allows_its_bound_for_every_unit(tmp_path: Path) -> None:
    programme().problem.writeLP(str(tmp_path / "plan.lp"))
    text = re.sub(r"\n ", " ", (tmp_path / "plan.lp").read_text(encoding="utf-8"))
    rows = dict(re.findall(r"^(\w+): (.*)$", text, re.MULTILINE))
    assert "- 2 units_0" in rows["capacity_0_1"]
    assert "- 4 units_1" in rows["capacity_1_2"]
    assert "units" not in rows["capacity_0_0"]
    assert "- units_0" in rows["small_places_0_0"]
    assert "- units_1" in rows["incompatible_1_0"]


def test_the_home_that_opens_later_is_in_the_later_future_alone() -> None:
    pack, futures = two_futures()
    now, then = outlooks(pack, futures)
    assert now.instance.provisions.id.tolist() == ["ash", "carers#1"]
    assert then.instance.provisions.id.tolist() == ["ash", "carers#1", "home#1"]
    assert (now.weight, then.weight) == (1, 3)


def test_the_value_of_the_relaxation_is_what_its_units_and_lives_cost() -> None:
    found = programme()
    mixed = found.relax()
    assert mixed is not None
    total = float(found.offers.weekly @ mixed.units)
    for outlook, part, lives in zip(found.outlooks, found.parts, mixed.lives, strict=True):
        total += outlook.share * float(part.columns.score @ lives)
    assert np.isclose(total, mixed.value)
