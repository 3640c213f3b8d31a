"""Readers in Chromium, each with something to find out; all that they read is in the run's own files."""

from __future__ import annotations

import io
import json
import math
import re
import shlex
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl import Workbook
from playwright.sync_api import expect
from support import forecasts, part_region
from support.browser import Reader
from support.commands import run_command

from optimiser.demand.samples import SAMPLE_RETURNS
from optimiser.ui.forecasting import FORECASTS
from optimiser.ui.front_door import PAGES

DEARER = "dearer-miles"
PUBLISHED: tuple[tuple[str, dict[str, str]], ...] = (
    ("", {}),
    ("distance", {}),
    ("compare", {}),
    ("supply", {"section": "occupancy"}),
    ("supply", {"section": "concentration"}),
    ("fairness", {"by": "disability", "outcome": "placed"}),
    ("fairness", {"by": "authority", "outcome": "siblings"}),
    ("fairness", {"by": "age", "outcome": "miles"}),
    ("tradeoffs", {}),
    ("shocks", {}),
    ("demand", {"by": "band"}),
    ("demand", {"by": "authority"}),
)
"""Pages with counts, and their sections."""
NO_CHILDREN = (
    *("provisions", "places", "vacancies", "free_after_run", "from_miles", "to_miles"),
    *("low_95", "high_95", "point"),
)
"""Columns of whole numbers that count homes, places and miles, and the ends of a forecast's intervals, which
may be small where the count is not; a point of a trade-off is a number of its own."""
SMALL = tuple("12345")


def metrics(run: Path) -> dict[str, Any]:
    """metrics.json of a run."""
    document: dict[str, Any] = json.loads((run / "metrics.json").read_bytes())
    return document


def explanation(run: Path, child: str) -> dict[str, Any]:
    """What explanations.jsonl says of a child."""
    lines = map(json.loads, (run / "explanations.jsonl").read_text(encoding="utf-8").splitlines())
    found: dict[str, Any] = next(line for line in lines if line["child_id"] == child)
    return found


def test_a_first_visit_shows_every_authority_on_the_map(reader: Reader, runs: Path) -> None:
    figures = metrics(runs / part_region.RUN)
    reader.open()
    expect(reader.tile("Children placed")).to_have_text(str(figures["placed"]))
    expect(reader.tile("Children without a place")).to_have_text(str(figures["unplaced"]))
    expect(reader.tile("Median miles from home")).to_have_text(f"{figures['median_miles']:.1f}")
    assert reader.page.get_by_test_id("stSidebarNavLink").all_inner_texts() == list(PAGES.values())

    reader.choose("Also on the map", "Nothing else")
    names = part_region.names()
    assert len(names) == 14
    assert reader.page.locator(".map .area").count() == 14
    fills = {reader.area(code).get_attribute("fill") for code in names}
    assert len(fills) > 2
    assert {code: reader.hover(code) for code in names} == {
        code: f"{names[code]}\nShare over 20 miles, in this run: "
        f"{100 * each['share_over_far_miles']:.1f}%\nChildren: {each['children']}"
        for code, each in figures["by_authority"].items()
    }


def test_an_authority_clicked_on_the_map_is_shown_alone(reader: Reader, runs: Path) -> None:
    code = "E06000057"
    figures = metrics(runs / part_region.RUN)["by_authority"][code]
    reader.open(overlay="none")
    assert reader.hover(code).startswith("Northumberland\n")
    reader.page.mouse.down()
    reader.page.mouse.up()
    expect(reader.page.get_by_role("heading", level=2, name="Northumberland")).to_be_visible()
    reader.settle()
    expect(reader.tile("Children")).to_have_text(str(figures["children"]))
    expect(reader.tile("Median miles from home")).to_have_text(f"{figures['median_miles']:.1f}")
    assert f"authority={code}" in reader.page.url
    reader.page.reload()
    reader.settle()
    expect(reader.tile("Children")).to_have_text(str(figures["children"]))

    reader.area("E06000063").focus()
    reader.page.keyboard.press("Enter")
    expect(reader.page.get_by_role("heading", level=2, name="Cumberland")).to_be_visible()


