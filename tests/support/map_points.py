"""Where the places of a map are in a reader's window, worked out anew from Web Mercator."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import geopandas as gpd
from support.browser import Reader

from optimiser.report.maps import boundaries
from optimiser.report.views import open_pack
from optimiser.ui.maps import HEIGHT, WIDTH, view_state

TILE = 512
"""Pixels of the world at zoom 0."""


def names(pack: Path) -> dict[str, str]:
    """GSS code → name of the members of a pack."""
    region = tomllib.loads((pack / "region.toml").read_text(encoding="utf-8"))
    return {each["code"]: each["name"] for each in region["authority"]}


def inside(pack: Path) -> dict[str, tuple[float, float]]:
    """GSS code → a point well inside the authority, degrees east and north, from the pack's own file."""
    drawn = gpd.read_file(pack / "authorities.geojson").dissolve("code").to_crs(27700)
    points = drawn.representative_point().to_crs(4326)
    return {str(code): (point.x, point.y) for code, point in points.items()}


def hover(reader: Reader, pack: Path, longitude: float, latitude: float) -> str:
    """What the region's map says of a point, "" where it says nothing; the map must not have been moved."""
    state = view_state(boundaries(open_pack(pack)).bounds, WIDTH, HEIGHT)
    scale = TILE * 2.0**state.zoom
    east = scale * (longitude - state.longitude) / 360.0
    south = scale * (_north(state.latitude) - _north(latitude))
    return reader.hover_map(east, south)


def _north(latitude: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) / (2 * math.pi)
