"""A folder of futures: what is read, and every fault of every file at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from support.packs import CHILDREN, csv_text, little_pack

from optimiser.errors import InputError
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.futures import pack_of_future, read_futures
from optimiser.pack.pack import Pack
from optimiser.pack.read import read_pack


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    pairs = [{"child_a": "c1", "child_b": "c3"}, {"child_a": "c2", "child_b": "c3"}]
    return read_pack(little_pack(tmp_path / "pack", incompatible=pairs))


def written(folder: Path, table: str, **children: str) -> Path:
    folder.mkdir()
    (folder / "futures.csv").write_text(table, encoding="utf-8")
    for name, text in children.items():
        (folder / name).mkdir()
        (folder / name / "children.csv").write_text(text, encoding="utf-8")
    return folder


def test_each_future_has_its_children_date_and_weight(tmp_path: Path, pack: Pack) -> None:
    one = {**CHILDREN[2], "age": "", "date_of_birth": "2015-06-30", "supported_accommodation": ""}
    folder = written(
        tmp_path / "futures",
        "folder,date,weight,note\nb,2026-06-29,3,x\na,2026-06-30,1,\nnever,2026-06-30,0,\n",
        a=csv_text([one]),
        b=csv_text([one, CHILDREN[0]]),
        never=csv_text([one]),
    )
    b, a = read_futures(folder, pack)
    assert [(each.folder, each.on, each.weight) for each in (b, a)] == [
        ("b", date(2026, 6, 29), 3.0),
        ("a", date(2026, 6, 30), 1.0),
    ]
    assert b.children["child_id"].tolist() == ["c3", "c1"]
    assert (b.children["age"][0], a.children["age"][0]) == (10, 11)
    assert a.files == {"a/children.csv": folder / "a" / "children.csv"}


def test_pairs_and_kin_hold_for_the_children_who_are_there(tmp_path: Path, pack: Pack) -> None:
    folder = written(
        tmp_path / "futures", "folder,date,weight\na,2026-06-30,1\n", a=csv_text([CHILDREN[0], CHILDREN[2]])
    )
    (future,) = read_futures(folder, pack)
    then = pack_of_future(pack, future)
    assert then.incompatible.to_numpy().tolist() == [["c1", "c3"]]
    named = {name for names in then.provision["named_children"] for name in names}
    assert named <= {"c1", "c3"}
    assert len(instance_from_pack(then).children) == 2


def test_every_fault_of_every_file(tmp_path: Path, pack: Pack) -> None:
    folder = written(
        tmp_path / "futures",
        "folder,date,weight\na,2026-06-30,1\na,,-2\n../pack,2026-06-30,1\nabsent,2026-06-30,1\nempty,2026-06-30,1\n",
        a=csv_text([{**CHILDREN[0], "age": 19}, {**CHILDREN[1], "authority": "E08000036"}]),
    )
    (folder / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        read_futures(folder, pack)
    assert [(fault.file, fault.row, fault.column) for fault in caught.value.faults if not fault.warning] == [
        ("futures.csv", 3, "date"),
        ("futures.csv", 3, "folder"),
        ("futures.csv", 3, "weight"),
        ("futures.csv", 4, "folder"),
        ("futures.csv", 5, "folder"),
        ("a/children.csv", 2, "age"),
        ("a/children.csv", 3, "authority"),
        ("empty/children.csv", 0, ""),
    ]


@pytest.mark.parametrize("table", ["folder,date,weight\n", "folder,date,weight\na,2026-06-30,0\n"])
def test_some_future_has_a_weight(tmp_path: Path, pack: Pack, table: str) -> None:
    folder = written(tmp_path / "futures", table, a=csv_text(CHILDREN))
    with pytest.raises(InputError) as caught:
        read_futures(folder, pack)
    assert [fault.what for fault in caught.value.faults] == ["there is no future with a weight above 0"]


def test_a_folder_that_is_not_there(tmp_path: Path, pack: Pack) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        read_futures(tmp_path / "futures", pack)
