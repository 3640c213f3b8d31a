"""A plan on its own futures loses to neither rival; the greedy one keeps every limit; losses are told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.commands import json_of, run_command
from support.random_plans import small_plan

from optimiser.commissioning.outlook import offers_from_options
from optimiser.commissioning.plan_solve import commission
from optimiser.commissioning.robustness import (
    GREEDY,
    NOTHING,
    PLAN,
    TIERS,
    Robustness,
    against,
    most_places,
    robustness,
)
from optimiser.pack.commission import Commission
from optimiser.pack.futures import future_of_pack, read_futures
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs
from optimiser.report.robustness import sentences

SEEDS = range(12)


def means(found: Robustness, plan: str) -> list[float]:
    rows = found.of(plan)
    return [float(np.average(rows[tier], weights=rows["weight"])) for tier in TIERS]


@pytest.mark.parametrize("seed", SEEDS)
def test_on_its_own_futures_the_plan_loses_to_neither_rival(seed: int, tmp_path: Path) -> None:
    folder, futures_folder = small_plan(seed).write(tmp_path)
    pack = read_pack(folder, commissioning=True)
    futures = None if futures_folder is None else read_futures(futures_folder, pack)
    plan = commission(pack, futures, gap=1e-9)
    limits = pack.commission or Commission()
    found = robustness(
        pack, futures or [future_of_pack(pack)], plan.units_by_option, commission=limits, gap=1e-9
    )
    mine = means(found, PLAN)
    assert mine == pytest.approx([plan.tiers.unplaced, plan.tiers.separated, plan.tiers.score])
    for rival in (NOTHING, GREEDY):
        theirs = means(found, rival)
        apart = [a - b for a, b in zip(mine, theirs, strict=True)]
        first = next((each for each in apart if abs(each) > 1e-6), 0.0)
        assert first <= 0.0, rival


@pytest.mark.parametrize("seed", range(30))
def test_the_greedy_plan_keeps_every_limit_and_has_no_room_for_more(seed: int, tmp_path: Path) -> None:
    folder, _ = small_plan(seed).write(tmp_path)
    pack = read_pack(folder, commissioning=True)
    assert pack.options is not None
    assert pack.commission is not None
    options = pack.options.sort_values("option_id", ignore_index=True)
    units = most_places(pack.options, offers_from_options(pack.options, pack.commission))

    def allowed(number: np.ndarray) -> bool:
        limits = pack.commission.limits if pack.commission is not None else None
        assert limits is not None
        spent = (options["capital_cost"] * number).sum()
        standing = (options["standing_cost"] * number).sum()
        kinds = {kind: number[options["kind"] == kind].sum() for kind in limits.max_units}
        return bool(
            (number <= options["max_units"]).all()
            and (limits.capital is None or spent <= limits.capital)
            and (limits.standing_weekly is None or standing <= limits.standing_weekly)
            and all(kinds[kind] <= most for kind, most in limits.max_units.items())
        )

    assert allowed(units)
    for option in np.flatnonzero(options["places"].to_numpy() > 0):
        one_more = units.copy()
        one_more[option] += 1
        assert not allowed(one_more)


def test_where_the_plan_loses_it_is_said_in_capitals() -> None:
    frame = pd.DataFrame(
        [
            ("q1", "2025-01-01", weight, plan, 10, 10 - unplaced, unplaced, 0, 0, 5.0, score)
            for weight, plan, unplaced, score in (
                (1.0, PLAN, 3, 100.0),
                (1.0, NOTHING, 3, 200.0),
                (1.0, GREEDY, 2, 900.0),
            )
        ],
        columns=["folder", "date", "weight", "plan", "children", "placed", "unplaced", "over_far",
                 "separated", "weekly_cost", "score"],
    )  # fmt: skip
    found = Robustness({}, frame, gap=1e-6)
    assert against(found.of(PLAN), found.of(GREEDY), gap=1e-6) == ["worse"]
    assert against(found.of(PLAN), found.of(NOTHING), gap=1e-6) == ["better"]
    assert against(found.of(PLAN), found.of(PLAN), gap=1e-6) == ["same"]
    lost, won = sentences(found, 0)
    assert lost.endswith("WORSE in 1")
    assert won.endswith("worse in none")


def test_the_command_writes_means_and_ranges_of_every_future(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    for path in sample_packs()["gateshead-ten"].iterdir():
        (pack / path.name).write_bytes(path.read_bytes())
    assert run_command("options", pack, "--out", pack / "options.csv").exit_code == 0
    assert run_command("commission", pack, "--capital", "300000", "--out", tmp_path / "plan").exit_code == 0
    made = run_command("futures", pack, "--n", "5", "--seed", "7", "--out", tmp_path / "futures")
    assert made.exit_code == 0
    words = ("robustness", tmp_path / "plan", "--futures", tmp_path / "futures", "--out", tmp_path / "out")
    document = json_of(run_command(*words, "--json"))
    by = pd.read_csv(tmp_path / "out" / "by_future.csv")
    assert by["folder"].nunique() == 5
    rows = {(row["measure"], row["plan"]): row for row in document["robustness"]}
    for plan, label in ((PLAN, "The plan"), (NOTHING, "Nothing opened")):
        mine = by[by["plan"] == plan]
        row = rows["Children without a place", label]
        assert row["mean"] == pytest.approx(mine["unplaced"].mean())
        assert (row["p5"], row["p95"]) == (mine["unplaced"].min(), mine["unplaced"].max())
        assert (mine["placed"] + mine["unplaced"] == mine["children"]).all()
    assert len(document["said"]) == 2
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert "f01/children.csv" in manifest["inputs"]


def test_futures_that_the_plan_was_made_for_are_told(tmp_path: Path) -> None:
    case = small_plan(next(seed for seed in range(99) if len(small_plan(seed).futures) > 1))
    pack, futures = case.write(tmp_path)
    assert futures is not None
    made = run_command("commission", pack, "--futures", futures, "--out", tmp_path / "plan")
    assert made.exit_code == 0
    result = run_command("robustness", tmp_path / "plan", "--futures", futures, "--out", tmp_path / "out")
    assert f"{len(case.futures)} of these futures are among those" in result.stdout
