"""A grid of hexagons over EPSG:27700: where children and families are, no nearer than ten kilometres."""

from __future__ import annotations

import numpy as np
import pandas as pd

WIDTH_METRES = 10_000.0
"""From one side to the opposite one."""
_SIZE = WIDTH_METRES / np.sqrt(3.0)
"""From the centre to a corner: the hexagons stand on a corner."""


def hexagon_of_points(easting: pd.Series[float], northing: pd.Series[float]) -> list[str]:
    """The name of the hexagon each point is in, `column:row` of axial coordinates."""
    x, y = easting.to_numpy(dtype=np.float64), northing.to_numpy(dtype=np.float64)
    q = (np.sqrt(3.0) / 3.0 * x - y / 3.0) / _SIZE
    r = (2.0 / 3.0 * y) / _SIZE
    s = -q - r
    rq, rr, rs = np.rint(q), np.rint(r), np.rint(s)
    dq, dr, ds = np.abs(rq - q), np.abs(rr - r), np.abs(rs - s)
    rq = np.where((dq > dr) & (dq > ds), -rr - rs, rq)
    rr = np.where((dr > ds) & ~((dq > dr) & (dq > ds)), -rq - rs, rr)
    return [f"{int(column)}:{int(row)}" for column, row in zip(rq, rr, strict=True)]


def centre_of_hexagon(name: str) -> tuple[float, float]:
    """Easting and northing of the centre, metres."""
    q, r = (int(part) for part in name.split(":"))
    return float(_SIZE * np.sqrt(3.0) * (q + r / 2.0)), float(_SIZE * 1.5 * r)


def corners_of_hexagon(name: str) -> list[tuple[float, float]]:
    """Easting and northing of the six corners, metres, anticlockwise."""
    east, north = centre_of_hexagon(name)
    angles = np.radians(60.0 * np.arange(6) + 30.0)
    return [(float(east + _SIZE * np.cos(a)), float(north + _SIZE * np.sin(a))) for a in angles]
