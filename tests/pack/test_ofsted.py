"""Ofsted's register into provision.csv: every row is used or set aside with its reason."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pandas as pd
import pytest
from support.ofsted_sheets import home, premises, write_sheet

from optimiser.errors import InputError
from optimiser.pack.ofsted import (
    PROVISION_COLUMNS,
    SET_ASIDE_COLUMNS,
    TYPICAL_PLACES,
    Import,
    import_ofsted,
)
from optimiser.pack.ofsted_rows import (
    DOUBLED,
    NO_PLACES,
    NO_SECTOR,
    NO_URN,
    NOT_ACTIVE,
    OTHER_TYPE,
    OUTSIDE,
    SHORT_BREAKS,
    TYPE_REASONS,
    UNKNOWN_AUTHORITY,
)
from optimiser.pack.postcodes import postcodes_of_authorities

HARTLEPOOL, DURHAM, CUMBERLAND, FURNESS = "E06000001", "E06000047", "E06000063", "E06000064"
REGISTER = "providers_and_places_at_31_march_2025.csv"
PREMISES = "supported_accommodation_premises_at_31_march_2025.csv"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return tmp_path / "register.csv"


def _only_reason(result: Import) -> str:
    assert result.provision.empty
    assert len(result.set_aside) == 1
    return str(result.set_aside["reason"].item())


def _postcodes(code: str) -> set[str]:
    return set(postcodes_of_authorities([code])["postcode"])


def test_a_home_becomes_a_row_of_provision(register: Path) -> None:
    write_sheet(register, [home()])
    result = import_ofsted(register, authorities=[HARTLEPOOL])
    assert list(result.provision.columns) == list(PROVISION_COLUMNS)
    row = result.provision.iloc[0].to_dict()
    assert row.pop("postcode") in _postcodes(HARTLEPOOL)
    assert row == {
        "provision_id": "2700001",
        "name": "Children's home 2700001",
        "provider": "Example Care Limited",
        "kind": "childrens_home",
        "sector": "private",
        "authority": HARTLEPOOL,
        "places": 4,
        "vacancies": 4,
        "age_min": 0,
        "age_max": 17,
        "genders": "any",
        "skills": "",
        "weekly_cost": 7000.0,
        "ofsted": "not_inspected",
        "named_children": "",
        "location": "random_postcode_of_authority",
        "places_source": "register",
        "vacancies_source": "assumed_all",
        "weekly_cost_source": "typical",
        "urn": "2700001",
        "registered": "2014-11-11",
        "constituency": "Hartlepool",
        "service_category": "",
    }
    assert str(result.as_at) == "2025-03-31"
    assert (result.rows_read, len(result.set_aside)) == (1, 0)
    assert any("vacant" in sentence for sentence in result.assumptions)


def test_premises_of_one_provider_are_provisions_of_their_own(register: Path) -> None:
    write_sheet(register, [home()])
    rows = [premises(), premises(), premises(Places="1")]
    sheet = write_sheet(register.with_name("premises.csv"), rows)
    table = import_ofsted(register, supported_accommodation=sheet, authorities=[HARTLEPOOL]).provision
    table = table[table["kind"] == "supported_accommodation"]
    assert table["provision_id"].tolist() == ["2739460-1", "2739460-2", "2739460-3"]
    assert table["places"].tolist() == [1, 3, 3]
    assert table["postcode"].nunique() == 3
    assert set(table["age_min"]) == {16}
    assert set(table["service_category"]) == {"Category 3"}
    assert set(table["weekly_cost"]) == {1600.0}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (home(URN="12345"), NO_URN),
        (home(URN=""), NO_URN),
        (home(Local_authority="Atlantis"), UNKNOWN_AUTHORITY),
        (home(Local_authority=""), UNKNOWN_AUTHORITY),
        (home(Local_authority="Cornwall"), OUTSIDE),
        (home(Local_authority="Cardiff"), OUTSIDE),
        (home(Provision_type="Holiday camp"), OTHER_TYPE),
        (home(Registration_status="Suspended"), NOT_ACTIVE),
        (home() | {"Short-break-only children's home": "Short breaks only"}, SHORT_BREAKS),
        (home(Places=""), NO_PLACES),
        (home(Places="0"), NO_PLACES),
        (home(Places="two"), NO_PLACES),
        (home(Sector="Academy"), NO_SECTOR),
    ],
)
def test_each_reason(register: Path, row: dict[str, str], reason: str) -> None:
    write_sheet(register, [row])
    assert _only_reason(import_ofsted(register, authorities=[HARTLEPOOL])) == reason


@pytest.mark.parametrize("kind", sorted(TYPE_REASONS))
def test_each_other_provision_type_has_its_reason(register: Path, kind: str) -> None:
    write_sheet(register, [home(Provision_type=kind.title().replace("'S", "'s"))])
    assert _only_reason(import_ofsted(register, authorities=[HARTLEPOOL])) == TYPE_REASONS[kind]


@pytest.mark.parametrize("urn", ["2700001", "SC012345", "sc012345", " SC012345 "])
def test_urns_of_both_kinds(register: Path, urn: str) -> None:
    write_sheet(register, [home(URN=urn)])
    table = import_ofsted(register, authorities=[HARTLEPOOL]).provision
    assert table["provision_id"].tolist() == [urn.strip().upper()]


@pytest.mark.parametrize(
    "text", ["Children's Home", "Children's home", "Children’s home", "CHILDREN'S  HOME"]
)
def test_a_childrens_home_however_it_is_written(register: Path, text: str) -> None:
    write_sheet(register, [home(Provision_type=text)])
    assert len(import_ofsted(register, authorities=[HARTLEPOOL]).provision) == 1


def test_a_urn_on_two_rows_is_used_once_whatever_their_order(register: Path) -> None:
    rows = [home(Places="3"), home(Places="5"), home(Registration_status="Suspended", Places="1")]
    used = []
    for order in (rows, rows[::-1]):
        write_sheet(register, order)
        result = import_ofsted(register, authorities=[HARTLEPOOL])
        used.append(result.provision)
        assert sorted(result.set_aside["reason"]) == sorted([DOUBLED, NOT_ACTIVE])
    pd.testing.assert_frame_equal(used[0], used[1])


def test_set_aside_names_file_row_and_reason(register: Path) -> None:
    write_sheet(register, [home(), home(URN="9", Name="Two\nlines"), home(URN="2700002", Places="")])
    table = import_ofsted(register, authorities=[HARTLEPOOL]).set_aside
    assert list(table.columns) == list(SET_ASIDE_COLUMNS)
    assert table["row"].tolist() == [6, 7], "titles 1 to 3, header 4; a cell of two lines is one row"
    assert table["file"].unique().tolist() == ["register.csv"]
    assert table["name"].tolist() == ["Two lines", "REDACTED"]


def test_a_published_postcode_stays(register: Path) -> None:
    write_sheet(
        register, [home(Postcode="ts24 0jr", Name="The Lodge"), home(URN="2700002", Postcode="TS24 9ZZ9")]
    )
    table = import_ofsted(register, authorities=[HARTLEPOOL]).provision
    assert table["location"].tolist() == ["as_published", "random_postcode_of_authority"]
    assert table["postcode"].iloc[0] == "TS24 0JR"
    assert table["name"].iloc[0] == "The Lodge"


def test_draws_hang_on_seed_and_urn_alone(register: Path) -> None:
    rows = [home(URN=f"27{number:05}") for number in range(30)]
    rows += [home(URN=f"28{number:05}", Local_authority="Durham") for number in range(30)]
    write_sheet(register, rows)
    whole = import_ofsted(register, authorities=[HARTLEPOOL, DURHAM], occupancy=0.5)
    random.Random(1).shuffle(rows)
    write_sheet(register, rows)
    shuffled = import_ofsted(register, authorities=[DURHAM, HARTLEPOOL], occupancy=0.5)
    pd.testing.assert_frame_equal(whole.provision, shuffled.provision)
    part = import_ofsted(register, authorities=[DURHAM], occupancy=0.5).provision
    kept = whole.provision[whole.provision["authority"] == DURHAM].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, kept)
    other = import_ofsted(register, authorities=[HARTLEPOOL, DURHAM], occupancy=0.5, seed=1).provision
    assert (other["postcode"] != whole.provision["postcode"]).mean() > 0.9
    assert set(kept["postcode"]) <= _postcodes(DURHAM)


def test_a_county_draws_from_its_districts(register: Path) -> None:
    write_sheet(
        register, [home(Local_authority="Rutland"), home(URN="2700002", Local_authority="Cambridgeshire")]
    )
    table = import_ofsted(register, authorities=["E06000017", "E10000003"]).provision
    assert set(table["authority"]) == {"E06000017", "E10000003"}
    assert table["postcode"].str.match("[LPCS]").all()


def test_occupancy_takes_places(register: Path) -> None:
    write_sheet(register, [home(URN=f"27{number:05}") for number in range(200)])
    vacancies = [
        import_ofsted(register, authorities=[HARTLEPOOL], occupancy=share).provision["vacancies"]
        for share in (0.0, 0.25, 0.9, 1.0)
    ]
    assert [int(one.sum()) for one in (vacancies[0], vacancies[3])] == [800, 0]
    assert 0.68 < vacancies[1].sum() / 800 < 0.82
    assert 0.04 < vacancies[2].sum() / 800 < 0.16
    assert (vacancies[1] >= vacancies[2]).all()


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_an_occupancy_that_is_no_share(register: Path, share: float) -> None:
    with pytest.raises(InputError, match="occupancy"):
        import_ofsted(write_sheet(register, [home()]), authorities=[HARTLEPOOL], occupancy=share)


def test_costs_of_an_authority_go_before_typical_ones(register: Path) -> None:
    write_sheet(register, [home(), home(URN="2700002", Local_authority="Durham", Sector="Local Authority")])
    table = import_ofsted(
        register, authorities=[HARTLEPOOL, DURHAM], residential_cost={DURHAM: 8720}
    ).provision
    assert table["weekly_cost"].tolist() == [7000.0, 8720.0]
    assert table["weekly_cost_source"].tolist() == ["typical", "authority_mean"]


@pytest.mark.parametrize(
    ("published", "code"),
    [
        ("Outstanding", "outstanding"),
        ("Good", "good"),
        ("Requires improvement to be good", "requires_improvement"),
        ("Inadequate", "inadequate"),
        ("", "not_inspected"),
        ("Not yet judged", "not_inspected"),
    ],
)
def test_judgements_where_a_year_has_them(register: Path, published: str, code: str) -> None:
    column = "Overall experiences and progress of children and young people"
    write_sheet(register, [home() | {column: published}])
    assert import_ofsted(register, authorities=[HARTLEPOOL]).provision["ofsted"].tolist() == [code]


EARLIER_HEADERS = {
    "Provision type": "Provider type",
    "Local authority": "LA name",
    "Name": "Setting name",
    "Organisation name": "Organisation which owns the provider",
    "Registration date": "Date registered",
    "Places": "Max users",
}


@pytest.mark.parametrize(
    "titles", [(), ("Provider level at 31 Aug 2021",), ("a", "", "URN notes", "b", "c", "d")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_layouts_of_earlier_years(register: Path, titles: tuple[str, ...], encoding: str) -> None:
    row = home(
        Registration_date="01/06/2015", Organisation_name="Café Care – Ltd", Provision_type="Children’s home"
    )
    row = dict(reversed(row.items()))
    write_sheet(register, [row], titles=titles, renamed=EARLIER_HEADERS, encoding=encoding)
    table = import_ofsted(register, authorities=[HARTLEPOOL]).provision
    assert table["provider"].tolist() == ["Café Care – Ltd"]
    assert table["registered"].tolist() == ["2015-06-01"]
    assert table["places"].tolist() == [4]


def test_a_sheet_without_places_has_the_median_and_says_so(register: Path) -> None:
    write_sheet(register, [home()], dropped=["Places"])
    result = import_ofsted(register, authorities=[HARTLEPOOL])
    assert result.provision["places"].tolist() == [TYPICAL_PLACES["childrens_home"]]
    assert result.provision["places_source"].tolist() == ["typical"]
    assert any("no column of places" in sentence for sentence in result.assumptions)


def test_a_sheet_without_status_is_taken_to_be_active(register: Path) -> None:
    write_sheet(register, [home()], dropped=["Registration status"])
    result = import_ofsted(register, authorities=[HARTLEPOOL])
    assert len(result.provision) == 1
    assert any("status" in sentence for sentence in result.assumptions)


def test_old_cumbria_goes_to_its_successors(register: Path) -> None:
    def cumbria(urn: int, constituency: str = "", postcode: str = "REDACTED") -> dict[str, str]:
        row = home(URN=str(urn), Local_authority="Cumbria", Postcode=postcode)
        return row | {"Parliamentary constituency": constituency}

    rows = [
        cumbria(2700001, "Carlisle"),
        cumbria(2700002, "Barrow and Furness"),
        cumbria(2700003, "", "LA9 4DL"),
    ]
    rows += [cumbria(2710000 + number, "Penrith and The Border") for number in range(40)]
    write_sheet(register, rows)
    both = import_ofsted(register, authorities=[CUMBERLAND, FURNESS])
    assert len(both.provision) == 43
    table = both.provision.set_index("provision_id")
    assert table.loc[["2700001", "2700002", "2700003"], "authority"].tolist() == [
        CUMBERLAND,
        FURNESS,
        FURNESS,
    ]
    assert table.loc["2700003", "location"] == "as_published"
    open_ = table[table["location"] == "random_postcode_of_former_authority"]
    assert len(open_) == 40
    assert set(open_["authority"]) == {CUMBERLAND, FURNESS}
    one = import_ofsted(register, authorities=[CUMBERLAND])
    kept = both.provision[both.provision["authority"] == CUMBERLAND].reset_index(drop=True)
    pd.testing.assert_frame_equal(one.provision, kept)
    assert set(one.set_aside["reason"]) == {OUTSIDE}


def test_blank_rows_are_not_rows(register: Path) -> None:
    write_sheet(register, [home(), dict.fromkeys(home(), ""), home(URN="2700002")])
    assert import_ofsted(register, authorities=[HARTLEPOOL]).rows_read == 2


def test_a_sheet_with_a_header_only(register: Path) -> None:
    write_sheet(register, [home()])
    lines = register.read_bytes().split(b"\r\n")
    register.write_bytes(b"\r\n".join(lines[:4]))
    result = import_ofsted(register, supported_accommodation=None, authorities=[HARTLEPOOL])
    assert result.rows_read == len(result.provision) == 0


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no row is the header"),
        (b"a,b\n1,2\n", "no row is the header"),
        (b"PK\x03\x04rest", "workbook"),
        (b"URN\x81\x8d,x\n", "no text"),
        (b'"URN","x\n' + b"y" * 200_000, "no CSV"),
    ],
)
def test_files_that_are_no_sheet(register: Path, content: bytes, what: str) -> None:
    register.write_bytes(content)
    with pytest.raises(InputError) as error:
        import_ofsted(register, authorities=[HARTLEPOOL])
    assert what in str(error.value.faults[0])


def test_every_missing_column_of_both_files_is_named(register: Path) -> None:
    write_sheet(register, [home()], dropped=["Sector", "Local authority"])
    sheet = write_sheet(register.with_name("premises.csv"), [premises()], dropped=["URN"])
    with pytest.raises(InputError) as error:
        import_ofsted(register, supported_accommodation=sheet, authorities=[HARTLEPOOL])
    faults = [(fault.file, fault.row, fault.column) for fault in error.value.faults]
    assert faults == [
        ("register.csv", 4, "Local authority"),
        ("register.csv", 4, "Sector"),
        ("premises.csv", 0, "URN"),
    ]


def test_sheets_in_each_others_place(register: Path) -> None:
    write_sheet(register, [premises()])
    sheet = write_sheet(register.with_name("premises.csv"), [home()])
    with pytest.raises(InputError) as error:
        import_ofsted(register, supported_accommodation=sheet, authorities=[HARTLEPOOL])
    assert "not the register" in error.value.faults[0].what
    assert "not the sheet of supported accommodation" in error.value.faults[1].what


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            import_ofsted(path, authorities=[HARTLEPOOL])


@pytest.fixture(scope="module")
def published(reference: Path) -> Import:
    return import_ofsted(
        reference / "ofsted" / REGISTER,
        supported_accommodation=reference / "ofsted" / PREMISES,
        authorities=[row["code"] for row in _facts(reference)],
    )


def _facts(reference: Path) -> list[dict[str, str]]:
    with (reference / "authorities_2025.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_row_of_the_published_files_goes_missing(published: Import) -> None:
    counts = {count.file: count for count in published.files}
    assert counts[REGISTER].rows_read == 5600
    assert counts[PREMISES].rows_read == 8119
    for file, count in counts.items():
        aside = published.set_aside[published.set_aside["file"] == file]
        assert count.rows_read == count.rows_used + count.rows_set_aside
        assert count.rows_set_aside == len(aside) == aside["row"].nunique()
        assert aside["row"].between(5, count.rows_read + 4).all()
    assert published.provision["provision_id"].is_unique
    assert (published.set_aside["reason"] != "").all()
    assert UNKNOWN_AUTHORITY not in set(published.set_aside["reason"])


def test_premises_and_their_places_are_the_published_figures(published: Import, reference: Path) -> None:
    """The figures count premises of no places too, which are set aside here."""
    table = published.provision[published.provision["kind"] == "supported_accommodation"]
    aside = published.set_aside[published.set_aside["file"] == PREMISES]
    names = {row["code"]: row["la"].removeprefix("County ") for row in _facts(reference)}
    kept_out = aside[aside["reason"] != OUTSIDE].groupby("authority").size()
    for row in _facts(reference):
        mine = table[table["authority"] == row["code"]]
        assert len(mine) + kept_out.get(names[row["code"]], 0) == int(row["supported_accommodation_premises"])
        assert mine["places"].sum() == int(row["supported_accommodation_places"])


def test_homes_and_those_set_aside_are_the_published_figures(published: Import, reference: Path) -> None:
    """The figures count secure homes, schools registered as homes, suspended and short-break homes too."""
    table = published.provision[published.provision["kind"] == "childrens_home"]
    aside = published.set_aside[
        (published.set_aside["file"] == REGISTER)
        & (published.set_aside["reason"] != OUTSIDE)
        & published.set_aside["type"].str.lower().str.contains("children's home")
    ]
    for row in _facts(reference):
        name = row["la"].removeprefix("County ")
        here = aside[aside["authority"] == name]
        assert (table["authority"] == row["code"]).sum() + len(here) == int(row["childrens_homes"])
        short = (here["reason"] == SHORT_BREAKS).sum()
        assert short == int(row["homes_short_break_only"]), name


def test_every_home_of_the_published_files_lies_in_its_authority(published: Import) -> None:
    homes = published.provision[published.provision["authority"] == DURHAM]
    assert len(homes) > 100
    assert set(homes["postcode"]) <= _postcodes(DURHAM)
    assert set(published.provision["location"]) == {"random_postcode_of_authority"}
