"""The folder an import is written as."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support.ofsted_sheets import home, write_sheet

from optimiser.errors import InputError
from optimiser.pack.authorities import region_of_authorities
from optimiser.pack.ofsted import import_ofsted
from optimiser.pack.ofsted_write import write_import
from optimiser.pack.read import read_pack


@pytest.fixture
def written(tmp_path: Path) -> Path:
    register = write_sheet(tmp_path / "register.csv", [home(), home(URN="2700002", Places="")])
    result = import_ofsted(register, authorities=["E06000001"])
    region = region_of_authorities(["E06000001"], name="Hartlepool", as_at=result.as_at or date(2025, 3, 31))
    write_import(result, out=tmp_path / "pack", region=region)
    with pytest.raises(InputError, match="exists"):
        write_import(result, out=tmp_path / "pack", region=region)
    return tmp_path / "pack"


def test_the_folder_is_a_pack_without_children(written: Path) -> None:
    files = {path.name for path in written.iterdir()}
    assert files == {"region.toml", "children.csv", "provision.csv", "set_aside.csv", "README.md"}
    pack = read_pack(written)
    assert len(pack.children) == 0
    assert pack.provision["provision_id"].tolist() == ["2700001"]
    assert pack.provision["precision"].tolist() == ["postcode"]
    assert str(pack.region.as_at) == "2025-03-31"


def test_source_and_counts_stand_beside(written: Path) -> None:
    readme = (written / "README.md").read_text(encoding="utf-8")
    assert "Open Government Licence v3.0" in readme
    assert "Contains OS data © Crown copyright" in readme
    assert "**not synthetic**" in readme
    assert "\n- register.csv: 2 rows read = 1 used + 1 set aside\n" in readme
    assert readme.count("\n- ") == 3 + 1
    aside = pd.read_csv(written / "set_aside.csv", dtype=str)
    assert aside["row"].tolist() == ["6"]
