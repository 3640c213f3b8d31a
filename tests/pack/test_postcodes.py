"""Points from postcodes at three precisions, offline."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from optimiser.pack.postcodes import LANCASHIRE, points_from_postcodes, postcodes_of_authorities


def points(*codes: str) -> pd.DataFrame:
    return points_from_postcodes(pd.Series(codes, index=range(5, 5 + len(codes)), dtype="str"))


def test_spacing_and_case_of_a_full_postcode_are_free() -> None:
    found = points("NE8 1AA", "ne81aa", " NE8  1aA ", "NE 81AA")
    assert found["precision"].tolist() == ["postcode"] * 4
    assert len(found.drop_duplicates()) == 1
    assert found.index.tolist() == [5, 6, 7, 8]
    assert found.loc[5, ["easting", "northing"]].tolist() == [425482.0, 563303.0]


def test_sectors_and_outward_codes_are_the_mean_of_their_postcodes() -> None:
    directory = postcodes_of_authorities(["E08000003", "E08000006"], letters="M")
    found = points("M14 5", "m14", "M145")
    assert found["precision"].tolist() == ["sector", "outward", "sector"]
    sector = directory[directory["postcode"].str.startswith("M14 5")]
    assert found.loc[5, "easting"] == pytest.approx(sector["easting"].mean(), abs=1e-6)
    outward = directory[directory["postcode"].str.startswith("M14 ")]
    assert found.loc[6, "northing"] == pytest.approx(outward["northing"].mean(), abs=1e-6)
    assert found.loc[7, "easting"] == found.loc[5, "easting"]


def test_one_word_is_an_outward_code_where_it_can_be_either() -> None:
    """M14 is the outward code; M1 4 the sector."""
    found = points("M14", "M1 4")
    assert found["precision"].tolist() == ["outward", "sector"]
    assert found.loc[5, "easting"] != found.loc[6, "easting"]


@pytest.mark.parametrize("code", ["", "ZZ9 9ZZ", "BT1 5GS", "M", "M 14", "14", "é", "JE2 3AB", "NE8 1AAA"])
def test_what_is_not_there_is_unknown(code: str) -> None:
    """Also Northern Ireland, whose coordinates are on another grid, and the islands, which have none."""
    found = points(code)
    assert np.isnan(found[["easting", "northing"]].to_numpy()).all()
    assert found["precision"].tolist() == [""]


def test_no_codes_give_no_points() -> None:
    assert points().dtypes.astype(str).tolist() == ["float64", "float64", "str"]


def test_postcodes_of_authorities_are_sorted_and_complete() -> None:
    found = postcodes_of_authorities(["E08000037", LANCASHIRE], letters="NP")
    assert found["postcode"].is_monotonic_increasing
    assert set(found["authority"]) == {"E08000037", LANCASHIRE}
    assert found.notna().all(axis=None)
    here = points_from_postcodes(found["postcode"])
    assert (here[["easting", "northing"]] == found[["easting", "northing"]]).all(axis=None)
