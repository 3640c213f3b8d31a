"""The workbook, read back, has the digits of the run's files; the page asks nothing of any host."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
import typer
from support.report import pack_on_disk, run_on_disk
from typer.testing import CliRunner

from optimiser.commands.report import report
from optimiser.errors import InputError
from optimiser.report import RunView, html_page, open_run, run_record, run_zip, runs_in, workbook

HEADER = 3


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunView:
    folder = tmp_path_factory.mktemp("five")
    return open_run(run_on_disk(folder / "runs" / "one", pack_on_disk(folder / "pack")))


def test_the_workbook_has_the_digits_of_the_files(run: RunView) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(run)))
    sheet = book["children"]
    headings = {cell.value: cell.column for cell in sheet[HEADER]}
    rows = list(csv.DictReader(io.StringIO((run.folder / "allocations.csv").read_text())))
    for number, row in enumerate(rows, start=HEADER + 1):
        assert sheet.cell(number, headings["Child"]).value == row["child_id"]
        for heading, name in (
            ("Miles from home", "miles"),
            ("Score", "score"),
            ("Weekly cost", "weekly_cost"),
        ):
            value = sheet.cell(number, headings[heading]).value
            assert value in (None, "") if row[name] == "" else value == float(row[name])
    metrics = json.loads((run.folder / "metrics.json").read_bytes())
    sheet = book["measures"]
    headings = {cell.value: cell.column for cell in sheet[HEADER]}
    total = HEADER + 3
    assert sheet.cell(total, headings["Median miles, in this run"]).value == metrics["median_miles"]
    assert sheet.cell(total, headings["Weekly cost, in this run"]).value == metrics["weekly_cost_total"]
    assert sheet.cell(total, headings["Weekly cost, in this run"]).number_format == "£#,##0.00"
    assert sheet.freeze_panes == "B4"
    assert book.sheetnames[0] == "notes"


def test_the_same_run_gives_the_same_bytes(run: RunView) -> None:
    assert workbook(run) == workbook(run)
    assert html_page(run) == html_page(run)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_is_self_contained_and_accessible(run: RunView) -> None:
    text = html_page(run).decode()
    assert not re.search(r"https?:|//[a-z]|url\(|@import", text)
    page = _Page()
    page.feed(text)
    names = [tag for tag, _ in page.tags]
    assert not {"script", "link", "img", "iframe"} & set(names)
    assert ("html", {"lang": "en-GB"}) in page.tags
    assert names.count("caption") == names.count("table") > 5
    assert names.count("h1") == 1
    for tag, attributes in page.tags:
        if tag == "svg":
            assert attributes["role"] == "img"
            assert attributes["aria-labelledby"]
    assert "@page{size:A4" in text


def test_a_broken_run_is_listed_as_broken(run: RunView, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    good = runs / "good"
    runs.mkdir()
    good.mkdir()
    for path in run.folder.iterdir():
        (good / path.name).write_bytes(path.read_bytes())
    bad = runs / "bad"
    bad.mkdir()
    for path in run.folder.iterdir():
        (bad / path.name).write_bytes(path.read_bytes())
    (bad / "allocations.csv").write_text("tampered")
    empty = runs / "half"
    empty.mkdir()
    (empty / "manifest.json").write_text("{")
    frame = runs_in(runs).frame.set_index("name")
    assert frame["status"].to_dict() == {"good": "feasible", "bad": "broken", "half": "broken"}
    assert "allocations.csv was altered" in str(frame.at["bad", "problem"])
    assert frame.at["good", "policy_differences"] == "default"
    assert frame.at["good", "children"] == 5
    found = run_record(bad).files().frame.set_index("file")["found"]
    assert found["allocations.csv"] == "altered"
    assert run_zip(bad) == run_zip(bad)
    with pytest.raises(InputError, match=r"allocations\.csv was altered"):
        open_run(bad)


def _invoke(*words: object) -> int:
    app = typer.Typer()
    app.command()(report)
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, InputError):
        return result.exception.exit_status
    return result.exit_code


def test_the_command_writes_both_or_neither(run: RunView, tmp_path: Path) -> None:
    xlsx, html = tmp_path / "a.xlsx", tmp_path / "b.html"
    pack = run.pack.folder
    assert _invoke(run.folder, "--xlsx", xlsx, "--html", html, "--pack", pack) == 0
    assert xlsx.read_bytes() == workbook(run)
    assert html.read_bytes() == html_page(run)
    other = tmp_path / "c.html"
    assert _invoke(run.folder, "--xlsx", xlsx, "--html", other) == 2
    assert not other.exists()
    assert _invoke(run.folder) == 2
    assert _invoke(tmp_path / "none", "--html", other) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.html"]
