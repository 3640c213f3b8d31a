"""What is drawn on a map: boundaries, centres, homes, flows and hexagons, in EPSG:4326.

A family is never a point: foster and kinship households are in the totals of authorities and hexagons alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyproj import Transformer

from optimiser import terms
from optimiser.errors import Fault, InputError
from optimiser.report import populations as pop
from optimiser.report.build import STATE_LABELS, Builder
from optimiser.report.cells import HEXAGON
from optimiser.report.disclosure import published
from optimiser.report.grid import centre_of_hexagon, corners_of_hexagon, hexagon_of_points
from optimiser.report.placements import OVER, RUN
from optimiser.report.region import far_label, flows
from optimiser.report.supply import capacity_rows
from optimiser.report.table import Key, Kind, Level, Table
from optimiser.report.views import RunView, View

HOMES = (terms.CHILDRENS_HOME, terms.SUPPORTED_ACCOMMODATION)
"""The kinds that are no families."""
SIMPLIFY_METRES = 250.0
_DEGREES = 4326
_DECIMALS = 5


@dataclass(frozen=True)
class Boundaries:
    """The members' boundaries: a GeoJSON FeatureCollection (EPSG:4326) with code and name, and its bounds."""

    geojson: dict[str, Any]
    source: str
    """`pack`, or `none` where the pack has no boundaries: then the collection is empty."""
    note: str
    bounds: tuple[float, float, float, float]
    """West, south, east, north, degrees."""
    inside: pd.DataFrame
    """A point inside each: code, lon, lat."""


def boundaries(view: View) -> Boundaries:
    """The boundaries of the pack's file, simplified; without a file none, and the centres stand for them."""
    path = view.region.boundaries
    homes = lon_lat(view.pack.provision["easting"], view.pack.provision["northing"])
    if path is None:
        note = "The pack has no boundaries: each authority is drawn as a circle amid its homes."
        empty = {"type": "FeatureCollection", "features": []}
        inside = pd.DataFrame(columns=["code", "lon", "lat"])
        return Boundaries(empty, "none", note, _bounds(*homes), inside)
    return _drawn(path, path.stat().st_mtime_ns, view.codes, tuple(map(view.name_of, view.codes)))


@lru_cache(maxsize=16)
def _drawn(path: Path, changed: int, codes: tuple[str, ...], names: tuple[str, ...]) -> Boundaries:
    """Reading and simplifying take a while and depend on the file alone, as it is since it was `changed`."""
    del changed  # it only tells one version of the file from another
    import geopandas as gpd
    from shapely import make_valid, set_precision

    accepted = "a file geopandas reads, with a crs and a column code that has every member"
    try:
        read = gpd.read_file(path)
        wanted = read[read["code"].isin(codes)]
        if wanted.crs is None or set(wanted["code"]) != set(codes):
            raise ValueError("a member, or the crs, is missing")
        simple = wanted.dissolve("code").reindex(list(codes)).to_crs(terms.CRS)
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        fault = Fault(path.name, 0, "code", f"cannot be read as boundaries ({error})", accepted)
        raise InputError("the boundaries cannot be read", [fault]) from error
    simple.geometry = make_valid(simple.simplify_coverage(SIMPLIFY_METRES).to_numpy())
    points = simple.representative_point().to_crs(_DEGREES)
    drawn = simple[["geometry"]].to_crs(_DEGREES)
    drawn.geometry = set_precision(drawn.geometry.to_numpy(), 10.0**-_DECIMALS)
    drawn = drawn.assign(code=list(codes), name=list(names))
    west, south, east, north = drawn.total_bounds.tolist()
    inside = pd.DataFrame({"code": list(codes), "lon": points.x.to_numpy(), "lat": points.y.to_numpy()})
    return Boundaries(json.loads(drawn.to_json(drop_id=True)), "pack", "", (west, south, east, north), inside)


