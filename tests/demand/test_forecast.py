"""The run folder and the commands: from files to files, the same bytes twice, and no traceback."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from numpy.random import default_rng
from support.histories import spells_from_truth, truth
from support.whatifs import HALF_AND_SLOWER
from typer.testing import CliRunner

from optimiser.commands import demand
from optimiser.demand.days import NEVER, date_from_day
from optimiser.demand.spells import Spells
from optimiser.errors import InputError

YEARS = (2020, 2021, 2022)
PLACES = ("U1", "U4", "K2", "K3", "P1")
WHATIF = f"""{HALF_AND_SLOWER}
[costs.weekly]
Fostering = 600
Residential = 5000
"""

app = typer.Typer()
app.command()(demand.forecast)
app.command()(demand.backtest)


def _returns(folder: Path, spells: Spells) -> None:
    """A platform's returns: a folder a year, an episode a spell, each year what was open in it."""
    names = np.array(["Salford", "Bolton"])
    dates = [
        np.array([str(date_from_day(int(day))) for day in np.minimum(days, 10**5)])
        for days in (spells.starts, spells.ends, spells.births)
    ]
    whole = pd.DataFrame(
        {
            "CHILD": [
                f"{child}_{authority}"
                for child, authority in zip(spells.children, spells.authority, strict=True)
            ],
            "DECOM": dates[0],
            "RNE": np.where(spells.enters, "S", "P"),
            "LS": "C2",
            "CIN": "N1",
            "PLACE": np.array(PLACES)[spells.kinds],
            "PLACE_PROVIDER": "PR1",
            "DEC": np.where(spells.ends == NEVER, "", dates[1]),
            "REC": np.where(spells.ends == NEVER, "", "X1"),
            "REASON_PLACE_CHANGE": "",
            "HOME_POST": "",
            "PL_POST": "",
            "URN": "",
            "LA": names[spells.authority],
            "DOB": dates[2],
        }
    )
    for year in YEARS:
        first, last = f"{year - 1}-04-01", f"{year}-03-31"
        own = whole[(whole["DECOM"] <= last) & ((whole["DEC"] == "") | (whole["DEC"] >= first))].copy()
        later = own["DEC"] > last
        own.loc[later, ["DEC", "REC"]] = ""
        own["YEAR"] = year
        (folder / str(year)).mkdir(parents=True)
        own.drop(columns="DOB").to_csv(folder / str(year) / "episodes.csv", index=False)
        header = own[["CHILD", "DOB", "LA", "YEAR"]].drop_duplicates("CHILD").assign(SEX="M", ETHNIC="WBRI")
        header.to_csv(folder / str(year) / "header.csv", index=False)


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("returns") / "in"
    known = truth(default_rng(5), authorities=2, entries=40.0)
    spells = spells_from_truth(known, default_rng(6), first=date(2019, 4, 1), last=date(2022, 3, 31))
    _returns(folder, spells)
    return folder


def _run(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("method", ["ours", "published"])
def test_the_same_bytes_twice_with_a_what_if(tmp_path: Path, returns: Path, method: str) -> None:
    whatif = tmp_path / "w.toml"
    whatif.write_text(WHATIF, encoding="utf-8")
    words = (
        "forecast",
        returns,
        "--to",
        "2022-12-31",
        "--method",
        method,
        "--what-if",
        whatif,
        "--draws",
        200,
    )
    document = json.loads(_run(*words, "--json", "--out", tmp_path / "a"))
    said = _run(*words, "--out", tmp_path / "b")
    assert "95 of 100" in said
    files = _files(tmp_path / "a")
    assert files == _files(tmp_path / "b")
    assert set(files) == {
        *("forecast.csv", "entrants.csv", "quality.csv", "costs.csv", "attribution.csv", "whatif.toml"),
        *(("past.csv", "entrants_simulated.csv") if method == "ours" else ()),
        "manifest.json",
    }
    assert document["method"] == method
    table = pd.read_csv(io.BytesIO(files["forecast.csv"]))
    last = table[(table["band"] == "all") & (table["category"] == "all") & (table["day"] == "2022-12-31")]
    assert list(last["authority"]) == ["E08000001", "E08000006", "all"]
    assert [area["mean"] for area in document["areas"]] == pytest.approx(list(last["mean"]), abs=1e-3)
    _attribution_adds_up(files, table)
    manifest = json.loads(files["manifest.json"])
    assert set(manifest["outputs"]) == set(files) - {"manifest.json"}
    assert set(manifest["inputs"]) == {
        f"{year}/{name}.csv" for year in YEARS for name in ("episodes", "header")
    }
    assert str(tmp_path) not in files["manifest.json"].decode()


def _attribution_adds_up(files: dict[str, bytes], table: pd.DataFrame) -> None:
    """The gains of the changes sum to the difference to the base, in children and in pounds."""
    keys = ["authority", "day", "category"]
    parts = pd.read_csv(io.BytesIO(files["attribution.csv"])).groupby(keys).sum(numeric_only=True)
    whole = table[table["band"] == "all"].set_index(keys)
    difference = (whole["mean"] - whole["base_mean"]).reindex(parts.index)
    assert parts["in_order"].to_numpy() == pytest.approx(difference.to_numpy(), abs=1e-7)
    assert parts["shapley"].to_numpy() == pytest.approx(difference.to_numpy(), abs=1e-7)
    costs = pd.read_csv(io.BytesIO(files["costs.csv"])).set_index(keys)
    pounds = costs["cost_gbp"] - costs["base_cost_gbp"]
    assert parts["shapley_gbp"].reindex(pounds.index).to_numpy() == pytest.approx(pounds.to_numpy(), abs=0.1)


def test_the_naive_method(tmp_path: Path, returns: Path) -> None:
    _run("forecast", returns, "--to", "2022-09-30", "--method", "naive", "--out", tmp_path / "n")
    table = pd.read_csv(tmp_path / "n" / "forecast.csv")
    assert (table["mean"] == table["now"]).all()


def test_a_backtest(tmp_path: Path, returns: Path) -> None:
    document = json.loads(
        _run("backtest", returns, "--every", 24, "--horizons", "6", "--json", "--out", tmp_path / "b")
    )
    assert set(_files(tmp_path / "b")) == {"backtest.csv", "forecasts.csv", "chart.vl.json"}
    assert {row["method"] for row in document["backtest"]} == {"ours", "published", "naive"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "2022-03-31"), "accepted: a day up to 120 months after 2022-03-31"),
        (("--to", "2099-01-01"), "accepted: a day up to 120 months"),
        (("--to", "2023-01-01", "--from", "2010-01-01"), "2019-04-01 to 2022-03-31"),
        (("--to", "soon"), "accepted: an ISO date"),
        (
            ("--to", "2023-01-01", "--method", "published", "--reference-from", "2001-01-01"),
            "outside the data",
        ),
        (("--to", "2023-01-01", "--what-if", "none.toml"), "cannot be read"),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, returns: Path, words: tuple[str, ...], said: str) -> None:
    with pytest.raises((InputError, AssertionError), match=said.replace("(", "\\(")):
        _run("forecast", returns, *words, "--out", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_folder_that_is_there_is_not_touched(tmp_path: Path, returns: Path) -> None:
    with pytest.raises(InputError, match="exists already"):
        _run("forecast", returns, "--to", "2023-01-01", "--out", tmp_path)
