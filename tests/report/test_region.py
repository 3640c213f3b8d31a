"""The region's figures on a pack of five children solved by hand, and what the files of a run say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.report import DURHAM, GATESHEAD, NEWCASTLE, PLACED, PROVISION, pack_on_disk, run_on_disk

from optimiser.errors import InputError
from optimiser.report import (
    PackView,
    RunView,
    capacity,
    centres,
    child,
    children,
    children_hexagons,
    dfe_table,
    distance_bins,
    distance_by,
    flow_lines,
    flows,
    homes,
    if_provider_leaves,
    measures,
    occupancy,
    open_pack,
    open_run,
    tiles,
    worth,
)


@pytest.fixture
def run(tmp_path: Path) -> RunView:
    """ann and ben at 1 mile inside Gateshead, cat at 5 outside; dan of Newcastle at 30, eve nowhere."""
    pack = pack_on_disk(tmp_path / "pack")
    return open_run(run_on_disk(tmp_path / "run", pack))


def test_measures_by_hand(run: RunView) -> None:
    table = measures(run)
    assert table.total
    assert table.frame["authority"].tolist() == ["Gateshead", "Newcastle upon Tyne", "Whole region"]
    by = table.frame.set_index("code")
    assert by["children"].tolist() == [3, 2, 5]
    assert by["placed_run"].tolist() == [3, 1, 4]
    assert by["unplaced_run"].tolist() == [0, 1, 1]
    assert by["over_run"].tolist() == [0, 1, 1]
    assert by["outside_run"].tolist() == [1, 1, 2]
    assert by["share_outside_run"].tolist() == [pytest.approx(1 / 3), 1.0, 0.5]
    assert by["median_miles_run"].tolist() == pytest.approx([1.0, 30.0, 3.0])
    assert by["weekly_cost_run"].tolist() == [5000.0, 450.0, 5450.0]


def test_today_is_what_the_pack_knows_and_never_zero(run: RunView) -> None:
    """ann in ash (Gateshead), ben in fir (Durham), cat's distance alone, dan's place is not in the pack."""
    by = measures(run).frame.set_index("code")
    assert by["placed_today"].tolist() == [3, 1, 4]
    assert by["not_known_today"].tolist() == [0, 1, 1]
    assert by["measured_today"].tolist() == [3, 1, 4]
    assert by["over_today"].tolist() == [1, 1, 2]
    assert by["inside_today"].tolist() == [1, 0, 1]
    assert by["outside_today"].tolist() == [1, 0, 1]
    assert by["weekly_cost_today"].tolist()[:1] == [950.0]
    assert by["weekly_cost_today"].isna().tolist() == [False, True, False]
    assert by["median_miles_today"].tolist() == [4.0, 25.0, 14.5]
    assert by["median_miles_difference"].tolist() == pytest.approx([-3.0, 5.0, -11.5])


def test_measures_have_the_digits_of_metrics_json(run: RunView) -> None:
    metrics = json.loads((run.folder / "metrics.json").read_bytes())
    by = measures(run).frame.set_index("code")
    for code, figures in {**metrics["by_authority"], "": metrics}.items():
        assert by.at[code, "median_miles_run"] == figures["median_miles"]
        assert by.at[code, "mean_miles_run"] == figures["mean_miles"]
        assert by.at[code, "weekly_cost_run"] == figures["weekly_cost_total"]
        assert by.at[code, "share_over_run"] == figures["share_over_far_miles"]
        assert by.at[code, "placed_run"] == figures["placed"]


def test_tiles_beside_today(run: RunView) -> None:
    found = {tile.key: tile for tile in tiles(run)}
    assert (found["children_placed"].value, found["children_placed"].today) == (4.0, 4.0)
    assert found["children_without_place"].value == 1.0
    assert found["children_without_place"].today_text == "not known"
    assert found["children_over"].difference == -1.0
    assert (found["groups_together"].value, found["groups_together"].today) == (1.0, 0.0)
    assert found["weekly_cost"].difference is None
    assert "Not comparable" in found["weekly_cost"].note
    assert found["weekly_cost_per_child"].today == 475.0


def test_flows_go_outside_the_region_by_code(run: RunView) -> None:
    rows = [tuple(row) for row in flows(run).frame[["home_code", "lives_code", "children"]].to_numpy()]
    assert rows == [(GATESHEAD, GATESHEAD, 2), (GATESHEAD, NEWCASTLE, 1), (NEWCASTLE, DURHAM, 1), ("", "", 4)]
    today = flows(run, "today").frame
    assert today["lives"].tolist() == ["Gateshead", DURHAM, "Not known", "Not known", ""]


def test_no_family_is_ever_a_point(run: RunView) -> None:
    assert homes(run).frame["provision_id"].tolist() == ["oak"]
    points = worth(run).frame.set_index("provision_id")
    assert points["lon"].notna().to_dict() == {"fir": False, "oak": True, "ash": False}
    assert set(centres(run)["code"]) == {NEWCASTLE}
    assert flow_lines(run).empty
    found = child(run, "ann")
    assert found.map.place is not None
    assert (found.map.home.precision, found.map.place.precision) == ("hexagon", "hexagon")
    at_oak = child(run, "cat").map.place
    assert at_oak is not None
    assert at_oak.precision == "home"


def test_the_departments_table(run: RunView) -> None:
    table = dfe_table(run).frame
    assert table["children_run"].tolist() == [2, 0, 0, 2, 1, 1, 0, 2, 0, 0, 0, 0, 1, 5]
    assert table["children_today"].tolist() == [1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 0, 2, 1, 5]
    assert dfe_table(run, NEWCASTLE).frame["children_run"].iloc[-1] == 2
    with pytest.raises(InputError, match="no member"):
        dfe_table(run, "E06000001")


def test_bins_hold_every_child_once(run: RunView) -> None:
    frame = distance_bins(run).frame.set_index("label")
    assert frame.at["0 to 2", "children_run"] == 2
    assert frame.at["4 to 6", "children_run"] == 1
    assert frame.at["20 to 30", "children_run"] == 1
    assert frame.at["20 to 30", "distance"] == "over"
    assert frame.at["18 to 20", "distance"] == "near"
    for state in ("today", "run"):
        assert frame[f"children_{state}"].iloc[:-1].sum() == frame.at["All", f"children_{state}"] == 5


@pytest.mark.parametrize("dimension", ["authority", "kind", "age"])
def test_distance_by_sums_to_its_total(run: RunView, dimension: str) -> None:
    frame = distance_by(run, dimension).frame
    for name in ("placed_run", "near_run", "over_run", "placed_today", "not_known_today"):
        assert frame[name].iloc[:-1].sum() == frame[name].iloc[-1]


def test_supply_by_hand(run: RunView) -> None:
    by = occupancy(run, "provider").frame.set_index("key")
    assert by["places"].to_dict() == {"Council": 5, "Homes Ltd": 3, "": 8}
    assert by["taken"].to_dict() == {"Council": 1, "Homes Ltd": 1, "": 2}
    assert by["placed_run"].to_dict() == {"Council": 3, "Homes Ltd": 1, "": 4}
    assert by["share_taken_after"].tolist() == pytest.approx([4 / 5, 2 / 3, 6 / 8])
    assert capacity(run).frame["placed_run"].iloc[-1] == 4
    leaves = if_provider_leaves(run, "Homes Ltd").frame
    assert leaves["weekly_cost_run"].iloc[-1] == 4000.0
    with pytest.raises(InputError, match="no provider"):
        if_provider_leaves(run, "Nobody")


def test_children_and_their_reasons(run: RunView) -> None:
    rows = children(run).frame.set_index("child_id")
    assert rows["status"].to_dict() == {
        "ann": "placed",
        "ben": "placed",
        "cat": "placed",
        "dan": "placed",
        "eve": "unplaced",
    }
    assert rows.at["ann", "siblings"] == "ben"
    assert rows.at["ben", "miles_difference"] == pytest.approx(-29.0)
    found = child(run, "cat")
    assert found.terms.frame["gbp_per_week"].iloc[:-1].sum() == found.terms.frame["gbp_per_week"].iloc[-1]
    with pytest.raises(InputError, match="no child"):
        child(run, "nobody")


def test_a_pack_without_today_has_nothing_of_it(tmp_path: Path) -> None:
    kids = [{"child_id": "ann", "authority": GATESHEAD, "age": 3}]
    view = open_pack(pack_on_disk(tmp_path / "pack", children=kids))
    assert isinstance(view, PackView)
    assert view.states == ()
    assert measures(view).frame["children"].tolist() == [1, 0, 1]
    assert all(tile.value is None for tile in tiles(view))
    with pytest.raises(InputError, match="no placements"):
        flows(view, "today")


def test_hexagons_count_every_child(run: RunView) -> None:
    assert children_hexagons(run).frame["children"].sum() == 5


@pytest.mark.parametrize("name", ["allocations.csv", "metrics.json", "explanations.jsonl", "manifest.json"])
def test_an_altered_run_is_refused_by_name(run: RunView, name: str) -> None:
    path = run.folder / name
    path.write_bytes(path.read_bytes().replace(b"a", b"e", 1))
    with pytest.raises(InputError, match=name):
        open_run(run.folder)


def test_the_pack_is_found_where_its_hashes_agree(tmp_path: Path) -> None:
    pack = pack_on_disk(tmp_path / "pack")
    folder = run_on_disk(tmp_path / "run", pack)
    moved = pack.rename(tmp_path / "moved")
    with pytest.raises(InputError, match="is not found"):
        open_run(folder)
    assert open_run(folder, packs=[tmp_path]).pack.folder == moved
    assert open_run(folder, packs=[open_pack(moved)]).pack.folder == moved
    other = pack_on_disk(tmp_path / "other", provision=PROVISION[:2])
    with pytest.raises(InputError, match=r"provision\.csv has another SHA-256"):
        open_run(folder, packs=[other])


def test_a_run_with_a_policy_of_its_own_opens(tmp_path: Path) -> None:
    pack = pack_on_disk(tmp_path / "pack", policy="[prices]\nfar_miles = 20.0\n")
    own = tmp_path / "own.toml"
    own.write_text("[prices]\nfar_miles = 3.0\n")
    view = open_run(run_on_disk(tmp_path / "run", pack, PLACED, policy=own))
    assert view.far_miles == 3.0
    assert measures(view).frame["over_run"].tolist() == [1, 1, 2]
    assert measures(view).frame["over_today"].tolist() == [2, 1, 3]
