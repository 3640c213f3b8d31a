"""Maps without any other host: authorities shaded by a figure, places as circles, flows as arcs.

What is drawn comes ready from `optimiser.report`; here figures only become colours, sizes and words.
Families have no point of their own on any map.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import pydeck as pdk
import streamlit as st

from optimiser.ui import palette
from optimiser.ui.legend import Entry

type Bounds = tuple[float, float, float, float]
"""West, south, east, north, degrees."""

type Circle = dict[str, Any]
"""A circle as the browser draws it."""

MAP_STYLE: Final = "app/static/empty.json"
HEIGHT: Final = 540
WIDTH: Final = 500
"""Pixels that a map has in a wide window, at least."""
PHONE_HEIGHT: Final = 400
PHONE_WIDTH: Final = 340
_WINDOW: Final = st.components.v2.component(
    "window_width",
    js="""export default ({ setStateValue }) => {
        if (window.innerWidth < 640) setStateValue("narrow", true);
    }""",
)
"""Says whether the window is a phone's: the server does not know, and a map there must show less at once."""
AUTHORITIES: Final = "authorities"
"""How the id of the layer starts that can be clicked."""
FLOW_FROM: Final = "#F1A340"
FLOW_TO: Final = "#6B1E52"
FONT: Final = "'Source Sans, Arial, sans-serif'"
TOOLTIP: Final = {
    "html": "<b>{title}</b><br>{text}",
    "style": {
        "white-space": "pre-line",
        "background": palette.TEXT,
        "color": palette.BACKGROUND,
        "font-size": "14px",
        "max-width": "280px",
    },
}
NICE_STEPS: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
FINEST_STEP: Final = 0.01
_DEGREES_ACROSS: Final = 360.0
_WORLD: Final = 512.0


@dataclass(frozen=True)
class Scale:
    """Even classes of a figure, one colour each; the upper end of a class belongs to the next."""

    least: float
    step: float
    colours: tuple[str, ...]
    whole: bool = False
    """Of counts: a class ends with the last whole number in it."""

    def colour(self, value: float | None) -> str:
        """The colour of a value; `palette.NO_FIGURE` where there is none."""
        if value is None or math.isnan(value):
            return palette.NO_FIGURE
        most = self.least + self.step * len(self.colours)
        return palette.shade(
            min(max(value, self.least), most), least=self.least, most=most, colours=self.colours
        )

    def classes(self) -> list[tuple[str, float, float]]:
        """Colour, lower and upper end of every class."""
        ends = [self.least + self.step * number for number in range(len(self.colours) + 1)]
        return list(zip(self.colours, ends[:-1], ends[1:], strict=True))


def scale(values: Iterable[float | None], *, whole: bool = False) -> Scale:
    """At most six classes from light to dark, with round ends; `whole` for counts.

    >>> [round(low, 2) for _, low, _ in scale([0.02, 0.31]).classes()]
    [0.0, 0.06, 0.12, 0.18, 0.24, 0.3]
    """
    known = _known(values)
    least, most = (min(known), max(known) + whole) if known else (0.0, 0.0)
    classes = len(palette.SEQUENTIAL)
    step = _nice_step((most - least) / classes, whole=whole)
    start = math.floor(least / step) * step
    if start + step * classes < most:
        step = _nice_step(step * 1.01, whole=whole)
        start = math.floor(least / step) * step
    used = max(math.ceil((most - start) / step - 1e-9), 2)
    return Scale(start, step, tuple(palette.SEQUENTIAL[:used]), whole)


def difference_scale(values: Iterable[float | None], *, whole: bool = False) -> Scale:
    """Seven classes from purple (less) by near white (about none) to orange (more), even on both sides."""
    known = _known(values)
    widest = max((abs(value) for value in known), default=0.0)
    classes = len(palette.DIVERGING)
    step = _nice_step(2 * widest / classes, whole=whole)
    return Scale(-step * classes / 2, step, tuple(palette.DIVERGING))


# -- layers ----------------------------------------------------------------------------------------


def authority_layers(
    geojson: Mapping[str, Any],
    centres: pd.DataFrame,
    areas: pd.DataFrame,
    *,
    selected: str = "",
) -> list[pdk.Layer]:
    """Authorities as shaded areas (circles where the pack has no boundaries), each with its figure as text.

    `areas`: code, colour, label (text on the map), title and text (of the tooltip).
    `centres`: code, lon, lat.
    """
    look = {row["code"]: row for row in areas.to_dict("records")}
    features = [
        {**feature, "properties": _properties(look[feature["properties"]["code"]], selected)}
        for feature in geojson["features"]
        if feature["properties"]["code"] in look
    ]
    points = [
        {**_properties(look[row["code"]], selected), "at": [row["lon"], row["lat"]]}
        for row in centres.to_dict("records")
        if row["code"] in look
    ]
    # The selected one last: its border is drawn over its neighbours'.
    features.sort(key=lambda feature: bool(feature["properties"]["code"] == selected))
    ground = _polygons(features) if features else _discs(points)
    return [ground, _labels([point for point in points if point["label"]])]


