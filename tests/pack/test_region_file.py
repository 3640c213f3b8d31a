"""region.toml: read, written, and every fault at its line and key."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support.packs import REGION

from optimiser.pack.region import Authority, Group, Region
from optimiser.pack.region_file import region_from_toml, region_to_toml

FIRST = '[[authority]]\ncode = "E08000037"\nname = "Gateshead"\n'
TYNE = '[[groups]]\nname = "Tyne"\nauthorities = ["E08000037"]\n'
HEAD = 'name = "N"\nas_at = 2025-03-31\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "region.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_region_reads_back_the_same(tmp_path: Path) -> None:
    (tmp_path / "b.geojson").write_text("{}", encoding="utf-8")
    members = (Authority("E08000037", 'Gates"head\\', "390"), Authority("W06000001", "Ynys Môn"))
    region = Region("A\tregion", date(2025, 3, 31), members, boundaries=tmp_path / "b.geojson")
    region = replace(region, groups=(Group("Tyne", ("E08000037",)), Group("Môn", ("W06000001",))))
    read, as_at, faults = region_from_toml(written(tmp_path, region_to_toml(region)))
    assert (read, as_at, faults) == (region, region.as_at, [])
    assert region.codes == ("E08000037", "W06000001")


@pytest.mark.parametrize(
    ("text", "row", "key"),
    [
        (f"as_at = 2025-03-31\n{FIRST}", 0, "name"),
        (f'name = "N"\n{FIRST}', 0, "as_at"),
        (f'name = "N"\nas_at = "31 March"\n{FIRST}', 2, "as_at"),
        (f'name = "N"\nas_at = "2025-02-30"\n{FIRST}', 2, "as_at"),
        (f'name = "N"\nas_at = 2025-02-30\n{FIRST}', 2, ""),
        (HEAD, 0, "authority"),
        (f'{HEAD}authority = "E08000037"\n', 3, "authority"),
        (f'{HEAD}[[authority]]\ncode = "E0800037"\nname = "G"\n', 4, "authority[0].code"),
        (f'{HEAD}[[authority]]\nname = "G"\n', 3, "authority[0].code"),
        (f'{HEAD}{FIRST}[[authority]]\nname = "G"\ncode = "E08000037"\n', 8, "authority[1].code"),
        (f'{HEAD}[[authority]]\ncode = "E08000037"\n', 3, "authority[0].name"),
        (f"{HEAD}{FIRST}dfe = 39\n", 6, "authority[0].dfe"),
        (f'{HEAD}boundaries = "absent.geojson"\n{FIRST}', 3, "boundaries"),
        (f'{HEAD}roads = "absent.graphml"\n{FIRST}', 3, "roads"),
        (f"{HEAD}roads = 3\n{FIRST}", 3, "roads"),
        (f'{HEAD}groups = "Tyne"\n{FIRST}', 3, "groups"),
        (f'{HEAD}{FIRST}[[groups]]\nauthorities = ["E08000037"]\n', 6, "groups[0].name"),
        (f'{HEAD}{FIRST}[[groups]]\nname = "Tyne"\n', 6, "groups[0].authorities"),
        (
            f'{HEAD}{FIRST}[[groups]]\nname = "Tyne"\nauthorities = ["E08000021"]\n',
            8,
            "groups[0].authorities",
        ),
        (
            f'{HEAD}{FIRST}{TYNE}[[groups]]\nname = "T"\nauthorities = ["E08000037"]\n',
            11,
            "groups[1].authorities",
        ),
        (f"{HEAD}{FIRST}{TYNE}[[groups]]\nname = 'T'\nauthorities = []\n", 11, "groups[1].authorities"),
    ],
)
def test_a_fault_stands_at_its_line_and_key(tmp_path: Path, text: str, row: int, key: str) -> None:
    region, _, faults = region_from_toml(written(tmp_path, text))
    assert region is None
    assert [(fault.file, fault.row, fault.column) for fault in faults] == [("region.toml", row, key)]


def test_bytes_that_are_not_utf_8_have_their_line(tmp_path: Path) -> None:
    path = tmp_path / "region.toml"
    path.write_bytes(b'as_at = 2025-03-31\nname = "Caf\xe9"\n')
    _, _, (fault,) = region_from_toml(path)
    assert (fault.file, fault.row) == ("region.toml", 2)


def test_an_unknown_key_is_a_warning(tmp_path: Path) -> None:
    region, _, (fault,) = region_from_toml(written(tmp_path, 'boundries = "x"\n' + REGION))
    assert region is not None
    assert (fault.row, fault.column, fault.accepted, fault.warning) == (1, "boundries", "boundaries", True)
