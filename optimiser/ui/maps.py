"""Maps without any other host: authorities shaded by a figure, places as circles, flows as arrows.

What is drawn comes ready from `optimiser.report`; here figures only become colours, sizes and words, and
degrees become units of a sheet, east and south, on which `map.js` draws. Families have no point of their own
on any map.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from optimiser.report.maps import boundaries, centres
from optimiser.report.views import View
from optimiser.ui import palette, store
from optimiser.ui.legend import Entry

type Bounds = tuple[float, float, float, float]
"""West, south, east, north, degrees."""

type Drawn = dict[str, Any]
"""An area, a circle, a line or a label as the browser draws it."""

SHEET: Final = (640.0, 544.0)
"""Units that a region has at most, across and down."""
MARGIN: Final = 12.0
FLOW: Final = "#6B1E52"
RING, DISC = "ring", "disc"
SHALLOWEST: Final = 0.4
"""Degrees of latitude to one of longitude that a child's map has at least: two thirds as high as wide."""
NICE_STEPS: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
FINEST_STEP: Final = 0.01
_HERE: Final = Path(__file__).parent
_MAP: Final = st.components.v2.component(
    "map",
    html='<div class="map"></div>',
    css=(_HERE / "map.css").read_text(encoding="utf-8"),
    js=(_HERE / "map.js").read_text(encoding="utf-8"),
)


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
    step += whole and step % 2 == 0  # so that 0 is amid its class
    return Scale(-step * classes / 2, step, tuple(palette.DIVERGING), whole)


# -- the sheet ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """Degrees to units of the drawing: true to scale at the middle of the region, north up."""

    bounds: Bounds

    @property
    def scale(self) -> float:
        """Units for each degree of latitude."""
        west, south, east, north = self.bounds
        across, down = (max(each, 0.02) for each in ((east - west) * self._squeeze, north - south))
        return min(SHEET[0] / across, SHEET[1] / down)

    @property
    def view(self) -> list[float]:
        """The region with a margin: left, top, width and height."""
        return self.view_of(self.bounds, margin=MARGIN)

    def at(self, lon: float, lat: float) -> list[float]:
        """A point, east and south of the region's corner."""
        west, _, _, north = self.bounds
        return [round((lon - west) * self._squeeze * self.scale, 1), round((north - lat) * self.scale, 1)]

    def view_of(self, bounds: Bounds, *, margin: float = 0.0) -> list[float]:
        """What a map shows that shows these bounds."""
        west, south, east, north = bounds
        (left, top), (right, bottom) = self.at(west, north), self.at(east, south)
        size = (right - left + 2 * margin, bottom - top + 2 * margin)
        return [round(each, 1) for each in (left - margin, top - margin, *size)]

    @property
    def _squeeze(self) -> float:
        return math.cos(math.radians((self.bounds[1] + self.bounds[3]) / 2.0))


@dataclass(frozen=True)
class Ground:
    """What every map of a region is drawn on."""

    sheet: Sheet
    outlines: Mapping[str, str]
    """GSS code → the outline as an SVG path; empty where the pack has no boundaries."""
    middles: Mapping[str, tuple[float, float]]
    """GSS code → a point inside, degrees east and north; of authorities outside the region too."""
    names: Mapping[str, str]
    """GSS code → name, of those that have a middle."""
    note: str


def ground(view: View) -> Ground:
    """The region of a view, worked out once for all readers."""
    worked: Ground = store.figures(_ground, view)
    return worked


def _ground(view: View) -> Ground:
    drawn, points = boundaries(view), centres(view)
    sheet = Sheet(drawn.bounds)
    outlines = {
        feature["properties"]["code"]: _outline(feature["geometry"], sheet)
        for feature in drawn.geojson["features"]
    }
    middles = dict(zip(points["code"], zip(points["lon"], points["lat"], strict=True), strict=True))
    names = dict(zip(points["code"], points["name"], strict=True))
    return Ground(sheet, outlines, middles, names, drawn.note)


def _outline(geometry: Mapping[str, Any], sheet: Sheet) -> str:
    """Every ring of a polygon, or of several, as an SVG path."""
    several = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = [ring for polygon in several for ring in polygon]
    points = [[f"{x:g} {y:g}" for x, y in (sheet.at(*point[:2]) for point in ring)] for ring in rings]
    return "".join(f"M{'L'.join(ring)}Z" for ring in points)


# -- what is drawn on it -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawing:
    """A map: areas below, then lines, circles and labels."""

    areas: list[Drawn]
    lines: list[Drawn] = field(default_factory=list)
    circles: list[Drawn] = field(default_factory=list)
    labels: list[Drawn] = field(default_factory=list)