def test_a_price_is_changed_compared_and_run_again_headless(
    reader: Reader, runs: Path, tmp_path: Path
) -> None:
    page = reader.open("plan")
    price = page.get_by_label("Each mile from home (£ a week)")
    expect(price).to_have_value("10.00")
    price.fill("60")
    page.get_by_label("Name for the run").fill(DEARER)
    page.get_by_role("button", name="Find the best places").click()
    expect(page.get_by_text(re.compile(f"Run {DEARER} is finished"))).to_be_visible()
    reader.settle()
    before, after = metrics(runs / part_region.RUN), metrics(runs / DEARER)
    assert after["mean_miles"] < before["mean_miles"]
    expect(reader.tile("Children placed")).to_have_text(str(after["placed"]))

    page.get_by_role("link", name=f"Compare with {part_region.RUN}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare two runs")
    reader.settle()
    expect(reader.tile("Weekly cost")).to_have_text(f"£{after['weekly_cost_total']:,.0f}")
    difference = after["weekly_cost_total"] - before["weekly_cost_total"]
    sign = "-" if difference < 0 else "+"
    expect(reader.change("Weekly cost")).to_contain_text(f"{sign}£{abs(difference):,.0f}")
    expect(reader.change("Weekly cost")).to_contain_text(f"before £{before['weekly_cost_total']:,.0f}")
    heading, row = reader.table("Key")[:2]
    policy = dict(zip(heading, row, strict=True))
    assert (policy["Key"], policy["First run"], policy["Second run"]) == ("prices.mile", "10", "60")

    reader.go("Plan a run")
    (tmp_path / "policy.toml").write_bytes(reader.download("Download policy.toml"))
    program, *words = shlex.split(page.get_by_test_id("stCode").first.inner_text())
    assert program == "optimiser"
    moved = {"policy.toml": str(tmp_path / "policy.toml"), "my-run": str(tmp_path / "again")}
    assert run_command(*(moved.get(word, word) for word in words)).exit_code == 0
    again = (tmp_path / "again" / "allocations.csv").read_bytes()
    assert again == (runs / DEARER / "allocations.csv").read_bytes()
    assert again != (runs / part_region.RUN / "allocations.csv").read_bytes()


def test_a_broken_pack_is_refused_with_its_faults(reader: Reader, runs: Path, tmp_path: Path) -> None:
    pack = runs / "packs" / part_region.PACK
    children = pd.read_csv(pack / "children.csv", dtype="str", keep_default_na=False)
    children.loc[7, "age"] = "19"
    children.loc[11, "home_postcode"] = "NOWHERE"
    children.to_csv(tmp_path / "children.csv", index=False, lineterminator="\n")
    others = [path for path in sorted(pack.iterdir()) if path.name != "children.csv"]

    page = reader.open("plan")
    page.get_by_text("upload a region pack").click()
    page.locator('input[type="file"]').set_input_files([*others, tmp_path / "children.csv"])
    expect(page.get_by_test_id("stFileChipName")).to_have_count(len(others) + 1)
    page.get_by_role("button", name="Check and use this pack").click()
    expect(page.get_by_text("The region pack has 2 faults. Nothing was kept.")).to_be_visible()
    reader.settle()
    heading, *rows = reader.table("File")
    faults = [dict(zip(heading, row, strict=True)) for row in rows]
    assert [(each["File"], each["Row"], each["Column"]) for each in faults] == [
        ("children.csv", "9", "age"),
        ("children.csv", "13", "home_postcode"),
    ]
    assert faults[0]["What is wrong"] == "age is 19"
    assert faults[0]["What would be accepted"] == "a whole number from 0 to 17"
    assert "NOWHERE" in faults[1]["What is wrong"]
    assert [path.name for path in (runs / "packs").iterdir()] == [part_region.PACK]


def test_the_worst_placed_child_is_found_and_the_reason_read(reader: Reader, runs: Path) -> None:
    placed = pd.read_csv(runs / part_region.RUN / "allocations.csv").dropna(subset=["miles"])
    worst = max(placed.to_dict("records"), key=lambda row: float(row["miles"]))
    told = explanation(runs / part_region.RUN, worst["child_id"])
    page = reader.open(run=part_region.RUN)
    reader.go("Children")
    heading, first = reader.table("Child")[:2]
    listed = dict(zip(heading, first, strict=True))
    assert listed["Child"] == worst["child_id"]
    assert float(listed["Miles from home"]) == worst["miles"]

    reader.choose("Open the page of a child", worst["child_id"])
    expect(page.get_by_role("heading", level=2, name=f"Child {worst['child_id']}")).to_be_visible()
    expect(reader.tile("Miles from home")).to_have_text(f"{worst['miles']:.1f}")
    expect(reader.tile("Score")).to_have_text(f"£{worst['score']:,.0f}")
    page.get_by_text("Data behind this chart").click()
    terms = reader.table("What counts")[1:-1]
    assert [float(row[-1]) for row in terms] == list(told["place"]["terms"].values())
    better = [row[0] for row in reader.table("Place")[1:]]
    assert better == [each["provision_id"] for each in told["better_places"][: len(better)]] != []