def centres(view: View) -> pd.DataFrame:
    """code, name, lon, lat: a point inside every authority; else the mean of its homes, to the kilometre.

    Authorities outside the region have one where the pack has homes in them. Without either, none.
    """
    known = boundaries(view).inside
    provision = view.pack.provision
    homes = provision[provision["kind"].isin(HOMES) & (provision["authority"] != "")]
    mean = (homes.groupby("authority")[["easting", "northing"]].mean() / 1000.0).round() * 1000.0
    mean = mean[~mean.index.isin(known["code"])]
    lon, lat = lon_lat(mean["easting"], mean["northing"])
    others = pd.DataFrame({"code": mean.index.to_numpy(), "lon": lon, "lat": lat})
    both = pd.concat([each for each in (known, others) if len(each)] or [known], ignore_index=True)
    both.insert(1, "name", [view.name_of(code) for code in both["code"]])
    return both


def flow_lines(view: View, state: str = RUN, *, publication: bool = False) -> pd.DataFrame:
    """Flows between two authorities that can be drawn: home_code, home, lives_code, lives, children, and
    from_lon, from_lat, to_lon, to_lat. Hidden counts are left out."""
    table = flows(view, state)
    frame = (published(table) if publication else table).frame.iloc[:-1]
    moving = frame[(frame["home_code"] != frame["lives_code"]) & frame["children"].notna()]
    points = centres(view).set_index("code")[["lon", "lat"]]
    start = points.add_prefix("from_").reset_index(names="home_code")
    end = points.add_prefix("to_").reset_index(names="lives_code")
    return moving.merge(start, on="home_code").merge(end, on="lives_code").reset_index(drop=True)


def homes(view: View) -> Table:
    """Children's homes and supported accommodation as points, at the pack's precision; families never."""
    provision = view.pack.provision
    rows = provision[provision["kind"].isin(HOMES)].reset_index(drop=True)
    lon, lat = lon_lat(rows["easting"], rows["northing"])
    builder = Builder()
    for name, label in (
        ("provision_id", "Home"),
        ("name", "Name"),
        ("provider", "Provider"),
        ("kind", "Kind"),
    ):
        builder.text(name, label, rows[name].to_numpy())
    builder.text("authority_code", "Code", rows["authority"].to_numpy())
    builder.text("authority", "Authority", [view.name_of(code) for code in rows["authority"]])
    builder.figure("lon", "Longitude", lon, Kind.NUMBER, unit="degrees")
    builder.figure("lat", "Latitude", lat, Kind.NUMBER, unit="degrees")
    builder.text("precision", "Precision", rows["precision"].to_numpy(), "What the point rests on.")
    builder.figure("places", "Places", rows["places"], Kind.NUMBER, unit="places")
    builder.figure("vacancies", "Vacancies", rows["vacancies"], Kind.NUMBER, unit="places")
    builder.figure(
        "taken",
        "Taken",
        rows["places"] - rows["vacancies"],
        Kind.NUMBER,
        unit="places",
        meaning="Places that other children live in already.",
    )
    if isinstance(view, RunView):
        placed = view.run.frame["provision_id"].value_counts()
        here = rows["provision_id"].map(placed).fillna(0)
        builder.figure("placed_run", "Placed in this run", here, Kind.NUMBER, unit="children")
    return builder.table(
        "homes", "Children's homes and supported accommodation", source=view, level=Level.HOME
    )


