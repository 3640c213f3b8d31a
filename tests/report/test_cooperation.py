"""Contributions under disclosure control: hidden where few children are behind them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.random_packs import Tables, small_tables

from optimiser.cooperation.run import cooperation_from_pack, write_cooperation
from optimiser.report import open_pack
from optimiser.report.cooperation import contributions, html_page_of_cooperation, open_cooperation
from optimiser.report.disclosure import published

FEW, MANY = "E06000047", ("E08000037", "E08000021")


def _tables() -> Tables:
    """Forty children, four of them of one authority."""
    tables = small_tables(30, children=(40, 40), provisions=(30, 30))
    tables.policy = {}
    for number, child in enumerate(tables.children):
        child["authority"] = FEW if number < 4 else MANY[number % 2]
        child["sibling_group"] = ""
    return tables


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("cooperation")
    pack = _tables().write(folder / "pack")
    write_cooperation(folder / "run", cooperation_from_pack(pack))
    return pack, folder / "run"


def test_money_of_few_children_is_hidden_and_cannot_be_worked_out(folders: tuple[Path, Path]) -> None:
    pack, run = folders
    table = published(contributions(open_pack(pack), open_cooperation(run)))
    assert table.hidden is not None
    row = table.frame.index[table.frame["code"] == FEW]
    for column in ("children", "alone", "contribution", "saving", "together", "pays"):
        assert table.hidden.loc[row, column].all()
        assert table.hidden[column].sum() >= 2, "one hidden figure alone is the total less the others"


def test_the_page_for_publication_has_contributions_alone(folders: tuple[Path, Path]) -> None:
    pack, run = folders
    whole = html_page_of_cooperation(open_pack(pack), open_cooperation(run)).decode()
    page = html_page_of_cooperation(open_pack(pack), open_cooperation(run), publication=True).decode()
    assert "What pooling does not buy" in whole
    assert "What pooling does not buy" not in page
    assert "Alone and together" not in page
    assert "<td>c</td>" in page
