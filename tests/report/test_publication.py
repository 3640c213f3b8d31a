"""What is published of a run: no count of 1 to 5, none that can be worked out, and no child."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from support.report import GATESHEAD, NEWCASTLE, interval, pack_on_disk, run_on_disk

from optimiser.errors import InputError
from optimiser.report import (
    Kind,
    RunView,
    Table,
    children,
    children_hexagons,
    dfe_table,
    homes,
    html_page,
    if_provider_leaves,
    measures,
    open_run,
    publishable,
    published,
    published_tiles,
    text_frame,
    workbook,
)
from optimiser.report.cells import hidden_of_run
from optimiser.report.contents import aggregate_tables
from optimiser.report.disclosure import small_in


def many(folder: Path) -> RunView:
    """Gateshead: 20 at 1 mile, 3 at 30, 7 at 5. Newcastle: 25 at 5 miles, 8 at 30, 2 without a place."""
    kids: list[dict[str, object]] = []
    placed: dict[str, str] = {}
    plan = [
        (GATESHEAD, "near", 20), (GATESHEAD, "far", 3), (GATESHEAD, "mid", 7),
        (NEWCASTLE, "mid", 25), (NEWCASTLE, "far", 8), (NEWCASTLE, "", 2),
    ]  # fmt: skip
    for authority, home, number in plan:
        for _ in range(number):
            name = f"c{len(kids):03d}"
            kids.append({"child_id": name, "authority": authority, "age": len(kids) % 18})
            if home:
                placed[name] = home
    provision = [
        {"provision_id": name, "name": name, "kind": kind, "authority": code, "miles": miles, "places": 60,
         "vacancies": 50, "weekly_cost": 500, "provider": provider, "sector": "private"}
        for name, kind, code, miles, provider in (
            ("near", "foster_home", GATESHEAD, 1, "A"),
            ("mid", "childrens_home", NEWCASTLE, 5, "B"),
            ("far", "foster_home", "E06000047", 30, "B"),
        )
    ]  # fmt: skip
    return open_run(
        run_on_disk(folder / "run", pack_on_disk(folder / "pack", children=kids, provision=provision), placed)
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunView:
    return many(tmp_path_factory.mktemp("many"))


def test_no_published_table_shows_a_count_of_1_to_5(run: RunView) -> None:
    hidden = 0
    for table in (*aggregate_tables(run, publication=True), published(children_hexagons(run))):
        rows = small_in(table)
        counts = [
            column.name
            for column in table.columns
            if column.kind is Kind.COUNT and not column.rests_on and column.unit == "children"
        ]
        assert not rows[counts].to_numpy().any(), table.name
        assert table.hidden is not None
        hidden += int(table.hidden.to_numpy().sum())
    assert hidden > 0


def test_three_is_hidden_and_what_would_give_it_away(run: RunView) -> None:
    gone = published(measures(run)).frame.set_index("code").isna()
    assert gone.at[GATESHEAD, "over_run"]
    assert gone.at[NEWCASTLE, "over_run"] or gone.at["", "over_run"]
    assert gone.at[GATESHEAD, "share_over_run"]
    shown = text_frame(published(measures(run)))
    assert "c" in set(shown.to_numpy().ravel().tolist())


def test_the_published_tables_together_withstand_linear_programmes(run: RunView) -> None:
    """The attacker knows every published count of every table, and what adds up to what."""
    known: dict[str, float] = {}
    truth: dict[str, float] = {}
    for table, bare in zip(
        aggregate_tables(run, publication=True), aggregate_tables(run, publication=False), strict=True
    ):
        assert bare.keys is not None
        for name in bare.keys:
            shown = table.frame[name].tolist()
            for key, value, real in zip(bare.keys[name], shown, bare.frame[name].tolist(), strict=True):
                if key is None:
                    continue
                truth["|".join(key)] = float(real)
                if not np.isnan(value):
                    known["|".join(key)] = value
    equations = _equations(truth)
    for equation in equations:
        assert sum(weight * truth[name] for name, weight in equation.items()) == 0, equation
    secret = [name for name, value in truth.items() if 0 < value < 6]
    assert secret
    assert not set(secret) & set(known)
    for name in secret:
        least, most = interval(equations, known, name)
        assert most >= 6.0, (name, least, most)
        assert most - least >= 1.0


def _equations(truth: dict[str, float]) -> list[dict[str, float]]:
    """Sums any reader of the tables knows: over authorities, over places and distances, over flows."""
    found = []
    for state in ("run",):
        whats = {name.split("|")[3] for name in truth if name.startswith(f"{state}|region|")}
        for what in whats | {"children"}:
            tag = "pack" if what == "children" else state
            total = f"{tag}|region||{what}"
            parts = [f"{tag}|authority|{code}|{what}" for code in (GATESHEAD, NEWCASTLE)]
            if total in truth and all(part in truth for part in parts):
                found.append({total: 1.0, **dict.fromkeys(parts, -1.0)})
        for row in ("region|", f"authority|{GATESHEAD}", f"authority|{NEWCASTLE}"):
            stem, pack = f"{state}|{row}|", f"pack|{row}|"
            found.append({f"{pack}children": 1.0, f"{stem}placed": -1.0, f"{stem}without": -1.0})
            found.append({f"{stem}placed": 1.0, f"{stem}inside": -1.0, f"{stem}outside": -1.0})
            found.append({f"{stem}placed": 1.0, f"{stem}near": -1.0, f"{stem}over": -1.0})
            for place in ("inside", "outside"):
                found.append(
                    {f"{stem}{place}": 1.0, f"{stem}{place}_near": -1.0, f"{stem}{place}_over": -1.0}
                )
        for code in (GATESHEAD, NEWCASTLE):
            flows = [name for name in truth if name.startswith(f"{state}|flow|{code}|")]
            found.append({f"{state}|authority|{code}|placed": 1.0, **dict.fromkeys(flows, -1.0)})
            inside = f"{state}|flow|{code}|{code}"
            if inside in truth:
                found.append({f"{state}|authority|{code}|inside": 1.0, inside: -1.0})
    return [equation for equation in found if all(name in truth for name in equation)]


def test_children_and_homes_are_refused(run: RunView) -> None:
    for table in (children(run), homes(run), if_provider_leaves(run, "A")):
        assert not publishable(table)
        with pytest.raises(InputError, match="cannot be published"):
            published(table)


def test_publishing_twice_is_publishing_once(run: RunView) -> None:
    once = published(dfe_table(run))
    assert published(once) is once


def test_tiles_hide_a_region_of_few(run: RunView) -> None:
    found = {tile.key: tile for tile in published_tiles(run)}
    assert found["children_without_place"].value_text == "c"
    assert found["children_without_place"].value is None


def test_the_workbook_and_the_page_hide_alike(run: RunView) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(run, publication=True)))
    assert "children" not in book.sheetnames
    assert "homes" not in book.sheetnames
    sheet = book["measures"]
    headings = [cell.value for cell in sheet[3]]
    column = headings.index("Without a place") + 1
    assert {sheet.cell(row, column).value for row in (5, 6)} == {"c"}
    page = html_page(run, publication=True).decode()
    assert "c000" not in page
    assert "c000" not in str([[cell.value for cell in row] for each in book for row in each.iter_rows()])


def test_hiding_is_the_same_every_time(run: RunView) -> None:
    assert hidden_of_run(run) == run.hidden_cells


def test_a_count_that_nothing_says_how_to_hide_is_a_mistake(run: RunView) -> None:
    table = measures(run)
    bare = Table(table.name, table.title, table.columns, table.frame)
    with pytest.raises(ValueError, match="nothing says"):
        published(bare)
