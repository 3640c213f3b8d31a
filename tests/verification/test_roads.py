"""Distances by road, worked out anew by the verifier from the region's GraphML."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from support.bundles import RunFolder
from support.random_packs import CENTRE, MILE, small_tables

from optimiser.audit.run import run_from_pack, write_run
from optimiser.verification.verify import verify_run

_KEYS = """\
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="x" for="node" attr.name="x" attr.type="string"/>
<key id="y" for="node" attr.name="y" attr.type="string"/>
<key id="length" for="edge" attr.name="length" attr.type="string"/>
<key id="crs" for="graph" attr.name="crs" attr.type="string"/>
"""


def _graphml(seed: int) -> str:
    """Sixty junctions around the centre and roads between most of them, some of them twice."""
    rng = random.Random(seed)
    lines = [_KEYS, '<graph edgedefault="directed"><data key="crs">epsg:27700</data>']
    for node in range(60):
        east, north = (middle + rng.uniform(-9, 9) * MILE for middle in CENTRE)
        lines.append(f'<node id="{node}"><data key="x">{east}</data><data key="y">{north}</data></node>')
    for number in range(250):
        one, other = rng.sample(range(57), 2)
        metres = rng.uniform(500, 9_000)
        lines.append(
            f'<edge id="{number}" source="{one}" target="{other}"><data key="length">{metres}</data></edge>'
        )
    return "\n".join([*lines, "</graph></graphml>"])


def _by_road(folder: Path, seed: int) -> RunFolder:
    tables = small_tables(seed)
    tables.region["roads"] = "roads.graphml"
    pack = tables.write(folder / "pack")
    (pack / "roads.graphml").write_text(_graphml(seed), encoding="utf-8")
    write_run(folder / "run", run_from_pack(pack, distance="road"))
    return RunFolder(pack, folder / "run")


@pytest.mark.parametrize("seed", range(4))
def test_a_run_by_road(seed: int, tmp_path: Path) -> None:
    by_road = _by_road(tmp_path, seed)
    assert verify_run(by_road.run, pack=by_road.pack).refutations == ()


def test_roads_that_are_altered(tmp_path: Path) -> None:
    by_road = _by_road(tmp_path, 0)
    roads = by_road.pack / "roads.graphml"
    whole = roads.read_text(encoding="utf-8")
    for other in (
        whole.replace("27700", "99999999"),
        whole[:-9],
        "",
        "<graphml/>",
        whole.replace('"x">', '"x">z'),
    ):
        roads.write_text(other, encoding="utf-8")
        by_road.mend()
        lines = verify_run(by_road.run, pack=by_road.pack).refutations
        assert any("roads.graphml: is no road network" in line for line in lines), lines
    roads.write_text(whole.replace('"length">', '"length">1'), encoding="utf-8")
    by_road.mend()
    assert not verify_run(by_road.run, pack=by_road.pack).proven
