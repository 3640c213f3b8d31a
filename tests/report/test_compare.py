"""Two runs of five children, compared by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from support.report import CHILDREN, GATESHEAD, NEWCASTLE, pack_on_disk, run_on_disk

from optimiser.errors import InputError
from optimiser.report import (
    Comparison,
    changes,
    compare,
    compare_by_authority,
    compare_tiles,
    open_run,
    policy_differences,
    published,
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """ben moves from ash (1 mile, £500) to oak (5 miles, £4,000); dan loses fir; eve gains ash."""
    folder = tmp_path_factory.mktemp("two")
    pack = pack_on_disk(folder / "pack")
    other = folder / "other.toml"
    other.write_text("[prices]\nmile = 12.0\n")
    a = open_run(run_on_disk(folder / "a", pack))
    placed = {"ann": "ash", "ben": "oak", "cat": "oak", "eve": "ash"}
    b = open_run(run_on_disk(folder / "b", pack, placed, policy=other), packs=[a.view])
    return compare(a, b)


def test_by_authority(found: Comparison) -> None:
    by = compare_by_authority(found).frame.set_index("code")
    assert by["placed_difference"].tolist() == [0.0, 0.0, 0.0]
    assert by["over_difference"].tolist() == [0.0, -1.0, -1.0]
    assert by["outside_difference"].tolist() == [1.0, 0.0, 1.0]
    assert by["weekly_cost_difference"].to_dict() == {GATESHEAD: 3500.0, NEWCASTLE: 50.0, "": 3550.0}
    assert by["moved"].tolist() == [1, 2, 3]
    shares = by[["share_over_a", "share_over_b", "share_over_difference"]].dropna()
    assert min(shares["share_over_difference"].tolist()) < -10  # points: a share would be above −1
    assert (100 * (shares["share_over_b"] - shares["share_over_a"])).tolist() == pytest.approx(
        shares["share_over_difference"].tolist()
    )
    assert by["farther"].tolist() == [1, 0, 1]
    assert by["nearer"].tolist() == [0, 0, 0]
    assert by["worse"].tolist() == [3, 0, 3]


def test_who_changes_place_and_why(found: Comparison) -> None:
    rows = changes(found).frame.set_index("child_id")
    assert rows["what"].to_dict() == {"ben": "moves", "dan": "loses its place", "eve": "gains a place"}
    ben, dan = dict(rows.loc["ben"].items()), dict(rows.loc["dan"].items())
    assert (ben["from_provision"], ben["to_provision"]) == ("ash", "oak")
    terms = [name for name in ben if str(name).endswith("_term_difference")]
    assert sum(ben[name] for name in terms) == pytest.approx(ben["score_difference"])
    assert all(math.isnan(dan[name]) for name in terms)
    assert "weekly cost +£3,500.00" in str(rows.at["ben", "why"])
    assert not any("-£" in why for why in rows["why"])


def test_policies_and_tiles(found: Comparison) -> None:
    rows = [tuple(row) for row in policy_differences(found).frame[["key", "a", "b"]].to_numpy()]
    assert rows == [("prices.mile", "10", "12")]
    tiles = {tile.key: tile for tile in compare_tiles(found)}
    assert (tiles["groups_together"].value, tiles["groups_together"].today) == (0.0, 1.0)
    assert tiles["weekly_cost"].difference == 3550.0
    assert tiles["children_over"].difference_text == "−1"


def test_published_it_tells_nothing_of_few(found: Comparison) -> None:
    frame = published(compare_by_authority(found)).frame
    counts = frame[["children", "placed_a", "placed_b", "over_a", "moved", "farther", "worse"]]
    assert not ((counts > 0) & (counts < 6)).any(axis=None)
    assert {tile.value_text for tile in compare_tiles(found, publication=True)} <= {"c", "0"}


def test_other_children_are_refused(found: Comparison, tmp_path: Path) -> None:
    pack = pack_on_disk(tmp_path / "pack", children=CHILDREN[:4])
    other = open_run(run_on_disk(tmp_path / "run", pack))
    with pytest.raises(InputError, match="cannot be compared"):
        compare(found.a, other)
