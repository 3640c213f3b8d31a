"""The demand page over a forecast of the returns that ship: its figures are those of the run folder."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from support import pages
from support.commands import run_command
from support.forecasts import CHANGED, NAME, RETURNS, make_forecasts

from optimiser.demand.samples import SAMPLE_RETURNS
from optimiser.errors import InputError
from optimiser.report.zips import under_two_names, zip_of
from optimiser.ui import demand_inputs
from optimiser.ui.forecasting import BACKTESTS, FORECASTS

pytestmark = pytest.mark.usefixtures("runs_in_use")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A forecast with its back-test, and one under the page's own example of a what-if."""
    folder = tmp_path_factory.mktemp("runs")
    make_forecasts(folder)
    return folder


def opened(**address: str) -> AppTest:
    return pages.open_page("demand", pack="", run="", **{"made": NAME, **address})


def forecast(runs: Path, name: str = NAME) -> pd.DataFrame:
    return pd.read_csv(runs / FORECASTS / name / "forecast.csv", keep_default_na=False)


def test_children_in_care_are_those_of_forecast_csv(runs: Path) -> None:
    at = opened()
    table = forecast(runs)
    last = table[(table["day"] == "2027-03-31") & (table["authority"] == "all")]
    total = last[(last["band"] == "all") & (last["category"] == "all")].iloc[0]
    shown = pages.table(at, "In care now").iloc[-1]
    assert shown["In care now"] == total["now"]
    assert shown["Forecast"] == pytest.approx(total["mean"], abs=0.05)
    assert pages.tiles(at)["In care now"] == f"{total['now']:,.0f}"
    assert f"{total['low_95']:,.0f} and {total['high_95']:,.0f}" in pages.alternatives(at)[0]
    assert "every child in them is invented" in pages.words(at)


def test_one_authority_by_age(runs: Path) -> None:
    at = opened(authority="E08000037", by="band", on="2026-03-31", category="Residential")
    table = forecast(runs)
    own = table[(table["authority"] == "E08000037") & (table["day"] == "2026-03-31")]
    own = own[own["category"] == "all"]
    shown = pages.table(at, "In care now")
    assert shown["In care now"].tolist() == own["now"].tolist()
    assert shown["Forecast"].tolist() == pytest.approx(own["mean"].round(1).tolist())
    assert "Gateshead, children in care · Residential" in pages.alternatives(at)[0]


def test_counted_months_come_before_the_forecast(runs: Path) -> None:
    at = opened()
    behind = pages.table(at, "Counted or forecast")
    past = pd.read_csv(runs / FORECASTS / NAME / "past.csv", keep_default_na=False)
    own = past[(past["authority"] == "all") & (past["band"] == "all") & (past["category"] == "all")]
    counted = behind[behind["Counted or forecast"] == "counted"]["Children"]
    assert counted.tolist() == own["children"].tolist()
    flows = pages.table(at, "Came into care")
    assert flows["Left care"].tolist() == own["left"].tolist()


def test_entrants_by_quarter_and_age(runs: Path) -> None:
    at = opened(section="entrants")
    table = pd.read_csv(runs / FORECASTS / NAME / "entrants.csv", keep_default_na=False)
    whole = table[(table["authority"] == "all") & (table["category"] == "all")]
    quarters = whole[whole["age"] == "all"]
    assert pages.table(at, "Quarter")["Forecast"].tolist() == quarters["mean"].round(1).tolist()
    first = whole[whole["from"].isin(quarters["from"].tolist()[:4])]
    by_age = pages.table(at, "Age at entry").set_index("Age at entry")["All kinds"]
    assert by_age["16"] == pytest.approx(first[first["age"] == "16"]["mean"].sum(), abs=0.06)
    assert "children who will need a place" in pages.alternatives(at)[0]


def test_the_back_test_is_that_of_backtest_csv(runs: Path) -> None:
    at = opened(section="backtest", level="region, states")
    table = pd.read_csv(runs / BACKTESTS / NAME / "backtest.csv")
    row = table[(table["horizon"] == 0) & (table["method"] == "ours") & (table["level"] == "region, states")]
    shown = pages.table(at, "CRPS")
    ours = shown[(shown["Method"] == "Ours") & (shown["What is forecast"] == "Each age and kind")]
    assert ours["CRPS"].iloc[0] == pytest.approx(row["crps"].iloc[0], abs=0.005)
    assert "Each age and kind, 12 months ahead" in pages.alternatives(at)[0]
    assert "no back-test" in pages.words(opened(made=CHANGED, section="backtest"))