def circles(rows: pd.DataFrame) -> list[Circle]:
    """Circles whose area grows with the places: lon, lat, places, colour, ring (yes/no), title, text.

    `ring` draws the circle hollow, so that two kinds differ by more than their colour. Small ones come last;
    where the places are hidden there is none.
    """
    known = rows.dropna(subset=["places"]).sort_values("places", ascending=False, kind="stable")
    return [
        {
            "at": [round(row["lon"], 4), round(row["lat"], 4)],
            "radius": round(2.0 + 1.5 * math.sqrt(max(row["places"], 0)), 1),
            "fill": palette.rgb(palette.BACKGROUND if row["ring"] else row["colour"], alpha=225),
            "line": palette.rgb(row["colour"] if row["ring"] else palette.BACKGROUND),
            "width": 2.5 if row["ring"] else 1.0,
            "title": row["title"],
            "text": row["text"],
        }
        for row in known.to_dict("records")
    ]


def circle_layer(name: str, drawn: list[Circle]) -> pdk.Layer:
    """The circles as a layer of that name."""
    return pdk.Layer(
        "ScatterplotLayer",
        data=drawn,
        id=name,
        pickable=True,
        stroked=True,
        get_position="at",
        get_radius="radius",
        radius_units="'pixels'",
        get_fill_color="fill",
        get_line_color="line",
        get_line_width="width",
        line_width_units="'pixels'",
    )


def flow_layer(lines: pd.DataFrame) -> pdk.Layer:
    """Arcs from home authority (pale end) to where children live (dark end), as wide as children are many.

    from_lon, from_lat, to_lon, to_lat, children, title, text.
    """
    most = max(lines["children"].max(), 1) if len(lines) else 1
    rows = [
        {
            "from": [row["from_lon"], row["from_lat"]],
            "to": [row["to_lon"], row["to_lat"]],
            "width": 1.5 + 7.0 * row["children"] / most,
            "title": row["title"],
            "text": row["text"],
        }
        for row in lines.to_dict("records")
    ]
    return pdk.Layer(
        "ArcLayer",
        data=rows,
        id="flows",
        pickable=True,
        get_source_position="from",
        get_target_position="to",
        get_width="width",
        get_tilt=65,
        get_height=0.35,
        get_source_color=palette.rgb(FLOW_FROM, alpha=150),
        get_target_color=palette.rgb(FLOW_TO, alpha=235),
    )


def journey_layers(points: Sequence[tuple[float, float]], *, distance: str) -> list[pdk.Layer]:
    """A ring near home, a disc at the place, a line between them and how far it is; degrees, east first."""
    ring = {"fill": palette.rgb(palette.BACKGROUND), "line": palette.rgb(palette.TEXT)}
    disc = {"fill": palette.rgb(FLOW_TO), "line": palette.rgb(palette.BACKGROUND)}
    ends = [{"at": list(point), **look} for point, look in zip(points, (ring, disc), strict=False)]
    layers = []
    if len(points) == 2:
        home, place = points
        middle = [(home[0] + place[0]) / 2, (home[1] + place[1]) / 2]
        layers = [
            pdk.Layer(
                "LineLayer",
                data=[{"from": list(home), "to": list(place)}],
                id="journey",
                get_source_position="from",
                get_target_position="to",
                get_width=3,
                get_color=palette.rgb(FLOW_TO),
            ),
            _labels([{"at": middle, "label": distance}]),
        ]
    dots = pdk.Layer(
        "ScatterplotLayer",
        data=ends,
        id="ends",
        stroked=True,
        get_position="at",
        get_radius=7,
        radius_units="'pixels'",
        get_fill_color="fill",
        get_line_color="line",
        get_line_width=3,
        line_width_units="'pixels'",
    )
    return [*layers[:1], dots, *layers[1:]]


# -- the map on the page ---------------------------------------------------------------------------


def draw(
    layers: Sequence[pdk.Layer],
    bounds: Bounds,
    *,
    alt: str,
    key: str,
    chosen: Callable[[str], None] | None = None,
    height: int | None = None,
    width: int = WIDTH,
) -> None:
    """Draws the map with its text alternative; `chosen` hears the GSS code of an authority that is clicked.

    `height` and `width`, pixels, are what the map has in a wide window: its bounds are in sight there.

    The ids of the layers change with every click, so that the browser forgets the click (it would dim all
    else) and the same authority can be clicked again.
    """
    narrow = bool(_WINDOW(key="window", on_narrow_change=_heard).get("narrow"))
    wide, high = (PHONE_WIDTH, PHONE_HEIGHT) if narrow else (width, height or HEIGHT)
    # Another key, so that the browser takes the view for the narrow window rather than keep the first.
    key = f"{key} narrow" if narrow else key
    turns = f"{key} turns"
    turn = st.session_state.setdefault(turns, 0)
    for layer in layers:
        layer.id = f"{layer.id} {turn}"

    def heard() -> None:
        st.session_state[turns] = turn + 1
        code = clicked_authority(st.session_state[key])
        if chosen is not None and code:
            chosen(code)

    st.pydeck_chart(
        pdk.Deck(
            layers=list(layers),
            map_style=MAP_STYLE,
            initial_view_state=view_state(bounds, wide, high),
            tooltip=TOOLTIP,
            parameters={"depthCompare": "always"},
        ),
        height=high,
        key=key,
        on_select="ignore" if chosen is None else heard,
        alt=alt,
    )