def children_hexagons(view: View) -> Table:
    """Children by the hexagon (10 km) their home is in: how many, and how far they live."""
    children = view.pack.children
    names = np.array(hexagon_of_points(children["home_easting"], children["home_northing"]), dtype=object)
    order = sorted(set(names.tolist()))
    builder = _hexagon_columns(order)
    numbers = pd.Series(names).value_counts()
    keys: list[Key | None] = [(pop.PACK, HEXAGON, name) for name in order]
    builder.count(
        "children",
        "Children",
        [int(numbers[name]) for name in order],
        keys,
        "Children whose home is in the hexagon.",
    )
    values = pd.DataFrame({"child": np.arange(len(children)), "value": names})
    for state in view.states:
        counted = pop.sums(pop.indicators(view.placements(state)), values, order)
        said = STATE_LABELS[state]
        for what, label in (
            (pop.MEASURED, f"Distance known, {said}"),
            (OVER, f"Living {far_label(view)}, {said}"),
        ):
            builder.count(
                f"{what}_{state}",
                label,
                counted[what].to_numpy(),
                [(state, HEXAGON, name, what) for name in order],
            )
        median = view.placements(state).frame["miles"].groupby(names).median().reindex(order)
        builder.figure(
            f"median_miles_{state}",
            f"Median miles, {said}",
            median,
            Kind.MILES,
            rests_on=(f"{pop.MEASURED}_{state}",),
        )
    return builder.table("children_hexagons", "Children by where home is", source=view)


def capacity_hexagons(view: View) -> Table:
    """Homes and households by hexagon (10 km) and kind: how many, their places and who lives there."""
    provision = view.pack.provision
    names = pd.Series(hexagon_of_points(provision["easting"], provision["northing"]), index=provision.index)
    rows = (
        capacity_rows(view)
        .groupby([names, "kind"], sort=True)
        .sum(numeric_only=True)
        .reset_index(names=["hexagon", "kind"])
    )
    builder = _hexagon_columns(rows["hexagon"].tolist())
    builder.text("kind", "Kind", rows["kind"].to_numpy())
    for name, label in (
        ("provisions", "Homes and households"),
        ("places", "Places"),
        ("vacancies", "Vacancies"),
        ("taken", "Taken"),
        ("placed_run", "Placed in this run"),
    ):
        if name in rows:
            builder.figure(name, label, rows[name], Kind.NUMBER)
    return builder.table(
        "capacity_hexagons", "Homes and households by hexagon", source=view, level=Level.HOME
    )


def _hexagon_columns(names: Sequence[str]) -> Builder:
    builder = Builder()
    centre = [centre_of_hexagon(name) for name in names]
    lon, lat = lon_lat(
        pd.Series([east for east, _ in centre], dtype=float),
        pd.Series([north for _, north in centre], dtype=float),
    )
    builder.text("hexagon", "Hexagon", names)
    builder.figure("lon", "Longitude", lon, Kind.NUMBER, unit="degrees")
    builder.figure("lat", "Latitude", lat, Kind.NUMBER, unit="degrees")
    return builder


def hexagons_geojson(view: View) -> dict[str, Any]:
    """All hexagons with a child's home or a provision in them, EPSG:4326, with the property hexagon."""
    children, provision = view.pack.children, view.pack.provision
    names = {
        *hexagon_of_points(children["home_easting"], children["home_northing"]),
        *hexagon_of_points(provision["easting"], provision["northing"]),
    }
    features = []
    for name in sorted(names):
        corners = corners_of_hexagon(name)
        lon, lat = lon_lat(pd.Series([x for x, _ in corners]), pd.Series([y for _, y in corners]))
        ring = [[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y in zip(lon, lat, strict=True)]
        shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append({"type": "Feature", "properties": {"hexagon": name}, "geometry": shape})
    return {"type": "FeatureCollection", "features": features}


@lru_cache(maxsize=1)
def _transformer() -> Transformer:
    return Transformer.from_crs(terms.CRS, _DEGREES, always_xy=True)


def lon_lat(easting: pd.Series[float], northing: pd.Series[float]) -> tuple[np.ndarray, np.ndarray]:
    """Degrees (EPSG:4326) of points in EPSG:27700 metres."""
    lon, lat = _transformer().transform(easting.to_numpy(dtype=float), northing.to_numpy(dtype=float))
    return np.asarray(lon), np.asarray(lat)


def _bounds(lon: np.ndarray, lat: np.ndarray) -> tuple[float, float, float, float]:
    if not len(lon):
        return (-8.0, 49.0, 2.0, 61.0)
    return (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
