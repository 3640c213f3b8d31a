"""Forecasts of the returns that ship, as the app keeps them beside the runs."""

from __future__ import annotations

from pathlib import Path

from support.commands import run_command

from optimiser.demand.samples import SAMPLE_RETURNS, sample_returns
from optimiser.ui import demand
from optimiser.ui.forecasting import BACKTESTS, FORECASTS

RETURNS = sample_returns()[SAMPLE_RETURNS]
NAME = "two-years"
CHANGED = "changed"


def make_forecasts(runs: Path) -> None:
    """`NAME`, the latest, with its back-test, and `CHANGED` under the page's own example of a what-if."""
    example = runs / "example.toml"
    example.write_text(demand.EXAMPLE, encoding="utf-8")
    words = ("forecast", RETURNS, "--to", "2027-03-31", "--draws", "200")
    run_command(*words, "--what-if", example, "--out", runs / FORECASTS / CHANGED)
    run_command(*words, "--out", runs / FORECASTS / NAME)
    run_command("backtest", RETURNS, "--every", "12", "--out", runs / BACKTESTS / NAME)
