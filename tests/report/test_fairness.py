"""Outcomes by group: counted by hand on a region of 132 children, and attacked as published."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from support.report import GATESHEAD, NEWCASTLE, interval, pack_on_disk, run_on_disk

from optimiser.errors import InputError
from optimiser.report import RunView, open_run, published, text_frame
from optimiser.report import outcomes as out
from optimiser.report import populations as pop
from optimiser.report.fairness import (
    HIGHER,
    LOWER,
    NAMES,
    NO_CLEAR,
    NO_OTHERS,
    NOBODY,
    TOO_FEW,
    UNSURE,
    fairness_csv,
    fairness_miles,
    fairness_rows,
    fairness_shares,
    fairness_tables,
    sentence,
)
from optimiser.report.fairness_cells import OTHERS
from optimiser.report.fairness_file import fairness_page, fairness_workbook
from optimiser.report.intervals import mean_difference, share_difference, share_interval

PLAN = (
    # authority, ethnicity, uasc, disability, age, home, siblings, number
    (GATESHEAD, "WBRI", "no", "no", 5, "near", "", 40),
    (GATESHEAD, "WBRI", "no", "yes", 9, "far", "", 12),
    (GATESHEAD, "BAFR", "yes", "no", 16, "far", "", 9),
    (GATESHEAD, "BAFR", "yes", "no", 16, "", "", 3),
    (NEWCASTLE, "WBRI", "no", "no", 12, "near", "pair", 30),
    (NEWCASTLE, "MWBC", "no", "no", 8, "near", "split", 8),
    (NEWCASTLE, "", "", "", 3, "near", "", 26),
    (NEWCASTLE, "WIRI", "no", "yes", 7, "far", "", 4),
)
"""Pairs of siblings live together, split ones one near and one far; 3 have no place; near is 1 mile, far "
"30."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunView:
    folder = tmp_path_factory.mktemp("fair")
    kids: list[dict[str, object]] = []
    placed: dict[str, str] = {}
    for authority, ethnicity, uasc, disability, age, home, siblings, number in PLAN:
        for at in range(number):
            name = f"c{len(kids):03d}"
            school = 425_000.0 + 1609.344 * (3.5 if at % 2 else 1.0)  # 2.5 miles from near, or there
            kids.append(
                {
                    "child_id": name,
                    "authority": authority,
                    "age": age,
                    "gender": "male" if at % 2 else "female",
                    "sibling_group": f"{siblings}{len(kids) - at}-{at // 2}" if siblings else "",
                    "ethnicity": ethnicity,
                    "uasc": uasc,
                    "disability": disability,
                    "school_easting": school if age in (5, 12) else "",
                    "school_northing": 560_000.0 if age in (5, 12) else "",
                }
            )
            if home:
                placed[name] = "far" if siblings == "split" and at % 2 else home
    homes = [
        {"provision_id": name, "name": name, "kind": "foster_home", "authority": GATESHEAD, "miles": miles,
         "places": 130, "vacancies": 130, "weekly_cost": 500, "provider": "A", "sector": "private"}
        for name, miles in (("near", 1), ("far", 30))
    ]  # fmt: skip
    pack = pack_on_disk(folder / "pack", children=kids, provision=homes)
    return open_run(run_on_disk(folder / "run", pack, placed))


def by_group(run: RunView, dimension: str, outcome: str) -> pd.DataFrame:
    return fairness_shares(run, dimension, outcome).frame.set_index("group")


def test_groups_counted_by_hand(run: RunView) -> None:
    over = by_group(run, out.DISABILITY, "over")
    assert over.index.tolist() == ["With a disability", "Without a disability", "Not known"]
    assert over["base"].tolist() == [16, 87, 26]
    assert over["count"].tolist() == [16, 9 + 4, 0]
    assert over["others_base"].tolist() == [113, 42, 103]
    assert over["reading"].tolist() == [HIGHER + UNSURE, LOWER + UNSURE, LOWER + UNSURE]
    row = over.loc["Without a disability"]
    assert (row["low_95"], row["high_95"]) == share_interval(13, 87)
    ends = np.array(share_difference(13, 87, 16, 42))
    assert (row["difference_low_95"], row["difference_high_95"]) == pytest.approx(100 * ends)
    assert row["difference"] == pytest.approx(100 * (13 / 87 - 16 / 42))


