"""Distance: straight lines by hand, and roads from GraphML files as OSMnx writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from support.small import MILE, child, home, small_pack

from optimiser.errors import InputError
from optimiser.geography import Floats, RoadMiles, road_miles_from_graphml, straight_miles
from optimiser.matching.eligibility import excluding_rules
from optimiser.matching.instance import instance_from_pack
from optimiser.matching.score import is_far, score_terms
from optimiser.pack.policy import Limits, Policy

EAST, NORTH = 425_000.0, 560_000.0
JUNCTIONS: Mapping[str, tuple[float, float]] = {
    "1001": (EAST, NORTH),
    "1002": (EAST + 5_000, NORTH),
    "1003": (EAST + 5_000, NORTH + 5_000),
    "1004": (EAST + 40_000, NORTH),
}
"""Identifiers as OpenStreetMap numbers them, and metres; no road leads to the last."""
type Road = tuple[str, str, float]


def at(*metres: tuple[float, float]) -> tuple[Floats, Floats]:
    """Points so many metres east and north of the first junction."""
    return np.array([EAST + x for x, _ in metres]), np.array([NORTH + y for _, y in metres])


def osmnx_graph(
    *roads: Road,
    junctions: Mapping[str, tuple[float, float]] = JUNCTIONS,
    crs: str = "epsg:27700",
    text: bool = True,
    undirected: bool = False,
) -> nx.MultiGraph[str]:
    """What OSMnx hands to its writer: a multigraph whose attributes are text, or numbers where not `text`."""
    graph: nx.MultiGraph[str] = nx.MultiGraph() if undirected else nx.MultiDiGraph()
    graph.graph.update(crs=crs, created_with="OSMnx 2.0.1", simplified="True")
    for number, (x, y) in junctions.items():
        graph.add_node(number, x=str(x) if text else x, y=str(y) if text else y, street_count="3")
    for osmid, (start, end, length) in enumerate(roads):
        graph.add_edge(start, end, osmid=str(osmid), oneway="True", length=str(length) if text else length)
    return graph


def written(folder: Path, graph: nx.Graph[str]) -> Path:
    path = folder / "roads.graphml"
    nx.write_graphml(graph, path)
    return path


def roads_of(folder: Path, graph: nx.Graph[str]) -> RoadMiles:
    return road_miles_from_graphml(written(folder, graph))


# -- straight lines ---------------------------------------------------------------------------------


def test_straight_miles_by_hand() -> None:
    miles = straight_miles(
        np.array([0.0, 0.0]), np.array([0.0, 0.0]), np.array([3 * MILE, 0.0]), np.array(4 * MILE)
    )
    np.testing.assert_allclose(miles, [5.0, 4.0], rtol=1e-15)


def test_straight_miles_are_the_same_both_ways_and_nothing_to_oneself() -> None:
    here, there = (np.array(1.0), np.array(2.0)), (np.array(1e6), np.array(-3e5))
    assert straight_miles(*here, *there) == straight_miles(*there, *here)
    assert straight_miles(*here, *here) == 0.0


def test_straight_miles_broadcast_and_absent_points_stay_absent() -> None:
    easting, northing = np.array([[0.0], [np.nan]]), np.array([[0.0], [0.0]])
    miles = straight_miles(easting, northing, np.array([MILE, 0.0, 2 * MILE]), np.zeros(3))
    np.testing.assert_array_equal(miles, [[1, 0, 2], [np.nan, np.nan, np.nan]])


# -- roads ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [True, False])
def test_miles_by_road_are_the_shortest_path_and_the_way_to_the_junctions(tmp_path: Path, text: bool) -> None:
    graph = osmnx_graph(("1001", "1002", 6_000), ("1002", "1003", 7_000), ("1001", "1003", 20_000), text=text)
    roads = roads_of(tmp_path, graph)
    miles = roads.between(*at((-30, 40), (5_000, 0)), *at((5_000, 5_000), (5_000, 0), (5_300, -400)))
    np.testing.assert_allclose(miles, np.array([[13_050, 6_050, 6_550], [7_000, 0, 500]]) / MILE, rtol=1e-12)


def test_a_one_way_road_leads_one_way(tmp_path: Path) -> None:
    roads = roads_of(tmp_path, osmnx_graph(("1001", "1002", 6_000)))
    ends = at((0, 0), (5_000, 0))
    np.testing.assert_allclose(roads.between(*ends, *ends), [[0, 6_000 / MILE], [np.inf, 0]])


def test_a_road_of_an_undirected_graph_leads_both_ways(tmp_path: Path) -> None:
    roads = roads_of(tmp_path, osmnx_graph(("1001", "1002", 6_000), undirected=True))
    ends = at((0, 0), (5_000, 0))
    np.testing.assert_allclose(roads.between(*ends, *ends), np.array([[0, 6_000], [6_000, 0]]) / MILE)


@pytest.mark.parametrize("lengths", [(6_000, 9_000), (9_000, 6_000)])
@pytest.mark.parametrize("undirected", [False, True])
def test_of_parallel_roads_the_shorter_counts(
    tmp_path: Path, lengths: tuple[float, float], undirected: bool
) -> None:
    graph = osmnx_graph(*(("1001", "1002", length) for length in lengths), undirected=undirected)
    miles = roads_of(tmp_path, graph).between(*at((0, 0)), *at((5_000, 0)))
    np.testing.assert_allclose(miles, [[6_000 / MILE]])


def test_a_road_of_no_length_is_still_a_road(tmp_path: Path) -> None:
    graph = osmnx_graph(("1001", "1002", 0.0), ("1002", "1003", 7_000))
    miles = roads_of(tmp_path, graph).between(*at((0, 0)), *at((5_000, 0), (5_000, 5_000)))
    np.testing.assert_allclose(miles, [[0, 7_000 / MILE]])


def test_where_no_road_leads_is_infinitely_far(tmp_path: Path) -> None:
    miles = roads_of(tmp_path, osmnx_graph(("1001", "1002", 6_000))).between(*at((0, 0)), *at((40_000, 0)))
    assert miles.tolist() == [[np.inf]]


def test_from_an_absent_point_there_are_no_miles(tmp_path: Path) -> None:
    roads = roads_of(tmp_path, osmnx_graph(("1001", "1002", 6_000)))
    miles = roads.between(*at((0, 0), (np.nan, np.nan)), *at((5_000, 0), (40_000, 0)))
    np.testing.assert_allclose(miles, [[6_000 / MILE, np.inf], [np.nan, np.nan]])


def test_where_every_point_is_absent_there_are_no_miles_at_all(tmp_path: Path) -> None:
    roads = roads_of(tmp_path, osmnx_graph(("1001", "1002", 6_000)))
    miles = roads.between(*at((np.nan, np.nan)), *at((5_000, 0), (0, 0)))
    assert np.isnan(miles).tolist() == [[True, True]]


def test_degrees_become_metres_of_the_national_grid(tmp_path: Path) -> None:
    """Caister water tower. Source: Ordnance Survey, "A guide to coordinate systems in Great Britain"."""
    tower = {"1": (1 + 42 / 60 + 57.787 / 3600, 52 + 39 / 60 + 28.723 / 3600), "2": (1.8, 52.7)}
    roads = roads_of(tmp_path, osmnx_graph(("1", "2", 8_000), junctions=tower, crs="epsg:4326"))
    # Without the Survey's correction grid the transformation is good to a few metres.
    assert roads.easting[0] == pytest.approx(651_409.8, abs=10)
    assert roads.northing[0] == pytest.approx(313_177.4, abs=10)
    miles = roads.between(roads.easting[:1], roads.northing[:1], roads.easting[1:], roads.northing[1:])
    np.testing.assert_allclose(miles, [[8_000 / MILE]])


# -- files that are no road network -----------------------------------------------------------------


def refusal(path: Path) -> str:
    """What is said of a file that is refused, in one line."""
    with pytest.raises(InputError) as refused:
        road_miles_from_graphml(path)
    (fault,) = refused.value.faults
    assert (fault.file, fault.column) == (path.name, "roads")
    assert "GraphML as OSMnx writes it" in fault.accepted
    return str(fault)


def test_a_crs_is_never_assumed(tmp_path: Path) -> None:
    graph = osmnx_graph(("1001", "1002", 6_000))
    del graph.graph["crs"]
    assert "crs" in refusal(written(tmp_path, graph))


def test_a_crs_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "mars" in refusal(written(tmp_path, osmnx_graph(("1001", "1002", 6_000), crs="mars")))


def test_a_junction_without_coordinates_is_refused(tmp_path: Path) -> None:
    graph = osmnx_graph(("1001", "1002", 6_000))
    del graph.nodes["1003"]["x"]
    refusal(written(tmp_path, graph))


def test_a_road_without_a_length_is_refused(tmp_path: Path) -> None:
    graph = osmnx_graph(("1001", "1002", 6_000))
    graph.add_edge("1002", "1003")
    refusal(written(tmp_path, graph))


@pytest.mark.parametrize("length", ["long", "-5", "nan", "inf"])
def test_a_length_that_is_no_length_is_refused(tmp_path: Path, length: str) -> None:
    graph = osmnx_graph(("1001", "1002", 6_000))
    graph.add_edge("1002", "1003", length=length)
    refusal(written(tmp_path, graph))


def test_coordinates_that_the_crs_does_not_know_are_refused(tmp_path: Path) -> None:
    """Metres called degrees, as a file projected and saved by halves would be."""
    refusal(written(tmp_path, osmnx_graph(("1001", "1002", 6_000), crs="epsg:4326")))


def test_a_network_without_junctions_is_refused(tmp_path: Path) -> None:
    refusal(written(tmp_path, osmnx_graph(junctions={})))


@pytest.mark.parametrize("text", ["", "not XML", "<graphml/>", "<html><body>moved</body></html>"])
def test_a_file_that_is_no_graphml_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "roads.graphml"
    path.write_text(text, encoding="utf-8")
    refusal(path)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    refusal(tmp_path / "nowhere.graphml")


# -- an instance by road ----------------------------------------------------------------------------


def test_by_road_other_places_are_near(tmp_path: Path) -> None:
    """Across the river: 5 km as the crow flies, 26 km by the bridge; the radius to avoid stays a circle."""
    graph = osmnx_graph(
        ("1001", "1002", 26_000),
        ("1003", "1002", 20_000),
        ("1003", "1001", 10_000),
        ("1001", "1003", 10_000),
    )
    one = child(
        "c",
        school_easting=EAST + 5_000,
        school_northing=NORTH + 5_000,
        avoid_easting=EAST,
        avoid_northing=NORTH,
        avoid_miles=4.0,
    )
    places = [
        home("across", 5_000 / MILE),
        home("behind", easting=EAST + 5_000, northing=NORTH + 5_000),
        home("island", easting=EAST + 40_000),
    ]
    pack = small_pack([one], places, policy=Policy(limits=Limits(max_miles=10.0)))
    straight = instance_from_pack(pack)
    by_road = instance_from_pack(pack, road_miles=roads_of(tmp_path, graph))

    assert [excluding_rules(straight, 0, p) for p in range(3)] == [("avoid",), (), ("max_miles",)]
    assert [excluding_rules(by_road, 0, p) for p in range(3)] == [("max_miles", "avoid"), (), ("max_miles",)]
    c, p = np.array([0]), np.arange(3)
    assert is_far(straight, c, p).tolist() == [False, False, True]
    assert is_far(by_road, c, p).tolist() == [False, False, True]
    found = score_terms(by_road, c, p[:2])
    np.testing.assert_allclose(found["mile"], np.array([260_000, 100_000]) / MILE)
    np.testing.assert_allclose(found["school_mile"], np.array([100_000, 0]) / MILE)
