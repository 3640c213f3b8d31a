"""Small drawings as SVG text: a map shaded by a measure, and bars; no script, and words for each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from optimiser.report.maps import Boundaries
from optimiser.report.table import Kind, text_of

SHADES = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
"""Light to dark, told apart by people with any colour vision (ColorBrewer YlGnBu)."""
NO_FIGURE = "#d9d9d9"
BARS = {"today": "#bdbdbd", "run": "#2c7fb8"}
_STATES = {"today": "today", "run": "this run"}
_WIDTH, _HEIGHT = 460.0, 400.0


def element(tag: str, content: str = "", **attributes: object) -> str:
    """An SVG element; `_` in the name of an attribute is `-`, numbers have one decimal.

    >>> element("rect", x=1.25, fill="#333", stroke_width=2)
    '<rect x="1.2" fill="#333" stroke-width="2"></rect>'
    """
    said = "".join(
        f' {name.replace("_", "-")}="{value:.1f}"'
        if isinstance(value, float)
        else f' {name.replace("_", "-")}="{value}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{said}>{content}</{tag}>"


def _box(x: float, y: float, width: float, height: float, fill: str, title: str = "") -> str:
    content = f"<title>{escape(title)}</title>" if title else ""
    return element(
        "rect", content, x=x, y=y, width=width, height=height, fill=fill, stroke="#333", stroke_width=0.5
    )


def _words(x: float, y: float, text: str, **attributes: object) -> str:
    return element("text", escape(text), x=x, y=y, font_size=11, **attributes)


def _picture(
    content: str, *, title: str, words: str, name: str, width: float, height: float, kind: str
) -> str:
    """The picture, with its title and what it says for those who cannot see it."""
    ids = f"{name}-title {name}-words"
    said = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-words">{escape(words)}</desc>'
    return (
        f'<svg role="img" aria-labelledby="{ids}" viewBox="0 0 {width:.0f} {height:.0f}" class="{kind}">'
        f"{said}{content}</svg>"
    )


def map_svg(drawn: Boundaries, values: Mapping[str, float], kind: Kind, *, title: str, name: str) -> str:
    """The members shaded by a measure in five even steps; grey where the figure is not known or hidden."""
    known = sorted(value for value in values.values() if not math.isnan(value))
    low, high = (known[0], known[-1]) if known else (0.0, 0.0)
    west, south, east, north = drawn.bounds
    squeeze = math.cos(math.radians((south + north) / 2.0))
    scale = min(_WIDTH / max((east - west) * squeeze, 1e-9), _HEIGHT / max(north - south, 1e-9))
    shapes = []
    for feature in drawn.geojson["features"]:
        value = values.get(feature["properties"]["code"], math.nan)
        path = "".join(
            "M"
            + "L".join(f"{(x - west) * squeeze * scale:.1f} {(north - y) * scale:.1f}" for x, y, *_ in ring)
            + "Z"
            for ring in _rings(feature["geometry"])
        )
        text = "no figure" if math.isnan(value) else text_of(value, kind)
        said = f"<title>{escape(feature['properties']['name'])}: {escape(text)}</title>"
        fill = _shade(value, low, high)
        shapes.append(
            element("path", said, d=path, fill=fill, stroke="#333", stroke_width=0.7, fill_rule="evenodd")
        )
    width, height = (east - west) * squeeze * scale, (north - south) * scale
    words = (
        f"{title}: from {text_of(low, kind)} to {text_of(high, kind)}." if known else f"{title}: no figures."
    )
    legend = _legend(low, high, kind, height, width) if known else ""
    return _picture(
        "".join(shapes) + legend,
        title=title,
        words=f"{words} The table has every figure.",
        name=name,
        width=width,
        height=height + 40,
        kind="map",
    )


def _rings(geometry: Mapping[str, object]) -> list[list[Sequence[float]]]:
    """The rings of a polygon or of several."""
    coordinates = geometry.get("coordinates", [])
    if geometry["type"] == "Polygon" and isinstance(coordinates, list):
        return list(coordinates)
    if geometry["type"] == "MultiPolygon" and isinstance(coordinates, list):
        return [ring for polygon in coordinates for ring in polygon]
    return []


def _shade(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return NO_FIGURE
    step = 0 if high <= low else min(int(len(SHADES) * (value - low) / (high - low)), len(SHADES) - 1)
    return SHADES[step]


def _legend(low: float, high: float, kind: Kind, top: float, width: float) -> str:
    each = min(width / (len(SHADES) + 1), 70.0)
    boxes = []
    for step, shade in enumerate(SHADES):
        start = text_of(low + (high - low) * step / len(SHADES), kind)
        boxes += [_box(step * each, top + 10.0, each, 10.0, shade), _words(step * each, top + 34.0, start)]
    last = len(SHADES) * each
    boxes += [
        _box(last + 8.0, top + 10.0, 14.0, 10.0, NO_FIGURE),
        _words(last + 26.0, top + 20.0, "no figure"),
    ]
    return "".join(boxes)


def bars_svg(
    labels: Sequence[str], series: Mapping[str, Sequence[float]], *, title: str, name: str, line_after: int
) -> str:
    """Bars side by side, one group a label; a line after group `line_after`. A hidden figure is a `c`."""
    highest = max((value for each in series.values() for value in each if not math.isnan(value)), default=1.0)
    group, base, tall = 34.0, 210.0, 190.0
    thin = (group - 6.0) / max(len(series), 1)
    width = group * len(labels) + 10.0
    marks = []
    for at, label in enumerate(labels):
        for number, (state, values) in enumerate(series.items()):
            x, value = at * group + number * thin + 3.0, values[at]
            if math.isnan(value):
                marks.append(_words(x + 2.0, base - 3.0, "c"))
                continue
            height = tall * value / (highest or 1.0)
            said = f"{label} miles, {_STATES[state]}: {value:,.0f}"
            marks.append(_box(x, base - height, thin, height, BARS[state], said))
        x, y = at * group + group / 2.0, base + 10.0
        marks.append(_words(x, y, label, transform=f"rotate(45 {x:.1f} {y:.1f})"))
    edge = (line_after + 1) * group
    marks.append(
        element(
            "line", x1=edge, y1=5, x2=edge, y2=base, stroke="#b30000", stroke_width=2, stroke_dasharray="5 3"
        )
    )
    for number, state in enumerate(series):
        marks.append(_box(width - 130.0, 8.0 + 16.0 * number, 12.0, 10.0, BARS[state]))
        marks.append(_words(width - 112.0, 17.0 + 16.0 * number, _STATES[state]))
    return _picture(
        "".join(marks),
        title=title,
        words=f"{title}; the dashed line is the policy's far miles. The table has every figure.",
        name=name,
        width=width,
        height=270.0,
        kind="bars",
    )