def test_not_known_is_a_group_and_nobody_is_ranked(run: RunView) -> None:
    placed = by_group(run, out.ETHNIC_GROUP, "placed")
    assert placed.index.tolist() == ["White", "Mixed", "Black", "Not known"]
    assert placed["base"].tolist() == [86, 8, 12, 26]
    assert placed["count"].tolist() == [86, 8, 9, 26]
    detail = by_group(run, out.ETHNICITY, "placed")
    assert detail.index.tolist()[:2] == ["White British", "White Irish"]


def test_siblings_together_and_schools_within_walking_distance(run: RunView) -> None:
    siblings = by_group(run, out.ETHNIC_GROUP, "siblings")
    assert siblings["base"].tolist() == [30, 8, 0, 0]
    assert siblings["count"].tolist() == [30, 0, 0, 0]
    assert siblings.at["Black", "reading"] == NOBODY
    school = fairness_shares(run, pop.AGE, "school").frame
    assert (school["base"].iloc[2], school["count"].iloc[2]) == (40, 20)
    assert (school["base"].iloc[3], school["count"].iloc[3]) == (30, 30)


def test_miles_are_those_of_the_run(run: RunView) -> None:
    miles = fairness_miles(run, pop.AUTHORITY).frame.set_index("group")
    figures = run.metrics["by_authority"][GATESHEAD]
    assert miles.at["Gateshead", "mean"] == figures["mean_miles"]
    assert miles.at["Gateshead", "median"] == figures["median_miles"]
    inside = run.run.frame["authority"] == GATESHEAD
    all_miles = run.run.frame["miles"]
    ends = mean_difference(all_miles[inside].dropna().to_numpy(), all_miles[~inside].dropna().to_numpy())
    row = miles.loc["Gateshead"]
    assert (row["difference_low_95"], row["difference_high_95"]) == pytest.approx(ends)
    whole = fairness_miles(run, out.ALL).frame
    assert whole["mean"].tolist() == [run.metrics["mean_miles"]]


def test_words_claim_no_more_than_their_interval(run: RunView) -> None:
    table = fairness_shares(run).frame
    low, high = table["difference_low_95"], table["difference_high_95"]
    clear = (low > 0) | (high < 0)
    assert set(table["reading"][~clear]) <= {NO_CLEAR, TOO_FEW, NOBODY, NO_OTHERS}
    assert table["reading"][clear].str.startswith((HIGHER, LOWER)).all()
    wide = ~clear & (high - low > 20.0)
    assert set(table["reading"][wide]) == {TOO_FEW}
    said = sentence(fairness_shares(run, out.DISABILITY, "over"), fairness_shares(run, out.ALL, "over"))
    assert said.startswith("All children: 22.5% (")
    assert "higher than all others: With a disability" in said


def test_one_group_alone_has_no_others(run: RunView, tmp_path: Path) -> None:
    del run
    lone = open_run(run_on_disk(tmp_path / "run", pack_on_disk(tmp_path / "pack")))
    table = fairness_shares(lone, out.ETHNICITY).frame
    assert set(table["group"]) == {"Not known"}
    assert set(table["reading"][table["base"] > 0]) == {NO_OTHERS}


def test_published_figures_withstand_linear_programmes(run: RunView) -> None:
    """The attacker knows every published count, and all sums of groups and of outcomes."""
    known: dict[str, float] = {}
    truth: dict[str, float] = {}
    for bare in fairness_tables(run, publication=False):
        dimension = bare.frame["dimension"] != out.ETHNICITY
        assert bare.keys is not None
        frame = published(bare).frame
        for name in bare.keys:
            rows = zip(
                bare.keys[name][dimension], frame[name][dimension], bare.frame[name][dimension], strict=True
            )
            for key, value, real in rows:
                truth["|".join(key)] = float(real)
                if not np.isnan(value):
                    known["|".join(key)] = float(value)
    equations = _equations(run, truth)
    for equation in equations:
        assert sum(weight * truth[name] for name, weight in equation.items()) == 0, equation
    secret = [name for name, value in truth.items() if 0 < value < 6]
    assert len(secret) > 5
    assert not set(secret) & set(known)
    for name in secret:
        least, most = interval(equations, known, name)
        assert most >= 6.0, (name, least, most)