def clicked_authority(state: Mapping[str, Any]) -> str:
    """The GSS code that a selection of the map names; "" for none, or for what is no authority."""
    objects: Mapping[str, Sequence[Mapping[str, Any]]] = state.get("selection", {}).get("objects", {})
    for layer, picked in objects.items():
        if layer.startswith(AUTHORITIES) and picked:
            return str(picked[0].get("properties", picked[0]).get("code", ""))
    return ""


def legend(shading: Scale, words: Callable[[float], str], *, missing: str = "") -> list[Entry]:
    """The classes of a scale in words; `missing` says what the grey means, where there is any."""
    classes = []
    for colour, low, high in shading.classes():
        last = high - 1 if shading.whole else high
        classes.append(Entry(words(low) if last == low else f"{words(low)} to {words(last)}", colour))
    return [*classes, Entry(missing, palette.NO_FIGURE)] if missing else classes


def _heard() -> None:
    """Nothing to do: the page is drawn again with what the window has said."""


# -- within ----------------------------------------------------------------------------------------


def _properties(row: Mapping[Any, Any], selected: str) -> dict[str, Any]:
    chosen = bool(selected) and row["code"] == selected
    return {
        "code": row["code"],
        "label": row["label"],
        "title": row["title"],
        "text": row["text"],
        "fill": palette.rgb(row["colour"], alpha=235),
        "line": palette.rgb(palette.TEXT if chosen else palette.LINE),
        "width": 3.5 if chosen else 1.0,
    }


def _polygons(features: list[dict[str, Any]]) -> pdk.Layer:
    return pdk.Layer(
        "GeoJsonLayer",
        data=features,
        id=AUTHORITIES,
        pickable=True,
        stroked=True,
        get_fill_color="properties.fill",
        get_line_color="properties.line",
        get_line_width="properties.width",
        line_width_units="'pixels'",
        line_joint_rounded=True,
    )


def _discs(points: list[dict[str, Any]]) -> pdk.Layer:
    return pdk.Layer(
        "ScatterplotLayer",
        data=points,
        id=AUTHORITIES,
        pickable=True,
        stroked=True,
        get_position="at",
        get_radius=34,
        radius_units="'pixels'",
        get_fill_color="fill",
        get_line_color="line",
        get_line_width="width",
        line_width_units="'pixels'",
    )


def _labels(points: list[dict[str, Any]]) -> pdk.Layer:
    """The figure of every authority at its centre; where two would overlap, one waits until zoomed in."""
    return pdk.Layer(
        "TextLayer",
        data=points,
        id="labels",
        get_position="at",
        get_text="label",
        get_size=13,
        get_color=palette.rgb(palette.TEXT),
        background=True,
        get_background_color=palette.rgb(palette.BACKGROUND, alpha=215),
        background_padding=[4, 2, 4, 2],
        character_set="'auto'",
        font_family=FONT,
        extensions=[{"@@type": "CollisionFilterExtension"}],
        collision_group="'labels'",
        collision_test_props={"sizeScale": 1.7},
        font_weight=600,
    )


def around(points: Sequence[tuple[float, float]]) -> Bounds:
    """The points with some fifteen miles of country about them."""
    east, north = [point[0] for point in points], [point[1] for point in points]
    return (min(east) - 0.3, min(north) - 0.18, max(east) + 0.3, max(north) + 0.18)


def view_state(bounds: Bounds, width: int, height: int) -> pdk.ViewState:
    """The region whole, with a margin, in a map of so many pixels."""
    west, south, east, north = bounds
    top, bottom = _mercator(north), _mercator(south)
    across = max(east - west, 0.02) / _DEGREES_ACROSS
    down = max(top - bottom, 0.02 / _DEGREES_ACROSS)
    zoom = min(math.log2(0.94 * width / (_WORLD * across)), math.log2(0.94 * height / (_WORLD * down)))
    middle = math.degrees(2 * math.atan(math.exp(math.pi * (top + bottom))) - math.pi / 2)
    return pdk.ViewState(longitude=(west + east) / 2, latitude=middle, zoom=round(min(zoom, 12.0), 2))


def _mercator(latitude: float) -> float:
    """Web Mercator's y as a part of the world's height, 0 at the equator."""
    return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) / (2 * math.pi)


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None and not math.isnan(value)]


def _nice_step(least: float, *, whole: bool) -> float:
    """The smallest round number that is at least `least`; at least 1 for counts.

    >>> _nice_step(0.043, whole=False), _nice_step(3.1, whole=True)
    (0.05, 4.0)
    """
    if whole and least <= 1.0:
        return 1.0
    if least <= FINEST_STEP:
        return FINEST_STEP
    power = 10.0 ** math.floor(math.log10(least))
    steps = (round(step * power, 12) for step in NICE_STEPS)
    return next(step for step in steps if step >= least * (1 - 1e-9) and not (whole and step % 1))
