"""Miles from home, from school and from the point to avoid, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from support.small import MILE, child, home, small_pack

from optimiser.matching.distance import avoid_miles, home_miles, school_miles
from optimiser.matching.instance import Instance, instance_from_pack

C, P = np.arange(2)[:, None], np.arange(2)[None, :]


def two_by_two() -> Instance:
    """Homes at 0 and at 4 miles north; a and b at 3 miles east and at 8 miles north."""
    children = [
        child("x", home_easting=0.0, home_northing=0.0, school_easting=0.0, school_northing=4 * MILE),
        child(
            "y",
            home_easting=0.0,
            home_northing=4 * MILE,
            avoid_easting=0.0,
            avoid_northing=0.0,
            avoid_miles=1.0,
        ),
    ]
    places = [
        home("a", easting=3 * MILE, northing=0.0),
        home("b", easting=0.0, northing=8 * MILE),
    ]
    return instance_from_pack(small_pack(children, places))


def test_miles_from_home() -> None:
    np.testing.assert_allclose(home_miles(two_by_two(), C, P), [[3, 8], [5, 4]], rtol=1e-15)


def test_miles_from_school_are_nan_without_one() -> None:
    np.testing.assert_allclose(school_miles(two_by_two(), C, P), [[5.0, 4.0], [np.nan, np.nan]], rtol=1e-15)


def test_miles_from_the_point_to_avoid_are_nan_without_one() -> None:
    np.testing.assert_allclose(avoid_miles(two_by_two(), C, P), [[np.nan, np.nan], [3.0, 8.0]], rtol=1e-15)


def test_pairs_are_the_diagonal_of_a_block() -> None:
    instance, both = two_by_two(), np.arange(2)
    for miles in (home_miles, school_miles, avoid_miles):
        np.testing.assert_array_equal(miles(instance, both, both), np.diag(miles(instance, C, P)))


def test_miles_by_road_replace_home_and_school_but_not_the_circle_to_avoid() -> None:
    straight = two_by_two()
    by_road = replace(
        straight,
        home_road_miles=np.array([[30.0, 80.0], [50.0, np.inf]]),
        school_road_miles=np.array([[55.0, 44.0], [np.nan, np.nan]]),
    )
    np.testing.assert_array_equal(home_miles(by_road, C, P), [[30, 80], [50, np.inf]])
    np.testing.assert_array_equal(school_miles(by_road, C, P), [[55, 44], [np.nan, np.nan]])
    np.testing.assert_array_equal(home_miles(by_road, np.array([1, 0]), np.array([0, 1])), [50, 80])
    np.testing.assert_array_equal(avoid_miles(by_road, C, P), avoid_miles(straight, C, P))