def _equations(run: RunView, truth: dict[str, float]) -> list[dict[str, float]]:
    """Group and others make the region; groups make the region; what is left of a base is a count too."""
    found = []
    for dimension in out.PUBLISHED:
        for what in (pop.CHILDREN, pop.PLACED, pop.OVER, out.SIBLINGS, out.TOGETHER, out.SCHOOL, out.KEPT):
            total = "|".join(pop.key_of("run", pop.REGION, "", what))
            parts = [
                "|".join(pop.key_of("run", dimension, value, what)) for value in out.order(run, dimension)
            ]
            found.append({total: 1.0, **dict.fromkeys(parts, -1.0)})
            found += [{total: 1.0, part: -1.0, f"{OTHERS}|{part}": -1.0} for part in parts]
    region = pd.DataFrame([out.indicators(run).sum()], index=[""])
    for dimension, counted in (
        (pop.REGION, region),
        *((each, out.counts(run, each)) for each in out.PUBLISHED),
    ):
        for value, numbers in zip(counted.index, counted.to_dict("records"), strict=True):
            for whole, rest in out.SUMS:
                names = ["|".join(pop.key_of("run", dimension, value, what)) for what in (whole, *rest)]
                for name, what in zip(names, (whole, *rest), strict=True):
                    truth.setdefault(name, float(numbers[what]))
                found.append({names[0]: 1.0, **dict.fromkeys(names[1:], -1.0)})
    return found


def test_words_and_medians_of_few_are_hidden_with_their_figures(run: RunView) -> None:
    shares = fairness_shares(run, publication=True)
    assert shares.hidden is not None
    told = text_frame(shares)["Compared with all others"]
    assert (told[shares.hidden["difference"]] == "c").all()
    assert (told[~shares.hidden["difference"]] != "c").all()
    miles = fairness_miles(run, publication=True).frame
    few = fairness_miles(run).frame
    few = few[few["dimension"] != out.ETHNICITY].reset_index(drop=True)
    assert miles["median_low_95"][few["base"] < 24].isna().all()


def test_ethnicity_in_detail_is_never_published(run: RunView) -> None:
    with pytest.raises(InputError, match="ethnicity is not compared here; accepted: ethnic_group"):
        fairness_shares(run, out.ETHNICITY, publication=True)
    assert "White Irish" not in fairness_csv(run, publication=True).decode()
    assert "White Irish" in fairness_csv(run, publication=False).decode()


def test_the_docs_have_every_column_of_the_file() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fairness.md").read_text(encoding="utf-8")
    assert f"for every group and outcome: {', '.join(f'`{name}`' for name in NAMES)}." in page


def test_every_file_has_the_same_figures(run: RunView) -> None:
    rows = pd.DataFrame(fairness_rows(run, publication=False))
    written = pd.read_csv(io.BytesIO(fairness_csv(run, publication=False)))
    assert rows["estimate"].tolist() == pytest.approx(written["estimate"].tolist(), nan_ok=True)
    shares = written[written["unit"] == "share"]
    assert (shares["count"] / shares["base"]).dropna().tolist() == shares["estimate"].dropna().tolist()
    book = openpyxl.load_workbook(io.BytesIO(fairness_workbook(run, publication=False)))
    sheet = list(book["fairness_shares"].iter_rows(min_row=4, values_only=True))
    heading = [cell.value for cell in book["fairness_shares"][3]].index("Share")
    expected = fairness_shares(run).frame["share"].tolist()
    got = [row[heading] for row in sheet[: len(expected)]]
    assert [value for value in got if isinstance(value, float | int)] == pytest.approx(
        [value for value in expected if not np.isnan(value)]
    )
    page = fairness_page(run, publication=True).decode()
    assert "Adjusted for nothing" in page
    assert "<h2>Disability</h2>" in page


@pytest.mark.parametrize("publication", [True, False])
def test_the_same_bytes_every_time(run: RunView, publication: bool) -> None:
    for write in (fairness_csv, fairness_page, fairness_workbook):
        assert write(run, publication=publication) == write(run, publication=publication)
