"""Maps: the colours of a figure, what can be clicked, and that the whole region fits on a phone."""

from __future__ import annotations

import json
import math

import pandas as pd
import pydeck as pdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.ui import maps, palette

BOUNDS = (-3.6, 54.0, -0.8, 55.8)
CENTRES = pd.DataFrame({"code": ["A", "B"], "lon": [-2.0, -1.0], "lat": [55.0, 54.5]})
AREAS = pd.DataFrame(
    {
        "code": ["A", "B"],
        "colour": ["#253494", palette.NO_FIGURE],
        "label": ["12%", ""],
        "title": ["Alston", "Brampton"],
        "text": ["Share: 12.0 %", "Share: c"],
    }
)
SQUARES = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": []}}
        for code in ("A", "B")
    ],
}


def _document(layer: pdk.Layer) -> dict[str, object]:
    """The layer as the browser gets it."""
    document: dict[str, object] = json.loads(pdk.Deck(layers=[layer]).to_json())["layers"][0]
    return document


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


def test_what_is_missing_is_named_in_the_legend() -> None:
    entries = maps.legend(maps.scale([0.0, 0.12]), lambda value: f"{value:.0%}", missing="Hidden")
    assert [entry.text for entry in entries[:2]] == ["0% to 2%", "2% to 4%"]
    assert (entries[-1].text, entries[-1].colour) == ("Hidden", palette.NO_FIGURE)


def test_the_chosen_authority_is_drawn_last_with_a_thick_border() -> None:
    ground, labels = maps.authority_layers(SQUARES, CENTRES, AREAS, selected="A")
    drawn = [feature["properties"] for feature in ground.data]
    assert [each["code"] for each in drawn] == ["B", "A"]
    assert [each["width"] for each in drawn] == [1.0, 3.5]
    assert drawn[1]["fill"][:3] == palette.rgb("#253494")[:3]
    assert [point["label"] for point in labels.data] == ["12%"]
    assert _document(ground)["@@type"] == "GeoJsonLayer"


def test_a_pack_without_boundaries_shows_circles() -> None:
    ground, _ = maps.authority_layers({"features": []}, CENTRES, AREAS)
    assert _document(ground)["@@type"] == "ScatterplotLayer"
    assert [point["title"] for point in ground.data] == ["Alston", "Brampton"]


def test_a_circle_grows_with_its_places_and_a_ring_is_hollow() -> None:
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
    large, small = maps.circle_layer("homes", maps.circles(rows)).data
    assert (large["title"], small["title"]) == ("sixteen", "one")
    assert large["radius"] > small["radius"]
    assert large["fill"][:3] == [255, 255, 255]
    assert large["line"][:3] == palette.rgb("#00805E")[:3]
    assert small["fill"][:3] == palette.rgb("#C25200")[:3]


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        ({"authorities 3": [{"properties": {"code": "E06000047"}}]}, "E06000047"),
        ({"authorities 0": [{"code": "E08000037", "at": [1, 2]}]}, "E08000037"),
        ({"homes 3": [{"title": "A home"}]}, ""),
        ({}, ""),
    ],
)
def test_only_an_authority_can_be_chosen_by_a_click(selection: dict[str, object], code: str) -> None:
    assert maps.clicked_authority({"selection": {"objects": selection}}) == code


def test_the_region_fits_on_a_phone() -> None:
    view = maps.view_state(BOUNDS, 358, 460)
    across = 512 * 2**view.zoom * (BOUNDS[2] - BOUNDS[0]) / 360
    down = 512 * 2**view.zoom * (_mercator(BOUNDS[3]) - _mercator(BOUNDS[1]))
    assert across <= 358
    assert down <= 460
    assert max(across / 358, down / 460) > 0.9
    assert BOUNDS[1] < view.latitude < BOUNDS[3]


def _mercator(latitude: float) -> float:
    """By the Gudermannian's inverse, which `maps` does not use."""
    return math.asinh(math.tan(math.radians(latitude))) / (2 * math.pi)
