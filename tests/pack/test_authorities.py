"""Names of authorities as sources spell them; the codes against the facts and the postcode directory."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from optimiser.errors import InputError
from optimiser.pack.authorities import (
    AUTHORITIES,
    COUNTY_OF_DISTRICT,
    WELSH_AUTHORITIES,
    check_authorities,
    codes_of_authority,
    name_key,
    region_of_authorities,
)
from optimiser.pack.postcodes import authority_of_postcode

REGISTER = "providers_and_places_at_31_march_2025.csv"
PREMISES = "supported_accommodation_premises_at_31_march_2025.csv"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for _ in range(3):
            file.readline()
        return list(csv.DictReader(file))


def test_there_are_153_authorities_in_england_and_22_in_wales() -> None:
    assert len(AUTHORITIES) == 153
    assert len(WELSH_AUTHORITIES) == 22
    assert len(COUNTY_OF_DISTRICT) == 164
    assert set(COUNTY_OF_DISTRICT.values()) == {code for code in AUTHORITIES if code.startswith("E10")}


def test_no_two_authorities_share_a_key() -> None:
    names = [*AUTHORITIES.values(), *WELSH_AUTHORITIES.values()]
    assert len({name_key(name) for name in names}) == len(names)


def test_every_authority_is_found_by_its_own_name() -> None:
    for code, name in {**AUTHORITIES, **WELSH_AUTHORITIES}.items():
        assert codes_of_authority(name) == (code,)
        assert codes_of_authority(name.upper().replace(" and ", " & ").replace(",", "")) == (code,)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Durham", "E06000047"),
        ("County Durham", "E06000047"),
        ("Durham County Council", "E06000047"),
        ("Stockton-On-Tees", "E06000004"),
        ("Stockton on Tees", "E06000004"),
        ("Kingston upon Hull", "E06000010"),
        ("Hull", "E06000010"),
        ("Bristol", "E06000023"),
        ("City of Bristol", "E06000023"),
        ("Herefordshire", "E06000019"),
        ("St Helens", "E08000013"),
        ("St. Helens", "E08000013"),
        ("Bournemouth, Christchurch & Poole", "E06000058"),
        ("Southend on Sea", "E06000033"),
        ("City of London", "E09000001"),
        ("London Borough of Camden", "E09000007"),
        ("Royal Borough of Kingston upon Thames", "E09000021"),
        ("Newcastle Upon Tyne", "E08000021"),
        ("Telford & Wrekin", "E06000020"),
        ("  westmorland   AND furness ", "E06000064"),
        ("Poole", "E06000058"),
    ],
)
def test_names_of_other_sources(name: str, code: str) -> None:
    assert codes_of_authority(name) == (code,)


@pytest.mark.parametrize("name", ["", "REDACTED", "Atlantis", "Tyne and Wear"])
def test_a_name_that_is_no_authority(name: str) -> None:
    assert codes_of_authority(name) == ()


@pytest.mark.parametrize(
    ("constituency", "codes"),
    [
        ("", ("E06000063", "E06000064")),
        ("Penrith and The Border", ("E06000063", "E06000064")),
        ("Workington", ("E06000063",)),
        ("Barrow and Furness", ("E06000064",)),
    ],
)
def test_cumbria_is_split_where_the_constituency_tells(constituency: str, codes: tuple[str, ...]) -> None:
    assert codes_of_authority("Cumbria", constituency=constituency) == codes


def test_a_constituency_of_another_authority_changes_nothing() -> None:
    assert codes_of_authority("Northamptonshire", constituency="Carlisle") == ("E06000061", "E06000062")
    assert codes_of_authority("Lancashire", constituency="Carlisle") == ("E10000017",)


def test_the_facts_have_the_same_codes_and_names(reference: Path) -> None:
    with (reference / "authorities_2025.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 27
    for row in rows:
        assert AUTHORITIES[row["code"]] == row["la"]
        assert codes_of_authority(row["la"]) == (row["code"],)


def test_every_name_in_the_register_is_known(reference: Path) -> None:
    names = {row["Local authority"] for row in _rows(reference / "ofsted" / REGISTER)}
    names |= {row["Premises Local Authority"] for row in _rows(reference / "ofsted" / PREMISES)}
    assert len(names) > 150
    assert [name for name in sorted(names) if len(codes_of_authority(name)) != 1] == []


def test_published_postcodes_of_the_register_lie_in_the_named_authority(reference: Path) -> None:
    """The directory, which knows codes, and the register, which knows names, agree on which is which."""
    pairs = {
        (code, inside)
        for row in _rows(reference / "ofsted" / REGISTER)
        if row["Postcode"][:1] in set("DLT")
        for inside in [authority_of_postcode(row["Postcode"])]
        for code in codes_of_authority(row["Local authority"])
        if inside
    }
    agreeing = {code for code, there in pairs if code == there}
    assert len(agreeing) > 25
    assert len([pair for pair in pairs if pair[0] != pair[1]]) < 0.1 * len(agreeing)


def test_a_choice_of_authorities_is_checked_whole() -> None:
    assert check_authorities(["E06000047", "E06000001", "E06000047"]) == ("E06000047", "E06000001")
    with pytest.raises(InputError) as error:
        check_authorities(["E06000047", "E10000006", "Durham", "E07000121", "W06000015"])
    assert [fault.column for fault in error.value.faults] == ["E10000006", "Durham", "E07000121", "W06000015"]
    assert "E06000047 (County Durham)" in error.value.faults[1].accepted
    assert "E10000017 (Lancashire)" in error.value.faults[2].accepted


def test_no_authority_chosen() -> None:
    with pytest.raises(InputError) as error:
        check_authorities([])
    assert "no authority" in str(error.value.faults[0])


def test_a_region_of_authorities() -> None:
    region = region_of_authorities(["E08000037", "E06000047"], name="Two", as_at=date(2025, 3, 31))
    assert [(one.code, one.name) for one in region.authorities] == [
        ("E08000037", "Gateshead"),
        ("E06000047", "County Durham"),
    ]
