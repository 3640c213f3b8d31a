"""`allocate --distance road`, from the GraphML of region.toml to allocations.csv."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from support.commands import names_in, run_command
from support.packs import REGION, little_pack
from support.runs import assert_finished
from support.small import EAST, MILE, NORTH

JUNCTIONS = {
    "1001": (EAST, NORTH),
    "1002": (EAST + MILE, NORTH),
    "1003": (EAST, NORTH + 5 * MILE),
    "1004": (EAST, NORTH - 2 * MILE),
}
"""A home; a place across the water; a place inland; an island that no road leads to."""

ROADS = (("1001", "1003", 5 * MILE), ("1003", "1002", 10 * MILE))

KEYS = """\
<key id="d0" for="node" attr.name="y" attr.type="string"/>
<key id="d1" for="node" attr.name="x" attr.type="string"/>
<key id="d2" for="edge" attr.name="length" attr.type="string"/>
<key id="d3" for="graph" attr.name="crs" attr.type="string"/>
"""


def graphml() -> str:
    """The roads, both ways, as OSMnx writes them."""
    nodes = [
        f'<node id="{number}"><data key="d0">{y}</data><data key="d1">{x}</data></node>'
        for number, (x, y) in JUNCTIONS.items()
    ]
    edges = [
        f'<edge source="{start}" target="{end}" id="0"><data key="d2">{length}</data></edge>'
        for one, other, length in ROADS
        for start, end in ((one, other), (other, one))
    ]
    graph = ['<graph edgedefault="directed">', '<data key="d3">epsg:27700</data>', *nodes, *edges, "</graph>"]
    lines = ['<graphml xmlns="http://graphml.graphdrawing.org/xmlns">', KEYS, *graph, "</graphml>"]
    return "\n".join(lines)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Two children at the first junction, and a place for one at each of the others."""
    ids = {"c1": "1001", "c2": "1001", "across": "1002", "inland": "1003", "island": "1004"}
    at = {name: JUNCTIONS[number] for name, number in ids.items()}
    folder = little_pack(
        tmp_path / "pack",
        region=f'roads = "roads.graphml"\n{REGION}',
        children=[
            {
                "child_id": name,
                "authority": "E08000037",
                "home_easting": at[name][0],
                "home_northing": at[name][1],
                "age": 10,
                "gender": "female",
            }
            for name in ("c1", "c2")
        ],
        provision=[
            {
                "provision_id": name,
                "kind": "foster_home",
                "sector": "voluntary",
                "easting": at[name][0],
                "northing": at[name][1],
                "places": 1,
                "vacancies": 1,
                "weekly_cost": 500,
            }
            for name in ("across", "inland", "island")
        ],
    )
    (folder / "roads.graphml").write_text(graphml(), encoding="utf-8")
    return folder


def allocated(pack: Path, out: Path, distance: str) -> dict[str, str]:
    """Place → miles from home, as allocations.csv has them."""
    assert run_command("allocate", pack, "--out", out, "--distance", distance).exit_code == 0
    assert_finished(out)
    with (out / "allocations.csv").open(encoding="utf-8", newline="") as file:
        return {row["provision_id"]: row["miles"] for row in csv.DictReader(file)}


def test_roads_lead_elsewhere_than_straight_lines(pack: Path, tmp_path: Path) -> None:
    straight = allocated(pack, tmp_path / "straight", "straight")
    by_road = allocated(pack, tmp_path / "road", "road")
    assert straight == {"across": "1.000", "island": "2.000"}
    assert by_road == {"inland": "5.000", "across": "15.000"}
    manifest = json.loads((tmp_path / "road" / "manifest.json").read_bytes())
    assert manifest["distance"] == "road"
    assert "roads.graphml" in manifest["inputs"]


def test_a_cooperation_by_road(pack: Path, tmp_path: Path) -> None:
    miles = {}
    for distance in ("straight", "road"):
        out = tmp_path / distance
        assert run_command("cooperate", pack, "--out", out, "--distance", distance).exit_code == 0
        assert run_command("verify", out).exit_code == 0
        with (out / "tiers.csv").open(encoding="utf-8", newline="") as file:
            miles[distance] = [row["mean_miles"] for row in csv.DictReader(file)][-1]
    assert miles == {"straight": "1.500", "road": "10.000"}


def test_roads_that_cannot_be_read_are_bad_input(pack: Path, tmp_path: Path) -> None:
    (pack / "roads.graphml").write_text("<graphml>", encoding="utf-8")
    result = run_command("allocate", pack, "--out", tmp_path / "run", "--distance", "road")
    assert result.exit_code == 2
    assert result.stderr.startswith("roads.graphml:0:roads: ")
    assert names_in(tmp_path) == ["pack"]