def test_a_run_that_is_tampered_with_is_refuted(reader: Reader, runs: Path) -> None:
    run = runs / "a-copy"
    made = runs / part_region.RUN
    run.mkdir()
    for path in made.iterdir():
        (run / path.name).write_bytes(path.read_bytes())
    page = reader.open("audit", record=run.name)
    verify = page.get_by_role("button", name="Verify now")
    verify.click()
    figures = metrics(run)
    proven = page.get_by_test_id("stAlert").filter(has_text="PROVEN")
    pence = math.ceil(100 * (figures["score_total"] - figures["score_bound"]))
    expect(proven).to_contain_text(f"£{pence / 100:,.2f} a week")

    allocations = (run / "allocations.csv").read_text(encoding="utf-8")
    (run / "allocations.csv").write_text(allocations.replace("placed", "unplaced", 1), encoding="utf-8")
    reader.settle()
    verify.click()
    expect(page.get_by_test_id("stAlert").filter(has_text="Refuted")).to_be_visible()
    expect(proven).to_have_count(0)
    reader.settle()
    assert any("allocations.csv" in row[0] for row in reader.table("What does not hold")[1:])


def test_the_sample_returns_are_offered_and_their_forecast_read(reader: Reader, runs: Path) -> None:
    table = pd.read_csv(runs / FORECASTS / forecasts.NAME / "forecast.csv", keep_default_na=False)
    last = table[(table["band"] == "all") & (table["category"] == "all") & (table["day"] == "2027-03-31")]
    shown = last.set_index("authority")
    page = reader.open()
    reader.go("Demand")
    expect(page.get_by_role("combobox", name="Returns")).to_have_value(f"{SAMPLE_RETURNS} (sample)")
    expect(reader.tile("In care now")).to_have_text(f"{shown['now']['all']:,.0f}")
    reader.choose("Authority", "Gateshead")
    mean = shown["mean"]["E08000037"]
    expect(reader.tile("On 31 March 2027")).to_have_text(f"{mean:,.1f}")
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()
    assert "authority=E08000037" in page.url


def test_the_publication_view_hides_a_count_of_three_everywhere(reader: Reader, runs: Path) -> None:
    by_authority = metrics(runs / part_region.RUN)["by_authority"]
    code = next(code for code, each in by_authority.items() if each["over_far_miles"] == 3)
    name = part_region.names()[code]

    reader.open(run=part_region.RUN, overlay="none")
    assert cell(reader, "over_run", code) == "3"
    assert (
        reader.hover(code)
        .splitlines()[1]
        .endswith(f"{100 * by_authority[code]['share_over_far_miles']:.1f}%")
    )
    reader.switch("Publication view")
    assert "publication=yes" in reader.page.url
    assert cell(reader, "over_run", code) == "c"
    assert reader.hover(code).splitlines()[1].endswith(": c")

    shown = {"run": part_region.RUN, "compare": part_region.BEFORE, "publication": "yes"}
    seen = 0
    for path, section in PUBLISHED:
        reader.open(path, **shown, **section)
        for table in reader.csvs():
            counts = table[
                [each for each in table if each not in NO_CHILDREN and "difference" not in str(each)]
            ]
            assert not counts.isin(SMALL).to_numpy().any(), (path, list(table))
            seen += int((table == "c").to_numpy().sum())
    assert seen > 100

    reader.open("audit", record=part_region.RUN, **shown)
    book = openpyxl.load_workbook(io.BytesIO(reader.download("Excel workbook")))
    assert book_cell(book, "Living over 20 miles, in this run", name) == "c"
    assert not small_counts(book)
    reader.switch("Publication view")
    book = openpyxl.load_workbook(io.BytesIO(reader.download("Excel workbook")))
    assert book_cell(book, "Living over 20 miles, in this run", name) == 3
    assert small_counts(book)


def cell(reader: Reader, column: str, code: str) -> str:
    """One figure of the table behind the region's map."""
    table = next(each for each in reader.csvs() if column in each)
    return str(table.set_index("code").at[code, column])


def book_cell(book: Workbook, heading: str, name: str) -> object:
    """One figure of the workbook's sheet of measures."""
    rows = list(book["measures"].iter_rows(values_only=True))
    at = next(number for number, row in enumerate(rows) if heading in row)
    return next(row for row in rows if name in row)[rows[at].index(heading)]


def small_counts(book: Workbook) -> list[tuple[str, str, object]]:
    """Sheet, heading and figure of every count of 1 to 5 children, or sibling groups, in the workbook."""
    notes = [row[:4] for row in book["notes"].iter_rows(values_only=True)]
    counted = [
        (sheet, heading) for sheet, _, heading, unit in notes if unit in ("children", "sibling groups")
    ]
    found: list[tuple[str, str, object]] = []
    for sheet, heading in counted:
        rows = list(book[str(sheet)].iter_rows(values_only=True))
        at = next((number for number, row in enumerate(rows) if heading in row), None)
        if at is None or "ifference" in str(heading):
            continue
        column = rows[at].index(heading)
        cells = [row[column] for row in rows[at + 1 :]]
        found += [(str(sheet), str(heading), value) for value in cells if value in range(1, 6)]
    return found