def test_a_what_if_is_attributed(runs: Path) -> None:
    at = opened(made=CHANGED, section="whatif")
    table = forecast(runs, CHANGED)
    last = table[(table["day"] == "2027-03-31") & (table["authority"] == "all")]
    total = last[(last["band"] == "all") & (last["category"] == "all")].iloc[0]
    shown = pages.table(at, "Fair share").iloc[-1]
    assert shown["Fair share"] == pytest.approx(total["mean"] - total["base_mean"], abs=0.02)
    assert pages.table(at, "Without the changes") is not None
    assert "kinship first" in pages.table(at, "Change")["Change"].tolist()
    assert "halve within a year" in opened(section="whatif").code[0].value


def test_every_row_is_accounted_for(runs: Path) -> None:
    at = opened(section="quality", kind="unknown code")
    manifest = json.loads((runs / FORECASTS / NAME / "manifest.json").read_bytes())
    used, repaired, aside = (
        sum(file[name] for file in manifest["files_read"]) for name in ("used", "repaired", "set_aside")
    )
    assert used + repaired + aside == 4686
    said = f"4,686 rows read = {used:,} used + {repaired:,} repaired + {aside:,} set aside"
    assert said in pages.words(at)
    findings = pd.read_csv(runs / FORECASTS / NAME / "quality.csv", keep_default_na=False)
    shown = pages.table(at, "How often")
    assert shown["How often"].sum() == len(findings)
    every = pages.table(at, "In words")
    assert every["What is wrong"].unique().tolist() == ["unknown code"]
    assert "U9" in every["In words"].iloc[0]


def test_publication_hides_small_counts_and_single_rows() -> None:
    for by in ("category", "band", "authority"):
        at = opened(publication="yes", by=by, authority="E08000037")
        shown = pages.table(at, "In care now")
        counts = [int(text.replace(",", "")) for text in shown["In care now"] if text != "c"]
        assert not any(1 <= count <= 5 for count in counts)
        assert "All authorities" in pages.alternatives(at)[0]
    assert not opened(publication="yes", section="quality").dataframe
    away = opened(publication="yes", section="away")
    assert not away.get("download_button")
    assert "Came into care" not in str([list(each.value.columns) for each in at.dataframe])


def test_the_command_is_the_manifests_and_the_zip_has_all(runs: Path) -> None:
    at = opened(section="away")
    assert at.code[0].value.startswith(f"optimiser forecast {SAMPLE_RETURNS} --method ours")
    folder = runs / FORECASTS / NAME
    with zipfile.ZipFile(io.BytesIO(zip_of(under_two_names(folder, runs / BACKTESTS / NAME)))) as archive:
        names = set(archive.namelist())
        assert archive.read(f"{FORECASTS}/{NAME}/forecast.csv") == (folder / "forecast.csv").read_bytes()
    assert f"{BACKTESTS}/{NAME}/backtest.csv" in names


def test_a_forecast_that_was_altered_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTIMISER_RUNS", str(tmp_path))
    out = tmp_path / FORECASTS / "altered"
    run_command("forecast", RETURNS, "--to", "2025-09-30", "--draws", "80", "--out", out)
    with (out / "forecast.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    at = opened(made="altered")
    assert "forecast.csv of altered is not the file that its manifest tells of" in pages.words(at)


def test_the_first_visit_forecasts_the_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTIMISER_RUNS", str(tmp_path))
    at = pages.open_page("demand", pack="", run="")
    assert f"Forecast {SAMPLE_RETURNS}-1" in pages.words(at)
    ends = time.monotonic() + 120
    while not at.metric and time.monotonic() < ends:
        time.sleep(0.5)
        at = pages.checked(at.run())
    assert pages.tiles(at)["In care now"] == "326"
    cancel = [button for button in at.button if button.label == "Cancel this forecast"]
    if cancel:  # the back-test is still going on
        at = pages.checked(cancel[0].click().run())
        assert pages.tiles(at)["In care now"] == "326"


def test_uploads_are_kept_and_those_that_cannot_be_are_refused(tmp_path: Path) -> None:
    files = {file.name: file.read_bytes() for file in RETURNS.iterdir()}
    kept = demand_inputs.keep_returns(files, folder=tmp_path / "returns", name="ours")
    assert {file.name for file in kept.iterdir()} == set(files)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"2024/{name}", content)
    again = demand_inputs.keep_returns({"r.zip": packed.getvalue()}, folder=tmp_path / "returns", name="ours")
    assert again.name == "ours-2"
    assert (again / "2024" / "episodes.csv").is_file()
    for wrong in ({"r.zip": b"no zip"}, {"../x.csv": b""}, {"a.zip": packed.getvalue(), "b.csv": b""}):
        with pytest.raises(InputError):
            demand_inputs.keep_returns(wrong, folder=tmp_path / "returns", name="no")
    assert sorted(each.name for each in (tmp_path / "returns").iterdir()) == ["ours", "ours-2"]
