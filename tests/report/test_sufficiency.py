"""The sufficiency report: a case by hand, the run's own figures, and what publication hides."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from support.commands import json_of, names_in, run_command
from support.report import GATESHEAD, NEWCASTLE, pack_on_disk, run_on_disk

from optimiser.audit.manifest import sha256
from optimiser.audit.next_places import COLUMNS
from optimiser.report import open_run, published, text_frame
from optimiser.report.disclosure import small_in
from optimiser.report.sufficiency import (
    Sufficiency,
    by_authority,
    need_by_care,
    need_by_group,
    sufficiency_tables,
)
from optimiser.verification.verify import verify_run

NOTHING = pd.DataFrame(columns=list(COLUMNS))
TABLES = ("sufficiency.csv", "next_places.csv", "sufficiency.html", "sufficiency.xlsx")


def hand(folder: Path) -> Sufficiency:
    """Gateshead: a baby at 1 mile inside, three siblings of 12 at 30 miles outside, one of 16 nowhere."""
    kids: list[dict[str, object]] = [
        {"child_id": "baby", "authority": GATESHEAD, "age": 0},
        *({"child_id": f"s{n}", "authority": GATESHEAD, "age": 12, "sibling_group": "g"} for n in range(3)),
        {"child_id": "old", "authority": GATESHEAD, "age": 16, "needs": "complex_trauma"},
    ]
    provision: list[dict[str, object]] = [
        {"provision_id": "near", "kind": "foster_home", "authority": GATESHEAD, "miles": 1, "places": 2,
         "vacancies": 1, "age_max": 4, "weekly_cost": 500, "sector": "private"},
        {"provision_id": "far", "kind": "foster_home", "authority": NEWCASTLE, "miles": 30, "places": 4,
         "vacancies": 4, "age_max": 15, "weekly_cost": 500, "sector": "private"},
    ]  # fmt: skip
    pack = pack_on_disk(folder / "pack", children=kids, provision=provision)
    placed = {"baby": "near", **{f"s{n}": "far" for n in range(3)}}
    return Sufficiency(open_run(run_on_disk(folder / "run", pack, placed)), NOTHING)


def rows(frame: pd.DataFrame, *names: str) -> dict[tuple[str, ...], list[float]]:
    figures = ["children", "without", "over", "outside", "vacancies", "balance"]
    return {
        tuple(str(row[name]) for name in names): [float(row[name]) for name in figures]
        for row in frame.to_dict(orient="records")
    }


def test_a_case_by_hand(tmp_path: Path) -> None:
    found = hand(tmp_path)
    care = rows(need_by_care(found).frame, "authority_code", "care", "age_band")
    assert care[GATESHEAD, "Foster care", "Under 1"] == [1, 0, 0, 0, 1, 0]
    assert care[GATESHEAD, "Foster care", "10 to 15"] == [3, 0, 3, 3, 0, -3]
    assert care[GATESHEAD, "Foster care", "16 and 17"] == [1, 1, 0, 0, 0, -1]
    assert care[NEWCASTLE, "Foster care", "10 to 15"] == [0, 0, 0, 0, 4, 4]
    assert care["", "Foster care", "10 to 15"] == [3, 0, 3, 3, 4, 1]
    assert (GATESHEAD, "Foster care", "5 to 9") not in care
    group = rows(need_by_group(found).frame, "authority_code", "group")
    assert group[GATESHEAD, "Sibling groups of three or more"] == [3, 0, 3, 3, 0, -3]
    assert group[GATESHEAD, "Teenagers"] == [4, 1, 3, 3, 0, -4]
    assert group[GATESHEAD, "Complex trauma, therapeutic care"] == [1, 1, 0, 0, 0, -1]
    assert group[NEWCASTLE, "Sibling groups of three or more"][4] == 3
    assert group["", "Teenagers"][:4] == [4, 1, 3, 3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sufficiency") / "run"
    assert run_command("sufficiency", "gateshead-ten", "--out", out).exit_code == 0
    return out


def test_the_folder_is_a_run_with_its_tables_and_vouches_for_each_file(folder: Path) -> None:
    assert names_in(folder) == sorted([*TABLES, "manifest.json", "run"])
    outputs = json.loads((folder / "manifest.json").read_bytes())["outputs"]
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert set(outputs) == files - {"manifest.json"}
    assert all(sha256((folder / name).read_bytes()) == known for name, known in outputs.items())
    assert verify_run(folder / "run").proven


def test_figures_are_those_of_metrics_json(folder: Path) -> None:
    metrics = json.loads((folder / "run" / "metrics.json").read_bytes())
    with (folder / "sufficiency.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    total = {row["authority_code"]: row for row in found if row["table"] == "sufficiency_by_authority"}
    for code, figures in {"": metrics, **metrics["by_authority"]}.items():
        assert int(total[code]["children"]) == figures["children"]
        assert int(total[code]["without"]) == figures["unplaced"]
        assert int(total[code]["over"]) == figures["over_far_miles"]
        cells = [r for r in found if r["table"] == "sufficiency_by_care" and r["authority_code"] == code]
        for name, figure in (("children", "children"), ("without", "unplaced"), ("over", "over_far_miles")):
            assert sum(int(row[name]) for row in cells) == figures[figure]


def test_the_same_bytes_twice(folder: Path, tmp_path: Path) -> None:
    said = json_of(run_command("sufficiency", "gateshead-ten", "--out", tmp_path / "two", "--json"))
    assert said["rows"]["next_places"] == 4
    for name in (*TABLES, "run/allocations.csv"):
        assert (folder / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_workbook_and_page_have_the_figures_of_the_csv(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "sufficiency.xlsx")
    sheet = [row[:10] for row in book["next_places"].iter_rows(min_row=4, max_row=7, values_only=True)]
    with (folder / "next_places.csv").open(encoding="utf-8", newline="") as file:
        for row, line in zip(sheet, csv.DictReader(file), strict=True):
            assert float(row[7]) == float(line["saving_gbp_per_week"])
            assert row[2] == line["sort"]
    page = (folder / "sufficiency.html").read_text(encoding="utf-8")
    assert "Section 22G" in page
    assert "http" not in page.lower().replace("https://www.w3.org", "")


def test_publication_leaves_out_the_run_and_hides_small_counts_everywhere(tmp_path: Path) -> None:
    out = tmp_path / "published"
    assert run_command("sufficiency", "gateshead-ten", "--out", out, "--publication").exit_code == 0
    assert names_in(out) == sorted([*TABLES, "manifest.json"])
    counts = ("children", "without", "over", "outside", "unplaced_change", "separated_change")
    for name in TABLES[:2]:
        with (out / name).open(encoding="utf-8", newline="") as file:
            shown = [row.get(column) for row in csv.DictReader(file) for column in counts]
        assert "c" in shown or name == "next_places.csv"
        assert not {"1", "2", "3", "4", "5", "-1", "-2", "-3"} & set(shown)
    book = openpyxl.load_workbook(out / "sufficiency.xlsx")
    for table in ("sufficiency_by_authority", "sufficiency_by_care", "sufficiency_by_group"):
        values = list(book[table].iter_rows(min_row=3, values_only=True))
        columns = [
            at
            for at, label in enumerate(values[0])
            if str(label).startswith(("Children", "Without", "Placed"))
        ]
        cells = [row[at] for row in values[1:] for at in columns if at < len(row)]
        assert "c" in cells
        assert not {1, 2, 3, 4, 5} & set(cells)


def test_publication_hides_a_3_and_keeps_what_the_run_shows(tmp_path: Path) -> None:
    kids: list[dict[str, object]] = []
    placed: dict[str, str] = {}
    for number in range(40):
        name = f"c{number:02d}"
        kids.append(
            {"child_id": name, "authority": GATESHEAD, "age": 12 if number < 3 else 6 + 10 * (number % 2)}
        )
        placed[name] = "near"
    provision: list[dict[str, object]] = [
        {"provision_id": "near", "kind": "foster_home", "authority": GATESHEAD, "miles": 1, "places": 60,
         "vacancies": 50, "weekly_cost": 500, "sector": "private"},
    ]  # fmt: skip
    pack = pack_on_disk(tmp_path / "pack", children=kids, provision=provision)
    changes = [
        (GATESHEAD, "teenagers", 1, -1, 0, -600.0, 0.0, 19.0, "yes"),
        (GATESHEAD, "home", 1, 0, 0, 12.0, 0.0, 19.0, "yes"),
    ]
    nexts = pd.DataFrame(changes, columns=list(COLUMNS))
    found = Sufficiency(open_run(run_on_disk(tmp_path / "run", pack, placed)), nexts)
    assert need_by_care(found).frame["children"].tolist().count(3) == 2
    for table in sufficiency_tables(found):
        assert not small_in(published(table)).to_numpy().any()
    run_hides, hides = found.run.hidden_cells, found.hidden_cells
    assert run_hides <= hides
    assert {key[0] for key in hides - run_hides} <= {"need", "shortage_group", "run"}
    nexts_shown = text_frame(published(sufficiency_tables(found)[-1]))
    assert nexts_shown["Saving in the score"].tolist() == ["c", "£12"]
    assert nexts_shown["Children without a place, change"].tolist() == ["c", "0"]


def test_who_goes_without_is_the_total_of_the_region(tmp_path: Path) -> None:
    last = by_authority(hand(tmp_path)).frame.iloc[-1]
    assert last[["children", "without", "over", "outside"]].tolist() == [5, 1, 3, 3]


@pytest.mark.parametrize("words", [["--gap", "nan"], ["--policy", "no.toml"]])
def test_what_cannot_be_used_is_refused_and_nothing_is_written(words: list[str], tmp_path: Path) -> None:
    done = run_command("sufficiency", "gateshead-ten", "--out", tmp_path / "out", *words)
    assert done.exit_code == 2
    assert names_in(tmp_path) == []


def test_a_folder_that_is_there_is_refused(tmp_path: Path) -> None:
    done = run_command("sufficiency", "gateshead-ten", "--out", tmp_path)
    assert done.exit_code == 2
    assert "exists already" in done.stderr
