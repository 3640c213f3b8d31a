"""Maps: the colours of a figure, and where and how large authorities, places and journeys are drawn."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.report.table import Kind, text_of
from optimiser.ui import maps, palette

AREAS = pd.DataFrame(
    {
        "code": ["A", "B"],
        "colour": ["#253494", palette.NO_FIGURE],
        "label": ["12%", ""],
        "title": ["Alston", "Brampton"],
        "text": ["Share: 12.0%", "Share: c"],
    }
)
SHEET = maps.Sheet((-3.6, 54.0, -0.8, 55.8))
MIDDLES = {"A": (-2.0, 55.0), "B": (-1.0, 54.5)}
GROUND = maps.Ground(SHEET, {"A": "M0 0L1 0L1 1Z", "B": "M2 0L3 0L3 1Z"}, MIDDLES, {}, "")


figures = st.lists(st.floats(0, 1e6, allow_nan=False) | st.none(), min_size=1, max_size=20)


@settings(max_examples=50)
@given(figures)
def test_every_value_falls_in_a_class_of_its_colour(values: list[float | None]) -> None:
    shading = maps.scale(values)
    classes = {colour: (low, high) for colour, low, high in shading.classes()}
    for value in values:
        if value is None:
            assert shading.colour(value) == palette.NO_FIGURE
        else:
            low, high = classes[shading.colour(value)]
            slack = 1e-6 * max(abs(high), 1.0)
            assert low - slack <= value <= high + slack


@settings(max_examples=50)
@given(st.lists(st.floats(-1e4, 1e4, allow_nan=False), min_size=1, max_size=20))
def test_a_difference_of_nothing_is_near_white_and_sides_are_even(values: list[float]) -> None:
    shading = maps.difference_scale(values)
    assert shading.colour(0.0) == palette.DIVERGING[3]
    low, high = shading.classes()[0][1], shading.classes()[-1][2]
    assert low == pytest.approx(-high)
    assert max(abs(value) for value in values) <= high * (1 + 1e-9)


def test_counts_have_whole_classes() -> None:
    assert maps.scale([0, 1, 13], whole=True).classes()[0][1:] == (0, 3)
    entries = maps.legend(maps.scale([0, 2], whole=True), lambda value: f"{value:.0f}")
    assert [entry.text for entry in entries] == ["0", "1", "2"]
    entries = maps.legend(maps.scale([0, 13], whole=True), lambda value: f"{value:.0f}")
    assert [entry.text for entry in entries] == ["0 to 2", "3 to 5", "6 to 8", "9 to 11", "12 to 14"]
    entries = maps.legend(
        maps.difference_scale([-2, 7], whole=True), lambda value: text_of(value, Kind.COUNT, signed=True)
    )
    assert [entry.text for entry in entries[2:5]] == ["−4 to −2", "−1 to +1", "+2 to +4"]


def test_what_is_missing_is_named_in_the_legend() -> None:
    entries = maps.legend(maps.scale([0.0, 0.12]), lambda value: f"{value:.0%}", missing="Hidden")
    assert [entry.text for entry in entries[:2]] == ["0% to 2%", "2% to 4%"]
    assert (entries[-1].text, entries[-1].colour) == ("Hidden", palette.NO_FIGURE)


def test_the_chosen_authority_is_drawn_last_and_its_figure_first() -> None:
    drawing = maps.shaded(GROUND, AREAS.assign(label=["12%", "c"]), selected="A")
    assert [(each["code"], each["chosen"]) for each in drawing.areas] == [("B", False), ("A", True)]
    assert drawing.areas[1]["fill"] == "#253494"
    assert [each["text"] for each in drawing.labels] == ["12%", "c"]


def test_a_pack_without_boundaries_shows_circles() -> None:
    drawing = maps.shaded(replace(GROUND, outlines={}), AREAS)
    assert [(each["title"], each["at"]) for each in drawing.areas] == [
        ("Alston", SHEET.at(-2.0, 55.0)),
        ("Brampton", SHEET.at(-1.0, 54.5)),
    ]
    assert not any("d" in each for each in drawing.areas)


def test_a_circle_grows_with_its_places_and_a_ring_differs() -> None:
    rows = pd.DataFrame(
        {
            "lon": [-2.0, -2.1],
            "lat": [55.0, 55.1],
            "places": [1, 16],
            "colour": ["#C25200", "#00805E"],
            "ring": [False, True],
            "title": ["one", "sixteen"],
            "text": ["", ""],
        }
    )
    large, small = maps.circles(GROUND, rows)
    assert (large["title"], small["title"]) == ("sixteen", "one")
    assert large["r"] > small["r"]
    assert (large["style"], small["style"]) == ("ring #00805E", "disc #C25200")


def test_an_arrow_goes_from_home_to_where_children_live() -> None:
    rows = pd.DataFrame(
        {
            "from_lon": [-3.0, -2.0],
            "from_lat": [54.5, 55.0],
            "to_lon": [-2.0, -1.0],
            "to_lat": [55.5, 54.2],
            "children": [2, 8],
            "title": ["", ""],
            "text": ["2 children", "8 children"],
        }
    )
    thin, thick = maps.arrows(GROUND, rows)
    assert thin["from"][0] < thin["to"][0]
    assert thin["from"][1] > thin["to"][1]
    assert thin["width"] < thick["width"]


@given(st.floats(-3.6, -0.8), st.floats(54.0, 55.8))
def test_the_region_fits_its_sheet_at_one_scale(lon: float, lat: float) -> None:
    left, top, width, height = SHEET.view
    x, y = SHEET.at(lon, lat)
    assert left < x < left + width
    assert top < y < top + height
    # Ten miles east and ten miles north are as long as each other, to one in fifty in a region of this size.
    east = SHEET.at(lon + 0.1 / math.cos(math.radians(54.9)), lat)[0] - x
    north = y - SHEET.at(lon, lat + 0.1)[1]
    assert east == pytest.approx(north, abs=0.21)


def test_a_childs_map_is_no_narrow_strip() -> None:
    west, south, east, north = maps.around([(-3.5, 54.5), (-1.0, 54.5)])
    assert west < -3.5
    assert east > -1.0
    assert (north - south) / (east - west) == pytest.approx(maps.SHALLOWEST)
