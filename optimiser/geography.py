"""Distance and travel: straight-line miles, and miles by road where the pack has a road network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from optimiser import terms
from optimiser.errors import Fault, InputError

Floats = NDArray[np.float64]


def straight_miles(easting: Floats, northing: Floats, to_easting: Floats, to_northing: Floats) -> Floats:
    """Straight-line miles between EPSG:27700 points in metres; the arrays broadcast, NaN stays NaN.

    The square root of the sum of squares and not `hypot`, whose last digit differs between machines.
    Source: SSDA903 guide, "distance from home"; 1 mile = 1,609.344 m.

    >>> float(straight_miles(np.array(0.0), np.array(0.0), np.array(1609.344 * 3), np.array(1609.344 * 4)))
    5.0
    """
    east, north = easting - to_easting, northing - to_northing
    miles: Floats = np.sqrt(east * east + north * north) / terms.METRES_PER_MILE
    return miles


@dataclass(frozen=True)
class RoadMiles:
    """A road network: junctions in EPSG:27700 metres, and the lengths of the roads between them."""

    easting: Floats
    northing: Floats
    lengths: csr_array
    """Shape (junctions, junctions): metres by road from row to column; absent where there is none."""

    def between(self, easting: Floats, northing: Floats, to_easting: Floats, to_northing: Floats) -> Floats:
        """Shape (from, to): miles by road by the shortest path, with straight lines to the nearest junctions.

        NaN where a point is absent, infinite where no road leads.
        """
        start, start_metres = self._junctions(easting, northing)
        end, end_metres = self._junctions(to_easting, to_northing)
        distinct, position = np.unique(start, return_inverse=True)
        metres = dijkstra(self.lengths, directed=True, indices=distinct)[:, end][position]
        miles: Floats = (metres + start_metres[:, None] + end_metres[None, :]) / terms.METRES_PER_MILE
        return miles

    def _junctions(self, easting: Floats, northing: Floats) -> tuple[NDArray[np.int64], Floats]:
        known = np.isfinite(easting) & np.isfinite(northing)
        tree = KDTree(np.column_stack([self.easting, self.northing]))
        metres, nearest = tree.query(np.column_stack([easting[known], northing[known]]))
        junction = np.zeros(len(easting), dtype=np.int64)
        junction[known] = nearest
        away = np.full(len(easting), np.nan)
        away[known] = metres
        return junction, away


def road_miles_from_graphml(path: Path | None) -> RoadMiles:
    """A road network from GraphML as OSMnx writes it: nodes with `x`, `y`, edges with `length` in metres.

    The graph's `crs` says what x and y are; without one the file is refused, for a CRS is never assumed.
    None is a region without roads. Raises `InputError` for what cannot be travelled on.
    """
    accepted = "GraphML as OSMnx writes it: a crs, nodes with x and y, edges with length in metres"
    if path is None:
        fault = Fault("region.toml", 0, "roads", "no road network is given", f'roads = "file", {accepted}')
        raise InputError("distance by road needs a road network", [fault])
    try:
        return _road_miles(nx.read_graphml(path))
    except (OSError, KeyError, TypeError, ValueError, SyntaxError, CRSError, nx.NetworkXError) as error:
        fault = Fault(path.name, 0, "roads", f"cannot be read as a road network ({error!r})", accepted)
        raise InputError("the road network cannot be read", [fault]) from error


def _road_miles(graph: nx.Graph[str]) -> RoadMiles:
    """The network of a graph; raises `ValueError` where a point or a length is no place and no distance."""
    transformer = Transformer.from_crs(CRS.from_user_input(graph.graph["crs"]), terms.CRS, always_xy=True)
    nodes = pd.DataFrame([data for _, data in graph.nodes(data=True)], index=list(graph), dtype=object)
    nodes = nodes[["x", "y"]].astype(float)
    easting, northing = map(np.asarray, transformer.transform(nodes["x"].to_numpy(), nodes["y"].to_numpy()))
    edges = nx.to_pandas_edgelist(graph)[["source", "target", "length"]].astype({"length": float})
    if not (np.isfinite(easting).all() and np.isfinite(northing).all()):
        raise ValueError("a junction lies nowhere in the crs")
    if not (np.isfinite(edges["length"]).all() and (edges["length"] >= 0).all()):
        raise ValueError("a length is no number of metres")
    if not graph.is_directed():
        edges = pd.concat([edges, edges.rename(columns={"source": "target", "target": "source"})])
    shortest = edges.groupby(["source", "target"], sort=True)["length"].min()
    number = pd.Series(np.arange(len(nodes)), index=nodes.index)
    rows, columns = (number[shortest.index.get_level_values(end)].to_numpy() for end in ("source", "target"))
    lengths = csr_array((shortest.to_numpy(), (rows, columns)), shape=(len(nodes), len(nodes)))
    return RoadMiles(easting=easting, northing=northing, lengths=lengths)
