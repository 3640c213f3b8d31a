"""The cooperation page: the figures of the run's files, one worked out from the page, publication."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support import pages
from support.address import address

from optimiser.cooperation.run import cooperation_from_pack, write_cooperation

MADE = "cooperation"


pytestmark = pytest.mark.usefixtures("runs_in_use")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = pages.make_runs(tmp_path_factory.mktemp("runs"))
    pack = folder / "packs" / pages.PACK
    with (pack / "region.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[groups]]\nname = "Both"\nauthorities = ["E08000037", "E06000057"]\n')
    children = pd.read_csv(pack / "children.csv", dtype="str", keep_default_na=False)
    children.loc[children["child_id"].isin(["cedar", "dale", "elm"]), "authority"] = "E06000057"
    children.to_csv(pack / "children.csv", index=False, lineterminator="\n")
    write_cooperation(folder / MADE, cooperation_from_pack(pack))
    return folder


def _table(runs: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(runs / MADE / name)


def test_contributions_are_those_of_the_file(runs: Path) -> None:
    at = pages.open_page("cooperation", run="-")
    table, written = pages.table(at, "Contribution"), _table(runs, "contributions.csv")
    for label, column in (("Alone", "alone"), ("Contribution", "contribution"), ("Saving", "saving")):
        assert table[label].tolist()[:-1] == written[column].tolist()
        assert table[label].iloc[-1] == pytest.approx(written[column].sum())
    pays = written["contribution"] - written["together"]
    assert table["Pays to others"].tolist()[:-1] == pays.tolist()
    shown = pages.cells(at, "Pays to others")[:-1]
    assert shown == [f"{'−' if each < 0 else ''}£{abs(each):,.0f}" for each in pays]
    assert any(each.startswith("−£") for each in shown)
    assert len(pages.maps(at)) == 1
    assert sum("Saving by cooperating" in each for each in pages.alternatives(at)) == 2


def test_what_pooling_does_not_buy_and_every_measure(runs: Path) -> None:
    at = pages.open_page("cooperation", section="compared", measure="weekly_cost_total", run="-")
    tiers = _table(runs, "tiers.csv")
    both = tiers[tiers["set"].isna() & (tiers["scope"] == "together")]
    table = pages.table(at, "Weekly cost of the children placed, together")
    assert (
        table["Weekly cost of the children placed, together"].tolist() == both["weekly_cost_total"].tolist()
    )
    assert "What pooling does not buy" in [each.value for each in at.subheader]
    assert any(each.value.startswith("- ") for each in at.markdown)
    assert any("Weekly cost of the children placed: £" in each for each in pages.alternatives(at))


def test_sub_regions_and_the_commands(runs: Path) -> None:
    at = pages.open_page("cooperation", section="sub_regions", run="-")
    table = pages.table(at, "As a sub-region")
    assert table["As a sub-region"].tolist() == _table(runs, "sub_regions.csv")["as_one"].tolist()
    children = pages.table(at, "Mean miles from home, as a sub-region")
    tiers = _table(runs, "tiers.csv")
    both = tiers[(tiers["scope"] == "sub_region") & tiers["authority"].isna()]
    assert children["Mean miles from home, as a sub-region"].tolist() == both["mean_miles"].tolist()
    away = pages.open_page("cooperation", section="away", run="-")
    said = "\n".join(each.value for each in away.code)
    assert said.startswith("optimiser cooperate ")
    assert f"optimiser verify {runs / MADE} --pack " in said


def test_publication_shows_no_single_children() -> None:
    for section in ("compared", "sub_regions", "away"):
        at = pages.open_page("cooperation", section=section, publication="yes", run="-")
        assert "Hidden in the publication view" in pages.words(at) or "not be published" in pages.words(at)
        assert not at.dataframe


def test_one_is_worked_out_from_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTIMISER_RUNS", str(tmp_path))
    at = pages.open_page("cooperation", pack="gateshead-ten", run="-")
    assert "Nobody has worked out yet" in pages.words(at)
    (button,) = [each for each in at.button if each.label == "Work it out"]
    pages.checked(button.click().run())
    made = tmp_path / "cooperation-gateshead-ten-1"
    pages.wait_until(at, lambda: made.is_dir() and not address(at).get("job"))
    assert pages.table(at, "Contribution")["Authority"].tolist() == ["Gateshead", "Whole region"]


def test_a_file_that_was_altered_is_said_to_be(runs: Path) -> None:
    path = runs / MADE / "contributions.csv"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"E08000037,7", b"E08000037,8"))
    try:
        at = pages.open_page("cooperation", run="-")
    finally:
        path.write_bytes(content)
    assert "is not the file that its manifest tells of" in pages.words(at)
