"""The frontier: each row is the best plan at its amount, and more capital is never worse."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from support.commands import json_of, run_command
from support.random_plans import small_plan

from optimiser.commissioning.frontier import csv_from_frontier, frontier
from optimiser.commissioning.plan_solve import commission
from optimiser.pack.commission import Commission
from optimiser.pack.futures import read_futures
from optimiser.pack.read import read_pack
from optimiser.verification.verify import verify_run

AMOUNTS = (300_000.0, 0.0, 150_000.0, 900_000.0)


@pytest.mark.parametrize("seed", range(8))
def test_every_row_is_the_best_plan_and_more_is_never_worse(seed: int, tmp_path: Path) -> None:
    folder, futures_folder = small_plan(seed).write(tmp_path)
    pack = read_pack(folder, commissioning=True)
    futures = None if futures_folder is None else read_futures(futures_folder, pack)
    limits = pack.commission or Commission()
    table = frontier(pack, futures, AMOUNTS, limits=limits, gap=1e-9)
    assert table["capital"].tolist() == sorted(AMOUNTS)
    keys = list(zip(table["unplaced"], table["separated"], table["score"], strict=True))
    assert keys == sorted(keys, reverse=True)
    assert (table["capital_total"] <= table["capital"]).all()
    for capital, key in zip(table["capital"], keys, strict=True):
        plan = commission(
            pack, futures, limits=replace(limits, limits=replace(limits.limits, capital=capital)), gap=1e-9
        )
        assert key == pytest.approx((plan.tiers.unplaced, plan.tiers.separated, plan.tiers.score))
    assert table["placed_more"].isna().tolist() == [True, False, False, False]
    assert table["placed_more"].sum() == pytest.approx(table["placed"].iloc[-1] - table["placed"].iloc[0])
    written = pd.read_csv(io.BytesIO(csv_from_frontier(table)))
    assert written["unplaced"].tolist() == pytest.approx(table["unplaced"].tolist(), abs=5e-4)


def test_the_command_writes_it_beside_a_plan_that_verifies(tmp_path: Path) -> None:
    pack, _ = replace(small_plan(9), futures=[], commission={}).write(tmp_path)
    words = ("commission", pack, "--frontier", "0, 1e6", "--out", tmp_path / "plan")
    assert json_of(run_command(*words, "--json"))["metrics"]["status"] == "optimal"
    rows = pd.read_csv(tmp_path / "plan" / "frontier.csv")
    assert rows["capital"].tolist() == [0, 1_000_000]
    assert run_command("verify", tmp_path / "plan").stdout.startswith("PROVEN")
    (tmp_path / "plan" / "frontier.csv").write_text("capital\n", encoding="utf-8")
    refuted = verify_run(tmp_path / "plan").refutations
    assert any("frontier.csv" in line for line in refuted)


def test_amounts_that_are_none_are_refused(tmp_path: Path) -> None:
    for text in ("much", "-1", "1e999"):
        result = run_command("commission", "gateshead-ten", "--frontier", text, "--out", tmp_path / "plan")
        assert result.exit_code == 2
        assert "numbers of 0 or more, between commas" in result.stderr
