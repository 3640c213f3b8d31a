"""Miles by road, worked out anew from the region's GraphML."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np

from optimiser import terms
from optimiser.verification.documents import RefutedError
from optimiser.verification.ground import Floats, Ground, Points


def with_road_miles(ground: Ground, file: str, content: bytes) -> Ground:
    """The ground with road miles from homes and schools to every place.

    Shortest paths along the graph's `length` (metres), and straight lines to the nearest junctions.
    """
    from networkx import NetworkXError
    from pyproj.exceptions import CRSError

    try:
        roads = _Roads(content)
    except (KeyError, TypeError, ValueError, SyntaxError, CRSError, NetworkXError) as error:
        raise RefutedError(file, "", f"is no road network ({error!r})") from error
    places = ground.places.point
    return replace(
        ground,
        home_road_miles=roads.miles(ground.children.home, places),
        school_road_miles=roads.miles(ground.children.school, places),
    )


class _Roads:
    """Junctions in EPSG:27700 metres and the shortest road from each to each of its neighbours."""

    def __init__(self, content: bytes) -> None:
        import networkx as nx
        from pyproj import CRS, Transformer
        from scipy.sparse import csr_array
        from scipy.spatial import KDTree

        graph = nx.read_graphml(io.BytesIO(content))
        to_grid = Transformer.from_crs(CRS.from_user_input(graph.graph["crs"]), terms.CRS, always_xy=True)
        number = {node: index for index, node in enumerate(graph)}
        x = [float(data["x"]) for _, data in graph.nodes(data=True)]
        y = [float(data["y"]) for _, data in graph.nodes(data=True)]
        points = np.column_stack(to_grid.transform(np.array(x), np.array(y)))
        metres: dict[tuple[int, int], float] = {}
        for one, other, data in graph.edges(data=True):
            length = float(data["length"])
            if not (np.isfinite(length) and length >= 0):
                raise ValueError(f"a length is {length}")
            ends = (number[one], number[other])
            for pair in {ends} if graph.is_directed() else {ends, ends[::-1]}:
                metres[pair] = min(length, metres.get(pair, length))
        ordered = sorted(metres)
        rows, columns = (np.array([pair[end] for pair in ordered], dtype=np.int64) for end in (0, 1))
        lengths = np.array([metres[pair] for pair in ordered])
        if not np.isfinite(points).all():
            raise ValueError("a junction lies nowhere in the crs")
        self._graph = csr_array((lengths, (rows, columns)), shape=(len(points), len(points)))
        self._tree = KDTree(points)

    def miles(self, start: Points, end: Points) -> Floats:
        """Shape (start, end): NaN where there is no start, infinite where no road leads."""
        from scipy.sparse.csgraph import dijkstra

        there = np.isfinite(start.east)
        miles = np.full((len(start.east), len(end.east)), np.nan)
        if not there.any() or not len(end.east):
            return miles
        walk, first = self._tree.query(np.column_stack([start.east[there], start.north[there]]))
        ride, last = self._tree.query(np.column_stack([end.east, end.north]))
        distinct, which = np.unique(first, return_inverse=True)
        ways: Floats = np.asarray(dijkstra(self._graph, directed=True, indices=distinct))
        metres = ways[:, last][which] + np.asarray(walk)[:, None]
        miles[there] = (metres + np.asarray(ride)[None, :]) / terms.METRES_PER_MILE
        return miles