def shaded(ground: Ground, look: pd.DataFrame, *, selected: str = "") -> Drawing:
    """Authorities as shaded areas (circles where the pack has no boundaries), each with its figure as text.

    `look`: code, colour, label (text on the map), title and text (of the tooltip).
    """
    rows = {row["code"]: row for row in look.to_dict("records")}
    found = [code for code in rows if code in ground.outlines or code in ground.middles]
    # The selected one last: its border is drawn over its neighbours'; its label first: it is never hidden.
    found.sort(key=lambda code: bool(code == selected))
    areas = []
    for code in found:
        row = rows[code]
        where: Drawn = (
            {"d": ground.outlines[code]}
            if code in ground.outlines
            else {"at": ground.sheet.at(*ground.middles[code])}
        )
        said = {"code": code, "fill": row["colour"], "title": row["title"], "text": row["text"]}
        areas.append({**said, **where, "chosen": bool(selected) and code == selected})
    labels = [
        {"at": ground.sheet.at(*ground.middles[code]), "text": rows[code]["label"]}
        for code in reversed(found)
        if rows[code]["label"]
    ]
    return Drawing(areas, labels=labels)


def circles(ground: Ground, rows: pd.DataFrame) -> list[Drawn]:
    """Circles whose area grows with the places: lon, lat, places, colour, ring (yes/no), title, text.

    `ring` draws the circle hollow, so that two kinds differ by more than their colour. Small ones come last;
    where the places are hidden there is none.
    """
    known = rows.dropna(subset=["places"]).sort_values("places", ascending=False, kind="stable")
    return [
        {
            "at": ground.sheet.at(row["lon"], row["lat"]),
            "r": round(1.5 + 1.4 * math.sqrt(max(row["places"], 0)), 1),
            "style": f"{RING if row['ring'] else DISC} {row['colour']}",
            "title": row["title"],
            "text": row["text"],
        }
        for row in known.to_dict("records")
    ]


def arrows(ground: Ground, lines: pd.DataFrame) -> list[Drawn]:
    """Arrows from home authority to where children live, as wide as children are many.

    from_lon, from_lat, to_lon, to_lat, children, title, text.
    """
    most = max(lines["children"].max(), 1) if len(lines) else 1
    return [
        {
            "from": ground.sheet.at(row["from_lon"], row["from_lat"]),
            "to": ground.sheet.at(row["to_lon"], row["to_lat"]),
            "width": round(1.5 + 6.0 * row["children"] / most, 1),
            "colour": FLOW,
            "head": True,
            "title": row["title"],
            "text": row["text"],
        }
        for row in lines.to_dict("records")
    ]


def journey(
    ground: Ground, areas: list[Drawn], points: Sequence[tuple[float, float]], *, distance: str
) -> Drawing:
    """A ring near home, a disc at the place, a line between them and how far it is; degrees, east first."""
    ends = [ground.sheet.at(*point) for point in points]
    dots = [
        {"at": end, "r": 7, "style": style, "title": "", "text": ""}
        for end, style in zip(ends, (f"{RING} {palette.TEXT}", f"{DISC} {FLOW}"), strict=False)
    ]
    if len(ends) < 2:
        return Drawing(areas, circles=dots)
    line = {
        "from": ends[0],
        "to": ends[1],
        "width": 3,
        "colour": FLOW,
        "head": False,
        "title": "",
        "text": "",
    }
    middle = [round((ends[0][axis] + ends[1][axis]) / 2, 1) for axis in (0, 1)]
    return Drawing(areas, [line], dots, [{"at": middle, "text": distance}])


# -- the map on the page ---------------------------------------------------------------------------


def draw(
    ground: Ground,
    drawing: Drawing,
    *,
    alt: str,
    key: str,
    chosen: Callable[[str], None] | None = None,
    bounds: Bounds | None = None,
) -> None:
    """Draws the map with its text alternative; `chosen` hears the GSS code of an authority that is clicked.

    `bounds` are what is in sight at first, the whole region unless given.
    """

    def heard() -> None:
        code = st.session_state[key].get("clicked")
        if chosen is not None and code:
            chosen(str(code))

    styles = {each["style"] for each in drawing.circles}
    _MAP(
        key=key,
        data={
            "alt": alt,
            "clickable": chosen is not None,
            "view": ground.sheet.view if bounds is None else ground.sheet.view_of(bounds),
            "areas": drawing.areas,
            "lines": drawing.lines,
            "circles": drawing.circles,
            "labels": drawing.labels,
            "styles": {style: _style(*style.split(" ")) for style in sorted(styles)},
        },
        on_clicked_change=heard,
    )


def legend(shading: Scale, words: Callable[[float], str], *, missing: str = "") -> list[Entry]:
    """The classes of a scale in words; `missing` says what the grey means, where there is any."""
    classes = []
    for colour, low, high in shading.classes():
        first, last = (math.ceil(low), math.ceil(high) - 1) if shading.whole else (low, high)
        classes.append(Entry(words(first) if last == first else f"{words(first)} to {words(last)}", colour))
    return [*classes, Entry(missing, palette.NO_FIGURE)] if missing else classes


def _style(shape: str, colour: str) -> list[object]:
    """Fill, line and its width in pixels."""
    return [palette.BACKGROUND, colour, 2.5] if shape == RING else [colour, palette.BACKGROUND, 1.0]


def around(points: Sequence[tuple[float, float]]) -> Bounds:
    """The points with some fifteen miles of country about them."""
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    west, east = min(lons) - 0.3, max(lons) + 0.3
    middle = (min(lats) + max(lats)) / 2.0
    half = max((max(lats) - min(lats)) / 2.0 + 0.18, SHALLOWEST * (east - west) / 2.0)
    return (west, middle - half, east, middle + half)


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
